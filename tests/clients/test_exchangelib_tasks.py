"""exchangelib: tasks, what their completion means, and those that come again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from exchangelib import EWSDate, FileAttachment
from exchangelib.items import ALL_OCCURRENCES, SPECIFIED_OCCURRENCE_ONLY, Task
from exchangelib.recurrence import (
    DailyPattern,
    DailyRegeneration,
    TaskRecurrence,
    WeeklyPattern,
)


def _task(account: Any, **more: Any) -> Task:
    values = {"subject": "Taxes", "due_date": EWSDate(2026, 10, 5)} | more
    return Task(account=account, folder=account.tasks, **values).save()


def _again(task: Task) -> Any:
    return task.account.tasks.get(id=task.id)


def _open(account: Any) -> list[tuple[str, Any]]:
    return [(t.status, t.due_date) for t in account.tasks.all() if not t.is_complete]


@pytest.mark.parametrize(
    "change",
    [{"status": Task.COMPLETED}, {"percent_complete": Decimal(100)}],
    ids=["status", "100"],
)
def test_what_is_done_says_so_everywhere(account: Any, change: dict[str, Any]) -> None:
    task = _task(account)
    for name, value in change.items():
        setattr(task, name, value)
    task.save(update_fields=list(change))
    done = _again(task)
    assert (done.status, done.percent_complete, done.is_complete) == (Task.COMPLETED, 100, True)
    assert done.complete_date is not None
    done.status = "InProgress"
    done.save(update_fields=["status"])
    undone = _again(task)
    assert (undone.is_complete, undone.percent_complete) == (False, 0)
    assert undone.complete_date is None


@pytest.mark.parametrize(
    "pattern",
    [
        DailyPattern(interval=2),
        WeeklyPattern(interval=1, weekdays=["Monday"], first_day_of_week="Monday"),
        DailyRegeneration(interval=3),
    ],
)
def test_a_recurrence_is_kept(account: Any, pattern: Any) -> None:
    start = EWSDate(2026, 10, 5)
    task = _task(account, recurrence=TaskRecurrence(pattern=pattern, start=start, number=4))
    found = _again(task)
    assert found.recurrence.pattern == pattern
    assert found.recurrence.boundary.number == 4
    assert found.is_recurring


def test_one_that_is_done_leaves_a_copy_and_goes_on(account: Any) -> None:
    recurrence = TaskRecurrence(
        pattern=DailyPattern(interval=7), start=EWSDate(2026, 10, 5), number=2
    )
    task = _task(account, recurrence=recurrence)
    task.status = Task.COMPLETED
    task.save(update_fields=["status"])
    assert _open(account) == [(Task.NOT_STARTED, EWSDate(2026, 10, 12))]
    (copy,) = [t for t in account.tasks.all() if t.is_complete]
    assert (copy.subject, copy.due_date, copy.is_recurring) == (
        "Taxes", EWSDate(2026, 10, 5), False,
    )  # fmt: skip
    last = _again(task)
    assert last.is_recurring
    last.status = Task.COMPLETED
    last.save(update_fields=["status"])
    assert _open(account) == []


def test_the_copy_has_what_the_task_has(account: Any) -> None:
    recurrence = TaskRecurrence(
        pattern=DailyPattern(interval=7), start=EWSDate(2026, 10, 5), number=2
    )
    task = _task(account, recurrence=recurrence, body="All of them", categories=["Red"])
    task.attach(FileAttachment(name="form.txt", content=b"form"))
    task = _again(task)
    task.status = Task.COMPLETED
    task.save(update_fields=["status"])
    for each in account.tasks.all():
        assert (each.text_body, each.categories) == ("All of them", ["Red"])
        assert [file.content for file in each.attachments] == [b"form"]


def test_one_time_is_taken_out_or_all(account: Any) -> None:
    recurrence = TaskRecurrence(
        pattern=DailyPattern(interval=1), start=EWSDate(2026, 10, 5), number=3
    )
    task = _task(account, recurrence=recurrence)
    task.delete(affected_task_occurrences=SPECIFIED_OCCURRENCE_ONLY)
    assert _open(account) == [(Task.NOT_STARTED, EWSDate(2026, 10, 6))]
    (left,) = account.tasks.all()
    left.delete(affected_task_occurrences=ALL_OCCURRENCES)
    assert list(account.tasks.all()) == []
