"""A device's log: what it was told in each round and why; what was asked to be done once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Row, bindparam, delete, func, insert, select

from store import tables
from store.devices.commands import ListRounds, NoteRound, Once, TraceItem
from store.devices.model import Entry, Round
from store.devices.owner import own_mailbox
from store.directory.names import require_system
from store.errors import AlreadyDone, StoreError
from store.executor import Executor, Tx, WriteTx, executor_of, reads, writes

_round = tables.device_round
_once = tables.device_once
_DONE = select(_once.c.at).where(
    _once.c.mailbox_id == bindparam("b_mailbox"),
    _once.c.key == bindparam("b_key"),
    _once.c.token == bindparam("b_token"),
)
_LAST = select(func.max(_round.c.id)).where(
    _round.c.mailbox_id == bindparam("mailbox_id"), _round.c.key == bindparam("key")
)
_INSERT = insert(_round)
_encode = msgspec.json.encode
_ENTRIES = msgspec.json.Decoder(tuple[Entry, ...])
_NOTE_CHARS_MAX = 500


def note(
    tx: WriteTx,
    mailbox_id: int,
    key: str,
    what: str,
    *,
    folder_id: int = 0,
    number: int = 0,
    status: int = 1,
    entries: Sequence[Entry] = (),
    note: str = "",
) -> None:
    """Write a line into a device's log."""
    last = tx.conn.execute(_LAST, {"mailbox_id": mailbox_id, "key": key}).scalar()
    tx.conn.execute(
        _INSERT,
        [
            {
                "mailbox_id": mailbox_id,
                "key": key,
                "id": (last or 0) + 1,
                "at": tx.now,
                "what": what,
                "folder_id": folder_id,
                "number": number,
                "status": status,
                "entries": _encode(entries).decode(),
                "note": note[:_NOTE_CHARS_MAX],
            }
        ],
    )


@writes(NoteRound)
def note_round(tx: WriteTx, command: NoteRound) -> None:
    """A line of the asker's own device."""
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    note(
        tx,
        mailbox_id,
        command.device,
        command.what,
        folder_id=command.folder,
        status=command.status,
        note=command.note,
    )


@reads(ListRounds)
def list_rounds(tx: Tx, command: ListRounds) -> list[Round]:
    """The log, newest first."""
    mailbox_id = own_mailbox(tx, command.mailbox_id)
    statement = (
        select(_round)
        .where(_round.c.mailbox_id == mailbox_id, _round.c.key == command.device)
        .order_by(_round.c.id.desc())
    )
    if command.item:
        # The entry's second field: as JSON has it, so that no line without it is read.
        statement = statement.where(_round.c.entries.contains(f'",{command.item},'))
    rows = tx.conn.execute(statement.limit(command.limit))
    return [_round_of(row) for row in rows]


def _round_of(row: Row[Any]) -> Round:
    return Round(
        id=row.id,
        at=row.at,
        what=row.what,
        folder_id=row.folder_id,
        number=row.number,
        status=row.status,
        entries=_ENTRIES.decode(row.entries),
        note=row.note,
    )


_tombstone = tables.tombstone
_MOVES_MAX = 100


@reads(TraceItem)
def trace_item(tx: Tx, command: TraceItem) -> tuple[int, ...]:
    """An item's ids, from the first move to the last."""
    require_system(tx)
    trail = [command.item]
    for known, wanted, place in (
        (_tombstone.c.moved_item, _tombstone.c.item_id, 0),
        (_tombstone.c.item_id, _tombstone.c.moved_item, -1),
    ):
        for _ in range(_MOVES_MAX):
            found = tx.conn.execute(
                select(wanted).where(
                    _tombstone.c.mailbox_id == command.mailbox_id,
                    known == trail[place],
                    _tombstone.c.moved_item != 0,
                )
            ).scalar()
            if not found:
                break
            trail.insert(0 if place == 0 else len(trail), found)
    return tuple(trail)


# -- once --------------------------------------------------------------------------------------


def _prepare_once(tx: Tx, command: Once) -> tuple[Executor, Any]:
    executor = executor_of(command.command)
    _check_not_done(tx, command)
    return executor, executor.prepare(tx, command.command) if executor.prepare else None


@writes(Once, prepare=_prepare_once)
def once(tx: WriteTx, command: Once, prepared: tuple[Executor, Any]) -> Any:
    """Carry a command out, and remember that it was: both or neither."""
    executor, made = prepared
    mailbox_id = tx.principal.mailbox_id
    tx.lock(mailbox_id)
    _check_not_done(tx, command)
    if command.forgets:
        _forget(tx, mailbox_id, command.device, command.forgets)
    remember(tx, mailbox_id, command.device, command.token)
    arguments = (made,) if executor.prepare is not None else ()
    result = executor.run(tx, command.command, *arguments)
    if isinstance(result, list):
        for outcome in cast("list[Any]", result):
            if isinstance(outcome, StoreError):  # nothing was done: it may be asked again
                raise outcome
    return cast("Any", result)


def remember(tx: WriteTx, mailbox_id: int, key: str, token: str) -> None:
    """Note that a device had a thing done. It must not be noted already."""
    row = {"mailbox_id": mailbox_id, "key": key, "token": token, "at": tx.now}
    tx.conn.execute(insert(_once), [row])


def _forget(tx: WriteTx, mailbox_id: int, key: str, prefix: str) -> None:
    begins = _once.c.token.startswith(prefix, autoescape=True)
    tx.conn.execute(
        delete(_once).where(_once.c.mailbox_id == mailbox_id, _once.c.key == key, begins)
    )


def is_remembered(tx: Tx, mailbox_id: int, key: str, token: str) -> bool:
    """Whether that was noted."""
    keys = {"b_mailbox": mailbox_id, "b_key": key, "b_token": token}
    return tx.conn.execute(_DONE, keys).first() is not None


def _check_not_done(tx: Tx, command: Once) -> None:
    """Raises AlreadyDone."""
    if is_remembered(tx, tx.principal.mailbox_id, command.device, command.token):
        raise AlreadyDone("this request was carried out before", where=command.token)
