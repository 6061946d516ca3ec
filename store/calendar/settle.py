"""What a calendar item says after a change: checked, and completed with what follows from it."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any

from store.calendar.inbox_reminders import settle_reminders
from store.calendar.model import ZoneRecord
from store.calendar.occurrences import Series, is_deleted, is_master
from store.calendar.recurrence import Pattern, check_recurrence
from store.calendar.zones import check_zone, local, to_utc, zone_of
from store.errors import InvalidValue
from store.instant import Instant, from_instant, to_instant
from store.model import Properties

PEOPLE = ("required_attendees", "optional_attendees", "resources")
# Bits of appointment_state (MS-OXOCAL 2.2.1.10).
MEETING, RECEIVED, CANCELLED = 1, 2, 4
_HALF_HOUR = timedelta(minutes=30)
_YEARS_MAX = 5
# A change of one of these makes another series of it: what was an exception is none any more.
_OF_PATTERN = ("recurrence", "start", "end", "is_all_day", "start_time_zone")


def settled(properties: Properties, now: Instant, before: Properties | None = None) -> Properties:
    """The properties of a calendar item as they are kept. ``before``: as they were.

    Raises InvalidValue: role ``end_before_start``, ``too_long``, ``time_zone``, and those of
    ``check_recurrence``, ``recurrence_overlap``, ``settle_reminders``.
    """
    settled = dict(properties)
    for name in ("start_time_zone", "end_time_zone"):
        if settled.get(name):
            check_zone(settled[name])
    _complete_times(settled, now, before or {})
    if settled.get("is_all_day"):
        _whole_days(settled)
    _check_times(settled)
    if settled.get("recurrence"):
        _settle_series(settled, before)
    else:
        for name in ("recurrence", "exceptions"):
            settled.pop(name, None)
    if not settled.get("uid"):
        settled["uid"] = new_uid(now)
    _keep_place(settled)
    settle_reminders(settled)
    _state(settled)
    return settled


def _keep_place(settled: Properties) -> None:
    """What is known of a place goes with its name."""
    places = settled.get("places")
    if places and places[0].get("name") != settled.get("location"):
        del settled["places"]


def settled_occurrence(properties: Properties, now: Instant) -> Properties:
    """The properties of one occurrence after a change. Raises InvalidValue as ``settled``."""
    settled = dict(properties)
    for name in ("start_time_zone", "end_time_zone"):
        if settled.get(name):
            check_zone(settled[name])
    _complete_times(settled, now, properties)
    if settled.get("is_all_day"):
        _whole_days(settled)
    _check_times(settled)
    _keep_place(settled)
    settle_reminders(settled)
    if settled.get("reminder_is_set"):
        settled.setdefault("reminder_minutes", 15)
        settled["reminder_due"] = settled["start"]
    return settled


def _complete_times(settled: Properties, now: Instant, before: Properties) -> None:
    """Without a start the next half hour, without an end half an hour."""
    if not settled.get("start"):
        moment = from_instant(before.get("start") or now)
        past = timedelta(
            minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond
        )
        settled["start"] = to_instant(moment - past + _HALF_HOUR if past else moment)
    if not settled.get("end"):
        settled["end"] = to_instant(from_instant(settled["start"]) + _HALF_HOUR)


def _whole_days(settled: Properties) -> None:
    """From midnight to midnight by the item's own clock; at least one day."""
    zone = zone_of(settled.get("start_time_zone"))
    start, end = (local(from_instant(settled[name]), zone) for name in ("start", "end"))
    if end < start:
        return  # refused below
    first = _midnight(start)
    last = _midnight(end)
    if last < end or last == first:
        last += timedelta(days=1)
    settled["start"] = to_instant(to_utc(first, zone))
    settled["end"] = to_instant(to_utc(last, zone))


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _check_times(settled: Properties) -> None:
    start, end = from_instant(settled["start"]), from_instant(settled["end"])
    if end < start:
        raise InvalidValue("the end lies before the start", where="end", role="end_before_start")
    if end - start > timedelta(days=_YEARS_MAX * 366):
        raise InvalidValue(
            f"an appointment lasts at most {_YEARS_MAX} years", where="end", role="too_long"
        )


def _settle_series(settled: Properties, before: Properties | None) -> None:
    """The series begins on the first day of its pattern; with another pattern go the exceptions."""
    recurrence = dict(settled["recurrence"])
    zone = zone_of(settled.get("start_time_zone"))
    start = local(from_instant(settled["start"]), zone)
    recurrence.setdefault("start", start.date().isoformat())
    if (
        before is not None
        and before.get("recurrence") == recurrence
        and before.get("start") != settled["start"]
    ):
        # The master was moved to another day: its pattern goes along.
        recurrence["start"] = start.date().isoformat()
    check_recurrence(recurrence)
    first = Pattern(recurrence).nth(1)
    assert first is not None
    length = local(from_instant(settled["end"]), zone) - start
    begin = datetime.combine(first, start.time())
    settled["start"] = to_instant(to_utc(begin, zone))
    settled["end"] = to_instant(to_utc(begin + length, zone))
    recurrence["start"] = first.isoformat()
    settled["recurrence"] = recurrence
    if before is not None and _is_other_series(settled, before):
        settled.pop("exceptions", None)
    if settled.get("exceptions"):
        settled["exceptions"] = sorted(settled["exceptions"], key=_original)
    else:
        settled.pop("exceptions", None)
    _check_overlap(settled)


def _is_other_series(settled: Properties, before: Properties) -> bool:
    """Whether the pattern changed under exceptions that nobody restated."""
    is_other = any(before.get(name) != settled.get(name) for name in _OF_PATTERN)
    return is_other and settled.get("exceptions") == before.get("exceptions")


def _original(record: dict[str, Any]) -> Instant:
    return record["original"]


def _check_overlap(settled: Properties) -> None:
    series = Series({**settled, "exceptions": ()})
    recurrence = settled["recurrence"]
    found = [series.nth(n) for n in range(1, len(recurrence.get("days") or ()) + 3)]
    for one, other in itertools.pairwise(found):
        if one is not None and other is not None and other.start < one.end:
            raise InvalidValue(
                "an occurrence reaches into the next one", where="end", role="recurrence_overlap"
            )


def check_place(series: Series, original: Instant, start: Instant) -> None:
    """Raises InvalidValue (role ``occurrence_crossing``) for an occurrence that would leave its
    place between its neighbours, or share a day with one of them."""
    at = series.at(original)
    if at is None or not at.number:
        return
    day = series.day_of(start)
    for step in (-1, 1):
        beside = series.nth(at.number + step)
        while beside is not None and is_deleted(beside):
            beside = series.nth(beside.number + step)
        if beside is None:
            continue
        other = series.day_of(beside.start)
        if (day <= other) if step < 0 else (day >= other):
            if series.day_of(original) == day:
                continue  # neighbours of one day: it only kept its own
            raise InvalidValue(
                "an occurrence stays between its neighbours",
                where="start",
                role="occurrence_crossing",
            )


def _state(settled: Properties) -> None:
    """What else tells of series and meetings (MS-OXWSMTGS 2.2.4)."""
    state = int(settled.get("appointment_state") or 0)
    has_people = any(settled.get(name) for name in PEOPLE)
    if not state & RECEIVED:
        state = state | MEETING if has_people else state & ~MEETING
    settled["appointment_state"] = state
    settled["is_meeting"] = bool(state & MEETING)
    settled["is_cancelled"] = bool(state & CANCELLED)
    settled["is_organizer"] = not state & RECEIVED
    settled["is_recurring"] = is_master(settled)
    settled["calendar_item_type"] = "recurring_master" if is_master(settled) else "single"
    settled.setdefault("appointment_sequence_number", 0)
    settled.setdefault("is_response_requested", True)
    settled.setdefault("meeting_request_was_sent", False)
    settled.setdefault("allow_new_time_proposal", True)
    settled.setdefault("is_all_day", False)
    settled.setdefault("reminder_is_set", False)
    if state & RECEIVED:
        settled.setdefault("my_response_type", "no_response_received")
    elif state & MEETING:
        settled["my_response_type"] = "organizer"
    else:
        settled.setdefault("my_response_type", "unknown")
    if settled.get("reminder_is_set"):
        settled.setdefault("reminder_minutes", 15)
        settled["reminder_due"] = settled["start"]
    settled["date_time_stamp"] = settled.get("date_time_stamp") or settled.get("modified") or ""
    if not settled["date_time_stamp"]:
        settled.pop("date_time_stamp")


# The first bytes of every GlobalObjectId (MS-OXOCAL 2.2.1.27).
_GLOBAL = "040000008200E00074C5B7101A82E008"


def new_uid(now: Instant) -> str:
    """A UID as Exchange makes them: the GlobalObjectId in hex, with the time of making and 16
    random bytes."""
    moment = from_instant(now)
    ticks = int((moment.timestamp() + 11_644_473_600) * 10_000_000)
    made = ticks.to_bytes(8, "little").hex().upper()
    return f"{_GLOBAL}00000000{made}{'00' * 8}10000000{secrets.token_hex(16).upper()}"


def zone_record(name: str, shown: str = "") -> ZoneRecord:
    """A zone record of a name."""
    return {"id": name, "name": shown} if shown else {"id": name}
