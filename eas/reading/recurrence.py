"""Recurrence elements of devices in the store's words (MS-ASCAL 2.2.2.38, MS-ASTASK 2.2.2.18)."""

from __future__ import annotations

from datetime import date, tzinfo

from eas.errors import EasError
from eas.reading.moments import CONVERSION, read_moment
from eas.wbxml import Element
from store.calendar.model import INDEXES, WEEKDAYS, Recurrence
from store.calendar.zones import local
from store.instant import from_instant

_TYPES = {
    0: "daily",
    1: "weekly",
    2: "absolute_monthly",
    3: "relative_monthly",
    5: "absolute_yearly",
    6: "relative_yearly",
}

# Children that only some types have: another one with them is none (MS-ASCAL 3.2.5.3, MS-ASTASK
# 2.2.2.9 and its sisters). DayOfWeek of a daily one names the days that count.
_ONLY_OF: dict[str, frozenset[str]] = {
    "DayOfMonth": frozenset("25"),
    "DayOfWeek": frozenset("0136"),
    "WeekOfMonth": frozenset("36"),
    "MonthOfYear": frozenset("56"),
}
# MS-ASCAL 2.2.2.10; 1 is the usual calendar by its name.
_CALENDARS = frozenset({*range(13), 14, 15, 20})
_GREGORIAN = 1


def read_recurrence(element: Element, page: str, start: date, zone: tzinfo) -> Recurrence:
    """The recurrence that an element says of something that starts on ``start`` by the clock of
    ``zone``. Raises EasError 6 for what is none."""
    kind = _TYPES.get(_number(element, page, "Type", 0, 6) or 0)
    if kind is None:
        raise EasError(CONVERSION, "no such type of recurrence")
    _check(element, page)
    found: Recurrence = {
        "type": kind,
        "interval": _number(element, page, "Interval", 0, 999) or 1,
        "start": start.isoformat(),
    }
    days = _days(_number(element, page, "DayOfWeek", 1, 127) or 0)
    if kind == "daily" and days:  # every weekday: devices say it so (MS-ASCAL 2.2.2.12)
        found |= {"type": "weekly", "days": days, "interval": 1}
        kind = "weekly"
    elif kind == "weekly":
        found["days"] = days or [WEEKDAYS[start.weekday()]]
    elif kind.startswith("relative"):
        found["days"] = days or list(WEEKDAYS)
        week = _number(element, page, "WeekOfMonth", 1, 5) or 1
        found["index"] = INDEXES[week - 1]
    elif kind.startswith("absolute"):
        found["day_of_month"] = _number(element, page, "DayOfMonth", 1, 127) or start.day
        if found["day_of_month"] > 31:
            found["day_of_month"] = 31
    if kind.endswith("yearly"):
        found["month"] = _number(element, page, "MonthOfYear", 1, 12) or start.month
        # A yearly pattern has no interval of its own in most clients; those that have one say it.
    first = _number(element, page, "FirstDayOfWeek", 0, 6)
    if kind == "weekly":
        found["first_day"] = WEEKDAYS[(6 if first is None else first - 1) % 7]
    _end(element, page, zone, found)
    _calendar(element, page, found)
    return found


def _check(element: Element, page: str) -> None:
    """Raises EasError 6 for what is said twice, and what the type does not have."""
    names = [child.name for child in element.children]
    if len(set(names)) < len(names):
        raise EasError(CONVERSION, "a recurrence that says something twice")
    type = element.text(f"{page}:Type", "0")
    for name, types in _ONLY_OF.items():
        if f"{page}:{name}" in names and type not in types:
            raise EasError(CONVERSION, f"a recurrence of type {type} has no {name}")


def _days(bits: int) -> list[str]:
    return [day for number, day in enumerate(WEEKDAYS) if bits >> (number + 1) % 7 & 1]


def _end(element: Element, page: str, zone: tzinfo, found: Recurrence) -> None:
    """By number or by date; where a device says both, the number counts."""
    count = _number(element, page, "Occurrences", 1, 999)
    until = element.text(f"{page}:Until")
    if count:
        found["count"] = count
    elif until:
        moment = from_instant(read_moment(until))
        # Devices write the end of the last day, its start, or the last start: all lie on that day.
        found["until"] = max(local(moment, zone).date().isoformat(), found["start"])


def _calendar(element: Element, page: str, found: Recurrence) -> None:
    kind = _number(element, page, "CalendarType", 0, 255)
    if kind is not None and kind not in _CALENDARS:
        raise EasError(CONVERSION, "no such calendar")
    if kind is not None and kind > _GREGORIAN:
        found["calendar_type"] = kind
    if element.text(f"{page}:IsLeapMonth") == "1":
        found["is_leap_month"] = True


def _number(element: Element, page: str, name: str, low: int, high: int) -> int | None:
    text = element.text(f"{page}:{name}")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise EasError(CONVERSION, f"{name} is a number from {low} to {high}")
    return int(text)
