"""From a device's position in a folder to its next one: what it must be told on the way.

A device holds items by two bounds (``store.devices.model.Position``): the newest place that it was
given, and an edge in the order (``store.devices.order``) below which it holds nothing. Each step
first tells what happened to the items held, then takes leave of those that fell below the filter's
cut-off, then hands out new ones, then older ones down to the cut-off, newest first. So a device
never hears of an item that it was not given, and no list of what it holds is needed.

A device that wants conversations whole holds more: what a reach tells
(``store.devices.model.Reach``). The last stage of a step moves that reach to where cut-off and
newest id are by then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from schemas.property import Kind
from store.devices.held import Name, own_buried, own_living, statement
from store.devices.model import ABOVE_ALL, Entry, EntryKind, Position, Reach, StatePart
from store.devices.order import order_of
from store.executor import Tx
from store.sync import TOP

# Its own change of an item that is gone: whatever number the tombstone has.
OWN_DELETION = 1 << 62
# An item that the device was told of in a late answer, and that is gone already.
TO_BE_TOLD_GONE = -1
_OVERHEAD_BYTES = 1024


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


class Now(msgspec.Struct, frozen=True):
    """Where the mailbox stands: its change number and the last id given."""

    seq: int
    last_id: int


def beginning(now: Now, kinds: tuple[str, ...] = ()) -> Position:
    """The position of a device that holds nothing of a folder."""
    return Position(now.seq, TOP, now.last_id, ABOVE_ALL, TOP, now.seq, kinds)


def is_whole(position: Position, now: Now, cutoff: str) -> bool:
    """Whether there is nothing left to look at."""
    return (
        (position.seq, position.at, position.top) == (now.seq, TOP, now.last_id)
        and (position.edge, position.edge_id) == (cutoff, 0)
        and position.reach == _wanted(position, cutoff)
    )


def _wanted(position: Position, cutoff: str) -> Reach:
    """How far conversations are to reach once a step is done. Without a filter all is held."""
    if not position.gathers or not cutoff:
        return Reach()
    return Reach(cutoff, position.top, cutoff, position.top)


class Follower:
    """One step of one device in one folder, bounded by number and by bytes.

    ``own``: the device's own changes, by item, with the change number of each. ``own`` items of
    which the device does not know how they look now have 0. ``blind``: parts of the state of
    messages of which it is not told.
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
        kinds: tuple[str, ...] = (),
        blind: tuple[StatePart, ...] = (),
    ) -> None:
        self._tx = tx
        self._kinds = kinds
        self._blind = blind if Kind.MESSAGE in kinds else ()
        self._order = order_of(kinds)
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
            kinds=self._kinds,
            blind=self._blind,
        )

    @property
    def _room(self) -> int:
        return self._window - len(self.entries)

    def advance(self, position: Position, now: Now, cutoff: str) -> Position:
        """Tell what there is between a position and now; the position after it."""
        stages = (self._increments, self._leaving, self._newer, self._older, self._gathering)
        for stage in stages:
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

    def _rows(self, name: Name, position: Position, cutoff: str = "") -> list[Any]:
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
        gathers = position.reach != Reach()
        if gathers:
            keys |= _reach_keys(position.reach)
        asked = statement(name, self._order, gathers=gathers, kinds=self._kinds)
        return list(self._tx.conn.execute(asked, keys).all())

    def _each(
        self,
        name: Name,
        position: Position,
        cutoff: str,
        take: Callable[[Any, Position], Position | None],
    ) -> tuple[Position, bool]:
        """Take in the rows of a stage, in portions, until one has no room: the position behind the
        last one taken, and whether that was all. ``take`` gives None for no room."""
        while True:
            room = self._room + 1
            rows = self._rows(name, position, cutoff)
            for row in rows:
                taken = take(row, position)
                if taken is None:
                    return position, False
                position = taken
            if len(rows) < room:
                return position, True

    # -- what happened to the items held

    def _increments(self, position: Position, now: Now, cutoff: str) -> Position:
        while (position.seq, position.at) != (now.seq, TOP) and not self.is_full:
            room = self._room + 1
            living = self._rows("changed", position)
            dead = self._rows("dead", position)
            renewed = self._renewed(position)
            log = sorted(
                [(row.seq, row.id, self._tell_change, row) for row in living]
                + [(row.seq, row.item_id, self._tell_dead, row) for row in dead]
                + [(seq, id, self._tell_renewed, row) for seq, id, row in renewed],
                key=lambda entry: entry[:2],
            )
            is_all = max(map(len, (living, dead, renewed))) < room
            since = position
            for seq, id, tell, row in log if is_all else log[:room]:
                if not tell(seq, id, row, since, cutoff):
                    return position
                position = msgspec.structs.replace(position, seq=seq, at=id)
            if is_all:
                position = msgspec.structs.replace(position, seq=now.seq, at=TOP, base=now.seq)
        return position

    def _renewed(self, position: Position) -> list[tuple[int, int, Any]]:
        """Items held that have a new place: when they got it, which, and how each looks now."""
        if not self._order.is_renewed:
            return []
        rows = self._rows("renewed", position)
        ids = list({row.item_id for row in rows})
        asked = own_living(self._order, gathers=False)
        found = self._tx.conn.execute(asked, {**self._keys, "ids": ids}) if ids else ()
        living = {row.id: row for row in found}
        return [(row.seq, row.item_id, living.get(row.item_id)) for row in rows]

    def _tell_renewed(self, seq: int, id: int, row: Any, since: Position, cutoff: str) -> bool:
        """An item held has a new place. Where the filter still shows it, it is told of as changed,
        and known when its new place is reached."""
        del since
        if self._own.get(id) in (seq, OWN_DELETION):
            return True
        if row is None or row.key is None:
            return self._take_leave("delete", _Gone(id), "deleted")
        if row.key < cutoff:
            return self._take_leave("soft_delete", row, self._order.why_left(row.key, cutoff))
        is_told = self._tell("change", row, "changed")
        if is_told:
            self._own[id] = row.seq
        return is_told

    def _tell_dead(self, seq: int, id: int, row: Any, since: Position, cutoff: str) -> bool:
        del since, cutoff
        if self._own.get(id) in (seq, OWN_DELETION):
            return True
        cause = f"moved to folder {row.moved_to}" if row.moved_to else "deleted"
        return self._take_leave("delete", _Gone(id), cause)

    def _tell_change(self, seq: int, id: int, row: Any, since: Position, cutoff: str) -> bool:
        del cutoff
        if self._own.get(id) == seq:
            return True
        # What changed since the log was last told to its end: an item that changed twice since
        # has left its first place in the log, where it would have been told.
        if row.changed_seq > since.base:
            return self._tell("change", row, "changed")
        changed = [part for part in _STATE if getattr(row, part.number) > since.base]
        parts = [part for part in changed if part.name not in self._blind]
        if changed and not parts:
            return True
        causes = " and ".join(part.words for part in parts)
        return self._tell("state", row, f"{causes} changed", tuple(part.name for part in parts))

    # -- the filter's cut-off moved up

    def _leaving(self, position: Position, now: Now, cutoff: str) -> Position:
        del now
        if position.edge == ABOVE_ALL or (position.edge, position.edge_id) >= (cutoff, 0):
            return position

        def take(row: Any, at: Position) -> Position | None:
            cause = self._order.why_left(row.key, cutoff)
            if not row.is_gathered and not self._take_leave("soft_delete", row, cause):
                return None
            return _edge(at, row.key or "", row.place + 1)

        if position.edge == "":
            position, is_all = self._each("leaving undated", position, cutoff, take)
            if not is_all:
                return position
            position = _edge(position, "", TOP)
        position, is_all = self._each("leaving", position, cutoff, take)
        return _edge(position, cutoff, 0) if is_all else position

    # -- new ones

    def _newer(self, position: Position, now: Now, cutoff: str) -> Position:
        if not self._settle_own(position, cutoff) or position.top >= now.last_id:
            return position

        def take(row: Any, at: Position) -> Position | None:
            if not self._tell_new(row, "new in the folder"):
                return None
            return msgspec.structs.replace(at, top=row.place)

        position, is_all = self._each("newer", position, cutoff, take)
        return msgspec.structs.replace(position, top=now.last_id) if is_all else position

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
        gathers = position.reach != Reach()
        keys = {**self._keys, "ids": open_, **(_reach_keys(position.reach) if gathers else {})}
        rows = self._tx.conn.execute(own_living(self._order, gathers=gathers), keys).all()
        living = {row.id: row for row in rows}
        dead: dict[int, Any] = {}
        if len(living) < len(open_):
            buried = self._tx.conn.execute(own_buried(self._order, gathers=gathers), keys)
            dead = {row.item_id: row for row in buried}
        for id in open_:
            row = living.get(id)
            found = row if row is not None else dead.get(id)
            key, place = _place(found, id)
            is_above = (key, place) >= (position.edge, position.edge_id)
            is_gathered = found is not None and found.is_gathered
            is_covered = place <= position.top and (is_above or is_gathered)
            if is_covered and self._own[id] != TO_BE_TOLD_GONE:
                continue
            if row is None:
                told = self._tell("delete", _Gone(id), "its own, gone since")
            elif key < cutoff:
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

        def take(row: Any, at: Position) -> Position | None:
            if not row.is_gathered and not self._tell_new(row, "in the folder"):
                return None
            return _edge(at, row.key or "", row.place)

        if position.edge:
            position, is_all = self._each("older", position, cutoff, take)
            if cutoff or not is_all:
                return _edge(position, cutoff, 0) if is_all else position
            position = _edge(position, "", TOP)
        position, is_all = self._each("older undated", position, cutoff, take)
        return _edge(position, "", 0) if is_all else position

    # -- what comes and goes with its conversation

    def _gathering(self, position: Position, now: Now, cutoff: str) -> Position:
        """Move the reach: what is under way first, then from there to what is wanted now."""
        del now
        while not self.is_full:
            reach = position.reach
            if not reach.is_moving:
                wanted = _wanted(position, cutoff)
                if reach == wanted:
                    break
                # To hold nothing any more is to reach above all, as far as it did reach.
                to = wanted if wanted != Reach() else Reach(ABOVE_ALL, reach.top)
                reach = msgspec.structs.replace(reach, to_edge=to.edge, to_top=to.top, at=0)
                position = msgspec.structs.replace(position, reach=reach)
            position = self._gather(position)
        return position

    def _gather(self, position: Position) -> Position:
        left = {entry.item_id for entry in self.entries if entry.kind == "soft_delete"}

        def take(row: Any, at: Position) -> Position | None:
            if row.id in left:
                # Not in the step that took leave of it: a device may sort what it is told.
                self.is_full = True
                return None
            if row.is_gathered:
                is_told = self._tell_new(row, "of a conversation within the filter")
            else:
                cause = "its conversation lies before the filter"
                is_told = self._take_leave("soft_delete", row, cause)
            reach = msgspec.structs.replace(at.reach, at=row.id)
            return msgspec.structs.replace(at, reach=reach) if is_told else None

        edges = (position.reach.edge, position.reach.to_edge)
        name: Name = "gathering all" if ABOVE_ALL in edges else "gathering"
        position, is_all = self._each(name, position, "", take)
        if not is_all:
            return position
        reach = position.reach
        arrived = Reach(reach.to_edge, reach.to_top, reach.to_edge, reach.to_top)
        return msgspec.structs.replace(
            position, reach=arrived if reach.to_edge != ABOVE_ALL else Reach()
        )


def _reach_keys(reach: Reach) -> dict[str, Any]:
    low, high = sorted((reach.edge, reach.to_edge))
    return {
        "reach_edge": reach.edge,
        "reach_top": reach.top,
        "reach_to_edge": reach.to_edge,
        "reach_to_top": reach.to_top,
        "reach_at": reach.at,
        "reach_low": low,
        "reach_high": high,
    }


class _Gone(msgspec.Struct, frozen=True):
    """An item of which only the id is left."""

    id: int
    size: int = 0


def _place(row: Any, id: int) -> tuple[str, int]:
    """Where an item lies in the order, or lay: ``row`` of it, or of its tombstone."""
    if row is None:
        return "", id
    return row.key or "", id if row.place is None else row.place


def _edge(position: Position, edge: str, edge_id: int) -> Position:
    return msgspec.structs.replace(position, edge=edge, edge_id=edge_id)
