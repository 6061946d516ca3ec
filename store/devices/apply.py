"""A device's own changes in a step: carried out once, judged against what it had not yet seen."""

from __future__ import annotations

from typing import Any

import msgspec

from store.devices.commands import DeviceChange, StepCollection
from store.devices.follow import OWN_DELETION
from store.devices.model import Done, Entry, Position
from store.devices.owner import own_mailbox
from store.errors import Conflict, InvalidValue, NotFound, StoreError
from store.executor import Tx, WriteTx, executor_of
from store.items.rows import item_rows
from store.results import SavedAttachment, SavedItem

# The change number that tells when a part of an item last changed.
_NUMBERS = {
    "content": "changed_seq",
    "flags": "flags_seq",
    "categories": "categories_seq",
    "read": "read_seq",
}


class Applied(msgspec.Struct):
    """What came of changes: in their order, by token, and lines for the log."""

    in_order: tuple[Done, ...] = ()
    by_token: dict[str, Done] = {}
    log: list[Entry] = []

    def __bool__(self) -> bool:
        return bool(self.in_order)


def prepare(tx: Tx, command: StepCollection) -> list[Any]:
    """What each change's commands need beforehand: their prepared part, or the error instead."""
    return [_prepared(tx, change) for change in command.changes]


def _prepared(tx: Tx, change: DeviceChange) -> list[Any] | StoreError:
    made: list[Any] = []
    try:
        for command in change.commands:
            executor = executor_of(command)
            made.append(executor.prepare(tx, command) if executor.prepare else None)
    except StoreError as error:
        return error
    return made


def apply(
    tx: WriteTx,
    command: StepCollection,
    prepared: list[Any],
    position: Position,
    own: dict[int, int],
    known: dict[str, Done],
) -> Applied:
    """Carry changes out, but those ``known``. Notes the device's own changes in ``own``."""
    in_order: list[Done] = []
    applied = Applied(by_token=dict(known), log=[])
    taken = {known[change.token].item_id for change in command.changes if change.token in known}
    for change, made in zip(command.changes, prepared, strict=True):
        done = applied.by_token.get(change.token) or _made_before(change, known, taken)
        if done is None:
            done = _attempt(tx, command, change, made, position, own)
            applied.log.append(_entry(change, done))
        applied.by_token[change.token] = done
        if change.says and not done.error:
            applied.by_token.setdefault(change.says, done)
        in_order.append(done)
    applied.in_order = tuple(in_order)
    return applied


def _made_before(change: DeviceChange, known: dict[str, Done], taken: set[int]) -> Done | None:
    """What was made of the same words under another name, unless the device names that now, too."""
    done = known.get(change.says) if change.says else None
    if done is None or (done.item_id and done.item_id in taken):
        return None
    taken.add(done.item_id)
    return done


def _entry(change: DeviceChange, done: Done) -> Entry:
    is_new = change.item is None or change.adopts
    kind = "delete" if change.is_deletion else "add" if is_new else "change"
    outcome = done.error or ("it was there" if change.adopts else "done")
    cause = f"its own: {outcome}"
    return Entry(kind, done.item_id, cause)


def _attempt(
    tx: WriteTx,
    command: StepCollection,
    change: DeviceChange,
    made: list[Any] | StoreError,
    position: Position,
    own: dict[int, int],
) -> Done:
    item_id = change.item.id if change.item else 0
    if isinstance(made, StoreError):
        return _failed(item_id, made)
    result = tx.attempt(lambda: _carry_out(tx, command, change, made, position, own))
    return _failed(item_id, result) if isinstance(result, StoreError) else result


def _failed(item_id: int, error: StoreError) -> Done:
    return Done(item_id=item_id, error=type(error).__name__, role=error.role)


def _carry_out(
    tx: WriteTx,
    command: StepCollection,
    change: DeviceChange,
    made: list[Any],
    position: Position,
    own: dict[int, int],
) -> Done:
    """One change. Raises StoreError."""
    mailbox_id = own_mailbox(tx)
    item = change.item
    unseen: set[str] = set()
    if item is not None:
        row = item_rows(tx, mailbox_id, [item.id]).get(item.id)
        if item.mailbox_id != mailbox_id or row is None or row.folder_id != command.folder:
            if change.is_deletion:  # gone is what the device wants
                own[item.id] = OWN_DELETION
                return Done(item.id)
            raise NotFound("the item was not found", role="item")
        if change.of_draft and not row.is_draft:
            raise InvalidValue("the content of a message that is no draft stays as it is")
        # What the device did itself it did with all before it seen.
        seen = max(position.base, own.get(item.id, 0))
        if (row.seq, item.id) > (position.seq, position.at):
            unseen = {part for part, name in _NUMBERS.items() if getattr(row, name) > seen}
        if command.wins == "server" and not change.adopts and unseen.intersection(change.touches):
            raise Conflict("others changed it since the device looked", role="device")
    saved_id = item.id if item else 0
    attachments: list[int] = []
    for inner, ready in zip(change.commands, made, strict=True):
        executor = executor_of(inner)
        arguments = (ready,) if executor.prepare else ()
        outcomes = executor.run(tx, inner, *arguments)
        for outcome in outcomes:
            if isinstance(outcome, StoreError):
                raise outcome
            if isinstance(outcome, SavedAttachment):
                attachments.append(outcome.id.path[-1])
            if isinstance(outcome, SavedItem) and item is None:
                saved_id = outcome.id.id if outcome.id else 0
                attachments += [each.id.path[-1] for each in outcome.attachments]
    if change.is_deletion:
        own[saved_id] = OWN_DELETION
    elif change.adopts:
        own[saved_id] = 0
    elif saved_id and not unseen and not change.tells_back:
        own[saved_id] = tx.bump(mailbox_id)
    return Done(saved_id, attachments=tuple(attachments))
