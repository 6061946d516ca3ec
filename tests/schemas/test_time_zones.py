"""Windows time zones: each resolves, and its rules say what the tz database says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest

from schemas.time_zones import DAYS, WINDOWS, Rules, Transition, iana, rules, windows, zone

YEARS = (2024, 2026)


@pytest.mark.parametrize("windows_id", WINDOWS)
def test_every_windows_zone_resolves(windows_id: str) -> None:
    assert zone(windows_id) is not None
    assert windows(WINDOWS[windows_id]) == windows_id
    assert iana(windows_id.upper()) == iana(windows_id)


def moment(transition: Transition, year: int) -> datetime:
    """A transition in a year by the wall clock before it."""
    first = datetime(year, transition.month, 1)
    days = (DAYS.index(transition.day) - first.weekday()) % 7
    if transition.occurrence > 0:
        day = first + timedelta(days=days + 7 * (transition.occurrence - 1))
    else:
        day = first + timedelta(days=days)
        while (day + timedelta(days=7)).month == transition.month:
            day += timedelta(days=7)
    return day + timedelta(minutes=transition.minutes)


def bias(found: Rules, at: datetime) -> int:
    """Minutes from local time to UTC at a moment, by the rules alone."""
    if not found.transitions:
        return found.standard_bias
    biases = {"Standard": found.standard_bias, "Daylight": found.daylight_bias}
    current = biases[found.transitions[-1].period]
    for transition in found.transitions:
        if at >= moment(transition, at.year) + timedelta(minutes=current):
            current = biases[transition.period]
        else:
            break
    return current


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("windows_id", WINDOWS)
def test_rules_agree_with_the_tz_database(windows_id: str, year: int) -> None:
    found, info = rules(windows_id, year), zone(windows_id)
    assert found is not None and info is not None
    assert len(found.transitions) in (0, 2)
    at = datetime(year, 1, 1, 12)
    last_change = at
    offsets: list[tuple[datetime, int]] = []
    while at.year == year:
        offset = at.replace(tzinfo=UTC).astimezone(info).utcoffset()
        assert offset is not None
        minutes = int(offset.total_seconds()) // 60
        if offsets and offsets[-1][1] != minutes:
            last_change = at
        offsets.append((at, minutes))
        at += timedelta(hours=6)
    has_rule = len(found.transitions) == 2
    for at, offset in offsets:
        if has_rule or at >= last_change:
            assert bias(found, at) == -offset, at


@pytest.mark.parametrize(
    ("windows_id", "transitions"),
    [
        (
            "Eastern Standard Time",
            (
                Transition("Daylight", 3, "Sunday", 2, 120),
                Transition("Standard", 11, "Sunday", 1, 120),
            ),
        ),
        (
            "W. Europe Standard Time",
            (
                Transition("Daylight", 3, "Sunday", -1, 120),
                Transition("Standard", 10, "Sunday", -1, 180),
            ),
        ),
        ("Tokyo Standard Time", ()),
        ("UTC", ()),
    ],
)
def test_rules_are_those_that_everybody_knows(
    windows_id: str, transitions: tuple[Transition, ...]
) -> None:
    for year in YEARS:
        found = rules(windows_id, year)
        assert found is not None and found.transitions == transitions


def test_names_are_those_of_windows() -> None:
    names = {id: found.name for id in WINDOWS if (found := rules(id, 2026)) is not None}
    assert names["Eastern Standard Time"] == "(UTC-05:00) Eastern Time (US & Canada)"
    assert names["India Standard Time"] == "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"
    assert names["UTC"] == "(UTC) Coordinated Universal Time"
    assert len(set(names.values())) == len(names) == len(WINDOWS)


def test_names_that_clients_send() -> None:
    assert iana("tzone://Microsoft/Utc") == iana("UTC") == iana("Etc/UTC") == "Etc/UTC"
    assert windows("tzone://Microsoft/Utc") == "UTC"
    assert iana("Europe/Madrid") == "Europe/Madrid"
    assert windows("Europe/Madrid") == "Romance Standard Time"
    assert windows("Asia/Kolkata") == windows("Asia/Calcutta") == "India Standard Time"
    assert windows("Pacific Standard Time") == "Pacific Standard Time"
    assert iana("Mid-Atlantic Standard Time") == "Etc/GMT+2"
    for unknown in ("Middle Earth Standard Time", "", "../etc/passwd", "Europe/../Madrid"):
        assert iana(unknown) is None and windows(unknown) is None and rules(unknown, 2026) is None


def test_nearly_every_iana_zone_has_a_windows_name() -> None:
    regions = ("Africa", "America", "Asia", "Australia", "Europe", "Indian", "Pacific", "Atlantic")
    zones = {name for name in available_timezones() if name.partition("/")[0] in regions}
    nameless = {name for name in zones if windows(name) is None}
    assert len(nameless) < len(zones) / 20, sorted(nameless)
