"""Grouped FindItems (MS-OXWSSRCH 2.2.4 GroupByType).

A grouped set is a list of headers and rows: each group's header, then its rows. Offsets, totals
and sizes of pages count both, as a table with categories in MAPI does. A page that begins inside a
group repeats the group's value; one that ends with a header has that group without rows.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, func, select

from store.commands import FindItems
from store.errors import InvalidRestriction
from store.paging import Cut, cut
from store.restriction import Group, Page
from store.results import ItemPage, Row
from store.search.fields import Family, Place, field_of
from store.search.itemset import ItemSet
from store.search.order import DEFAULT, directed
from store.search.project import projection
from store.tables import item

Sql = ColumnElement[Any]
_SECOND = len("2013-12-10T17:41:05")


def find_groups(asked: ItemSet, command: FindItems, group: Group, page: Page, cap: int) -> ItemPage:
    """A page of a grouped set. Raises InvalidRestriction with role ``group``."""
    key = _group_key(asked, group)
    total = _total(asked, key)
    place = cut(page, total, cap)
    groups = _read(asked, command, group, key, place) if place.stop > place.start else []
    return ItemPage(asked.mailbox_id, [], total, place.next_offset, place.is_last, groups)


def _group_key(asked: ItemSet, group: Group) -> Sql:
    """What rows of a group have in common; date-times group to the second."""
    field = field_of(group.name)
    aggregated = field_of(group.aggregate_on)
    for each in (field, aggregated):
        if each.place is Place.HEADER or each.family is Family.BINARY:
            raise InvalidRestriction(
                f"nothing groups by {each.name}", where=each.name, role="group"
            )
    key = asked.values.sort_key(group.name, "group")
    return func.substr(key, 1, _SECOND) if field.family is Family.INSTANT else key


def _total(asked: ItemSet, key: Sql) -> int:
    nameless = func.coalesce(func.max(case((key.is_(None), 1), else_=0)), 0)
    columns: list[Sql] = [func.count(), func.count(key.distinct()), nameless]
    return sum(asked.conn.execute(asked.where(select(*columns))).one())


def _read(
    asked: ItemSet, command: FindItems, group: Group, key: Sql, place: Cut
) -> list[tuple[Any, list[Row]]]:
    """The groups of the page. A position more is read: it tells whether a header ends the page."""
    wanted = projection((*command.properties, group.name))
    rows = asked.conn.execute(_statement(asked, command, group, key, place)).all()
    shown = wanted.make_rows(rows)
    groups: list[tuple[Any, list[Row]]] = []
    rank = position = -1
    for row, made in zip(rows, shown, strict=True):
        if row.position == place.stop:
            if position != place.stop - 1:
                groups.append((_shown(made[-1], group), []))
            break
        if row.rank != rank:
            groups.append((_shown(made[-1], group), []))
        groups[-1][1].append(made[:-1])
        rank, position = row.rank, row.position
    return groups


def _statement(
    asked: ItemSet, command: FindItems, group: Group, key: Sql, place: Cut
) -> Select[Any]:
    wanted = projection((*command.properties, group.name))
    order = command.order or DEFAULT
    keys = [asked.values.sort_key(field.name) for field in order]
    inner = asked.where(
        select(
            *(column.label(f"c{n}") for n, column in enumerate(wanted.columns)),
            *(each.label(f"o{n}") for n, each in enumerate(keys)),
            key.label("group_key"),
            asked.values.sort_key(group.aggregate_on, "group").label("aggregated"),
            item.c.id.label("tie"),
        )
    ).subquery()
    aggregate = func.min if group.aggregate == "minimum" else func.max
    value = aggregate(inner.c.aggregated).over(partition_by=inner.c.group_key)
    middle = select(*inner.c, value.label("value")).subquery()
    by_group = [
        directed(middle.c.value, descending=group.descending),
        directed(middle.c.group_key, descending=group.descending),
    ]
    by_row = [
        directed(middle.c[f"o{n}"], descending=field.descending) for n, field in enumerate(order)
    ]
    tie = middle.c.tie.desc() if order[-1].descending else middle.c.tie.asc()
    rank = func.dense_rank().over(order_by=by_group)
    row = func.row_number().over(order_by=[*by_group, *by_row, tie])
    columns = [middle.c[f"c{n}"] for n in range(len(wanted.columns))]
    placed = select(*columns, rank.label("rank"), (row + rank - 1).label("position")).subquery()
    return (
        select(placed)
        .where(placed.c.position.between(place.start, place.stop))
        .order_by(placed.c.position)
    )


def _shown(value: Any, group: Group) -> Any:
    """A group's value as its first row on the page has it: of a list the first."""
    if isinstance(value, list):
        values = cast("list[Any]", value)
        return values[0] if values else None
    if value is not None and field_of(group.name).family is Family.INSTANT:
        return f"{value[:_SECOND]}.000000Z"
    return value
