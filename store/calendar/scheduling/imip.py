"""Meeting messages that come as iCalendar (RFC 6047): their properties from their calendar part."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.classes import kind_of
from schemas.property import Kind
from store.calendar.ical.read import Event, read_calendar
from store.calendar.scheduling.floating import FLOATS
from store.calendar.scheduling.messages import ANSWER_OF, ANSWERS, MEETING_SUBJECT
from store.errors import InvalidValue
from store.mime.parse import parse_all
from store.model import Body, ItemDraft, Properties

FURTHER = "further_events"
"""What a message says of events after the first: properties of each."""
FURTHER_MAX = 100
# What is one event's alone, and not its neighbour's that does not say it.
_OF_EVENT = frozenset(
    {"uid", "start", "end", "is_all_day", "start_time_zone", "end_time_zone", "recurrence",
     "recurrence_id", "exceptions", "location", "places", "appointment_sequence_number",
     "date_time_stamp", "proposed_start", "proposed_end", "answered_by", FLOATS,
     MEETING_SUBJECT}
)  # fmt: skip


def with_calendar(draft: ItemDraft) -> ItemDraft:
    """A meeting message with what its calendar part says; as it is where that cannot be read.

    It shows the first event; of several (single occurrences of a series, as some write them) the
    others stand in ``FURTHER`` and count as well.
    """
    if draft.mime is None or draft.properties.get("uid"):
        return draft
    try:
        calendar = read_calendar(parse_all(draft.mime).calendar)
    except InvalidValue:
        return draft
    if not calendar.events:
        return draft
    event = calendar.events[0]
    properties = {**draft.properties, **_told(draft, calendar.method, event)}
    further = calendar.events[1:FURTHER_MAX]
    if further:
        properties[FURTHER] = [_told(draft, calendar.method, each) for each in further]
    body = draft.body if draft.body.text or draft.body.html else event.body
    return msgspec.structs.replace(draft, properties=properties, body=body or Body())


def each_event(draft: ItemDraft) -> list[ItemDraft]:
    """A meeting message for each event that it tells of."""
    properties = dict(draft.properties)
    further: list[Properties] = properties.pop(FURTHER, None) or []
    apart = {k: v for k, v in properties.items() if k not in _OF_EVENT}
    return [
        msgspec.structs.replace(draft, properties=each)
        for each in (properties, *({**apart, **told} for told in further))
    ]


def _told(draft: ItemDraft, method: str, event: Event) -> Properties:
    kind = kind_of(draft.item_class)
    told = dict(event.properties)
    if event.floats:
        told[FLOATS] = True
    told["is_meeting"] = True
    told["is_recurring"] = "recurrence" in told or "recurrence_id" in told
    if kind is Kind.MEETING_RESPONSE:
        return _answer(draft, method, told)
    summary = told.pop("subject", "")
    if summary and summary != draft.properties.get("subject"):
        # The mail keeps the subject that its author gave it ("Invitation: Lunch @ Monday").
        told["subject" if not draft.properties.get("subject") else MEETING_SUBJECT] = summary
    told["is_cancelled"] = kind is Kind.MEETING_CANCELLATION
    told["appointment_state"] = 7 if told["is_cancelled"] else 3
    if kind is Kind.MEETING_REQUEST:
        told.setdefault("intended_free_busy_status", told["busy_status"])
        told["busy_status"] = "tentative"
        told["meeting_request_was_sent"] = True
        told["meeting_request_type"] = "new_meeting_request"
        told["my_response_type"] = told["response_type"] = "no_response_received"
    told.setdefault("is_response_requested", False)
    return told


def _answer(draft: ItemDraft, method: str, told: Properties) -> Properties:
    """What an answer says: of whom, and of another time where that is proposed."""
    people: list[dict[str, Any]] = [
        person
        for name in ("required_attendees", "optional_attendees", "resources")
        for person in told.pop(name, ())
    ]
    told.pop("subject", None)
    told["response_type"] = ANSWER_OF.get(draft.item_class.upper(), "tentative")
    if people:
        told["answered_by"] = people[0]["mailbox"]
        if people[0].get("response") in ANSWERS:  # the class is that of the message's first event
            told["response_type"] = people[0]["response"]
    if method == "COUNTER":
        told["proposed_start"], told["proposed_end"] = told["start"], told["end"]
    return told
