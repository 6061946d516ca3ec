"""What a device changes of a task (MS-ASTASK 2.2.2); what is absent stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date

from eas.errors import EasError
from eas.reading.bodies import read_body
from eas.reading.change import Change, change_of, read_boolean, read_entries, read_member
from eas.reading.moments import CONVERSION, read_moment
from eas.reading.recurrence import read_recurrence
from eas.render.calendar import SENSITIVITY
from eas.render.tasks import IMPORTANCE, IMPORTANCE_NUMBER
from eas.render.text import line
from eas.wbxml import Element
from schemas.eas.codepages import is_known_tag
from store.calendar.model import Recurrence
from store.instant import Instant
from store.model import Body, Properties

_P = "Tasks"
_PASSED_OVER = frozenset(
    {f"{_P}:OrdinalDate", f"{_P}:SubOrdinalDate", "AirSyncBase:NativeBodyType"}
)
# The types of Recurrence that have a CalendarType (MS-ASTASK 2.2.2.4).
_OF_MONTHS = frozenset("2356")
_BYTE = 255
# Tells an instance of a recurring task, which names no pattern of its own, from the task.
_OF_REGENERATING = ("type", "interval", "start", "until", "count")


def read_task_change(data: Element, version: str, before: Properties | None = None) -> Change:
    """The change that an ApplicationData says. ``before``: the task as it is, None for a new one.

    Raises EasError 6 for a value that is none.
    """
    values: Properties = {}
    body: Body | None = None
    for element in data.children:
        if not is_known_tag(element.name, version):
            raise EasError(CONVERSION, f"a task has no {element.name}")
        if element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name not in _PASSED_OVER:
            read = _READERS.get(element.name.removeprefix(f"{_P}:"))
            if read is None:
                raise EasError(CONVERSION, f"a task has no {element.name}")
            values |= read(element)
    _settle_completion(data, values, before)
    _settle_dates(data, values)
    return change_of(values, body)


def _subject(element: Element) -> Properties:
    return {"subject": line(element.as_text())}


def _importance(element: Element) -> Properties:
    """A number that is none is taken, and told again as it came (MS-ASTASK 2.2.2.14)."""
    words = element.as_text()
    if words in map(str, IMPORTANCE.values()):
        return {"importance": read_member(element, IMPORTANCE), IMPORTANCE_NUMBER: None}
    return {"importance": "high", IMPORTANCE_NUMBER: _number(element, _BYTE)}


def _sensitivity(element: Element) -> Properties:
    return {"sensitivity": read_member(element, SENSITIVITY)}


def _complete(element: Element) -> Properties:
    return {"status": "completed" if read_boolean(element) else "not_started"}


def _moment(name: str) -> Callable[[Element], Properties]:
    def read(element: Element) -> Properties:
        words = element.as_text()
        return {name: read_moment(words) if words else None}

    return read


def _reminder_set(element: Element) -> Properties:
    return {"reminder_is_set": read_boolean(element)}


def _categories(element: Element) -> Properties:
    return {"categories": read_entries(element, f"{_P}:Category")}


def _recurrence(element: Element) -> Properties:
    """An empty one makes a single task of a recurring one."""
    return {"recurrence": read_task_recurrence(element) if element.children else None}


def _later(_element: Element) -> Properties:
    return {}


_READERS: dict[str, Callable[[Element], Properties]] = {
    "Subject": _subject,
    "Importance": _importance,
    "Sensitivity": _sensitivity,
    "Complete": _complete,
    "DateCompleted": _moment("complete_date"),
    "ReminderSet": _reminder_set,
    "ReminderTime": _moment("reminder_due"),
    "Categories": _categories,
    "Recurrence": _recurrence,
    **dict.fromkeys(("StartDate", "DueDate", "UtcStartDate", "UtcDueDate"), _later),
}


def _settle_completion(data: Element, values: Properties, before: Properties | None) -> None:
    """Devices know only done and not done: what is not done stays as far as it was."""
    if values.get("status") != "completed" and data.find(f"{_P}:Complete") is not None:
        values.pop("complete_date", None)
        if before is not None and before.get("status") != "completed":
            del values["status"]


def _settle_dates(data: Element, values: Properties) -> None:
    """A day of the device's own clock where it says one, else that of UTC."""
    for local, utc, key in (
        ("StartDate", "UtcStartDate", "start_date"),
        ("DueDate", "UtcDueDate", "due_date"),
    ):
        for name in (local, utc):
            element = data.find(f"{_P}:{name}")
            if element is not None:
                words = element.as_text()
                values[key] = _midnight(read_moment(words)) if words else None
                break


def _midnight(moment: Instant) -> Instant:
    return f"{moment[:10]}T00:00:00.000000Z"


def read_task_recurrence(element: Element) -> Recurrence:
    """The recurrence of a task. Raises EasError 6 for what is none: without Type or Start, and
    with what its type does not have."""
    type, start = element.text(f"{_P}:Type"), element.text(f"{_P}:Start")
    if not type or not start:
        raise EasError(CONVERSION, "a recurrence has a Type and a Start")
    if element.find(f"{_P}:CalendarType") is not None and type not in _OF_MONTHS:
        raise EasError(CONVERSION, f"a recurrence of Type {type[:4]} has no CalendarType")
    found = read_recurrence(element, _P, date.fromisoformat(read_moment(start)[:10]), UTC)
    regenerates = element.find(f"{_P}:Regenerate")
    if regenerates is not None and read_boolean(regenerates):
        found = {name: found[name] for name in _OF_REGENERATING if name in found}
        found["type"] = found["type"].replace("relative", "absolute")
        found["regenerates"] = True
    dead = element.find(f"{_P}:DeadOccur")
    if dead is not None and _number(dead, _BYTE):
        found["dead_occur"] = True
    return found


def _number(element: Element, most: int) -> int:
    words = element.as_text()
    if not (words.isascii() and words.isdigit() and len(words) <= 3 and int(words) <= most):
        raise EasError(CONVERSION, f"{element.name} is a number from 0 to {most}")
    return int(words)
