"""What a task says after a change."""

from __future__ import annotations

from store.tasks.settle import settled_task

NOW = "2030-01-01T00:00:00.000000Z"


def test_a_task_counts_its_changes() -> None:
    new = settled_task({"subject": "Report"}, NOW)
    assert new["change_count"] == 0
    changed = settled_task({**new, "status": "in_progress"}, NOW, new)
    assert changed["change_count"] == 1
    again = settled_task({**changed, "status": "completed"}, NOW, changed)
    assert again["change_count"] == 2


def test_a_task_of_before_counts_from_its_first_change() -> None:
    old = {"subject": "Report", "status": "not_started"}
    assert settled_task({**old, "mileage": "15 km"}, NOW, old)["change_count"] == 1
