"""GetReminders and PerformReminderAction: what is due, put off and dismissed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ews.conftest import Desk, Reply

pytestmark = pytest.mark.anyio

_DAILY = (
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
    "<t:NumberedRecurrence><t:StartDate>2026-06-01</t:StartDate>"
    "<t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
)


async def _appointment(desk: Desk, subject: str, start: str, end: str, more: str = "") -> str:
    return await desk.create(
        f"<t:CalendarItem><t:Subject>{subject}</t:Subject>"
        "<t:ReminderIsSet>true</t:ReminderIsSet>"
        "<t:ReminderMinutesBeforeStart>30</t:ReminderMinutesBeforeStart>"
        f"<t:Start>{start}</t:Start><t:End>{end}</t:End>{more}</t:CalendarItem>",
        "calendar",
    )


async def _due(desk: Desk, begin: str, end: str, kind: str = "All", most: int = 100) -> Reply:
    return (
        await desk.ask(
            f"<m:GetReminders><m:BeginTime>{begin}</m:BeginTime><m:EndTime>{end}</m:EndTime>"
            f"<m:MaxItems>{most}</m:MaxItems><m:ReminderType>{kind}</m:ReminderType></m:GetReminders>"
        )
    ).ok()


def _shown(reply: Reply) -> list[tuple[str, str]]:
    subjects = reply.texts("//t:Reminder/t:Subject")
    return list(zip(subjects, reply.texts("//t:Reminder/t:ReminderTime"), strict=True))


async def _act(desk: Desk, action: str, id: str, when: str = "") -> Reply:
    again = f"<t:NewReminderTime>{when}</t:NewReminderTime>" if when else ""
    return await desk.ask(
        "<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction>"
        f"<t:ActionType>{action}</t:ActionType><t:ItemId {id}/>{again}"
        "</t:ReminderItemAction></m:ReminderItemActions></m:PerformReminderAction>"
    )


def _ids(reply: Reply, path: str = "//t:Reminder/t:ItemId") -> list[str]:
    return [f'Id="{n.get("Id")}" ChangeKey="{n.get("ChangeKey")}"' for n in reply.all(path)]


DAY = ("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z")


async def test_what_reminds_in_a_window_is_told_by_time(desk: Desk) -> None:
    await _appointment(desk, "Second", "2026-06-01T12:00:00Z", "2026-06-01T13:00:00Z")
    await _appointment(desk, "First", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z")
    await _appointment(desk, "Later", "2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z")
    await desk.create(
        "<t:Task><t:Subject>Taxes</t:Subject><t:ReminderDueBy>2026-06-01T11:45:00Z</t:ReminderDueBy>"
        "<t:ReminderIsSet>true</t:ReminderIsSet></t:Task>",
        "tasks",
    )
    reply = await _due(desk, *DAY)
    assert _shown(reply) == [
        ("First", "2026-06-01T09:30:00Z"),
        ("Second", "2026-06-01T11:30:00Z"),
        ("Taxes", "2026-06-01T11:45:00Z"),
    ]
    assert reply.texts("//t:ReminderGroup") == ["Calendar", "Calendar", "Task"]
    assert len(_shown(await _due(desk, *DAY, most=1))) == 1


async def test_a_reminder_is_put_off_and_dismissed(desk: Desk) -> None:
    await _appointment(desk, "Talk", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z")
    (id,) = _ids(await _due(desk, *DAY))
    snoozed = (await _act(desk, "Snooze", id, "2026-06-01T09:55:00Z")).ok()
    assert _shown(await _due(desk, *DAY)) == [("Talk", "2026-06-01T09:55:00Z")]
    (id,) = _ids(snoozed, "//m:UpdatedItemIds/t:ItemId")
    (await _act(desk, "Dismiss", id)).ok()
    assert _shown(await _due(desk, *DAY)) == []
    assert (await desk.get(id)).one("//t:ReminderIsSet") == "false"


async def test_one_occurrence_is_dismissed_and_the_next_still_reminds(desk: Desk) -> None:
    master = await _appointment(
        desk, "Daily", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z", _DAILY
    )
    whole = (DAY[0], "2026-06-04T00:00:00Z")
    reply = await _due(desk, *whole)
    assert [when[8:13] for _, when in _shown(reply)] == ["01T09", "02T09", "03T09"]
    masters = reply.all("//t:RecurringMasterItemId/@Id")
    assert set(masters) == {master.split('"')[1]}
    ids = _ids(reply)
    (await _act(desk, "Dismiss", ids[0])).ok()
    (await _act(desk, "Snooze", ids[1], "2026-06-02T09:50:00Z")).ok()
    assert [when[8:16] for _, when in _shown(await _due(desk, *whole))] == ["02T09:50", "03T09:30"]
    assert (await desk.get(ids[1])).one("//t:CalendarItemType") == "Occurrence"


async def test_current_ones_are_those_of_what_goes_on(desk: Desk) -> None:
    now = desk.clock.now().replace(microsecond=0)

    def at(minutes: int) -> str:
        return f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"

    await _appointment(desk, "Goes on", at(-10), at(50))
    await _appointment(desk, "Over", at(-120), at(-60))
    window = (at(-5), at(60))
    assert _shown(await _due(desk, *window)) == []
    assert [s for s, _ in _shown(await _due(desk, *window, "Current"))] == ["Goes on"]


async def test_a_window_must_be_one(desk: Desk) -> None:
    refused = await desk.ask(
        f"<m:GetReminders><m:BeginTime>{DAY[1]}</m:BeginTime><m:EndTime>{DAY[0]}</m:EndTime>"
        "</m:GetReminders>"
    )
    assert refused.code == "ErrorInvalidTimeInterval"
    id = await _appointment(desk, "Talk", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z")
    assert (await _act(desk, "Snooze", id, "soon")).code == "ErrorInvalidArgument"
