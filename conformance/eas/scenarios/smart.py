"""MS-ASCMD: SmartReply and SmartForward. Messages, appointments, and one of a series."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.events import SUBJECT, event
from conformance.eas.http import Reply
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.meetings import until
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.meeting_response import SECOND_WEEK, invited, own_entry
from conformance.eas.things import CALENDAR, data_of, words_of
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _C = "MS-ASCMD", "ComposeMail"
_INVITATION, _FILES = "Email:MeetingRequest", "AirSyncBase:Attachments"
_INVALID_MOMENT, _INVALID_IDS, _NOT_FOUND, _NO_ACCOUNT = "104", "105", "150", "166"


def _sent(reply: Reply) -> None:
    """Raises Failure for an answer that is not empty."""
    check(reply.status == 200 and reply.body == b"", f"HTTP {reply.status} {reply.body!r}")


def _told(reply: Reply) -> str:
    return reply.root.text(f"{_C}:Status") if reply.root else f"HTTP {reply.status}"


@each(
    _S,
    {"S18_TC01": "SmartReply", "S18_TC02": "SmartReply", "S17_TC01": "SmartForward"},
    parameter="command",
    requirements=(
        "MS-ASCMD_R580", "MS-ASCMD_R569", "MS-ASCMD_R605", "MS-ASCMD_R5776", "MS-ASCMD_R568",
        "MS-ASCMD_R4407", "MS-ASCMD_R532",
    ),
    registry=REGISTRY,
)  # fmt: skip
def the_server_adds_the_original(device: Device, command: str) -> None:
    """Behind what the device wrote; a forward takes the files along. The answer is empty."""
    inbox, id, _ = received(device, text="The original words", file=("file.bin", b"content"))
    subject = unique("Answer")
    _sent(device.smart(command, message(device, device, subject, "New words"), inbox, id))
    _, _, data = arrived(device, subject)
    words = data_of(data)
    check("New words" in words and "The original words" in words, f"the body is {words!r}")
    check((_FILES in data) == (command == "SmartForward"), f"files: {_FILES in data}")


@scenario(_S, "S17_TC02", requirements=("MS-ASCMD_R4408",), registry=REGISTRY)
def an_account_that_is_none_forwards_nothing(device: Device) -> None:
    """Status 166; nothing is sent."""
    needs(device, "14.1", "AccountId")
    inbox, id, _ = received(device)
    lost, sent = unique("Lost"), unique("Sent")
    wrong = node(
        f"{_C}:SmartForward",
        node(f"{_C}:ClientId", unique("client")),
        node(f"{_C}:AccountId", "InvalidValueAccountID"),
        node(f"{_C}:Source", node(f"{_C}:FolderId", inbox), node(f"{_C}:ItemId", id)),
        node(f"{_C}:Mime", message(device, device, lost)),
    )
    told = _told(device.post("SmartForward", wrong))
    check(told == _NO_ACCOUNT, f"it is answered by {told}")
    _sent(device.smart("SmartForward", message(device, device, sent), inbox, id))
    arrived(device, sent)
    subjects = [words_of(data, "Email:Subject") for data in device.held[inbox].items.values()]
    check(lost not in subjects, "it is sent all the same")


@scenario(_S, "S17_TC03", requirements=("MS-ASCMD_R532",), registry=REGISTRY)
def an_appointment_is_forwarded(device: Device, other: Device) -> None:
    """To somebody who gets it as an invitation, or as a file in a message."""
    subject = unique("Appointment")
    id = event(device, node(SUBJECT, subject))
    calendar = device.folder_of_type(CALENDAR)
    _sent(device.smart("SmartForward", message(device, other, subject), calendar, id))
    _, _, data = arrived(other, subject)
    check(_INVITATION in data or _FILES in data, f"it comes as {sorted(data)}")


@each(
    _S,
    {"S17_TC04": "SmartForward", "S18_TC03": "SmartReply"},
    parameter="command",
    requirements=("MS-ASCMD_R541", "MS-ASCMD_R578", "MS-ASCMD_R5777", "MS-ASCMD_R4408"),
    registry=REGISTRY,
)
def an_instance_that_is_no_moment_is_104(device: Device, other: Device, command: str) -> None:
    """Of a series that there is."""
    needs(device, "14.0", "InstanceId")
    subject, _, _ = invited(device, other, weekly=True)
    folder, id = own_entry(device, subject)
    for wrong in ("11/25/2010 8:00:00 AM", "20270111T080000Z"):
        mime = message(device, device, unique("Wrong"))
        told = _told(device.smart(command, mime, folder, id, occurrence=wrong))
        check(told == _INVALID_MOMENT, f"{wrong} is answered by {told}")


def _passed_on(device: Device, other: Device, occurrence: str) -> Mapping[str, Node]:
    """What somebody has in the calendar to whom the user forwards a weekly series of his own."""
    subject = unique("Series")
    series = event(
        device,
        node(SUBJECT, subject),
        node("Calendar:StartTime", "20270104T080000Z"),
        node("Calendar:EndTime", "20270104T090000Z"),
        node(
            "Calendar:Recurrence",
            node("Calendar:Type", 1),
            node("Calendar:Interval", 1),
            node("Calendar:DayOfWeek", 2),
            node("Calendar:Occurrences", 4),
        ),
    )
    calendar = device.folder_of_type(CALENDAR)
    mime = message(device, other, subject)
    _sent(device.smart("SmartForward", mime, calendar, series, occurrence=occurrence))
    _, _, mail = arrived(other, subject)
    check(_INVITATION in mail, "the message is no invitation")
    found: list[Mapping[str, Node]] = []

    def came() -> bool:
        held = other.sync_all(other.folder_of_type(CALENDAR)).items.values()
        found[:] = [data for data in held if words_of(data, SUBJECT).endswith(subject)]
        return bool(found)

    until("the other user does not have it", came)
    return found[0]


@scenario(_S, "S17_TC05", requirements=("MS-ASCMD_R538",), registry=REGISTRY)
@scenario(
    "MS-ASHTTP",
    "S01_TC09",
    requirements=("MS-ASHTTP_R84", "MS-ASHTTP_R119"),
    registry=REGISTRY,
)
def one_of_a_series_is_forwarded(device: Device, other: Device) -> None:
    """By its InstanceId, before 14.0 by Occurrence in the query string: others are invited to that
    one, and to no series."""
    device.identity.packed = True
    data = _passed_on(device, other, SECOND_WEEK)
    told = words_of(data, "Calendar:StartTime")
    check(told == "20270111T080000Z", f"it starts at {told}")
    check("Calendar:Recurrence" not in data, "it is a series")


@scenario(_S, "S17_TC06", requirements=("MS-ASCMD_R5834",), registry=REGISTRY)
def a_series_is_forwarded_whole(device: Device, other: Device) -> None:
    """Where no one of it is named."""
    data = _passed_on(device, other, "")
    told = words_of(data, "Calendar:StartTime")
    check(told == "20270104T080000Z", f"it starts at {told}")
    check("Calendar:Recurrence" in data, "it is no series")


@scenario(_S, "S17_TC07", requirements=("MS-ASCMD_R3775",), registry=REGISTRY)
def what_the_device_has_put_in_is_not_added(device: Device) -> None:
    """ReplaceMime: neither words nor files of the original come."""
    needs(device, "14.0", "ReplaceMime")
    inbox, id, _ = received(device, text="The original words", file=("file.bin", b"content"))
    for replaces in (True, False):
        subject = unique("Forward")
        mime = message(device, device, subject, "New words")
        _sent(device.smart("SmartForward", mime, inbox, id, replaces=replaces))
        _, _, data = arrived(device, subject)
        words = data_of(data)
        check("New words" in words, f"the body is {words!r}")
        check(("The original words" in words) != replaces, f"the body is {words!r}")
        check((_FILES in data) != replaces, f"files: {_FILES in data}")


@scenario(_S, "status 150", requirements=("MS-ASCMD_R4929",), registry=REGISTRY)
def an_answer_to_what_is_not_there_is_150(device: Device) -> None:
    """Nothing is sent."""
    needs(device, "14.0", "statuses of SmartReply")
    inbox = device.folder_of_type(2)
    mime = message(device, device, unique("x"))
    told = _told(device.smart("SmartReply", mime, inbox, f"{inbox}:99999999"))
    check(told == _NOT_FOUND, f"status {told!r}")


@scenario(_S, "S21_TC04", requirements=("MS-ASCMD_R4821",), registry=REGISTRY)
def ids_that_do_not_go_together_are_105(device: Device) -> None:
    """A LongId beside folder and item; an item without its folder. Alone, they do."""
    needs(device, "14.0", "statuses of SmartReply")
    inbox, id, _ = received(device)
    mime = message(device, device, unique("Answer"))
    for folder, item, long_id in ((inbox, id, id), ("", id, "")):
        told = _told(device.smart("SmartReply", mime, folder, item, long_id=long_id))
        check(told == _INVALID_IDS, f"it is answered by {told}")
    _sent(device.smart("SmartReply", mime, inbox, id))
