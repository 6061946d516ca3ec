"""iCalendar in the store's words, as Google, Apple, Exchange, Thunderbird and others write it.

What is missing or wrong is made good where the sender's meaning is plain (SEQUENCE, DTSTAMP, an
end, a zone without definition); what costs too much to read is refused before it is read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, cast
from urllib.parse import unquote

import icalendar
import msgspec

from store.calendar.ical.alarms import read_alarms
from store.calendar.ical.dates import Span, series_of
from store.calendar.ical.vtimezone import read_vtimezone, zone_named
from store.calendar.model import ExceptionRecord, ZoneRecord
from store.calendar.occurrences import Series
from store.calendar.settle import settled_occurrence
from store.calendar.zones import local, to_utc, zone_of
from store.errors import InvalidValue, StoreError
from store.instant import Instant, to_instant
from store.model import Body, Properties

BYTES_MAX = 2 * 1024 * 1024
LINES_MAX = 20_000
EVENTS_MAX = 2_000
DATES_MAX = 5_000
PEOPLE_MAX = 5_000
_DEPTH_MAX = 8

# What the library and values that are none raise. A part that is wrong stops nothing but itself.
_FAULTS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, StoreError,
)  # fmt: skip
# The library says of each name inside a longer one that it guesses; so do we.
warnings.filterwarnings("ignore", message=".*is a globally unique TZID.*")
# It leaves out what is wrong in events; of their alarms it would refuse the whole calendar.
icalendar.Alarm.ignore_exceptions = True

_BUSY = {"FREE": "free", "TENTATIVE": "tentative", "BUSY": "busy", "OOF": "oof",
         "WORKINGELSEWHERE": "working_elsewhere"}  # fmt: skip
_CLASSES = {"X-PERSONAL": "personal", "PRIVATE": "private", "CONFIDENTIAL": "confidential"}
_ANSWERS = {"ACCEPTED": "accept", "DECLINED": "decline", "TENTATIVE": "tentative"}
_LISTS = {"OPT-PARTICIPANT": "optional_attendees", "NON-PARTICIPANT": "resources"}
_THINGS = frozenset({"RESOURCE", "ROOM"})
# What is about an event that is known need not say when it begins (RFC 5546 3.2.3, 3.2.5).
_TIMELESS = frozenset({"REPLY", "CANCEL"})


class Event(msgspec.Struct, frozen=True):
    """One item: a series with its exceptions, a single event, or (``recurrence_id`` among the
    properties) an occurrence of a series that is not told of. ``untold``: what of it our patterns
    cannot say, as it was written. ``floats``: its times are by no clock, as if it were that of
    UTC."""

    properties: Properties
    body: Body = Body()
    untold: tuple[str, ...] = ()
    floats: bool = False


class Calendar(msgspec.Struct, frozen=True):
    """``method`` in upper case, empty where there is none. ``lost``: how many events could not be
    read."""

    method: str
    events: tuple[Event, ...]
    lost: int = 0


def read_calendar(data: bytes | str, default: ZoneRecord | None = None) -> Calendar:
    """The events of an iCalendar object. ``default``: the zone of times that say none.

    Raises InvalidValue (role ``icalendar``) for what is none, or is beyond all bounds.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    _check(text)
    try:
        calendar = icalendar.Calendar.from_ical(_tidy(text))
        return _Reader(calendar, default).read()
    except InvalidValue:
        raise
    except _FAULTS as error:
        raise _refusal("it cannot be read") from error


def _refusal(why: str) -> InvalidValue:
    return InvalidValue(f"this is no calendar: {why}", role="icalendar")


def _check(text: str) -> None:
    """Bounds that cost nothing to look at."""
    if len(text) > BYTES_MAX:
        raise _refusal(f"more than {BYTES_MAX:,} bytes")
    if text.count("\n") + text.count("\r") > 2 * LINES_MAX:
        raise _refusal(f"more than {LINES_MAX:,} lines")
    depth = deepest = events = 0
    for line in text.splitlines():
        word = line[:12].upper()
        if word.startswith("BEGIN:"):
            depth += 1
            deepest = max(deepest, depth)
            events += word.startswith("BEGIN:VEVENT")
        elif word.startswith("END:"):
            depth -= 1
    if deepest > _DEPTH_MAX:
        raise _refusal("components in components nest too deep")
    if not deepest or "BEGIN:VCALENDAR" not in text.upper():
        raise _refusal("no VCALENDAR in it")
    if events > EVENTS_MAX:
        raise _refusal(f"more than {EVENTS_MAX:,} events")


def _tidy(text: str) -> str:
    """Lines that end as they should, from the first to the last VCALENDAR: mailers add and lose
    things around them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = text.upper().index("BEGIN:VCALENDAR")
    end = text.upper().find("END:VCALENDAR", start)
    whole = text[start:] if end < 0 else text[start : end + len("END:VCALENDAR")]
    return whole.replace("\n", "\r\n") + ("\r\nEND:VCALENDAR\r\n" if end < 0 else "\r\n")


class _Reader:
    """One VCALENDAR."""

    def __init__(self, calendar: Any, default: ZoneRecord | None) -> None:
        self._calendar = calendar
        self._method = str(calendar.get("METHOD", "")).strip().upper()
        self._zones: dict[str, ZoneRecord] = {}
        for component in calendar.subcomponents:
            if component.name == "VTIMEZONE":
                zone = read_vtimezone(component)
                if zone is not None:
                    self._zones[str(component.get("TZID", ""))] = zone
        # Days, and times that float, go by the calendar's own zone where it has but one.
        only = next(iter(self._zones.values())) if len(self._zones) == 1 else None
        said = zone_named(str(calendar.get("X-WR-TIMEZONE", ""))) or only or default
        self._default: ZoneRecord = said or {"id": "UTC"}
        self._has_clock = said is not None

    def read(self) -> Calendar:
        events = [c for c in self._calendar.subcomponents if c.name == "VEVENT"]
        groups: dict[str, list[Any]] = {}
        for number, event in enumerate(events):
            uid = str(event.get("UID", "")).strip() or f"#{number}"
            groups.setdefault(uid, []).append(event)
        found: list[Event] = []
        lost = 0
        for group in groups.values():
            try:
                found += self._group(group)
            except _FAULTS:
                lost += len(group)
        if lost and not found:
            raise _refusal("none of its events can be read")
        return Calendar(self._method, tuple(found), lost)

    def _group(self, group: list[Any]) -> list[Event]:
        """What has one UID: a master takes its exceptions in."""
        masters = [each for each in group if each.get("RECURRENCE-ID") is None]
        others = [each for each in group if each.get("RECURRENCE-ID") is not None]
        if not masters:
            return [self._single(each) for each in others]
        master = self._single(masters[-1])
        if "recurrence" in master.properties:
            return [self._with_exceptions(master, others)]
        return [master, *(self._single(each) for each in others)]

    # -- one event ---------------------------------------------------------------------------

    def _single(self, event: Any) -> Event:
        properties: Properties = {}
        untold: list[str] = []
        uid = str(event.get("UID", "")).strip()
        if uid:
            properties["uid"] = uid
        properties["subject"] = _text(event, "SUMMARY")
        self._times(event, properties)
        zone = zone_of(properties.get("start_time_zone"))
        if event.get("RECURRENCE-ID") is not None:
            original, _, _ = self._moment(event["RECURRENCE-ID"], properties)
            properties["recurrence_id"] = original
        elif "start" in properties and (event.get("RRULE") or event.get("RDATE")):
            untold += self._recurrence(event, properties, zone)
        if _text(event, "LOCATION"):
            properties["location"] = _text(event, "LOCATION")
        _people(event, properties)
        _state(event, properties)
        if self._method == "REPLY" and event.get("SEQUENCE") is None:
            del properties["appointment_sequence_number"]  # it does not say what it answers
        # What somebody sends has others see to their own reminders.
        properties |= read_alarms(event, by_mail=self._method in ("", "PUBLISH"))
        return Event(properties, _body(event), tuple(untold), self._floats(event))

    def _floats(self, event: Any) -> bool:
        """Whether its times are by no clock that is known."""
        value = event.get("DTSTART") or event.get("RECURRENCE-ID")
        if self._has_clock or value is None:
            return False
        moment = value.dt
        if not isinstance(moment, datetime):
            return True
        is_utc = moment.tzinfo is not None and self._is_utc(value, moment)
        return not is_utc and self._zone(value) is self._default

    def _moment(
        self, value: Any, beside: Properties | None = None
    ) -> tuple[Instant, ZoneRecord | None, bool]:
        """(instant, zone, whether it is a day) of a property with a time."""
        moment = value.dt
        if isinstance(moment, datetime):
            if moment.tzinfo is not None and self._is_utc(value, moment):
                return to_instant(moment.astimezone(UTC)), None, False
            record = self._zone(value)
            wall = moment.replace(tzinfo=None)
            return to_instant(to_utc(wall, zone_of(record))), record, False
        record = (beside or {}).get("start_time_zone") or self._default
        wall = datetime.combine(moment, time())
        return to_instant(to_utc(wall, zone_of(record))), record, True

    def _is_utc(self, value: Any, moment: datetime) -> bool:
        return "TZID" not in value.params and moment.utcoffset() == timedelta()

    def _zone(self, value: Any) -> ZoneRecord:
        tzid = str(value.params.get("TZID", "")).strip()
        if not tzid:
            return self._default
        return self._zones.get(tzid) or zone_named(tzid) or self._default

    def _times(self, event: Any, properties: Properties) -> None:
        if event.get("DTSTART") is None:
            if self._method not in _TIMELESS:
                raise _refusal("an event does not say when it begins")
            properties["is_all_day"] = False
            return
        start, zone, is_day = self._moment(event["DTSTART"])
        properties["start"] = start
        record = zone or {"id": "UTC"}
        properties["start_time_zone"] = record
        properties["is_all_day"] = is_day or _flag(event, "X-MICROSOFT-CDO-ALLDAYEVENT")
        if event.get("DTEND") is not None:
            end, end_zone, _ = self._moment(event["DTEND"], properties)
            properties["end_time_zone"] = end_zone or {"id": "UTC"}
        else:
            properties["end_time_zone"] = record
            end = self._end(event, event["DTSTART"].dt, record, is_day)
        properties["end"] = max(end, start)

    def _end(self, event: Any, start: Any, record: ZoneRecord, is_day: bool) -> Instant:
        """By DURATION; without one a day lasts a day, and a moment no time (RFC 5545 3.6.1)."""
        length = _stated(event, "DURATION")
        if not isinstance(length, timedelta):
            length = timedelta(days=1) if is_day else timedelta()
        zone = zone_of(record)
        wall = start if isinstance(start, datetime) else datetime.combine(start, time())
        if wall.tzinfo is not None:
            return to_instant(wall.astimezone(UTC) + length)
        return to_instant(to_utc(wall + length, zone))

    # -- series ------------------------------------------------------------------------------

    def _recurrence(self, event: Any, properties: Properties, zone: tzinfo) -> list[str]:
        """Make a series of it; what of its days is not said so, as it was written."""
        rules, added = _several(event, "RRULE"), _several(event, "RDATE")
        first = self._span(properties, zone)
        deleted = [self._wall(value, first[0], zone) for value in _dates(event, "EXDATE")]
        spans = [self._added(value, first, zone) for value in _dates(event, "RDATE")]
        found = series_of([_upper(rule) for rule in rules], first, deleted, spans, zone)
        if found.recurrence:
            properties["recurrence"] = found.recurrence
            if found.exceptions:
                properties["exceptions"] = found.exceptions
        return [
            *(f"RRULE:{_raw(rule)}" for rule in rules if not found.has_rules),
            *(f"RDATE:{_raw(each)}" for each in added if not found.has_dates),
        ]

    def _span(self, properties: Properties, zone: tzinfo) -> Span:
        start, end = (local(_aware(properties[name]), zone) for name in ("start", "end"))
        return start.replace(tzinfo=None), end.replace(tzinfo=None)

    def _wall(self, value: Any, start: datetime, zone: tzinfo) -> datetime:
        """A date of EXDATE or RDATE by the item's clock; a day is that day's, whatever the hour."""
        if not isinstance(value.dt, datetime):
            return datetime.combine(value.dt, start.time())
        moment, _, _ = self._moment(value)
        return local(_aware(moment), zone).replace(tzinfo=None)

    def _added(self, value: Any, first: Span, zone: tzinfo) -> Span:
        """An RDATE; a period has an end of its own."""
        length = first[1] - first[0]
        said: Any = value.dt
        if not isinstance(said, tuple):
            start = self._wall(value, first[0], zone)
            return start, start + length
        begin, end = cast("tuple[datetime, datetime | timedelta]", said)
        if begin.tzinfo is not None:
            begin = local(begin.astimezone(UTC), zone).replace(tzinfo=None)
        if isinstance(end, timedelta):
            return begin, begin + end
        if end.tzinfo is not None:
            end = local(end.astimezone(UTC), zone).replace(tzinfo=None)
        return begin, max(begin, end)

    def _with_exceptions(self, master: Event, others: Iterable[Any]) -> Event:
        records = {e["original"]: e for e in master.properties.get("exceptions") or ()}
        untold = list(master.untold)
        series = Series(master.properties)
        for each in others:
            try:
                changed = self._single(each)
                record = _exception(master, changed)
                near = series.near(record["original"])
                if near is not None:
                    record["original"] = near.original
            except StoreError:
                untold.append(f"RECURRENCE-ID:{_raw(each.get('RECURRENCE-ID'))}")
                continue
            records[record["original"]] = record
        properties = dict(master.properties)
        if records:
            properties["exceptions"] = sorted(records.values(), key=_original)
        return Event(properties, master.body, tuple(untold), master.floats)


# What an exception says of itself in iCalendar whether it differs or not.
_OF_MASTER = ("uid", "recurrence", "exceptions", "recurrence_id", "date_time_stamp")


def _exception(master: Event, changed: Event) -> ExceptionRecord:
    """What of an occurrence is other than in its series."""
    whole = master.properties
    own = settled_occurrence(changed.properties, changed.properties["start"])
    if own.get("is_cancelled"):
        return {"original": own["recurrence_id"], "is_deleted": True}
    values = {k: v for k, v in own.items() if k not in _OF_MASTER}
    record: ExceptionRecord = {
        "original": own["recurrence_id"],
        "properties": {
            k: v for k, v in values.items() if k in ("start", "end") or whole.get(k) != v
        },
    }
    unsaid = (*_OF_MASTER, "reminder_minutes")  # without an alarm it does not say when
    removed = [k for k in whole if k not in values and k not in unsaid]
    if removed:
        record["removed"] = removed
    if changed.body not in (master.body, Body()):
        body: dict[str, Any] = msgspec.to_builtins(changed.body)
        record["body"] = {k: v for k, v in body.items() if v is not None}
    return record


def _original(record: ExceptionRecord) -> Instant:
    return record["original"]


def _aware(moment: Instant) -> datetime:
    return datetime.fromisoformat(moment.replace("Z", "+00:00"))


# -- values ------------------------------------------------------------------------------------


def _text(event: Any, name: str) -> str:
    return str(_first(event, name) or "").strip()


def _first(event: Any, name: str) -> Any:
    """The first property of a name; None where there is none."""
    return next(iter(_several(event, name)), None)


def _stated(event: Any, name: str) -> Any:
    """The time or length that a property says; None where it says none."""
    try:
        return getattr(event.get(name), "dt", None)
    except ValueError:  # the library keeps what it cannot read, and says so when it is asked
        return None


def _flag(event: Any, name: str) -> bool:
    return _text(event, name).upper() == "TRUE"


def _several(event: Any, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return list(cast("list[Any]", value)) if isinstance(value, list) else [value]


def _dates(event: Any, name: str) -> list[Any]:
    """The single dates of EXDATE or RDATE lines; each keeps the zone of its line."""
    found: list[Any] = []
    for line in _several(event, name):
        for value in getattr(line, "dts", ()):
            if "TZID" in line.params and "TZID" not in value.params:
                value.params["TZID"] = line.params["TZID"]
            found.append(value)
            if len(found) > DATES_MAX:
                raise _refusal(f"more than {DATES_MAX:,} dates")
    return found


def _upper(rule: Any) -> dict[str, list[Any]]:
    return {
        str(name).upper(): list(cast("list[Any]", value)) if isinstance(value, list) else [value]
        for name, value in rule.items()
    }


def _raw(value: Any) -> str:
    made = value.to_ical()
    return made.decode("utf-8", "replace") if isinstance(made, bytes) else str(made)


def _body(event: Any) -> Body:
    html = _first(event, "X-ALT-DESC")
    if html is not None and str(html.params.get("FMTTYPE", "")).lower() == "text/html":
        return Body(html=_unescaped(str(html)))
    text = _text(event, "DESCRIPTION")
    return Body(text=text) if text else Body()


def _unescaped(text: str) -> str:
    """A TEXT (RFC 5545 3.3.11) that the library left as it was written, as it does with X-…"""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


_ESCAPED = re.compile(r"\\([\\;,nN])")


def _mailbox(value: Any) -> dict[str, Any]:
    address = str(value).strip()
    if address.lower().startswith("mailto:"):
        address = unquote(address[7:].partition("?")[0])
    if "@" not in address:
        address = str(value.params.get("EMAIL", "")).strip()
    name = str(value.params.get("CN", "")).strip()
    found: dict[str, Any] = {"name": name or address}
    if address:
        found["address"] = address
    return found


def _people(event: Any, properties: Properties) -> None:
    organizer = _first(event, "ORGANIZER")
    if organizer is not None and _mailbox(organizer).get("address"):
        properties["organizer"] = _mailbox(organizer)
    attendees = _several(event, "ATTENDEE")
    if len(attendees) > PEOPLE_MAX:
        raise _refusal(f"more than {PEOPLE_MAX:,} attendees")
    for value in attendees:
        params = value.params
        person: dict[str, Any] = {"mailbox": _mailbox(value)}
        answer = _ANSWERS.get(str(params.get("PARTSTAT", "")).upper())
        if answer:
            person["response"] = answer
        kind = str(params.get("CUTYPE", "")).upper()
        role = str(params.get("ROLE", "")).upper()
        name = "resources" if kind in _THINGS else _LISTS.get(role, "required_attendees")
        if role == "CHAIR" and person["mailbox"] == properties.get("organizer"):
            continue
        properties.setdefault(name, []).append(person)
        if str(params.get("RSVP", "")).upper() == "TRUE":
            properties["is_response_requested"] = True


def _state(event: Any, properties: Properties) -> None:
    properties["appointment_sequence_number"] = _sequence(event)
    stamp = _stated(event, "DTSTAMP")
    if isinstance(stamp, datetime):
        aware = stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=UTC)
        properties["date_time_stamp"] = to_instant(aware.astimezone(UTC))
    properties["busy_status"] = _busy(event, properties)
    intended = _BUSY.get(_text(event, "X-MICROSOFT-CDO-INTENDEDSTATUS").upper())
    if intended:
        properties["intended_free_busy_status"] = intended
    if _text(event, "STATUS").upper() == "CANCELLED":
        properties["is_cancelled"] = True
    sensitivity = _CLASSES.get(_text(event, "CLASS").upper())
    if sensitivity:
        properties["sensitivity"] = sensitivity
    importance = _importance(event)
    if importance:
        properties["importance"] = importance
    categories = [str(word) for line in _several(event, "CATEGORIES") for word in _words(line)]
    if categories:
        properties["categories"] = list(dict.fromkeys(categories))
    if _flag(event, "X-MICROSOFT-DISALLOW-COUNTER"):
        properties["allow_new_time_proposal"] = False


def _words(line: Any) -> Iterable[Any]:
    return getattr(line, "cats", None) or [line]


def _sequence(event: Any) -> int:
    try:
        return min(max(0, int(event.get("SEQUENCE") or 0)), 2**31 - 1)
    except (ValueError, TypeError):
        return 0


def _busy(event: Any, properties: Properties) -> str:
    said = _BUSY.get(_text(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper())
    if said:
        return said
    if _text(event, "TRANSP").upper() == "TRANSPARENT":
        return "free"
    if _text(event, "STATUS").upper() == "TENTATIVE":
        return "tentative"
    is_plain_day = properties["is_all_day"] and not _text(event, "TRANSP")
    return "free" if is_plain_day else "busy"


def _importance(event: Any) -> str:
    priority = _text(event, "PRIORITY")
    if not priority.isdecimal() or not int(priority):
        return ""
    number = int(priority)
    return "high" if number < 5 else "low" if number > 5 else "normal"
