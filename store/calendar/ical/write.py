"""A calendar item or meeting message as a VCALENDAR (RFC 5545, 5546; MS-OXCICAL 2.1.3).

Times are written by the item's own clock, with the zone that it goes by; what has neither zone nor
series in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.classes import kind_of
from schemas.property import Kind
from store.calendar.ical.alarms import write_alarms
from store.calendar.ical.rrule import to_rrule, utc
from store.calendar.ical.vtimezone import tzid_of, vtimezone
from store.calendar.model import ZoneRecord
from store.calendar.occurrences import Series, body_of, is_master
from store.calendar.zones import local, zone_of
from store.instant import Instant, from_instant
from store.model import Body, ItemDraft, Properties
from store.text.content_lines import escaped, folded, mailto, named
from store.text.html import html_to_text

_METHODS = {
    Kind.MEETING_REQUEST: "REQUEST",
    Kind.MEETING_CANCELLATION: "CANCEL",
    Kind.MEETING_RESPONSE: "REPLY",
}
_BUSY = {"free": "FREE", "tentative": "TENTATIVE", "busy": "BUSY", "oof": "OOF",
         "working_elsewhere": "WORKINGELSEWHERE"}  # fmt: skip
_CLASSES = {"private": "PRIVATE", "personal": "X-PERSONAL", "confidential": "CONFIDENTIAL"}
_ANSWERS = {"pos": "ACCEPTED", "neg": "DECLINED", "tent": "TENTATIVE"}
_STATUS = {"accept": "ACCEPTED", "decline": "DECLINED", "tentative": "TENTATIVE"}
_PRIORITIES = {"low": 9, "normal": 5, "high": 1}
_PEOPLE = (("required_attendees", "REQ-PARTICIPANT", "INDIVIDUAL"),
           ("optional_attendees", "OPT-PARTICIPANT", "INDIVIDUAL"),
           ("resources", "NON-PARTICIPANT", "RESOURCE"))  # fmt: skip
_RECIPIENTS = {"required_attendees": "to", "optional_attendees": "cc", "resources": "bcc"}
_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
# How many years of changes a zone is written for where the series has no end.
_ENDLESS_YEARS = 10


def method_of(draft: ItemDraft) -> str:
    """The iTIP method (RFC 5546) that an item says."""
    method = _METHODS.get(kind_of(draft.item_class), "PUBLISH")
    is_counter = method == "REPLY" and draft.properties.get("proposed_start")
    return "COUNTER" if is_counter else method


def write_calendar(draft: ItemDraft, now: datetime) -> bytes:
    """A VCALENDAR with the item; a series with its exceptions. ``now`` is the DTSTAMP of what has
    none."""
    writer = _Writer(draft, now)
    lines = ["BEGIN:VCALENDAR", "PRODID:-//Entrepot//EN", "VERSION:2.0"]
    lines.append(f"METHOD:{writer.method}")
    events = list(writer.events())
    for zone in writer.zones.values():
        lines += vtimezone(zone, *writer.years())
    return b"".join(folded(line) for line in [*lines, *events, "END:VCALENDAR"])


class _Writer:
    """One item; ``zones`` gathers those that its times name."""

    def __init__(self, draft: ItemDraft, now: datetime) -> None:
        self.method = method_of(draft)
        self.zones: dict[str, ZoneRecord] = {}
        self._draft = draft
        self._now = now
        self._p = draft.properties
        self._series = Series(self._p) if is_master(self._p) else None

    def years(self) -> tuple[int, int]:
        """The first and last year of the item."""
        first = from_instant(self._p["start"]).year
        if self._series is None:
            return first, first
        last = self._series.pattern.last()
        moved = [from_instant(each.start).year for each in self._series.modified()]
        end = last.year if last is not None else first + _ENDLESS_YEARS
        return min([first, *moved]), max([end, *moved])

    def events(self) -> Iterator[str]:
        """The lines of the item's VEVENT, and of one for each exception."""
        yield from self._event(self._p, self._draft.body, self._series)
        if self._series is None or self.method in ("CANCEL", "REPLY", "COUNTER"):
            return
        for occurrence in self._series.modified():
            properties = self._series.properties_of(occurrence)
            body = body_of(occurrence, self._draft.body) or Body()
            yield from self._event(properties, body, None)

    def _event(self, p: Properties, body: Body, series: Series | None) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        if p.get("uid"):
            yield f"UID:{escaped(p['uid'])}"
        stamp = p.get("date_time_stamp")
        yield f"DTSTAMP:{utc(from_instant(stamp) if stamp else self._now)}"
        yield from self._times(p)
        if series is not None:
            yield f"RRULE:{to_rrule(p['recurrence'], self._until(series))}"
            for original in series.deleted():
                yield self._time("EXDATE", original, p, "start")
        elif p.get("recurrence_id"):
            yield self._time("RECURRENCE-ID", p["recurrence_id"], p, "start")
        yield f"SUMMARY:{escaped(p.get('subject') or '')}"
        if p.get("location"):
            yield f"LOCATION:{escaped(p['location'])}"
        yield from _description(body)
        yield from self._people(p)
        yield from _state(p, self.method)
        yield from write_alarms(p, by_mail=self.method == "PUBLISH")
        yield "END:VEVENT"

    def _times(self, p: Properties) -> Iterator[str]:
        if self.method == "COUNTER":
            p = {**p, "start": p["proposed_start"], "end": p["proposed_end"]}
        for name, key in (("DTSTART", "start"), ("DTEND", "end")):
            if p.get(key):
                yield self._time(name, p[key], p, key)
        if self.method == "COUNTER":
            yield f"X-MS-OLK-ORIGINALSTART:{utc(from_instant(self._p['start']))}"
            yield f"X-MS-OLK-ORIGINALEND:{utc(from_instant(self._p['end']))}"

    def _time(self, name: str, moment: Instant, p: Properties, end: str) -> str:
        """A property with a time, by the clock of the item's start or end."""
        zone: ZoneRecord = p.get(f"{end}_time_zone") or p.get("start_time_zone") or {}
        wall = local(from_instant(moment), zone_of(zone))
        tzid = tzid_of(zone) if zone else "UTC"
        if tzid not in _UTC_NAMES:
            self.zones[tzid] = zone
        if p.get("is_all_day"):  # a day has no zone; the calendar says whose day it is
            return f"{name};VALUE=DATE:{wall:%Y%m%d}"
        if tzid in _UTC_NAMES:
            return f"{name}:{utc(from_instant(moment))}"
        return f"{name};TZID={tzid}:{wall:%Y%m%dT%H%M%S}"

    def _until(self, series: Series) -> str:
        """The last start of a series, as UNTIL says it."""
        until = self._p["recurrence"].get("until")
        if not until:
            return ""
        if self._p.get("is_all_day"):
            return until.replace("-", "")
        start = local(from_instant(self._p["start"]), series.zone)
        last = datetime.fromisoformat(until) + timedelta(
            hours=start.hour, minutes=start.minute, seconds=start.second
        )
        return utc(last.replace(tzinfo=series.zone).astimezone(UTC))

    def _people(self, p: Properties) -> Iterator[str]:
        organizer = p.get("organizer")
        if organizer and organizer.get("address"):
            yield f"ORGANIZER{_sent_by(p, organizer)}{named(organizer)}:{mailto(organizer)}"
        if self.method in ("REPLY", "COUNTER"):
            who: dict[str, Any] = p.get("from") or {}
            answer = _ANSWERS.get(self._draft.item_class.rpartition(".")[2].lower())
            if answer and who.get("address"):
                yield f"ATTENDEE;PARTSTAT={answer}{_sent_by(p, who)}{named(who)}:{mailto(who)}"
            return
        # A cancellation names whom it is for (RFC 5546 3.2.5): its item has them as recipients.
        told = self._draft.properties if self.method == "CANCEL" else {}
        for key, role, kind in _PEOPLE:
            for person in p.get(key) or told.get(_RECIPIENTS[key]) or ():
                mailbox: dict[str, Any] = person.get("mailbox", person)
                if not mailbox.get("address"):
                    continue
                status = _STATUS.get(str(person.get("response", "")), "NEEDS-ACTION")
                rsvp = "FALSE" if p.get("is_response_requested") is False else "TRUE"
                yield (
                    f"ATTENDEE;CUTYPE={kind};ROLE={role};PARTSTAT={status};RSVP={rsvp}"
                    f"{named(mailbox)}:{mailto(mailbox)}"
                )


def _sent_by(p: Properties, author: dict[str, Any]) -> str:
    """The parameter that names who acts for the author of a message (RFC 5545 3.2.18)."""
    whose: dict[str, Any] = p.get("from") or {}
    sender: dict[str, Any] = p.get("sender") or {}
    own, acting = (str(who.get("address") or "").lower() for who in (whose, sender))
    is_acting = acting and own == author["address"].lower() and acting != own
    return f';SENT-BY="{mailto(sender)}"' if is_acting else ""


def _description(body: Body) -> Iterator[str]:
    text = body.text
    if text is None and body.html:
        text = html_to_text(body.html)
    if text:
        yield f"DESCRIPTION:{escaped(text)}"
    if body.html:
        yield f"X-ALT-DESC;FMTTYPE=text/html:{escaped(body.html)}"


def _state(p: Properties, method: str) -> Iterator[str]:
    if p.get("categories"):
        yield f"CATEGORIES:{','.join(map(escaped, p['categories']))}"
    if p.get("sensitivity") in _CLASSES:
        yield f"CLASS:{_CLASSES[p['sensitivity']]}"
    if p.get("importance") in ("low", "high"):
        yield f"PRIORITY:{_PRIORITIES[p['importance']]}"
    busy = p.get("busy_status")
    if busy in _BUSY:
        yield f"TRANSP:{'TRANSPARENT' if busy == 'free' else 'OPAQUE'}"
        yield f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY[busy]}"
    intended = p.get("intended_free_busy_status")
    if intended in _BUSY:
        yield f"X-MICROSOFT-CDO-INTENDEDSTATUS:{_BUSY[intended]}"
    if p.get("is_all_day"):
        yield "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
    if p.get("allow_new_time_proposal") is False:
        yield "X-MICROSOFT-DISALLOW-COUNTER:TRUE"
    if p.get("is_cancelled") or method == "CANCEL":
        yield "STATUS:CANCELLED"
    elif method == "REQUEST":
        yield "STATUS:CONFIRMED"
    yield f"SEQUENCE:{int(p.get('appointment_sequence_number') or 0)}"
