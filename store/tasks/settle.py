"""What a task says after a change: status, percentage and completion belong together (MS-OXOTASK
2.2.2.2; MS-OXWSTASK 2.2.4)."""

from __future__ import annotations

from typing import Any

from store.calendar.recurrence import check_recurrence
from store.errors import InvalidValue
from store.instant import Instant
from store.model import Properties

_WHOLE = 100.0


def settled_task(
    properties: Properties, now: Instant, before: Properties | None = None
) -> Properties:
    """The properties of a task as they are kept. ``before``: as they were, None of a new one.

    Each call for a change counts as one (task:ChangeCount, MS-OXWSTASK 2.2.4.6).

    Raises InvalidValue for a percentage that is none, a due date before the start, a recurrence
    that is none.
    """
    settled = dict(properties)
    known = before or {}
    percent = settled.get("percent_complete")
    if percent is not None and not 0 <= float(percent) <= _WHOLE:
        raise InvalidValue("percent_complete is from 0 to 100", where="percent_complete")
    _complete(settled, now, known)
    settled["change_count"] = 0 if before is None else known.get("change_count", 0) + 1
    settled.setdefault("reminder_is_set", False)
    start, due = settled.get("start_date"), settled.get("due_date")
    if start and due and due[:10] < start[:10]:
        if known.get("start_date") == start:
            settled["start_date"] = due
        else:
            settled["due_date"] = start
    if settled.get("recurrence"):
        recurrence: dict[str, Any] = dict(settled["recurrence"])
        recurrence.setdefault("start", (due or start or now)[:10])
        check_recurrence(recurrence)
        settled["recurrence"] = recurrence
        settled.setdefault("due_date", f"{recurrence['start']}T00:00:00.000000Z")
    else:
        settled.pop("recurrence", None)
    return settled


def _complete(settled: Properties, now: Instant, known: Properties) -> None:
    """What changed last says whether the task is done."""
    status, percent = settled.get("status"), settled.get("percent_complete")
    if status != known.get("status"):
        is_done = status == "completed"
    elif percent != known.get("percent_complete"):
        is_done = float(percent or 0) == _WHOLE
    elif settled.get("complete_date") != known.get("complete_date"):
        is_done = bool(settled.get("complete_date"))
    else:
        is_done = status == "completed"
    if is_done:
        settled |= {"status": "completed", "percent_complete": _WHOLE}
        settled.setdefault("complete_date", now)
        settled["reminder_is_set"] = False
        return
    settled.pop("complete_date", None)
    if status in (None, "completed"):
        settled["status"] = "in_progress" if percent and float(percent) < _WHOLE else "not_started"
    if float(percent or 0) == _WHOLE or percent is None:
        settled["percent_complete"] = 0.0
    if settled["status"] == "not_started" and float(settled["percent_complete"]) > 0:
        settled["status"] = "in_progress"
