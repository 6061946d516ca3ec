"""What is particular to messages: MS-OXWSCORE's fourth scenario."""

from __future__ import annotations

from conformance import requests
from conformance.checks import Missing, check, equal, holds, present, success
from conformance.kinds import MESSAGE
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.scenarios.core.life import new_subject, two_through_every_operation
from conformance.things import mailbox, message, optional_headers
from conformance.xml import Element, m, t


def _draft(ews: Mailbox, other: Mailbox, subject: str) -> Ref:
    return ews.make_item(message(subject, to=[other.address], text="Hello"), "drafts")


def _send(ews: Mailbox, draft: Element) -> None:
    success(ews.call(requests.create_item(draft, disposition="SendOnly")))


@scenario("MS-OXWSCORE", "S04_TC04", requirements=("MS-OXWSCORE_R462",))
def send_a_message(ews: Mailbox, other: Mailbox) -> None:
    """A saved message reaches its recipient."""
    subject = ews.unique("Created item")
    made = _draft(ews, other, subject)
    success(ews.call(requests.send_item([made], save=False)))
    other.arrived("inbox", subject)
    equal(ews.find("drafts", subject), [], "drafts after sending")


@scenario("MS-OXWSCORE", "S04_TC09", requirements=("MS-OXWSCORE_R299", "MS-OXWSCORE_R462"))
def two_messages_at_a_time(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Create, change, move, get, copy and send two."""
    home = ews.make_folder(folder, "Home")
    drafts = [
        message(ews.unique(words), to=[other.address], text="Hello") for words in ("One", "Two")
    ]
    copies = two_through_every_operation(ews, home, folder, MESSAGE, drafts)
    success(ews.call(requests.send_item(copies, save=False)), 2)
    for words in ("Updated one", "Updated two"):
        other.arrived("inbox", ews.unique(words))


@scenario(
    "MS-OXWSCORE",
    "S04_TC17",
    requirements=(
        "MS-OXWSCORE_R131",
        "MS-OXWSCORE_R132",
        "MS-OXWSCORE_R133",
        "MS-OXWSCORE_R136",
    ),
)
def what_one_may_answer(ews: Mailbox) -> None:
    """Received mail that wants a receipt offers four response objects, and no more."""
    subject = ews.unique("Receipt wanted")
    _send(ews, message(subject, to=[ews.address], text="Hello", IsReadReceiptRequested=True))
    received = ews.get_item(ews.arrived("inbox", subject)[0].id)
    offered = sorted(each.name for each in received.nodes("ResponseObjects/*"))
    expected = ["ForwardItem", "ReplyAllToItem", "ReplyToItem", "SuppressReadReceipt"]
    equal(offered, expected, "ResponseObjects")


@scenario(
    "MS-OXWSCORE",
    "S04_TC18",
    requirements=(
        "MS-OXWSCORE_R1787",
        "MS-OXWSCORE_R1851",
        "MS-OXWSCORE_R1920",
        "MS-OXWSCORE_R1921",
        "MS-OXWSCORE_R1922",
        "MS-OXWSCORE_R1923",
    ),
    needs=("junk",),
)
def junk_and_not_junk(ews: Mailbox, other: Mailbox) -> None:
    """With MoveItem it goes to Junk E-mail and back to Inbox; without, it stays where it is."""
    subject = ews.unique("Junk")
    item = ews.make_item(message(subject, t.Sender(mailbox(other.address))), "drafts")
    for is_junk, moves, place in (
        (True, True, "junkemail"),
        (True, False, "junkemail"),
        (False, True, "inbox"),
        (False, False, "inbox"),
    ):
        request = m.MarkAsJunk(requests.item_ids([item]), IsJunk=is_junk, MoveItem=moves)
        marked = success(ews.call(request))[0]
        found = ews.find(place, subject)
        equal(len(found), 1, f"items in {place}")
        item = found[0].id
        if moves:
            equal(marked.text("MovedItemId@Id"), item.id, "MovedItemId")


@scenario("MS-OXWSCORE", "S04_TC19", requirements=("MS-OXWSCORE_R1648", "MS-OXWSCORE_R1649"))
def send_with_and_without_a_copy(ews: Mailbox, other: Mailbox) -> None:
    """SaveItemToFolder false leaves nothing in Sent Items, true a copy."""
    for save in (False, True):
        subject = ews.unique(f"Saved {save}")
        made = _draft(ews, other, subject)
        place = "sentitems" if save else None
        success(ews.call(requests.send_item([made], save=save, folder=place)))
        other.arrived("inbox", subject)
        equal(len(ews.find("sentitems", subject)), int(save), "copies in Sent Items")


@scenario("MS-OXWSCORE", "S04_TC20", requirements=("MS-OXWSCORE_R1290",))
def every_operation_with_headers(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """Impersonating oneself needs no right; culture and time zone are taken."""
    headers = optional_headers(ews.address)
    subject = ews.unique("With headers")
    create = requests.create_item(
        message(subject, to=[other.address], text="Hello"), folder="drafts"
    )
    made = ews.call(create, headers=headers)
    success(made)
    change = requests.item_change(made.items[0].id, new_subject(MESSAGE, subject))
    changed = ews.call(requests.update_item(change), headers=headers)
    success(changed)
    ids = [changed.items[0].id]
    moved = ews.call(requests.move_item(ids, folder), headers=headers)
    success(moved)
    ids = [moved.items[0].id]
    mark = requests.mark_all([folder], read=True, suppress_receipts=True)
    success(ews.call(mark, headers=headers))
    read = ews.call(requests.get_item(ids), headers=headers)
    success(read)
    equal(read.items[0].text("IsRead"), "true", "IsRead")
    copied = ews.call(requests.copy_item(ids, "drafts"), headers=headers)
    success(copied)
    send = requests.send_item([copied.items[0].id], save=False)
    success(ews.call(send, headers=headers))
    other.arrived("inbox", subject)
    success(ews.call(requests.delete_item(ids), headers=headers))


@scenario(
    "MS-OXWSCORE",
    "S04_TC21",
    requirements=(
        "MS-OXWSCORE_R1608",
        "MS-OXWSCORE_R1609",
        "MS-OXWSCORE_R1614",
        "MS-OXWSCORE_R1615",
        "MS-OXWSCORE_R96",
        "MS-OXWSCORE_R98",
    ),
)
def draft_and_sent(ews: Mailbox, other: Mailbox, folder: Ref) -> None:
    """A saved message is a draft that was modified; a received one neither."""
    me, you = ews.name(), other.name()
    draft = message(
        ews.unique("Saved"),
        to=[ews.address, other.address],
        cc=[other.address, ews.address],
    )
    saved = ews.get_item(ews.make_item(draft, folder))
    holds(saved, {"IsDraft": True, "IsUnmodified": False})
    equal(saved.text("DisplayTo"), f"{me}; {you}", "DisplayTo")
    equal(saved.text("DisplayCc"), f"{you}; {me}", "DisplayCc")

    subject = ews.unique("Sent")
    _send(ews, message(subject, to=[ews.address], text="Hello"))
    received = ews.get_item(ews.arrived("inbox", subject)[0].id)
    holds(received, {"IsDraft": False, "IsUnmodified": True})


ENTITIES = {
    "EntityExtractionResult/EmailAddresses/EmailAddressEntity/EmailAddress": "{address}",
    "EntityExtractionResult/PhoneNumbers/Phone/OriginalPhoneString": "(235) 555-0110",
    "EntityExtractionResult/Urls/UrlEntity/Url": "http://www.contoso.example/",
}


@scenario(
    "MS-OXWSCORE",
    "S04_TC22",
    requirements=("MS-OXWSCORE_R1325", "MS-OXWSCORE_R88", "MS-OXWSCORE_R124", "MS-OXWSCORE_R1708"),
    needs=("entity extraction",),
)
def headers_and_what_is_found_in_the_body(ews: Mailbox, other: Mailbox) -> None:
    """Received mail has its Internet headers, and addresses, numbers and links of its body."""
    subject = ews.unique("With entities")
    text = (
        f"Any problems, contact James, his Home phone number is (235) 555-0110, his e-mail is "
        f"{other.address}, or see http://www.contoso.example/ for more."
    )
    _send(ews, message(subject, to=[ews.address], text=text))
    received = ews.get_item(ews.arrived("inbox", subject)[0].id)
    _check_headers(received, subject)
    extracted = ews.get_item(received.id, paths=["item:EntityExtractionResult"])
    if not extracted.has("EntityExtractionResult"):
        raise Missing("addresses and dates found in bodies: no EntityExtractionResult")
    for path, expected in ENTITIES.items():
        found = [text.lower() for text in extracted.texts(path)]
        check(expected.format(address=other.address).lower() in found, f"{path}: {found}")


def _check_headers(received: Node, subject: str) -> None:
    present(received, "InternetMessageHeaders")
    headers = {
        each.text("@HeaderName"): each.text()
        for each in received.nodes("InternetMessageHeaders/InternetMessageHeader")
    }
    equal(headers.get("Subject"), subject, "header Subject")
    check("Message-ID" in headers or "Message-Id" in headers, "no header Message-ID")


@scenario("MS-OXWSCORE", "S04_TC23", requirements=("MS-OXWSITEMID_R62",), needs=("public folders",))
def a_message_in_a_public_folder(ews: Mailbox) -> None:
    """It can be saved there and read."""
    public = ews.make_folder("publicfoldersroot", ews.unique("Public"))
    made = ews.make_item(message(ews.unique("Message")), public)
    equal(ews.get_item(made).text("Subject"), ews.unique("Message"), "Subject")


def _receipt_wanted(ews: Mailbox, other: Mailbox, subject: str) -> Ref:
    """Mail that wants a receipt, as the recipient has it."""
    _send(ews, message(subject, to=[other.address], text="Hello", IsReadReceiptRequested=True))
    return other.arrived("inbox", subject)[0].id


@scenario("MS-OXWSCORE", "S04_TC24", requirements=("MS-OXWSCORE_R2311",))
def deleting_unread_mail_and_receipts(ews: Mailbox, other: Mailbox) -> None:
    """SuppressReadReceipts true: none is sent; false: exactly one."""
    silent, told = ews.unique("Silent"), ews.unique("Told")
    item = _receipt_wanted(ews, other, silent)
    success(other.call(requests.delete_item([item], suppress_receipts=True)))
    item = _receipt_wanted(ews, other, told)
    success(other.call(requests.delete_item([item], suppress_receipts=False)))
    ews.arrived("inbox", told)
    equal(ews.find("inbox", silent), [], "receipts for what was deleted silently")


@scenario("MS-OXWSCORE", "S04_TC25", requirements=("MS-OXWSCORE_R2315",))
def reading_mail_and_receipts(ews: Mailbox, other: Mailbox) -> None:
    """SuppressReadReceipts true: none is sent; false: exactly one."""
    silent, told = ews.unique("Silent"), ews.unique("Told")
    read = requests.set_field("message:IsRead", t.Message(t.IsRead(True)))
    item = _receipt_wanted(ews, other, silent)
    other.update(item, read, conflict="AutoResolve", suppress_receipts=True)
    item = _receipt_wanted(ews, other, told)
    other.update(item, read, conflict="AutoResolve", suppress_receipts=False)
    ews.arrived("inbox", told)
    equal(ews.find("inbox", silent), [], "receipts for what was read silently")
