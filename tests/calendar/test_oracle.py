"""Series as an independent library unfolds them: 2,000 in 40 zones, from 1970 to 2037."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from store.calendar.ical.write import write_calendar
from store.calendar.occurrences import Series
from store.instant import from_instant, to_instant
from store.model import ItemDraft, Properties
from tests.calendar.series import ZONES, random_series

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
_WINDOW = timedelta(days=800)
SERIES, PARTS = 2_000, 20


def _theirs(properties: Properties, low: datetime, high: datetime) -> list[tuple[str, str]]:
    draft = ItemDraft("IPM.Appointment", properties)
    calendar = icalendar.Calendar.from_ical(write_calendar(draft, _NOW))
    found = recurring_ical_events.of(calendar).between(low, high)
    zone = Series(properties).zone

    def instant(value: object) -> str:
        if isinstance(value, datetime):
            return to_instant(value.astimezone(UTC))
        midnight = datetime(value.year, value.month, value.day, tzinfo=zone)  # type: ignore[attr-defined]
        return to_instant(midnight.astimezone(UTC))

    return sorted((instant(e["DTSTART"].dt), instant(e["DTEND"].dt)) for e in found)


def _ours(properties: Properties, low: datetime, high: datetime) -> list[tuple[str, str]]:
    found = Series(properties).between(to_instant(low), to_instant(high))
    return sorted((each.start, each.end) for each in found)


def _well_inside(found: list[tuple[str, str]], low: datetime, high: datetime) -> Any:
    """Days without a zone, as iCalendar has them, lie elsewhere by a zone's clock than by UTC: the
    two libraries may differ at the very edges of a window."""
    first, last = to_instant(low + timedelta(days=2)), to_instant(high - timedelta(days=2))
    return [each for each in found if first <= each[0] and each[1] <= last]


@pytest.mark.parametrize("part", range(PARTS))
def test_both_unfold_a_series_alike(part: int) -> None:
    chance = random.Random(part)
    zones: set[str] = set()
    for _ in range(SERIES // PARTS):
        properties = random_series(chance)
        zones.add(properties["start_time_zone"]["id"])
        start = from_instant(properties["start"])
        begins = (start - timedelta(days=30), start + timedelta(days=chance.randrange(365 * 10)))
        for low in begins:
            low = min(max(low, _FIRST), _LAST)
            high = min(low + _WINDOW, _LAST)
            ours, theirs = (
                _well_inside(each(properties, low, high), low, high) for each in (_ours, _theirs)
            )
            assert ours == theirs, properties
    assert zones <= set(ZONES)
