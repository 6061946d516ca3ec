"""Meetings on devices: invitations as mail, answers, free and busy time."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_ONLY_TO_ALL, CalendarItem
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.wbxml import Node, node
from eas.render.meeting_request import global_object_id, uid_of
from entrepot.testing import Person
from tests.clients.zeep_client import Soap
from tests.clients.zeep_others import delegate_of
from tests.eas.conftest import VERSIONS, NewDevice

BERLIN = EWSTimeZone("Europe/Berlin")
_M, _E, _R = "MeetingResponse", "Email", "ResolveRecipients"


def _at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, tzinfo=BERLIN)


def _invite(organizer: Any, *people: Person, **more: Any) -> CalendarItem:
    attendees = [
        Attendee(mailbox=Mailbox(email_address=p.address), response_type="Unknown") for p in people
    ]
    values = {"subject": "Plan", "start": _at(5, 10), "end": _at(5, 11), "location": "Room 1"}
    item = CalendarItem(
        account=organizer,
        folder=organizer.calendar,
        required_attendees=attendees,
        **(values | more),
    )
    return item.save(send_meeting_invitations=SEND_ONLY_TO_ALL)


def _request(device: Device) -> tuple[str, dict[str, Node]]:
    """The ServerId and the elements of the only message in the Inbox."""
    ((id, data),) = device.sync_all(device.folder_of_type(2)).items.items()
    return id, data


def _answer(device: Device, id: str, answer: int, *more: Node) -> Node:
    return device.ask(
        _M,
        node(
            f"{_M}:MeetingResponse",
            node(
                f"{_M}:Request",
                node(f"{_M}:UserResponse", answer),
                node(f"{_M}:CollectionId", device.folder_of_type(2)),
                node(f"{_M}:RequestId", id),
                *more,
            ),
        ),
    )


def _status(answer: Node) -> str:
    result = answer.find(f"{_M}:Result")
    assert result is not None
    return result.text(f"{_M}:Status")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_invitation_is_mail_with_its_meeting(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    item = _invite(anna.account(), ben)
    device = new_device(ben, version)
    _, data = _request(device)
    assert data["Email:MessageClass"].value == "IPM.Schedule.Meeting.Request"
    assert data["Email:ContentClass"].value == "urn:content-classes:calendarmessage"
    meeting = data["Email:MeetingRequest"]
    assert meeting.text(f"{_E}:StartTime") == "2026-10-05T08:00:00.000Z"
    assert meeting.text(f"{_E}:EndTime") == "2026-10-05T09:00:00.000Z"
    assert anna.address in meeting.text(f"{_E}:Organizer")
    assert meeting.text(f"{_E}:InstanceType") == "0"
    assert meeting.text(f"{_E}:BusyStatus") == "2"
    assert len(base64.b64decode(meeting.text(f"{_E}:TimeZone"))) == 172
    uid = item.account.calendar.get(id=item.id).uid
    if version >= "16.0":
        assert meeting.text("Calendar:UID") == uid
        place = meeting.find("AirSyncBase:Location")
        assert place is not None and place.text("AirSyncBase:DisplayName") == "Room 1"
    else:
        assert uid_of(meeting.text(f"{_E}:GlobalObjId")) == uid
        assert meeting.text(f"{_E}:Location") == "Room 1"
    if version >= "14.1":
        assert meeting.text("Email2:MeetingMessageType") == "1"


def test_a_series_says_how_it_recurs(anna: Person, ben: Person, new_device: NewDevice) -> None:
    recurrence = Recurrence(pattern=DailyPattern(interval=2), start=_at(5, 10).date(), number=4)
    _invite(anna.account(), ben, recurrence=recurrence)
    _, data = _request(new_device(ben))
    meeting = data["Email:MeetingRequest"]
    assert meeting.text(f"{_E}:InstanceType") == "1"
    rule = meeting.find(f"{_E}:Recurrences")
    assert rule is not None
    (daily,) = rule.all(f"{_E}:Recurrence")
    said = [daily.text(f"{_E}:{name}") for name in ("Type", "Interval", "Occurrences")]
    assert said == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("answer", "response", "busy"),
    [(1, "Accept", "Busy"), (2, "Tentative", "Tentative"), (3, "Decline", "")],
)
def test_16_tells_the_organiser(
    anna: Person, ben: Person, new_device: NewDevice, answer: int, response: str, busy: str
) -> None:
    item = _invite(anna.account(), ben)
    device = new_device(ben)
    id, _ = _request(device)
    body = node(
        "AirSyncBase:Body", node("AirSyncBase:Type", 1), node("AirSyncBase:Data", "On my way")
    )
    told = _answer(device, id, answer, node(f"{_M}:SendResponse", body))
    assert _status(told) == "1"
    (attendee,) = item.account.calendar.get(id=item.id).required_attendees
    assert attendee.response_type == response
    (reply,) = item.account.inbox.all()
    assert "On my way" in reply.text_body
    mine = list(ben.account().calendar.all())
    assert [i.legacy_free_busy_status for i in mine] == ([busy] if busy else [])
    result = told.find(f"{_M}:Result")
    assert result is not None
    assert bool(result.text(f"{_M}:CalendarId")) is bool(busy)
    assert device.sync_all(device.folder_of_type(2)).items == {}


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
def test_who_does_not_ask_for_an_answer_to_be_sent_sends_none(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    """Before 16.0 the device writes the answer itself: two would reach the organiser else."""
    item = _invite(anna.account(), ben)
    device = new_device(ben, version)
    id, _ = _request(device)
    assert _status(_answer(device, id, 1)) == "1"
    assert list(item.account.inbox.all()) == []
    (mine,) = ben.account().calendar.all()
    assert mine.my_response_type == "Accept"


def test_another_time_is_proposed(anna: Person, ben: Person, new_device: NewDevice) -> None:
    item = _invite(anna.account(), ben)
    device = new_device(ben)
    id, _ = _request(device)
    times = (
        node(f"{_M}:ProposedStartTime", "20261005T120000Z"),
        node(f"{_M}:ProposedEndTime", "20261005T130000Z"),
    )
    assert _status(_answer(device, id, 2, node(f"{_M}:SendResponse", *times))) == "1"
    (attendee,) = item.account.calendar.get(id=item.id).required_attendees
    assert attendee.proposed_start == _at(5, 14)


def test_what_cannot_be_answered(anna: Person, ben: Person, new_device: NewDevice) -> None:
    _invite(anna.account(), ben)
    device = new_device(ben)
    id, _ = _request(device)
    instance = node(f"{_M}:InstanceId", "2026-10-05T08:00:00.000Z")
    assert _status(_answer(device, id, 1, instance)) == "146"
    assert _status(_answer(device, id, 1, node(f"{_M}:InstanceId", "soon"))) == "104"
    assert _status(_answer(device, f"{id}0", 1)) == "2"
    assert _status(_answer(device, id, 1)) == "1"
    assert _status(_answer(device, id, 1)) == "2"  # it lies in Deleted Items by now


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
def test_an_answer_at_ones_own_entry_is_kept_and_not_sent(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    """Before 16.0 a device may say AttendeeStatus, and tells the organiser itself; of the rest of
    the meeting it changes nothing (MS-ASCAL 2.2.2.5)."""
    organizer = anna.account()
    _invite(organizer, ben)
    device = new_device(ben, version)
    calendar = device.folder_of_type(8)
    ((id, _),) = device.sync_all(calendar).items.items()
    entry = node(
        "Calendar:Attendee",
        node("Calendar:Email", ben.address),
        node("Calendar:Name", "Mallory"),
        node("Calendar:AttendeeStatus", 3),
        node("Calendar:AttendeeType", 2),
    )
    subject = node("Calendar:Subject", "Party")
    device.change(calendar, documents.change(id, subject, node("Calendar:Attendees", entry)))
    item = ben.account().calendar.get()
    assert item.subject == "Plan" and item.optional_attendees is None
    (own,) = item.required_attendees
    kept = ("Accept", "Accept") if version < "16.0" else ("NoResponseReceived", "Unknown")
    assert (item.my_response_type, own.response_type) == kept
    assert organizer.inbox.all().count() == 0
    (attendee,) = organizer.calendar.get().required_attendees
    assert attendee.response_type == "Unknown"


def test_free_time_of_others_is_told(anna: Person, ben: Person, new_device: NewDevice) -> None:
    account = ben.account()
    CalendarItem(account=account, folder=account.calendar, start=_at(5, 10), end=_at(5, 11)).save()
    device = new_device(anna)
    window = node(
        f"{_R}:Availability",
        node(f"{_R}:StartTime", "2026-10-05T07:00:00.000Z"),
        node(f"{_R}:EndTime", "2026-10-05T10:00:00.000Z"),
    )
    asked = node(
        f"{_R}:ResolveRecipients", node(f"{_R}:To", ben.address), node(f"{_R}:Options", window)
    )
    answer = device.ask("ResolveRecipients", asked)
    response = answer.find(f"{_R}:Response")
    assert response is not None
    recipient = response.find(f"{_R}:Recipient")
    assert recipient is not None
    told = recipient.find(f"{_R}:Availability")
    assert told is not None
    assert told.text(f"{_R}:MergedFreeBusy") == "002200"


@pytest.mark.parametrize(
    "uid", ["040000008200E00074C5B7101A82E008" + "0" * 48, "abc@google.com", "ümläut"]
)
def test_a_uid_is_in_its_global_object_id(uid: str) -> None:
    if uid.startswith("04"):
        uid = uid[:72] + "10000000" + "AB" * 16
    assert uid_of(global_object_id(uid, None)) == uid
    assert uid_of(global_object_id(uid, "2026-10-05T08:00:00.000000Z")) == uid


@pytest.mark.parametrize("version", VERSIONS)
def test_a_delegates_device_gets_a_letter_about_the_invitation(
    anna: Person, ben: Person, new_person: Any, new_device: NewDevice, version: str
) -> None:
    """A device would take the invitation for one to its user (MS-ASCMD 3.1.5.6.1)."""
    levels = {"CalendarFolderPermissionLevel": "Editor"}
    copies = {"ReceiveCopiesOfMeetingMessages": True, "DelegatePermissions": levels}
    delegate_of(Soap(anna), ben, "DelegatesAndSendInformationToMe", **copies)
    _invite(new_person("carla").account(), anna)

    device = new_device(ben, version)
    asked: Any = documents.options(documents.body_preference(1))
    ((id, data),) = device.sync_all(device.folder_of_type(2), options=asked).items.items()
    assert data[f"{_E}:MessageClass"].value == "IPM.Note"
    assert ben.address in str(data[f"{_E}:To"].value) and f"{_E}:Cc" not in data
    subject = str(data[f"{_E}:Subject"].value)
    assert subject.startswith("Meeting request for Anna") and subject.endswith(": Plan")
    assert data[f"{_E}:ThreadTopic"].value == "Plan"
    assert f"{_E}:MeetingRequest" not in data
    words = str(data["AirSyncBase:Body"].text("AirSyncBase:Data"))
    assert "When: 2026-10-05 10:00 - 2026-10-05 11:00" in words and "Where: Room 1" in words
    told = _answer(device, id, 1)
    assert told.text(f"{_M}:Result", f"{_M}:Status") == "2"

    _, informed = _request(new_device(anna, version))
    assert informed[f"{_E}:MessageClass"].value == "IPM.Schedule.Meeting.Request"
    if version >= "14.1":
        request = informed[f"{_E}:MeetingRequest"]
        assert request.text("Email2:MeetingMessageType") == "5"
