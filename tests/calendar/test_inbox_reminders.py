"""Reminders by mail: what they may say, and when they are due; checked against looking at every
occurrence."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from store.calendar.inbox_reminders import MINUTES_MAX, due, just_after, next_due
from store.calendar.occurrences import Series
from store.calendar.scheduling.messages import Meeting, cancellation, request
from store.calendar.settle import settled, settled_occurrence
from store.errors import InvalidValue
from store.instant import from_instant, to_instant
from tests.calendar.series import random_series

NOW = "2026-06-01T08:00:00.000000Z"
TEN, ELEVEN = "2026-06-01T10:00:00.000000Z", "2026-06-01T11:00:00.000000Z"


def _event(*reminders: dict[str, Any], **more: Any) -> dict[str, Any]:
    times = {"start": TEN, "end": ELEVEN}
    return settled({**times, "inbox_reminders": list(reminders), **more}, NOW)


def _daily(*reminders: dict[str, Any], **more: Any) -> dict[str, Any]:
    days = {"type": "daily", "interval": 1, "start": "2026-06-01"}
    return _event(*reminders, recurrence=days, **more)


def _shown(moment: str) -> str:
    return moment[5:16].replace("T", " ")


def _times(properties: dict[str, Any], since: str, now: str) -> list[str]:
    return [_shown(each.at) for each in due(properties, since, now)]


# -- what they say -----------------------------------------------------------------------------


def test_each_gets_an_id_and_whom_it_is_for() -> None:
    """(MS-OXWSMTGS 2.2.5.7.)"""
    own, organizers, said = _event(
        {"minutes": 15},
        {"minutes": 30, "is_organizer": True, "send_option": "not_set"},
        {"minutes": 60, "is_organizer": True, "send_option": "user", "id": "x"},
    )["inbox_reminders"]
    assert (own["send_option"], organizers["send_option"], said["send_option"]) == (
        "user",
        "all_attendees",
        "user",
    )
    assert len({own["id"], organizers["id"]}) == 2 and said["id"] == "x"


def test_no_reminders_are_no_list() -> None:
    assert "inbox_reminders" not in _event()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"minutes": -1},
        {"minutes": MINUTES_MAX + 1},
        {"minutes": 2**31 - 1},
        {"minutes": 5, "message": "x" * 8_193},
        {"minutes": 5, "send_option": "staff"},
        {"minutes": 5, "send_option": "customer"},
    ],
)
def test_what_no_reminder_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        _event(wrong)
    with pytest.raises(InvalidValue):
        settled_occurrence({"start": TEN, "end": ELEVEN, "inbox_reminders": [wrong]}, NOW)


def test_there_are_at_most_20_and_each_has_an_id_of_its_own() -> None:
    assert len(_event(*({"minutes": n} for n in range(20)))["inbox_reminders"]) == 20
    for wrong in ([{"minutes": n} for n in range(1000)], [{"minutes": 1, "id": "a"}] * 2):
        with pytest.raises(InvalidValue):
            _event(*wrong)


def test_one_that_is_deleted_need_not_say_when() -> None:
    (kept,) = _event({"id": "x", "change": "deleted"})["inbox_reminders"]
    assert kept == {"id": "x", "change": "deleted", "send_option": "user"}


def test_attendees_are_told_nothing_of_them() -> None:
    """What goes out of a meeting has neither those of the series nor those of an exception."""
    own = {"inbox_reminders": [{"id": "x", "minutes": 5, "send_option": "user"}]}
    people = [{"mailbox": {"name": "Ben", "address": "ben@demo.example"}}]
    exceptions = [{"original": TEN, "properties": {"subject": "Other", **own}, "removed": []}]
    meeting = Meeting(
        _daily({"minutes": 15}, required_attendees=people) | {"exceptions": exceptions}
    )
    for message in (request(meeting), cancellation(meeting)):
        assert "inbox_reminders" not in repr(message)


# -- when they are due -------------------------------------------------------------------------


def test_a_single_event_reminds_before_its_start() -> None:
    event = _event({"minutes": 15}, {"minutes": 90}, {"minutes": 5, "change": "deleted"})
    assert _shown(next_due(event, NOW)) == "06-01 08:30"
    assert _shown(next_due(event, "2026-06-01T08:30:00.000001Z")) == "06-01 09:45"
    assert next_due(event, "2026-06-01T09:45:00.000001Z") == ""
    assert _times(event, NOW, "2026-06-01T09:44:59.000000Z") == ["06-01 08:30"]
    assert _times(event, NOW, TEN) == ["06-01 08:30", "06-01 09:45"]


def test_what_is_over_reminds_no_more() -> None:
    event = _event({"minutes": 15})
    assert _times(event, NOW, "2026-06-01T10:59:00.000000Z") == ["06-01 09:45"]
    assert _times(event, NOW, ELEVEN) == []


def test_what_lasts_no_time_reminds_at_its_start() -> None:
    event = _event({"minutes": 0}, end=TEN)
    assert _times(event, TEN, "2026-06-01T10:00:30.000000Z") == ["06-01 10:00"]
    assert _times(event, TEN, "2026-06-01T10:06:00.000000Z") == []


def test_what_is_cancelled_does_not_remind() -> None:
    event = _event({"minutes": 15}, appointment_state=7)
    assert next_due(event, NOW) == "" and due(event, NOW, TEN) == []


def test_a_series_reminds_of_each_occurrence() -> None:
    """An exception goes by its own list and its own start; one that is taken out is silent."""
    exceptions = [
        {"original": "2026-06-02T10:00:00.000000Z", "is_deleted": True},
        {
            "original": "2026-06-03T10:00:00.000000Z",
            "properties": {
                "start": "2026-06-03T14:00:00.000000Z",
                "end": "2026-06-03T15:00:00.000000Z",
            },
        },
        {
            "original": "2026-06-04T10:00:00.000000Z",
            "properties": {
                "inbox_reminders": [{"id": "a", "minutes": 60, "send_option": "user"}],
            },
        },
        {"original": "2026-06-05T10:00:00.000000Z", "removed": ["inbox_reminders"]},
        {"original": "2026-06-06T10:00:00.000000Z", "properties": {"is_cancelled": True}},
    ]
    series = _daily({"minutes": 15}, exceptions=exceptions)
    found, since = [], NOW
    while len(found) < 5:
        at = next_due(series, since)
        assert [each.at for each in due(series, since, at)] == [at]
        found.append(_shown(at))
        since = just_after(at)
    assert found == ["06-01 09:45", "06-03 13:45", "06-04 09:00", "06-07 09:45", "06-08 09:45"]


def test_a_series_without_end_costs_a_year_at_most() -> None:
    """A server that was down for ten years looks only at what is still to come."""
    series = _daily({"minutes": MINUTES_MAX})
    later = "2036-06-01T10:30:00.000000Z"
    found = due(series, NOW, later)
    assert 365 <= len(found) <= 367
    assert all(each.properties["end"] > later for each in found)
    assert next_due(series, later) > later


def test_beyond_the_calendar_nothing_is_due() -> None:
    begin = "0001-01-01T00:00:00.000000Z"
    days = {"type": "daily", "interval": 1, "start": "0001-01-02"}
    times = {"start": "0001-01-02T00:00:00.000000Z", "end": "0001-01-02T01:00:00.000000Z"}
    first = _event({"minutes": MINUTES_MAX}, **times)
    assert next_due(first, begin) == ""
    assert next_due(settled({**first, "recurrence": days}, NOW), begin) == begin
    last = _event({"minutes": 5}, start="4500-01-01T00:00:00.000000Z", end="", recurrence=None)
    assert next_due(last, NOW)[:16] == "4499-12-31T23:55"


@pytest.mark.parametrize("seed", range(150))
def test_arithmetic_finds_what_looking_at_every_occurrence_finds(seed: int) -> None:
    chance = random.Random(seed)
    series = random_series(chance)
    offsets = [chance.choice((0, 10, 60, 1440, 20_000)) for _ in range(chance.randint(1, 3))]
    series["inbox_reminders"] = [
        {"id": str(n), "minutes": minutes, "send_option": "user"}
        for n, minutes in enumerate(offsets)
    ]
    begin = from_instant(series["start"]) + timedelta(days=chance.randint(-30, 400))
    since, end = to_instant(begin), to_instant(begin + timedelta(days=120))
    far = to_instant(begin + timedelta(days=200))
    whole = Series(series)
    wanted = sorted(
        (at, each.original)
        for each in whole.between(to_instant(begin - timedelta(days=400)), far)
        if not whole.properties_of(each).get("is_cancelled")
        for minutes in offsets
        if since <= (at := to_instant(from_instant(each.start) - timedelta(minutes=minutes))) <= end
    )
    expected = [at for at, _ in wanted]
    found: list[str] = []
    at = next_due(series, since)
    while at and at <= end:
        found.append(at)
        at = next_due(series, just_after(at))
    assert found == sorted(set(expected))
    for at in found[:20]:
        sent = [each.properties["original_start"] for each in due(series, at, at)]
        assert sorted(sent) == sorted(original for when, original in wanted if when == at)
