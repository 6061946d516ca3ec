"""What a device changes of a task (MS-ASTASK 2.2.2); what is absent stays."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.calendar import read_body
from eas.reading.moments import CONVERSION, read_moment
from eas.reading.recurrence import read_recurrence
from eas.render.calendar import SENSITIVITY
from eas.render.tasks import IMPORTANCE
from eas.render.text import line
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.model import Body, Properties

_P = "Tasks"
_CATEGORIES_MAX = 300
_BOOLEANS = {"": True, "1": True, "true": True, "0": False, "false": False}
_PASSED_OVER = frozenset(
    {f"{_P}:OrdinalDate", f"{_P}:SubOrdinalDate", "AirSyncBase:NativeBodyType"}
)


class TaskChange(msgspec.Struct, frozen=True):
    """A change of a task, or a new one."""

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None


def read_task_change(data: Element, version: str, before: Properties | None = None) -> TaskChange:
    """The change that an ApplicationData says. Raises EasError 6 for a value that is none."""
    changed: Properties = {}
    body: Body | None = None
    for element in data.children:
        if not tag_named(element.name).is_known_to(version):
            raise EasError(CONVERSION, f"a task has no {element.name}")
        if element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name == f"{_P}:Recurrence":
            changed["recurrence"] = _recurrence(element, data, before or {})
        elif element.name not in _PASSED_OVER:
            changed |= _value(element)
    _dates(data, changed)
    return TaskChange(
        {name: value for name, value in changed.items() if value is not None},
        tuple(name for name, value in changed.items() if value is None),
        body,
    )


def _value(element: Element) -> Properties:
    name = element.name.removeprefix(f"{_P}:")
    words = element.as_text()
    match name:
        case "Subject":
            return {"subject": line(words)}
        case "Importance":
            return {"importance": _among(element, IMPORTANCE)}
        case "Sensitivity":
            return {"sensitivity": _among(element, SENSITIVITY)}
        case "Complete":
            is_done = _flag(element)
            return {"status": "completed"} if is_done else {"status": "not_started"}
        case "DateCompleted":
            return {"complete_date": read_moment(words) if words else None}
        case "ReminderSet":
            return {"reminder_is_set": _flag(element)}
        case "ReminderTime":
            return {"reminder_due": read_moment(words) if words else None}
        case "Categories":
            names = [line(each.as_text()).strip() for each in element.all(f"{_P}:Category")]
            if len(names) > _CATEGORIES_MAX:
                raise EasError(CONVERSION, "too many categories")
            return {"categories": list(dict.fromkeys(n for n in names if n)) or None}
        case "StartDate" | "DueDate" | "UtcStartDate" | "UtcDueDate":
            return {}
        case _:
            raise EasError(CONVERSION, f"a task has no {element.name}")


def _dates(data: Element, changed: Properties) -> None:
    """A day of the device's own clock where it says one, else that of UTC."""
    for local, utc, key in (
        ("StartDate", "UtcStartDate", "start_date"),
        ("DueDate", "UtcDueDate", "due_date"),
    ):
        for name in (local, utc):
            element = data.find(f"{_P}:{name}")
            if element is None:
                continue
            words = element.as_text()
            changed[key] = f"{read_moment(words)[:10]}T00:00:00.000000Z" if words else None
            break


def _flag(element: Element) -> bool:
    value = _BOOLEANS.get(element.as_text())
    if value is None:
        raise EasError(CONVERSION, f"{element.name} is 0 or 1")
    return value


def _among(element: Element, values: dict[str, int]) -> str:
    for value, number in values.items():
        if element.as_text() == str(number):
            return value
    raise EasError(CONVERSION, f"{element.name} has no such value")


def _recurrence(element: Element, data: Element, before: Properties) -> dict[str, Any] | None:
    if not element.children:
        return None
    said = element.text(f"{_P}:Start") or data.text(f"{_P}:DueDate") or data.text(f"{_P}:StartDate")
    known = before.get("due_date") or before.get("start_date")
    moment = read_moment(said) if said else known
    if not moment:
        raise EasError(CONVERSION, "a recurring task without a day")
    found = read_recurrence(element, _P, date.fromisoformat(moment[:10]), UTC)
    if element.text(f"{_P}:Regenerate") == "1":
        found = {
            k: v for k, v in found.items() if k in ("type", "interval", "start", "until", "count")
        }
        found["regenerates"] = True
    if element.text(f"{_P}:DeadOccur") == "1":
        found["dead_occur"] = True
    return found
