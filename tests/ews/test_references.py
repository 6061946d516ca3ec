"""Ids of the parts of a series: each code names the id that does not fit (MS-OXWSMTGS 3.1.4)."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk

pytestmark = pytest.mark.anyio


async def _code(desk: Desk, id_element: str) -> str:
    reply = await desk.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        f"<m:ItemIds>{id_element}</m:ItemIds></m:GetItem>"
    )
    return reply.code


async def test_an_appointment_that_comes_once_is_neither_master_nor_occurrence(desk: Desk) -> None:
    made = await desk.create(
        "<t:CalendarItem><t:Subject>Once</t:Subject><t:Start>2026-06-01T09:00:00Z</t:Start>"
        "<t:End>2026-06-01T10:00:00Z</t:End></t:CalendarItem>",
        "calendar",
    )
    id = made.split('"')[1]
    as_master = f'<t:OccurrenceItemId RecurringMasterId="{id}" InstanceIndex="1"/>'
    assert await _code(desk, as_master) == "ErrorCalendarCannotUseIdForRecurringMasterId"
    as_occurrence = f'<t:RecurringMasterItemId OccurrenceId="{id}"/>'
    assert await _code(desk, as_occurrence) == "ErrorCalendarCannotUseIdForOccurrenceId"
