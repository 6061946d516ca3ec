"""Meetings that are answered and cancelled: what organiser and attendee are told of each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from conformance import kinds, requests
from conformance.checks import absent, check, equal, holds, present, success
from conformance.mailbox import Mailbox
from conformance.meetings import answer, attendees, cancel, invite, received, remove
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.mtgs.parts import (
    MEETINGS,
    OCCURRENCES,
    RECURRENCE,
    SPEC,
    every_day,
    occurrence,
    read,
    rows,
    start,
)
from conformance.things import thing
from conformance.xml import Element, t

WORKSPACE = "http://contoso.example/workspace"
SHOW = "http://contoso.example/show"
ONLINE = {"MeetingWorkspaceUrl": WORKSPACE, "NetShowUrl": SHOW, "AllowNewTimeProposal": True}


def _address(node: Node, path: str) -> str:
    return (node.text(f"{path}/Mailbox/EmailAddress") or "").lower()


def _in_calendar(user: Mailbox, subject: str) -> Node:
    return user.get_item(user.arrived("calendar", subject)[0].id)


def _heard(ews: Mailbox, meeting: Ref, answer: str) -> Node:
    """The organiser's meeting as soon as it says what the one attendee answered."""

    def look() -> Node | None:
        read = ews.get_item(meeting.keyless)
        said = read.text("RequiredAttendees/Attendee/ResponseType")
        return read if said == answer else None

    return ews.eventually(look, f"a meeting whose attendee says {answer}")


def _gone(user: Mailbox, folder: str, subject: str, kind: str) -> None:
    """Nothing of that kind is in the folder any more."""
    left = [item for item in user.find(folder, subject) if item.name == kind]
    equal(left, [], f"what is left in {folder}")


@scenario(
    SPEC,
    "S01_TC02",
    requirements=rows(
        *(79, 139, 299, 317, 319, 488, 489, 749, 1047, 1107, 1282, 1292, 1334, 1336, 1355),
        *(16504, 28504),
    ),
    needs=MEETINGS,
)
def a_meeting_is_accepted_with_another_time(ews: Mailbox, other: Mailbox) -> None:
    """The organiser sees who accepts and what time is proposed, before that nothing is known."""
    subject = ews.unique("Accepted")
    optional = attendees(ews, kind="OptionalAttendees")
    how = {"IsAllDayEvent": True, "LegacyFreeBusyStatus": "Tentative", "When": "All day"}
    meeting = invite(ews, other, subject, optional, IsResponseRequested=True, **how, **ONLINE)
    attendee = "RequiredAttendees/Attendee"
    equal(ews.get_item(meeting).text(f"{attendee}/ResponseType"), "Unknown", "before the answer")
    kept = received(ews, subject, "MeetingRequest", "sentitems")
    equal(_address(kept, "OptionalAttendees/Attendee"), ews.address.lower(), "OptionalAttendees")
    equal(kept.text("IsDelegated"), "false", "IsDelegated")

    request = received(other, subject, "MeetingRequest")
    absent(request, "When", "Resources")
    holds(
        request,
        {
            "ItemClass": "IPM.Schedule.Meeting.Request",
            "IntendedFreeBusyStatus": "Tentative",
            "ResponseType": "NoResponseReceived",
        },
    )
    present(request, "ResponseObjects/ProposeNewTime")
    mine = _in_calendar(other, subject)
    absent(mine, "When")
    holds(mine, {"LegacyFreeBusyStatus": "Tentative", "MyResponseType": "NoResponseReceived"})

    proposed = start() + timedelta(days=1)
    times = {"ProposedStart": proposed, "ProposedEnd": proposed + timedelta(hours=1)}
    answer(other, request.id, "AcceptItem", *[t(name, value) for name, value in times.items()])
    response = received(ews, subject, "MeetingResponse")
    equal(response.text("ItemClass"), "IPM.Schedule.Meeting.Resp.Pos", "ItemClass")
    told = _heard(ews, meeting, "Accept")
    for name, value in times.items():
        equal(told.text(f"{attendee}/{name}"), t(name, value).text, name)

    ews.delete_items(meeting.keyless, meetings="SendOnlyToAll")
    cancellation = received(other, subject, "MeetingCancellation")
    _gone(ews, "sentitems", subject, "MeetingCancellation")
    remove(other, cancellation.id)
    _gone(other, "inbox", subject, "MeetingCancellation")
    _gone(other, "calendar", subject, "CalendarItem")


@scenario(
    SPEC,
    "S01_TC03",
    requirements=rows(213, 215, 341, 343, 585),
    needs=(*MEETINGS, *RECURRENCE),
)
def a_series_is_declined(ews: Mailbox, other: Mailbox) -> None:
    """First and last occurrence are told to both; the organiser cancels by what was answered."""
    subject = ews.unique("Series")
    meeting = invite(ews, other, subject, every_day(), how="SendOnlyToAll")
    master = ews.get_item(meeting)
    ends = {"FirstOccurrence": 1, "LastOccurrence": OCCURRENCES}
    ids = {name: read(ews, occurrence(meeting, index)).id.id for name, index in ends.items()}
    equal({name: master.text(f"{name}/ItemId@Id") for name in ends}, ids, "first and last")
    request = received(other, subject, "MeetingRequest")
    for name in ends:
        for time in ("Start", "End"):
            path = f"{name}/{time}"
            present(master, path)
            equal(request.text(path), master.text(path), path)

    ews.delete_items(occurrence(meeting, 2), meetings="SendOnlyToAll")
    received(other, subject, "MeetingCancellation")
    answer(other, request.id, "DeclineItem")
    response = received(ews, subject, "MeetingResponse")
    equal(response.text("ResponseType"), "Decline", "ResponseType")
    cancel(ews, response.ref("AssociatedCalendarItemId"))
    other.eventually(
        lambda: [each for each in other.find("inbox", subject) if _cancels(each)][1:] or None,
        "two cancellations, of an occurrence and of all",
    )


def _cancels(item: Node) -> bool:
    return item.name == "MeetingCancellation"


@scenario(
    SPEC,
    "S01_TC04",
    requirements=rows(81, 193, 195, 197, 199, 321, 323, 325, 327, 630),
    needs=MEETINGS,
)
def a_meeting_beside_others(ews: Mailbox, other: Mailbox) -> None:
    """What else the attendee has at that time and right after it is told with the meeting."""
    begin = start() + timedelta(days=30)
    hour = timedelta(hours=1)
    names = {"Conflicting": other.unique("At once"), "Adjacent": other.unique("Right after")}
    for name, at in (("Conflicting", begin), ("Adjacent", begin + hour)):
        busy = thing("CalendarItem", Subject=names[name], Start=at, End=at + hour)
        other.make_item(busy, disposition=None)
    subject = ews.unique("Meeting")
    times = (t.Start(begin), t.End(begin + hour))
    wanted = thing("CalendarItem", attendees(other), times, Subject=subject)
    ews.make_item(wanted, disposition=None, meetings="SendOnlyToAll")
    request = received(other, subject, "MeetingRequest")
    _check_beside(request, names)
    answer(other, request.id, "TentativelyAcceptItem")
    _check_beside(_in_calendar(other, subject), names)
    response = received(ews, subject, "MeetingResponse")
    equal(response.text("ResponseType"), "Tentative", "ResponseType")


def _check_beside(item: Node, names: dict[str, str]) -> None:
    for which, name in names.items():
        equal(item.text(f"{which}MeetingCount"), "1", f"{which}MeetingCount of a {item.name}")
        found = [each.text("Subject") for each in item.nodes(f"{which}Meetings/*")]
        equal(found, [name], f"{which}Meetings of a {item.name}")


@scenario(
    SPEC,
    "S01_TC08",
    requirements=rows(
        *(53, 72, 80, 82, 141, 151, 157, 159, 167, 169, 181, 185, 187, 191, 205, 209, 227),
        *(233, 235, 283, 287, 297, 309, 313, 315, 337, 363, 361, 500, 512, 555, 699, 700, 708),
        *(709, 721, 728, 731, 733, 734, 736, 738, 743, 746, 755, 756, 759, 761, 762, 763, 766),
        *(906, 907, 908, 910, 7561, 16500, 28500),
    ),
    needs=MEETINGS,
)
def every_element_of_a_meeting(ews: Mailbox, other: Mailbox) -> None:
    """Of the organiser's meeting, the request, the attendee's meeting and the response."""
    subject, uid = ews.unique("Whole"), ews.unique("uid")
    begin, end = start(), start() + timedelta(hours=1)
    common = {
        "Start": t.Start(begin).text,
        "End": t.End(end).text,
        "Location": "Room 7",
        "UID": uid,
        "IsAllDayEvent": False,
        "IsMeeting": True,
        "IsCancelled": False,
        "IsRecurring": False,
        "MeetingRequestWasSent": True,
        "CalendarItemType": "Single",
        "ConferenceType": 2,
        "Organizer/Mailbox/EmailAddress": ews.address,
    } | ONLINE
    made = invite(
        ews,
        other,
        subject,
        attendees(ews, kind="OptionalAttendees"),
        how="SendOnlyToAll",
        UID=uid,
        Location="Room 7",
        When="Next week",
        ConferenceType=2,
        IsResponseRequested=True,
        IsAllDayEvent=False,
        LegacyFreeBusyStatus="Busy",
        **ONLINE,
    )
    own = ews.get_item(made, paths=["calendar:When"])
    expected = {"When": "Next week", "MyResponseType": "Organizer", "AppointmentState": 1}
    holds(own, common | expected | {"LegacyFreeBusyStatus": "Busy", "IsResponseRequested": True})
    _check_clocks(own)
    equal(_address(own, "RequiredAttendees/Attendee"), other.address.lower(), "RequiredAttendees")
    equal(_address(own, "OptionalAttendees/Attendee"), ews.address.lower(), "OptionalAttendees")

    request = received(other, subject, "MeetingRequest")
    expected = {"MeetingRequestType": "NewMeetingRequest", "IntendedFreeBusyStatus": "Busy"}
    holds(request, common | expected | {"AppointmentState": 3, "IsResponseRequested": True})
    _check_clocks(request)
    asked = {each.text("Mailbox/EmailAddress") for each in request.nodes("RequiredAttendees/*")}
    check(other.address in asked, f"RequiredAttendees are {asked}")

    answer(other, request.id, "AcceptItem")
    mine = _in_calendar(other, subject)
    present(mine, "AppointmentReplyTime")
    absent(mine, "Resources")
    response = received(ews, subject, "MeetingResponse")
    told = ("Start", "End", "Location", "CalendarItemType")
    holds(response, {name: common[name] for name in told} | {"ResponseType": "Accept"})
    present(_heard(ews, made, "Accept"), "RequiredAttendees/Attendee/LastResponseTime")


def _check_clocks(item: Node) -> None:
    """The times by the item's own clock are the same moments."""
    for which in ("Start", "End"):
        wall, moment = [
            datetime.fromisoformat(item.text(path) or "") for path in (f"{which}WallClock", which)
        ]
        equal(wall, moment, f"{which}WallClock of a {item.name}")


def _where(name: str, note: str) -> Element:
    """A place with a note."""
    address = t.PostalAddress(t.LocationSource("PhonebookServices"))
    return t.EnhancedLocation(t.DisplayName(name), t.Annotation(note), address)


@scenario(
    SPEC,
    "S01_TC09",
    requirements=rows(
        *(83, 137, 329, 335, 490, 491, 492, 707, 767, 900, 901, 904, 16501, 28501, 80003, 80011),
    ),
    needs=MEETINGS,
)
def a_meeting_is_cancelled_and_removed(ews: Mailbox, other: Mailbox) -> None:
    """Request, response and cancellation tell the place; in the end nothing of it is left."""
    subject, place = ews.unique("Cancelled"), "Room 7"
    wanted = kinds.APPOINTMENT.make(
        subject,
        attendees(other),
        _where(place, "Second floor"),
        LegacyFreeBusyStatus="Free",
        AllowNewTimeProposal=False,
    )
    answered = requests.create_item(wanted, disposition=None, meetings="SendOnlyToAll")
    success(ews.call(answered))
    equal(_in_calendar(other, subject).text("LegacyFreeBusyStatus"), "Free", "attendee's status")
    request = received(other, subject, "MeetingRequest")
    told = {"EnhancedLocation/DisplayName": place}
    expected = {"IntendedFreeBusyStatus": "Free", "Duration": "PT1H"}
    holds(request, told | expected | {"AllowNewTimeProposal": False})
    present(request, "AppointmentSequenceNumber", "RequiredAttendees/Attendee/Mailbox/EmailAddress")
    answer(other, request.id, "DeclineItem")
    response = received(ews, subject, "MeetingResponse")
    holds(response, told | {"ResponseType": "Decline"})

    cancel(ews, response.ref("AssociatedCalendarItemId"))
    cancellation = received(other, subject, "MeetingCancellation")
    times = {"Start": t.Start(start()).text, "End": t.End(start() + timedelta(hours=1)).text}
    expected = {"ItemClass": "IPM.Schedule.Meeting.Canceled", "CalendarItemType": "Single"}
    holds(cancellation, told | times | expected)
    remove(other, cancellation.id)
    _gone(other, "inbox", subject, "MeetingCancellation")
    _gone(other, "calendar", subject, "CalendarItem")
