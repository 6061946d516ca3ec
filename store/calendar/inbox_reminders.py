"""Reminders that come by mail (MS-OXWSMTGS 2.2.4.13, 2.2.5.6, 2.2.5.7): what they may say, and when
they are due. They stand in an item's ``inbox_reminders`` (``store.calendar.model``)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, cast

import msgspec

from store.calendar.model import ExceptionRecord
from store.calendar.occurrences import Series, is_master
from store.errors import InvalidValue
from store.instant import Instant, from_instant, to_instant
from store.model import Properties

NAME = "inbox_reminders"
ALL_ATTENDEES = "all_attendees"
REMINDERS_MAX = 20
MINUTES_MAX = 365 * 24 * 60
MESSAGE_CHARS_MAX = 8_192
# What is no later than this is sent though its meeting, a short one, is over.
_GRACE = timedelta(minutes=5)
_MOMENT = timedelta(microseconds=1)

Reminder = dict[str, Any]


# -- what they say -----------------------------------------------------------------------------


def settle_reminders(properties: Properties) -> None:
    """Check the reminders of an item or occurrence, and complete them: an id for each, and to whom
    it goes (MS-OXWSMTGS 2.2.5.7).

    Raises InvalidValue (ErrorInvalidValueForProperty).
    """
    given = cast("list[Reminder]", properties.get(NAME) or [])
    if not given:
        properties.pop(NAME, None)
        return
    if len(given) > REMINDERS_MAX:
        raise _wrong(f"an item has at most {REMINDERS_MAX} reminders by mail, not {len(given):,}")
    reminders = [_settled(each) for each in given]
    if len({each["id"].lower() for each in reminders}) < len(reminders):
        raise _wrong("two reminders have the same id")
    properties[NAME] = reminders


def _settled(given: Reminder) -> Reminder:
    reminder = {name: value for name, value in given.items() if value is not None}
    minutes = reminder.get("minutes")
    if minutes is None and reminder.get("change") != "deleted":
        raise _wrong("a reminder says how many minutes before the start it comes")
    if minutes is not None and not 0 <= minutes <= MINUTES_MAX:
        raise _wrong(f"a reminder comes from 0 to {MINUTES_MAX:,} minutes before the start")
    if len(reminder.get("message", "")) > MESSAGE_CHARS_MAX:
        raise _wrong(f"what a reminder says has at most {MESSAGE_CHARS_MAX:,} characters")
    option = reminder.get("send_option", "not_set")
    if option == "not_set":
        option = ALL_ATTENDEES if reminder.get("is_organizer") else "user"
    if option not in ("user", ALL_ATTENDEES):
        raise _wrong(f"{option} is for booking items alone")
    return {"id": str(uuid.uuid4()), **reminder, "send_option": option}


def _wrong(message: str) -> InvalidValue:
    return InvalidValue(message, where=NAME)


def is_for_attendees(properties: Properties) -> bool:
    """Whether a reminder of an item, or of an occurrence of it, goes to all attendees."""
    return any(
        reminder["send_option"] == ALL_ATTENDEES
        for said in parts(properties)
        for reminder in said.get(NAME) or ()
    )


def said_of(properties: Properties) -> list[list[Reminder]]:
    """All that an item says of reminders: its own list, and those of its exceptions."""
    return [said.get(NAME) or [] for said in parts(properties)]


def parts(properties: Properties) -> list[Properties]:
    """An item's own properties, and what each of its exceptions says itself."""
    exceptions = properties.get("exceptions") or ()
    return [properties, *(each.get("properties") or {} for each in exceptions)]


def with_own_reminders(
    exceptions: Iterable[ExceptionRecord],
    before: Iterable[ExceptionRecord],
    series: Series | None = None,
) -> list[ExceptionRecord]:
    """New exceptions of a series, by original start, with the reminders by mail that those
    ``before`` had of their own: who writes exceptions anew knows nothing of them.

    ``series``: an occurrence of it that no longer differs but in these keeps them too.
    """
    own = {each["original"]: said for each in before if (said := _own(each))}
    made = {each["original"]: _joined(each, own.get(each["original"])) for each in exceptions}
    for original, said in own.items():
        if original not in made and series is not None and series.at(original) is not None:
            made[original] = _joined({"original": original}, said)
    return [made[original] for original in sorted(made)]


def _own(record: ExceptionRecord) -> ExceptionRecord:
    """What an exception says itself of reminders by mail; empty where it says nothing."""
    said: Properties = record.get("properties") or {}
    if NAME in said:
        return {"properties": {NAME: said[NAME]}}
    return {"removed": [NAME]} if NAME in record.get("removed", ()) else {}


def _joined(record: ExceptionRecord, own: ExceptionRecord | None) -> ExceptionRecord:
    if not own or record.get("is_deleted"):
        return record
    properties = {**own.get("properties", {}), **record.get("properties", {})}
    removed = list(dict.fromkeys([*record.get("removed", ()), *own.get("removed", ())]))
    return {**record, "properties": properties, **({"removed": removed} if removed else {})}


# -- when they are due -------------------------------------------------------------------------


class Due(msgspec.Struct, frozen=True):
    """A reminder whose time has come. ``properties``: those of the item or the occurrence."""

    at: Instant
    reminder: Reminder
    properties: Properties


def just_after(moment: Instant) -> Instant:
    """The earliest instant after another."""
    return to_instant(from_instant(moment) + _MOMENT)


def due(properties: Properties, since: Instant, now: Instant) -> list[Due]:
    """The reminders of an item whose time came from ``since`` to ``now``, both included, by time;
    without those of what is over.

    The cost is bounded by a year of occurrences and the number of exceptions, however long ago
    ``since`` was.
    """
    late = to_instant(from_instant(now) - _GRACE)
    found: list[Due] = []
    for each in _not_over(properties, late, now):
        for reminder in _living(each):
            at = _before(each["start"], reminder["minutes"])
            is_over = each["end"] <= now and at < late
            if since <= at <= now and not is_over:
                found.append(Due(at, reminder, each))
    return sorted(found, key=lambda one: (one.at, one.properties["start"]))


def next_due(properties: Properties, since: Instant) -> Instant:
    """When the next reminder of an item is due, at ``since`` or later; empty where none is."""
    if not is_master(properties):
        return min(_times(properties, since), default="")
    series = Series(properties)
    found = [
        at
        for each in series.modified()
        if each.start >= since
        for at in _times(series.properties_of(each), since)
    ]
    for minutes in {reminder["minutes"] for reminder in _living(properties)}:
        start = _regular_from(series, to_instant(from_instant(since) + timedelta(minutes=minutes)))
        if start:
            found.append(_before(start, minutes))
    return min(found, default="")


def _not_over(properties: Properties, late: Instant, now: Instant) -> Iterator[Properties]:
    """The item, or those of its occurrences, that end after ``late`` and may remind by ``now``."""
    if not is_master(properties):
        if properties.get("start") and properties["end"] > late:
            yield properties
        return
    series = Series(properties)
    known = (r["minutes"] for said in said_of(properties) for r in said if "minutes" in r)
    most = max(known, default=0)
    horizon = to_instant(from_instant(now) + timedelta(minutes=most) + _MOMENT)
    for each in series.between(late, horizon):
        yield series.properties_of(each)


def _living(properties: Properties) -> list[Reminder]:
    """The reminders that remind."""
    if properties.get("is_cancelled"):
        return []
    return [each for each in properties.get(NAME) or () if each.get("change") != "deleted"]


def _times(properties: Properties, since: Instant) -> Iterator[Instant]:
    if not properties.get("start"):
        return
    for reminder in _living(properties):
        at = _before(properties["start"], reminder["minutes"])
        if at >= since:
            yield at


def _before(start: Instant, minutes: int) -> Instant:
    """So many minutes before; empty, which comes before all instants, beyond the calendar."""
    try:
        return to_instant(from_instant(start) - timedelta(minutes=minutes))
    except OverflowError:
        return ""


def _regular_from(series: Series, moment: Instant) -> Instant:
    """The start of the first occurrence from a moment on that is as the series has it."""
    for day in series.pattern.between(series.day_of(moment) - timedelta(days=1), date.max):
        original = series.original_of(day)
        if original >= moment and original not in series.exceptions:
            return original
    return ""
