"""Recurrences that EWS has no words of its own for."""

from __future__ import annotations

import pytest

from store.commands import FetchItems, FindItems, FolderRole
from store.model import ItemId
from tests.ews.conftest import Desk

pytestmark = pytest.mark.anyio


def _series(pattern: str) -> str:
    return (
        "<t:CalendarItem><t:Subject>Jubilee</t:Subject>"
        "<t:Start>2026-02-05T10:00:00Z</t:Start><t:End>2026-02-05T11:00:00Z</t:End>"
        f"<t:Recurrence>{pattern}<t:NoEndRecurrence><t:StartDate>2026-02-05</t:StartDate>"
        "</t:NoEndRecurrence></t:Recurrence></t:CalendarItem>"
    )


@pytest.mark.parametrize("months", [24, 120, 1188])
@pytest.mark.parametrize(
    ("name", "parts", "type"),
    [
        ("AbsoluteMonthlyRecurrence", "<t:DayOfMonth>5</t:DayOfMonth>", "absolute_yearly"),
        (
            "RelativeMonthlyRecurrence",
            "<t:DaysOfWeek>Thursday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex>",
            "relative_yearly",
        ),
    ],
)
async def test_every_so_many_years_is_said_in_months(
    desk: Desk, months: int, name: str, parts: str, type: str
) -> None:
    """Both ways: a program may send back what it read."""
    pattern = f"<t:{name}><t:Interval>{months}</t:Interval>{parts}</t:{name}>"
    id = await desk.create(_series(pattern), "calendar")
    (page,) = await desk.session().execute(FindItems((FolderRole("calendar"),)))
    (item,) = await desk.session().execute(FetchItems((ItemId(page.mailbox_id, page.rows[0][0]),)))
    kept = item.properties["recurrence"]
    assert (kept["type"], kept["interval"], kept["month"]) == (type, months // 12, 2)
    reply = await desk.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
        f"<m:ItemIds><t:ItemId {id}/></m:ItemIds></m:GetItem>"
    )
    assert reply.ok().one(f"//t:Recurrence/t:{name}/t:Interval") == str(months)


@pytest.mark.parametrize("months", [12, 18, 100])
async def test_other_intervals_are_months(desk: Desk, months: int) -> None:
    pattern = (
        f"<t:AbsoluteMonthlyRecurrence><t:Interval>{months}</t:Interval>"
        "<t:DayOfMonth>5</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>"
    )
    reply = await desk.ask(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>'
        f"{_series(pattern)}</m:Items></m:CreateItem>"
    )
    assert reply.code == ("NoError" if months < 100 else "ErrorCalendarOutOfRange")
    (page,) = await desk.session().execute(FindItems((FolderRole("calendar"),)))
    ids = tuple(ItemId(page.mailbox_id, row[0]) for row in page.rows)
    kept = [item.properties["recurrence"] for item in await desk.session().execute(FetchItems(ids))]
    expected = [("absolute_monthly", months)] if months < 100 else []
    assert [(each["type"], each["interval"]) for each in kept] == expected


async def test_a_day_that_is_none_spoils_the_one_item(desk: Desk) -> None:
    pattern = (
        "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>{}</t:DaysOfWeek>"
        "</t:WeeklyRecurrence>"
    )
    both = "".join(_series(pattern.format(day)) for day in ("Random", "Thursday"))
    reply = await desk.ask(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>'
        f"{both}</m:Items></m:CreateItem>"
    )
    codes = ["ErrorCalendarInvalidDayForWeeklyRecurrence", "NoError"]
    assert reply.texts("//m:ResponseCode") == codes
