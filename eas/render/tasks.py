"""A task as ApplicationData (MS-ASTASK 2.2.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from eas.answers import node, text
from eas.reading.options import Options
from eas.render.bodies import body_of, native_type
from eas.render.calendar import SENSITIVITY
from eas.render.entries import entries
from eas.render.recurrence import recurrence_elements
from eas.render.text import line
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.calendar.model import WEEKDAYS
from store.instant import Instant
from store.model import Body, Item, Properties

_P = "Tasks"
IMPORTANCE = {"low": 0, "normal": 1, "high": 2}
# What a device said in place of one of these numbers; it counts as high.
IMPORTANCE_NUMBER = "importance_number"
# A day in the two forms that devices want: as it is where they are, and in UTC.
DATES = (("StartDate", "UtcStartDate", "start_date"), ("DueDate", "UtcDueDate", "due_date"))


def task_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData of a task."""
    p = item.properties
    is_done = p.get("status") == "completed"
    made: list[Element | None] = [
        text(f"{_P}:Subject", line(str(p.get("subject") or ""))),
        text(f"{_P}:Importance", _importance(p)),
        *_dates(p),
        entries(f"{_P}:Categories", p.get("categories"), f"{_P}:Category"),
        _recurrence(p, version),
        text(f"{_P}:Complete", int(is_done)),
        text(f"{_P}:DateCompleted", when(p["complete_date"]))
        if is_done and p.get("complete_date")
        else None,
        text(f"{_P}:Sensitivity", SENSITIVITY.get(p.get("sensitivity", "normal"), 0)),
        *_reminder(p),
        body_of(item, options, previews=False),
        text("AirSyncBase:NativeBodyType", native_type(item.body or Body())),
    ]
    return [each for each in made if each is not None and tag_named(each.name).is_known_to(version)]


def _importance(p: Properties) -> int:
    name = p.get("importance", "normal")
    said = p.get(IMPORTANCE_NUMBER)
    return said if said is not None and name == "high" else IMPORTANCE.get(name, 1)


def when(instant: Instant) -> str:
    """An instant as tasks have it (MS-ASDTYPE 2.3)."""
    return f"{instant[:19] if len(instant) > 10 else f'{instant}T00:00:00'}.000Z"


def _dates(p: Properties) -> list[Element]:
    found: list[Element] = []
    for local, utc, key in DATES:
        if p.get(key):
            found += [text(f"{_P}:{utc}", when(p[key])), text(f"{_P}:{local}", when(p[key]))]
    return found


def _reminder(p: Properties) -> list[Element]:
    if not p.get("reminder_is_set") or not p.get("reminder_due"):
        return [text(f"{_P}:ReminderSet", 0)]
    return [
        text(f"{_P}:ReminderSet", 1),
        text(f"{_P}:ReminderTime", when(p["reminder_due"])),
    ]


def _recurrence(p: Properties, version: str) -> Element | None:
    recurrence: dict[str, Any] | None = p.get("recurrence")
    if not recurrence:
        return None

    def until(day: date) -> str:
        return f"{day.isoformat()}T00:00:00.000Z"

    children = [
        *recurrence_elements(_whole(recurrence), _P, version, until),
        text(f"{_P}:Start", f"{recurrence['start']}T00:00:00.000Z"),
        text(f"{_P}:Regenerate", int(bool(recurrence.get("regenerates")))),
        text(f"{_P}:DeadOccur", int(bool(recurrence.get("dead_occur")))),
    ]
    return node(f"{_P}:Recurrence", *children)


def _whole(recurrence: dict[str, Any]) -> dict[str, Any]:
    """One that is made anew names no day: devices want one all the same."""
    if not recurrence.get("regenerates"):
        return recurrence
    start = date.fromisoformat(recurrence["start"])
    return {
        "days": [WEEKDAYS[start.weekday()]],
        "day_of_month": start.day,
        "month": start.month,
        **recurrence,
    }
