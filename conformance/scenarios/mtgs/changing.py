"""Meetings that are changed: who hears of it, and as what kind of news."""

from __future__ import annotations

from conformance import kinds, requests
from conformance.checks import equal, holds, present
from conformance.mailbox import Mailbox
from conformance.meetings import accept, attendees, cancel, invite, received
from conformance.node import Node, Ref
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import MEETINGS, SPEC, rows
from conformance.scenarios.mtgs.sending import after_all_mail, move_to
from conformance.things import thing
from conformance.xml import t

ZONES = [f"{which}TimeZone{part}" for which in ("Start", "End") for part in ("", "Id")]


def _told_of(other: Mailbox, subject: str, place: str) -> Node:
    """The attendee's request that tells of a place."""

    def look() -> Node | None:
        for item in other.find("inbox", subject):
            read = other.get_item(item.id)
            if (read.name, read.text("Location")) == ("MeetingRequest", place):
                return read
        return None

    return other.eventually(look, f"a request that tells of {place}")


@scenario(
    SPEC,
    "S02_TC01",
    requirements=(
        "MS-OXWSCDATA_R4001",
        *rows(650, 710, 711, 713, 714, 718, 719, 730, 740, 741, 1052, 80049),
    ),
    needs=MEETINGS,
)
def a_meeting_is_moved_and_cancelled(ews: Mailbox, other: Mailbox) -> None:
    """First heard of with the change; cancelled it is so for both, each in its own place."""
    subject = ews.unique("Moved")
    zone = t.StartTimeZone(Id="Pacific Standard Time")
    status = "WorkingElsewhere"
    meeting = invite(
        ews, other, subject, zone, how="SendToNone", Location="Room 6", LegacyFreeBusyStatus=status
    )
    present(ews.get_item(meeting), *ZONES)
    move_to(ews, meeting, "Room 7", "SendOnlyToAll")
    request = _told_of(other, subject, "Room 7")
    holds(request, {"IntendedFreeBusyStatus": status, "IsOrganizer": False})
    present(request, *ZONES)

    cancel(ews, ews.get_item(meeting.keyless).id)
    gone = ews.get_item(ews.arrived("deleteditems", subject)[0].id)
    holds(gone, {"ItemClass": "IPM.Appointment", "AppointmentState": 5})
    received(other, subject, "MeetingCancellation")
    kept = other.get_item(other.arrived("calendar", subject)[0].id)
    holds(kept, {"AppointmentState": 7, "IsCancelled": True})


@scenario(SPEC, "S02_TC02", requirements=rows(16502, 28502), needs=MEETINGS)
def a_meeting_without_data(ews: Mailbox, other: Mailbox) -> None:
    """NoData is kept, and told to the attendee as the intended status."""
    subject = ews.unique("No data")
    meeting = invite(ews, other, subject, how="SendToNone", LegacyFreeBusyStatus="NoData")
    equal(ews.get_item(meeting).text("LegacyFreeBusyStatus"), "NoData", "LegacyFreeBusyStatus")
    move_to(ews, meeting, "Room 7", "SendOnlyToAll")
    request = _told_of(other, subject, "Room 7")
    equal(request.text("IntendedFreeBusyStatus"), "NoData", "IntendedFreeBusyStatus")


def _set_attendees(ews: Mailbox, meeting: Ref, how: str, *people: Mailbox) -> Ref:
    path = "calendar:RequiredAttendees"
    update = (
        requests.set_field(path, thing("CalendarItem", attendees(*people)))
        if people
        else requests.delete_field(path)
    )
    return ews.update(meeting.keyless, update, meetings=how)


@each(
    SPEC,
    {"S02_TC07": ("SendOnlyToChanged", 0)},
    parameter="way",
    requirements=rows(62, 6200),
    needs={"S02_TC07": MEETINGS},
)
@each(
    SPEC,
    {"S02_TC08": ("SendToChangedAndSaveCopy", 1)},
    parameter="way",
    requirements=rows(65, 6500, 6501),
    needs={"S02_TC08": MEETINGS},
)
def those_who_come_and_go_hear_of_it(ews: Mailbox, other: Mailbox, way: tuple[str, int]) -> None:
    """Who is added is invited, who is taken away is told so, who stays hears nothing."""
    how, copies = way
    subject = ews.unique("Changing")
    meeting = ews.make_item(kinds.APPOINTMENT.make(subject), disposition=None)
    _set_attendees(ews, meeting, how, other)
    received(other, subject, "MeetingRequest")
    equal(len(ews.find("sentitems", subject)), copies, "copies in Sent Items")

    move_to(ews, meeting.keyless, "Room 7", how)
    after_all_mail(ews, other)
    other.arrived("inbox", subject, 1)

    _set_attendees(ews, meeting, how)
    received(other, subject, "MeetingCancellation")
    equal(len(ews.find("sentitems", subject)), 2 * copies, "copies in Sent Items")


@scenario(SPEC, "S02_TC09", requirements=rows(484, 485), needs=MEETINGS)
def news_for_who_has_not_answered(ews: Mailbox, other: Mailbox) -> None:
    """FullUpdate."""
    subject = ews.unique("Full")
    meeting = invite(ews, other, subject, how="SendOnlyToAll", Location="Room 6")
    _told_of(other, subject, "Room 6")
    move_to(ews, meeting, "Room 7", "SendOnlyToAll")
    news = _told_of(other, subject, "Room 7")
    equal(news.text("MeetingRequestType"), "FullUpdate", "MeetingRequestType")


@scenario(SPEC, "S02_TC10", requirements=rows(71, 587), needs=MEETINGS)
def news_for_who_has_accepted(ews: Mailbox, other: Mailbox) -> None:
    """InformationalUpdate: a new place alone asks nobody again."""
    subject = ews.unique("Informational")
    meeting = invite(ews, other, subject, how="SendOnlyToAll", Location="Room 6")
    accept(other, subject)
    received(ews, subject, "MeetingResponse")
    move_to(ews, meeting.keyless, "Room 7", "SendOnlyToAll")
    news = _told_of(other, subject, "Room 7")
    equal(news.text("MeetingRequestType"), "InformationalUpdate", "MeetingRequestType")
