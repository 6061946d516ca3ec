"""Which days a recurrence falls on (MS-OXOCAL 2.2.1.44; RFC 5545 3.3.10 where the two agree).

Every pattern has a known number of days in each of its periods (days, weeks, months, years), so
any occurrence is reached by its number, and any window by arithmetic: nothing is walked from the
beginning. That is why this is not done with a library that steps from the start.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Any, cast

import msgspec

from store.calendar.model import INDEXES, WEEKDAYS, Recurrence
from store.errors import InvalidValue

_WEEKDAYS = frozenset(WEEKDAYS)
_LAST_DAY = date(4500, 8, 31)
# What each type counts in, and the greatest interval (MS-OXWSCDATA; yearly ones from iCalendar).
_INTERVALS = {
    "daily": 999,
    "weekly": 99,
    "absolute_monthly": 99,
    "relative_monthly": 99,
    "absolute_yearly": 99,
    "relative_yearly": 99,
}
COUNT_MAX = 9_999


def check_recurrence(recurrence: Recurrence) -> None:
    """Raises InvalidValue (role ``recurrence``, ``recurrence_range``, ``recurrence_days``,
    ``recurrence_end``, ``recurrence_empty``) for one that is none."""
    kind = recurrence.get("type")
    if kind not in _INTERVALS:
        raise _wrong(f"{kind!r} is no type of recurrence")
    _within(recurrence.get("interval", 1), 1, _INTERVALS[kind], "interval")
    if recurrence.get("regenerates"):  # so long after the last was done: no day is named
        _check_range(recurrence)
        return
    if kind == "weekly" or kind.startswith("relative"):
        _check_days(recurrence.get("days"), weekly=kind == "weekly")
    if recurrence.get("first_day", "sunday") not in WEEKDAYS:
        raise _wrong("first_day is a weekday")
    if kind.startswith("absolute"):
        _within(recurrence.get("day_of_month", 0), 1, 31, "day_of_month")
    if kind.startswith("relative") and recurrence.get("index") not in INDEXES:
        raise _wrong("index is first, second, third, fourth or last")
    if kind.endswith("yearly"):
        _within(recurrence.get("month", 0), 1, 12, "month")
    _check_range(recurrence)


def _check_days(days: object, *, weekly: bool) -> None:
    role = "recurrence_days" if weekly else "recurrence"
    if not isinstance(days, list) or not days or not _WEEKDAYS.issuperset(cast("list[Any]", days)):
        raise InvalidValue("days are weekdays, at least one", where="recurrence", role=role)


def _check_range(recurrence: Recurrence) -> None:
    start = _day(recurrence.get("start"))
    if recurrence.get("until") is not None:
        until = _day(recurrence["until"])
        if until > _LAST_DAY:
            raise InvalidValue(
                f"a recurrence ends on {_LAST_DAY} at the latest", role="recurrence_end"
            )
        if until < start:
            raise InvalidValue("a recurrence ends before it begins", role="recurrence_empty")
    if recurrence.get("count") is not None:
        if recurrence.get("until") is not None:
            raise _wrong("a recurrence ends by date or by number")
        _within(recurrence["count"], 1, COUNT_MAX, "count")
    if "regenerates" not in recurrence and Pattern(recurrence).nth(1) is None:
        raise InvalidValue("the recurrence falls on no day", role="recurrence_empty")


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise _wrong(f"{text!r} is no date") from None


def _within(value: object, low: int, high: int, name: str) -> None:
    if not isinstance(value, int) or not low <= value <= high:
        raise InvalidValue(
            f"{name} is from {low} to {high}", where="recurrence", role="recurrence_range"
        )


def _wrong(message: str) -> InvalidValue:
    return InvalidValue(message, where="recurrence", role="recurrence")


class _Period(msgspec.Struct, frozen=True):
    """How a pattern goes: ``days`` gives those of its period number ``k`` (0 is the one that the
    start lies in), ``of`` the period of a day; ``size`` the number of days in a whole one."""

    days: Callable[[int], list[date]]
    of: Callable[[date], int]
    size: int


class Pattern:
    """A recurrence's days, by number and by window. What was checked never raises."""

    def __init__(self, recurrence: Recurrence) -> None:
        self.start = date.fromisoformat(recurrence["start"])
        self._until = date.fromisoformat(recurrence["until"]) if recurrence.get("until") else None
        self._count: int | None = recurrence.get("count")
        self._period = _MAKERS[recurrence["type"]](recurrence, self.start)
        first = self._days(0)
        # Days of the first period that lie before the start are none of the pattern's.
        self._skipped = sum(day < self.start for day in first)

    @property
    def is_endless(self) -> bool:
        return self._until is None and self._count is None

    def _days(self, k: int) -> list[date]:
        try:
            return self._period.days(k)
        except (OverflowError, ValueError):  # beyond the calendar
            return []

    def nth(self, number: int) -> date | None:
        """The day of an occurrence by its number (from 1); None beyond the end."""
        if number < 1 or (self._count is not None and number > self._count):
            return None
        k, place = divmod(number - 1 + self._skipped, self._period.size)
        days = self._days(k)
        if place >= len(days):
            return None
        day = days[place]
        return None if self._until is not None and day > self._until else day

    def number(self, day: date) -> int | None:
        """The number (from 1) of the occurrence on a day; None where there is none."""
        if day < self.start or (self._until is not None and day > self._until):
            return None
        k = self._period.of(day)
        if k < 0:
            return None
        days = self._days(k)
        if day not in days:
            return None
        number = k * self._period.size + days.index(day) - self._skipped + 1
        return None if self._count is not None and number > self._count else number

    def between(self, first: date, last: date) -> Iterator[date]:
        """The days from ``first`` to ``last``, both included, in order."""
        k = max(0, self._period.of(max(first, self.start)))
        while True:
            days = self._days(k)
            if not days:
                return
            for day in days:
                if day > last or (self._until is not None and day > self._until):
                    return
                if day >= first and day >= self.start:
                    if self._count is not None and self.number(day) is None:
                        return
                    yield day
            k += 1

    def last(self) -> date | None:
        """The last day; None where there is no end."""
        if self._count is not None and self._until is None:
            return self.nth(self._count)
        if self._until is None:
            return None
        k = self._period.of(self._until)
        while k >= 0:
            found = [day for day in self._days(k) if self.start <= day <= self._until]
            if found:
                return found[-1]
            k -= 1
        return None


def _daily(recurrence: Recurrence, start: date) -> _Period:
    step = recurrence.get("interval", 1)
    return _Period(
        lambda k: [start + timedelta(days=k * step)],
        lambda day: -(-(day - start).days // step),
        1,
    )


def _weekly(recurrence: Recurrence, start: date) -> _Period:
    step = recurrence.get("interval", 1)
    first_day = WEEKDAYS.index(recurrence.get("first_day", "sunday"))
    monday = start - timedelta(days=(start.weekday() - first_day) % 7)
    offsets = sorted({(WEEKDAYS.index(day) - first_day) % 7 for day in recurrence["days"]})
    return _Period(
        lambda k: [monday + timedelta(weeks=k * step, days=offset) for offset in offsets],
        lambda day: -(-((day - monday).days // 7) // step),
        len(offsets),
    )


def _monthly(recurrence: Recurrence, start: date) -> _Period:
    step = recurrence.get("interval", 1)
    return _in_months(recurrence, start.year * 12 + start.month - 1, step)


def _yearly(recurrence: Recurrence, start: date) -> _Period:
    step = 12 * recurrence.get("interval", 1)
    return _in_months(recurrence, start.year * 12 + recurrence["month"] - 1, step)


def _in_months(recurrence: Recurrence, origin: int, step: int) -> _Period:
    """One day in every ``step``-th month, counted from month ``origin`` (months since year 0)."""
    pick = _relative(recurrence) if recurrence["type"].startswith("relative") else None
    number = recurrence.get("day_of_month", 1)

    def days(k: int) -> list[date]:
        year, month = divmod(origin + k * step, 12)
        if not MINYEAR <= year <= MAXYEAR:
            return []
        if pick is not None:
            return [pick(year, month + 1)]
        return [date(year, month + 1, min(number, monthrange(year, month + 1)[1]))]

    return _Period(days, lambda day: -(-(day.year * 12 + day.month - 1 - origin) // step), 1)


def _relative(recurrence: Recurrence) -> Callable[[int, int], date]:
    """The first … fourth or last of some weekdays in a month: each month has them all."""
    weekdays = frozenset(WEEKDAYS.index(day) for day in recurrence["days"])
    place = -1 if recurrence["index"] == "last" else INDEXES.index(recurrence["index"])

    def pick(year: int, month: int) -> date:
        days = [
            day
            for day in range(1, monthrange(year, month)[1] + 1)
            if date(year, month, day).weekday() in weekdays
        ]
        return date(year, month, days[place])

    return pick


_MAKERS: dict[str, Callable[[Recurrence, date], _Period]] = {
    "daily": _daily,
    "weekly": _weekly,
    "absolute_monthly": _monthly,
    "relative_monthly": _monthly,
    "absolute_yearly": _yearly,
    "relative_yearly": _yearly,
}
