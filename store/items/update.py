"""UpdateItems: changes one by one, sent where asked, and told to those who take part."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Row

from schemas.property import Kind
from store.calendar.scheduling.found import content_of, read_found
from store.calendar.scheduling.messages import Meeting
from store.calendar.scheduling.organize import announced, is_organizers, tell_of_change
from store.commands import FolderRole, ItemChange, UpdateItems
from store.errors import NotSupported, StoreError
from store.executor import WriteTx, writes
from store.items.change import check_change, edit_of, editable
from store.items.create import send_stored
from store.items.relocate import bin_of
from store.results import SavedItem
from store.submission import receipts
from store.tasks.complete import done_once

Outcome = SavedItem | StoreError


@writes(UpdateItems)
def update_items(tx: WriteTx, command: UpdateItems) -> list[Outcome]:
    """Change items, each all or nothing; then send them where asked (MS-OXWSCORE 3.1.4.9)."""
    tx.hold(change.item.mailbox_id for change in command.changes)
    repeated = Counter(_row_of(change) for change in command.changes)
    rows = editable(tx, [change.item for change in command.changes])
    results: list[Outcome] = []
    for change, row in zip(command.changes, rows, strict=True):
        if not isinstance(row, StoreError) and repeated[_row_of(change)] > 1:
            row = editable(tx, [change.item])[0]
        if isinstance(row, StoreError):
            results.append(row)
            continue
        results.append(_attempt(tx, row, change, command))
    return results


def _row_of(change: ItemChange) -> tuple[int, int]:
    return change.item.mailbox_id, change.item.id


def _attempt(tx: WriteTx, row: Row[Any], change: ItemChange, command: UpdateItems) -> Outcome:
    if row.kind == Kind.CALENDAR and command.invitations != "none":
        return tx.attempt(lambda: _update_and_tell(tx, row, change, command))
    if command.disposition == "save":
        # Everything is checked before the first write: no savepoint needed.
        try:
            return _update(tx, row, change, command)
        except StoreError as error:
            return error
    return tx.attempt(lambda: _update_and_send(tx, row, change, command))


def _update(tx: WriteTx, row: Row[Any], change: ItemChange, command: UpdateItems) -> SavedItem:
    conflicts = check_change(tx, row, change, command.resolution)
    if row.kind == Kind.TASK:
        change = done_once(tx, row, change)
    edit = edit_of(tx, row, change)
    seq = edit.write()
    if edit.became_read and not command.suppress_receipts:
        receipts.read(tx, row)
    return SavedItem(change.item, seq, row.kind, conflicts=conflicts)


def _update_and_send(
    tx: WriteTx, row: Row[Any], change: ItemChange, command: UpdateItems
) -> SavedItem:
    saved = _update(tx, row, change, command)
    current = editable(tx, [change.item])[0]
    if isinstance(current, StoreError):
        raise current
    save_to = command.save_to or FolderRole("sentitems")
    keeps = command.disposition == "send_and_save"
    send_stored(tx, current, save_to if keeps else None)
    return msgspec.structs.replace(saved, id=None)


def _update_and_tell(
    tx: WriteTx, row: Row[Any], change: ItemChange, command: UpdateItems
) -> SavedItem:
    """Change a meeting and send the attendees what is new (MS-OXWSMTGS 3.1.4.9)."""
    before = read_found(tx, change.item).properties
    saved = _update(tx, row, announced(before, change, command.invitations), command)
    after = read_found(tx, change.item)
    if is_organizers(before) or is_organizers(after.properties):
        _check_place(tx, row)
        meeting = Meeting(after.properties, *content_of(tx, after))
        tell_of_change(tx, before, meeting, command.invitations)
    return saved


def _check_place(tx: WriteTx, row: Row[Any]) -> None:
    """A meeting that was thrown away has no attendees who could be told of news."""
    if row.folder_id == bin_of(tx, row.mailbox_id, "deleteditems").id:
        raise NotSupported("the meeting lies in Deleted Items", role="deleted_meeting")
