"""Events: desktop, a phone of 14.1, one of 16.1, an iCalendar file, and the desktop again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from entrepot.testing import Exchange
from tests.round_trips.events import EVENTS, Row, Said
from tests.round_trips.house import House

_SETTINGS = settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_SIDES = ("14.1", "16.1", "file")


@pytest.fixture(scope="module")
def house(server: Exchange) -> House:
    """A calendar."""
    return House(server.person("anna"), "CalendarItem", "calendar", 8)


def _seen(view: dict[str, str], names: set[str]) -> dict[str, str | None]:
    return {name: view.get(name) for name in names}


def _trip(house: House, values: Said, rows: tuple[Row, ...]) -> None:
    """On and on, over those sides that can say some of it."""
    passed: set[str] = set()
    with house.empty():
        id = house.create({"Subject": "<t:Subject>Trip</t:Subject>", **values})
        first = house.view(id)
        assert set(values) <= set(first), "the desktop does not see what it said"
        for side in _SIDES:
            if not any(side in row.sides for row in rows):
                continue
            passed.add(side)
            id = house.passed_on(side, id)
            names = {n for row in rows if passed <= row.sides for n in row.shown or values}
            assert _seen(house.view(id), names) == _seen(first, names), side


@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row.name)
def test_each_property(house: House, row: Row) -> None:
    @_SETTINGS
    @given(row.values)
    def check(values: Said) -> None:
        _trip(house, values, (row,))

    check()
