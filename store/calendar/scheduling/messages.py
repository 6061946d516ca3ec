"""Meeting messages as drafts: requests, cancellations, responses (MS-OXWSMTGS 2.2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from store.instant import Instant
from store.model import AttachmentDraft, Body, ItemDraft, Properties

REQUEST = "IPM.Schedule.Meeting.Request"
CANCELLATION = "IPM.Schedule.Meeting.Canceled"
ANSWERS = {
    "accept": "IPM.Schedule.Meeting.Resp.Pos",
    "tentative": "IPM.Schedule.Meeting.Resp.Tent",
    "decline": "IPM.Schedule.Meeting.Resp.Neg",
}
ANSWER_OF = {item_class.upper(): answer for answer, item_class in ANSWERS.items()}
_PREFIXES = {"accept": "Accepted: ", "tentative": "Tentative: ", "decline": "Declined: "}
CANCELLED_PREFIX = "Canceled: "
MEETING_SUBJECT = "meeting_subject"
"""The subject of the meeting, in a message that has another."""

NOWHERE = "NONE"
"""The routing of somebody whom no mail can reach, as others wrote the address."""
ATTENDEES = ("required_attendees", "optional_attendees", "resources")
# What an organiser's meeting tells of itself; the rest (reminder, categories, notes of one's own)
# stays at home.
_TOLD = (
    "subject", "start", "end", "is_all_day", "location", "places", "uid", "start_time_zone",
    "end_time_zone", "appointment_sequence_number", "sensitivity", "importance", "organizer",
    "required_attendees", "optional_attendees", "allow_new_time_proposal", "is_response_requested",
    "is_online_meeting", "conference_type", "meeting_workspace_url", "net_show_url",
    "join_online_meeting_url", "do_not_forward_meeting", "reminder_is_set", "reminder_minutes",
    "original_start", "recurrence_id", "calendar_item_type", "is_recurring",
)  # fmt: skip
# What an answer repeats, so that the organiser sees what it is about.
_REPEATED = (
    "start", "end", "is_all_day", "location", "places", "uid", "start_time_zone", "end_time_zone",
    "appointment_sequence_number", "organizer", "original_start", "recurrence_id",
    "calendar_item_type", "is_recurring", "recurrence",
)  # fmt: skip
# Whose a message is, for whoever sends it; readers are told on arrival.
_BY_ORGANIZER: Properties = {"is_delegated": False, "is_organizer": True}
_BY_ATTENDEE: Properties = {"is_delegated": False, "is_organizer": False}


class Meeting(msgspec.Struct, frozen=True):
    """A meeting as its organiser has it: a whole item, or one occurrence of it."""

    properties: Properties
    body: Body = Body()
    attachments: tuple[AttachmentDraft, ...] = ()

    @property
    def is_occurrence(self) -> bool:
        return bool(self.properties.get("recurrence_id"))


def people_of(properties: Properties, *lists: str) -> list[dict[str, Any]]:
    """The mailboxes of a meeting's attendees who have an address, the organiser apart."""
    own = address_of(properties.get("organizer"))
    found: dict[str, dict[str, Any]] = {}
    for name in lists or ATTENDEES:
        for person in properties.get(name) or ():
            address = address_of(person.get("mailbox"))
            if person.get("mailbox", {}).get("routing") == NOWHERE:
                continue
            if address and address != own:
                found.setdefault(address, person["mailbox"])
    return list(found.values())


def address_of(mailbox: Any) -> str:
    """The address of a mailbox value in lower case, empty where it has none."""
    if not isinstance(mailbox, dict):
        return ""
    return str(cast("dict[str, Any]", mailbox).get("address") or "").lower()


def request(meeting: Meeting, only: Iterable[str] | None = None) -> ItemDraft:
    """The invitation to a meeting, or the news of it. ``only``: addresses that get it, of all."""
    told = _told(meeting)
    told |= {
        **_recipients(meeting.properties, only),
        "busy_status": "tentative",
        "intended_free_busy_status": meeting.properties.get("busy_status", "busy"),
        **_BY_ORGANIZER,
        "appointment_state": 3,
        "is_meeting": True,
        "is_cancelled": False,
        "meeting_request_was_sent": True,
        "meeting_request_type": "new_meeting_request",
        "response_type": "no_response_received",
        "my_response_type": "no_response_received",
    }
    return ItemDraft(REQUEST, told, {}, meeting.body, meeting.attachments)


def cancellation(
    meeting: Meeting, only: Iterable[str] | None = None, body: Body | None = None
) -> ItemDraft:
    """The news that a meeting, or one occurrence of it, does not take place."""
    told = _told(meeting)
    for name in ("required_attendees", "optional_attendees", "exceptions"):
        told.pop(name, None)
    subject = str(told.get("subject") or "")
    told |= {
        **_recipients(meeting.properties, only),
        "subject": subject
        if subject.startswith(CANCELLED_PREFIX)
        else f"{CANCELLED_PREFIX}{subject}",
        "busy_status": "free",
        "appointment_state": 7,
        "is_meeting": True,
        "is_cancelled": True,
        **_BY_ORGANIZER,
        "importance": "high",
    }
    return ItemDraft(CANCELLATION, told, {}, meeting.body if body is None else body)


def response(
    meeting: Properties,
    answer: str,
    who: dict[str, Any],
    body: Body,
    now: Instant,
    proposed: tuple[Instant, Instant] | None = None,
) -> ItemDraft:
    """What an attendee answers. ``answer``: accept, tentative or decline; ``proposed``: start and
    end of another time."""
    told: Properties = {name: meeting[name] for name in _REPEATED if name in meeting}
    subject = str(meeting.get("subject") or "").removeprefix(CANCELLED_PREFIX)
    prefix = "New Time Proposed: " if proposed else _PREFIXES[answer]
    told |= {
        "subject": f"{prefix}{subject}",
        "from": who,
        "sender": who,
        "to": [meeting["organizer"]],
        "response_type": answer,
        **_BY_ATTENDEE,
        "date_time_stamp": now,
    }
    if proposed:
        told |= {"proposed_start": proposed[0], "proposed_end": proposed[1]}
    return ItemDraft(ANSWERS[answer], told, {}, body)


def _told(meeting: Meeting) -> Properties:
    properties = meeting.properties
    told: Properties = {name: properties[name] for name in _TOLD if name in properties}
    own = properties.get("organizer")
    if own:
        told |= {"from": own, "sender": own}
    if not meeting.is_occurrence:
        if properties.get("recurrence"):
            told["recurrence"] = properties["recurrence"]
        if properties.get("exceptions"):
            told["exceptions"] = [_told_exception(each) for each in properties["exceptions"]]
    return told


def _told_exception(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("is_deleted"):
        return record
    kept = {k: v for k, v in record.items() if k not in ("properties", "removed", "extended")}
    kept["properties"] = {k: v for k, v in record.get("properties", {}).items() if k in _TOLD}
    removed = [name for name in record.get("removed", ()) if name in _TOLD]
    return {**kept, "removed": removed} if removed else kept


def _recipients(properties: Properties, only: Iterable[str] | None) -> Properties:
    """Required ones in To, optional ones in Cc, rooms and things in Bcc."""
    wanted = None if only is None else {address.lower() for address in only}
    recipients: Properties = {}
    for field, name in (("to", ATTENDEES[0]), ("cc", ATTENDEES[1]), ("bcc", ATTENDEES[2])):
        people = people_of(properties, name)
        if wanted is not None:
            people = [person for person in people if address_of(person) in wanted]
        if people:
            recipients[field] = people
    return recipients
