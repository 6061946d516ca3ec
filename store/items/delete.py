"""Deleting items and occurrences of series (MS-OXWSCORE 3.1.4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from schemas.property import Kind
from store.calendar.exceptions import occurrence_in, with_exception
from store.calendar.occurrences import Series
from store.calendar.scheduling import organize
from store.calendar.scheduling.arrival import is_own
from store.calendar.scheduling.found import Found, content_of, read_found
from store.calendar.scheduling.messages import Meeting, address_of, response
from store.commands import DeleteItems, ItemChange
from store.errors import NotSupported, StoreError
from store.executor import WriteTx, writes
from store.items.change import edit_of
from store.items.relocate import discard, move_to_bin, once
from store.items.rows import permitted
from store.model import Body, ItemId
from store.record import properties_of
from store.rights import READ_OWNED, Right
from store.submission import receipts, sending
from store.submission.recipients import reader_of
from store.tasks.complete import skip_once
from store.tasks.recurring import is_recurring


@writes(DeleteItems)
def delete_items(tx: WriteTx, command: DeleteItems) -> list[StoreError | None]:
    """Delete items for good, to the dumpster, or to Deleted Items; an occurrence leaves its
    series, and with its last occurrence a series goes."""
    tx.hold(item.mailbox_id for item in command.items)
    results: list[StoreError | None] = [None] * len(command.items)
    told = {n for n, item in enumerate(command.items) if _is_told(tx, command, item)}
    whole = [n for n, item in enumerate(command.items) if not item.original and n not in told]
    found = _delete_whole(tx, command, [command.items[number] for number in whole])
    for number, result in zip(whole, found, strict=True):
        results[number] = result
    for number, item in enumerate(command.items):
        if item.original or number in told:
            result = tx.attempt(lambda item=item: _delete_meeting(tx, item, command))
            results[number] = result if isinstance(result, StoreError) else None
    return results


def _is_told(tx: WriteTx, command: DeleteItems, item: ItemId) -> bool:
    """Whether others may have to hear of it: it is a meeting."""
    if command.cancellations == "none":
        return False
    row = permitted(tx, [item], Right.READ_ALL, owned=READ_OWNED, occurrences=True)[0]
    return not isinstance(row, StoreError) and row.kind == Kind.CALENDAR


def _delete_meeting(tx: WriteTx, item: ItemId, command: DeleteItems) -> None:
    """Delete an occurrence or a meeting, and tell whom it concerns: an organiser cancels, an
    attendee declines. Raises NotFound, AccessDenied, and as ``sending.prepare``."""
    if command.cancellations != "none":
        found = read_found(tx, item)
        keeps = organize.keeps_copy(command.cancellations)
        if not is_own(found.properties):
            if not found.properties.get("is_cancelled"):
                decline(tx, found, keeps=keeps)
        elif not found.properties.get("is_cancelled"):
            body, _ = content_of(tx, found)
            organize.tell_of_end(tx, Meeting(found.properties, body), command.cancellations)
    if item.original:
        delete_occurrence(tx, item, command.how)
        return
    row = permitted(tx, [item], Right.DELETE_ALL, owned=Right.DELETE_OWNED)[0]
    if isinstance(row, StoreError):
        raise row
    if command.how == "hard":
        discard(tx, [row])
    else:
        move_to_bin(tx, [row], command.how)


def decline(tx: WriteTx, found: Found, *, keeps: bool) -> None:
    """Tell the organiser of a meeting that its attendee, who deletes it, does not come."""
    owner = reader_of(tx, found.row.mailbox_id)
    if owner is None or not address_of(found.properties.get("organizer")):
        return
    who = {"name": owner.name, "address": owner.address}
    message = response(found.properties, "decline", who, Body(), tx.now)
    organize.hand_out(tx, sending.prepare(tx, message), keeps=keeps)


def _delete_whole(
    tx: WriteTx, command: DeleteItems, items: Sequence[ItemId]
) -> list[StoreError | None]:
    rows: list[Row[Any] | StoreError | None] = [
        *once(permitted(tx, items, Right.DELETE_ALL, owned=Right.DELETE_OWNED))
    ]
    if command.how != "hard":
        rows = [_not_hidden(row) for row in rows]
    if command.task_occurrence:
        rows = [_skipped(tx, row) for row in rows]
    good = [row for row in rows if not isinstance(row, StoreError) and row is not None]
    if not command.suppress_receipts:
        for row in good:
            receipts.deleted(tx, row)
    if command.how == "hard":
        discard(tx, good)
    else:
        move_to_bin(tx, good, command.how)
    return [row if isinstance(row, StoreError) else None for row in rows]


def _skipped(tx: WriteTx, row: Row[Any] | StoreError | None) -> Row[Any] | StoreError | None:
    """None for a recurring task that went on to its next time: there is nothing left to delete."""
    if row is None or isinstance(row, StoreError) or row.kind != Kind.TASK:
        return row
    if skip_once(tx, row):
        return None
    if is_recurring(properties_of(row)[0]):
        return NotSupported("the task has no further time", role="task_occurrence")
    return row


def _not_hidden(row: Row[Any] | StoreError | None) -> Row[Any] | StoreError | None:
    if row is not None and not isinstance(row, StoreError) and row.is_associated:
        return NotSupported("a hidden item can only be deleted for good")
    return row


def delete_occurrence(tx: WriteTx, item: ItemId, how: str) -> None:
    """Take an occurrence out of its series. Raises NotFound, AccessDenied."""
    row = permitted(tx, [item], Right.DELETE_ALL, owned=Right.DELETE_OWNED, occurrences=True)[0]
    if isinstance(row, StoreError):
        raise row
    properties = properties_of(row)[0]
    occurrence_in(properties, item.original)
    exceptions = with_exception(properties, {"original": item.original, "is_deleted": True})
    if _is_empty(Series({**properties, "exceptions": exceptions})):
        if how == "hard":
            discard(tx, [row])
        else:
            move_to_bin(tx, [row], how)
        return
    series = ItemId(item.mailbox_id, item.id)
    edit_of(tx, row, ItemChange(series, set={"exceptions": exceptions})).write()


def _is_empty(series: Series) -> bool:
    return series.first() is None and not series.modified()
