"""MS-ASCAL: meetings, from the invitation to the answer or the cancellation."""

from __future__ import annotations

from datetime import timedelta

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import delete
from conformance.eas.events import (
    END,
    START,
    SUBJECT,
    P,
    compact,
    exception,
    exceptions,
    exceptions_of,
    moment_of,
    place_of,
    rule,
)
from conformance.eas.meetings import (
    ACCEPT,
    DECLINE,
    TENTATIVE,
    Meeting,
    attendee_of,
    until,
)
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import CALENDAR, body, changed, words_of
from conformance.eas.wbxml import node
from conformance.scenario import each, scenario

_S = "MS-ASCAL"
_STATUS, _TYPE = f"{P}:AttendeeStatus", f"{P}:AttendeeType"
_BUSY, _RESPONSE, _MEETING = f"{P}:BusyStatus", f"{P}:ResponseType", f"{P}:MeetingStatus"


@each(
    _S,
    {
        "S02_TC01": (ACCEPT, 1, "0", "3"),
        "S02_TC02": (DECLINE, 2, "2", "4"),
        "S02_TC03": (TENTATIVE, 1, "1", "2"),
    },
    parameter="case",
    requirements=(
        "MS-ASCAL_R11311", "MS-ASCAL_R568", "MS-ASCAL_R11911", "MS-ASCAL_R573",
        "MS-ASCAL_R13811", "MS-ASCAL_R13311", "MS-ASCAL_R40111", "MS-ASCAL_R410",
        "MS-ASCAL_R414", "MS-ASCAL_R570", "MS-ASCAL_R13813", "MS-ASCAL_R39611",
        "MS-ASCAL_R574", "MS-ASCAL_R311", "MS-ASCAL_R571", "MS-ASCAL_R13812",
        "MS-ASCAL_R412", "MS-ASCAL_R569",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_answer_is_seen_on_both_sides(
    device: Device, other: Device, second: Device, case: tuple[int, int, str, str]
) -> None:
    """At the organiser's entry of the attendee, and in the attendee's own."""
    answer, type, busy, due = case
    meeting = Meeting(device, other, node(_BUSY, busy), type=type)
    own = meeting.entry(second)
    person = attendee_of(own)
    check(person.text(_STATUS, default="0") in ("0", "5"), f"the attendee is {person}")
    check(person.text(_TYPE) == str(type), f"the attendee is {person}")
    check(words_of(own, _BUSY) == busy, f"BusyStatus is {words_of(own, _BUSY)}")
    check(words_of(own, _MEETING) == "1", f"MeetingStatus is {words_of(own, _MEETING)}")
    if device.version != "12.1":
        check(words_of(own, _RESPONSE) == "1", f"ResponseType is {words_of(own, _RESPONSE)}")
        check(f"{P}:ResponseRequested" in own, "ResponseRequested is missing")
    meeting.answer(answer)
    until(
        f"the organiser does not see the answer {due}",
        lambda: attendee_of(meeting.entry(second)).text(_STATUS) == due,
    )
    theirs = meeting.find(other)
    if answer == DECLINE:
        check(theirs is None, "what was declined is still in the calendar")
        return
    check(theirs is not None, "what was answered is not in the calendar")
    if other.version != "12.1" and theirs is not None:
        check(words_of(theirs, _RESPONSE) == due, f"ResponseType is {theirs.get(_RESPONSE)}")
        check(bool(words_of(theirs, f"{P}:AppointmentReplyTime")), "it does not say when")


@scenario(
    _S,
    "S02_TC04",
    requirements=(
        "MS-ASCAL_R575", "MS-ASCAL_R13814", "MS-ASCAL_R418", "MS-ASCAL_R52522", "MS-ASCAL_R572",
    ),
    registry=REGISTRY,
)  # fmt: skip
def what_is_not_answered_says_so(device: Device, other: Device, second: Device) -> None:
    """Of a thing that was invited, in time out of office."""
    meeting = Meeting(device, other, node(_BUSY, 3), type=3)
    own, theirs = meeting.entry(second), meeting.entry(other)
    check(attendee_of(own).text(_TYPE) == "3", f"the attendee is {attendee_of(own)}")
    check(words_of(own, _BUSY) == "3", f"BusyStatus is {words_of(own, _BUSY)}")
    check(words_of(theirs, _BUSY) == "1", f"the attendee's is {words_of(theirs, _BUSY)}")
    if other.version != "12.1":
        check(words_of(theirs, _RESPONSE) == "5", f"ResponseType is {theirs.get(_RESPONSE)}")
        told = words_of(theirs, f"{P}:AppointmentReplyTime")
        check(not told, f"it was answered at {told}")


@scenario(_S, "S02_TC05", requirements=("MS-ASCAL_R314", "MS-ASCAL_R313"), registry=REGISTRY)
def a_cancelled_meeting_says_so(device: Device, other: Device) -> None:
    """MeetingStatus 7 in the attendee's calendar, or a meeting that is gone from it."""
    meeting = Meeting(device, other)
    meeting.answer(ACCEPT)
    before = meeting.entry(other)
    check(words_of(before, _MEETING) == "3", f"MeetingStatus is {words_of(before, _MEETING)}")
    device.change(device.folder_of_type(CALENDAR), delete(meeting.id), moves=True)
    meeting.tell("CANCEL")

    def is_cancelled() -> bool:
        found = meeting.find(other)
        return found is None or words_of(found, _MEETING) in ("5", "7")

    until("the attendee does not hear of it", is_cancelled)
    check(meeting.find(device) is None, "the organiser still has it")


@scenario(
    _S,
    "S02_TC06",
    requirements=(
        "MS-ASCAL_R10611", "MS-ASCAL_R39211", "MS-ASCAL_R12611", "MS-ASCAL_R40211",
        "MS-ASCAL_R23611", "MS-ASCAL_R29611", "MS-ASCAL_R43511", "MS-ASCAL_R44111",
        "MS-ASCAL_R30511", "MS-ASCAL_R26111", "MS-ASCAL_R24111", "MS-ASCAL_R20611",
        "MS-ASCAL_R20811", "MS-ASCAL_R210",
    ),
    registry=REGISTRY,
)  # fmt: skip
def an_exception_has_what_is_its_own(device: Device, other: Device, second: Device) -> None:
    """Times, place, subject, reminder, words; and one is deleted."""
    needs(device, "12.1", "Exceptions of a device", last="14.1")
    daily = rule({"Type": 0, "Interval": 1, "Occurrences": 5})
    meeting = Meeting(device, other, daily, rule="FREQ=DAILY;COUNT=5")
    third, fourth = (meeting.start + timedelta(days=number) for number in (2, 3))
    moved = third + timedelta(hours=2)
    own = [
        node(SUBJECT, "Exception"),
        node(START, compact(moved)),
        node(END, compact(moved + timedelta(hours=1))),
        node(f"{P}:Location", "Room 666"),
        node(f"{P}:Reminder", 11),
        body("Other words"),
    ]
    deleted = exception(fourth, node(f"{P}:Deleted", 1))
    repeated = [
        node(SUBJECT, meeting.subject),
        node(START, compact(meeting.start)),
        node(END, compact(meeting.start + timedelta(hours=1))),
        daily,
    ]
    changed(device, CALENDAR, meeting.id, *repeated, exceptions(exception(third, *own), deleted))
    told = {
        words_of(each, f"{P}:ExceptionStartTime"): each
        for each in exceptions_of(meeting.entry(second))
    }
    check(set(told) == {compact(third), compact(fourth)}, f"the exceptions are {sorted(told)}")
    check(words_of(told[compact(fourth)], f"{P}:Deleted") == "1", "the fourth is not deleted")
    shown = told[compact(third)]
    check(words_of(shown, SUBJECT) == "Exception", f"the exception is {shown}")
    check(moment_of(words_of(shown, START)) == moved, f"the exception is {shown}")
    check(bool(words_of(shown, END)), f"the exception is {shown}")
    check(place_of(shown) == "Room 666", f"the exception is {shown}")
    check(words_of(shown, f"{P}:Reminder") == "11", f"the exception is {shown}")
    check("Other words" in str(shown.get("AirSyncBase:Body")), f"the exception is {shown}")
