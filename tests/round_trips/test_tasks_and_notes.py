"""Tasks and notes: desktop, a phone of 14.1, one of 16.1, and the desktop again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import strategies as st

from entrepot.testing import Exchange
from tests.round_trips.house import House
from tests.round_trips.said import (
    BODIES,
    CATEGORIES,
    PHONES,
    WORDS,
    Row,
    Said,
    Values,
    among,
    check_all,
    check_each,
    check_echo,
    element,
    elements,
    said,
)

_DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2029, 12, 31))


def _dates(start: dt.date, length: int) -> Said:
    due = start + dt.timedelta(days=length)
    return {
        "DueDate": elements(DueDate=f"{due}T00:00:00Z"),
        "StartDate": elements(StartDate=f"{start}T00:00:00Z"),
    }


def _reminder(day: dt.date, minute: int) -> Said:
    moment = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return {
        "ReminderDueBy": elements(ReminderDueBy=f"{moment:%Y-%m-%dT%H:%M:%SZ}"),
        "ReminderIsSet": elements(ReminderIsSet="true"),
    }


def _recurrence(pattern: str, day: dt.date, count: int) -> Said:
    first = elements(StartDate=f"{day}Z")
    range_ = (
        element("NumberedRecurrence", first + elements(NumberOfOccurrences=str(count)))
        if count
        else element("NoEndRecurrence", first)
    )
    return {"Recurrence": element("Recurrence", pattern + range_)}


_PATTERNS = st.builds(
    lambda name, interval, more: element(name, elements(Interval=str(interval), **more)),
    st.just("DailyRecurrence"),
    st.integers(1, 9),
    st.just(dict[str, str]()),
) | st.builds(
    lambda interval, day: element(
        "WeeklyRecurrence",
        elements(Interval=str(interval), DaysOfWeek=day, FirstDayOfWeek="Monday"),
    ),
    st.integers(1, 9),
    st.sampled_from(("Monday", "Tuesday Thursday", "Sunday")),
)
_REGENERATING = st.builds(
    lambda name, interval: element(name, elements(Interval=str(interval))),
    st.sampled_from(
        ("DailyRegeneration", "WeeklyRegeneration", "MonthlyRegeneration", "YearlyRegeneration")
    ),
    st.integers(1, 9),
)
_RECURRENCES: Values = st.builds(
    _recurrence, st.one_of(_PATTERNS, _REGENERATING), _DAYS, st.integers(0, 20)
)

_COMMON = (
    Row("Subject", said("Subject", WORDS), PHONES),
    Row("Body", BODIES, PHONES),
    Row("Categories", CATEGORIES, PHONES),
)
_TASKS: tuple[Row, ...] = (
    *_COMMON,
    Row(
        "Sensitivity",
        among("Sensitivity", "Normal", "Personal", "Private", "Confidential"),
        PHONES,
    ),
    Row("Importance", among("Importance", "Low", "Normal", "High"), PHONES),
    Row("Dates", st.builds(_dates, _DAYS, st.integers(0, 30)), PHONES),
    Row("Reminder", st.builds(_reminder, _DAYS, st.integers(0, 1_439)), PHONES),
    Row("Status", among("Status", "NotStarted", "Completed"), PHONES),
    Row("Recurrence", _RECURRENCES, PHONES),
)
_BASE = {"Subject": elements(Subject="Trip")}


@pytest.fixture(scope="module")
def tasks(server: Exchange) -> House:
    """A folder of tasks."""
    return House(server.person("tasks"), "Task", "tasks", 7)


@pytest.fixture(scope="module")
def notes(server: Exchange) -> House:
    """A folder of notes."""
    return House(server.person("notes"), "Message", "notes", 10)


@pytest.mark.parametrize("row", _TASKS, ids=lambda row: row.name)
def test_each_property_of_a_task(tasks: House, row: Row) -> None:
    check_each(tasks, row, _BASE)


def test_many_properties_of_a_task_at_once(tasks: House) -> None:
    # A task that is done and recurs is two tasks.
    check_all(tasks, tuple(row for row in _TASKS if row.name != "Status"), _BASE)


@pytest.mark.parametrize("version", ("14.1", "16.1"))
def test_a_phone_that_says_what_it_was_told_changes_nothing(tasks: House, version: str) -> None:
    check_echo(tasks, version, _TASKS, _BASE)


_NOTE = {"ItemClass": elements(ItemClass="IPM.StickyNote"), **_BASE}


@pytest.mark.parametrize("row", _COMMON, ids=lambda row: row.name)
def test_each_property_of_a_note(notes: House, row: Row) -> None:
    check_each(notes, row, _NOTE)
