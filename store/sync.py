"""Synchronisation: what changed in a folder, or in the tree, since a client last looked.

A client's position in a folder is an ``ItemState``: it holds exactly the folder as of change
``seq`` (and, inside that change, items up to ``at``), restricted to items with ids of ``floor`` and
above. Enumeration goes from the newest item down (``floor`` sinks to 0) while what happens meanwhile
to items already handed out is told first, so that a client never hears of an id that it was not
given, and increments always lead to what a fresh client gets. Nothing is kept on the server.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from store import tables
from store.access import FolderRow, folder_id
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

# Above every id: where enumeration begins.
TOP = 1 << 62

Kind = Literal["create", "update", "read", "flags", "delete"]


class ItemState(msgspec.Struct, frozen=True, array_like=True):
    """A client's position in a folder; ``associated`` whether it follows hidden items too."""

    mailbox_id: int
    folder_id: int
    seq: int
    at: int = TOP
    floor: int = 0
    associated: bool = False

    @property
    def is_enumerated(self) -> bool:
        """Whether the whole folder was handed out once."""
        return self.floor == 0


@reads(SyncItems)
def sync_items(tx: Tx, command: SyncItems) -> ItemChanges:
    """One step of item synchronisation (MS-OXWSSYNC 3.1.4.2).

    Raises NotFound (role ``sync``), AccessDenied, InvalidState.
    """
    folder = tx.access.folder(command.folder, Right.READ_ALL, role="sync")
    modseq = _modseq(tx, folder.mailbox_id)
    state = _begin(folder, modseq, command)
    step = _Step(tx, command, projection(command.properties), command.limit)
    state = step.changes_since(state, modseq)
    if not step.is_full:
        state = step.enumerate_below(state)
    is_last = state.is_enumerated and (state.seq, state.at) == (modseq, TOP)
    rights = int(tx.access.rights(folder.mailbox_id, folder.id))
    return ItemChanges(folder.mailbox_id, folder_id(folder), step.changes, state, is_last, rights)


def _modseq(tx: Tx, mailbox_id: int) -> int:
    return tx.conn.execute(
        select(tables.mailbox.c.modseq).where(tables.mailbox.c.id == mailbox_id)
    ).scalar_one()


def _begin(folder: FolderRow, modseq: int, command: SyncItems) -> ItemState:
    state = command.state
    if state is None:
        return ItemState(
            folder.mailbox_id,
            folder.id,
            modseq,
            TOP,
            TOP,
            associated=command.associated,
        )
    if not isinstance(state, ItemState):
        raise InvalidState("that is no position in a folder")
    if (state.mailbox_id, state.folder_id) != (folder.mailbox_id, folder.id):
        raise InvalidState("the position belongs to another folder")
    if state.seq > modseq or state.associated != command.associated:
        raise InvalidState("the position is not one that this mailbox gave")
    return state


_AFTER = or_(
    _item.c.seq > bindparam("seq"),
    and_(_item.c.seq == bindparam("seq"), _item.c.id > bindparam("at")),
)
_DEAD = (
    select(
        _tombstone.c.seq,
        _tombstone.c.item_id,
        _tombstone.c.created_seq,
        _tombstone.c.is_associated,
    )
    .where(
        _tombstone.c.mailbox_id == bindparam("mailbox_id"),
        _tombstone.c.folder_id == bindparam("folder_id"),
        or_(
            _tombstone.c.seq > bindparam("seq"),
            and_(
                _tombstone.c.seq == bindparam("seq"),
                _tombstone.c.item_id > bindparam("at"),
            ),
        ),
        _tombstone.c.item_id >= bindparam("floor"),
    )
    .order_by(_tombstone.c.seq, _tombstone.c.item_id)
)


class _Step:
    """Gathers the changes of one answer, up to its limit."""

    def __init__(self, tx: Tx, command: SyncItems, shape: Projection, limit: int) -> None:
        self._tx = tx
        self._ignore = frozenset(command.ignore)
        self._associated = command.associated
        self._shape = shape
        self._limit = limit
        self.changes: list[tuple[str, Row]] = []

    @property
    def is_full(self) -> bool:
        return len(self.changes) >= self._limit

    def changes_since(self, state: ItemState, modseq: int) -> ItemState:
        """Tell what happened since ``state`` to items that the client was given or is due."""
        while (state.seq, state.at) != (modseq, TOP) and not self.is_full:
            log, is_whole = self._log(state, self._limit - len(self.changes))
            for seq, id, entry in log:
                if self.is_full:
                    return state
                if entry is not None and id not in self._ignore:
                    self.changes.append(entry)
                state = msgspec.structs.replace(state, seq=seq, at=id)
            if is_whole:
                state = msgspec.structs.replace(state, seq=modseq, at=TOP)
        return state

    def _log(
        self, state: ItemState, limit: int
    ) -> tuple[list[tuple[int, int, tuple[str, Row] | None]], bool]:
        """Living and dead items after ``state``, by (seq, id), and whether these are all.

        An entry is None where nothing is to be told.
        """
        keys = {
            "mailbox_id": state.mailbox_id,
            "folder_id": state.folder_id,
            "seq": state.seq,
            "at": state.at,
            "floor": state.floor,
        }
        since = (state.seq, state.at)
        statement = _living(self._shape, self._associated).limit(limit + 1)
        rows = self._tx.conn.execute(statement, keys).all()
        shaped = self._shape.make_rows([tuple(row[:-_EXTRA]) for row in rows])
        log: list[tuple[int, int, tuple[str, Row] | None]] = []
        for row, made in zip(rows, shaped, strict=True):
            created, changed, flags, is_read, seq, id = row[-_EXTRA:]
            kind = _kind(since, id, created, changed, flags)
            log.append((seq, id, (kind, (id, is_read, seq) if kind == "read" else made)))
        dead = self._tx.conn.execute(_DEAD.limit(limit + 1), keys).all()
        for row in dead:
            was_given = (row.created_seq, row.item_id) <= since
            counts = self._associated or not row.is_associated
            entry = ("delete", (row.item_id,)) if was_given and counts else None
            log.append((row.seq, row.item_id, entry))
        log.sort(key=lambda entry: entry[:2])
        if len(rows) <= limit and len(dead) <= limit:
            return log, True
        # Both lists were cut after limit + 1: up to there the merged one has no gap.
        return log[: limit + 1], False

    def enumerate_below(self, state: ItemState) -> ItemState:
        """Hand out older items, newest first."""
        if state.is_enumerated:
            return state
        room = self._limit - len(self.changes)
        keys = {
            "mailbox_id": state.mailbox_id,
            "folder_id": state.folder_id,
            "floor": state.floor,
        }
        statement = _older(self._shape, self._associated).limit(room + 1)
        rows = self._tx.conn.execute(statement, keys).all()
        more = len(rows) > room
        rows = rows[:room]
        for made in self._shape.make_rows([tuple(row) for row in rows]):
            if made[0] not in self._ignore:
                self.changes.append(("create", made))
        floor = rows[-1][0] if more and rows else 0
        return msgspec.structs.replace(state, floor=floor)


_EXTRA = 6


def _kind(since: tuple[int, int], id: int, created: int, changed: int, flags: int) -> Kind:
    """What a client at ``since`` must hear of an item: it holds what is at or before it."""
    if (created, id) > since:
        return "create"
    if (changed, id) > since or (flags, id) > since:
        return "update"
    return "read"


def _living(shape: Projection, associated: bool) -> Any:
    statement = (
        select(
            *shape.columns,
            _item.c.created_seq,
            _item.c.changed_seq,
            _item.c.flags_seq,
            _item.c.is_read,
            _item.c.seq,
            _item.c.id,
        )
        .where(
            _item.c.mailbox_id == bindparam("mailbox_id"),
            _item.c.folder_id == bindparam("folder_id"),
            _AFTER,
            _item.c.id >= bindparam("floor"),
        )
        .order_by(_item.c.seq, _item.c.id)
    )
    return statement if associated else statement.where(_item.c.is_associated.is_(False))


def _older(shape: Projection, associated: bool) -> Any:
    statement = (
        select(*shape.columns)
        .where(
            _item.c.mailbox_id == bindparam("mailbox_id"),
            _item.c.folder_id == bindparam("folder_id"),
            _item.c.id < bindparam("floor"),
        )
        .order_by(_item.c.id.desc())
    )
    return statement if associated else statement.where(_item.c.is_associated.is_(False))


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
    modseq = _modseq(tx, root.mailbox_id)
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
