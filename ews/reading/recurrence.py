"""Recurrence elements in the store's words (MS-OXWSCDATA RecurrenceType, TaskRecurrenceType)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ews.errors import EwsError
from schemas.time_zones import DAYS
from store.calendar.model import WEEKDAYS, Recurrence

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTHS_A_YEAR = len(MONTHS)
GROUPS = {
    "Day": list(WEEKDAYS),
    "Weekday": list(WEEKDAYS[:5]),
    "WeekendDay": list(WEEKDAYS[5:]),
}


def read_recurrence(node: Any) -> Recurrence:
    """The recurrence that an element with a pattern and a range says. Raises EwsError."""
    pattern = node.first(*_PATTERNS)
    if pattern is None:
        raise EwsError("ErrorCalendarInvalidRecurrence", "A recurrence has a pattern.")
    name, value = pattern
    recurrence: Recurrence = _PATTERNS[name](value)
    _add_range(node, recurrence)
    return _as_yearly(recurrence)


def _as_yearly(recurrence: Recurrence) -> Recurrence:
    """A pattern of every so many whole years, as EWS says it: by twelve months a year, from the
    month of its start on (``ews.render.recurrence``)."""
    years, rest = divmod(recurrence.get("interval", 1), MONTHS_A_YEAR)
    if recurrence.get("regenerates") or not recurrence["type"].endswith("monthly"):
        return recurrence
    if rest or years < 2:
        return recurrence
    type = recurrence["type"].replace("monthly", "yearly")
    month = date.fromisoformat(recurrence["start"]).month
    return {**recurrence, "type": type, "interval": years, "month": month}


def _add_range(node: Any, recurrence: Recurrence) -> None:
    found = node.first("NoEndRecurrence", "EndDateRecurrence", "NumberedRecurrence")
    if found is None:
        raise EwsError("ErrorCalendarInvalidRecurrence", "A recurrence has a range.")
    name, value = found
    recurrence["start"] = value.StartDate.isoformat()
    if name == "EndDateRecurrence":
        recurrence["until"] = value.EndDate.isoformat()
    elif name == "NumberedRecurrence":
        recurrence["count"] = value.NumberOfOccurrences


def _days(value: Any, *, weekly: bool = False) -> list[str]:
    """Weekdays of DaysOfWeek; whole groups of days only where the pattern is no weekly one."""
    names: list[str] = value if isinstance(value, list) else str(value or "").split()
    days: list[str] = []
    for name in names:
        if name in DAYS:
            days.append(name.lower())
        elif name in GROUPS and not weekly:
            days += GROUPS[name]
        else:
            raise EwsError(
                "ErrorCalendarInvalidDayForWeeklyRecurrence"
                if weekly
                else "ErrorCalendarInvalidRecurrence"
            )
    return [day for day in WEEKDAYS if day in days]


def _weekly(value: Any) -> Recurrence:
    return {
        "type": "weekly",
        "interval": value.Interval,
        "days": _days(value.DaysOfWeek, weekly=True),
        "first_day": (value.FirstDayOfWeek or "Sunday").lower(),
    }


def _relative(value: Any, type: str) -> Recurrence:
    return {
        "type": type,
        "interval": value.Interval or 1,
        "days": _days(value.DaysOfWeek),
        "index": value.DayOfWeekIndex.lower(),
    }


def _absolute_monthly(value: Any) -> Recurrence:
    return {
        "type": "absolute_monthly",
        "interval": value.Interval,
        "day_of_month": value.DayOfMonth,
    }


def _relative_yearly(value: Any) -> Recurrence:
    return {**_relative(value, "relative_yearly"), "month": MONTHS.index(value.Month) + 1}


def _absolute_yearly(value: Any) -> Recurrence:
    return {
        "type": "absolute_yearly",
        "interval": 1,
        "day_of_month": value.DayOfMonth,
        "month": MONTHS.index(value.Month) + 1,
    }


def _again(type: str) -> Callable[[Any], Recurrence]:
    """A task that is made anew so long after it was done."""
    return lambda value: {"type": type, "interval": value.Interval, "regenerates": True}


_PATTERNS: dict[str, Callable[[Any], Recurrence]] = {
    "RelativeYearlyRecurrence": _relative_yearly,
    "AbsoluteYearlyRecurrence": _absolute_yearly,
    "RelativeMonthlyRecurrence": lambda value: _relative(value, "relative_monthly"),
    "AbsoluteMonthlyRecurrence": _absolute_monthly,
    "WeeklyRecurrence": _weekly,
    "DailyRecurrence": lambda value: {"type": "daily", "interval": value.Interval},
    "DailyRegeneration": _again("daily"),
    "WeeklyRegeneration": _again("weekly"),
    "MonthlyRegeneration": _again("absolute_monthly"),
    "YearlyRegeneration": _again("absolute_yearly"),
}
