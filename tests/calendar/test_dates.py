"""Series that iCalendar tells by their days, and by rules that no pattern says: as an independent
library unfolds them."""

from __future__ import annotations

import contextlib
import itertools
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from store.calendar.ical.dates import EXCEPTIONS_MAX
from store.calendar.ical.read import Event, read_calendar
from store.calendar.ical.rule_days import days_of, read_rule
from store.calendar.occurrences import Series
from store.calendar.settle import settled
from store.errors import StoreError
from store.instant import to_instant

_START = date(2026, 7, 1)  # a Wednesday


def _event(*lines: str, start: str = "DTSTART;TZID=Europe/Berlin:20260701T100000") -> str:
    inner = "\r\n".join(lines)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\n"
        f"DTSTAMP:20260601T000000Z\r\n{start}\r\nDURATION:PT1H\r\nSUMMARY:S\r\n{inner}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def _read(text: str) -> Event:
    (event,) = read_calendar(text).events
    return event


def _ours(event: Event, high: datetime) -> list[tuple[str, str]]:
    p = settled(event.properties, to_instant(datetime(2026, 6, 1, tzinfo=UTC)))
    found = Series(p).between(p["start"], to_instant(high))
    return [(each.start, each.end) for each in found]


def _theirs(text: str, high: datetime) -> list[tuple[str, str]]:
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(datetime(2026, 6, 30, tzinfo=UTC), high)
    return sorted(
        (to_instant(e["DTSTART"].dt.astimezone(UTC)), to_instant(e["DTEND"].dt.astimezone(UTC)))
        for e in found
    )


_HIGH = datetime(2037, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "kind", "exceptions"),
    [
        (["RDATE;TZID=Europe/Berlin:20260708T100000,20260722T100000"], "weekly", 1),
        (["RDATE;TZID=Europe/Berlin:20260901T100000,20261101T100000"], "absolute_monthly", 0),
        (["RDATE:20260703T080000Z", "RDATE:20260705T080000Z"], "weekly", 0),
        # At another hour, and for longer.
        (["RDATE;TZID=Europe/Berlin:20260708T143000"], "weekly", 1),
        (["RDATE;VALUE=PERIOD:20260708T080000Z/PT3H,20260715T080000Z/20260715T100000Z"],
         "weekly", 2),
        # One that was taken out and another in its place, in a series without end.
        (["RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20260708T100000",
          "RDATE;TZID=Europe/Berlin:20260709T110000"], "weekly", 1),
        (["RRULE:FREQ=WEEKLY;COUNT=4", "RDATE;TZID=Europe/Berlin:20260703T100000"], "weekly", 2),
        (["RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260701T100000",
          "RDATE;TZID=Europe/Berlin:20261003T100000"], "weekly", 24),
        (["RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=8"], "weekly", 54),
        (["RRULE:FREQ=MONTHLY;BYDAY=1WE,3WE;UNTIL=20271231T235959Z"], "weekly", 41),
        (["RRULE:FREQ=YEARLY;BYMONTH=1,7;COUNT=6"], "absolute_monthly", 0),
        (["RRULE:FREQ=WEEKLY;BYMONTH=7,8;COUNT=12"], "weekly", 44),
    ],
)  # fmt: skip
def test_it_is_a_series_with_exceptions(lines: list[str], kind: str, exceptions: int) -> None:
    text = _event(*lines)
    event = _read(text)
    assert event.untold == ()
    assert event.properties["recurrence"]["type"] == kind
    assert len(event.properties.get("exceptions", ())) == exceptions
    assert _ours(event, _HIGH) == _theirs(text, _HIGH)


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2028-08-01"),
        ("FREQ=MONTHLY;BYDAY=1WE,3WE", "2036-07-02"),
        ("FREQ=YEARLY;BYMONTH=1,7", "2036-07-01"),
    ],
)
def test_what_has_no_end_goes_as_far_as_exceptions_do(rule: str, last: str) -> None:
    """And says that this is not all of it."""
    text = _event(f"RRULE:{rule}")
    event = _read(text)
    assert event.untold == (f"RRULE:{rule}",)
    assert event.properties["recurrence"]["until"] == last
    assert len(event.properties.get("exceptions", ())) <= EXCEPTIONS_MAX
    high = datetime.fromisoformat(f"{last}T12:00:00+00:00")
    assert _ours(event, high) == _theirs(text, high)


@pytest.mark.parametrize(
    "lines",
    [
        ["RDATE;TZID=Europe/Berlin:20260708T100000,20260708T150000"],  # two on one day
        ["RDATE;TZID=Europe/Berlin:20260601T100000"],  # before it begins
        ["RRULE:FREQ=WEEKLY", "RDATE;TZID=Europe/Berlin:20260703T100000"],  # endless, and one more
        ["RRULE:FREQ=WEEKLY", "RRULE:FREQ=MONTHLY"],
    ],
)
def test_what_cannot_be_said_is_kept_as_it_was_written(lines: list[str]) -> None:
    assert _read(_event(*lines)).untold != ()


def test_a_change_of_a_further_date_is_found_by_its_day() -> None:
    head, tail = _event("RDATE;TZID=Europe/Berlin:20260708T143000").split("END:VCALENDAR")
    other = (
        "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260708T143000\r\n"
        "DTSTART;TZID=Europe/Berlin:20260708T160000\r\nDURATION:PT1H\r\nSUMMARY:Other\r\n"
        f"END:VEVENT\r\nEND:VCALENDAR{tail}"
    )
    (exception,) = _read(head + other).properties["exceptions"]
    assert exception["original"] == "2026-07-08T08:00:00.000000Z"
    assert exception["properties"]["start"] == "2026-07-08T14:00:00.000000Z"
    assert exception["properties"]["subject"] == "Other"


# -- the days of a rule ------------------------------------------------------------------------

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _numbers(low: int, high: int, size: int = 3) -> Any:
    signed = st.integers(low, high) if low > 0 else st.integers(low, high).filter(bool)
    return st.lists(signed, min_size=1, max_size=size, unique=True)


@st.composite
def _rules(draw: Any) -> dict[str, list[Any]]:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    rule: dict[str, list[Any]] = {"FREQ": [frequency], "INTERVAL": [draw(st.integers(1, 4))]}
    if draw(st.booleans()):
        rule["BYMONTH"] = draw(_numbers(1, 12))
    if frequency != "WEEKLY" and draw(st.booleans()):
        rule["BYMONTHDAY"] = draw(_numbers(-31, 31))
    if frequency == "YEARLY" and draw(st.booleans()):
        rule["BYYEARDAY"] = draw(_numbers(-366, 366))
    if draw(st.booleans()):
        high = {"MONTHLY": 5, "YEARLY": 20}.get(frequency, 0)
        if frequency == "YEARLY" and "BYMONTH" in rule:
            high = 5
        numbers = st.sampled_from(["", *(str(n) for n in range(-high, high + 1) if n)])
        number = draw(numbers)
        codes = draw(st.lists(st.sampled_from(_CODES), min_size=1, max_size=3, unique=True))
        rule["BYDAY"] = [f"{number}{code}" for code in codes]
    if draw(st.booleans()) and set(rule) & {"BYMONTHDAY", "BYDAY", "BYYEARDAY"}:
        rule["BYSETPOS"] = draw(_numbers(-4, 4, 2))
    rule["WKST"] = [draw(st.sampled_from(_CODES))]
    return rule


@settings(max_examples=300, deadline=None)
@given(_rules(), st.dates(date(9988, 1, 1), date(9992, 12, 31)))
def test_a_rule_has_the_days_that_another_library_finds(rule: dict[str, Any], start: date) -> None:
    """Near the end of the calendar, for the other one looks that far for a day that never comes."""
    if rule["FREQ"] == ["WEEKLY"] and "BYSETPOS" in rule:
        # Of the first week it counts what is left; the set is the whole of it (RFC 5545 3.3.10).
        start -= timedelta(days=(start.weekday() - _CODES.index(rule["WKST"][0])) % 7)
    last = start + timedelta(days=1200)
    said = ";".join(f"{name}={','.join(map(str, values))}" for name, values in rule.items())
    begin = datetime(start.year, start.month, start.day)
    until = f"{last:%Y%m%dT000000}"
    theirs = [each.date() for each in rrule.rrulestr(f"{said};UNTIL={until}", dtstart=begin)]
    read = read_rule(rule, start)
    assert read is not None
    assert list(days_of(read, start, last)) == theirs, said


def test_places_count_in_the_whole_of_the_first_week() -> None:
    """A set begins where its interval does, not where the series does (RFC 5545 3.3.10)."""
    rule = {"FREQ": ["WEEKLY"], "BYDAY": ["MO", "TU"], "BYSETPOS": [1], "WKST": ["TU"]}
    read = read_rule(rule, _START)
    assert read is not None
    found = list(days_of(read, _START, _START + timedelta(days=14)))
    assert found == [date(2026, 7, 7), date(2026, 7, 14)]


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31"],
        ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
        ["RRULE:FREQ=DAILY;INTERVAL=0;BYMONTH=2"],
        [f"RRULE:FREQ=YEARLY;BYYEARDAY={','.join(str(n) for n in range(1, 367))};BYMONTH=1,2"],
        [f"RRULE:FREQ=MONTHLY;BYMONTHDAY=1,2;BYSETPOS={','.join(str(n) for n in range(1, 367))}"],
        ["RRULE:FREQ=MONTHLY;BYMONTHDAY=1,2;COUNT=99999999999999999999"],
        ["RDATE:" + ",".join(f"{2026 + n // 300}0101T{n % 24:02}0000Z" for n in range(4_000))],
        ["RDATE:" + ",".join(f"{year}0301T080000Z" for year in range(2026, 9999))],
        ["RRULE:FREQ=WEEKLY;COUNT=9999"]
        + [f"{n}:" + ",".join(f"{2026 + d // 300}{d % 12 + 1:02}{d % 28 + 1:02}T080000Z"
                              for d in range(4_000)) for n in ("EXDATE", "RDATE")],
        ["RRULE:FREQ=YEARLY;BYDAY=400MO", "RDATE:nonsense", "EXDATE;VALUE=DATE:20260701"],
    ],
    ids=range(10),
)  # fmt: skip
def test_hostile_rules_cost_little(lines: list[str]) -> None:
    began = time.process_time()
    for _ in itertools.repeat(None, 3):
        with contextlib.suppress(StoreError):
            read_calendar(_event(*lines))
    assert time.process_time() - began < 3
