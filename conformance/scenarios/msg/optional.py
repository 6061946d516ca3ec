"""Elements that a message may have, and those that only the server sets."""

from __future__ import annotations

from conformance import requests
from conformance.checks import equal, holds, present, refused
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import each, scenario
from conformance.things import mailbox, message, thing
from conformance.xml import Element, t


@scenario(
    "MS-OXWSMSG",
    "S07_TC01",
    requirements=(
        "MS-OXWSMSG_R26",
        "MS-OXWSMSG_R53",
        "MS-OXWSMSG_R2512",
        "MS-OXWSMSG_R4200",
        "MS-OXWSMSG_R4600",
        "MS-OXWSMSG_R6100",
        "MS-OXWSMSG_R6500",
    ),
)
def a_message_with_sender_and_from(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Sender and From are read back with address and type; what is false stays false."""
    draft = message(
        ews.unique("Message"),
        t.Sender(mailbox(ews.address)),
        t.From(mailbox(ews.address)),
        to=[other.address],
        IsReadReceiptRequested=False,
        IsDeliveryReceiptRequested=False,
        IsRead=False,
        IsResponseRequested=False,
    )
    read = ews.get_item(ews.make_item(draft, folder))
    for who in ("Sender", "From"):
        address = read.text(f"{who}/Mailbox/EmailAddress") or ""
        equal(address.lower(), ews.address.lower(), who)
        equal(read.text(f"{who}/Mailbox/MailboxType"), "Mailbox", f"type of {who}")
    holds(
        read,
        {
            "IsReadReceiptRequested": False,
            "IsDeliveryReceiptRequested": False,
            "IsRead": False,
            "IsResponseRequested": False,
        },
    )


@scenario(
    "MS-OXWSMSG",
    "S07_TC02",
    requirements=(
        "MS-OXWSMSG_R27",
        "MS-OXWSMSG_R34",
        "MS-OXWSMSG_R37",
        "MS-OXWSMSG_R40",
        "MS-OXWSMSG_R54",
        "MS-OXWSMSG_R63",
        "MS-OXWSMSG_R67",
        "MS-OXWSMSG_R70",
    ),
)
def a_message_without_anything(ews: Mailbox, folder: Ref) -> None:
    """An empty message can be saved and read; what it always has is there."""
    made = ews.make_item(t.Message(), folder)
    present(
        ews.get_item(made), "ItemId", "ItemClass", "Size", "IsRead", "IsDraft", "DateTimeCreated"
    )


def _who(name: str) -> Element:
    return t(name, mailbox("someone@contoso.example", "Someone"))


READ_ONLY = {
    "S07_TC03": ("message:ConversationIndex", t.ConversationIndex("AQ==")),
    "S07_TC04": ("message:ConversationTopic", t.ConversationTopic("Topic")),
    "S07_TC06": ("message:ReceivedBy", _who("ReceivedBy")),
    "S07_TC07": ("message:ReceivedRepresenting", _who("ReceivedRepresenting")),
    "S07_TC08": (
        "message:ApprovalRequestData",
        t.ApprovalRequestData(t.IsUndecidedApprovalRequest(True)),
    ),
    "S07_TC09": ("message:VotingInformation", t.VotingInformation(t.VotingResponse("Yes"))),
    "S07_TC10": (
        "message:ReminderMessageData",
        t.ReminderMessageData(t.ReminderText("Text"), t.Location("Here")),
    ),
}


class ReadOnly(tuple[str, Element]):
    """A path with a value that nobody may set."""

    def __str__(self) -> str:
        return self[0]


@each(
    "MS-OXWSMSG",
    {name: ReadOnly(case) for name, case in READ_ONLY.items()},
    parameter="case",
    requirements=("MS-OXWSMSG_R113001", "MS-OXWSMSG_R145001"),
)
def only_the_server_sets(ews: Mailbox, folder: Ref, case: ReadOnly) -> None:
    """CreateItem and UpdateItem refuse it with ErrorInvalidPropertySet."""
    path, value = case
    draft = message(ews.unique("Message"), value, to=[ews.address])
    refused(ews.call(requests.create_item(draft, folder=folder)), "ErrorInvalidPropertySet")

    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    change = requests.item_change(made, requests.set_field(path, thing("Message", value)))
    refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")


@scenario("MS-OXWSMSG", "S07_TC05", requirements=("MS-OXWSMSG_R58",))
def the_message_id_stays(ews: Mailbox, folder: Ref) -> None:
    """UpdateItem refuses a new InternetMessageId."""
    made = ews.make_item(message(ews.unique("Message"), to=[ews.address]), folder)
    new = requests.set_field(
        "message:InternetMessageId", t.Message(t.InternetMessageId("<new@contoso.example>"))
    )
    change = requests.item_change(made, new)
    refused(ews.call(requests.update_item(change)), "ErrorInvalidPropertySet")
