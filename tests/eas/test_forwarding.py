"""Meetings passed on from a device: others are invited, and the organiser hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import CalendarItem
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas.device import Device
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.test_mail_out import _mime as mime_of
from tests.eas.test_meetings import _invite as invite

UTC = EWSTimeZone("UTC")
_C = "ComposeMail"


def _at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, tzinfo=UTC)


def _meet(organizer: Any, *people: Person, **more: Any) -> CalendarItem:
    values = {"start": _at(5, 10), "end": _at(5, 11), "body": "Bring figures"}
    return invite(organizer, *people, **(values | more))


def _people(account: Any) -> list[str]:
    (item,) = account.calendar.all()
    everybody = [*(item.required_attendees or ()), *(item.optional_attendees or ())]
    return [each.mailbox.email_address for each in everybody]


def _only(device: Device) -> str:
    (id,) = device.sync_all(device.folder_of_type(8)).items
    return id


def _forward(device: Device, *more: Node, instance: str = "", client_id: str = "one") -> str:
    """SmartForward of the only calendar item; the Status, empty for success."""
    place = [
        node(f"{_C}:FolderId", device.folder_of_type(8)),
        node(f"{_C}:ItemId", _only(device)),
    ]
    if instance:
        place.append(node(f"{_C}:InstanceId", instance))
    reply = device.post(
        "SmartForward",
        node(
            f"{_C}:SmartForward",
            node(f"{_C}:ClientId", client_id),
            node(f"{_C}:Source", *place),
            *more,
        ),
    )
    assert reply.status == 200
    return reply.root.text(f"{_C}:Status") if reply.root is not None else ""


def _named(*people: Person) -> Node:
    return node(
        f"{_C}:Forwardees",
        *[
            node(
                f"{_C}:Forwardee",
                node(f"{_C}:ForwardeeName", "Somebody"),
                node(f"{_C}:ForwardeeEmail", person.address),
            )
            for person in people
        ],
    )


def _words(text: str) -> Node:
    return node("AirSyncBase:Body", node("AirSyncBase:Type", 1), node("AirSyncBase:Data", text))


@pytest.fixture
def cara(new_person: Any) -> Person:
    """Whom nobody has invited."""
    return new_person("cara")


@pytest.mark.parametrize("version", ["16.0", "16.1"])
def test_an_attendee_names_forwardees(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice, version: str
) -> None:
    _meet(anna.account(), ben)
    assert _forward(new_device(ben, version), _named(cara), _words("You know more of it")) == ""
    (meeting,) = cara.account().calendar.all()
    assert (meeting.subject, meeting.start) == ("Plan", _at(5, 10))
    assert meeting.organizer.email_address == anna.address
    assert "You know more of it" in meeting.text_body and "Bring figures" in meeting.text_body
    assert _people(anna.account()) == [ben.address, cara.address]
    (notice,) = anna.account().inbox.all()
    assert notice.item_class == "IPM.Schedule.Meeting.Notification.Forward"
    assert cara.address in notice.text_body


def test_whoever_was_brought_along_answers_the_organizer(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice
) -> None:
    _meet(anna.account(), ben)
    assert _forward(new_device(ben), _named(cara)) == ""
    (request,) = cara.account().inbox.all()
    assert request.sender.email_address == ben.address
    request.accept()
    (meeting,) = anna.account().calendar.all()
    (guest,) = meeting.optional_attendees
    assert (guest.mailbox.email_address, guest.response_type) == (cara.address, "Accept")


def test_an_organizer_invites_more(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice
) -> None:
    _meet(anna.account(), ben)
    assert _forward(new_device(anna), _named(cara, ben)) == ""
    assert _people(anna.account()) == [ben.address, cara.address]
    assert [item.subject for item in cara.account().calendar.all()] == ["Plan"]
    assert not anna.account().inbox.all().count()


def test_an_appointment_becomes_a_meeting(
    anna: Person, cara: Person, new_device: NewDevice
) -> None:
    _meet(anna.account())
    assert _forward(new_device(anna), _named(cara)) == ""
    assert _people(anna.account()) == [cara.address]
    (item,) = cara.account().calendar.all()
    assert item.organizer.email_address == anna.address and item.is_meeting


@pytest.mark.parametrize("version", VERSIONS)
def test_before_16_the_message_says_to_whom(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice, version: str
) -> None:
    _meet(anna.account(), ben)
    device = new_device(ben, version)
    mime = mime_of(ben.address, cara.address, "FW: Plan", "Come, too")
    reply = device.smart("SmartForward", mime, device.folder_of_type(8), _only(device))
    assert (reply.status, reply.body) == (200, b"")
    (request,) = cara.account().inbox.all()
    assert (request.subject, request.item_class) == ("FW: Plan", "IPM.Schedule.Meeting.Request")
    (meeting,) = cara.account().calendar.all()
    assert meeting.subject == "Plan" and "Come, too" in meeting.text_body
    assert _people(anna.account()) == [ben.address, cara.address]


def test_one_occurrence_is_passed_on(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice
) -> None:
    rule = Recurrence(pattern=DailyPattern(interval=1), start=_at(5, 10).date(), number=4)
    _meet(anna.account(), ben, recurrence=rule)
    device = new_device(ben)
    assert _forward(device, _named(cara), instance="2026-10-06T10:00:00.000Z") == ""
    (item,) = cara.account().calendar.all()
    assert (item.start, item.recurrence) == (_at(6, 10), None)
    days = {i.start.day: i for i in anna.account().calendar.view(_at(1, 0), _at(30, 0))}
    guests = {
        day: [
            each.mailbox.email_address
            for each in anna.account().calendar.get(id=i.id).optional_attendees or ()
        ]
        for day, i in days.items()
    }
    assert guests == {5: [], 6: [cara.address], 7: [], 8: []}
    missing = "2026-10-20T10:00:00.000Z"
    assert _forward(device, _named(cara), instance=missing, client_id="two") == "150"


def test_the_whole_series_is_passed_on_where_no_occurrence_is_named(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice
) -> None:
    rule = Recurrence(pattern=DailyPattern(interval=1), start=_at(5, 10).date(), number=4)
    _meet(anna.account(), ben, recurrence=rule)
    assert _forward(new_device(ben), _named(cara)) == ""
    assert len(list(cara.account().calendar.view(_at(1, 0), _at(30, 0)))) == 4


def test_a_repeat_invites_nobody_twice(
    anna: Person, ben: Person, cara: Person, new_device: NewDevice
) -> None:
    _meet(anna.account(), ben)
    device = new_device(ben)
    assert [_forward(device, _named(cara)) for _ in range(2)] == ["", "118"]
    assert cara.account().inbox.all().count() == 1


def test_what_is_refused(anna: Person, ben: Person, cara: Person, new_device: NewDevice) -> None:
    _meet(anna.account(), ben)
    device = new_device(ben)
    mime = node(f"{_C}:Mime", mime_of(ben.address, cara.address, "x", "y"))
    assert _forward(device, _named(cara), mime) == "178"
    assert _forward(device, _words("x")) == "119"
    assert _forward(device, _named(cara), instance="2026-10-05T10:00:00.000Z") == "146"
    assert not cara.account().inbox.all().count()
    assert _people(anna.account()) == [ben.address]
