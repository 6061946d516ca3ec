"""Recurrences as RRULE and back (RFC 5545 3.3.10; MS-OXCICAL 2.1.3.2).

Where a month is too short for a day, our patterns take its last one and RRULE skips the month: so
days after the 28th are written as a choice of days of which the last counts.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from store.calendar.model import INDEXES, WEEKDAYS, Recurrence

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_INDEX_OF = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "last", -1: "last"}
# Parts that say what a clock shows: they only may repeat what the start says.
_OF_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
_UNTOLD = ("BYWEEKNO", "BYYEARDAY")

Rule = Mapping[str, list[Any]]


# -- writing -----------------------------------------------------------------------------------


def to_rrule(recurrence: Recurrence, until: str = "") -> str:
    """The value of an RRULE. ``until``: the last start, as its UNTIL says it."""
    parts = _WRITERS[recurrence["type"]](recurrence)
    interval = recurrence.get("interval", 1)
    if interval != 1:
        parts.insert(1, f"INTERVAL={interval}")
    if recurrence.get("until"):
        parts.append(f"UNTIL={until or recurrence['until'].replace('-', '')}")
    elif recurrence.get("count"):
        parts.append(f"COUNT={recurrence['count']}")
    return ";".join(parts)


def _codes(recurrence: Recurrence) -> list[str]:
    return [CODES[WEEKDAYS.index(day)] for day in WEEKDAYS if day in recurrence["days"]]


def _weekly(recurrence: Recurrence) -> list[str]:
    first = CODES[WEEKDAYS.index(recurrence.get("first_day", "sunday"))]
    return ["FREQ=WEEKLY", f"BYDAY={','.join(_codes(recurrence))}", f"WKST={first}"]


def _days_of_month(day: int, length: int) -> list[str]:
    """The day of a month that has at most ``length`` days, clipped where it has fewer."""
    if day <= 28:
        return [f"BYMONTHDAY={day}"]
    if day >= length:
        return ["BYMONTHDAY=-1"]
    choice = ",".join(str(each) for each in range(28, day + 1))
    return [f"BYMONTHDAY={choice}", "BYSETPOS=-1"]


def _absolute_monthly(recurrence: Recurrence) -> list[str]:
    return ["FREQ=MONTHLY", *_days_of_month(recurrence["day_of_month"], 31)]


def _absolute_yearly(recurrence: Recurrence) -> list[str]:
    month, day = recurrence["month"], recurrence["day_of_month"]
    if month == 2 and day > 28:
        return ["FREQ=YEARLY", "BYMONTH=2", "BYMONTHDAY=-1"]
    return ["FREQ=YEARLY", f"BYMONTH={month}", f"BYMONTHDAY={min(day, monthrange(2024, month)[1])}"]


def _relative(recurrence: Recurrence) -> list[str]:
    codes, nth = _codes(recurrence), _NTH[recurrence["index"]]
    if len(codes) == 1:
        return [f"BYDAY={nth}{codes[0]}"]
    return [f"BYDAY={','.join(codes)}", f"BYSETPOS={nth}"]


def _relative_monthly(recurrence: Recurrence) -> list[str]:
    return ["FREQ=MONTHLY", *_relative(recurrence)]


def _relative_yearly(recurrence: Recurrence) -> list[str]:
    return ["FREQ=YEARLY", f"BYMONTH={recurrence['month']}", *_relative(recurrence)]


_WRITERS: dict[str, Callable[[Recurrence], list[str]]] = {
    "daily": lambda _: ["FREQ=DAILY"],
    "weekly": _weekly,
    "absolute_monthly": _absolute_monthly,
    "relative_monthly": _relative_monthly,
    "absolute_yearly": _absolute_yearly,
    "relative_yearly": _relative_yearly,
}


# -- reading -----------------------------------------------------------------------------------


def from_rrule(rule: Rule, start: datetime, zone: tzinfo) -> Recurrence | None:
    """The recurrence that a rule (parts by upper-case name) says for something that starts at the
    wall clock ``start``; None where our patterns cannot say it."""
    if any(rule.get(name) for name in _UNTOLD) or not says_the_start(rule, start):
        return None
    read = _READERS.get(_text(rule, "FREQ"))
    recurrence = read(rule, start) if read is not None else None
    if recurrence is None:
        return None
    recurrence["interval"] = recurrence.get("interval") or _number(rule, "INTERVAL", 1)
    recurrence["start"] = start.date().isoformat()
    if rule.get("COUNT"):
        recurrence["count"] = _number(rule, "COUNT", 1)
    elif rule.get("UNTIL"):
        recurrence["until"] = until_of(rule["UNTIL"][0], zone).isoformat()
    return recurrence


def says_the_start(rule: Rule, start: datetime) -> bool:
    """Whether what a rule says of the clock is what the start shows."""
    said = (start.hour, start.minute, start.second)
    return all(
        not rule.get(name) or [int(v) for v in rule[name]] == [value]
        for name, value in zip(_OF_CLOCK, said, strict=True)
    )


def _text(rule: Rule, name: str) -> str:
    values = rule.get(name) or [""]
    return str(values[0]).upper()


def _number(rule: Rule, name: str, default: int) -> int:
    values = rule.get(name)
    return int(values[0]) if values else default


def until_of(value: Any, zone: tzinfo) -> date:
    """The day of the last start by the item's own clock."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.date()
        return value.astimezone(zone).date()
    return value


def _by_days(rule: Rule) -> list[tuple[int, str]] | None:
    """(number, weekday) of BYDAY; the number is 0 where none is said."""
    found: list[tuple[int, str]] = []
    for value in rule.get("BYDAY") or ():
        text = str(value).upper()
        number, code = text[:-2], text[-2:]
        if code not in CODES:
            return None
        found.append((int(number or 0), WEEKDAYS[CODES.index(code)]))
    return found


def _read_daily(rule: Rule, start: datetime) -> Recurrence | None:
    days = _by_days(rule)
    if days is None or rule.get("BYMONTH") or rule.get("BYMONTHDAY") or rule.get("BYSETPOS"):
        return None
    if not days:
        return {"type": "daily"}
    if _number(rule, "INTERVAL", 1) != 1 or any(number for number, _ in days):
        return None
    return _weekly_on([day for _, day in days], rule)


def _weekly_on(days: list[str], rule: Rule) -> Recurrence:
    first = _text(rule, "WKST")
    return {
        "type": "weekly",
        "days": [day for day in WEEKDAYS if day in days],
        "first_day": WEEKDAYS[CODES.index(first)] if first in CODES else "monday",
    }


def _read_weekly(rule: Rule, start: datetime) -> Recurrence | None:
    days = _by_days(rule)
    if days is None or any(number for number, _ in days):
        return None
    if rule.get("BYMONTH") or rule.get("BYMONTHDAY") or rule.get("BYSETPOS"):
        return None
    return _weekly_on([day for _, day in days] or [WEEKDAYS[start.weekday()]], rule)


def _read_monthly(rule: Rule, start: datetime) -> Recurrence | None:
    if rule.get("BYMONTH"):  # every month, but only one of them: every year
        return _read_yearly(rule, start) if _number(rule, "INTERVAL", 1) == 1 else None
    return _in_month(rule, start, "monthly")


def _read_yearly(rule: Rule, start: datetime) -> Recurrence | None:
    months = [int(str(month)) for month in rule.get("BYMONTH") or (start.month,)]
    if len(months) != 1 or (rule.get("BYDAY") and not rule.get("BYMONTH")):
        return None
    found = _in_month(rule, start, "yearly")
    return {**found, "month": months[0]} if found is not None else None


def _in_month(rule: Rule, start: datetime, period: str) -> Recurrence | None:
    days = _by_days(rule)
    if days is None:
        return None
    if days:
        return None if rule.get("BYMONTHDAY") else _relative_of(days, rule, period)
    day = _day_of_month(rule, start)
    return {"type": f"absolute_{period}", "day_of_month": day} if day is not None else None


def _relative_of(days: list[tuple[int, str]], rule: Rule, period: str) -> Recurrence | None:
    places = [int(value) for value in rule.get("BYSETPOS") or ()]
    numbers = {number for number, _ in days}
    if len(days) == 1 and days[0][0] and not places:
        number = days[0][0]
    elif numbers == {0} and len(places) == 1:
        number = places[0]
    else:
        return None
    index = _INDEX_OF.get(number)
    if index not in INDEXES:
        return None
    named = {day for _, day in days}
    return {
        "type": f"relative_{period}",
        "days": [day for day in WEEKDAYS if day in named],
        "index": index,
    }


def _day_of_month(rule: Rule, start: datetime) -> int | None:
    days = [int(value) for value in rule.get("BYMONTHDAY") or (start.day,)]
    places = [int(value) for value in rule.get("BYSETPOS") or ()]
    if days == [-1]:
        return 31
    if len(days) == 1 and days[0] > 0 and not places:
        return days[0]
    # A choice of days from the 28th on, the last of which counts: a day that is clipped.
    if places == [-1] and days == list(range(28, days[-1] + 1)):
        return days[-1]
    return None


_READERS: dict[str, Callable[[Rule, datetime], Recurrence | None]] = {
    "DAILY": _read_daily,
    "WEEKLY": _read_weekly,
    "MONTHLY": _read_monthly,
    "YEARLY": _read_yearly,
}


def utc(moment: datetime) -> str:
    """A moment in UTC as iCalendar writes it."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
