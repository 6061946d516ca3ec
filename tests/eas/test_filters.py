"""Filters of calendars by age and of tasks that are not done (MS-ASCMD 2.2.3.68): devices hold what
they show and no more, whatever happens to an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from exchangelib import UTC, EWSDate, EWSDateTime
from exchangelib.items import SEND_TO_NONE, CalendarItem, Task
from exchangelib.recurrence import DailyPattern, DailyRegeneration, Recurrence, TaskRecurrence

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import node
from entrepot.testing import Exchange, Person
from tests.eas.conftest import NewDevice

_CALENDAR, _TASKS = 8, 7
_TWO_WEEKS, _MONTH, _THREE_MONTHS, _HALF_YEAR, _OPEN = 4, 5, 6, 7, 8
_QUIET = {"send_meeting_invitations": SEND_TO_NONE}


class Shown:
    """What a device holds of a folder under a filter, by subject."""

    def __init__(self, device: Device, type: int) -> None:
        self.device = device
        self.folder = device.folder_of_type(type)
        self.page = {_CALENDAR: "Calendar", _TASKS: "Tasks"}[type]
        self.filter = 0

    def __call__(self, filter_type: int | None = None) -> list[str]:
        """After Syncs of one item each; nothing is told of what it does not hold."""
        if filter_type is not None:
            self.filter = filter_type
        asked: Any = options(body_preference(1), filter_type=self.filter)
        if self.folder not in self.device.keys:
            self.device.begin(self.folder, options=asked)
        held = self.device.sync_all(self.folder, options=asked, window=1)
        assert held.anomalies == []
        return sorted(str(each[f"{self.page}:Subject"].value) for each in held.items.values())

    def id(self, subject: str) -> str:
        """The ServerId of an item held."""
        items = self.device.held[self.folder].items
        return next(id for id, of in items.items() if of[f"{self.page}:Subject"].value == subject)

    def told(self) -> list[str]:
        """The commands of one Sync."""
        asked: Any = options(body_preference(1), filter_type=self.filter)
        answer = self.device.sync(self.folder, options=asked, window=100)
        commands = answer.find("AirSync:Commands") if answer is not None else None
        return [each.name.partition(":")[2] for each in commands.children] if commands else []


def _ago(days: int) -> EWSDateTime:
    """Noon that many days ago."""
    day = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return EWSDateTime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _event(person: Person, subject: str, days: int, **more: Any) -> Any:
    account = person.account()
    start = _ago(days)
    return CalendarItem(
        account=account, folder=account.calendar, subject=subject,
        start=start, end=start + dt.timedelta(hours=1), **more,
    ).save(**_QUIET)  # fmt: skip


def _put(event: Any, days: int) -> None:
    event.start = _ago(days)
    event.end = event.start + dt.timedelta(hours=1)
    event.save(update_fields=["start", "end"], **_QUIET)


def _series(days: int, number: int | None) -> dict[str, Recurrence]:
    start = _ago(days)
    ends: dict[str, Any] = {} if number is None else {"number": number}
    begins = EWSDate(start.year, start.month, start.day)
    return {"recurrence": Recurrence(pattern=DailyPattern(interval=1), start=begins, **ends)}


def test_a_calendar_is_filtered_by_when_its_events_end(anna: Person, new_device: NewDevice) -> None:
    _event(anna, "ahead", -400)
    _event(anna, "last week", 7)
    _event(anna, "three weeks", 21)
    _event(anna, "two months", 60)
    _event(anna, "five months", 150)
    _event(anna, "last year", 365)
    _event(anna, "endless", 900, **_series(900, None))
    _event(anna, "ended", 900, **_series(900, 10))
    _event(anna, "ends this week", 300, **_series(300, 298))
    shown = Shown(new_device(anna), _CALENDAR)
    always = ["ahead", "endless", "ends this week", "last week"]
    assert shown(_TWO_WEEKS) == always
    assert shown(_MONTH) == sorted([*always, "three weeks"])
    assert shown(_THREE_MONTHS) == sorted([*always, "three weeks", "two months"])
    assert shown(_HALF_YEAR) == sorted([*always, "five months", "three weeks", "two months"])
    assert len(shown(0)) == 9
    shown.filter = _TWO_WEEKS
    assert set(shown.told()) == {"SoftDelete"}
    assert shown() == always
    assert anna.account().calendar.all().count() == 9  # SoftDelete takes nothing away here


def test_an_event_that_is_put_off_leaves_a_filter_and_comes_back(
    anna: Person, new_device: NewDevice
) -> None:
    event = _event(anna, "moved", 2)
    old = _event(anna, "old", 40)
    shown = Shown(new_device(anna), _CALENDAR)
    assert shown(_TWO_WEEKS) == ["moved"]
    _put(event, 30)
    assert shown.told() == ["SoftDelete"]
    _put(old, -1)
    assert shown.told() == ["Add"]
    _put(event, 31)  # out of sight
    assert shown.told() == []
    _put(event, -3)
    assert shown.told() == ["Add"]
    _put(event, 3)
    assert shown.told() == ["Change"]
    assert shown() == ["moved", "old"]
    event.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert shown.told() == ["Delete"]


def test_a_device_puts_an_event_out_of_its_own_sight(anna: Person, new_device: NewDevice) -> None:
    _event(anna, "moved", 2)
    shown = Shown(new_device(anna), _CALENDAR)
    shown(_TWO_WEEKS)
    long_ago = _ago(50)
    times = [
        node("Calendar:StartTime", long_ago.strftime("%Y%m%dT%H%M%SZ")),
        node("Calendar:EndTime", (long_ago + dt.timedelta(hours=1)).strftime("%Y%m%dT%H%M%SZ")),
    ]
    shown.device.change(shown.folder, documents.change(shown.id("moved"), *times))
    assert shown() == []
    (event,) = anna.account().calendar.all()
    assert event.start == long_ago
    _put(event, 1)
    assert shown() == ["moved"]


def test_events_leave_a_filter_as_days_go_by(exchange: Exchange, new_device: NewDevice) -> None:
    anna = exchange.person("anna")
    _event(anna, "soon old", 3)
    _event(anna, "endless", 3, **_series(3, None))
    shown = Shown(new_device(anna), _CALENDAR)
    assert shown(_TWO_WEEKS) == ["endless", "soon old"]
    exchange.clock.advance(days=10)
    assert shown.told() == []
    exchange.clock.advance(days=5)
    assert shown.told() == ["SoftDelete"]
    assert shown() == ["endless"]


def _done(task: Task) -> None:
    task.status = Task.COMPLETED
    task.save(update_fields=["status"])


def _undone(task: Task) -> None:
    task.status = "InProgress"
    task.save(update_fields=["status"])


@pytest.mark.parametrize("changes", [(_done, _undone), (_done, _done, _undone)])
def test_tasks_that_are_done_leave_the_filter_of_open_ones(
    anna: Person, new_device: NewDevice, changes: tuple[Callable[[Task], None], ...]
) -> None:
    account = anna.account()
    for subject, status in (("open", "NotStarted"), ("done", Task.COMPLETED)):
        Task(account=account, folder=account.tasks, subject=subject, status=status).save()
    shown = Shown(new_device(anna), _TASKS)
    assert shown(_OPEN) == ["open"]
    assert shown(0) == ["done", "open"]
    assert shown(_OPEN) == ["open"]
    task = account.tasks.get(subject="open")
    for change in changes:
        change(task)
        task.refresh()
        assert shown() == ([] if change is _done else ["open"])


def test_a_task_that_comes_again_is_open_again(anna: Person, new_device: NewDevice) -> None:
    """What was done once stays beside it as a task of its own, which the filter does not show."""
    account = anna.account()
    again = TaskRecurrence(pattern=DailyRegeneration(interval=3), start=EWSDate(2026, 10, 5))
    Task(
        account=account, folder=account.tasks, subject="water", due_date=EWSDate(2026, 10, 5),
        recurrence=again,
    ).save()  # fmt: skip
    shown = Shown(new_device(anna), _TASKS)
    assert shown(_OPEN) == ["water"]
    shown.device.change(
        shown.folder,
        documents.change(
            shown.id("water"),
            node("Tasks:Complete", 1),
            node("Tasks:DateCompleted", "2026-10-06T00:00:00.000Z"),
        ),
    )
    assert account.tasks.all().count() == len(shown(0))
    assert shown(_OPEN) == [task.subject for task in account.tasks.all() if not task.is_complete]
