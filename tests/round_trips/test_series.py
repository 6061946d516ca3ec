"""Series with what is other in single occurrences: desktop, a phone of 14.1, one of 16.1, an
iCalendar file, and the desktop again."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.node import Ref
from conformance.requests import set_field
from conformance.xml import TYPES, t
from entrepot.testing import Exchange
from store.calendar.zones import zone_of
from tests.round_trips.house import House
from tests.round_trips.said import (
    BODIES,
    CATEGORIES,
    SIDES,
    WORDS,
    ZONES,
    Said,
    Values,
    among,
    element,
    elements,
    over_the_wire,
    said,
    zones,
)

_WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_INDEX = st.sampled_from(("First", "Second", "Third", "Fourth", "Last"))
_DAY = st.sampled_from((*_WEEK, "Day", "Weekday", "WeekendDay"))
_INTERVAL = st.integers(1, 4).map(str)


def _pattern(name: str, *parts: tuple[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    names = [part for part, _ in parts]
    return st.tuples(*(values for _, values in parts)).map(
        lambda found: element(name, elements(**dict(zip(names, found, strict=True))))
    )


# Days that each such month has: what is clipped is said in other words on the way.
_YEARLY = st.integers(1, 12).flatmap(
    lambda month: st.integers(1, min(monthrange(2027, month)[1], 30)).map(
        lambda day: element(
            "AbsoluteYearlyRecurrence",
            elements(DayOfMonth=str(day), Month=_MONTHS[month - 1]),
        )
    )
)
_PATTERNS = st.one_of(
    _pattern("DailyRecurrence", ("Interval", _INTERVAL)),
    _pattern(
        "WeeklyRecurrence",
        ("Interval", _INTERVAL),
        ("DaysOfWeek", st.sets(st.sampled_from(_WEEK), min_size=1).map(
            lambda days: " ".join(day for day in _WEEK if day in days))),
        ("FirstDayOfWeek", st.sampled_from(_WEEK)),
    ),
    _pattern(
        "AbsoluteMonthlyRecurrence",
        ("Interval", _INTERVAL),
        ("DayOfMonth", st.integers(1, 31).map(str)),
    ),
    _pattern(
        "RelativeMonthlyRecurrence",
        ("Interval", _INTERVAL), ("DaysOfWeek", _DAY), ("DayOfWeekIndex", _INDEX),
    ),
    _YEARLY,
    _pattern(
        "RelativeYearlyRecurrence",
        ("DaysOfWeek", _DAY), ("DayOfWeekIndex", _INDEX), ("Month", st.sampled_from(_MONTHS)),
    ),
)  # fmt: skip


def _series(day: dt.date, minute: int, zone: str, pattern: str, ending: int) -> Said:
    """``ending``: days from the start for a last day; below zero: how often; 0: for ever."""
    # About noon there: what is moved a little stays on its day.
    noon = dt.datetime.combine(day, dt.time(12), zone_of({"id": zone})).astimezone(dt.UTC)
    start = noon + dt.timedelta(minutes=minute)
    first = elements(StartDate=f"{day}Z")
    if ending > 0:
        last = elements(EndDate=f"{day + dt.timedelta(days=ending)}Z")
        range_ = element("EndDateRecurrence", first + last)
    elif ending:
        range_ = element("NumberedRecurrence", first + elements(NumberOfOccurrences=str(-ending)))
    else:
        range_ = element("NoEndRecurrence", first)
    return {
        "Subject": elements(Subject="Series"),
        "Start": elements(Start=f"{start:%Y-%m-%dT%H:%M:%SZ}"),
        "End": elements(End=f"{start + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"),
        "Recurrence": element("Recurrence", pattern + range_),
        **zones(zone),
    }


_SERIES = st.builds(
    _series,
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    st.integers(-120, 120),
    st.sampled_from(ZONES),
    _PATTERNS,
    # Long enough for the occurrences that change.
    st.one_of(st.just(0), st.integers(-40, -8), st.integers(12_000, 14_000)),
)


@dataclass(frozen=True)
class _Other:
    """What of an occurrence is changed; nothing: it is taken out. ``minutes``: how much later it
    begins and ends."""

    number: int
    said: Said
    minutes: int = 0


_SAID: tuple[Values, ...] = (
    said("Subject", WORDS),
    said("Location", WORDS),
    BODIES,
    CATEGORIES,
    among("LegacyFreeBusyStatus", "Free", "Tentative", "OOF"),
    among("Sensitivity", "Private"),
    st.just({"ReminderIsSet": elements(ReminderIsSet="false")}),
    st.integers(0, 600).map(
        lambda m: {"ReminderMinutesBeforeStart": elements(ReminderMinutesBeforeStart=str(m))}
    ),
)
_CHANGES = st.builds(
    lambda number, listed, minutes: _Other(
        number, {k: v for each in listed for k, v in each.items()}, minutes
    ),
    st.integers(1, 8),
    st.lists(st.one_of(*_SAID), max_size=3),
    st.sampled_from((0, 0, 30, 90)),
)
_OTHERS = st.lists(_CHANGES, max_size=3, unique_by=lambda other: other.number)
_FIELDS = {
    "Subject": "item:Subject",
    "Location": "calendar:Location",
    "Body": "item:Body",
    "Categories": "item:Categories",
    "LegacyFreeBusyStatus": "calendar:LegacyFreeBusyStatus",
    "Sensitivity": "item:Sensitivity",
    "ReminderIsSet": "item:ReminderIsSet",
    "ReminderMinutesBeforeStart": "item:ReminderMinutesBeforeStart",
    "Start": "calendar:Start",
    "End": "calendar:End",
}
_OF_SERIES = (
    "Subject", "Start", "End", "StartTimeZone", "Recurrence", "FirstOccurrence", "LastOccurrence",
    "ModifiedOccurrences", "DeletedOccurrences",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(server: Exchange) -> House:
    """A calendar."""
    return House(server.person("series"), "CalendarItem", "calendar", 8)


@given(_SERIES, _OTHERS)
@over_the_wire(60)
def test_a_series_and_its_exceptions(house: House, series: Said, others: list[_Other]) -> None:
    with house.empty():
        id = house.create(series)
        for other in others:
            _change(house, id, other)
        first = _seen(house, id)
        assert len(first) == len(_OF_SERIES) + sum(1 for o in others if o.said or o.minutes)
        for side in SIDES:
            id = house.passed_on(side, id)
            assert _seen(house, id) == first, side


def _change(house: House, id: Ref, other: _Other) -> None:
    occurrence = t.OccurrenceItemId(RecurringMasterId=id.id, InstanceIndex=other.number)
    if not other.said and not other.minutes:
        house.delete(occurrence)
        return
    said = dict(other.said)
    if other.minutes:
        view = house.occurrence(occurrence)
        later = dt.timedelta(minutes=other.minutes)
        for name in ("Start", "End"):
            moment = dt.datetime.strptime(str(view.text(name)), "%Y-%m-%dT%H:%M:%SZ") + later
            said[name] = elements(**{name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"})
    updates = [
        set_field(
            _FIELDS[name],
            etree.fromstring(f'<t:CalendarItem xmlns:t="{TYPES}">{value}</t:CalendarItem>'),
        )
        for name, value in said.items()
    ]
    house.update(t.ItemChange(occurrence, t.Updates(updates)))


def _seen(house: House, id: Ref) -> dict[str, object]:
    """What the desktop sees of a series, and of each occurrence that is other."""
    view = house.view(id)
    seen: dict[str, object] = {name: view.get(name) for name in _OF_SERIES}
    for number, each in enumerate(house.modified(id)):
        found = house.view(each)
        names = set(_FIELDS)
        if "true" not in found.get("ReminderIsSet", ""):
            names.remove("ReminderMinutesBeforeStart")  # only the desktop says of what is not set
        seen[f"exception {number}"] = {name: found.get(name) for name in names}
    return seen
