"""What a device changes of a calendar item (MS-ASCAL 2.2.2, 3.1.4; lessons 21 to 23).

What is absent stays as it is. Before 16.0 devices send the whole event, and take a reminder, a
place, categories or a recurrence away by leaving it out; people and words they must name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.attachments import read_attachments
from eas.reading.bodies import read_body
from eas.reading.moments import CONVERSION, read_moment
from eas.reading.recurrence import read_recurrence
from eas.render.calendar import BUSY, LOCATION, SENSITIVITY, STATUS, TYPES
from eas.render.text import clean, line
from eas.timezone_blob import zone_of_blob
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.calendar.model import ExceptionRecord, ZoneRecord
from store.calendar.occurrences import Series, is_master
from store.calendar.scheduling.messages import NOWHERE
from store.calendar.settle import RECEIVED
from store.calendar.zones import local, to_utc, zone_of
from store.directory.names import checked_address
from store.errors import InvalidValue
from store.instant import Instant, from_instant, to_instant
from store.model import AttachmentDraft, Body, Properties

_P = "Calendar"
_BOOLEANS = {"": True, "1": True, "true": True, "0": False, "false": False}
_CATEGORIES_MAX, _ATTENDEES_MAX, _EXCEPTIONS_MAX = 300, 5_000, 1_000
_REMINDER_MAX = 2**31 - 1
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


class _Said(msgspec.Struct):
    """A change while it is read."""

    version: str
    before: Properties
    zone: tzinfo
    year: int
    set: Properties = {}
    body: Body | None = None
    files: Element | None = None

    @property
    def is_all_day(self) -> bool:
        return bool(self.set.get("is_all_day", self.before.get("is_all_day")))


Reader = Callable[[_Said, Element], None]


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
    said = _Said(version, known, zone_of(zone), _year(data, known))
    names = {element.name for element in data.children}
    for element in sorted(data.children, key=_order):
        reader = _READERS.get(element.name)
        if reader is None or not tag_named(element.name).is_known_to(version):
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


def _leave_out(said: _Said, names: set[str], supported: frozenset[str] | None) -> None:
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


# -- values ------------------------------------------------------------------------------------


def _flag(element: Element) -> bool:
    value = _BOOLEANS.get(element.as_text())
    if value is None:
        raise EasError(CONVERSION, f"{element.name} is 0 or 1")
    return value


def _number(element: Element, high: int) -> int:
    text = element.as_text()
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= high):
        raise EasError(CONVERSION, f"{element.name} is a number up to {high}")
    return int(text)


def _zone(said: _Said, element: Element) -> None:
    """A blob of zeroes says nothing: the item keeps its zone (lesson 19)."""
    try:
        zone: ZoneRecord | None = zone_of_blob(element.as_text(), said.year)
    except ValueError as error:
        raise EasError(CONVERSION, str(error)) from error
    if zone is not None:
        said.set["start_time_zone"] = said.set["end_time_zone"] = zone
        said.zone = zone_of(zone)


def _time(name: str) -> Reader:
    def read(said: _Said, element: Element) -> None:
        said.set[name] = _moment(said, element.as_text())

    return read


def _moment(said: _Said, value: str) -> Instant:
    """A start or an end; from 16.0 on that of an all-day event is a day that floats."""
    moment = read_moment(value)
    if said.version >= "16.0" and said.is_all_day:
        return _floating(moment, said.zone)
    return moment


def _floating(moment: Instant, zone: tzinfo) -> Instant:
    wall: datetime = from_instant(moment).replace(tzinfo=None)
    return to_instant(to_utc(wall, zone))


def _text(name: str) -> Reader:
    def read(said: _Said, element: Element) -> None:
        said.set[name] = line(element.as_text()) or (None if name != "subject" else "")

    return read


def _among(name: str, values: dict[str, int]) -> Reader:
    by_number = {number: value for value, number in values.items()}

    def read(said: _Said, element: Element) -> None:
        value = by_number.get(_number(element, 9))
        if value is None:
            raise EasError(CONVERSION, f"{element.name} has no such value")
        said.set[name] = value

    return read


def _all_day(said: _Said, element: Element) -> None:
    said.set["is_all_day"] = _flag(element)


def _reminder(said: _Said, element: Element) -> None:
    """Minutes before the start; an empty one is none."""
    if not element.as_text():
        said.set["reminder_is_set"] = False
        return
    said.set |= {
        "reminder_is_set": True,
        "reminder_minutes": _number(element, _REMINDER_MAX),
    }


def _location(said: _Said, element: Element) -> None:
    place: dict[str, Any] = {}
    for name, key in LOCATION:
        words = clean(element.text(f"AirSyncBase:{name}"))
        if words:
            place[key] = _degrees(name, words) if key in _NUMBERS else words
    known: dict[str, Any] = (said.before.get("places") or [{}])[0]
    if known.get("name") == place.get("name"):  # what devices have no words for stays
        place = {k: v for k, v in known.items() if k not in _OF_PLACE} | place
    said.set["location"] = place.get("name") or None
    said.set["places"] = [place] if len(place) > 1 else None


_OF_PLACE = frozenset(key for _, key in LOCATION)
_NUMBERS = frozenset({"latitude", "longitude", "accuracy", "altitude", "altitude_accuracy"})


def _degrees(name: str, words: str) -> float:
    """A number of a place (MS-ASAIRS 2.2.2.1, 2.2.2.2, 2.2.2.26 …: doubles)."""
    try:
        value = float(words)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EasError(CONVERSION, f"{name} is a number")
    return value


def _plain_location(said: _Said, element: Element) -> None:
    said.set["location"] = line(element.as_text()) or None


def _categories(said: _Said, element: Element) -> None:
    names = [line(child.as_text()).strip() for child in element.all(f"{_P}:Category")]
    if len(names) > _CATEGORIES_MAX:
        raise EasError(CONVERSION, "too many categories")
    said.set["categories"] = list(dict.fromkeys(name for name in names if name)) or None


def _attendees(said: _Said, element: Element) -> None:
    """All of them, by their type; what is known of somebody's answer stays (lesson 23)."""
    known = {
        str(person["mailbox"].get("address", "")).lower(): person
        for name, _ in TYPES
        for person in said.before.get(name) or ()
    }
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name, _ in TYPES}
    by_type = {str(number): name for name, number in TYPES}
    states = {str(number): answer for answer, number in STATUS.items() if number}
    for child in element.all(f"{_P}:Attendee"):
        address = line(child.text(f"{_P}:Email")).strip()
        if not address:
            continue
        name = by_type.get(child.text(f"{_P}:AttendeeType", "1"), "required_attendees")
        person: dict[str, Any] = {
            **known.get(address.lower(), {}),
            "mailbox": _mailbox(address, line(child.text(f"{_P}:Name")).strip()),
        }
        answer = states.get(child.text(f"{_P}:AttendeeStatus"))
        if answer:
            person["response"] = answer
        lists[name].append(person)
    if sum(map(len, lists.values())) > _ATTENDEES_MAX:
        raise EasError(CONVERSION, "too many attendees")
    said.set |= {name: people or None for name, people in lists.items()}


def _mailbox(address: str, name: str) -> dict[str, Any]:
    """An attendee's; an address that is none is kept, and nobody is written to there (MS-ASCAL
    2.2.2.14, R52529)."""
    mailbox = {"name": name or address, "address": address}
    try:
        checked_address(address)
    except InvalidValue:
        mailbox["routing"] = NOWHERE
    return mailbox


def _organizer(key: str) -> Reader:
    def read(said: _Said, element: Element) -> None:
        value = line(element.as_text()).strip()
        if value and not said.before:
            said.set["organizer"] = {**said.set.get("organizer", {}), key: value}

    return read


def _uid(said: _Said, element: Element) -> None:
    if not said.before and said.version < "16.0":
        said.set["uid"] = line(element.as_text()).strip() or None


def _status(said: _Said, element: Element) -> None:
    """Of a new item: that it is somebody else's meeting. Else the server knows better."""
    value = _number(element, 15) & 0b111
    if not said.before and value & RECEIVED:
        said.set["appointment_state"] = value


def _wants_response(said: _Said, element: Element) -> None:
    said.set["is_response_requested"] = _flag(element)


def _no_proposal(said: _Said, element: Element) -> None:
    said.set["allow_new_time_proposal"] = not _flag(element)


def _body(said: _Said, element: Element) -> None:
    said.body = read_body(element) or said.body


def _files(said: _Said, element: Element) -> None:
    said.files = element


def _pass_over(_said: _Said, _element: Element) -> None:
    """What only the server knows, sent along."""


# -- series ------------------------------------------------------------------------------------


def _recurrence(said: _Said, element: Element) -> None:
    """An empty one makes a single item of a series (MS-ASCAL 2.2.2.38)."""
    if not element.children:
        said.set["recurrence"] = None
        return
    start = said.set.get("start") or said.before.get("start")
    if not start:
        raise EasError(CONVERSION, "a series without a start")
    day = local(from_instant(start), said.zone).date()
    said.set["recurrence"] = read_recurrence(element, _P, day, said.zone)


def _exceptions(said: _Said, element: Element) -> None:
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
    named = {record["original"]: record for record in records if record is not None}
    # One that is not named stays as it is (MS-ASCAL 3.2.5.3.1).
    known = {each["original"]: each for each in said.before.get("exceptions") or ()}
    kept = {original: each for original, each in known.items() if series.at(original)} | named
    said.set["exceptions"] = [kept[original] for original in sorted(kept)] or None


def _exception(said: _Said, series: Series, element: Element) -> ExceptionRecord | None:
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

_READERS: dict[str, Reader] = {
    f"{_P}:Timezone": _zone,
    f"{_P}:AllDayEvent": _all_day,
    f"{_P}:StartTime": _time("start"),
    f"{_P}:EndTime": _time("end"),
    f"{_P}:Subject": _text("subject"),
    f"{_P}:Location": _plain_location,
    "AirSyncBase:Location": _location,
    f"{_P}:BusyStatus": _among("busy_status", BUSY),
    f"{_P}:Sensitivity": _among("sensitivity", SENSITIVITY),
    f"{_P}:Reminder": _reminder,
    f"{_P}:Categories": _categories,
    f"{_P}:Attendees": _attendees,
    f"{_P}:OrganizerName": _organizer("name"),
    f"{_P}:OrganizerEmail": _organizer("address"),
    f"{_P}:UID": _uid,
    f"{_P}:MeetingStatus": _status,
    f"{_P}:ResponseRequested": _wants_response,
    f"{_P}:DisallowNewTimeProposal": _no_proposal,
    "AirSyncBase:Body": _body,
    "AirSyncBase:Attachments": _files,
    f"{_P}:Recurrence": _recurrence,
    f"{_P}:Exceptions": _exceptions,
} | dict.fromkeys(
    [f"{_P}:DtStamp", f"{_P}:AppointmentReplyTime", f"{_P}:ResponseType", f"{_P}:ClientUid",
     f"{_P}:OnlineMeetingConfLink", f"{_P}:OnlineMeetingExternalLink",
     "AirSyncBase:NativeBodyType", "AirSyncBase:InstanceId"],
    _pass_over,
)  # fmt: skip
