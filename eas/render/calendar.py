"""A calendar item as ApplicationData (MS-ASCAL 2.2.2).

A series is one item: what is other in single occurrences stands in its Exceptions, each named by
when it was to start (ExceptionStartTime, from 16.0 on InstanceId).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from eas.answers import node, text
from eas.reading.options import Options
from eas.render.attachments import attachments_of
from eas.render.bodies import body_of, native_type
from eas.render.entries import entries
from eas.render.recurrence import last_start, recurrence_elements
from eas.render.text import line
from eas.timezone_blob import blob_of
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.calendar.occurrences import Occurrence, Series, is_master
from store.calendar.occurrences import body_of as occurrence_body
from store.calendar.zones import local, zone_of
from store.instant import Instant, from_instant
from store.model import Body, Item, Properties

_P = "Calendar"
SENSITIVITY = {"normal": 0, "personal": 1, "private": 2, "confidential": 3}
BUSY = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "working_elsewhere": 4}
RESPONSES = {
    "unknown": 0,
    "organizer": 1,
    "tentative": 2,
    "accept": 3,
    "decline": 4,
    "no_response_received": 5,
}
# AttendeeStatus and AttendeeType (MS-ASCAL 2.2.2.4, 2.2.2.5).
STATUS = {"unknown": 0, "tentative": 2, "accept": 3, "decline": 4, "no_response_received": 5}
TYPES = (("required_attendees", 1), ("optional_attendees", 2), ("resources", 3))
LOCATION = (
    ("DisplayName", "name"),
    ("Annotation", "annotation"),
    ("Street", "street"),
    ("City", "city"),
    ("State", "state"),
    ("Country", "country"),
    ("PostalCode", "postal_code"),
    ("Latitude", "latitude"),
    ("Longitude", "longitude"),
    ("Accuracy", "accuracy"),
    ("Altitude", "altitude"),
    ("AltitudeAccuracy", "altitude_accuracy"),
    ("LocationUri", "uri"),
)

Make = Callable[["_Writer", Properties], "str | int | Element | None"]


class _Field(msgspec.Struct, frozen=True):
    """An element, how it is made; ``excepted``: it may stand in an exception."""

    name: str
    make: Make
    excepted: bool = True


def calendar_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData of a calendar item."""
    return _Writer(item, options, version).whole()


def compact(instant: Instant) -> str:
    """An instant as calendars have it (MS-ASDTYPE 2.7.2)."""
    return f"{instant[:19].replace('-', '').replace(':', '')}Z"


class _Writer:
    """One item for one device."""

    def __init__(self, item: Item, options: Options, version: str) -> None:
        self.item = item
        self.options = options
        self.version = version
        self.is_new = version >= "16.0"
        self._series = Series(item.properties) if is_master(item.properties) else None

    def whole(self) -> list[Element]:
        properties = self.item.properties
        made = self._made(properties, _FIELDS)
        if self.item.attachments and self._knows("AirSyncBase:Attachments") and self.is_new:
            own = tuple(a for a in self.item.attachments if "original" not in a.properties)
            files = attachments_of(own)
            if files is not None:
                made.append(files)
        made.append(body_of(self.item, self.options, previews=False))
        made.append(text("AirSyncBase:NativeBodyType", native_type(self.item.body or Body())))
        if self._series is not None:
            made.append(self._recurrence(self._series))
            exceptions = self._exceptions(self._series)
            if exceptions:
                made.append(node(f"{_P}:Exceptions", *exceptions))
        return made

    def _knows(self, name: str) -> bool:
        return tag_named(name).is_known_to(self.version)

    def _made(self, properties: Properties, fields: tuple[_Field, ...]) -> list[Element]:
        made: list[Element] = []
        for field in fields:
            if not self._knows(field.name):
                continue
            value = field.make(self, properties)
            if isinstance(value, Element):
                made.append(value)
            elif value is not None:
                made.append(text(field.name, value))
        return made

    # -- times -------------------------------------------------------------------------------

    def moment(self, properties: Properties, name: str) -> str | None:
        """A start or an end. From 16.0 on an all-day event is days that float: midnight of its own
        clock, written as if it were UTC (MS-ASCAL 2.2.2.1)."""
        instant = properties.get(name)
        if not instant:
            return None
        if self.is_new and properties.get("is_all_day"):
            wall = local(from_instant(instant), zone_of(properties.get("start_time_zone")))
            return f"{wall:%Y%m%dT%H%M%S}Z"
        return compact(instant)

    def zone(self, properties: Properties) -> str | None:
        if self.is_new and properties.get("is_all_day"):
            return None
        return blob_of(properties.get("start_time_zone"), int(properties["start"][:4]))

    # -- series ------------------------------------------------------------------------------

    def _recurrence(self, series: Series) -> Element:
        properties = self.item.properties
        start = local(from_instant(properties["start"]), series.zone).time()

        def until(day: date) -> str:
            if self.is_new and properties.get("is_all_day"):
                return f"{day:%Y%m%d}T000000Z"
            return compact(last_start(day, start, series.zone))

        children = recurrence_elements(properties["recurrence"], _P, self.version, until)
        return node(f"{_P}:Recurrence", *children)

    def _exceptions(self, series: Series) -> list[Element]:
        found = [self._deleted(original) for original in series.deleted()]
        found += [self._changed(series, each) for each in series.modified()]
        return found

    def _original(self, original: Instant) -> Element:
        if not self.is_new:
            return text(f"{_P}:ExceptionStartTime", compact(original))
        moment = self.moment({**self.item.properties, "start": original}, "start") or ""
        return text("AirSyncBase:InstanceId", moment)

    def _deleted(self, original: Instant) -> Element:
        return node(f"{_P}:Exception", text(f"{_P}:Deleted", 1), self._original(original))

    def _changed(self, series: Series, occurrence: Occurrence) -> Element:
        """What is other than in the series; start and end always."""
        record: dict[str, Any] = occurrence.exception or {}
        properties = series.properties_of(occurrence)
        named = {*record.get("properties", {}), *record.get("removed", ()), "start", "end"}
        fields = tuple(f for f in _FIELDS if f.excepted and _OF[f.name] & named)
        made = self._made(properties, fields)
        shown = {each.name for each in made}
        # An empty element: the exception has none where the series has one (MS-ASCAL 3.2.5.3.2).
        lacking = [f for f in fields if f.name not in shown and self._knows(f.name)]
        children = [self._original(occurrence.original), *made, *(node(f.name) for f in lacking)]
        if "body" in record:
            body = occurrence_body(occurrence, self.item.body)
            whole = msgspec.structs.replace(self.item, body=body, properties=properties)
            children.append(body_of(whole, self.options, previews=False))
        if self.is_new and self.item.attachments:
            own = tuple(
                a
                for a in self.item.attachments
                if a.properties.get("original") == occurrence.original
            )
            files = attachments_of(own)
            if files is not None:
                children.append(files)
        return node(f"{_P}:Exception", *children)


# -- elements ----------------------------------------------------------------------------------


def _person(key: str) -> Make:
    def make(_writer: _Writer, p: Properties) -> str | None:
        organizer = p.get("organizer") or {}
        return line(str(organizer.get(key) or "")) or None

    return make


def _text_of(name: str) -> Make:
    def make(_writer: _Writer, p: Properties) -> str | None:
        value = p.get(name)
        return line(str(value)) if value else None

    return make


def _subject(_writer: _Writer, p: Properties) -> str:
    return line(str(p.get("subject") or ""))


def _location(_writer: _Writer, p: Properties) -> Element | None:
    places: list[dict[str, Any]] = p.get("places") or [{"name": p.get("location")}]
    place = places[0]
    children = [
        text(f"AirSyncBase:{element}", line(str(place[key])))
        for element, key in LOCATION
        if place.get(key) not in (None, "")
    ]
    return node("AirSyncBase:Location", *children) if children else None


def _categories(_writer: _Writer, p: Properties) -> Element | None:
    return entries(f"{_P}:Categories", p.get("categories"), f"{_P}:Category")


def _attendees(writer: _Writer, p: Properties) -> Element | None:
    people: list[Element] = []
    for name, type in TYPES:
        for person in p.get(name) or ():
            mailbox = person["mailbox"]
            address = line(str(mailbox.get("address") or ""))
            if not address:
                continue
            people.append(
                node(
                    f"{_P}:Attendee",
                    text(f"{_P}:Email", address),
                    text(f"{_P}:Name", line(str(mailbox.get("name") or "")) or address),
                    text(f"{_P}:AttendeeStatus", STATUS.get(person.get("response", "unknown"), 0)),
                    text(f"{_P}:AttendeeType", type),
                    *_proposed(writer, person),
                )
            )
    return node(f"{_P}:Attendees", *people) if people else None


def _proposed(writer: _Writer, person: dict[str, Any]) -> list[Element]:
    if writer.version < "16.1" or not person.get("proposed_start"):
        return []
    return [
        text("MeetingResponse:ProposedStartTime", compact(person["proposed_start"])),
        text("MeetingResponse:ProposedEndTime", compact(person["proposed_end"])),
    ]


def _reminder(_writer: _Writer, p: Properties) -> int | None:
    return int(p.get("reminder_minutes") or 0) if p.get("reminder_is_set") else None


def _meeting_status(_writer: _Writer, p: Properties) -> int:
    return int(p.get("appointment_state") or 0) & 0b111


def _response(_writer: _Writer, p: Properties) -> int | None:
    if not p.get("is_meeting"):
        return None
    return RESPONSES.get(p.get("my_response_type", "unknown"), 0)


def _wants_response(_writer: _Writer, p: Properties) -> int:
    return int(bool(p.get("is_response_requested", True)))


def _stamp(_writer: _Writer, p: Properties) -> str | None:
    instant = p.get("date_time_stamp") or p.get("modified") or p.get("created")
    return compact(instant) if instant else None


def _reply_time(_writer: _Writer, p: Properties) -> str | None:
    instant = p.get("appointment_reply_time")
    return compact(instant) if instant else None


_FIELDS: tuple[_Field, ...] = (
    _Field(f"{_P}:Timezone", lambda w, p: w.zone(p), excepted=False),
    _Field(f"{_P}:DtStamp", _stamp),
    _Field(f"{_P}:StartTime", lambda w, p: w.moment(p, "start")),
    _Field(f"{_P}:Subject", _subject),
    _Field(f"{_P}:UID", _text_of("uid"), excepted=False),
    _Field(f"{_P}:OrganizerName", _person("name"), excepted=False),
    _Field(f"{_P}:OrganizerEmail", _person("address"), excepted=False),
    _Field(f"{_P}:Attendees", _attendees),
    _Field(f"{_P}:Location", _text_of("location")),
    _Field("AirSyncBase:Location", _location),
    _Field(f"{_P}:EndTime", lambda w, p: w.moment(p, "end")),
    _Field(f"{_P}:Sensitivity", lambda _, p: SENSITIVITY.get(p.get("sensitivity", "normal"), 0)),
    _Field(f"{_P}:BusyStatus", lambda _, p: BUSY.get(p.get("busy_status", "busy"), 2)),
    _Field(f"{_P}:AllDayEvent", lambda _, p: int(bool(p.get("is_all_day")))),
    _Field(f"{_P}:Reminder", _reminder),
    _Field(f"{_P}:MeetingStatus", _meeting_status),
    _Field(f"{_P}:Categories", _categories),
    _Field(f"{_P}:ResponseRequested", _wants_response, excepted=False),
    _Field(f"{_P}:AppointmentReplyTime", _reply_time),
    _Field(f"{_P}:ResponseType", _response),
    _Field(
        f"{_P}:DisallowNewTimeProposal",
        lambda _, p: int(p.get("allow_new_time_proposal") is False),
        excepted=False,
    ),
    _Field(f"{_P}:OnlineMeetingConfLink", _text_of("join_online_meeting_url")),
    _Field(f"{_P}:OnlineMeetingExternalLink", _text_of("meeting_workspace_url")),
)
# The properties that each element says: an exception has those elements that differ.
_OF: dict[str, frozenset[str]] = {
    field.name: frozenset(names)
    for field, names in zip(
        _FIELDS,
        (
            (), ("date_time_stamp",), ("start",), ("subject",), (), (), (),
            ("required_attendees", "optional_attendees", "resources"), ("location",),
            ("location", "places"), ("end",), ("sensitivity",), ("busy_status",), ("is_all_day",),
            ("reminder_is_set", "reminder_minutes"), ("appointment_state", "is_cancelled"),
            ("categories",), (), ("appointment_reply_time",), ("my_response_type",), (),
            ("join_online_meeting_url",), ("meeting_workspace_url",),
        ),
        strict=True,
    )
}  # fmt: skip
