"""A folder as a device holds it: two generations of state, so that a lost answer costs nothing.

A device comes with the number that it was last given. The step from there is carried out once and
kept: until the device comes with the next number, the same number gives the same step again, and
its own changes of that step are not carried out twice. State and data change in one transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, delete, insert, select, update

from store import tables
from store.devices.apply import Applied, apply, prepare
from store.devices.commands import BeginCollection, PeekCollections, StepCollection
from store.devices.follow import Follower, Now, beginning, is_whole
from store.devices.model import CollectionState, Done, Entry, Pending, Position, Step
from store.devices.owner import own_mailbox
from store.devices.rounds import note
from store.errors import InvalidState
from store.executor import Tx, WriteTx, reads, writes
from store.instant import from_instant
from store.model import FolderId
from store.rights import Right

_table = tables.device_collection
_own = tables.device_own
_folder = tables.folder
_MINE = (_table.c.mailbox_id == bindparam("b_mailbox"), _table.c.key == bindparam("b_key"))
_FOLDER = (*_MINE, _table.c.folder_id == bindparam("b_folder"))
_STATES = select(_table).where(*_FOLDER).order_by(_table.c.number)
# Without what only a repeat needs, which may be long.
_HEADS = (
    select(
        _table.c.token,
        _table.c.number,
        _table.c.position,
        _table.c.options,
        _table.c.more,
        _table.c.created,
        tables.mailbox.c.modseq,
        tables.mailbox.c.next_id,
        _folder.c.id.label("folder"),
    )
    .join(tables.mailbox, tables.mailbox.c.id == _table.c.mailbox_id)
    .outerjoin(
        _folder,
        and_(_folder.c.mailbox_id == _table.c.mailbox_id, _folder.c.id == _table.c.folder_id),
    )
    .where(*_FOLDER)
    .order_by(_table.c.number)
)
_INSERT = insert(_table)
_DROP_ALL = delete(_table).where(*_FOLDER)
_DROP_OLDER = delete(_table).where(*_FOLDER, _table.c.number < bindparam("b_number"))
_SAVE_DONE = (
    update(_table)
    .where(*_FOLDER, _table.c.number == bindparam("b_number"))
    .values(done=bindparam("b_done"))
)
_OWN = select(_own.c.item_id, _own.c.seq).where(
    _own.c.mailbox_id == bindparam("b_mailbox"),
    _own.c.key == bindparam("b_key"),
    _own.c.folder_id == bindparam("b_folder"),
)
_DROP_OWN = delete(_own).where(
    _own.c.mailbox_id == bindparam("b_mailbox"),
    _own.c.key == bindparam("b_key"),
    _own.c.folder_id == bindparam("b_folder"),
)
_mailbox = tables.mailbox
_NOW = select(_mailbox.c.modseq, _mailbox.c.next_id).where(_mailbox.c.id == bindparam("mailbox_id"))
_position = msgspec.json.Decoder(Position)
_entries = msgspec.json.Decoder(tuple[Entry, ...])
_done = msgspec.json.Decoder(dict[str, Done])
_encode = msgspec.json.encode

_FRESH_S = 3600


def _keys(mailbox_id: int, key: str, folder_id: int) -> dict[str, Any]:
    return {"b_mailbox": mailbox_id, "b_key": key, "b_folder": folder_id}


def _state_of(row: Row[*tuple[Any, ...]]) -> CollectionState:
    return CollectionState(
        token=row.token,
        number=row.number,
        position=_position.decode(row.position),
        options=row.options,
        more=row.more,
        created=row.created,
    )


def read_now(tx: Tx, mailbox_id: int) -> Now:
    """Where the mailbox stands."""
    row = tx.conn.execute(_NOW, {"mailbox_id": mailbox_id}).one()
    return Now(row.modseq, row.next_id - 1)


def load_own(tx: Tx, mailbox_id: int, key: str, folder_id: int) -> dict[int, int]:
    """The device's own changes in a folder that it was not yet passed by."""
    rows = tx.conn.execute(_OWN, _keys(mailbox_id, key, folder_id))
    return {row.item_id: row.seq for row in rows}


def save_own(tx: WriteTx, mailbox_id: int, key: str, folder_id: int, own: dict[int, int]) -> None:
    """Keep the device's own changes in a folder."""
    tx.conn.execute(_DROP_OWN, _keys(mailbox_id, key, folder_id))
    if own:
        here = {"mailbox_id": mailbox_id, "key": key, "folder_id": folder_id}
        tx.conn.execute(
            insert(_own), [{**here, "item_id": id, "seq": seq} for id, seq in own.items()]
        )


def newest_position(tx: Tx, mailbox_id: int, key: str, folder_id: int) -> Position | None:
    """How far the device was told at last; None where it does not hold the folder."""
    rows = tx.conn.execute(_HEADS, _keys(mailbox_id, key, folder_id)).all()
    return _position.decode(rows[-1].position) if rows else None


# -- beginning ---------------------------------------------------------------------------------


@writes(BeginCollection)
def begin_collection(tx: WriteTx, command: BeginCollection) -> Step:
    """Hold a folder from empty: whatever the device held of it before is forgotten."""
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    _check_folder(tx, mailbox_id, command.folder)
    keys = _keys(mailbox_id, command.device, command.folder)
    rows = tx.conn.execute(_STATES, keys).all()
    if len(rows) == 1 and rows[0].number == 1 and rows[0].options == command.options:
        age = from_instant(tx.now) - from_instant(rows[0].created)
        if age.total_seconds() < _FRESH_S:
            return Step(rows[0].token, 1, is_repeat=True)
    if rows:
        tx.conn.execute(_DROP_ALL, keys)
    save_own(tx, mailbox_id, command.device, command.folder, {})
    token = secrets.token_hex(4)
    position = beginning(read_now(tx, mailbox_id), command.kinds)
    _give(
        tx,
        command.device,
        mailbox_id,
        command.folder,
        token,
        1,
        position,
        command.options,
        more=True,
    )
    why = f"after number {rows[-1].number}" if rows else "for the first time"
    note(
        tx,
        mailbox_id,
        command.device,
        "begin",
        folder_id=command.folder,
        number=1,
        note=f"held from empty, {why}",
    )
    return Step(token, 1)


def _check_folder(tx: Tx, mailbox_id: int, folder_id: int) -> None:
    tx.access.folder(FolderId(mailbox_id, folder_id), Right.READ_ALL, role="sync")


def _give(
    tx: WriteTx,
    key: str,
    mailbox_id: int,
    folder_id: int,
    token: str,
    number: int,
    position: Position,
    options: str,
    *,
    more: bool,
    entries: Sequence[Entry] = (),
    done: dict[str, Done] | None = None,
) -> None:
    tx.conn.execute(
        _INSERT,
        [
            {
                "mailbox_id": mailbox_id,
                "key": key,
                "folder_id": folder_id,
                "number": number,
                "token": token,
                "position": _encode(position).decode(),
                "options": options,
                "entries": _encode(entries).decode(),
                "more": more,
                "done": _encode(done or {}).decode(),
                "created": tx.now,
            }
        ],
    )


# -- looking -----------------------------------------------------------------------------------


@reads(PeekCollections, small=lambda command: len(command.numbers) <= _FEW)
def peek_collections(tx: Tx, command: PeekCollections) -> list[Pending]:
    """What there is for a device, without telling it."""
    mailbox_id = own_mailbox(tx)
    return [
        _peek(tx, mailbox_id, command, folder_id, token, number)
        for folder_id, token, number in command.numbers
    ]


_FEW = 16


def _peek(
    tx: Tx,
    mailbox_id: int,
    command: PeekCollections,
    folder_id: int,
    token: str,
    number: int,
) -> Pending:
    rows = tx.conn.execute(_HEADS, _keys(mailbox_id, command.device, folder_id)).all()
    if rows and rows[0].folder is None:
        return Pending(folder_id, is_gone=True)
    if not token:
        rows = rows[-1:]
    found = next((r for r in rows if not token or (r.token, r.number) == (token, number)), None)
    if found is None:
        is_behind = any(row.token == token and row.number > number for row in rows)
        return Pending(folder_id, is_behind=is_behind)
    state = _state_of(found)
    now = Now(found.modseq, found.next_id - 1)
    is_told = rows[-1].number > state.number
    cutoff = command.cutoffs.get(folder_id)
    if cutoff is None:
        if state.more:
            return Pending(folder_id, state, is_told, 1)
        # Items leave a filter with time; that alone is nothing to wake a device for.
        if state.position.edge_id:
            raise InvalidState("the position of a folder told whole lies inside it")
        cutoff = state.position.edge
    gathers = command.gathers.get(folder_id, state.position.gathers)
    position = msgspec.structs.replace(state.position, gathers=gathers)
    if is_whole(position, now, cutoff):
        return Pending(folder_id, state, is_told, 0)
    follower = Follower(
        tx,
        mailbox_id,
        folder_id,
        load_own(tx, mailbox_id, command.device, folder_id),
        window=command.limit,
        bytes_max=1 << 62,
        kinds=state.position.kinds,
        blind=command.blind,
    )
    follower.advance(position, now, cutoff)
    return Pending(folder_id, state, is_told, len(follower.entries))


# -- stepping ----------------------------------------------------------------------------------


@writes(StepCollection, prepare=prepare, small=lambda command: not command.changes)
def step_collection(tx: WriteTx, command: StepCollection, prepared: list[Any]) -> Step:
    """Carry out a device's changes and tell it what changed, once for each number."""
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    _check_folder(tx, mailbox_id, command.folder)
    keys = _keys(mailbox_id, command.device, command.folder)
    rows = {row.number: row for row in tx.conn.execute(_STATES, keys).all()}
    row = rows.get(command.number)
    if row is None or row.token != command.token:
        raise InvalidState("the device does not hold the folder under that number")
    state = _state_of(row)
    own = load_own(tx, mailbox_id, command.device, command.folder)
    told = rows.get(command.number + 1)
    if told is not None:
        return _again(tx, command, prepared, state, told, own)
    before = dict(own)
    applied = apply(tx, command, prepared, state.position, own, {})
    follower = Follower(
        tx,
        mailbox_id,
        command.folder,
        own,
        window=command.window,
        bytes_max=command.bytes_max,
        item_bytes=command.item_bytes,
        kinds=state.position.kinds,
        blind=command.blind,
    )
    position, more = state.position, state.more
    if command.gets:
        position, more = _advance(tx, follower, state.position, command)
    options = state.options if command.options is None else command.options
    is_news = bool(follower.entries or applied or options != state.options)
    if not is_news and position == state.position and more == state.more:
        return Step(state.token, state.number)
    if command.gets and not more:
        own = {}  # the position lies behind all of them
    if own != before:
        save_own(tx, mailbox_id, command.device, command.folder, own)
    _give(
        tx,
        command.device,
        mailbox_id,
        command.folder,
        state.token,
        state.number + 1,
        position,
        options,
        more=more,
        entries=follower.entries,
        done=applied.by_token,
    )
    tx.conn.execute(_DROP_OLDER, {**keys, "b_number": state.number})
    _note(tx, mailbox_id, command, state.number + 1, follower.entries, applied, "")
    return Step(
        state.token,
        state.number + 1,
        tuple(follower.entries),
        more,
        applied.in_order,
    )


def _advance(
    tx: WriteTx, follower: Follower, position: Position, command: StepCollection
) -> tuple[Position, bool]:
    """The position after the step, and whether there is more behind it."""
    mailbox_id = own_mailbox(tx)
    state = tx.lock(mailbox_id)
    now = Now(state.modseq, state.next_id - 1)
    position = msgspec.structs.replace(position, gathers=command.gathers)
    position = follower.advance(position, now, command.cutoff)
    if follower.is_full:
        return position, True  # something had no room
    if is_whole(position, now, command.cutoff):
        return position, False
    probe = follower.probe()
    further = probe.advance(position, now, command.cutoff)
    if probe.entries:
        return position, True
    return further, not is_whole(further, now, command.cutoff)


def _again(
    tx: WriteTx,
    command: StepCollection,
    prepared: list[Any],
    state: CollectionState,
    told: Row[Any],
    own: dict[int, int],
) -> Step:
    """The step from this number was given before: the same again, and what of the device's
    changes was not carried out then."""
    mailbox_id = own_mailbox(tx)
    before = dict(own)
    known = _done.decode(told.done)
    applied = apply(tx, command, prepared, state.position, own, known)
    if own != before:
        save_own(tx, mailbox_id, command.device, command.folder, own)
    if applied.by_token.keys() != known.keys():
        keys = _keys(mailbox_id, command.device, command.folder)
        done = _encode({**known, **applied.by_token}).decode()
        tx.conn.execute(_SAVE_DONE, {**keys, "b_number": told.number, "b_done": done})
    entries = _entries.decode(told.entries)
    _note(tx, mailbox_id, command, told.number, entries, applied, "the same step again")
    return Step(told.token, told.number, entries, told.more, applied.in_order, is_repeat=True)


def _note(
    tx: WriteTx,
    mailbox_id: int,
    command: StepCollection,
    number: int,
    entries: Sequence[Entry],
    applied: Applied,
    text: str,
) -> None:
    note(
        tx,
        mailbox_id,
        command.device,
        "sync",
        folder_id=command.folder,
        number=number,
        entries=[*entries, *applied.log],
        note=text,
    )
