"""Events: desktop, a phone of 14.1, one of 16.1, an iCalendar file, and the desktop again."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import strategies as st

from entrepot.testing import Exchange
from tests.round_trips.house import House
from tests.round_trips.said import (
    BODIES,
    CATEGORIES,
    PHONES,
    WORDS,
    ZONES,
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
    zones,
)

_DATES = st.dates(dt.date(2026, 1, 1), dt.date(2029, 12, 31))
_MINUTES = st.integers(0, 24 * 60 - 1)


def _moment(name: str, moment: dt.datetime) -> Said:
    return {name: elements(**{name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"})}


def _times(day: dt.date, minute: int, length: int) -> Said:
    start = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return _moment("Start", start) | _moment("End", start + dt.timedelta(minutes=length))


_TIMES: Values = st.builds(_times, _DATES, _MINUTES, st.integers(0, 3_000))


_ZONED: Values = st.builds(lambda t, z: t | zones(z), _TIMES, st.sampled_from(ZONES))


def _days(day: dt.date, days: int) -> Said:
    # Noon to noon: the server makes whole days of it by the zone's clock.
    times = _times(day, 12 * 60, days * 24 * 60)
    return {**times, "IsAllDayEvent": elements(IsAllDayEvent="true")}


_DAYS: Values = st.builds(_days, _DATES, st.integers(0, 5))
_ZONED_DAYS: Values = st.builds(lambda d, z: d | zones(z), _DAYS, st.sampled_from(ZONES))

_REMINDERS: Values = st.one_of(
    st.just({"ReminderIsSet": elements(ReminderIsSet="false")}),
    st.integers(0, 40_320).map(
        lambda minutes: {
            "ReminderIsSet": elements(ReminderIsSet="true"),
            "ReminderMinutesBeforeStart": elements(ReminderMinutesBeforeStart=str(minutes)),
        }
    ),
)


def _inbox_reminder(id: UUID, minutes: int, message: str) -> str:
    return element(
        "InboxReminder",
        elements(
            Id=str(id),
            ReminderOffset=str(minutes),
            Message=message,
            IsOrganizerReminder="false",
            OccurrenceChange="None",
            IsImportedFromOLC="false",
            SendOption="User",
        ),
    )


_INBOX_REMINDERS: Values = st.lists(
    st.builds(_inbox_reminder, st.uuids(), st.integers(0, 525_600), WORDS),
    min_size=1,
    max_size=3,
).map(lambda each: {"InboxReminders": element("InboxReminders", "".join(each))})


def _people(name: str) -> Values:
    def people(names: list[str]) -> Said:
        listed = [
            element(
                "Attendee",
                element("Mailbox", elements(Name=each, EmailAddress=f"p{n}@elsewhere.example")),
            )
            for n, each in enumerate(names)
        ]
        return {name: element(name, "".join(listed))}

    return st.lists(WORDS, min_size=1, max_size=3).map(people)


def _place(name: str, annotation: str, parts: dict[str, str], where: tuple[int, int]) -> Said:
    ordered = {name: parts[name] for name in _PARTS if name in parts}
    degrees = {"Latitude": str(where[0] / 100), "Longitude": str(where[1] / 100)}
    address = elements(**ordered, Type="Business", **degrees)
    inner = elements(DisplayName=name, Annotation=annotation) + element("PostalAddress", address)
    return {"EnhancedLocation": element("EnhancedLocation", inner)}


_PARTS = ("Street", "City", "State", "Country", "PostalCode")
_PLACES: Values = st.builds(
    _place, WORDS, WORDS, st.fixed_dictionaries({}, optional=dict.fromkeys(_PARTS, WORDS)),
    st.tuples(st.integers(-9_000, 9_000), st.integers(-18_000, 18_000)),
)  # fmt: skip

_EVENTS: tuple[Row, ...] = (
    Row("Subject", said("Subject", WORDS)),
    Row("Body", BODIES),
    Row("Sensitivity", among("Sensitivity", "Normal", "Personal", "Private", "Confidential")),
    Row("Importance", among("Importance", "Low", "Normal", "High"), frozenset({"file"})),
    Row("Categories", CATEGORIES),
    Row("Reminder", _REMINDERS),
    Row("InboxReminders", _INBOX_REMINDERS, frozenset({"file"})),
    Row("Times", _TIMES),
    Row("Zone", _ZONED),
    Row("ZonedDays", _ZONED_DAYS, frozenset({"14.1", "file"})),
    # A phone of 16.x lets them float, and nothing tells where this one's owner lives.
    Row("Days", _DAYS),
    Row(
        "LegacyFreeBusyStatus",
        among("LegacyFreeBusyStatus", "Free", "Tentative", "Busy", "OOF", "WorkingElsewhere"),
    ),
    Row("Location", said("Location", WORDS)),
    Row("EnhancedLocation", _PLACES, frozenset({"16.1"})),
    Row("RequiredAttendees", _people("RequiredAttendees"), PHONES),
    Row("OptionalAttendees", _people("OptionalAttendees"), PHONES),
    Row("Resources", _people("Resources"), PHONES),
    Row("IsResponseRequested", among("IsResponseRequested", "true", "false"), PHONES),
    Row("AllowNewTimeProposal", among("AllowNewTimeProposal", "true", "false")),
)

_BASE = {"Subject": elements(Subject="Trip")}


@pytest.fixture(scope="module")
def house(server: Exchange) -> House:
    """A calendar."""
    return House(server.person("events"), "CalendarItem", "calendar", 8)


@pytest.mark.parametrize("row", _EVENTS, ids=lambda row: row.name)
def test_each_property(house: House, row: Row) -> None:
    check_each(house, row, _BASE)


def test_many_at_once(house: House) -> None:
    # What times say comes from one row.
    check_all(house, tuple(r for r in _EVENTS if r.name not in _OF_TIME), _BASE)


@pytest.mark.parametrize("version", ("14.1", "16.1"))
def test_a_phone_that_says_what_it_was_told_changes_nothing(house: House, version: str) -> None:
    check_echo(house, version, tuple(r for r in _EVENTS if r.name not in _OF_TIME), _BASE)


_OF_TIME = frozenset({"Times", "ZonedDays", "Days"})
