"""Changing, copying, moving and sending messages."""

from __future__ import annotations

from conformance import requests
from conformance.checks import different, equal, refused, success
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.scenarios.msg.create import addresses
from conformance.things import message, recipients
from conformance.xml import Element, t


def _to(address: str) -> Element:
    """Replace the recipients of a message by one."""
    new = t.Message(recipients("ToRecipients", [address]))
    return requests.set_field("message:ToRecipients", new)


@scenario(
    "MS-OXWSMSG",
    "S02_TC01",
    requirements=("MS-OXWSMSG_R143", "MS-OXWSMSG_R144", "MS-OXWSMSG_R145"),
)
def change_the_recipient(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """A new ToRecipients replaces the old, and DisplayTo follows."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    before = ews.get_item(made).text("DisplayTo")
    changed = ews.update(made, _to(other.address))
    read = ews.get_item(changed)
    equal(addresses(read, "ToRecipients"), [other.address.lower()], "ToRecipients")
    equal(read.text("DisplayTo"), other.name(), "DisplayTo")
    different(read.text("DisplayTo"), before, "DisplayTo before and after")


@scenario(
    "MS-OXWSMSG",
    "S03_TC01",
    requirements=("MS-OXWSMSG_R168", "MS-OXWSMSG_R169", "MS-OXWSMSG_R170"),
)
def copy_a_message(ews: Mailbox, folder: Ref) -> None:
    """The copy is another item with the same subject; both can be deleted."""
    subject = ews.unique("Message")
    made = ews.make_item(message(subject, to=[ews.address]), "drafts")
    copy = ews.copy_items(folder, made)[0]
    different(copy.id, made.id, "ids of message and copy")
    read = ews.get_item(copy)
    equal(read.text("Subject"), subject, "Subject of the copy")
    equal(read.ref("ParentFolderId").id, folder.id, "folder of the copy")
    equal(len(ews.find("drafts", subject)), 1, "what is left in drafts")
    ews.delete_items(made, copy)


@scenario("MS-OXWSMSG", "S03_TC02", requirements=("MS-OXWSMSG_R170001", "MS-OXWSMSG_R170002"))
def a_deleted_message_cannot_be_copied(ews: Mailbox, folder: Ref) -> None:
    """CopyItem on what is gone."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    ews.delete_items(made)
    refused(ews.call(requests.copy_item([made], "inbox")), "ErrorItemNotFound")


@scenario(
    "MS-OXWSMSG",
    "S04_TC01",
    requirements=("MS-OXWSMSG_R161", "MS-OXWSMSG_R162", "MS-OXWSMSG_R163"),
)
def move_a_message(ews: Mailbox) -> None:
    """It is found in its new folder, no longer in the old; the new id works."""
    subject = ews.unique("Message")
    made = ews.make_item(message(subject, to=[ews.address]), "drafts")
    moved = ews.move_items("junkemail", made)[0]
    equal(ews.find("drafts", subject), [], "drafts")
    equal([each.id.id for each in ews.find("junkemail", subject)], [moved.id], "junk e-mail")
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")
    ews.delete_items(moved)


@scenario("MS-OXWSMSG", "S04_TC02", requirements=("MS-OXWSMSG_R163001", "MS-OXWSMSG_R163002"))
def a_deleted_message_cannot_be_moved(ews: Mailbox, folder: Ref) -> None:
    """MoveItem on what is gone."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    ews.delete_items(made)
    refused(ews.call(requests.move_item([made], "junkemail")), "ErrorItemNotFound")


@scenario(
    "MS-OXWSMSG",
    "S05_TC01",
    requirements=("MS-OXWSMSG_R177", "MS-OXWSMSG_R178", "MS-OXWSMSG_R179", "MS-OXWSMSG_R31"),
)
def send_a_message(ews: Mailbox, other: Mailbox) -> None:
    """A draft is sent and filed; one without recipients is refused and stays."""
    subject = ews.unique("Message")
    made = ews.make_item(message(subject, to=[other.address], text="Hello"), "drafts")
    success(ews.call(requests.send_item([made], save=True, folder="sentitems")))
    other.arrived("inbox", subject)
    ews.arrived("sentitems", subject)

    nobody = ews.make_item(message(ews.unique("To nobody"), text="Hello"), "drafts")
    refused(ews.call(requests.send_item([nobody], save=True, folder="sentitems")))
    ews.delete_items(nobody)


@scenario(
    "MS-OXWSMSG",
    "S06_TC01",
    requirements=("MS-OXWSMSG_R113", "MS-OXWSMSG_R135", "MS-OXWSMSG_R145", "MS-OXWSMSG_R179"),
)
def two_messages_through_every_operation(ews: Mailbox, other: Mailbox) -> None:
    """Create, get, change, copy, move, send and delete two at a time."""
    subjects = [ews.unique("First"), ews.unique("Second")]
    drafts = [message(subject, to=[other.address], text="Hello") for subject in subjects]
    made = ews.make_items(*drafts, folder="drafts")
    read = ews.call(requests.get_item(made))
    success(read, 2)
    equal([each.text("Subject") for each in read.items], subjects, "subjects in order")

    changes = [requests.item_change(each, _to(other.address)) for each in made]
    changed = ews.call(requests.update_item(*changes))
    success(changed, 2)
    made = [each.id for each in changed.items]

    copies = ews.copy_items("junkemail", *made)
    moved = ews.move_items("deleteditems", *copies)
    success(ews.call(requests.send_item(made, save=False)), 2)
    for subject in subjects:
        other.arrived("inbox", subject)
        equal(ews.find("sentitems", subject), [], "Sent Items")
    ews.delete_items(*moved)
