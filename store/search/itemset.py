"""The items that a FindItems asks for: counted, or read from a place in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from schemas.property import Kind
from store.commands import FindItems
from store.instant import Instant
from store.restriction import Order
from store.results import Row
from store.search.aqs import parse
from store.search.dialect import DIALECTS, Dialect
from store.search.fields import field_of
from store.search.order import order_clauses
from store.search.project import projection
from store.search.query import compile_query
from store.search.restrict import Compiled, compile_restriction
from store.search.values import Values
from store.tables import content, folder, item

Sql = ColumnElement[Any]


# What is no private thing of a calendar.
_IS_OPEN = or_(
    item.c.kind != Kind.CALENDAR,
    item.c.sensitivity.is_(None),
    item.c.sensitivity != field_of("sensitivity").ordinals["private"],
)


class ItemSet:
    """Items in folders of one mailbox that pass a command's restriction and query.

    ``hides_private``: without what is private in calendars, so that nobody finds out by guessing
    what it says. Raises InvalidRestriction, RestrictionTooLong.
    """

    def __init__(
        self,
        conn: Connection,
        dialect: str,
        mailbox_id: int,
        folder_ids: Sequence[int],
        command: FindItems,
        now: Instant,
        zone: tzinfo,
        *,
        hides_private: bool = False,
    ) -> None:
        self.conn = conn
        self.mailbox_id = mailbox_id
        self.folder_ids = list(dict.fromkeys(folder_ids))
        self.associated = command.associated
        self.values = Values(DIALECTS[dialect])
        self.tests: list[Sql] = [_IS_OPEN] if hides_private else []
        if command.restriction is not None:
            self._add(compile_restriction(command.restriction, dialect))
        if command.query.strip():
            query = parse(command.query, now, zone)
            self._add(compile_query(query, dialect, mailbox_id))

    def _add(self, compiled: Compiled) -> None:
        self.tests.append(compiled.clause)
        self.values.needs_content |= compiled.needs_content

    def where(self, statement: Select[Any]) -> Select[Any]:
        """The statement over these items only."""
        ids = self.folder_ids
        here = item.c.folder_id == ids[0] if len(ids) == 1 else item.c.folder_id.in_(ids)
        return _from(statement, needs_content=self.values.needs_content).where(
            item.c.mailbox_id == self.mailbox_id,
            here,
            item.c.is_associated == self.associated,
            *self.tests,
        )

    def count(self) -> int:
        """How many there are; without tests the folders' own counters know."""
        if self.tests:
            return self.conn.scalar(self.where(select(func.count()))) or 0
        keys = {"mailbox_id": self.mailbox_id, "folder_ids": self.folder_ids}
        return int(self.conn.scalar(_COUNTERS[self.associated], keys) or 0)

    def rows(
        self, command: FindItems, limit: int, offset: int, *, backwards: bool = False
    ) -> list[Row]:
        """``limit`` rows in the command's order after the first ``offset`` ones.

        ``backwards``: as many before the last ``offset`` ones, in normal order all the same.
        """
        wanted = projection(command.properties)
        keys: dict[str, Any] = {"row_limit": limit, "row_offset": offset}
        if self.tests or len(self.folder_ids) > 1:
            clauses = order_clauses(command.order, self.values, backwards=backwards)
            statement = _cut(self.where(select(*wanted.columns)).order_by(*clauses))
        else:
            statement = _folder_page(
                self.values.dialect, command.properties, command.order, backwards
            )
            keys |= {
                "of_mailbox": self.mailbox_id,
                "of_folder": self.folder_ids[0],
                "of_associated": self.associated,
            }
        rows = wanted.make_rows(self.conn.execute(statement, keys))
        return rows[::-1] if backwards else rows


_COUNTERS = {
    associated: select(func.coalesce(func.sum(counter), 0)).where(
        folder.c.mailbox_id == bindparam("mailbox_id"),
        folder.c.id.in_(bindparam("folder_ids", expanding=True)),
    )
    for associated, counter in ((False, folder.c.total_count), (True, folder.c.associated_count))
}


@lru_cache(maxsize=512)
def _folder_page(
    dialect: Dialect, properties: tuple[str, ...], order: tuple[Order, ...], backwards: bool
) -> Select[Any]:
    """The statement of a page of one whole folder: what clients ask for most, made once."""
    values = Values(dialect)
    clauses = order_clauses(order, values, backwards=backwards)
    statement = select(*projection(properties).columns).order_by(*clauses)
    return _cut(_from(statement, needs_content=values.needs_content)).where(
        item.c.mailbox_id == bindparam("of_mailbox"),
        item.c.folder_id == bindparam("of_folder"),
        item.c.is_associated == bindparam("of_associated"),
    )


def _from(statement: Select[Any], *, needs_content: bool) -> Select[Any]:
    if not needs_content:
        return statement.select_from(item)
    beside = and_(content.c.mailbox_id == item.c.mailbox_id, content.c.item_id == item.c.id)
    return statement.select_from(item.outerjoin(content, beside))


def _cut(statement: Select[Any]) -> Select[Any]:
    return statement.limit(bindparam("row_limit")).offset(bindparam("row_offset"))
