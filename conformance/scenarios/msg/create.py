"""Creating, reading and deleting messages."""

from __future__ import annotations

from conformance import requests
from conformance.checks import (
    absent,
    contains,
    equal,
    holds,
    lacks,
    no_more_than,
    present,
    refused,
    success,
)
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.things import message, recipients

SCRIPT = "<script>alert('Alert!');</script>"


def addresses(item: Node, path: str) -> list[str]:
    """Addresses of a list of recipients, in lower case."""
    return [text.lower() for text in item.texts(f"{path}/Mailbox/EmailAddress")]


@scenario(
    "MS-OXWSMSG",
    "S01_TC01",
    requirements=(
        "MS-OXWSMSG_R30",
        "MS-OXWSMSG_R33",
        "MS-OXWSMSG_R36",
        "MS-OXWSMSG_R42",
        "MS-OXWSMSG_R46",
        "MS-OXWSMSG_R61",
        "MS-OXWSMSG_R65",
        "MS-OXWSMSG_R66",
        "MS-OXWSMSG_R69",
        "MS-OXWSMSG_R127",
        "MS-OXWSMSG_R2912",
    ),
)
def a_message_with_all_elements(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """What is set is read back; a deleted message is not found."""
    me, you = ews.address.lower(), other.address.lower()
    draft = message(
        ews.unique("Message"),
        recipients("ReplyTo", [other.address]),
        to=[other.address],
        cc=[ews.address],
        bcc=[other.address],
        IsReadReceiptRequested=True,
        IsDeliveryReceiptRequested=True,
        IsResponseRequested=True,
        IsRead=True,
        References="<reference@contoso.example>",
    )
    made = ews.make_item(draft, folder)
    no_more_than(ews.get_item(made, "IdOnly"), ["ItemId"])

    read = ews.get_item(made)
    equal(addresses(read, "ToRecipients"), [you], "ToRecipients")
    equal(addresses(read, "CcRecipients"), [me], "CcRecipients")
    equal(addresses(read, "BccRecipients"), [you], "BccRecipients")
    equal(addresses(read, "ReplyTo"), [you], "ReplyTo")
    holds(
        read,
        {
            "ToRecipients/Mailbox/MailboxType": "Mailbox",
            "IsReadReceiptRequested": True,
            "IsDeliveryReceiptRequested": True,
            "IsResponseRequested": True,
            "IsRead": True,
            "References": "<reference@contoso.example>",
        },
    )
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(
    "MS-OXWSMSG",
    "S01_TC02",
    requirements=("MS-OXWSMSG_R81", "MS-OXWSMSG_R111", "MS-OXWSMSG_R112", "MS-OXWSMSG_R113"),
)
def save_only(ews: Mailbox, other: Mailbox) -> None:
    """SaveOnly keeps the message where it is told to; it can be sent later."""
    subject = ews.unique("Save only")
    made = ews.make_item(message(subject, to=[other.address], text="Hello"), "drafts")
    equal([each.id.id for each in ews.find("drafts", subject)], [made.id], "drafts")
    equal(other.find("inbox", subject), [], "what the recipient has")
    success(ews.call(requests.send_item([made], save=True, folder="sentitems")))
    other.arrived("inbox", subject)
    ews.arrived("sentitems", subject)
    equal(ews.find("drafts", subject), [], "drafts after sending")


@scenario(
    "MS-OXWSMSG",
    "S01_TC03",
    requirements=(
        "MS-OXWSMSG_R84",
        "MS-OXWSMSG_R203",
        "MS-OXWSMSG_R83",
        "MS-OXWSMSG_R72",
        "MS-OXWSMSG_R73",
    ),
)
def send_only(ews: Mailbox, other: Mailbox) -> None:
    """SendOnly leaves no copy, gives no id, and tells the recipient who received it."""
    subject = ews.unique("Send only")
    draft = message(subject, to=[other.address], text="Hello")
    answer = ews.call(requests.create_item(draft, folder="junkemail", disposition="SendOnly"))
    equal(success(answer)[0].items, [], "items of the answer")

    received = other.get_item(other.arrived("inbox", subject)[0].id)
    name = other.name()
    equal(received.text("ReceivedBy/Mailbox/Name"), name, "ReceivedBy")
    equal(received.text("ReceivedRepresenting/Mailbox/Name"), name, "ReceivedRepresenting")
    for place in ("junkemail", "sentitems", "drafts"):
        equal(ews.find(place, subject), [], place)


@scenario(
    "MS-OXWSMSG",
    "S01_TC04",
    requirements=("MS-OXWSMSG_R86", "MS-OXWSMSG_R204", "MS-OXWSMSG_R85"),
)
def send_and_save_copy(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """SendAndSaveCopy keeps a copy in the folder named, and gives no id."""
    subject = ews.unique("Send and save")
    draft = message(subject, to=[other.address], text="Hello")
    answer = ews.call(requests.create_item(draft, folder=folder, disposition="SendAndSaveCopy"))
    equal(success(answer)[0].items, [], "items of the answer")
    other.arrived("inbox", subject)
    copy = ews.get_item(ews.arrived(folder, subject)[0].id)
    equal(copy.text("IsDraft"), "false", "IsDraft of the copy")
    equal(ews.find("sentitems", subject), [], "Sent Items")


@scenario(
    "MS-OXWSMSG",
    "S01_TC05",
    requirements=(
        "MS-OXWSMSG_R135001",
        "MS-OXWSMSG_R135002",
        "MS-OXWSMSG_R154001",
        "MS-OXWSMSG_R154002",
    ),
)
def neither_get_nor_delete_what_is_not_there(ews: Mailbox, folder: Ref) -> None:
    """A deleted id is not found; a spoilt one is refused."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made], "IdOnly")), "ErrorItemNotFound")
    refused(ews.call(requests.delete_item([made])), "ErrorItemNotFound")
    spoilt = Ref("ItemId", f"{made.id}invalid", made.id)
    refused(ews.call(requests.delete_item([spoilt])))


@scenario("MS-OXWSMSG", "S01_TC06", requirements=("MS-OXWSCDATA_R21188", "MS-OXWSCDATA_R21189"))
def mime_only_when_asked_for(ews: Mailbox, folder: Ref) -> None:
    """IncludeMimeContent true brings MimeContent, false does not."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address], text="Hello"), folder)
    read = ews.get_item(made, IncludeMimeContent=True)
    present(read, "MimeContent", "MimeContent@CharacterSet")
    absent(ews.get_item(made, IncludeMimeContent=False), "MimeContent")


@scenario("MS-OXWSMSG", "S01_TC07", requirements=("MS-OXWSCDATA_R21193", "MS-OXWSCDATA_R21194"))
def script_is_filtered_when_asked_for(ews: Mailbox, folder: Ref) -> None:
    """FilterHtmlContent true takes the script out, false leaves it as it is."""
    html = f"<html><body><b>Bold</b>{SCRIPT}</body></html>"
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address], html=html), folder)
    filtered = ews.get_item(made, FilterHtmlContent=True).text("Body")
    lacks(filtered, "<script", "filtered body")
    contains(filtered, "Bold", "filtered body")
    contains(ews.get_item(made, FilterHtmlContent=False).text("Body"), SCRIPT, "body")


@scenario("MS-OXWSMSG", "S01_TC08", requirements=("MS-OXWSCDATA_R1190", "MS-OXWSCDATA_R1197"))
def body_as_text_and_a_property_by_path(ews: Mailbox, folder: Ref) -> None:
    """BodyType Text turns HTML into text; IdOnly with item:Subject is id and subject."""
    subject = ews.unique("Message")
    html = "<html><body><b>Bold</b> words</body></html>"
    made = ews.make_item(message(subject, to=[ews.address], html=html), folder)
    read = ews.get_item(made, BodyType="Text")
    equal(read.text("Body@BodyType"), "Text", "BodyType")
    contains(read.text("Body"), "Bold words", "body as text")
    lacks(read.text("Body"), "<b>", "body as text")
    short = ews.get_item(made, "IdOnly", ["item:Subject"])
    no_more_than(short, ["ItemId", "Subject"])
    equal(short.text("Subject"), subject, "Subject")
