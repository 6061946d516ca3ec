"""Meetings of somebody for whom a delegate acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from conformance.checks import equal, holds, success
from conformance.mailbox import Mailbox
from conformance.meetings import answer, invite, received
from conformance.scenario import scenario
from conformance.scenarios.mtgs.parts import MEETINGS, SPEC, rows
from conformance.xml import m, t


@contextmanager
def _delegate(owner: Mailbox, delegate: Mailbox, delivery: str) -> Iterator[None]:
    """Let somebody act in the owner's calendar, and get meeting messages, for a while."""
    user = t.UserId(t.PrimarySmtpAddress(delegate.address))
    permissions = t.DelegatePermissions(t.CalendarFolderPermissionLevel("Editor"))
    told = t.DelegateUser(user, permissions, t.ReceiveCopiesOfMeetingMessages(True))
    whose = m.Mailbox(t.EmailAddress(owner.address))
    delivered = m.DeliverMeetingRequests(delivery)
    success(owner.call(m.AddDelegate(whose, m.DelegateUsers(told), delivered)))
    try:
        yield
    finally:
        owner.call(m.RemoveDelegate(whose, m.UserIds(user)))


@scenario(SPEC, "S01_TC22", requirements=rows(748, 7512), needs=("delegates", *MEETINGS))
def the_owner_wants_a_copy(ews: Mailbox, other: Mailbox, third: Mailbox) -> None:
    """The owner's request is there for information; the delegate's is delegated, and answers it."""
    subject = ews.unique("Delegated")
    with _delegate(other, third, "DelegatesAndSendInformationToMe"):
        meeting = invite(ews, other, subject)
        own = received(other, subject, "MeetingRequest")
        equal(own.text("MeetingRequestType"), "PrincipalWantsCopy", "the owner's request")
        copy = received(third, subject, "MeetingRequest")
        expected = {"ReceivedRepresenting/Mailbox/EmailAddress": other.address}
        holds(copy, expected | {"IsDelegated": True, "MeetingRequestType": "NewMeetingRequest"})
        answer(third, copy.id, "AcceptItem")
    response = received(ews, subject, "MeetingResponse")
    equal(response.text("From/Mailbox/EmailAddress"), other.address, "who answers")
    people = ews.get_item(meeting.keyless).texts("RequiredAttendees/Attendee/ResponseType")
    equal(people, ["Accept"], "answers")
