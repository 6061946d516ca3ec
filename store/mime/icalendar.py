"""An appointment or meeting message as iCalendar (RFC 5545, MS-OXCICAL), from its properties.

Single appointments, in UTC, with people, reminder and status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from schemas.classes import kind_of
from schemas.property import Kind
from schemas.time_zones import zone
from store.instant import from_instant
from store.mime.recipients import clean_address
from store.model import ItemDraft, Properties
from store.text.html import html_to_text

_METHODS = {
    Kind.MEETING_REQUEST: "REQUEST",
    Kind.MEETING_CANCELLATION: "CANCEL",
    Kind.MEETING_RESPONSE: "REPLY",
}
_BUSY = {"free": "FREE", "tentative": "TENTATIVE", "busy": "BUSY", "oof": "OOF",
         "working_elsewhere": "WORKINGELSEWHERE"}  # fmt: skip
_CLASSES = {"private": "PRIVATE", "personal": "PRIVATE", "confidential": "CONFIDENTIAL"}
_ANSWERS = {"pos": "ACCEPTED", "neg": "DECLINED", "tent": "TENTATIVE"}
_STATUS = {"accept": "ACCEPTED", "decline": "DECLINED", "tentative": "TENTATIVE"}
_PEOPLE = (("required_attendees", "REQ-PARTICIPANT", "INDIVIDUAL"),
           ("optional_attendees", "OPT-PARTICIPANT", "INDIVIDUAL"),
           ("resources", "NON-PARTICIPANT", "RESOURCE"))  # fmt: skip


def method_of(draft: ItemDraft) -> str:
    """The iTIP method (RFC 5546) that an item's class says."""
    return _METHODS.get(kind_of(draft.item_class), "PUBLISH")


def icalendar(draft: ItemDraft, now: datetime) -> bytes:
    """A VCALENDAR with the one event that the item is. ``now`` is its DTSTAMP."""
    lines = ["BEGIN:VCALENDAR", "PRODID:-//Entrepot//EN", "VERSION:2.0",
             f"METHOD:{method_of(draft)}", "BEGIN:VEVENT"]  # fmt: skip
    lines += _event(draft, now)
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(folded(line) for line in lines)


def _event(draft: ItemDraft, now: datetime) -> Iterator[str]:
    p = draft.properties
    if p.get("uid"):
        yield f"UID:{escaped(p['uid'])}"
    yield f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
    yield from _times(p)
    yield f"SUMMARY:{escaped(p.get('subject', ''))}"
    if p.get("location"):
        yield f"LOCATION:{escaped(p['location'])}"
    text = draft.body.text
    if text is None and draft.body.html:
        text = html_to_text(draft.body.html)
    if text:
        yield f"DESCRIPTION:{escaped(text)}"
    yield from _people(draft)
    yield from _state(p)
    if p.get("reminder_is_set"):
        minutes = int(p.get("reminder_minutes", 15))
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder",
                    f"TRIGGER:-PT{max(0, minutes)}M", "END:VALARM")  # fmt: skip


def _times(p: Properties) -> Iterator[str]:
    for name, key in (("DTSTART", "start"), ("DTEND", "end")):
        if not p.get(key):
            continue
        moment = from_instant(p[key])
        if p.get("is_all_day"):
            yield f"{name};VALUE=DATE:{_local(moment, p):%Y%m%d}"
        else:
            yield f"{name}:{moment:%Y%m%dT%H%M%SZ}"


def _local(moment: datetime, p: Properties) -> datetime:
    """The moment in the appointment's own zone: an all-day one is a date there (lesson 21)."""
    stated: dict[str, str] = p.get("start_time_zone") or {}
    own = zone(stated.get("id", ""))
    return moment.astimezone(own) if own else moment


def _people(draft: ItemDraft) -> Iterator[str]:
    p = draft.properties
    organizer = p.get("organizer")
    if organizer and organizer.get("address"):
        yield f"ORGANIZER{_name(organizer)}:mailto:{clean_address(organizer['address'])}"
    answer = _ANSWERS.get(draft.item_class.rpartition(".")[2].lower())
    if answer and p.get("from", {}).get("address"):
        yield f"ATTENDEE;PARTSTAT={answer}:mailto:{clean_address(p['from']['address'])}"
        return
    for key, role, kind in _PEOPLE:
        for person in p.get(key) or ():
            mailbox = person.get("mailbox", person)
            if not mailbox.get("address"):
                continue
            status = _STATUS.get(str(person.get("response", "")).lower(), "NEEDS-ACTION")
            yield (
                f"ATTENDEE;CUTYPE={kind};ROLE={role};PARTSTAT={status};RSVP=TRUE{_name(mailbox)}"
                f":mailto:{clean_address(mailbox['address'])}"
            )


def _name(mailbox: Mapping[str, Any]) -> str:
    name = re.sub(r'[\x00-\x1f\x7f"]', " ", str(mailbox.get("name") or "")).strip()
    return f';CN="{name}"' if name and name != mailbox.get("address") else ""


def _state(p: Properties) -> Iterator[str]:
    if p.get("categories"):
        yield f"CATEGORIES:{','.join(map(escaped, p['categories']))}"
    if p.get("sensitivity") in _CLASSES:
        yield f"CLASS:{_CLASSES[p['sensitivity']]}"
    busy = p.get("busy_status")
    if busy in _BUSY:
        yield f"TRANSP:{'TRANSPARENT' if busy == 'free' else 'OPAQUE'}"
        yield f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY[busy]}"
    if p.get("is_cancelled"):
        yield "STATUS:CANCELLED"
    yield f"SEQUENCE:{int(p.get('appointment_sequence_number') or 0)}"


def escaped(text: object) -> str:
    """A TEXT value (RFC 5545 3.3.11)."""
    value = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", value)


def folded(line: str) -> bytes:
    """A content line in pieces of at most 75 bytes, never inside a character (RFC 5545 3.1)."""
    data = line.encode("utf-8", "replace")
    if len(data) <= 75:
        return data + b"\r\n"
    pieces: list[bytes] = []
    start, room = 0, 75
    while start < len(data):
        end = min(start + room, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end])
        start, room = end, 74
    return b"\r\n ".join(pieces) + b"\r\n"
