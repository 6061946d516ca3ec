"""MS-ASEMAIL: what a message says of the meeting that it is about, from invitation to update."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.events import SUBJECT, compact, event, moment_of
from conformance.eas.flags import dotted
from conformance.eas.invitations import MEETING_REQUEST, Invitation, request_of
from conformance.eas.mailing import arrived, unique
from conformance.eas.meetings import ACCEPT, answer_status, until
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import CALENDAR, OK, synced, words_of
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _E, _E2 = "MS-ASEMAIL", "Email", "Email2"
_TYPE = f"{_E2}:MeetingMessageType"
# What every GlobalObjId begins with, and what one of another calendar's UID goes on with.
_CLASS_ID = bytes.fromhex("040000008200E00074C5B7101A82E008")
_VCAL = b"vCal-Uid\x01\x00\x00\x00"
_NEW, _UPDATE, _OUTDATED, _OWNERS, _DELEGATES = "1", "2", "4", "5", "6"


def _said(request: Node, name: str, default: str = "") -> str:
    return request.text(name if ":" in name else f"{_E}:{name}", default=default)


@scenario(_S, "S04_TC01", requirements=("MS-ASEMAIL_R14",), registry=REGISTRY)
def an_appointment_is_added_by_sync(device: Device, second: Device) -> None:
    """And lies in the calendar."""
    subject = unique("Appointment")
    id = event(device, node(SUBJECT, subject))
    data = synced(second, CALENDAR, id)
    check(words_of(data, SUBJECT) == subject, f"it is {data.get(SUBJECT)}")


@scenario(
    _S,
    "S04_TC02",
    requirements=(
        "MS-ASEMAIL_R1074", "MS-ASEMAIL_R17", "MS-ASEMAIL_R236", "MS-ASEMAIL_R389",
        "MS-ASEMAIL_R687", "MS-ASEMAIL_R715", "MS-ASEMAIL_R936", "MS-ASEMAIL_R491",
        "MS-ASEMAIL_R637", "MS-ASEMAIL_R783",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_invitation_says_when_and_where(device: Device, other: Device) -> None:
    """Of a meeting that is once; and it lies in the calendar of whoever is invited."""
    meeting = Invitation(device, other)
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM")
    subject = meeting.write("LOCATION:Quay 5", *alarm)
    told = request_of(device, subject)
    due = {
        "AllDayEvent": "0", "StartTime": dotted(meeting.start), "InstanceType": "0",
        "EndTime": dotted(meeting.start + timedelta(hours=1)), "Reminder": "900",
        "ResponseRequested": "1",
    }  # fmt: skip
    shown = {name: _said(told, name) for name in due}
    check(shown == due, f"it says {shown}")
    check(_said(told, "DisallowNewTimeProposal", "0") == "0", "nobody may propose another time")
    check(other.identity.user in _said(told, "Organizer"), f"it is of {_said(told, 'Organizer')!r}")
    check(len(base64.b64decode(_said(told, "TimeZone"))) == 172, "the zone is none")
    for name in ("RecurrenceId", "Recurrences"):
        check(told.find(f"{_E}:{name}") is None, f"it has {name}")
    place = _said(told, "Location") or told.text("AirSyncBase:Location", "AirSyncBase:DisplayName")
    check(place == "Quay 5", f"the place is {place!r}")

    def is_there() -> bool:
        held = device.sync_all(device.folder_of_type(CALENDAR)).items.values()
        return any(words_of(each, SUBJECT) == subject for each in held)

    until("it is not in the calendar", is_there)


_SERIES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "S04_TC03": (
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4;WKST=MO",),
        {"Type": "1", "Interval": "2", "DayOfWeek": "10", "Occurrences": "4",
         "FirstDayOfWeek": "1"},
    ),
    "S04_TC04": (
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=4;UNTIL=20270504T100000Z",),
        {"Type": "2", "Interval": "1", "DayOfMonth": "4", "CalendarType": "0",
         "IsLeapMonth": "0"},
    ),
    "S04_TC05": (
        ("RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "X-MICROSOFT-DISALLOW-COUNTER:TRUE"),
        {"Type": "3", "Interval": "1", "WeekOfMonth": "1", "DayOfWeek": "2", "Occurrences": "3",
         "CalendarType": "0", "IsLeapMonth": "0"},
    ),
    "S04_TC06": (
        ("RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=4;COUNT=3",),
        {"Type": "5", "Interval": "1", "DayOfMonth": "4", "MonthOfYear": "1",
         "Occurrences": "3", "CalendarType": "0", "IsLeapMonth": "0"},
    ),
    "S04_TC07": (
        ("RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1MO;COUNT=3", "CLASS:PRIVATE"),
        {"Type": "6", "Interval": "1", "WeekOfMonth": "1", "DayOfWeek": "2", "MonthOfYear": "1",
         "Occurrences": "3", "CalendarType": "0", "IsLeapMonth": "0"},
    ),
}  # fmt: skip
_FIRST_MONDAY = "20270104T100000Z"  # which is the fourth of its month
_SINCE = {"CalendarType": 14.0, "IsLeapMonth": 14.0, "FirstDayOfWeek": 14.1}


@each(
    _S,
    _SERIES,
    parameter="case",
    requirements=(
        "MS-ASEMAIL_R417", "MS-ASEMAIL_R716", "MS-ASEMAIL_R936", "MS-ASEMAIL_R291",
        "MS-ASEMAIL_R16", "MS-ASEMAIL_R390", "MS-ASEMAIL_R650", "MS-ASEMAIL_R1067",
        "MS-ASEMAIL_R870", "MS-ASEMAIL_R365", "MS-ASEMAIL_R505", "MS-ASEMAIL_R509",
        "MS-ASEMAIL_R620", "MS-ASEMAIL_R625", "MS-ASEMAIL_R727", "MS-ASEMAIL_R873",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_invitation_says_how_the_meeting_recurs(
    device: Device, other: Device, case: tuple[tuple[str, ...], dict[str, str]]
) -> None:
    """With the calendar of its months and the first day of its weeks, where the version has them;
    whether an answer is wished for, other times may be proposed, and it is private."""
    lines, due = case
    told = Invitation(device, other).come(*lines, start=moment_of(_FIRST_MONDAY), rsvp=False)
    check(_said(told, "InstanceType") == "1", f"InstanceType is {_said(told, 'InstanceType')}")
    check(told.find(f"{_E}:RecurrenceId") is None, "it is an exception")
    rule = told.find(f"{_E}:Recurrences", f"{_E}:Recurrence")
    shown = {c.name.partition(":")[2]: str(c.value) for c in rule.children} if rule else {}
    last = shown.pop("Until", "")
    version = float(device.version)
    known = {n: value for n, value in due.items() if _SINCE.get(n, 0.0) <= version}
    check(shown == known, f"the rule is {shown}, and not {known}")
    check(last.startswith("2027-05-04" if "UNTIL" in lines[0] else ""), f"it ends {last!r}")
    check(_said(told, "ResponseRequested") == "0", "an answer is wished for")
    wants_none = "X-MICROSOFT-DISALLOW-COUNTER:TRUE" in lines and version >= 14.0
    check(_said(told, "DisallowNewTimeProposal", "0") == str(int(wants_none)), f"it says {told}")
    secrecy = _said(told, "Sensitivity", "0")
    check(secrecy == ("2" if "CLASS:PRIVATE" in lines else "0"), f"Sensitivity is {secrecy}")


@scenario(
    _S,
    "S04_TC08",
    requirements=("MS-ASEMAIL_R538", "MS-ASEMAIL_R539", "MS-ASEMAIL_R1491"),
    registry=REGISTRY,
)
def a_delegate_answers_no_copy(device: Device, other: Device) -> None:
    """Where the first user is the second one's delegate: the owner's copy says what it is, and so
    does the delegate's, unless a letter about it stands for it."""
    needs(device, "14.1", "MeetingMessageType")
    subject = Invitation(other, other, organizer="organizer@elsewhere.example").write()
    own = _said(request_of(other, subject), _TYPE)
    if own == _NEW:
        raise Missing("a delegate: the first user is not the second one's")
    check(own == _OWNERS, f"the owner's copy has {own}")
    inbox, id, data = arrived(device, subject, is_part=True)
    told = _said(data[MEETING_REQUEST], _TYPE) if MEETING_REQUEST in data else _DELEGATES
    check(told == _DELEGATES, f"the delegate's copy has {told}")
    status = answer_status(device, inbox, id, ACCEPT)
    check(status not in ("", OK), f"the delegate's answer has status {status!r}")


@scenario(
    _S,
    "S04_TC09",
    requirements=("MS-ASEMAIL_R722", "MS-ASEMAIL_R724", "MS-ASEMAIL_R1073"),
    registry=REGISTRY,
)
def an_invitation_on_somebodys_behalf_says_who_sent_it(device: Device, other: Device) -> None:
    """Where the first user is the second one's delegate, and invites in the second one's name."""
    needs(device, "14.0", "Sender")
    author, sender = other.identity.user, device.identity.user
    invitation = Invitation(other, other)
    subject, mime = invitation.mime()
    reply = device.send(f"Sender: {sender}\r\n".encode() + mime, saves=False)
    if reply.body or reply.status != 200:
        raise Missing("a delegate: the first user may not write in the second one's name")
    _, _, data = arrived(other, subject)
    check(MEETING_REQUEST in data, "there is no MeetingRequest")
    said = {name: words_of(data, name) for name in (f"{_E}:From", f"{_E2}:Sender")}
    check(author in said[f"{_E}:From"], f"it says {said}")
    check(sender in said[f"{_E2}:Sender"], f"it says {said}")


@scenario(
    _S,
    "S04_TC10",
    requirements=(
        "MS-ASEMAIL_R20003", "MS-ASEMAIL_R20005", "MS-ASEMAIL_R20007", "MS-ASEMAIL_R20009",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_exceptions_id_has_its_date(device: Device, other: Device) -> None:
    """Year, month and day of the one of the series; nothing in that of the series."""
    needs(device, "12.1", "GlobalObjId", last="14.1")
    meeting = Invitation(device, other)
    whole = base64.b64decode(_said(meeting.come("RRULE:FREQ=DAILY;COUNT=5"), "GlobalObjId"))
    check(whole[16:20] == bytes(4), f"the id of the series is {whole.hex()}")
    third = meeting.start + timedelta(days=2)
    told = meeting.come(f"RECURRENCE-ID:{compact(third)}", start=third + timedelta(hours=2))
    one = base64.b64decode(_said(told, "GlobalObjId"))
    due = third.year.to_bytes(2, "big") + bytes((third.month, third.day))
    check(one[16:20] == due, f"the id of the third is {one.hex()}")
    check(one[:16] + bytes(4) + one[20:] == whole, "it is of another series")


@scenario(
    _S,
    "S04_TC15",
    requirements=("MS-ASEMAIL_R935", "MS-ASEMAIL_R679", "MS-ASEMAIL_R1493"),
    registry=REGISTRY,
)
def an_exception_says_which_one_it_is(device: Device, other: Device) -> None:
    """When it was to start."""
    meeting = Invitation(device, other)
    check(meeting.come("RRULE:FREQ=DAILY;COUNT=5").find(f"{_E}:RecurrenceId") is None, "one has it")
    third = meeting.start + timedelta(days=2)
    moved = third + timedelta(hours=2)
    told = meeting.come(f"RECURRENCE-ID:{compact(third)}", start=moved)
    shown = {n: _said(told, n) for n in ("RecurrenceId", "StartTime", "InstanceType")}
    due = {"RecurrenceId": dotted(third), "StartTime": dotted(moved), "InstanceType": "3"}
    check(shown == due, f"it says {shown}")


@scenario(_S, "S04_TC11", requirements=("MS-ASEMAIL_R535", "MS-ASEMAIL_R531"), registry=REGISTRY)
def another_time_is_a_full_update(device: Device, other: Device) -> None:
    """The first message that was of another time is not another one for it."""
    needs(device, "14.1", "MeetingMessageType")
    meeting = Invitation(device, other)
    first = _said(meeting.come(), _TYPE)
    check(first == _NEW, f"the first is {first}")
    later = meeting.come("LOCATION:Room A", start=meeting.start + timedelta(days=1))
    told = _said(later, _TYPE)
    check(told == _UPDATE, f"the update is {told}")


@scenario(_S, "S04_TC12", requirements=("MS-ASEMAIL_R1070",), registry=REGISTRY)
def an_older_invitation_is_out_of_date(device: Device, other: Device, second: Device) -> None:
    """A newer one came: whoever reads the older one anew is told so."""
    needs(device, "14.1", "MeetingMessageType")
    meeting = Invitation(device, other)
    subject = meeting.write()
    check(_said(request_of(device, subject), _TYPE) == _NEW, "it is not new")
    meeting.come(start=meeting.start + timedelta(days=1))
    told = _said(request_of(second, subject), _TYPE)
    check(told == _OUTDATED, f"the older one is {told}")


@scenario(
    _S,
    "S04_TC13",
    requirements=(
        "MS-ASEMAIL_R235", "MS-ASEMAIL_R20022", "MS-ASEMAIL_R20000", "MS-ASEMAIL_R20001",
        "MS-ASEMAIL_R20011", "MS-ASEMAIL_R10000", "MS-ASEMAIL_R20018", "MS-ASEMAIL_R1001",
        "MS-ASEMAIL_R20019", "MS-ASEMAIL_R20021", "MS-ASEMAIL_R20016", "MS-ASEMAIL_R1002",
        "MS-ASEMAIL_R20013", "MS-ASEMAIL_R121", "MS-ASEMAIL_R1253", "MS-ASEMAIL_R12540",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_id_holds_the_uid_of_another_calendar(device: Device, other: Device) -> None:
    """Of a meeting of a whole day; from 16.0 on the UID is there instead."""
    meeting = Invitation(device, other)
    told = meeting.come(days=True)
    check(_said(told, "AllDayEvent") == "1", f"AllDayEvent is {_said(told, 'AllDayEvent')}")
    if float(device.version) >= 16.0:
        check(_said(told, "Calendar:UID") == meeting.uid, f"it says {told}")
        check(told.find(f"{_E}:GlobalObjId") is None, "it has a GlobalObjId, too")
        return
    id = base64.b64decode(_said(told, "GlobalObjId"))
    data = _VCAL + meeting.uid.encode() + b"\0"
    due = _CLASS_ID + bytes(20) + len(data).to_bytes(4, "little") + data
    check(id[:20] == due[:20] and id[28:] == due[28:], f"the id is {id.hex()}")


@scenario(
    _S,
    "S04_TC14",
    requirements=(
        "MS-ASEMAIL_R20000", "MS-ASEMAIL_R20001", "MS-ASEMAIL_R20015", "MS-ASEMAIL_R1001",
        "MS-ASEMAIL_R20013",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_id_of_outlooks_is_told_as_it_is(device: Device, other: Device) -> None:
    """Its UID is the id itself, in hexadecimal digits."""
    data = uuid.uuid4().bytes
    whole = _CLASS_ID + bytes(20) + len(data).to_bytes(4, "little") + data
    told = Invitation(device, other, uid=whole.hex().upper()).come()
    if float(device.version) >= 16.0:
        shown = _said(told, "Calendar:UID")
        check(shown.upper() == whole.hex().upper(), f"the UID is {shown}")
        return
    id = base64.b64decode(_said(told, "GlobalObjId"))
    check(id == whole, f"the id is {id.hex()}")


@each(
    _S,
    {
        "S04_TC16": ((), "2"),
        "S04_TC17": (("X-MICROSOFT-CDO-INTENDEDSTATUS:WORKINGELSEWHERE",), "4"),
    },
    parameter="case",
    requirements=("MS-ASEMAIL_R270",),
    registry=REGISTRY,
)
def an_invitation_says_how_busy_one_is(
    device: Device, other: Device, case: tuple[tuple[str, ...], str]
) -> None:
    """Busy where it does not; in the calendar of the attendee it is tentative, or not yet there."""
    lines, due = case
    told = Invitation(device, other).come(*lines)
    shown = _said(told, "BusyStatus", "2")
    check(shown == due, f"BusyStatus is {shown}")
