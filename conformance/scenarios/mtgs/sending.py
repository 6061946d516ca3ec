"""Who hears of a meeting that is made or changed, and whether a copy is kept."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal
from conformance.mailbox import Mailbox
from conformance.meetings import invite
from conformance.node import Ref
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import MEETINGS, SPEC, rows
from conformance.xml import t


def after_all_mail(ews: Mailbox, other: Mailbox) -> None:
    """Whatever was sent before has arrived: a later meeting has."""
    subject = ews.unique("Marker")
    invite(ews, other, subject)
    other.arrived("inbox", subject)


@each(
    SPEC,
    {"S01_TC05": ("SendOnlyToAll", 0)},
    parameter="way",
    requirements=rows(46, 4600, 4601, 4602),
    needs={"S01_TC05": MEETINGS},
)
@each(
    SPEC,
    {"S01_TC06": ("SendToAllAndSaveCopy", 1)},
    parameter="way",
    requirements=rows(48, 4800, 4801, 4802),
    needs={"S01_TC06": MEETINGS},
)
def attendees_are_invited(ews: Mailbox, other: Mailbox, way: tuple[str, int]) -> None:
    """The meeting is in both calendars, the request with the attendee, a copy if asked for."""
    how, copies = way
    subject = ews.unique("Meeting")
    made = invite(ews, other, subject, how=how)
    equal([item.id.id for item in ews.find("calendar", subject)], [made.id], "organiser's calendar")
    equal(other.arrived("inbox", subject)[0].name, "MeetingRequest", "what the attendee gets")
    equal(other.arrived("calendar", subject)[0].name, "CalendarItem", "attendee's calendar")
    equal(len(ews.find("sentitems", subject)), copies, "copies in Sent Items")


@scenario(SPEC, "S01_TC07", requirements=rows(44, 4400), needs=MEETINGS)
def nobody_is_invited(ews: Mailbox, other: Mailbox) -> None:
    """SendToNone leaves the meeting with its organiser."""
    subject = ews.unique("Quiet")
    made = invite(ews, other, subject, how="SendToNone")
    equal([item.id.id for item in ews.find("calendar", subject)], [made.id], "organiser's calendar")
    after_all_mail(ews, other)
    for place in ("inbox", "calendar"):
        equal(other.find(place, subject), [], f"what the attendee has in {place}")


def move_to(ews: Mailbox, meeting: Ref, room: str, how: str) -> None:
    """Change where a meeting is, and tell the attendees so or not."""
    place = requests.set_field("calendar:Location", t.CalendarItem(t.Location(room)))
    ews.update(meeting, place, meetings=how)
    equal(ews.get_item(meeting.keyless).text("Location"), room, "organiser's Location")


@each(
    SPEC,
    {"S02_TC04": ("SendOnlyToAll", 0)},
    parameter="way",
    requirements=rows(6100, 6101),
    needs={"S02_TC04": MEETINGS},
)
@each(
    SPEC,
    {"S02_TC05": ("SendToAllAndSaveCopy", 1)},
    parameter="way",
    requirements=rows(6400, 6401),
    needs={"S02_TC05": MEETINGS},
)
def attendees_hear_of_a_change(ews: Mailbox, other: Mailbox, way: tuple[str, int]) -> None:
    """A second request says the new place; a copy is kept if asked for."""
    how, copies = way
    subject = ews.unique("Meeting")
    meeting = invite(ews, other, subject, how="SendOnlyToAll")
    other.arrived("inbox", subject)
    move_to(ews, meeting, "Room 7", how)
    told = [other.get_item(item.id) for item in other.arrived("inbox", subject, 2)]
    equal({item.name for item in told}, {"MeetingRequest"}, "what the attendee gets")
    equal("Room 7" in {item.text("Location") for item in told}, True, "a request with the place")
    equal(len(ews.find("sentitems", subject)), copies, "copies in Sent Items")


@scenario(SPEC, "S02_TC06", requirements=rows(6000), needs=MEETINGS)
def nobody_hears_of_a_change(ews: Mailbox, other: Mailbox) -> None:
    """SendToNone changes the organiser's meeting alone."""
    subject = ews.unique("Quiet")
    meeting = invite(ews, other, subject, how="SendOnlyToAll")
    other.arrived("inbox", subject)
    move_to(ews, meeting, "Room 7", "SendToNone")
    after_all_mail(ews, other)
    other.arrived("inbox", subject, 1)
    kept = other.get_item(other.arrived("calendar", subject)[0].id)
    equal(kept.text("Location") or "", "", "attendee's Location")
