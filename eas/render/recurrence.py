"""Recurrences as devices have them (MS-ASCAL 2.2.2.38, MS-ASTASK 2.2.2.18, MS-ASEMAIL 2.2.2.60)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, tzinfo

from eas.answers import text
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.calendar.model import WEEKDAYS, Recurrence
from store.calendar.zones import to_utc
from store.instant import Instant, to_instant

# Bits of DayOfWeek, Sunday first.
_BITS = {day: 1 << (number + 1) % 7 for number, day in enumerate(WEEKDAYS)}
_WEEKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 5}
_TYPES = {
    "daily": 0,
    "weekly": 1,
    "absolute_monthly": 2,
    "relative_monthly": 3,
    "absolute_yearly": 5,
    "relative_yearly": 6,
}
# Names that stand in another page than the rest, by the page of the rest.
_ELSEWHERE = {"Email": "Email2"}
_NEW = ("CalendarType", "IsLeapMonth", "FirstDayOfWeek")


def recurrence_elements(
    recurrence: Recurrence, page: str, version: str, until: Callable[[date], str]
) -> list[Element]:
    """The children of a Recurrence. ``page``: Calendar, Tasks or Email; ``until`` writes the day of
    the last occurrence."""
    kind = recurrence["type"]
    values: dict[str, int | str | None] = {"Type": _TYPES[kind]}
    if recurrence.get("count"):
        values["Occurrences"] = recurrence["count"]
    elif recurrence.get("until"):
        values["Until"] = until(date.fromisoformat(recurrence["until"]))
    values["Interval"] = recurrence.get("interval", 1)
    if kind == "weekly" or kind.startswith("relative"):
        values["DayOfWeek"] = sum(_BITS[day] for day in recurrence.get("days", ()))
    if kind.startswith("relative"):
        values["WeekOfMonth"] = _WEEKS[recurrence["index"]]
    if kind.startswith("absolute"):
        values["DayOfMonth"] = recurrence["day_of_month"]
    if kind.endswith("yearly"):
        values["MonthOfYear"] = recurrence["month"]
    if not kind.endswith("daily") and kind != "weekly":
        values["CalendarType"] = recurrence.get("calendar_type", 0)
        values["IsLeapMonth"] = int(bool(recurrence.get("is_leap_month")))
    if kind == "weekly":
        values["FirstDayOfWeek"] = (WEEKDAYS.index(recurrence.get("first_day", "sunday")) + 1) % 7
    made: list[Element] = []
    for name, value in values.items():
        full = f"{_ELSEWHERE.get(page, page) if name in _NEW else page}:{name}"
        if value is not None and tag_named(full).is_known_to(version):
            made.append(text(full, value))
    return made


def last_start(day: date, start: time, zone: tzinfo) -> Instant:
    """When the last occurrence begins: what Until says."""
    return to_instant(to_utc(datetime.combine(day, start), zone))
