"""Appointments that are copied, moved and changed, one by one and several at once."""

from __future__ import annotations

from collections.abc import Callable

from conformance import kinds, requests
from conformance.checks import different, equal, holds, refused, success
from conformance.mailbox import Mailbox
from conformance.meetings import answer, invite, received, remove
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.mtgs.parts import (
    MEETINGS,
    RECURRENCE,
    SPEC,
    daily,
    master_of,
    occurrence,
    read,
    rows,
    single,
)
from conformance.xml import t


@scenario(SPEC, "S01_TC01", requirements=rows(593, 1198, 1199, 1207, 1208, 1217, 1218))
def create_get_and_delete_an_appointment(ews: Mailbox, calendar: Ref) -> None:
    """It is no meeting and comes once; deleted it is not found."""
    made = single(ews, calendar)
    found = ews.get_item(made)
    equal(found.text("CalendarItemType"), "Single", "CalendarItemType")
    equal(found.text("IsMeeting"), "false", "IsMeeting")
    equal(found.text("Subject"), ews.unique("Single"), "Subject")
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S03_TC01", requirements=rows(602, 1188, 1189))
def copy_an_appointment(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """It is in both folders, with the same times."""
    made = single(ews, calendar)
    copied = ews.copy_items(folder, made)[0]
    different(copied.id, made.id, "ids of original and copy")
    first, second = ews.get_item(made), ews.get_item(copied)
    equal(second.ref("ParentFolderId").id, folder.id, "ParentFolderId of the copy")
    equal(first.ref("ParentFolderId").id, calendar.id, "ParentFolderId of the original")
    for name in ("Start", "End", "Subject"):
        equal(second.text(name), first.text(name), name)


@scenario(SPEC, "S03_TC03", requirements=rows(806, 1188, 1189), needs=RECURRENCE)
def copy_a_series(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """By the id of an occurrence; the copy is a series, and the original stays."""
    master = daily(ews, calendar)
    one = read(ews, occurrence(master)).id
    answer = ews.call(requests.copy_item([master_of(one)], folder))
    success(answer)
    copied = ews.get_item(answer.items[0].id)
    equal(copied.text("CalendarItemType"), "RecurringMaster", "CalendarItemType of the copy")
    equal(copied.ref("ParentFolderId").id, folder.id, "ParentFolderId of the copy")
    equal(ews.get_item(master).ref("ParentFolderId").id, calendar.id, "the original's folder")


@scenario(SPEC, "S04_TC01", requirements=rows(640, 1226, 1227))
def move_an_appointment(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """It is in its new folder, and no longer known by its old id."""
    made = single(ews, calendar)
    moved = ews.move_items(folder, made)[0]
    equal(ews.get_item(moved).ref("ParentFolderId").id, folder.id, "ParentFolderId")
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(SPEC, "S04_TC03", requirements=rows(808, 1226, 1227), needs=RECURRENCE)
def move_a_series(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """By the id of an occurrence; all of it goes."""
    one = read(ews, occurrence(daily(ews, calendar))).id
    answer = ews.call(requests.move_item([master_of(one)], folder))
    success(answer)
    moved = ews.get_item(answer.items[0].id)
    equal(moved.text("CalendarItemType"), "RecurringMaster", "CalendarItemType")
    equal(moved.ref("ParentFolderId").id, folder.id, "ParentFolderId")
    equal(ews.find(calendar), [], "items left behind")


def _with_their_messages(
    ews: Mailbox,
    other: Mailbox,
    subject: str,
    put: Callable[[Mailbox, Node], Ref],
) -> None:
    """Go through the life of a meeting; `put` takes each thing of it to another place."""
    meeting = invite(ews, other, subject, how="SendOnlyToAll")
    at = put(ews, ews.get_item(meeting))
    answer(other, put(other, received(other, subject, "MeetingRequest")), "AcceptItem")
    put(ews, received(ews, subject, "MeetingResponse"))
    ews.delete_items(at.keyless, meetings="SendOnlyToAll")
    remove(other, put(other, received(other, subject, "MeetingCancellation")))


@scenario(SPEC, "S03_TC02", requirements=rows(602, 1188, 1189), needs=MEETINGS)
def copy_a_meeting_and_its_messages(ews: Mailbox, other: Mailbox) -> None:
    """Meeting, request, response and cancellation: each is in both places then."""
    subject = ews.unique("Copied")

    def copy(user: Mailbox, item: Node) -> Ref:
        copied = user.get_item(user.copy_items("drafts", item.id)[0])
        holds(copied, {"ItemClass": item.text("ItemClass"), "Subject": item.text("Subject")})
        different(copied.ref("ParentFolderId").id, item.ref("ParentFolderId").id, "folders")
        return item.id

    _with_their_messages(ews, other, subject, copy)
    equal(len(ews.find("drafts", subject)), 2, "copies of the organiser")
    equal(len(other.find("drafts", subject)), 2, "copies of the attendee")


@scenario(SPEC, "S04_TC02", requirements=rows(640, 1226, 1227), needs=MEETINGS)
def move_a_meeting_and_its_messages(ews: Mailbox, other: Mailbox) -> None:
    """The meeting to the Inbox, messages to the calendar: each is answered or ended from there."""
    subject = ews.unique("Moved")

    def move(user: Mailbox, item: Node) -> Ref:
        target = "inbox" if item.name == "CalendarItem" else "calendar"
        moved = user.move_items(target, item.id)[0]
        refused(user.call(requests.get_item([item.id])), "ErrorItemNotFound")
        equal(user.get_item(moved).text("ItemClass"), item.text("ItemClass"), "ItemClass")
        return moved

    _with_their_messages(ews, other, subject, move)
    left = {(item.name, item.text("Subject")) for item in other.find("calendar", subject)}
    equal(left, set(), "what the attendee has in the calendar")


@scenario(SPEC, "S05_TC02", requirements=rows(1198, 1199, 1217, 1218, 1235, 1236))
def change_several(ews: Mailbox, calendar: Ref) -> None:
    """Two are changed by one request."""
    made = [single(ews, calendar), single(ews, calendar)]
    place = requests.set_field("calendar:Location", t.CalendarItem(t.Location("Room 7")))
    answer = ews.call(requests.update_item(*[requests.item_change(ref, place) for ref in made]))
    success(answer, 2)
    answer = ews.call(requests.get_item(made))
    success(answer, 2)
    equal([item.text("Location") for item in answer.items], ["Room 7", "Room 7"], "Location")


@scenario(SPEC, "S05_TC03", requirements=rows(602, 1188, 1189))
def copy_several(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """Two are copied by one request, and stay."""
    made = ews.make_items(*[kinds.APPOINTMENT.make(ews.unique(n)) for n in "AB"], folder=calendar)
    copies = ews.copy_items(folder, *made)
    equal({item.id.id for item in ews.find(folder)}, {ref.id for ref in copies}, "copies")
    equal({item.id.id for item in ews.find(calendar)}, {ref.id for ref in made}, "originals")


@scenario(SPEC, "S05_TC04", requirements=rows(640, 1226, 1227))
def move_several(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """Two are moved by one request."""
    made = ews.make_items(*[kinds.APPOINTMENT.make(ews.unique(n)) for n in "AB"], folder=calendar)
    moved = ews.move_items(folder, *made)
    equal({item.id.id for item in ews.find(folder)}, {ref.id for ref in moved}, "moved")
    equal(ews.find(calendar), [], "items left behind")
