"""Sending and answering meetings, for scenarios that need their messages."""

from __future__ import annotations

from conformance import kinds, requests
from conformance.checks import success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.things import mailbox
from conformance.xml import t


def invite(ews: Mailbox, other: Mailbox, subject: str) -> Ref:
    """Invite the other user to a meeting: the organiser's item."""
    attendees = t.RequiredAttendees(t.Attendee(mailbox(other.address)))
    meeting = kinds.APPOINTMENT.make(subject, attendees)
    return ews.make_item(meeting, disposition=None, meetings="SendToAllAndSaveCopy")


def accept(other: Mailbox, subject: str) -> None:
    """Accept an invitation that has arrived, and say so to the organiser."""
    request = other.arrived("inbox", subject)[0]
    answer = t.AcceptItem(t.ReferenceItemId(Id=request.id.id, ChangeKey=request.id.key))
    create = requests.create_item(answer, disposition="SendAndSaveCopy", meetings=None)
    success(other.call(create))


def cancel(ews: Mailbox, meeting: Ref) -> None:
    """Cancel one's own meeting, and say so to the attendees."""
    cancellation = t.CancelCalendarItem(t.ReferenceItemId(Id=meeting.id, ChangeKey=meeting.key))
    create = requests.create_item(
        cancellation, folder="sentitems", disposition="SendAndSaveCopy", meetings=None
    )
    success(ews.call(create))
