"""Reminders as VALARMs (RFC 5545 3.6.6) and back: the one that a device shows, and those that come
by mail."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from store.calendar.inbox_reminders import (
    ALL_ATTENDEES,
    MESSAGE_CHARS_MAX,
    MINUTES_MAX,
    NAME,
    REMINDERS_MAX,
    Reminder,
)
from store.calendar.scheduling.messages import ATTENDEES, people_of
from store.model import Properties
from store.text.content_lines import escaped, mailto, named

# How long before the start a device shows the one of its own (four weeks).
_SHOWN_MINUTES_MAX = 40_320
_ALARMS_MAX = 50
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# Of the ids of alarms that have none of their own: the same alarm has the same id always.
_NAMES = uuid.UUID("6f0c1c0e-6d2f-5a43-9d3e-3f0a3b1f7c11")


def read_alarms(event: Any, *, by_mail: bool) -> Properties:
    """What the alarms of a VEVENT before its start say: the first that is shown, and with
    ``by_mail`` those of ACTION:EMAIL, which else are taken for one that is shown.

    An alarm that goes to several people is meant for all attendees; whom it names is not kept.
    """
    shown: int | None = None
    mailed: list[Reminder] = []
    for part in event.subcomponents[:_ALARMS_MAX]:
        trigger = _trigger(part) if part.name == "VALARM" else None
        if trigger is None or trigger > timedelta():
            continue
        minutes = int(-trigger.total_seconds()) // 60
        if by_mail and str(part.get("ACTION", "")).strip().upper() == "EMAIL":
            mailed.append(_mailed(part, min(minutes, MINUTES_MAX), len(mailed)))
        elif shown is None:
            shown = min(minutes, _SHOWN_MINUTES_MAX)
    said: Properties = {"reminder_is_set": shown is not None}
    if shown is not None:
        said["reminder_minutes"] = shown
    if mailed:
        distinct = {each["id"].lower(): each for each in mailed}
        said[NAME] = list(distinct.values())[:REMINDERS_MAX]
    return said


def _trigger(alarm: Any) -> timedelta | None:
    """How long after the start; None where it says a moment, or nothing that can be read."""
    try:
        trigger = alarm["TRIGGER"].dt
    except (KeyError, ValueError, AttributeError):
        return None
    return trigger if isinstance(trigger, timedelta) else None


def _mailed(part: Any, minutes: int, number: int) -> Reminder:
    people = part.get("ATTENDEE")
    is_for_all = isinstance(people, list) and len(cast("list[Any]", people)) > 1
    reminder: Reminder = {
        "minutes": minutes,
        "send_option": ALL_ATTENDEES if is_for_all else "user",
    }
    message = str(part.get("DESCRIPTION") or "").strip()[:MESSAGE_CHARS_MAX]
    if message:
        reminder["message"] = message
    id = str(part.get("UID") or "").strip()
    if not _GUID.fullmatch(id):
        id = str(uuid.uuid5(_NAMES, f"{number} {minutes} {is_for_all} {message}"))
    return {"id": id, **reminder}


def write_alarms(p: Properties, *, by_mail: bool) -> Iterator[str]:
    """The lines of an item's alarms; ``by_mail``: also of those that come by mail."""
    if p.get("reminder_is_set"):
        minutes = max(0, int(p.get("reminder_minutes") or 0))
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder",
                    f"TRIGGER:-PT{minutes}M", "END:VALARM")  # fmt: skip
    for reminder in (p.get(NAME) or ()) if by_mail else ():
        if reminder.get("change") != "deleted":
            yield from _by_mail(p, reminder)


def _by_mail(p: Properties, reminder: Reminder) -> Iterator[str]:
    yield from ("BEGIN:VALARM", f"UID:{escaped(reminder['id'])}", "ACTION:EMAIL")
    yield f"SUMMARY:{escaped(p.get('subject') or '')}"
    yield f"DESCRIPTION:{escaped(reminder.get('message', ''))}"
    yield f"TRIGGER:-PT{reminder['minutes']}M"
    organizer: dict[str, Any] = p.get("organizer") or {}
    people = [organizer] if organizer.get("address") else []
    if reminder["send_option"] == ALL_ATTENDEES:
        people += people_of(p, *ATTENDEES[:2])
    for mailbox in people:
        yield f"ATTENDEE{named(mailbox)}:{mailto(mailbox)}"
    yield "END:VALARM"
