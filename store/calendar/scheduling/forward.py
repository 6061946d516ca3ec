"""Passing an invitation on, and what its organiser hears of that (MS-OXOCAL 3.1.4.7.4, 3.1.5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.property import Kind
from store.calendar.scheduling.arrival import is_own
from store.calendar.scheduling.found import (
    Found,
    change_found,
    content_of,
    find_meeting,
    meant,
    read_found,
    row_of,
)
from store.calendar.scheduling.messages import (
    ATTENDEES,
    MEETING_SUBJECT,
    Meeting,
    address_of,
    people_of,
    request,
)
from store.calendar.scheduling.organize import dispose, send
from store.calendar.settle import CANCELLED
from store.commands import ForwardMeeting
from store.errors import NoRecipients, NotSupported, WrongClass
from store.executor import WriteTx, writes
from store.model import Body, ItemDraft, Properties
from store.results import SavedItem
from store.submission.arrivals import on_arrival
from store.submission.recipients import Reader, reader_at, reader_of

NOTIFICATION = "IPM.Schedule.Meeting.Notification.Forward"
_OPTIONAL = ATTENDEES[1]
_FORWARDED = "forwarded_to"


@writes(ForwardMeeting)
def forward_meeting(tx: WriteTx, command: ForwardMeeting) -> SavedItem | None:
    """Invite others. Raises WrongClass, NotSupported (cancelled, or the organiser forbids it),
    NotFound, NoRecipients."""
    tx.hold([command.item.mailbox_id])
    row = row_of(tx, command.item)
    if row.kind != Kind.CALENDAR:
        raise WrongClass("only meetings are passed on as such", role="forward")
    found = read_found(tx, meant(row, command.item, command.occurrence))
    _check(found.properties, command)
    if command.disposition != "save" and is_own(found.properties):
        _invite(tx, found, command.to)
        found = read_found(tx, found.id)
    author = _author(tx, found.row.mailbox_id)
    message = _message(tx, found, command, author)
    kept = dispose(tx, message, command.disposition, command.save_to)
    if kept is None and not is_own(found.properties):
        _notify(tx, found.properties, command.to, author)
    return kept


def _author(tx: WriteTx, mailbox_id: int) -> dict[str, Any]:
    """In whose name it is passed on: that of whose meeting it is, where the asker acts for that
    one; else the asker's own."""
    owner = reader_of(tx, mailbox_id)
    if owner is not None and (tx.access.owns(mailbox_id) or tx.access.acts_for(mailbox_id)):
        return {"name": owner.name, "address": owner.address}
    return {"name": tx.principal.name, "address": tx.principal.address}


def _check(properties: Properties, command: ForwardMeeting) -> None:
    if not any(address_of(person) for person in command.to):
        raise NoRecipients("nobody is named to whom the meeting goes", where="to")
    if int(properties.get("appointment_state") or 0) & CANCELLED:
        raise NotSupported("the meeting was cancelled", role="forward")
    if properties.get("do_not_forward_meeting") and not is_own(properties):
        raise NotSupported("the organiser wants no others to come", role="forward")


def _message(
    tx: WriteTx, found: Found, command: ForwardMeeting, author: dict[str, Any]
) -> ItemDraft:
    """The invitation for the others alone, in the name of whoever passes it on."""
    body, attachments = content_of(tx, found)
    properties = _with(found.properties, command.to)
    meeting = Meeting(properties, command.body or body, attachments)
    message = request(meeting, (address_of(person) for person in command.to))
    told = {k: v for k, v in message.properties.items() if k not in ("to", "cc", "bcc", "sender")}
    told |= {"from": author, "to": list(command.to)}
    if command.subject:
        told |= {MEETING_SUBJECT: told.get("subject", ""), "subject": command.subject}
    return msgspec.structs.replace(message, properties=told)


def _with(properties: Properties, people: Iterable[dict[str, Any]]) -> Properties:
    """The meeting with more optional attendees: those who take part already stay as they are."""
    known = {address_of(person) for person in people_of(properties)}
    known.add(address_of(properties.get("organizer")))
    new = [
        {"mailbox": person}
        for address, person in {address_of(person): person for person in people}.items()
        if address and address not in known
    ]
    if not new:
        return properties
    return {**properties, _OPTIONAL: [*(properties.get(_OPTIONAL) or ()), *new]}


def _invite(tx: WriteTx, found: Found, people: Iterable[dict[str, Any]]) -> None:
    """Others take part in an own meeting."""
    own = found.properties
    who = {"name": tx.principal.name, "address": tx.principal.address}
    after = _with({"organizer": who, **own}, people)
    change_found(
        tx,
        found,
        {
            "organizer": after["organizer"],
            _OPTIONAL: after.get(_OPTIONAL) or [],
            "meeting_request_was_sent": True,
        },
    )


def _notify(
    tx: WriteTx,
    properties: Properties,
    people: tuple[dict[str, Any], ...],
    author: dict[str, Any],
) -> None:
    """Tell an organiser whose mailbox is here. One elsewhere hears of it when the others answer
    (RFC 5546 3.2.2.5)."""
    organizer: dict[str, Any] = properties.get("organizer") or {}
    if reader_at(tx, address_of(organizer)) is None:
        return
    subject = str(properties.get("subject") or "")
    names = "\r\n".join(f"{p.get('name') or ''} <{p.get('address')}>".strip() for p in people)
    told: Properties = {
        "subject": f"Meeting Forward Notification: {subject}",
        "from": author,
        "to": [organizer],
        "uid": properties.get("uid"),
        _FORWARDED: list(people),
    }
    if properties.get("recurrence_id"):
        told["recurrence_id"] = properties["recurrence_id"]
    text = f'{author["name"]} has forwarded your meeting "{subject}" to:\r\n{names}\r\n'
    message = ItemDraft(NOTIFICATION, told, {}, Body(text=text))
    send(tx, message, keeps=False)


@on_arrival(Kind.MEETING_MESSAGE)
def arrive_notification(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
    """Those to whom an attendee has passed an own meeting take part in it as optional ones."""
    told = draft.properties
    people: list[dict[str, Any]] = told.get(_FORWARDED) or []
    uid, original = told.get("uid") or "", told.get("recurrence_id") or ""
    found = find_meeting(tx, reader.mailbox_id, uid, original)
    if not people or found is None or not is_own(found.properties):
        return {}
    invited = {address_of(person) for person in people_of(found.properties)}
    if address_of(told.get("from")) not in invited:
        return {}  # whoever takes no part brings nobody along
    after = _with(found.properties, people)
    if after is not found.properties:
        change_found(tx, found, {_OPTIONAL: after[_OPTIONAL]})
    return {"has_been_processed": True}
