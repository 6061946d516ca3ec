"""From a device's position in a folder to its next one: what it must be told on the way.

A device holds items by two bounds (``store.devices.model.Position``): the newest id that it was
given, and an edge in the order of receipt below which it holds nothing. Each step first tells what
happened to the items held, then takes leave of those that fell below the filter's cut-off, then
hands out new ones, then older ones down to the cut-off, newest first. So a device never hears of
an item that it was not given, and no list of what it holds is needed.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from store import tables
from store.devices.model import Entry, EntryKind, Position, StatePart
from store.executor import Tx
from store.sync import TOP

_item = tables.item
_tombstone = tables.tombstone
# Above every instant: nothing is held yet.
ABOVE_ALL = "~"
# Its own change of an item that is gone: whatever number the tombstone has.
OWN_DELETION = 1 << 62
# An item that the device was told of in a late answer, and that is gone already.
TO_BE_TOLD_GONE = -1
_OVERHEAD_BYTES = 1024

_COLUMNS = (
    _item.c.id,
    _item.c.seq,
    _item.c.changed_seq,
    _item.c.flags_seq,
    _item.c.categories_seq,
    _item.c.read_seq,
    _item.c.received,
    _item.c.size,
)


class _Part(msgspec.Struct, frozen=True):
    """A part of an item's state: its name, its change number, its words for the log."""

    name: StatePart
    number: str
    words: str


_STATE = (
    _Part("read", "read_seq", "read state"),
    _Part("flags", "flags_seq", "flag"),
    _Part("categories", "categories_seq", "categories"),
)


def _held(received: Any, id: Any) -> Any:
    """Whether an item lies at or above the edge."""
    key = func.coalesce(received, "")
    return or_(
        key > bindparam("edge"),
        and_(key == bindparam("edge"), id >= bindparam("edge_id")),
    )


_HERE = (
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.folder_id == bindparam("folder_id"),
    _item.c.is_associated.is_(False),
)
_CHANGED = (
    select(*_COLUMNS)
    .where(
        *_HERE,
        _item.c.seq >= bindparam("seq"),
        or_(_item.c.seq > bindparam("seq"), _item.c.id > bindparam("at")),
        _item.c.id <= bindparam("top"),
        _held(_item.c.received, _item.c.id),
    )
    .order_by(_item.c.seq, _item.c.id)
    .limit(bindparam("room"))
)
_DEAD = (
    select(
        _tombstone.c.seq,
        _tombstone.c.item_id,
        _tombstone.c.moved_to,
    )
    .where(
        _tombstone.c.mailbox_id == bindparam("mailbox_id"),
        _tombstone.c.folder_id == bindparam("folder_id"),
        _tombstone.c.is_associated.is_(False),
        _tombstone.c.seq >= bindparam("seq"),
        or_(_tombstone.c.seq > bindparam("seq"), _tombstone.c.item_id > bindparam("at")),
        _tombstone.c.item_id <= bindparam("top"),
        _held(_tombstone.c.received, _tombstone.c.item_id),
    )
    .order_by(_tombstone.c.seq, _tombstone.c.item_id)
    .limit(bindparam("room"))
)
_NEWER = (
    select(*_COLUMNS)
    .where(*_HERE, _item.c.id > bindparam("top"), _held(_item.c.received, _item.c.id))
    .order_by(_item.c.id)
    .limit(bindparam("room"))
)
_OWN_ITEMS = select(*_COLUMNS).where(*_HERE, _item.c.id.in_(bindparam("ids", expanding=True)))
_BURIED = select(_tombstone.c.item_id, _tombstone.c.received).where(
    _tombstone.c.mailbox_id == bindparam("mailbox_id"),
    _tombstone.c.folder_id == bindparam("folder_id"),
    _tombstone.c.item_id.in_(bindparam("ids", expanding=True)),
)
_BELOW_EDGE = or_(
    _item.c.received < bindparam("edge"),
    and_(_item.c.received == bindparam("edge"), _item.c.id < bindparam("edge_id")),
)
_OLDER = (
    select(*_COLUMNS)
    .where(
        *_HERE,
        _item.c.id <= bindparam("top"),
        _item.c.received <= bindparam("edge"),
        _BELOW_EDGE,
        _item.c.received >= bindparam("cutoff"),
    )
    .order_by(_item.c.received.desc(), _item.c.id.desc())
    .limit(bindparam("room"))
)
_OLDER_UNDATED = (
    select(*_COLUMNS)
    .where(
        *_HERE,
        _item.c.id <= bindparam("top"),
        _item.c.received.is_(None),
        _item.c.id < bindparam("edge_id"),
    )
    .order_by(_item.c.id.desc())
    .limit(bindparam("room"))
)
_LEAVING = (
    select(*_COLUMNS)
    .where(
        *_HERE,
        _item.c.id <= bindparam("top"),
        _item.c.received >= bindparam("edge"),
        or_(_item.c.received > bindparam("edge"), _item.c.id >= bindparam("edge_id")),
        _item.c.received < bindparam("cutoff"),
    )
    .order_by(_item.c.received, _item.c.id)
    .limit(bindparam("room"))
)
_LEAVING_UNDATED = (
    select(*_COLUMNS)
    .where(
        *_HERE,
        _item.c.id <= bindparam("top"),
        _item.c.received.is_(None),
        _item.c.id >= bindparam("edge_id"),
    )
    .order_by(_item.c.id)
    .limit(bindparam("room"))
)

# The same for a device that is shown items of some kinds alone.
_OF_KINDS = {
    statement: statement.where(table.c.kind.in_(bindparam("kinds", expanding=True)))
    for statement, table in (
        (_CHANGED, _item),
        (_DEAD, _tombstone),
        (_NEWER, _item),
        (_OLDER, _item),
        (_OLDER_UNDATED, _item),
        (_LEAVING, _item),
        (_LEAVING_UNDATED, _item),
    )
}


class Now(msgspec.Struct, frozen=True):
    """Where the mailbox stands: its change number and the last id given."""

    seq: int
    last_id: int


def beginning(now: Now, kinds: tuple[str, ...] = ()) -> Position:
    """The position of a device that holds nothing of a folder."""
    return Position(now.seq, TOP, now.last_id, ABOVE_ALL, TOP, now.seq, kinds)


def is_whole(position: Position, now: Now, cutoff: str) -> bool:
    """Whether there is nothing left to look at."""
    return (position.seq, position.at, position.top) == (now.seq, TOP, now.last_id) and (
        position.edge,
        position.edge_id,
    ) == (cutoff, 0)


class Follower:
    """One step of one device in one folder, bounded by number and by bytes.

    ``own``: the device's own changes, by item, with the change number of each. ``own`` items of
    which the device does not know how they look now have 0.
    """

    def __init__(
        self,
        tx: Tx,
        mailbox_id: int,
        folder_id: int,
        own: dict[int, int],
        *,
        window: int,
        bytes_max: int,
        item_bytes: int = 0,
    ) -> None:
        self._tx = tx
        self._keys = {"mailbox_id": mailbox_id, "folder_id": folder_id}
        self._own = own
        self._window = window
        self._bytes_max = bytes_max
        self._item_bytes = item_bytes
        self._bytes = 0
        self.entries: list[Entry] = []
        self.is_full = False

    def probe(self) -> Follower:
        """One that looks for a single entry more."""
        return Follower(
            self._tx,
            self._keys["mailbox_id"],
            self._keys["folder_id"],
            dict(self._own),
            window=1,
            bytes_max=self._bytes_max,
        )

    @property
    def _room(self) -> int:
        return self._window - len(self.entries)

    def advance(self, position: Position, now: Now, cutoff: str) -> Position:
        """Tell what there is between a position and now; the position after it."""
        for stage in (self._increments, self._leaving, self._newer, self._older):
            if self.is_full:
                break
            position = stage(position, now, cutoff)
        return position

    def _tell(
        self, kind: EntryKind, row: Any, cause: str, parts: tuple[StatePart, ...] = ()
    ) -> bool:
        """Take an entry in; False where there is no room for it."""
        cost = _OVERHEAD_BYTES
        if kind in ("add", "change"):
            cost += min(row.size, self._item_bytes) if self._item_bytes else row.size
        over = self.entries and self._bytes + cost > self._bytes_max
        if over or len(self.entries) >= self._window:
            self.is_full = True
            return False
        self._bytes += cost
        self.entries.append(Entry(kind, row.id, cause, parts))
        return True

    def _take_leave(self, kind: EntryKind, row: Any, cause: str) -> bool:
        """Tell that an item is no longer there: it is none of the device's own any more."""
        is_told = self._tell(kind, row, cause)
        if is_told:
            self._own.pop(row.id, None)
        return is_told

    def _rows(self, statement: Any, position: Position, cutoff: str = "") -> list[Any]:
        keys: dict[str, Any] = {
            **self._keys,
            "seq": position.seq,
            "at": position.at,
            "top": position.top,
            "edge": position.edge,
            "edge_id": position.edge_id,
            "cutoff": cutoff,
            "room": self._room + 1,
        }
        if position.kinds:
            statement = _OF_KINDS[statement]
            keys["kinds"] = list(position.kinds)
        return list(self._tx.conn.execute(statement, keys).all())

    # -- what happened to the items held

    def _increments(self, position: Position, now: Now, cutoff: str) -> Position:
        while (position.seq, position.at) != (now.seq, TOP) and not self.is_full:
            room = self._room + 1
            living = self._rows(_CHANGED, position)
            dead = self._rows(_DEAD, position)
            log = sorted(
                [(row.seq, row.id, False, row) for row in living]
                + [(row.seq, row.item_id, True, row) for row in dead],
                key=lambda entry: entry[:2],
            )
            is_all = len(living) < room and len(dead) < room
            since = position
            for seq, id, is_dead, row in log if is_all else log[:room]:
                tell = self._tell_dead if is_dead else self._tell_change
                if not tell(seq, id, row, since):
                    return position
                position = msgspec.structs.replace(position, seq=seq, at=id)
            if is_all:
                position = msgspec.structs.replace(position, seq=now.seq, at=TOP, base=now.seq)
        return position

    def _tell_dead(self, seq: int, id: int, row: Any, since: Position) -> bool:
        del since
        if self._own.get(id) in (seq, OWN_DELETION):
            return True
        cause = f"moved to folder {row.moved_to}" if row.moved_to else "deleted"
        return self._take_leave("delete", _Gone(id), cause)

    def _tell_change(self, seq: int, id: int, row: Any, since: Position) -> bool:
        if self._own.get(id) == seq:
            return True
        # What changed since the log was last told to its end: an item that changed twice since
        # has left its first place in the log, where it would have been told.
        if row.changed_seq > since.base:
            return self._tell("change", row, "changed")
        parts = [part for part in _STATE if getattr(row, part.number) > since.base]
        causes = " and ".join(part.words for part in parts)
        return self._tell("state", row, f"{causes} changed", tuple(part.name for part in parts))

    # -- the filter's cut-off moved up

    def _leaving(self, position: Position, now: Now, cutoff: str) -> Position:
        del now
        if position.edge == ABOVE_ALL or (position.edge, position.edge_id) >= (cutoff, 0):
            return position
        stages = (_LEAVING_UNDATED, _LEAVING) if position.edge == "" else (_LEAVING,)
        for statement in stages:
            rows = self._rows(statement, position, cutoff)
            for row in rows:
                cause = f"received {row.received or 'never'}, before the filter's {cutoff}"
                if not self._take_leave("soft_delete", row, cause):
                    return position
                position = _edge(position, row.received or "", row.id + 1)
            if statement is _LEAVING_UNDATED:
                position = _edge(position, "", TOP)
        return _edge(position, cutoff, 0)

    # -- new ones

    def _newer(self, position: Position, now: Now, cutoff: str) -> Position:
        if not self._settle_own(position, cutoff) or position.top >= now.last_id:
            return position
        room = self._room + 1
        rows = self._rows(_NEWER, position)
        for row in rows:
            if not self._tell_new(row, "new in the folder"):
                return position
            position = msgspec.structs.replace(position, top=row.id)
        if len(rows) >= room:
            self.is_full = True
            return position
        return msgspec.structs.replace(position, top=now.last_id)

    def _tell_new(self, row: Any, cause: str) -> bool:
        own = self._own.get(row.id)
        if own == row.seq:
            return True
        if own is not None:
            return self._tell("change", row, "its own, changed since by others")
        return self._tell("add", row, cause)

    def _settle_own(self, position: Position, cutoff: str) -> bool:
        """Take leave of own items that lie outside what the position tells of, and that are gone
        or that the filter does not show; False where there is no room."""
        open_ = [id for id, seq in self._own.items() if seq != OWN_DELETION]
        if not open_:
            return True
        keys = {**self._keys, "ids": open_}
        rows = self._tx.conn.execute(_OWN_ITEMS, keys).all()
        living = {row.id: row for row in rows}
        dead: dict[int, str] = {}
        if len(living) < len(open_):
            dead = {row.item_id: row.received or "" for row in self._tx.conn.execute(_BURIED, keys)}
        for id in open_:
            row = living.get(id)
            received = (row.received or "") if row is not None else dead.get(id, "")
            is_covered = id <= position.top and (received, id) >= (position.edge, position.edge_id)
            if is_covered and self._own[id] != TO_BE_TOLD_GONE:
                continue
            if row is None:
                told = self._tell("delete", _Gone(id), "its own, gone since")
            elif received < cutoff:
                told = self._tell("soft_delete", row, f"its own, before the filter's {cutoff}")
            else:
                continue
            if not told:
                return False
            del self._own[id]
        return True

    # -- older ones

    def _older(self, position: Position, now: Now, cutoff: str) -> Position:
        del now
        if (position.edge, position.edge_id) <= (cutoff, 0):
            return position
        if position.edge:
            room = self._room + 1
            rows = self._rows(_OLDER, position, cutoff)
            for row in rows:
                if not self._tell_new(row, "in the folder"):
                    return position
                position = _edge(position, row.received, row.id)
            if len(rows) >= room:
                self.is_full = True
                return position
            if cutoff:
                return _edge(position, cutoff, 0)
            position = _edge(position, "", TOP)
        room = self._room + 1
        rows = self._rows(_OLDER_UNDATED, position)
        for row in rows:
            if not self._tell_new(row, "in the folder"):
                return position
            position = _edge(position, "", row.id)
        if len(rows) >= room:
            self.is_full = True
            return position
        return _edge(position, "", 0)


class _Gone(msgspec.Struct, frozen=True):
    """An item of which only the id is left."""

    id: int
    size: int = 0


def _edge(position: Position, edge: str, edge_id: int) -> Position:
    return msgspec.structs.replace(position, edge=edge, edge_id=edge_id)
