"""SyncFolderItems over the messages of meetings."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, no_more_than
from conformance.mailbox import Mailbox
from conformance.meetings import accept, cancel, invite
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.scenarios.sync.following import Change, ItemFollower
from conformance.xml import t

NEEDS = ("calendar",)


def _follow_rest(ews: Mailbox, item: Ref, follower: ItemFollower) -> tuple[Change, Change]:
    """A new subject, the read flag, the end: the Update and the ReadFlagChange."""
    subject = requests.set_field("item:Subject", t.Message(t.Subject(ews.unique("New subject"))))
    item = ews.update(item, subject, conflict="AutoResolve")
    updated = follower.one("Update")
    was_read = ews.get_item(item).text("IsRead") == "true"
    flip = requests.set_field("message:IsRead", t.Message(t.IsRead(not was_read)))
    ews.update(item.keyless, flip)
    flipped = follower.one("ReadFlagChange")
    equal(flipped.node.ref("ItemId").id, item.id, "ItemId of the flag")
    ews.delete_items(item)
    equal(follower.one("Delete").node.ref("ItemId").id, item.id, "ItemId of what is gone")
    return updated, flipped


@scenario(
    "MS-OXWSSYNC",
    "S02_TC02",
    requirements=(
        "MS-OXWSSYNC_R1671",
        "MS-OXWSSYNC_R1672",
        "MS-OXWSSYNC_R166",
        "MS-OXWSSYNC_R184",
    ),
    needs=NEEDS,
)
def follow_meeting_requests(ews: Mailbox, other: Mailbox) -> None:
    """The copy in Sent Items comes as MeetingRequest."""
    follower = ItemFollower(ews, "sentitems", "Default")
    follower.changes()
    subject = ews.unique("Meeting")
    invite(ews, other, subject)
    equal(other.arrived("inbox", subject)[0].name, "MeetingRequest", "what the attendee gets")
    created = follower.one("Create")
    equal(created.kind, "MeetingRequest", "kind of item")
    updated, _ = _follow_rest(ews, created.thing.id, follower)
    equal(updated.kind, "MeetingRequest", "kind of item")


@scenario(
    "MS-OXWSSYNC",
    "S02_TC03",
    requirements=(
        "MS-OXWSSYNC_R1691",
        "MS-OXWSSYNC_R1692",
        "MS-OXWSSYNC_R3783",
        "MS-OXWSSYNC_R3832",
    ),
    needs=NEEDS,
)
def follow_meeting_responses(ews: Mailbox, other: Mailbox) -> None:
    """The attendee's answer comes as MeetingResponse; IdOnly is only the id."""
    follower = ItemFollower(ews, "inbox", "IdOnly")
    follower.changes()
    subject = ews.unique("Meeting")
    invite(ews, other, subject)
    accept(other, subject)
    ews.arrived("inbox", subject)
    created = follower.one("Create")
    equal(created.kind, "MeetingResponse", "kind of item")
    updated, _ = _follow_rest(ews, created.thing.id, follower)
    equal(updated.kind, "MeetingResponse", "kind of item")
    no_more_than(updated.thing, ["ItemId"])


@scenario(
    "MS-OXWSSYNC",
    "S02_TC04",
    requirements=(
        "MS-OXWSSYNC_R1711",
        "MS-OXWSSYNC_R1712",
        "MS-OXWSSYNC_R1951",
        "MS-OXWSSYNC_R1952",
    ),
    needs=NEEDS,
)
def follow_meeting_cancellations(ews: Mailbox, other: Mailbox) -> None:
    """The copy in Sent Items comes as MeetingCancellation, read, until it is marked unread."""
    follower = ItemFollower(ews, "sentitems")
    subject = ews.unique("Meeting")
    meeting = invite(ews, other, subject)
    other.arrived("inbox", subject)
    follower.changes()
    cancel(ews, meeting)
    created = follower.one("Create")
    equal(created.kind, "MeetingCancellation", "kind of item")
    equal(created.thing.text("IsRead"), "true", "IsRead")
    updated, flipped = _follow_rest(ews, created.thing.id, follower)
    equal(updated.kind, "MeetingCancellation", "kind of item")
    equal(flipped.node.text("IsRead"), "false", "IsRead")
