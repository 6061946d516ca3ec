"""Calendar items there and back: all that a device can say comes back as it was."""

from __future__ import annotations

import base64
import calendar
import itertools
import random
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eas.errors import EasError
from eas.reading.calendar import CalendarChange, read_calendar_change
from eas.reading.options import BodyPreference, Options
from eas.render.calendar import calendar_data
from eas.timezone_blob import blob_of, zone_of_blob
from eas.wbxml import Element, decode, encode
from schemas.time_zones import WINDOWS
from store.calendar.occurrences import Series
from store.calendar.settle import settled
from store.model import Body, FolderId, Item, ItemId, Properties
from tests.calendar.series import random_series
from tests.eas.conftest import VERSIONS

_OPTIONS = Options(bodies=(BodyPreference(type=1),))
_NOW = "2026-01-01T00:00:00.000000Z"
_BERLIN = {"id": "W. Europe Standard Time"}
_SINGLE: Properties = {
    "subject": "Größe",
    "start": "2026-07-01T08:00:00.000000Z",
    "end": "2026-07-01T09:00:00.000000Z",
    "start_time_zone": _BERLIN,
    "end_time_zone": _BERLIN,
}


def _item(properties: Properties, body: Body = Body(text="Agenda")) -> Item:
    return Item(
        id=ItemId(1, 2),
        change=1,
        folder=FolderId(1, 1),
        item_class="IPM.Appointment",
        kind="calendar",
        is_associated=False,
        properties=properties,
        extended={},
        body=body,
        attachments=(),
    )


def _shown(properties: Properties, version: str = "16.1") -> Element:
    data = calendar_data(_item(properties), _OPTIONS, version)
    return decode(encode(Element("AirSync:ApplicationData", None, data)))


def _back(properties: Properties, version: str) -> CalendarChange:
    """What a device says that sends an event as new, just as it got it."""
    data = _shown(properties, version)
    left_out = {"AirSyncBase:NativeBodyType"}
    kept = [child for child in data.children if child.name not in left_out]
    return read_calendar_change(Element(data.name, None, kept), version)


def _text(element: Element, name: str) -> str:
    return element.text(name)


# -- zones -------------------------------------------------------------------------------------


_STRUCTURE = struct.Struct("<i64s8hi64s8hi")


def _wall(systemtime: tuple[int, ...], year: int) -> datetime:
    """When a SYSTEMTIME comes in a year (5: the last such day of the month)."""
    only, month, weekday, number, hour, minute, *_ = systemtime
    if only:
        return datetime(year, month, number, hour, minute)
    first, days = calendar.monthrange(year, month)
    day = 1 + (weekday - 1 - first) % 7 + 7 * (number - 1)
    return datetime(year, month, day if day <= days else day - 7, hour, minute)


def _offsets_by(blob: str, year: int, moments: list[datetime]) -> list[timedelta]:
    """The offsets that a structure says, read as MS-ASDTYPE 2.7.6 has it and by nothing of ours."""
    fields = _STRUCTURE.unpack(base64.b64decode(blob))
    bias, to_standard, to_daylight = fields[0], fields[2:10], fields[12:20]
    standard, daylight = (timedelta(minutes=-(bias + fields[n])) for n in (10, 20))
    if not to_standard[1] or not to_daylight[1]:
        return [standard] * len(moments)
    ahead = _wall(to_daylight, year) - standard
    back = _wall(to_standard, year) - daylight
    naive = [moment.replace(tzinfo=None) for moment in moments]
    if ahead < back:
        return [daylight if ahead <= each < back else standard for each in naive]
    return [standard if back <= each < ahead else daylight for each in naive]


@pytest.mark.parametrize("year", range(2006, 2037))
def test_lesson_20_each_zone_goes_as_the_tz_database_says(year: int) -> None:
    """Wrong Sundays, and days exchanged with weekdays: every sixth day of thirty years. A year in
    which the law itself changed has no structure that says it."""
    days = (*range(1, 364, 6), 364)
    moments = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in days]
    compared = 0
    for name, iana in WINDOWS.items():
        zone = ZoneInfo(iana)
        offsets = [moment.astimezone(zone).utcoffset() for moment in moments]
        changes = sum(one != other for one, other in itertools.pairwise(offsets))
        if offsets[0] != offsets[-1] or changes not in (0, 2):
            continue
        compared += 1
        assert _offsets_by(blob_of({"id": name}, year), year, moments) == offsets, name
        found = zone_of_blob(blob_of({"id": name}, year), year)
        assert found == {"id": name}
    assert compared > 0.8 * len(WINDOWS)


def test_lesson_19_a_blob_of_zeroes_says_nothing_and_is_never_sent() -> None:
    assert zone_of_blob(base64.b64encode(bytes(172)).decode(), 2026) is None
    for zone in (None, {"id": "UTC"}, {"id": "nobody's"}):
        assert any(base64.b64decode(blob_of(zone, 2026)))


def test_a_zone_of_its_own_keeps_its_rules() -> None:
    rule = {
        "from": 0,
        "standard": 61,
        "daylight": 121,
        "to_standard": {"month": 10, "day": "tuesday", "occurrence": 2, "minutes": 180},
        "to_daylight": {"month": 3, "day": "sunday", "occurrence": -1, "minutes": 120},
    }
    found = zone_of_blob(blob_of({"id": "Ship", "rules": [rule]}, 2026), 2026)
    assert found == {"id": "Ship", "rules": [rule]}


@pytest.mark.parametrize("text", ["", "AAAA", "no base64", "A" * 1000])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        zone_of_blob(text, 2026)


# -- single events -----------------------------------------------------------------------------

_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    lambda text: " ".join(text.split())
)
_PERSON = st.builds(
    lambda name, number, response: {
        "mailbox": {"name": name or f"p{number}@b.example", "address": f"p{number}@b.example"},
        **({"response": response} if response else {}),
    },
    _WORDS,
    st.integers(0, 9),
    st.sampled_from(["", "accept", "decline", "tentative", "no_response_received"]),
)
_PEOPLE = st.lists(_PERSON, min_size=1, max_size=3, unique_by=lambda p: p["mailbox"]["address"])
_DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "location": _WORDS.filter(bool),
        "categories": st.lists(_WORDS.filter(bool), min_size=1, max_size=3, unique=True),
        "sensitivity": st.sampled_from(["normal", "personal", "private", "confidential"]),
        "busy_status": st.sampled_from(["free", "tentative", "busy", "oof", "working_elsewhere"]),
        "required_attendees": _PEOPLE,
        "optional_attendees": _PEOPLE,
        "resources": _PEOPLE,
        "is_response_requested": st.booleans(),
        "allow_new_time_proposal": st.booleans(),
    },
)


@settings(max_examples=200, deadline=None)
@given(
    _DETAILS, _WORDS, st.sampled_from([None, 0, 15, 10_080]),
    st.sampled_from(["14.0", "14.1", "16.0", "16.1"]),
)  # fmt: skip
def test_what_a_device_was_told_it_can_say(
    details: dict[str, Any], subject: str, reminder: int | None, version: str
) -> None:
    said = {**_SINGLE, **details, "subject": subject}
    if reminder is not None:
        said |= {"reminder_is_set": True, "reminder_minutes": reminder}
    change = _back(settled(said, _NOW), version)
    for name, value in said.items():
        assert change.set.get(name) == value, name
    assert change.body == Body(text="Agenda")


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_21_an_all_day_event_is_its_days(version: str) -> None:
    """A date, not an instant, wherever the reader sits."""
    p = settled({**_SINGLE, "is_all_day": True}, _NOW)
    shown = _shown(p, version)
    if version >= "16.0":
        assert shown.text("Calendar:StartTime") == "20260701T000000Z"
        assert shown.find("Calendar:Timezone") is None
    else:
        assert shown.text("Calendar:StartTime") == "20260630T220000Z"
        assert shown.find("Calendar:Timezone") is not None
    before = {**p} if version >= "16.0" else None
    data = Element(
        "AirSync:ApplicationData",
        None,
        [c for c in shown.children if c.name != "AirSyncBase:NativeBodyType"],
    )
    change = read_calendar_change(data, version, before)
    assert (change.set["start"], change.set["end"]) == (p["start"], p["end"])


def test_an_enhanced_location_comes_back_from_16_on() -> None:
    place = {"name": "Café", "street": "Hafen 1", "city": "Kiel", "latitude": 54.3}
    said = {**_SINGLE, "location": "Café", "places": [place]}
    assert _back(said, "16.1").set["places"] == [place]
    assert _back(said, "14.1").set["location"] == "Café"


# -- series ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(120))
@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_a_series_comes_back(seed: int, version: str) -> None:
    p = random_series(random.Random(seed))
    if p["is_all_day"] and version >= "16.0":
        change = read_calendar_change(
            Element("AirSync:ApplicationData", None, _without_body(_shown(p, version))),
            version,
            {"start_time_zone": p["start_time_zone"]},
        )
    else:
        change = _back(p, version)
    made = settled(
        {**change.set, "start_time_zone": p["start_time_zone"],
         "end_time_zone": p["end_time_zone"]}, _NOW,
    )  # fmt: skip
    ours, theirs = Series(p), Series(made)
    assert made["start"] == p["start"]
    if version < "16.0":
        assert ours.deleted() == theirs.deleted()
        assert [o.start for o in ours.modified()] == [o.start for o in theirs.modified()]
    window = (p["start"], "2037-12-31T00:00:00.000000Z")
    plain = [Series({**each, "exceptions": ()}) for each in (p, made)]
    first, second = ([o.original for o in s.between(*window)][:300] for s in plain)
    assert first == second


def _without_body(data: Element) -> list[Element]:
    return [c for c in data.children if c.name != "AirSyncBase:NativeBodyType"]


def test_exceptions_are_named_as_the_version_names_them() -> None:
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 5}
    p = settled({**_SINGLE, "recurrence": daily}, _NOW)
    p["exceptions"] = [
        {"original": "2026-07-02T08:00:00.000000Z", "is_deleted": True},
        {"original": "2026-07-03T08:00:00.000000Z", "properties": {"subject": "Other"}},
    ]
    for version, name in (
        ("14.1", "Calendar:ExceptionStartTime"),
        ("16.1", "AirSyncBase:InstanceId"),
    ):
        shown = _shown(p, version).find("Calendar:Exceptions")
        assert shown is not None
        gone, other = shown.children
        assert (gone.text("Calendar:Deleted"), gone.text(name)) == ("1", "20260702T080000Z")
        assert (other.text("Calendar:Subject"), other.text(name)) == ("Other", "20260703T080000Z")
        assert other.find("Calendar:Location") is None


# -- changes -----------------------------------------------------------------------------------


def _data(*children: Element) -> Element:
    return Element("AirSync:ApplicationData", None, list(children))


def test_lesson_23_what_is_absent_stays_but_for_what_old_devices_leave_out() -> None:
    """People who are not named are not removed."""
    before = settled(
        {
            **_SINGLE,
            "location": "Room",
            "categories": ["Red"],
            "reminder_is_set": True,
            "required_attendees": [{"mailbox": {"name": "C", "address": "c@b.example"}}],
        },
        _NOW,
    )
    data = _data(Element("Calendar:Subject", "New"))
    new = read_calendar_change(data, "16.1", before)
    assert (new.set, new.unset) == ({"subject": "New"}, ())
    old = read_calendar_change(data, "14.1", before)
    assert old.set == {"subject": "New", "reminder_is_set": False}
    assert set(old.unset) == {"location", "categories"}
    ghosted = read_calendar_change(data, "14.1", before, frozenset({"Subject", "Categories"}))
    assert (ghosted.set, ghosted.unset) == ({"subject": "New"}, ("categories",))


def test_lesson_22_an_attendee_changes_only_what_is_private() -> None:
    """Whatever the device sends of somebody else's meeting, nobody is mailed."""
    before = {**_SINGLE, "appointment_state": 3}
    data = _data(
        Element("Calendar:Subject", "Mine"),
        Element("Calendar:StartTime", "20260702T080000Z"),
        Element("Calendar:Reminder", "5"),
        Element("Calendar:BusyStatus", "0"),
    )
    change = read_calendar_change(data, "16.1", before)
    assert change.set == {
        "reminder_is_set": True, "reminder_minutes": 5, "busy_status": "free",
    }  # fmt: skip


def test_an_answer_that_is_known_is_not_forgotten() -> None:
    known = {"mailbox": {"name": "C", "address": "c@b.example"}, "response": "accept"}
    person = Element(
        "Calendar:Attendee",
        None,
        [Element("Calendar:Email", "C@b.example"), Element("Calendar:Name", "C")],
    )
    data = _data(Element("Calendar:Attendees", None, [person]))
    change = read_calendar_change(data, "16.1", {**_SINGLE, "required_attendees": [known]})
    (attendee,) = change.set["required_attendees"]
    assert attendee["response"] == "accept"


def test_an_empty_recurrence_makes_it_single() -> None:
    before = {**_SINGLE, "recurrence": {"type": "daily", "start": "2026-07-01", "interval": 1}}
    change = read_calendar_change(_data(Element("Calendar:Recurrence")), "16.1", before)
    assert change.unset == ("recurrence",)


def test_an_exception_of_nearly_the_right_time_is_found() -> None:
    """Devices, 10: the original is a midnight, or the new time."""
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 5}
    before = settled({**_SINGLE, "recurrence": daily}, _NOW)
    gone = Element(
        "Calendar:Exception",
        None,
        [
            Element("Calendar:ExceptionStartTime", "20260702T120000Z"),
            Element("Calendar:Deleted", "1"),
        ],
    )
    data = _data(Element("Calendar:Exceptions", None, [gone]))
    change = read_calendar_change(data, "14.1", before)
    assert change.set["exceptions"] == [
        {"original": "2026-07-02T08:00:00.000000Z", "is_deleted": True}
    ]


def test_an_exception_that_a_device_restates_keeps_its_reminders_by_mail() -> None:
    """No device knows of them."""
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 5}
    before = settled({**_SINGLE, "recurrence": daily}, _NOW)
    own = {"inbox_reminders": [{"id": "a", "minutes": 5, "send_option": "user"}]}
    second, third = (f"2026-07-0{n}T08:00:00.000000Z" for n in (2, 3))
    before["exceptions"] = [
        {"original": second, "properties": own},
        {"original": third, "properties": {}, "removed": ["inbox_reminders"]},
    ]
    restated = [
        Element(
            "Calendar:Exception",
            None,
            [
                Element("Calendar:ExceptionStartTime", f"2026070{n}T080000Z"),
                Element("Calendar:Subject", "Other"),
            ],
        )
        for n in (2, 3)
    ]
    data = _data(Element("Calendar:Exceptions", None, restated))
    change = read_calendar_change(data, "14.1", before)
    assert change.set["exceptions"] == [
        {"original": second, "properties": {**own, "subject": "Other"}},
        {"original": third, "properties": {"subject": "Other"}, "removed": ["inbox_reminders"]},
    ]


@pytest.mark.parametrize(
    "element",
    [
        Element("Calendar:StartTime", "soon"),
        Element("Calendar:BusyStatus", "9"),
        Element("Calendar:Sensitivity", "-1"),
        Element("Calendar:Reminder", "99999999999"),
        Element("Calendar:Timezone", "AAAA"),
        Element("Calendar:AllDayEvent", "2"),
        Element("Email:Read", "1"),
        Element("Calendar:Recurrence", None, [Element("Calendar:Type", "4")]),
        Element("Calendar:Recurrence", None, [Element("Calendar:Interval", "x")]),
    ],
)
def test_values_that_are_none_are_refused(element: Element) -> None:
    with pytest.raises(EasError) as refused:
        read_calendar_change(_data(element), "16.1", dict(_SINGLE))
    assert refused.value.status == 6
