"""iCalendar: nothing is lost on the way there and back, and what others write is understood."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.calendar.ical.read import LINES_MAX, read_calendar
from store.calendar.ical.vtimezone import zone_named
from store.calendar.ical.write import write_calendar
from store.calendar.occurrences import Series
from store.calendar.zones import fitting_zone
from store.errors import InvalidValue
from store.model import Body, ItemDraft, Properties
from tests.calendar.series import random_series

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_REFERENCE = Path("/work/shared/reference/icalendar")
_SINGLE = {
    "subject": "Größe; \\ , \n neue Zeile",
    "uid": "one@demo.example",
    "start": "2026-07-01T08:00:00.000000Z",
    "end": "2026-07-01T09:00:00.000000Z",
    "start_time_zone": {"id": "Europe/Berlin"},
    "end_time_zone": {"id": "America/New_York"},
    "is_all_day": False,
}


def _there_and_back(properties: Properties, body: Body = Body()) -> Any:
    draft = ItemDraft("IPM.Appointment", properties, body=body)
    (event,) = read_calendar(write_calendar(draft, _NOW)).events
    return event


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80).map(str.strip)
_PERSON = st.builds(
    lambda name, address, response: {
        "mailbox": {"name": name or address, "address": address},
        **({"response": response} if response else {}),
    },
    # Without backslashes: programs write a comma in a name as if it were one of a value, though
    # parameters have no such escapes, and so it is read (RFC 5545 3.2).
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\\"), max_size=30
    ).map(str.strip),
    st.sampled_from(["carla@elsewhere.example", "o'neill+x@b.example", "d%e@f.example"]),
    st.sampled_from(["", "accept", "decline", "tentative"]),
)
_DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "location": _TEXT.filter(bool),
        "categories": st.lists(_TEXT.filter(bool), min_size=1, max_size=3, unique=True),
        "sensitivity": st.sampled_from(["personal", "private", "confidential"]),
        "importance": st.sampled_from(["low", "high"]),
        "busy_status": st.sampled_from(["free", "tentative", "busy", "oof", "working_elsewhere"]),
        "required_attendees": st.lists(_PERSON, min_size=1, max_size=3),
        "optional_attendees": st.lists(_PERSON, min_size=1, max_size=2),
        "resources": st.lists(_PERSON, min_size=1, max_size=1),
        "organizer": st.just({"name": 'A "B" C', "address": "anna@demo.example"}),
        "appointment_sequence_number": st.integers(0, 9),
        "allow_new_time_proposal": st.just(False),
    },
)


@settings(max_examples=300, deadline=None)
@given(_DETAILS, _TEXT, st.sampled_from([None, 0, 15, 10_080]))
def test_what_an_event_says_comes_back(
    details: dict[str, Any], subject: str, reminder: int | None
) -> None:
    said = {**_SINGLE, **details, "subject": subject}
    if reminder is not None:
        said |= {"reminder_is_set": True, "reminder_minutes": reminder}
    event = _there_and_back(said, Body(text="Agenda\nTwo"))
    for name, value in said.items():
        if value not in ("", []):
            assert event.properties.get(name) == value, name
    assert event.body == Body(text="Agenda\nTwo")
    assert event.untold == ()


_REMINDERS = st.lists(
    st.builds(
        lambda id, minutes, message, option: {
            "id": str(id),
            "minutes": minutes,
            "send_option": option,
            **({"message": message} if message else {}),
        },
        st.uuids(),
        st.integers(0, 525_600),
        _TEXT,
        st.sampled_from(["user", "all_attendees"]),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda each: each["id"],
)


@given(_REMINDERS, st.sampled_from([None, 15]))
def test_reminders_by_mail_come_back(reminders: list[dict[str, Any]], shown: int | None) -> None:
    """Beside the one that is shown, or without one."""
    people = {
        "organizer": {"name": "Anna", "address": "anna@demo.example"},
        "required_attendees": [{"mailbox": {"name": "Ben", "address": "ben@demo.example"}}],
    }
    said = {**_SINGLE, **people, "inbox_reminders": reminders}
    if shown is not None:
        said |= {"reminder_is_set": True, "reminder_minutes": shown}
    back = _there_and_back(said).properties
    assert back["inbox_reminders"] == reminders
    assert back["reminder_is_set"] == (shown is not None)


def _alarm(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VALARM", *lines, "END:VALARM")


def test_alarms_by_mail_of_others_are_reminders_by_mail() -> None:
    """As Google and Apple write them: without UID, or with one that is no GUID; what is wrong or
    after the start is left out, and there are at most 20."""
    alarms = (
        *_alarm(
            "ACTION:EMAIL", "DESCRIPTION:Bring\\na pen", "TRIGGER:-P1D", "ATTENDEE:mailto:a@b.c"
        ),
        *_alarm("ACTION:email", "UID:one", "TRIGGER:-PT10M"),
        *_alarm("ACTION:EMAIL", "UID:one", "TRIGGER:-P9999W"),
        *_alarm("ACTION:EMAIL", "TRIGGER:PT5M"),
        *_alarm("ACTION:EMAIL", "TRIGGER:soon"),
        *_alarm("ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT5M"),
    )
    once, again = (read_calendar(_event(*alarms)).events[0].properties for _ in range(2))
    assert [
        (r["minutes"], r.get("message"), r["send_option"]) for r in once["inbox_reminders"]
    ] == [
        (1440, "Bring\na pen", "user"),
        (10, None, "user"),
        (525_600, None, "user"),
    ]
    assert once["inbox_reminders"] == again["inbox_reminders"]
    assert len({r["id"] for r in once["inbox_reminders"]}) == 3
    assert (once["reminder_is_set"], once["reminder_minutes"]) == (True, 5)
    many = [line for n in range(40) for line in _alarm("ACTION:EMAIL", f"TRIGGER:-PT{n}M")]
    (event,) = read_calendar(_event(*many)).events
    assert len(event.properties["inbox_reminders"]) == 20


def test_reminders_of_an_occurrence_come_back() -> None:
    master = {**_SINGLE, "recurrence": {"type": "daily", "interval": 1, "start": "2026-07-01"}}
    own, others = ([{"id": f"{n}" * 8 + "-1111-1111-1111-111111111111", "minutes": n,
                     "send_option": "user"}] for n in (1, 2))  # fmt: skip
    exceptions = [
        {"original": "2026-07-02T08:00:00.000000Z", "properties": {"subject": "Other"}},
        {"original": "2026-07-03T08:00:00.000000Z", "properties": {"inbox_reminders": others}},
        {"original": "2026-07-04T08:00:00.000000Z", "removed": ["inbox_reminders"]},
    ]
    back = _there_and_back({**master, "inbox_reminders": own, "exceptions": exceptions}).properties
    series = Series(back)
    said = [series.properties_of(each).get("inbox_reminders") for each in series.modified()]
    assert [back["inbox_reminders"], *said] == [own, own, others, None]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "REPLY"])
def test_what_others_send_brings_no_reminders_by_mail(method: str) -> None:
    alarm = _alarm("ACTION:EMAIL", "DESCRIPTION:x", "TRIGGER:-PT15M")
    (event,) = read_calendar(_event(*alarm, around=f"METHOD:{method}\r\n")).events
    assert "inbox_reminders" not in event.properties
    assert event.properties["reminder_minutes"] == 15


def test_html_comes_back_as_it_was() -> None:
    body = Body(html="<p>One, two; three\\four</p>\n<p>C:\\new</p>")
    assert _there_and_back(_SINGLE, body).body == body


@pytest.mark.parametrize("seed", range(200))
def test_a_series_comes_back_with_its_exceptions(seed: int) -> None:
    properties = random_series(random.Random(seed))
    event = _there_and_back(properties)
    back = event.properties
    assert event.untold == ()
    for name in ("start", "end", "is_all_day"):
        assert back[name] == properties[name]
    window = (properties["start"], "2037-12-31T00:00:00.000000Z")
    ours, theirs = Series(properties), Series(back)
    assert [(o.start, o.end) for o in ours.between(*window)][:400] == [
        (o.start, o.end) for o in theirs.between(*window)
    ][:400]
    assert ours.deleted() == theirs.deleted()
    assert [o.original for o in ours.modified()] == [o.original for o in theirs.modified()]
    for one in theirs.modified():
        assert theirs.properties_of(one)["subject"] == "Other"


@pytest.mark.parametrize(
    ("rule", "recurrence"),
    [
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", {"type": "weekly", "first_day": "monday"}),
        ("FREQ=WEEKLY", {"type": "weekly", "days": ["wednesday"]}),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", {"type": "absolute_monthly", "day_of_month": 31}),
        ("FREQ=MONTHLY;BYDAY=-1FR", {"type": "relative_monthly", "index": "last"}),
        ("FREQ=MONTHLY;BYDAY=5WE", {"type": "relative_monthly", "index": "last"}),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
         {"type": "relative_monthly", "days": ["saturday", "sunday"], "index": "first"}),
        ("FREQ=YEARLY", {"type": "absolute_yearly", "month": 7, "day_of_month": 1}),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=1MO",
         {"type": "relative_yearly", "month": 3, "interval": 2}),
        ("FREQ=MONTHLY;BYMONTH=4;BYDAY=1SU", {"type": "relative_yearly", "month": 4}),
        ("FREQ=WEEKLY;UNTIL=20260801T080000Z", {"until": "2026-08-01"}),
        ("FREQ=WEEKLY;COUNT=4;BYHOUR=10", {"count": 4}),
    ],
)  # fmt: skip
def test_rules_that_others_write(rule: str, recurrence: dict[str, Any]) -> None:
    (event,) = read_calendar(_event(f"RRULE:{rule}")).events
    found = event.properties["recurrence"]
    assert {key: found.get(key) for key in recurrence} == recurrence


@pytest.mark.parametrize(
    "rule",
    ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9,17", "FREQ=YEARLY;BYWEEKNO=20",
     "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=MO;BYMONTH=2;COUNT=1"],
)  # fmt: skip
def test_a_rule_that_no_series_says_is_kept_as_it_is(rule: str) -> None:
    (event,) = read_calendar(_event(f"RRULE:{rule}")).events
    assert "recurrence" not in event.properties
    assert event.untold and event.untold[0].startswith("RRULE:FREQ=")


def _event(*lines: str, zone: str = "Europe/Berlin", around: str = "") -> str:
    inner = "\r\n".join(lines)
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{around}BEGIN:VEVENT\r\nUID:u\r\n"
        f"DTSTART;TZID={zone}:20260701T100000\r\nSUMMARY:S\r\n{inner}\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_what_is_missing_is_made_good() -> None:
    (event,) = read_calendar(_event("DTSTAMP:now", "DURATION:long")).events
    assert event.properties["end"] == event.properties["start"]
    assert "date_time_stamp" not in event.properties
    (event,) = read_calendar(_event("SEQUENCE:many", "DURATION:PT30M")).events
    assert event.properties["appointment_sequence_number"] == 0
    assert event.properties["end"] == "2026-07-01T08:30:00.000000Z"
    (event,) = read_calendar(_event().replace("\r\n", "\n")).events
    assert event.properties["end"] == event.properties["start"]
    floating = _event().replace(";TZID=Europe/Berlin", "")
    (event,) = read_calendar(floating, {"id": "Asia/Tokyo"}).events
    assert event.properties["start"] == "2026-07-01T01:00:00.000000Z"


@pytest.mark.parametrize(
    ("tzid", "id"),
    [
        ("W. Europe Standard Time", "W. Europe Standard Time"),
        ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
         "America/Argentina/Buenos_Aires"),
        ("Nowhere/At all", None),
    ],
)  # fmt: skip
def test_zones_by_the_names_that_others_give_them(tzid: str, id: str | None) -> None:
    found = zone_named(tzid)
    assert (found or {}).get("id") == id


_OWN_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Bureau\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY={day}\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def test_a_zone_of_no_name_is_known_by_its_rules() -> None:
    (event,) = read_calendar(_event(zone="Bureau", around=_OWN_ZONE.format(day="-1SU"))).events
    assert event.properties["start"] == "2026-07-01T08:00:00.000000Z"
    assert event.properties["start_time_zone"]["id"] == "Central Europe Standard Time"


def test_a_zone_of_its_own_keeps_its_rules() -> None:
    (event,) = read_calendar(_event(zone="Bureau", around=_OWN_ZONE.format(day="2TU"))).events
    zone = event.properties["start_time_zone"]
    assert zone["id"] == "Bureau"
    (rule,) = zone["rules"]
    assert (rule["standard"], rule["daylight"]) == (60, 120)
    assert rule["to_standard"] == {
        "month": 10, "day": "tuesday", "occurrence": 2, "minutes": 180,
    }  # fmt: skip
    again = _there_and_back({**_SINGLE, "start_time_zone": zone, "end_time_zone": zone})
    assert again.properties["start_time_zone"] == zone


def test_rules_fit_the_first_zone_that_goes_by_them() -> None:
    assert fitting_zone({"from": 0, "standard": 330}, 2026) == "India Standard Time"
    assert fitting_zone({"from": 0, "standard": 331}, 2026) is None


# What of the real calendars in the reference cannot be read: no calendars, or not one of their
# events says when it is.
_UNREADABLE = {
    "0.ics", "13-MoonPhase.ics", "blankTzid.ics", "boeing.ics", "categories.ics", "mansour.ics",
    "overlaps.ics", "smallcluster.ics", "twinkle.ics", "twinkle_orig.ics",
}  # fmt: skip


@pytest.mark.skipif(not _REFERENCE.exists(), reason="the reference calendars are not here")
def test_real_calendars_are_read() -> None:
    files = sorted(_REFERENCE.rglob("*.ics"))
    assert len(files) > 90
    unreadable: set[str] = set()
    for path in files:
        try:
            calendar = read_calendar(path.read_bytes())
        except InvalidValue:
            unreadable.add(path.name)
            continue
        for event in calendar.events:
            if "recurrence" in event.properties:
                Series(event.properties).first()
    assert unreadable <= _UNREADABLE


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"BEGIN:VCALENDAR" * 3,
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 50,
        "BEGIN:VCALENDAR\r\n" + "X:1\r\n" * (2 * LINES_MAX + 10) + "END:VCALENDAR\r\n",
        _event("X-LONG:" + "a" * 3_000_000),
        _event("EXDATE:" + ",".join(["20260701T100000Z"] * 6_000), "RRULE:FREQ=DAILY"),
        _event(*(f"ATTENDEE:mailto:a{n}@b.example" for n in range(6_000))),
        _event("RRULE:FREQ=DAILY;INTERVAL=999999999999999999999"),
        _event("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"),
        _event("DTEND:00010101T000000"),
        _event("RECURRENCE-ID:nonsense"),
    ],
    ids=range(12),
)
def test_hostile_calendars_are_refused_or_bounded(hostile: bytes | str) -> None:
    try:
        calendar = read_calendar(hostile)
    except InvalidValue as error:
        assert error.role == "icalendar"
    else:
        assert len(calendar.events) <= 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    with pytest.raises(InvalidValue):
        read_calendar(data)
    try:
        read_calendar(_event().encode().replace(b"SUMMARY:S", b"SUMMARY:" + data))
    except InvalidValue as error:
        assert error.role == "icalendar"
