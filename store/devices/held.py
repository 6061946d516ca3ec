"""What a device holds of a folder, as SQL: the statements by which a step finds what to tell.

An item is held by itself, where it lies at or above the position's edge in the order of its kind
(``store.devices.order``); or with its
conversation (``store.devices.model.Reach``), where a message of that was received late enough. A
message that is gone counts as long as it would if it were there: it left a tombstone, so what its
conversation brought along stays until the filter has passed it (MS-ASCON 3.2.5.6).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Table,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    union,
)

from store import tables
from store.devices.order import RECEIVED, Order

_item = tables.item
_tombstone = tables.tombstone
_renewed = tables.item_renewed
_ID: dict[Table, ColumnElement[int]] = {_item: _item.c.id, _tombstone: _tombstone.c.item_id}

Name = Literal[
    "changed",
    "dead",
    "renewed",
    "newer",
    "older",
    "older undated",
    "leaving",
    "leaving undated",
    "gathering",
    "gathering all",
]
Condition = ColumnElement[bool]
Rows = Any
"""A SELECT; its columns differ from stage to stage."""


def _columns(by: Order) -> tuple[ColumnElement[Any], ...]:
    return (
        _item.c.id,
        _item.c.seq,
        _item.c.changed_seq,
        _item.c.flags_seq,
        _item.c.categories_seq,
        _item.c.read_seq,
        _item.c.size,
        _key(_item, by).label("key"),
        _place(_item, by).label("place"),
    )


def _key(table: Table, by: Order) -> ColumnElement[Any]:
    return table.c[by.key]


def _place(table: Table, by: Order) -> ColumnElement[Any]:
    return table.c[by.grave if table is _tombstone else by.place]


def _text(name: str) -> Any:
    return bindparam(name, type_=String)


def _number(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


def _here(table: Table) -> tuple[Condition, ...]:
    here = (
        table.c.mailbox_id == bindparam("mailbox_id"),
        table.c.folder_id == bindparam("folder_id"),
    )
    return here if table is _renewed else (*here, table.c.is_associated.is_(False))


# -- who is held -------------------------------------------------------------------------------


def _by_itself(table: Table, by: Order = RECEIVED) -> Condition:
    """At or above the edge."""
    key = func.coalesce(_key(table, by), "")
    return or_(
        key > bindparam("edge"),
        and_(key == bindparam("edge"), _place(table, by) >= bindparam("edge_id")),
    )


def _within(table: Table, edge: Any, top: Any) -> Condition:
    """Of a conversation with a message up to ``top`` that was received at ``edge`` or later."""
    members: list[Condition] = []
    for of in (_item, _tombstone):
        member = of.alias()
        id = member.c.id if of is _item else member.c.item_id
        members.append(
            exists().where(
                member.c.mailbox_id == table.c.mailbox_id,
                member.c.conversation_id == table.c.conversation_id,
                # The index by conversation is the one to use: none of these may lead to another.
                member.c.folder_id + 0 == table.c.folder_id,
                member.c.is_associated.is_(False),
                func.coalesce(member.c.received, "") >= edge,
                id + 0 <= top,
            )
        )
    return and_(_ID[table] <= top, or_(*members))


def gathered(table: Table) -> Condition:
    """Held with its conversation, as far as that was told."""
    is_told = _ID[table] <= _number("reach_at")
    edge = case((is_told, _text("reach_to_edge")), else_=_text("reach_edge"))
    top = case((is_told, _number("reach_to_top")), else_=_number("reach_top"))
    return _within(table, edge, top)


def _held(table: Table, by: Order, gathers: bool) -> Condition:
    return or_(_by_itself(table, by), gathered(table)) if gathers else _by_itself(table, by)


def _mark(gathers: bool) -> Any:
    return (gathered(_item) if gathers else false()).label("is_gathered")


# -- what happened to those, and what is new ---------------------------------------------------


def _changed(by: Order, gathers: bool) -> Rows:
    return (
        select(*_columns(by))
        .where(
            *_here(_item),
            _item.c.seq >= bindparam("seq"),
            or_(_item.c.seq > bindparam("seq"), _item.c.id > bindparam("at")),
            _place(_item, by) <= bindparam("top"),
            _held(_item, by, gathers),
        )
        .order_by(_item.c.seq, _item.c.id)
    )


def _dead(by: Order, gathers: bool) -> Rows:
    return _log(_tombstone, by, gathers, _tombstone.c.moved_to)


def _renewals(by: Order, gathers: bool) -> Rows:
    return _log(_renewed, by, gathers)


def _log(table: Table, by: Order, gathers: bool, *more: ColumnElement[Any]) -> Rows:
    """What happened to items held, from a table of the places that they had."""
    return (
        select(table.c.seq, table.c.item_id, *more)
        .where(
            *_here(table),
            table.c.seq >= bindparam("seq"),
            or_(table.c.seq > bindparam("seq"), table.c.item_id > bindparam("at")),
            _place(table, by) <= bindparam("top"),
            _held(table, by, gathers),
        )
        .order_by(table.c.seq, table.c.item_id)
    )


def _newer(by: Order, _gathers: bool) -> Rows:
    place = _place(_item, by)
    return (
        select(*_columns(by))
        .where(*_here(_item), place > bindparam("top"), _by_itself(_item, by))
        .order_by(place)
    )


def _older(by: Order, gathers: bool) -> Rows:
    key, place = _key(_item, by), _place(_item, by)
    below = or_(
        key < bindparam("edge"),
        and_(key == bindparam("edge"), place < bindparam("edge_id")),
    )
    return (
        select(*_columns(by), _mark(gathers))
        .where(
            *_here(_item),
            place <= bindparam("top"),
            key <= bindparam("edge"),
            below,
            key >= bindparam("cutoff"),
        )
        .order_by(key.desc(), place.desc())
    )


def _older_undated(by: Order, gathers: bool) -> Rows:
    place = _place(_item, by)
    return (
        select(*_columns(by), _mark(gathers))
        .where(
            *_here(_item),
            place <= bindparam("top"),
            _key(_item, by).is_(None),
            place < bindparam("edge_id"),
        )
        .order_by(place.desc())
    )


def _leaving(by: Order, gathers: bool) -> Rows:
    key, place = _key(_item, by), _place(_item, by)
    return (
        select(*_columns(by), _mark(gathers))
        .where(
            *_here(_item),
            place <= bindparam("top"),
            key >= bindparam("edge"),
            or_(key > bindparam("edge"), place >= bindparam("edge_id")),
            key < bindparam("cutoff"),
        )
        .order_by(key, place)
    )


def _leaving_undated(by: Order, gathers: bool) -> Rows:
    place = _place(_item, by)
    return (
        select(*_columns(by), _mark(gathers))
        .where(
            *_here(_item),
            place <= bindparam("top"),
            _key(_item, by).is_(None),
            place >= bindparam("edge_id"),
        )
        .order_by(place)
    )


# -- what comes and goes with its conversation -------------------------------------------------


def _conversations() -> Any:
    """Conversations that one reach may hold and the other not: those with a message between their
    edges, and those with one between their tops."""
    low, high = _text("reach_low"), _text("reach_high")
    since, to_edge, to_top = _number("reach_top"), _text("reach_to_edge"), _number("reach_to_top")
    parts: list[Rows] = []
    for table in (_item, _tombstone):
        id, received = _ID[table], table.c.received
        within = select(table.c.conversation_id).where(
            *_here(table), table.c.conversation_id.is_not(None)
        )
        parts.append(within.where(received >= low, received < high, id <= to_top))
        later = within.where(id > since, id <= to_top)
        parts.append(later if table is _item else later.where(received >= to_edge))
    return union(*parts)


def _differing(by: Order) -> Rows:
    """Items that one reach holds and the other does not; ``is_gathered``: the new one."""
    old = _within(_item, _text("reach_edge"), _number("reach_top"))
    new = _within(_item, _text("reach_to_edge"), _number("reach_to_top"))
    return select(*_columns(by), new.label("is_gathered")).where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.is_associated.is_(False),
        not_(_by_itself(_item)),
        case((old, 1), else_=0) != case((new, 1), else_=0),
    )


def _gathering(by: Order, _gathers: bool) -> Rows:
    """Of the conversations that the reaches may hold otherwise, which are few."""
    id = _item.c.id + 0  # by the conversations, not through all ids or the folder
    return (
        _differing(by)
        .where(
            _item.c.conversation_id.in_(_conversations()),
            _item.c.folder_id + 0 == bindparam("folder_id"),
            id > _number("reach_at"),
            id <= _number("reach_to_top"),
        )
        .order_by(id)
    )


def _gathering_all(by: Order, _gathers: bool) -> Rows:
    """Of all conversations, where one of the reaches holds nothing: through the ids, once."""
    return (
        _differing(by)
        .where(
            _item.c.folder_id == bindparam("folder_id"),
            _item.c.id > _number("reach_at"),
            _item.c.id <= _number("reach_to_top"),
        )
        .order_by(_item.c.id)
    )


_STATEMENTS: dict[Name, tuple[Table, Callable[[Order, bool], Rows]]] = {
    "changed": (_item, _changed),
    "dead": (_tombstone, _dead),
    "renewed": (_renewed, _renewals),
    "newer": (_item, _newer),
    "older": (_item, _older),
    "older undated": (_item, _older_undated),
    "leaving": (_item, _leaving),
    "leaving undated": (_item, _leaving_undated),
    "gathering": (_item, _gathering),
    "gathering all": (_item, _gathering_all),
}


@cache
def statement(name: Name, by: Order, *, gathers: bool, kinds: tuple[str, ...]) -> Rows:
    """The rows of a stage, ``room`` of them at most. ``gathers``: some are held with their
    conversations (in the order of receipt alone); ``kinds``: a device is shown items of these
    alone, empty means all."""
    table, build = _STATEMENTS[name]
    made = build(by, gathers).limit(bindparam("room"))
    if kinds:  # a list of IN would be written anew each time, as it may have any length
        made = made.where(or_(*(table.c.kind == kind for kind in kinds)))
    return made


# -- a device's own items ----------------------------------------------------------------------

_IDS: Any = cast("Any", bindparam("ids", expanding=True))


@cache
def own_living(by: Order, *, gathers: bool) -> Rows:
    """Items of ``ids`` in the folder."""
    return select(*_columns(by), _mark(gathers)).where(*_here(_item), _item.c.id.in_(_IDS))


@cache
def own_buried(by: Order, *, gathers: bool) -> Rows:
    """Tombstones of ``ids`` in the folder."""
    mark = (gathered(_tombstone) if gathers else false()).label("is_gathered")
    key, place = _key(_tombstone, by).label("key"), _place(_tombstone, by).label("place")
    return select(_tombstone.c.item_id, key, place, mark).where(
        _tombstone.c.mailbox_id == bindparam("mailbox_id"),
        _tombstone.c.folder_id == bindparam("folder_id"),
        _tombstone.c.item_id.in_(_IDS),
    )
