"""When people might meet: the best half hours of each day (MS-OXWAVLS Suggestion)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

import msgspec

from store.calendar.availability.merged import merged
from store.calendar.model import WEEKDAYS
from store.calendar.zones import local, to_utc, zone_of
from store.instant import Instant, from_instant, to_instant
from store.results import Availability

QUALITIES = ("Excellent", "Good", "Fair", "Poor")
_SLOT = 30
_REQUIRED = frozenset({"Organizer", "Required"})
_BUSY = ("free", "tentative", "busy", "oof", "no_data")

# (AttendeeType, what is known of that attendee)
Person = tuple[str, Availability | None]
# A busy state; of a list (members, members who are busy); None where nothing is known.
Conflict = str | tuple[int, int] | None


class Rules(msgspec.Struct, frozen=True):
    """``good_threshold``: percent of required attendees who may be busy in a good time."""

    good_threshold: int = 25
    by_day_max: int = 10
    outside_hours_max: int = 0
    minutes: int = 60
    quality_min: str = "Fair"


class Suggested(msgspec.Struct, frozen=True):
    """One time, how good it is, and each attendee's conflict in the order of the attendees."""

    start: Instant
    is_work_time: bool
    quality: str
    conflicts: tuple[Conflict, ...]


class Day(msgspec.Struct, frozen=True):
    """A day of the window with its suggestions, by time."""

    date: date
    quality: str
    suggestions: tuple[Suggested, ...]


def suggest(
    people: Sequence[Person], start: Instant, end: Instant, zone: tzinfo, rules: Rules
) -> list[Day]:
    """Suggestions for each day from ``start`` to ``end`` by the clock of ``zone``."""
    slots = [_slots(found, start, end) for _, found in people]
    first, last = from_instant(start), from_instant(end)
    day, final = local(first, zone).date(), local(last - timedelta(seconds=1), zone).date()
    days: list[Day] = []
    while day <= final:
        times = _times_of(day, zone, first, last, rules.minutes)
        rated = [_rate(people, slots, moment, first, rules) for moment in times]
        days.append(_day(day, rated, rules))
        day += timedelta(days=1)
    return days


def _slots(found: Availability | None, start: Instant, end: Instant) -> list[str]:
    """The merged time of a person, or of each member of a list; nothing where none is known."""
    if found is None:
        return []
    return [merged(events, start, end, _SLOT) for events in found.members or (found.events,)]


def _times_of(
    day: date, zone: tzinfo, first: datetime, last: datetime, minutes: int
) -> list[datetime]:
    """The half hours of a day at which the meeting fits into the window."""
    begin = datetime.combine(day, time())
    length = timedelta(minutes=minutes)
    moments = [to_utc(begin + timedelta(minutes=_SLOT * n), zone) for n in range(48)]
    return [moment for moment in moments if moment >= first and moment + length <= last]


def _rate(
    people: Sequence[Person],
    slots: list[list[str]],
    moment: datetime,
    first: datetime,
    rules: Rules,
) -> Suggested:
    place = int((moment - first).total_seconds()) // (_SLOT * 60)
    count = -(-rules.minutes // _SLOT)
    conflicts: list[Conflict] = []
    required = busy = unsure = 0
    for (kind, found), digits in zip(people, slots, strict=True):
        taken = [max(each[place : place + count] or "0") for each in digits]
        digit = max(taken, default="4")
        if found is None:
            conflicts.append(None)
        elif found.members:
            conflicts.append((len(taken), sum(each >= "2" for each in taken)))
        else:
            conflicts.append(_BUSY[int(digit)])
        if kind in _REQUIRED:
            required += 1
            busy += digit >= "2"
            unsure += digit == "1"
    quality = _quality(required, busy, unsure, rules.good_threshold)
    works = _is_work_time(people, moment, rules.minutes)
    return Suggested(to_instant(moment), works, quality, tuple(conflicts))


def _quality(required: int, busy: int, unsure: int, threshold: int) -> str:
    """Excellent: everybody can; good: so few cannot; fair: less than half cannot."""
    if not busy:
        return "Excellent" if not unsure else "Good"
    share = busy * 100 / max(required, 1)
    if share <= threshold:
        return "Good"
    return "Fair" if share < 50 else "Poor"


def _is_work_time(people: Sequence[Person], moment: datetime, minutes: int) -> bool:
    """Whether the organiser, or whoever is first known, works all the time."""
    known = [found for _, found in people if found is not None]
    if not known:
        return True
    hours = known[0].hours
    start = local(moment, zone_of(hours.zone))
    begins = start.hour * 60 + start.minute
    is_day = WEEKDAYS[start.weekday()] in hours.days
    return is_day and hours.start <= begins and begins + minutes <= hours.end


def _day(day: date, rated: list[Suggested], rules: Rules) -> Day:
    worst = QUALITIES.index(rules.quality_min)
    fit = [each for each in rated if QUALITIES.index(each.quality) <= worst]
    inside = _best([each for each in fit if each.is_work_time], rules.by_day_max)
    room = min(rules.outside_hours_max, rules.by_day_max - len(inside))
    outside = _best([each for each in fit if not each.is_work_time], room)
    shown = sorted([*inside, *outside], key=lambda each: each.start)
    quality = min((each.quality for each in shown), key=QUALITIES.index, default="Poor")
    return Day(day, quality, tuple(shown))


def _best(found: list[Suggested], most: int) -> list[Suggested]:
    ranked = sorted(found, key=lambda each: (QUALITIES.index(each.quality), each.start))
    return ranked[: max(0, most)]
