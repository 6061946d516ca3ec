"""When an item reminds (MS-OXORMDR 2.2.1): what GetReminders and the item itself tell of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.property import Kind
from store.calendar.occurrences import is_master
from store.instant import Instant, from_instant, to_instant
from store.model import Properties

NEEDS = (
    "start", "reminder_is_set", "reminder_minutes", "reminder_next", "reminder_due", "reminders",
    "recurrence",
)  # fmt: skip
"""The properties that ``next_reminder`` reads."""


def next_reminder(kind: str, properties: Properties, original: Instant = "") -> Instant:
    """When an item reminds next, empty where it does not, or never said when.

    ``original``: which occurrence of a series it is; a series as a whole has no time of its own.
    What was put off comes when that was said, an appointment so many minutes before its start, all
    else when it is due.
    """
    if not properties.get("reminder_is_set"):
        return ""
    if original:
        settled: dict[str, Any] = properties.get("reminders") or {}
        if original <= settled.get("dismissed", ""):
            return ""
        again = settled.get("snoozed", {}).get(original)
    else:
        again = properties.get("reminder_next")
    if again:
        return again
    if kind != Kind.CALENDAR:
        return properties.get("reminder_due") or ""
    start = properties.get("start")
    if not start or (not original and is_master(properties)):
        return ""
    minutes = int(properties.get("reminder_minutes") or 0)
    return to_instant(from_instant(start) - timedelta(minutes=minutes))
