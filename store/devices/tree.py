"""The folder tree as a device was given it.

A device comes with the number of a step. Each number stands for the tree at one change number and
what the device did to it itself; numbers before the one it came with are dropped, since it shows
by it that it got that answer. So an answer that was lost can be asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, func, insert, select

from schemas.folders import DISTINGUISHED
from store import tables
from store.commands import CreateFolders, FolderRole, SyncFolders
from store.devices.commands import ChangeTree, PeekTree, ReadTree, StepTree
from store.devices.model import Entry, TreeChange, TreeStep
from store.devices.owner import own_mailbox
from store.devices.rounds import note
from store.errors import AlreadyExists, InvalidState, StoreError
from store.executor import Tx, WriteTx, executor_of, reads, writes
from store.folders.read import below, folders_of, tree
from store.model import Folder, FolderId
from store.record import decode_record
from store.results import FolderChanges
from store.sync import sync_folders

_tree = tables.device_tree
_MINE = (_tree.c.mailbox_id == bindparam("b_mailbox"), _tree.c.key == bindparam("b_key"))
_ONE = select(_tree).where(*_MINE, _tree.c.number == bindparam("b_number"))
_NEWEST = select(_tree).where(*_MINE).order_by(_tree.c.number.desc()).limit(1)
_LAST = select(func.max(_tree.c.number)).where(*_MINE)
_OLDER = delete(_tree).where(*_MINE, _tree.c.number < bindparam("b_number"))
_INSERT = insert(_tree)
_ROOT = FolderRole("msgfolderroot")
# What every mailbox has and nobody is shown.
_HIDDEN = frozenset(folder.role for folder in DISTINGUISHED if folder.is_hidden)


class _Known(msgspec.Struct, frozen=True):
    """What goes with a number: the change number of each folder that the device changed itself
    (-1: it deleted it), and the folder classes that it was shown."""

    own: dict[int, int] = {}
    classes: tuple[str, ...] = ("IPF.Note",)


_KNOWN = msgspec.json.Decoder(_Known)


def _keys(mailbox_id: int, key: str) -> dict[str, Any]:
    return {"b_mailbox": mailbox_id, "b_key": key}


@reads(PeekTree, small=lambda _: True)
def peek_tree(tx: Tx, command: PeekTree) -> bool:
    """Whether the device would be told anything."""
    state = tx.conn.execute(_NEWEST, _keys(own_mailbox(tx), command.device)).first()
    if state is None:
        return True
    found = _changes(tx, state, command.classes)
    return bool(found.created or found.updated or found.deleted)


@reads(ReadTree)
def read_tree(tx: Tx, command: ReadTree) -> TreeStep:
    """The tree as it is."""
    return _changes(tx, None, command.classes)


def _prepare(tx: Tx, command: StepTree) -> TreeStep | None:
    """The step where nothing needs to be written: nearly always nothing changed."""
    if command.number == 0:
        return None
    state = _state(tx, command.device, command.number)
    found = _changes(tx, state, command.classes)
    is_news = found.created or found.updated or found.deleted
    return None if is_news else TreeStep(command.number)


@writes(StepTree, prepare=_prepare)
def step_tree(tx: WriteTx, command: StepTree, prepared: TreeStep | None) -> TreeStep:
    """Tell a device what changed in the tree."""
    if prepared is not None:
        return prepared
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    if command.number:
        state = _state(tx, command.device, command.number)
        found = _changes(tx, state, command.classes)
        tx.conn.execute(_OLDER, {**_keys(mailbox_id, command.device), "b_number": command.number})
    else:
        found = _changes(tx, None, command.classes)
    seq = tx.lock(mailbox_id).modseq
    number = _give(tx, mailbox_id, command.device, seq, _Known(classes=command.classes))
    step = msgspec.structs.replace(found, number=number)
    _note(tx, mailbox_id, command.device, step)
    return step


def _note(tx: WriteTx, mailbox_id: int, key: str, step: TreeStep) -> None:
    entries = [
        *(Entry("add", folder.id.id, folder.name) for folder in step.created),
        *(Entry("change", folder.id.id, folder.name) for folder in step.updated),
        *(Entry("delete", id, "") for id in step.deleted),
    ]
    note(tx, mailbox_id, key, "tree", number=step.number, entries=entries)


def _give(tx: WriteTx, mailbox_id: int, key: str, seq: int, known: _Known) -> int:
    """A new number for the tree at ``seq``, of which the device knows something already."""
    last = tx.conn.execute(_LAST, _keys(mailbox_id, key)).scalar() or 0
    tx.conn.execute(
        _INSERT,
        [
            {
                "mailbox_id": mailbox_id,
                "key": key,
                "number": last + 1,
                "seq": seq,
                "own": msgspec.json.encode(known).decode(),
                "created": tx.now,
            }
        ],
    )
    return last + 1


def _state(tx: Tx, key: str, number: int) -> Row[Any]:
    """Raises InvalidState."""
    row = tx.conn.execute(_ONE, {**_keys(own_mailbox(tx), key), "b_number": number}).first()
    if row is None:
        raise InvalidState("the device was not given the tree under that number")
    return row


_folder = tables.folder
_log = tables.folder_log
_TOUCHED = (
    select(_folder.c.id)
    .where(_folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.seq > bindparam("seq"))
    .limit(1)
)
_LOGGED = (
    select(_log.c.folder_id)
    .where(_log.c.mailbox_id == bindparam("mailbox_id"), _log.c.seq > bindparam("seq"))
    .limit(1)
)


def _is_quiet(tx: Tx, mailbox_id: int, seq: int) -> bool:
    """Whether nothing happened to any folder since a change number."""
    keys = {"mailbox_id": mailbox_id, "seq": seq}
    return not any(tx.conn.execute(each, keys).first() for each in (_TOUCHED, _LOGGED))


def _changes(tx: Tx, state: Row[Any] | None, classes: tuple[str, ...]) -> TreeStep:
    """What changed since a state, without what the device did itself and what it is not shown."""
    since = None if state is None else state.seq
    known = _Known(classes=classes) if state is None else _KNOWN.decode(state.own)
    is_same = known.classes == classes
    if state is not None and is_same and _is_quiet(tx, own_mailbox(tx), state.seq):
        return TreeStep(0)
    found: FolderChanges = sync_folders(tx, SyncFolders(_ROOT, since))
    own = known.own
    rows = tree(tx, found.root.mailbox_id)
    shown = _shown(rows, found.root.id, classes)
    created, updated = list(found.created), list(found.updated)
    deleted = [folder.id for folder in found.deleted if own.get(folder.id) != _GONE]
    if not is_same:
        before = _shown(rows, found.root.id, known.classes)
        new = shown - before
        listed = {folder.id.id for folder in created}
        late = [row for row in below(rows, found.root.id) if row.id in new - listed]
        created += folders_of(tx, late)
        updated = [folder for folder in updated if folder.id.id not in new]
        deleted += sorted(before - shown - listed)
    return TreeStep(
        number=0,
        created=_listed([f for f in created if f.id.id not in own], shown, own),
        # Those that the device made itself and others changed since.
        updated=_listed([*(f for f in created if f.id.id in own), *updated], shown, own),
        deleted=tuple(deleted),
    )


# In place of a change number: the device deleted it.
_GONE = -1


def _shown(rows: dict[int, Any], root_id: int, classes: tuple[str, ...]) -> set[int]:
    """Ids of the folders of some classes, but the root and what nobody is shown."""
    return {row.id for row in rows.values() if row.id != root_id and _is_shown(row, classes)}


def _is_shown(row: Any, classes: tuple[str, ...]) -> bool:
    folder_class = row.folder_class.upper()
    if row.role in _HIDDEN or decode_record(row.record)[0].get("is_hidden"):
        return False
    return any(
        folder_class == each or folder_class.startswith(f"{each}.")
        for each in (each.upper() for each in classes)
    )


def _listed(folders: Sequence[Folder], shown: set[int], own: dict[int, int]) -> tuple[Folder, ...]:
    """Those that the device is shown, each below a parent that it is shown, or at the top."""
    listed: list[Folder] = []
    for folder in folders:
        known = own.get(folder.id.id, 0)
        if folder.id.id not in shown or folder.change <= known:
            continue
        if folder.parent is None or folder.parent.id not in shown:
            folder = msgspec.structs.replace(folder, parent=None)
        listed.append(folder)
    return tuple(listed)


@writes(ChangeTree)
def change_tree(tx: WriteTx, command: ChangeTree) -> TreeChange:
    """Carry out a device's change of the tree; it is not told of it again."""
    mailbox_id = own_mailbox(tx)
    before = tx.lock(mailbox_id).modseq
    state = _state(tx, command.device, command.number)
    known = _KNOWN.decode(state.own)
    own = dict(known.own)
    folder_id = 0
    for change in command.changes:
        try:
            result = executor_of(change).run(tx, change)[0]
        except StoreError as error:
            result = error
        if isinstance(result, AlreadyExists) and isinstance(change, CreateFolders):
            result = _made_before(tx, command.device, state, change) or result
        if isinstance(result, StoreError):
            raise result
        folder = result.id.id if isinstance(result, Folder) else _named(change)
        own[folder] = _GONE if result is None else tx.bump(mailbox_id)
        folder_id = folder if isinstance(change, CreateFolders) else folder_id
    tx.conn.execute(_OLDER, {**_keys(mailbox_id, command.device), "b_number": command.number})
    # What others did meanwhile is still to be told: then the tree stays the one of before.
    seq = state.seq
    if seq == before:
        seq, own = tx.bump(mailbox_id), {}
    number = _give(tx, mailbox_id, command.device, seq, _Known(own, known.classes))
    note(tx, mailbox_id, command.device, "own change of the tree", number=number)
    return TreeChange(number, folder_id)


def _named(change: Any) -> int:
    folder = change.folders[0]
    return folder.id if isinstance(folder, FolderId) else 0


def _made_before(tx: WriteTx, key: str, state: Row[Any], change: CreateFolders) -> Folder | None:
    """The folder of that name which this device made after the state with which it comes: the
    answer of then was lost."""
    mailbox_id = own_mailbox(tx)
    later = tx.conn.execute(
        select(_tree.c.own, _tree.c.seq).where(
            _tree.c.mailbox_id == mailbox_id,
            _tree.c.key == key,
            _tree.c.number > state.number,
        )
    ).all()
    if not later:
        return None
    parent = tx.access.folder(change.parent, role="parent")
    name = change.folders[0].name.casefold()
    rows = [
        row
        for row in tree(tx, mailbox_id).values()
        if row.parent_id == parent.id
        and row.name.casefold() == name
        and row.created_seq > state.seq
        and any(
            row.id in _KNOWN.decode(step.own).own or step.seq >= row.created_seq for step in later
        )
    ]
    return folders_of(tx, rows)[0] if rows else None
