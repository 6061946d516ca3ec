"""A flag as a device sets it (MS-ASEMAIL 2.2.2.34, 3.2.5.4.2)."""

from __future__ import annotations

from eas.errors import EasError
from eas.reading.moments import CONVERSION, read_moment
from eas.render.text import line
from eas.wbxml import Element
from store.instant import Instant
from store.model import Properties

_CLEARED, _COMPLETE, _ACTIVE = "0", "1", "2"
# What no client shows more of.
_WORDS_MAX = 255
_WORDS = {
    "flag_type": "Email:FlagType",
    "flag_subject": "Tasks:Subject",
    "flag_sub_ordinal": "Tasks:SubOrdinalDate",
}
_LOCAL = ("flag_start_local", "flag_due_local")
_PAIRS = (("StartDate", "DueDate"), ("UtcStartDate", "UtcDueDate"))


def read_flag(element: Element) -> tuple[Properties, list[str]]:
    """The properties that a Flag sets, and those that it removes.

    An empty one, or Status 0, clears it; without a Status only what is said changes. Raises
    EasError 6 for a value that is none, and where what belongs together is not all there.
    """
    status = element.text("Email:Status", _ACTIVE if element.children else _CLEARED)
    if status == _CLEARED:
        return {"flag_status": "not_flagged"}, []
    if status == _COMPLETE:
        completed = _moment(element, "Email:CompleteTime")
        if completed is None or _moment(element, "Tasks:DateCompleted") is None:
            raise EasError(CONVERSION, "a flag is complete since a CompleteTime and DateCompleted")
        done = {"flag_status": "complete", "flag_completed": completed}
        return done | _labels(element), []
    if status != _ACTIVE:
        raise EasError(CONVERSION, "a flag's Status is 0, 1 or 2")
    new, gone = _span(element)
    if element.find("Email:Status") is not None:
        if not new and not element.text("Email:FlagType"):
            raise EasError(CONVERSION, "a flag has a FlagType, or that of a meeting its dates")
        new["flag_status"] = "flagged"
        gone.append("flag_completed")
    return new | _labels(element) | _reminder(element), gone


def _labels(element: Element) -> Properties:
    """What kind of flag it is, and where it stands among tasks."""
    found: Properties = {}
    for name, tag in _WORDS.items():
        if element.find(tag) is not None:
            found[name] = line(element.text(tag))[:_WORDS_MAX]
    ordinal = _moment(element, "Tasks:OrdinalDate")
    return found | {"flag_ordinal": ordinal} if ordinal else found


def _span(element: Element) -> tuple[Properties, list[str]]:
    """From when to when: all four dates, or none of them (2.2.2.72)."""
    spans = [
        (_moment(element, f"Tasks:{start}"), _moment(element, f"Tasks:{due}"))
        for start, due in _PAIRS
    ]
    said = [moment for span in spans for moment in span if moment is not None]
    if not said:
        is_new = element.find("Email:Status") is not None
        return {}, ["flag_start", "flag_due", *_LOCAL] if is_new else []
    if len(said) != len(_PAIRS) * 2:
        raise EasError(CONVERSION, "a flag has all of its four dates, or none")
    local, utc = said[:2], said[2:]
    if local[0] > local[1] or utc[0] > utc[1]:
        raise EasError(CONVERSION, "a flag is due before it begins")
    new: Properties = {"flag_start": utc[0], "flag_due": utc[1]}
    if local == utc:
        return new, list(_LOCAL)
    return new | dict(zip(_LOCAL, local, strict=True)), []


def _reminder(element: Element) -> Properties:
    value = element.text("Tasks:ReminderSet")
    if element.find("Tasks:ReminderSet") is None or value == "0":
        return {} if value == "" else {"reminder_is_set": False}
    due = _moment(element, "Tasks:ReminderTime")
    if value != "1" or due is None:
        raise EasError(CONVERSION, "a reminder needs a ReminderTime")
    return {"reminder_is_set": True, "reminder_due": due}


def _moment(element: Element, name: str) -> Instant | None:
    value = element.text(name)
    return read_moment(value) if value else None
