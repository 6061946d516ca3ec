"""The days of an RRULE (RFC 5545 3.3.10) by its own words, for rules that no pattern says.

Every day of a span is looked at once, whatever the rule: what it costs is known beforehand.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from store.calendar.ical.rrule import CODES, Rule

_LIST_MAX = 366
_DAY = timedelta(days=1)
_BOUNDS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYSETPOS": 366}


class Days(msgspec.Struct, frozen=True):
    """A rule, read. ``weekdays``: (number within the month or year, 0 for any; weekday)."""

    frequency: str
    interval: int
    week_start: int
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weekdays: tuple[tuple[int, int], ...]
    places: tuple[int, ...]


def read_rule(rule: Rule, start: date) -> Days | None:
    """A rule (parts by upper-case name) for something that starts on a day; None for one that does
    not go by days, or says what RFC 5545 does not have."""
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency not in _PERIODS or rule.get("BYWEEKNO"):
        return None
    try:
        numbers = {name: _numbers(rule, name, high) for name, high in _BOUNDS.items()}
        weekdays = tuple(_weekday(str(value)) for value in rule.get("BYDAY") or ())
        interval = int(str((rule.get("INTERVAL") or [1])[0]))
    except ValueError:
        return None
    if not 1 <= interval <= 999 or len(weekdays) > _LIST_MAX:
        return None
    if frequency in ("DAILY", "WEEKLY") and any(number for number, _ in weekdays):
        return None
    week_start = str((rule.get("WKST") or ["MO"])[0]).upper()
    found = Days(
        frequency,
        interval,
        CODES.index(week_start) if week_start in CODES else 0,
        frozenset(numbers["BYMONTH"]),
        frozenset(numbers["BYMONTHDAY"]),
        frozenset(numbers["BYYEARDAY"]),
        weekdays,
        tuple(numbers["BYSETPOS"]),
    )
    return _completed(found, start)


def _numbers(rule: Rule, name: str, high: int) -> list[int]:
    """Raises ValueError."""
    found = [int(str(value)) for value in rule.get(name) or ()]
    if len(found) > _LIST_MAX or any(not 1 <= abs(number) <= high for number in found):
        raise ValueError(name)
    return found


def _weekday(text: str) -> tuple[int, int]:
    """Raises ValueError."""
    return int(text[:-2] or 0), CODES.index(text[-2:].upper())


def _completed(days: Days, start: date) -> Days:
    """With what the start says where the rule names no day."""
    if days.month_days or days.weekdays or days.year_days or days.frequency == "DAILY":
        return days
    if days.frequency == "WEEKLY":
        return msgspec.structs.replace(days, weekdays=((0, start.weekday()),))
    months = days.months or (
        frozenset({start.month}) if days.frequency == "YEARLY" else days.months
    )
    return msgspec.structs.replace(days, months=months, month_days=frozenset({start.day}))


def days_of(rule: Days, start: date, last: date) -> Iterator[date]:
    """The days from ``start`` to ``last``, both included, in order."""
    period_of = _PERIODS[rule.frequency]
    origin = period_of(rule, start)
    day = min(start.replace(day=1, month=1), start - 7 * _DAY)  # where its period begins, or before
    period, chosen = origin, list[date]()
    while day <= last:
        number = period_of(rule, day)
        if number != period:
            yield from _picked(rule, chosen, start, last)
            period, chosen = number, []
        if number >= origin and (number - origin) % rule.interval == 0 and _is_one(rule, day):
            chosen.append(day)
        day += _DAY
    # The last period counts whole, whatever of it lies within the span.
    while rule.places and period_of(rule, day) == period:
        if (period - origin) % rule.interval == 0 and _is_one(rule, day):
            chosen.append(day)
        day += _DAY
    yield from _picked(rule, chosen, start, last)


def _picked(rule: Days, chosen: list[date], start: date, last: date) -> Iterator[date]:
    if rule.places:
        count = len(chosen)
        at = {place - 1 if place > 0 else count + place for place in rule.places}
        chosen = [day for n, day in enumerate(chosen) if n in at]
    return (day for day in chosen if start <= day <= last)


def _is_one(rule: Days, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days:
        length = monthrange(day.year, day.month)[1]
        if not {day.day, day.day - length - 1} & rule.month_days:
            return False
    if rule.year_days:
        number, length = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
        if not {number, number - length - 1} & rule.year_days:
            return False
    return not rule.weekdays or _is_weekday(rule, day)


def _is_weekday(rule: Days, day: date) -> bool:
    names = {number for number, weekday in rule.weekdays if weekday == day.weekday()}
    if not names or 0 in names:
        return bool(names)
    if rule.frequency == "YEARLY" and not rule.months:
        first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    else:
        first = day.replace(day=1)
        last = day.replace(day=monthrange(day.year, day.month)[1])
    return bool({(day - first).days // 7 + 1, -((last - day).days // 7 + 1)} & names)


def _week(rule: Days, day: date) -> int:
    return (day.toordinal() - 1 - rule.week_start) // 7


_PERIODS: dict[str, Callable[[Days, date], int]] = {
    "DAILY": lambda _, day: day.toordinal(),
    "WEEKLY": _week,
    "MONTHLY": lambda _, day: day.year * 12 + day.month,
    "YEARLY": lambda _, day: day.year,
}
