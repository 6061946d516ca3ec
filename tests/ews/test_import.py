"""Appointments made of iCalendar files ("Import items by using EWS in Exchange")."""

from __future__ import annotations

import base64

import pytest

from tests.ews.conftest import Desk

pytestmark = pytest.mark.anyio

_ZONE = """BEGIN:VTIMEZONE
TZID:Berlin here
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""
_EVENT = """BEGIN:VEVENT
UID:plan@elsewhere.example
SUMMARY:Plan
DTSTART;TZID=Berlin here:20270705T100000
DTEND;TZID=Berlin here:20270705T110000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Berlin here:20270712T100000
LOCATION:Room 1
DESCRIPTION:Agenda
END:VEVENT"""


def _file(*parts: str) -> str:
    lines = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *parts, "END:VCALENDAR", ""))
    return base64.b64encode(lines.replace("\n", "\r\n").encode()).decode()


def _item(file: str, more: str = "") -> str:
    return (
        f'<t:CalendarItem><t:MimeContent CharacterSet="UTF-8">{file}</t:MimeContent>{more}'
        "</t:CalendarItem>"
    )


async def test_a_file_makes_an_appointment(desk: Desk) -> None:
    shown = await desk.get(await desk.create(_item(_file(_ZONE, _EVENT)), "calendar"))
    assert shown.one("//t:Subject") == "Plan"
    assert shown.one("//t:UID") == "plan@elsewhere.example"
    assert shown.one("//t:CalendarItem/t:Start") == "2027-07-05T08:00:00Z"
    assert shown.one("//t:Location") == "Room 1"
    assert shown.one("//t:Body") == "Agenda"
    assert shown.one("//t:CalendarItemType") == "RecurringMaster"
    assert shown.one("//t:NumberedRecurrence/t:NumberOfOccurrences") == "4"
    assert shown.one("//t:DeletedOccurrence/t:Start") == "2027-07-12T08:00:00Z"


async def test_what_the_element_says_wins(desk: Desk) -> None:
    more = "<t:Subject>Better plan</t:Subject>"
    shown = await desk.get(await desk.create(_item(_file(_ZONE, _EVENT), more), "calendar"))
    assert (shown.one("//t:Subject"), shown.one("//t:Location")) == ("Better plan", "Room 1")


async def test_nobody_takes_part_because_a_file_says_so(desk: Desk) -> None:
    people = (
        "ORGANIZER:mailto:carla@elsewhere.example\n"
        "ATTENDEE:mailto:anna@demo.example\nSTATUS:CANCELLED\nEND:VEVENT"
    )
    event = _EVENT.replace("END:VEVENT", people)
    shown = await desk.get(await desk.create(_item(_file(_ZONE, event)), "calendar"))
    assert shown.one("//t:IsMeeting") == "false"
    assert shown.one("//t:Organizer//t:EmailAddress") == "anna@demo.example"
    assert shown.texts("//t:RequiredAttendees") == []


@pytest.mark.parametrize(
    "parts",
    [
        ("nonsense",),
        (_EVENT, _EVENT.replace("plan@", "other@")),
        (_EVENT.replace("COUNT=4", "COUNT=4;BYHOUR=10,14"),),
    ],
    ids=("nothing in it", "two events", "a rule that no pattern says"),
)
async def test_what_is_no_appointment_is_refused(desk: Desk, parts: tuple[str, ...]) -> None:
    asked = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>'
        f"{_item(_file(*parts))}</m:Items></m:CreateItem>"
    )
    assert (await desk.ask(asked)).code == "ErrorMimeContentConversionFailed"
