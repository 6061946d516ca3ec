"""Dates as people write them in queries: ``12/10/2013``, ``last week``, ``December 11``.

Each is a span of time in the asker's zone. Dates are month/day/year, as Exchange reads them, where
that is possible; weeks begin on Sunday.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from store.instant import Instant, from_instant, to_instant

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

_month = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_DATE = re.compile(
    rf"""
      (?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})
        (?:T(?P<clock>\d{{2}}:\d{{2}}(?::\d{{2}})?)(?:\.\d+)?(?P<utc>Z)?)?
    | (?P<first>\d{{1,2}})[/.](?P<second>\d{{1,2}})(?:[/.](?P<short_year>\d{{4}}|\d{{2}}))?(?![\d/])
    | (?P<month>{_month})\b\.?(?:\s+(?P<day>\d{{1,2}})(?!\d))?
        (?:,?\s+(?P<month_year>\d{{4}})(?!\d))?
    | (?P<year>(?:19|20)\d{{2}})(?!\d)
    | (?P<weekday>{"|".join(_DAYS)})\b
    | (?P<near>today|yesterday|tomorrow)\b
    | (?P<which>this|last|past|previous|next|coming)\s*(?P<unit>week|month|year)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STEPS = {"this": 0, "last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1}
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Span(msgspec.Struct, frozen=True):
    """From ``start`` up to, but without, ``stop``."""

    start: Instant
    stop: Instant


class Dates:
    """Reads dates relative to a moment and a zone."""

    def __init__(self, now: Instant, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._today = from_instant(now).astimezone(zone).date()

    def read(self, text: str, at: int) -> tuple[Span, int] | None:
        """The date that stands at a position and where it ends; None where there is none."""
        found = _DATE.match(text, at)
        if found is None:
            return None
        try:
            return self._span(found), found.end()
        except (ValueError, OverflowError):
            return None

    def _span(self, found: re.Match[str]) -> Span:
        part = found.groupdict()
        if part["clock"]:
            return self._moment(part["iso"], part["clock"], utc=part["utc"] is not None)
        if part["iso"]:
            year, month, day = map(int, part["iso"].split("-"))
            return self._day(date(year, month, day))
        if part["first"]:
            return self._day(self._slashed(part))
        if part["month"]:
            return self._named_month(part)
        if part["year"]:
            return self._months(int(part["year"]), 1, 12)
        if part["weekday"]:
            return self._day(self._week() + timedelta(days=_DAYS.index(part["weekday"].lower())))
        if part["near"]:
            return self._day(self._today + timedelta(days=_NEAR[part["near"].lower()]))
        return self._relative(_STEPS[part["which"].lower()], part["unit"].lower())

    def _slashed(self, part: dict[str, str]) -> date:
        first, second = int(part["first"]), int(part["second"])
        month, day = (second, first) if first > 12 else (first, second)
        year = int(part["short_year"] or self._today.year)
        return date(year + 2000 if year < 100 else year, month, day)

    def _named_month(self, part: dict[str, str]) -> Span:
        month = 1 + [name[:3] for name in _MONTHS].index(part["month"][:3].lower())
        year = int(part["month_year"] or self._today.year)
        if part["day"]:
            return self._day(date(year, month, int(part["day"])))
        return self._months(year, month, 1)

    def _relative(self, step: int, unit: str) -> Span:
        if unit == "week":
            first = self._week() + timedelta(days=7 * step)
            return self._days(first, first + timedelta(days=7))
        if unit == "month":
            return self._months(self._today.year, self._today.month + step, 1)
        return self._months(self._today.year + step, 1, 12)

    def _week(self) -> date:
        return self._today - timedelta(days=(self._today.weekday() + 1) % 7)

    def _day(self, day: date) -> Span:
        return self._days(day, day + timedelta(days=1))

    def _months(self, year: int, month: int, count: int) -> Span:
        first, last = 12 * year + month - 1, 12 * year + month - 1 + count
        return self._days(date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1))

    def _days(self, first: date, stop: date) -> Span:
        start, end = (datetime.combine(day, time(), self._zone) for day in (first, stop))
        return Span(to_instant(start), to_instant(end))

    def _moment(self, day: str, clock: str, *, utc: bool) -> Span:
        year, month, number = map(int, day.split("-"))
        start = datetime.combine(
            date(year, month, number),
            time.fromisoformat(clock),
            UTC if utc else self._zone,
        )
        length = timedelta(minutes=1) if clock.count(":") == 1 else timedelta(seconds=1)
        return Span(to_instant(start), to_instant(start + length))
