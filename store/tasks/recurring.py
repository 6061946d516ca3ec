"""Recurring tasks: one that is done, or taken out, makes room for the next (MS-OXOTASK 3.1.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from store.calendar.recurrence import Pattern
from store.instant import Instant
from store.model import Properties

# What a finished copy does not take along.
_OF_SERIES = ("recurrence", "reminder_is_set", "reminder_due", "reminder_next")
_STEPS: dict[str, Callable[[int], Any]] = {
    "daily": lambda n: timedelta(days=n),
    "weekly": lambda n: timedelta(weeks=n),
    "absolute_monthly": lambda n: relativedelta(months=n),
    "absolute_yearly": lambda n: relativedelta(years=n),
}


def is_recurring(properties: Properties) -> bool:
    """Whether a task comes again."""
    return bool(properties.get("recurrence"))


def completed_copy(properties: Properties, now: Instant) -> Properties:
    """The single task that stays behind as done."""
    kept = {name: value for name, value in properties.items() if name not in _OF_SERIES}
    return kept | {
        "status": "completed",
        "percent_complete": 100.0,
        "complete_date": properties.get("complete_date") or now,
        "reminder_is_set": False,
    }


def advanced(properties: Properties, now: Instant) -> Properties | None:
    """What the task says for its next time; None where there is none."""
    recurrence: dict[str, Any] = properties["recurrence"]
    due = properties.get("due_date") or properties.get("start_date") or now
    current = date.fromisoformat(due[:10])
    following = _following(recurrence, current, date.fromisoformat(now[:10]))
    if following is None:
        return None
    shift = following - current
    changes: Properties = {
        "status": "not_started",
        "percent_complete": 0.0,
        "due_date": f"{following.isoformat()}{due[10:]}",
    }
    for name in ("start_date", "reminder_due", "reminder_next"):
        moment = properties.get(name)
        if moment:
            day = date.fromisoformat(moment[:10]) + shift
            changes[name] = f"{day.isoformat()}{moment[10:]}"
    # What a device marks as done is one time of the task, not the task that goes on.
    kept = {name: value for name, value in recurrence.items() if name != "dead_occur"}
    if recurrence.get("regenerates") and recurrence.get("count"):
        kept["count"] = recurrence["count"] - 1
    if kept != recurrence:
        changes["recurrence"] = kept
    return changes


def _following(recurrence: dict[str, Any], current: date, today: date) -> date | None:
    """The next day after ``current``; of one that is made anew, so long after today."""
    if recurrence.get("regenerates"):
        if recurrence.get("count") == 1:
            return None
        following = today + _STEPS[recurrence["type"]](recurrence.get("interval", 1))
        until = recurrence.get("until")
        return None if until and following.isoformat() > until else following
    pattern = Pattern(recurrence)
    return next(iter(pattern.between(current + timedelta(days=1), date.max)), None)
