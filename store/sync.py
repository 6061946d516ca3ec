"""Synchronisation: what changed in a folder, or in the tree, since a client last looked.

A client's position in a folder is an ``ItemState``: it holds exactly the folder as of change
``seq`` (and, inside that change, items up to ``at``), restricted to items with ids from ``floor``
to ``top``. Ids rise with time, so newer items lie above ``top`` and older ones below ``floor``.
Each step first tells what happened to the items held, then hands out newer ones, then older ones,
newest first. So a client never hears of an id that it was not given, and increments always lead to
what a fresh client gets, however many pages that takes. Nothing is kept on the server.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from store import tables
from store.access import FolderRow, folder_id
from store.calendar.private import concealing
from store.commands import SyncFolders, SyncItems
from store.errors import InvalidState, NotFound
from store.executor import Tx, reads
from store.folders.read import below, folders_of, tree
from store.model import FolderId
from store.results import FolderChanges, ItemChanges, Row
from store.rights import Right
from store.search.project import Projection, projection

_item = tables.item
_tombstone = tables.tombstone

# Above every id.
TOP = 1 << 62

Kind = Literal["create", "update", "read", "delete"]


class ItemState(msgspec.Struct, frozen=True, array_like=True):
    """A client's position in a folder; ``associated`` whether it follows hidden items too.

    ``base``: the number up to which the log was told to its end. Behind it, an item that changed
    again meanwhile has left its earlier place in the log: what it changed since ``base`` counts.
    """

    mailbox_id: int
    folder_id: int
    seq: int
    at: int
    floor: int
    top: int
    associated: bool = False
    base: int = 0


class _Now(msgspec.Struct, frozen=True):
    """Where the mailbox stands in this snapshot."""

    seq: int
    last_id: int


def _is_small(command: SyncItems) -> bool:
    """A step from a position: nearly always nothing or little has changed since."""
    return command.state is not None and command.limit <= _FEW_CHANGES


_FEW_CHANGES = 512


@reads(SyncItems, small=_is_small)
def sync_items(tx: Tx, command: SyncItems) -> ItemChanges:
    """One step of item synchronisation (MS-OXWSSYNC 3.1.4.2).

    Raises NotFound (role ``sync``), AccessDenied, InvalidState.
    """
    folder = tx.access.folder(command.folder, Right.READ_ALL, role="sync")
    now = _now(tx, folder.mailbox_id)
    sees = tx.access.sees_private(folder.mailbox_id)
    shape = projection if sees else concealing
    step = _Step(tx, command, shape(command.properties))
    state = step.increments(_begin(folder, now, command), now)
    if not step.is_full:
        state = step.newer(state, now)
    if not step.is_full:
        state = step.older(state)
    rights = int(tx.access.rights(folder.mailbox_id, folder.id))
    is_last = (state.seq, state.at, state.floor, state.top) == (now.seq, TOP, 0, now.last_id)
    return ItemChanges(
        folder.mailbox_id, folder_id(folder), step.changes, state, is_last, rights, sees
    )


def _now(tx: Tx, mailbox_id: int) -> _Now:
    mailbox = tables.mailbox
    row = tx.conn.execute(
        select(mailbox.c.modseq, mailbox.c.next_id).where(mailbox.c.id == mailbox_id)
    ).one()
    return _Now(row.modseq, row.next_id - 1)


def _begin(folder: FolderRow, now: _Now, command: SyncItems) -> ItemState:
    state = command.state
    if state is None:
        return ItemState(
            folder.mailbox_id,
            folder.id,
            now.seq,
            TOP,
            now.last_id + 1,
            now.last_id,
            command.associated,
            now.seq,
        )
    if not isinstance(state, ItemState):
        raise InvalidState("that is no position in a folder")
    if (state.mailbox_id, state.folder_id) != (folder.mailbox_id, folder.id):
        raise InvalidState("the position belongs to another folder")
    if state.seq > now.seq or state.associated != command.associated:
        raise InvalidState("the position is not one that this mailbox gave")
    return state


_DEAD = (
    select(_tombstone.c.seq, _tombstone.c.item_id, _tombstone.c.is_associated)
    .where(
        _tombstone.c.mailbox_id == bindparam("mailbox_id"),
        _tombstone.c.folder_id == bindparam("folder_id"),
        or_(
            _tombstone.c.seq > bindparam("seq"),
            and_(_tombstone.c.seq == bindparam("seq"), _tombstone.c.item_id > bindparam("at")),
        ),
        _tombstone.c.item_id >= bindparam("floor"),
        _tombstone.c.item_id <= bindparam("top"),
    )
    .order_by(_tombstone.c.seq, _tombstone.c.item_id)
    .limit(bindparam("room"))
)

Entry = tuple[int, int, tuple[str, Row] | None]


class _Step:
    """Gathers the changes of one answer, up to its limit."""

    def __init__(self, tx: Tx, command: SyncItems, shape: Projection) -> None:
        self._tx = tx
        self._ignore = frozenset(command.ignore)
        self._associated = command.associated
        self._shape = shape
        self._limit = command.limit
        self.changes: list[tuple[str, Row]] = []

    @property
    def is_full(self) -> bool:
        return len(self.changes) >= self._limit

    def increments(self, state: ItemState, now: _Now) -> ItemState:
        """Tell what happened since ``state`` to the items that the client holds."""
        while (state.seq, state.at) != (now.seq, TOP) and not self.is_full:
            log, is_whole = self._log(state, self._limit - len(self.changes))
            for seq, id, entry in log:
                if self.is_full:
                    return state
                if entry is not None and id not in self._ignore:
                    self.changes.append(entry)
                state = msgspec.structs.replace(state, seq=seq, at=id)
            if is_whole:
                state = msgspec.structs.replace(state, seq=now.seq, at=TOP, base=now.seq)
        return state

    def _log(self, state: ItemState, limit: int) -> tuple[list[Entry], bool]:
        """Living and dead items held, by (seq, id), and whether these are all changes there are.

        An entry is None where nothing is to be told.
        """
        keys = {
            "mailbox_id": state.mailbox_id,
            "folder_id": state.folder_id,
            "seq": state.seq,
            "at": state.at,
            "floor": state.floor,
            "top": state.top,
            "room": limit + 1,
        }
        changed = _statement(self._shape, "changed", self._associated)
        rows = self._tx.conn.execute(changed, keys).all()
        shaped = self._shape.make_rows([tuple(row[:-_EXTRA]) for row in rows])
        log: list[Entry] = []
        for row, made in zip(rows, shaped, strict=True):
            numbers: tuple[Any, ...] = tuple(row[-_EXTRA:])
            changed, flags, categories, is_read, seq, id = numbers
            if max(changed, flags, categories) > state.base:
                log.append((seq, id, ("update", made)))
            else:
                log.append((seq, id, ("read", (id, is_read, seq))))
        dead = self._tx.conn.execute(_DEAD, keys).all()
        for row in dead:
            counts = self._associated or not row.is_associated
            log.append((row.seq, row.item_id, ("delete", (row.item_id,)) if counts else None))
        log.sort(key=lambda entry: entry[:2])
        if len(rows) <= limit and len(dead) <= limit:
            return log, True
        # Both lists were cut after limit + 1: up to there the merged one has no gap.
        return log[: limit + 1], False

    def newer(self, state: ItemState, now: _Now) -> ItemState:
        """Hand out items that came after ``top``, in the order in which they came."""
        if state.top >= now.last_id:
            return state
        given, is_whole = self._given("newer", state)
        return msgspec.structs.replace(state, top=now.last_id if is_whole else given)

    def older(self, state: ItemState) -> ItemState:
        """Hand out items below ``floor``, newest first."""
        if state.floor == 0:
            return state
        given, is_whole = self._given("older", state)
        return msgspec.structs.replace(state, floor=0 if is_whole else given)

    def _given(self, direction: str, state: ItemState) -> tuple[int, bool]:
        """Create as many as there is room for; the last one's id, and whether it was all."""
        room = self._limit - len(self.changes)
        rows = self._tx.conn.execute(
            _statement(self._shape, direction, self._associated),
            {
                "mailbox_id": state.mailbox_id,
                "folder_id": state.folder_id,
                "floor": state.floor,
                "top": state.top,
                "room": room + 1,
            },
        ).all()
        made = self._shape.make_rows([tuple(row) for row in rows[:room]])
        self.changes += [("create", row) for row in made if row[0] not in self._ignore]
        return (made[-1][0] if made else 0), len(rows) <= room


@lru_cache(maxsize=512)
def _statement(shape: Projection, what: str, associated: bool) -> Any:
    """The select of items ``changed``, ``newer`` or ``older`` than the position; made once."""
    statement = select(*shape.columns).where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.folder_id == bindparam("folder_id"),
    )
    if not associated:
        statement = statement.where(_item.c.is_associated.is_(False))
    if what == "newer":
        statement = statement.where(_item.c.id > bindparam("top")).order_by(_item.c.id)
    elif what == "older":
        statement = statement.where(_item.c.id < bindparam("floor")).order_by(_item.c.id.desc())
    else:
        statement = (
            statement.add_columns(
                _item.c.changed_seq,
                _item.c.flags_seq,
                _item.c.categories_seq,
                _item.c.is_read,
                _item.c.seq,
                _item.c.id,
            )
            .where(
                _item.c.seq >= bindparam("seq"),
                or_(_item.c.seq > bindparam("seq"), _item.c.id > bindparam("at")),
                _item.c.id >= bindparam("floor"),
                _item.c.id <= bindparam("top"),
            )
            .order_by(_item.c.seq, _item.c.id)
        )
    return statement.limit(bindparam("room"))


_EXTRA = 6


# -- the tree ----------------------------------------------------------------------------------

_log = tables.folder_log
_TREE_LOG = (
    select(_log)
    .where(_log.c.mailbox_id == bindparam("mailbox_id"), _log.c.seq > bindparam("seq"))
    .order_by(_log.c.seq.desc(), _log.c.folder_id.desc(), _log.c.kind)
)


@reads(SyncFolders)
def sync_folders(tx: Tx, command: SyncFolders) -> FolderChanges:
    """What changed in the tree below a root since a number; counts alone are no change.

    The tree of then is rebuilt from today's and the log, so that the answer leads exactly from one
    to the other (MS-OXWSSYNC 3.1.4.1). Raises NotFound (role ``sync``), InvalidState.
    """
    root = tx.access.folder(command.root, role="sync")
    modseq = _now(tx, root.mailbox_id).seq
    if command.since is not None and command.since > modseq:
        raise InvalidState("the number is not one that this mailbox gave")
    rows = tree(tx, root.mailbox_id)
    now = [row for row in below(rows, root.id) if _sees(tx, row)]
    if command.since is None:
        return FolderChanges(folder_id(root), tuple(folders_of(tx, now)), (), (), modseq)
    then = _members_then(tx, root, rows, command.since)
    created = [row for row in now if row.id not in then]
    updated = [row for row in now if row.id in then and row.seq > command.since]
    current = {row.id for row in now}
    deleted = tuple(FolderId(root.mailbox_id, id) for id in sorted(then - current))
    return FolderChanges(
        folder_id(root),
        tuple(folders_of(tx, created)),
        tuple(folders_of(tx, updated)),
        deleted,
        modseq,
    )


def _sees(tx: Tx, row: FolderRow) -> bool:
    return bool(tx.access.rights(row.mailbox_id, row.id) & Right.VISIBLE)


def _members_then(tx: Tx, root: FolderRow, rows: dict[int, FolderRow], since: int) -> set[int]:
    """Ids of the folders that lay below ``root`` at the number ``since``."""
    parents = {row.id: row.parent_id for row in rows.values()}
    log = tx.conn.execute(_TREE_LOG, {"mailbox_id": root.mailbox_id, "seq": since}).all()
    for change in sorted(log, key=_undo_order, reverse=True):
        if change.kind == "created":
            parents.pop(change.folder_id, None)
        else:
            parents[change.folder_id] = change.old_parent_id
    if root.id not in parents:
        raise NotFound("the folder was not there at that number", role="sync")
    return {id for id in parents if id != root.id and _leads_to(parents, id, root.id)}


def _undo_order(change: Any) -> tuple[int, int]:
    return change.seq, ("created", "moved", "deleted").index(change.kind)


def _leads_to(parents: dict[int, int], id: int, root_id: int) -> bool:
    seen = 0
    while id and seen <= len(parents):
        id = parents.get(id, 0)
        seen += 1
        if id == root_id:
            return True
    return False
