"""What a device changes of a calendar item (MS-ASCAL 2.2.2, 3.1.4; lessons 21 to 23).

What is absent stays as it is. Before 16.0 devices send the whole event, and take a reminder, a
place, categories or a recurrence away by leaving it out; people and words they must name.
"""

from __future__ import annotations

from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.attachments import read_attachments
from eas.reading.calendar_values import VALUES, Reader, Said
from eas.reading.moments import CONVERSION, read_moment
from eas.reading.recurrence import read_recurrence
from eas.render.calendar import TYPES
from eas.wbxml import Element
from schemas.eas.codepages import is_known_tag
from store.calendar.inbox_reminders import with_own_reminders
from store.calendar.model import ExceptionRecord, ZoneRecord
from store.calendar.occurrences import Series, is_master
from store.calendar.settle import RECEIVED
from store.calendar.zones import local, zone_of
from store.errors import InvalidValue
from store.instant import from_instant
from store.model import AttachmentDraft, Body, Properties

_P = "Calendar"
_EXCEPTIONS_MAX = 1_000
# What is taken away by leaving it out, before 16.0: element, and the properties that go.
_LEFT_OUT = {
    "Reminder": {"reminder_is_set": False},
    "Location": {"location": None, "places": None},
    "Categories": {"categories": None},
    "Recurrence": {"recurrence": None},
}
# What an attendee may change of somebody else's meeting: what is one's own of it (lesson 22).
ONES_OWN = frozenset(
    {"reminder_is_set", "reminder_minutes", "busy_status", "categories", "sensitivity"}
)
_ANSWERS = frozenset({"tentative", "accept", "decline"})


class CalendarChange(msgspec.Struct, frozen=True):
    """A change of a calendar item, or a new one; ``client_ids`` and the attachments as in
    ``eas.reading.mail.MailChange``."""

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    attachments_added: tuple[AttachmentDraft, ...] = ()
    attachments_removed: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()


def read_calendar_change(
    data: Element,
    version: str,
    before: Properties | None = None,
    supported: frozenset[str] | None = None,
    *,
    is_occurrence: bool = False,
    own: str = "",
    home: ZoneRecord | None = None,
) -> CalendarChange:
    """The change that an ApplicationData says. ``before``: the item as it is, None for a new one;
    ``supported``: the elements that the device said it supports (the others are ghosted), None
    where it said none; ``is_occurrence``: of one occurrence (16.x InstanceId); ``own``: the address
    of whose calendar it is; ``home``: the zone in which the days of a new event lie that names
    none.

    Raises EasError 6 for a value that is none.
    """
    known = before or {}
    zone = known.get("start_time_zone") or home
    said = Said(version, known, zone_of(zone), _year(data, known))
    names = {element.name for element in data.children}
    for element in sorted(data.children, key=_order):
        reader = _READERS.get(element.name)
        if reader is None or not is_known_tag(element.name, version):
            raise EasError(CONVERSION, f"a calendar has no {element.name}")
        reader(said, element)
    if before is None and home is not None:
        for name in ("start_time_zone", "end_time_zone"):
            said.set.setdefault(name, home)
    if before is not None and version < "16.0" and not is_occurrence:
        _leave_out(said, names, supported)
    added, removed, ids = read_attachments(said.files) if said.files is not None else ((), (), ())
    change = CalendarChange(
        {name: value for name, value in said.set.items() if value is not None},
        tuple(name for name, value in said.set.items() if value is None),
        said.body,
        added,
        removed,
        ids,
    )
    if before is not None and int(before.get("appointment_state") or 0) & RECEIVED:
        return _ones_own(change, before, own if version < "16.0" else "")
    return change


def _year(data: Element, before: Properties) -> int:
    """The year whose rules a blob says: that of the start."""
    text = data.text(f"{_P}:StartTime")[:4] or str(before.get("start") or "")[:4]
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 1970


def _order(element: Element) -> int:
    """The zone and whether it is a day tell what the times mean; exceptions need all of it."""
    return _FIRST.get(element.name, 5)


_FIRST = {
    f"{_P}:Timezone": 0,
    f"{_P}:AllDayEvent": 1,
    f"{_P}:StartTime": 2,
    f"{_P}:EndTime": 3,
    f"{_P}:Recurrence": 6,
    f"{_P}:Exceptions": 7,
}


def _leave_out(said: Said, names: set[str], supported: frozenset[str] | None) -> None:
    for element, gone in _LEFT_OUT.items():
        is_ghosted = supported is not None and element not in supported
        if f"{_P}:{element}" not in names and not is_ghosted:
            for name, value in gone.items():
                if name in said.before:
                    said.set.setdefault(name, value)


def _ones_own(change: CalendarChange, before: Properties, own: str) -> CalendarChange:
    """Of another's meeting only what is private: nothing of it is ever sent to anybody."""
    kept = {name: value for name, value in change.set.items() if name in ONES_OWN}
    return CalendarChange(
        kept | _own_answer(change.set, before, own.lower()),
        tuple(name for name in change.unset if name in ONES_OWN),
    )


def _own_answer(said: Properties, before: Properties, own: str) -> Properties:
    """An answer that a device says at its own entry, as it may before 16.0 (MS-ASCAL 2.2.2.5)."""
    told = {
        _address(person): person.get("response") for n, _ in TYPES for person in said.get(n) or ()
    }
    answer = told.get(own)
    if answer not in _ANSWERS or answer == before.get("my_response_type"):
        return {}
    lists: Properties = {
        name: [
            {**person, "response": answer} if _address(person) == own else person
            for person in before[name]
        ]
        for name, _ in TYPES
        if before.get(name)
    }
    return {"my_response_type": answer, **lists}


def _address(person: dict[str, Any]) -> str:
    return str(person["mailbox"].get("address") or "").lower()


# -- series ------------------------------------------------------------------------------------


def _recurrence(said: Said, element: Element) -> None:
    """An empty one makes a single item of a series (MS-ASCAL 2.2.2.38)."""
    if not element.children:
        said.set["recurrence"] = None
        return
    start = said.set.get("start") or said.before.get("start")
    if not start:
        raise EasError(CONVERSION, "a series without a start")
    day = local(from_instant(start), said.zone).date()
    said.set["recurrence"] = read_recurrence(element, _P, day, said.zone)


def _exceptions(said: Said, element: Element) -> None:
    """The whole list, before 16.0; originals are found also where a device has them nearly right
    (survey of devices, 10)."""
    if said.version >= "16.0":
        return  # there they come one by one, by InstanceId
    master = {**said.before, **{k: v for k, v in said.set.items() if v is not None}}
    if not is_master(master) or "end" not in master:
        return
    exceptions = list(element.all(f"{_P}:Exception"))
    if len(exceptions) > _EXCEPTIONS_MAX:
        raise EasError(CONVERSION, "too many exceptions")
    try:
        series = Series({**master, "exceptions": ()})
    except (InvalidValue, KeyError, ValueError) as error:
        raise EasError(CONVERSION, "a series that is none") from error
    records = [_exception(said, series, each) for each in exceptions]
    before = said.before.get("exceptions") or ()
    told = with_own_reminders([record for record in records if record is not None], before)
    named = {record["original"]: record for record in told}
    # One that is not named stays as it is (MS-ASCAL 3.2.5.3.1).
    known = {each["original"]: each for each in before}
    kept = {original: each for original, each in known.items() if series.at(original)} | named
    said.set["exceptions"] = [kept[original] for original in sorted(kept)] or None


def _exception(said: Said, series: Series, element: Element) -> ExceptionRecord | None:
    stated = element.text(f"{_P}:ExceptionStartTime")
    if not stated:
        raise EasError(CONVERSION, "an exception does not say of what")
    found = series.near(read_moment(stated))
    if found is None:
        return None  # no occurrence of the pattern is meant: nothing to keep
    if element.text(f"{_P}:Deleted") == "1":
        return {"original": found.original, "is_deleted": True}
    natural = series.properties_of(found)
    inner = Element(
        "AirSync:ApplicationData",
        None,
        [child for child in element.children if child.name not in _OF_EXCEPTION],
    )
    own = {k: v for k, v in natural.items() if k != "appointment_state"}
    change = read_calendar_change(inner, said.version, own, is_occurrence=True)
    record: ExceptionRecord = {
        "original": found.original,
        "properties": {k: v for k, v in change.set.items() if natural.get(k) != v},
    }
    if change.unset:
        record["removed"] = [name for name in change.unset if name in natural]
    if change.body is not None:
        body: dict[str, Any] = msgspec.to_builtins(change.body)
        record["body"] = {k: v for k, v in body.items() if v is not None}
    return record


_OF_EXCEPTION = frozenset({f"{_P}:ExceptionStartTime", f"{_P}:Deleted", "AirSyncBase:InstanceId"})

_READERS: dict[str, Reader] = VALUES | {
    f"{_P}:Recurrence": _recurrence,
    f"{_P}:Exceptions": _exceptions,
}
