"""What the elements of a calendar item say, each by itself (MS-ASCAL 2.2.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.bodies import read_body
from eas.reading.change import read_boolean, read_entries
from eas.reading.moments import CONVERSION, read_moment
from eas.render.calendar import BUSY, LOCATION, SENSITIVITY, STATUS, TYPES
from eas.render.text import clean, line
from eas.timezone_blob import zone_of_blob
from eas.wbxml import Element
from store.calendar.model import ZoneRecord
from store.calendar.scheduling.messages import NOWHERE
from store.calendar.settle import RECEIVED
from store.calendar.zones import to_utc, zone_of
from store.directory.names import checked_address
from store.errors import InvalidValue
from store.instant import Instant, from_instant, to_instant
from store.model import Body, Properties

_P = "Calendar"
_ATTENDEES_MAX = 5_000
_REMINDER_MAX = 2**31 - 1


class Said(msgspec.Struct):
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


Reader = Callable[[Said, Element], None]


def _number(element: Element, high: int) -> int:
    text = element.as_text()
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= high):
        raise EasError(CONVERSION, f"{element.name} is a number up to {high}")
    return int(text)


def _zone(said: Said, element: Element) -> None:
    """A blob of zeroes says nothing: the item keeps its zone (lesson 19)."""
    try:
        zone: ZoneRecord | None = zone_of_blob(element.as_text(), said.year)
    except ValueError as error:
        raise EasError(CONVERSION, str(error)) from error
    if zone is not None:
        said.set["start_time_zone"] = said.set["end_time_zone"] = zone
        said.zone = zone_of(zone)


def says_zone(data: Element) -> bool:
    """Whether an ApplicationData names a zone: with a blob that is not all zeroes."""
    text = data.text(f"{_P}:Timezone")
    try:
        return bool(text) and zone_of_blob(text, 1970) is not None
    except ValueError:
        return True  # refused where it is read


def _time(name: str) -> Reader:
    def read(said: Said, element: Element) -> None:
        said.set[name] = _moment(said, element.as_text())

    return read


def _moment(said: Said, value: str) -> Instant:
    """A start or an end; from 16.0 on that of an all-day event is a day that floats, and so it is
    before where the device names no zone and means midnight."""
    moment = read_moment(value)
    is_bare_day = "start_time_zone" not in said.set and moment.endswith(_MIDNIGHT)
    if said.is_all_day and (said.version >= "16.0" or is_bare_day):
        return _floating(moment, said.zone)
    return moment


_MIDNIGHT = "T00:00:00.000000Z"


def _floating(moment: Instant, zone: tzinfo) -> Instant:
    wall: datetime = from_instant(moment).replace(tzinfo=None)
    return to_instant(to_utc(wall, zone))


def _text(name: str) -> Reader:
    def read(said: Said, element: Element) -> None:
        said.set[name] = line(element.as_text()) or (None if name != "subject" else "")

    return read


def _among(name: str, values: dict[str, int]) -> Reader:
    by_number = {number: value for value, number in values.items()}

    def read(said: Said, element: Element) -> None:
        value = by_number.get(_number(element, 9))
        if value is None:
            raise EasError(CONVERSION, f"{element.name} has no such value")
        said.set[name] = value

    return read


def _all_day(said: Said, element: Element) -> None:
    said.set["is_all_day"] = read_boolean(element)


def _reminder(said: Said, element: Element) -> None:
    """Minutes before the start; an empty one is none."""
    if not element.as_text():
        said.set["reminder_is_set"] = False
        return
    said.set |= {
        "reminder_is_set": True,
        "reminder_minutes": _number(element, _REMINDER_MAX),
    }


def _location(said: Said, element: Element) -> None:
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


def _plain_location(said: Said, element: Element) -> None:
    said.set["location"] = line(element.as_text()) or None


def _categories(said: Said, element: Element) -> None:
    said.set["categories"] = read_entries(element, f"{_P}:Category")


def _attendees(said: Said, element: Element) -> None:
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
    def read(said: Said, element: Element) -> None:
        value = line(element.as_text()).strip()
        if value and not said.before:
            said.set["organizer"] = {**said.set.get("organizer", {}), key: value}

    return read


def _uid(said: Said, element: Element) -> None:
    if not said.before and said.version < "16.0":
        said.set["uid"] = line(element.as_text()).strip() or None


def _status(said: Said, element: Element) -> None:
    """Of a new item: that it is somebody else's meeting. Else the server knows better."""
    value = _number(element, 15) & 0b111
    if not said.before and value & RECEIVED:
        said.set["appointment_state"] = value


def _wants_response(said: Said, element: Element) -> None:
    said.set["is_response_requested"] = read_boolean(element)


def _no_proposal(said: Said, element: Element) -> None:
    said.set["allow_new_time_proposal"] = not read_boolean(element)


def _body(said: Said, element: Element) -> None:
    said.body = read_body(element) or said.body


def _files(said: Said, element: Element) -> None:
    said.files = element


def _pass_over(_said: Said, _element: Element) -> None:
    """What only the server knows, sent along."""


# Elements by name; what makes a series of an item is read in ``eas.reading.calendar``.
VALUES: dict[str, Reader] = {
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
} | dict.fromkeys(
    [f"{_P}:DtStamp", f"{_P}:AppointmentReplyTime", f"{_P}:ResponseType", f"{_P}:ClientUid",
     f"{_P}:OnlineMeetingConfLink", f"{_P}:OnlineMeetingExternalLink",
     "AirSyncBase:NativeBodyType", "AirSyncBase:InstanceId"],
    _pass_over,
)  # fmt: skip
