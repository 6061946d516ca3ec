"""Sending and answering meetings, for scenarios that need their messages."""

from __future__ import annotations

from conformance import kinds, requests
from conformance.checks import success
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.things import mailbox
from conformance.xml import Content, Element, t


def attendees(*people: Mailbox, kind: str = "RequiredAttendees") -> Element:
    """A list of those who are invited."""
    return t(kind, [t.Attendee(mailbox(person.address)) for person in people])


def invite(
    ews: Mailbox,
    other: Mailbox,
    subject: str,
    *content: Content,
    how: str = "SendToAllAndSaveCopy",
    **values: Content,
) -> Ref:
    """Invite the other user to a meeting: the organiser's item."""
    meeting = kinds.APPOINTMENT.make(subject, attendees(other), *content, **values)
    return ews.make_item(meeting, disposition=None, meetings=how)


def received(user: Mailbox, subject: str, kind: str, folder: str = "inbox") -> Node:
    """Wait for the one message of that kind (`MeetingRequest`), and read all of it."""

    def look() -> Node | None:
        found = [item for item in user.find(folder, subject) if item.name == kind]
        return found[0] if len(found) == 1 else None

    return user.get_item(user.eventually(look, f"one {kind} {subject!r} in {folder}").id)


def answer(other: Mailbox, item: Ref, kind: str, *content: Content) -> None:
    """Answer with `AcceptItem` or its like, and say so to the organiser, keeping a copy."""
    response = t(kind, reference(item), *content)
    create = requests.create_item(response, disposition="SendAndSaveCopy", meetings=None)
    success(other.call(create))


def accept(other: Mailbox, subject: str) -> None:
    """Accept an invitation that has arrived, and say so to the organiser."""
    answer(other, other.arrived("inbox", subject)[0].id, "AcceptItem")


def cancel(ews: Mailbox, meeting: Ref) -> None:
    """Cancel one's own meeting, and say so to the attendees."""
    create = requests.create_item(
        t.CancelCalendarItem(reference(meeting)),
        folder="sentitems",
        disposition="SendAndSaveCopy",
        meetings=None,
    )
    success(ews.call(create))


def remove(other: Mailbox, cancellation: Ref) -> None:
    """Take a cancelled meeting and the message that says so out of the mailbox."""
    create = requests.create_item(
        t.RemoveItem(reference(cancellation)), disposition="SaveOnly", meetings=None
    )
    success(other.call(create))


def reference(item: Ref) -> Element:
    """What a response object is about."""
    return t.ReferenceItemId(Id=item.id, ChangeKey=item.key)
