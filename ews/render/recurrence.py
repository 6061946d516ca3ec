"""Recurrences as elements (MS-OXWSCDATA RecurrenceType, TaskRecurrenceType)."""

from __future__ import annotations

from ews.reading.recurrence import GROUPS, MONTHS, MONTHS_A_YEAR
from store.calendar.model import WEEKDAYS, Recurrence

_AGAIN = {
    "daily": "DailyRegeneration",
    "weekly": "WeeklyRegeneration",
    "absolute_monthly": "MonthlyRegeneration",
    "absolute_yearly": "YearlyRegeneration",
}
_NAMED = {tuple(days): name for name, days in GROUPS.items()}


def recurrence_element(recurrence: Recurrence) -> str:
    """The Recurrence element. Yearly patterns with an interval, which EWS cannot say, are shown
    as monthly ones (twelve months a year)."""
    return f"<t:Recurrence>{_pattern(recurrence)}{_range(recurrence)}</t:Recurrence>"


def _pattern(recurrence: Recurrence) -> str:
    type, interval = recurrence["type"], recurrence.get("interval", 1)
    if recurrence.get("regenerates"):
        return _wrapped(_AGAIN[type], _interval(interval))
    if type == "daily":
        return _wrapped("DailyRecurrence", _interval(interval))
    if type == "weekly":
        days = " ".join(day.capitalize() for day in recurrence["days"])
        first = recurrence.get("first_day", "sunday").capitalize()
        return _wrapped(
            "WeeklyRecurrence",
            f"{_interval(interval)}<t:DaysOfWeek>{days}</t:DaysOfWeek>"
            f"<t:FirstDayOfWeek>{first}</t:FirstDayOfWeek>",
        )
    is_yearly = type.endswith("yearly")
    if is_yearly and interval > 1:
        type, is_yearly = type.replace("yearly", "monthly"), False
        interval *= MONTHS_A_YEAR
    month = f"<t:Month>{MONTHS[recurrence['month'] - 1]}</t:Month>" if is_yearly else ""
    head = "" if is_yearly else _interval(interval)
    frequency = "Yearly" if is_yearly else "Monthly"
    if type.startswith("absolute"):
        day = f"<t:DayOfMonth>{recurrence['day_of_month']}</t:DayOfMonth>"
        return _wrapped(f"Absolute{frequency}Recurrence", f"{head}{day}{month}")
    days = tuple(day for day in WEEKDAYS if day in recurrence["days"])
    named = _NAMED.get(days) or days[0].capitalize()
    index = recurrence["index"].capitalize()
    return _wrapped(
        f"Relative{frequency}Recurrence",
        f"{head}<t:DaysOfWeek>{named}</t:DaysOfWeek><t:DayOfWeekIndex>{index}</t:DayOfWeekIndex>"
        f"{month}",
    )


def _range(recurrence: Recurrence) -> str:
    start = f"<t:StartDate>{recurrence['start']}</t:StartDate>"
    if recurrence.get("until"):
        return _wrapped("EndDateRecurrence", f"{start}<t:EndDate>{recurrence['until']}</t:EndDate>")
    if recurrence.get("count"):
        count = f"<t:NumberOfOccurrences>{recurrence['count']}</t:NumberOfOccurrences>"
        return _wrapped("NumberedRecurrence", f"{start}{count}")
    return _wrapped("NoEndRecurrence", start)


def _interval(interval: int) -> str:
    return f"<t:Interval>{interval}</t:Interval>"


def _wrapped(name: str, inner: str) -> str:
    return f"<t:{name}>{inner}</t:{name}>"
