"""Answers to invitations, cancellations by the organiser, removals (MS-OXWSMTGS 3.1.4.2)."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.property import Kind
from store.calendar.scheduling.arrival import arrive_request, is_older, is_own
from store.calendar.scheduling.found import (
    Found,
    change_found,
    content_of,
    find_meeting,
    meant,
    read_found,
    row_of,
)
from store.calendar.scheduling.imip import each_event
from store.calendar.scheduling.messages import Meeting, address_of, response
from store.calendar.scheduling.organize import dispose, tell_of_end
from store.calendar.settle import CANCELLED, MEETING, RECEIVED
from store.commands import CancelMeeting, FolderRole, RemoveMeeting, RespondToMeeting
from store.errors import InvalidValue, NotFound, NotSupported, StoreError, WrongClass
from store.executor import WriteTx, writes
from store.items.delete import delete_occurrence
from store.items.fetch import load_draft
from store.items.relocate import bin_of, move_to
from store.model import Body, ItemDraft, ItemId, Properties
from store.record import properties_of
from store.results import Responded, SavedItem
from store.rights import Right
from store.submission.recipients import reader_of


@writes(RespondToMeeting)
def respond_to_meeting(tx: WriteTx, command: RespondToMeeting) -> Responded:
    """Answer an invitation; one to several occurrences for each of them. Raises WrongClass,
    NotSupported (role says why), NotFound."""
    row, mailbox_id = _held(tx, command.item, command.answer)
    if row.kind == Kind.CALENDAR:
        found = read_found(tx, meant(row, command.item, command.occurrence))
        return _respond(tx, found, command)
    if row.kind != Kind.MEETING_REQUEST:
        raise WrongClass("only invitations and meetings can be answered", role=command.answer)
    told = each_event(ItemDraft(row.item_class, properties_of(row)[0]))
    # Each is read after the one before it was changed: they may be of one series.
    first, *_ = [
        _respond(tx, _by_request(tx, row, mailbox_id, each, command), command) for each in told
    ]
    return msgspec.structs.replace(first, request=_put_away(tx, row))


def _respond(tx: WriteTx, found: Found, command: RespondToMeeting) -> Responded:
    properties = found.properties
    _check(properties, command.answer)
    _propose(properties, command)
    who = _attendee(tx, found.row.mailbox_id)
    message = response(
        properties, command.answer, who, command.body or Body(), tx.now, command.proposed
    )
    kept = _note(tx, found, command.answer)
    return Responded(kept, _tell(tx, command, message))


def _held(tx: WriteTx, id: ItemId, answer: str) -> tuple[Any, int]:
    """A message or meeting, and the mailbox in whose calendar it counts: a delegate's copy counts
    in the owner's. Both are held.

    Raises NotFound, and NotSupported (role ``delegated_`` and the answer) to whom the owner no
    longer lets it.
    """
    mailbox_id = _calendar_of(tx, row_of(tx, id), answer)
    tx.hold([id.mailbox_id, mailbox_id])
    row = row_of(tx, id)
    return row, _calendar_of(tx, row, answer)


def _calendar_of(tx: WriteTx, row: Any, answer: str) -> int:
    properties = properties_of(row)[0] if row.kind in _MESSAGES else {}
    if not properties.get("is_delegated"):
        return row.mailbox_id
    owner = address_of(properties.get("received_representing"))
    try:
        return tx.access.folder(FolderRole("calendar", owner), Right.EDIT_ALL).mailbox_id
    except StoreError as error:
        raise NotSupported(
            f"{owner} does not let you answer", where=owner, role=f"delegated_{answer}"
        ) from error


_MESSAGES = (Kind.MEETING_REQUEST, Kind.MEETING_CANCELLATION)


def _by_request(
    tx: WriteTx, row: Any, mailbox_id: int, event: ItemDraft, command: RespondToMeeting
) -> Found:
    """The calendar item that an event of a request is about; one that went away is made again."""
    told = event.properties
    if told.get("is_out_of_date"):
        raise NotSupported("there is a newer invitation to this meeting", role="out_of_date")
    uid, original = told.get("uid") or "", told.get("recurrence_id") or command.occurrence
    found = find_meeting(tx, mailbox_id, uid, original)
    if found is not None and row.mailbox_id != mailbox_id and is_older(told, found.properties):
        raise NotSupported("there is a newer invitation to this meeting", role="out_of_date")
    if found is None:
        reader = reader_of(tx, mailbox_id)
        if reader is not None:
            whole = load_draft(tx, row)
            arrive_request(tx, reader, msgspec.structs.replace(whole, properties=told))
        found = find_meeting(tx, mailbox_id, uid, original)
    if found is None:
        raise NotFound("the calendar has no such meeting", role="item")
    return read_found(tx, found.id)


def _check(properties: Properties, answer: str) -> None:
    state = int(properties.get("appointment_state") or 0)
    if not state & MEETING:
        raise WrongClass("an appointment without others needs no answer", role=answer)
    if not state & RECEIVED:
        raise NotSupported("an organiser answers nobody", role=f"organizer_{answer}")
    if state & CANCELLED:
        raise NotSupported("the meeting was cancelled", role=f"cancelled_{answer}")


def _propose(properties: Properties, command: RespondToMeeting) -> None:
    if command.proposed is None:
        return
    if properties.get("allow_new_time_proposal") is False:
        raise NotSupported("the organiser wants no other time", role="proposal")
    start, end = command.proposed
    if end < start:
        raise InvalidValue("the end lies before the start", role="end_before_start")


def _attendee(tx: WriteTx, mailbox_id: int) -> dict[str, Any]:
    owner = reader_of(tx, mailbox_id)
    if owner is None:
        return {"name": tx.principal.name, "address": tx.principal.address}
    return {"name": owner.name, "address": owner.address}


def _note(tx: WriteTx, found: Found, answer: str) -> SavedItem | None:
    """What the answer does to the attendee's own item; None where it is gone."""
    if answer == "decline":
        change_found(tx, found, {"my_response_type": answer, "appointment_reply_time": tx.now})
        if found.original:
            delete_occurrence(tx, found.id, "to_deleted_items")
        else:
            _put_away(tx, found.row)
        return None
    intended = found.properties.get("intended_free_busy_status") or "busy"
    busy = intended if answer == "accept" or intended == "free" else "tentative"
    seq = change_found(
        tx,
        found,
        {"my_response_type": answer, "busy_status": busy, "appointment_reply_time": tx.now},
    )
    return SavedItem(found.id, seq, str(Kind.CALENDAR))


def _put_away(tx: WriteTx, row: Any) -> SavedItem | None:
    """Move to its mailbox's Deleted Items; where it lies there already it stays."""
    target = bin_of(tx, row.mailbox_id, "deleteditems")
    if row.folder_id == target.id:
        return None
    (moved,) = move_to(tx, [ItemId(row.mailbox_id, row.id)], target)
    if isinstance(moved, StoreError):
        raise moved
    return moved


def _tell(tx: WriteTx, command: RespondToMeeting, message: ItemDraft) -> SavedItem | None:
    """Send the answer, keep it as a draft, or neither."""
    if command.disposition is None or not address_of(message.properties["to"][0]):
        return None
    return dispose(tx, message, command.disposition, command.save_to)


@writes(CancelMeeting)
def cancel_meeting(tx: WriteTx, command: CancelMeeting) -> Responded:
    """Cancel an own meeting. Raises WrongClass, NotSupported (role ``not_organizer``)."""
    tx.hold([command.item.mailbox_id])
    row = row_of(tx, command.item)
    if row.kind != Kind.CALENDAR:
        raise WrongClass("only meetings can be cancelled", role="cancel")
    found = read_found(tx, command.item)
    if not is_own(found.properties):
        raise NotSupported("only the organiser cancels a meeting", role="not_organizer")
    body, _ = content_of(tx, found)
    how = "all_and_copy" if command.disposition == "send_and_save" else "all"
    if command.disposition != "save":
        tell_of_end(tx, Meeting(found.properties, body), how, command.body)
    end_meeting(tx, found)
    return Responded()


def end_meeting(tx: WriteTx, found: Found) -> None:
    """Mark an own meeting as cancelled and put it into Deleted Items; an occurrence leaves its
    series."""
    if found.original:
        delete_occurrence(tx, found.id, "to_deleted_items")
        return
    state = int(found.properties.get("appointment_state") or 0)
    number = int(found.properties.get("appointment_sequence_number") or 0)
    change_found(
        tx,
        found,
        {
            "appointment_state": state | CANCELLED,
            "is_cancelled": True,
            "busy_status": "free",
            "appointment_sequence_number": number + 1,
        },
    )
    _put_away(tx, found.row)


@writes(RemoveMeeting)
def remove_meeting(tx: WriteTx, command: RemoveMeeting) -> Responded:
    """Remove what was cancelled from the calendar, and the cancellation from the Inbox.

    Raises WrongClass, NotSupported (role ``organizer_remove``).
    """
    row, mailbox_id = _held(tx, command.item, "remove")
    if row.kind == Kind.MEETING_CANCELLATION:
        told = properties_of(row)[0]
        uid, original = told.get("uid") or "", told.get("recurrence_id") or ""
        found = find_meeting(tx, mailbox_id, uid, original)
    elif row.kind == Kind.CALENDAR:
        found = read_found(tx, command.item)
    else:
        raise WrongClass("only cancelled meetings can be removed", role="remove")
    if found is not None:
        _remove(tx, found)
    request = _put_away(tx, row) if row.kind == Kind.MEETING_CANCELLATION else None
    return Responded(request=request)


def _remove(tx: WriteTx, found: Found) -> None:
    if is_own(found.properties):
        raise NotSupported("an organiser cancels", role="organizer_remove")
    found = read_found(tx, found.id)
    if found.original:
        delete_occurrence(tx, found.id, "to_deleted_items")
    else:
        _put_away(tx, found.row)
