"""MS-ASCMD: MeetingResponse. The other user invites, the first one answers."""

from __future__ import annotations

import uuid

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.mailing import arrived, received, unique
from conformance.eas.meetings import calendar_mail
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "MeetingResponse"
_STATUS, _CALENDAR = f"{_P}:Status", 8
_ACCEPT, _TENTATIVE, _DECLINE = 1, 2, 3
# BusyStatus of the own entry after an answer (MS-ASCAL 2.2.2.9); none where it is gone.
_BUSY = {_ACCEPT: "2", _TENTATIVE: "1", _DECLINE: None}


SECOND_WEEK = "2027-01-11T08:00:00.000Z"
"""The second one of a series to which ``invited`` invites."""


def invited(device: Device, other: Device, *, weekly: bool = False) -> tuple[str, str, str]:
    """The subject of an invitation that came, its folder and its id."""
    subject = unique("Plan")
    other.send(_invitation(other, device, subject, weekly=weekly), saves=False)
    folder, id, data = arrived(device, subject)
    kind = data["Email:MessageClass"].value
    check(kind == "IPM.Schedule.Meeting.Request", f"the class is {kind}")
    check("Email:MeetingRequest" in data, "there is no MeetingRequest")
    return subject, folder, id


def _invitation(organizer: Device, attendee: Device, subject: str, *, weekly: bool) -> bytes:
    lines = [
        f"UID:{uuid.uuid4()}", "DTSTAMP:20260601T080000Z",
        "DTSTART:20270104T080000Z", "DTEND:20270104T090000Z", f"SUMMARY:{subject}",
        f"ORGANIZER:mailto:{organizer.identity.user}",
        f"ATTENDEE;RSVP=TRUE:mailto:{attendee.identity.user}",
        *(["RRULE:FREQ=WEEKLY;COUNT=4"] if weekly else []),
        "SEQUENCE:0",
    ]  # fmt: skip
    return calendar_mail(organizer, attendee, subject, "REQUEST", *lines)


def _request(folder: str, id: str, answer: int, *more: Node) -> Node:
    return node(
        f"{_P}:Request",
        node(f"{_P}:UserResponse", answer),
        node(f"{_P}:CollectionId", folder),
        node(f"{_P}:RequestId", id),
        *more,
    )


def _ask(device: Device, *requests: Node) -> Node:
    """The first Result."""
    answer = device.ask(_P, node(f"{_P}:{_P}", *requests))
    found = answer.find(f"{_P}:Result")
    check(found is not None, f"it is answered by {answer}")
    return found or node(f"{_P}:Result")


def _entry(device: Device, subject: str) -> tuple[str, str, dict[str, Node]] | None:
    """Folder, id and data of the own entry of that subject."""
    folder = device.folder_of_type(_CALENDAR)
    for id, data in device.sync_all(folder).items.items():
        if data["Calendar:Subject"].value == subject:
            return folder, id, data
    return None


def own_entry(device: Device, subject: str) -> tuple[str, str]:
    """Raises Missing where an invitation is no entry before it is answered."""
    found = _entry(device, subject)
    if found is None:
        raise Missing("an entry for an invitation that is not answered")
    return found[0], found[1]


def _answered(device: Device, subject: str, folder: str, id: str, answer: int) -> None:
    """Answer; what is told and what the calendar has must fit it."""
    result = _ask(device, _request(folder, id, answer))
    check(result.text(_STATUS) == "1", f"it is answered by {result}")
    told, found = result.text(f"{_P}:CalendarId"), _entry(device, subject)
    busy = found[2]["Calendar:BusyStatus"].value if found is not None else None
    check(busy == _BUSY[answer], f"BusyStatus is {busy}, {_BUSY[answer]} is due")
    due = found[1] if found is not None else ""
    check(told == due, f"CalendarId is {told!r}, {due!r} is due")


@each(
    _S,
    {"S09_TC01": _ACCEPT, "S09_TC10": _TENTATIVE, "S09_TC02": _DECLINE},
    parameter="answer",
    requirements=(
        "MS-ASCMD_R830", "MS-ASCMD_R831", "MS-ASCMD_R837", "MS-ASCMD_R5068", "MS-ASCMD_R5071",
        "MS-ASCMD_R5072", "MS-ASCMD_R5678", "MS-ASCMD_R5723", "MS-ASCMD_R5725", "MS-ASCMD_R5828",
        "MS-ASCMD_R5790",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_invitation_is_answered(device: Device, other: Device, answer: int) -> None:
    """In the inbox, which it leaves; what is not declined is in the calendar."""
    subject, inbox, id = invited(device, other)
    _answered(device, subject, inbox, id, answer)
    check(id not in device.sync_all(inbox).items, "the invitation is still in the inbox")


@each(
    _S,
    {
        "S09_TC11": _ACCEPT,
        "S09_TC15": _ACCEPT,
        "S09_TC16": _TENTATIVE,
        "S09_TC17": _DECLINE,
    },
    parameter="answer",
    requirements=("MS-ASCMD_R5707", "MS-ASCMD_R5708", "MS-ASCMD_R5709"),
    registry=REGISTRY,
)
def an_invitation_is_answered_in_the_calendar(device: Device, other: Device, answer: int) -> None:
    """By the entry that it made there."""
    subject, _, _ = invited(device, other)
    folder, id = own_entry(device, subject)
    _answered(device, subject, folder, id, answer)


@scenario(_S, "S09_TC03", requirements=("MS-ASCMD_R4182",), registry=REGISTRY)
def an_answer_that_is_none_is_status_2(device: Device, other: Device) -> None:
    """UserResponse 5; the invitation stays."""
    _, inbox, id = invited(device, other)
    told = _ask(device, _request(inbox, id, 5)).text(_STATUS)
    check(told == "2", f"status {told}")
    check(id in device.sync_all(inbox).items, "the invitation is gone")


@scenario(
    _S,
    "S09_TC04",
    requirements=("MS-ASCMD_R5374", "MS-ASCMD_R3807", "MS-ASCMD_R5724"),
    registry=REGISTRY,
)
def a_request_id_comes_back(device: Device, other: Device) -> None:
    """Where it was said; of a LongId none comes."""
    subject, inbox, id = invited(device, other)
    result = _ask(device, _request(inbox, id, _TENTATIVE))
    told = result.text(f"{_P}:RequestId"), result.text(_STATUS)
    check(told == (id, "1"), f"{told} is told")
    needs(device, "14.0", "LongId in MeetingResponse")
    subject, inbox, _ = invited(device, other)
    words = node("Search:FreeText", f'"{subject}"')
    folder = node("AirSync:CollectionId", inbox)
    (found,) = found_by(device, node("AirSync:Class", "Email"), folder, words)
    named = node("Search:LongId", found.text("Search:LongId"))
    result = _ask(device, node(f"{_P}:Request", node(f"{_P}:UserResponse", _TENTATIVE), named))
    check(result.text(_STATUS) == "1", f"by its LongId it is answered by {result}")
    check(result.find(f"{_P}:RequestId") is None, "there is a RequestId")


@each(
    _S,
    {"S09_TC05": "InvalidValue", "S09_TC05 a message": ""},
    parameter="name",
    requirements=("MS-ASCMD_R4183",),
    registry=REGISTRY,
)
def what_is_no_meeting_is_status_2(device: Device, name: str) -> None:
    """No item at all, a message."""
    inbox, id, _ = received(device)
    told = _ask(device, _request(inbox, name or id, _ACCEPT)).text(_STATUS)
    check(told == "2", f"status {told}")


@each(
    _S,
    {
        "S09_TC06": ("2", True, "2027-01-05T08:00:00.000Z"),
        "S09_TC09": ("146", False, "2027-01-04T08:00:00.000Z"),
        "S09_TC12": ("104", True, "InvalidValue"),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4186", "MS-ASCMD_R3196", "MS-ASCMD_R4919", "MS-ASCMD_R3195"),
    registry=REGISTRY,
)
def an_instance_must_be_one(device: Device, other: Device, case: tuple[str, bool, str]) -> None:
    """None at that time, none of a single meeting, no time; the first one is a good one."""
    needs(device, "14.1", "InstanceId")
    due, weekly, instance = case
    subject, _, _ = invited(device, other, weekly=weekly)
    folder, id = own_entry(device, subject)
    asked = _request(folder, id, _ACCEPT, node(f"{_P}:InstanceId", instance))
    told = _ask(device, asked).text(_STATUS)
    check(told == due, f"status {told}, {due} is due")
    if weekly:
        good = node(f"{_P}:InstanceId", "2027-01-11T08:00:00.000Z")
        told = _ask(device, _request(folder, id, _ACCEPT, good)).text(_STATUS)
        check(told == "1", f"status {told} of an instance that there is")


@scenario(_S, "S09_TC08", requirements=("MS-ASCMD_R4185",), registry=REGISTRY)
def an_instance_lies_in_the_calendar(device: Device, other: Device) -> None:
    """Named as one of the inbox: status 2."""
    needs(device, "14.1", "InstanceId")
    subject, inbox, _ = invited(device, other, weekly=True)
    _, id = own_entry(device, subject)
    instance = node(f"{_P}:InstanceId", "2027-01-11T08:00:00.000Z")
    told = _ask(device, _request(inbox, id, _ACCEPT, instance)).text(_STATUS)
    check(told == "2", f"status {told}")


@scenario(_S, "S09_TC07", requirements=("MS-ASCMD_R5671",), registry=REGISTRY)
def requests_have_their_number(device: Device) -> None:
    """More than a hundred are status 103, by HTTP 400 before 14.0."""
    inbox = device.folder_of_type(2)
    many = [_request(inbox, f"{inbox}:99999999", _ACCEPT)] * 101
    reply = device.post(_P, node(f"{_P}:{_P}", *many))
    told = str(reply.status)
    if reply.root is not None:
        told = reply.root.text(_STATUS) or reply.root.text(f"{_P}:Result", _STATUS)
    due = "400" if device.version == "12.1" else "103"
    check(told == due, f"it is answered by {told}")


@each(
    _S,
    {"S09_TC13": "gets", "S09_TC14": "forwards"},
    parameter="what",
    requirements=("MS-ASCMD_R5604", "MS-ASCMD_R5614"),
    registry=REGISTRY,
)
def a_delegate_is_written_to_in_words(device: Device, what: str) -> None:
    """Of an invitation to the owner: that takes a third user, and no device makes a delegate."""
    raise Missing(f"a delegate who {what} substitutes of invitations, made without ActiveSync")
