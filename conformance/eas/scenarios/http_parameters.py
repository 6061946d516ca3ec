"""MS-ASHTTP: what the query string says besides the command, and the codes of commands, in both of
its forms."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.folders import create
from conformance.eas.scenarios.meeting_response import SECOND_WEEK, invited, own_entry
from conformance.eas.scenarios.resolve_recipients import recipients, resolved
from conformance.eas.scenarios.search import found_by
from conformance.eas.scenarios.validate_cert import certificates, judged
from conformance.eas.things import data_of, fetch_of, words_of
from conformance.eas.wbxml import node
from conformance.scenario import each, scenario

_S = "MS-ASHTTP"
_OK, _MOVED = "1", "3"
_SENT = 5
_FORMS = (True, False)


def _subjects(device: Device, type: int) -> list[str]:
    held = device.sync_all(device.folder_of_type(type))
    return [words_of(data, "Email:Subject") for data in held.items.values()]


@each(
    _S,
    {"S01_TC03": True, "S01_TC04": False},
    parameter="packed",
    requirements=("MS-ASHTTP_R18", "MS-ASHTTP_R115", "MS-ASHTTP_R487"),
    registry=REGISTRY,
)
def a_file_is_named(device: Device, packed: bool) -> None:
    """AttachmentName of GetAttachment, as 12.1 has it."""
    needs(device, "12.1", "GetAttachment", last="12.1")
    content = b"\x00\xff" * 50
    _, _, data = received(device, file=("file.bin", content))
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    device.identity.packed = packed
    reply = device.post("GetAttachment", parameters={"AttachmentName": reference})
    check(reply.body == content, "the file differs")


@each(
    _S,
    {"S01_TC05": True, "S01_TC06": False},
    parameter="packed",
    requirements=(
        "MS-ASHTTP_R92", "MS-ASHTTP_R93", "MS-ASHTTP_R524", "MS-ASHTTP_R525", "MS-ASHTTP_R120",
        "MS-ASHTTP_R530", "MS-ASHTTP_R531", "MS-ASHTTP_R492", "MS-ASHTTP_R121", "MS-ASHTTP_R437",
        "MS-ASHTTP_R122",
    ),
    registry=REGISTRY,
)  # fmt: skip
def what_is_sent_is_kept_where_that_is_said(device: Device, packed: bool) -> None:
    """SaveInSent of all three commands in 12.1: a copy is in Sent Items with it, none without."""
    needs(device, "12.1", "messages as bodies", last="12.1")
    inbox, id, _ = received(device)
    device.identity.packed = packed
    kept, lost = set[str](), set[str]()
    for saves, subjects in ((True, kept), (False, lost)):
        for command in ("SendMail", "SmartReply", "SmartForward"):
            subject = unique(command)
            mime = message(device, device, subject)
            if command == "SendMail":
                device.send(mime, saves=saves)
            else:
                device.smart(command, mime, inbox, id, saves=saves)
            arrived(device, subject)
            subjects.add(subject)
    sent = set(_subjects(device, _SENT))
    check(kept <= sent, f"{kept - sent} are not in Sent Items")
    check(not lost & sent, f"{lost & sent} are in Sent Items")


@each(
    _S,
    {"S01_TC07": True, "S01_TC08": False},
    parameter="packed",
    requirements=("MS-ASHTTP_R83", "MS-ASHTTP_R118", "MS-ASHTTP_R528", "MS-ASHTTP_R512"),
    registry=REGISTRY,
)
def what_a_search_found_is_answered_and_forwarded(device: Device, packed: bool) -> None:
    """By its LongId, which stands in the query string before 14.0."""
    inbox, _, data = received(device, text="The original words")
    words = node("Search:FreeText", f'"{words_of(data, "Email:Subject")}"')
    folder = node("AirSync:CollectionId", inbox)
    (found,) = found_by(device, node("AirSync:Class", "Email"), folder, words)
    device.identity.packed = packed
    for command in ("SmartReply", "SmartForward"):
        subject = unique(command)
        mime = message(device, device, subject, "New words")
        reply = device.smart(command, mime, long_id=found.text("Search:LongId"))
        check(reply.status == 200 and reply.body == b"", f"{command}: HTTP {reply.status}")
        text = data_of(arrived(device, subject)[2])
        check("New words" in text and "The original words" in text, f"{command} sends {text!r}")


@scenario(
    _S,
    "S01_TC10",
    requirements=("MS-ASHTTP_R84", "MS-ASHTTP_R529", "MS-ASHTTP_R513"),
    registry=REGISTRY,
)
def one_of_a_series_is_answered(device: Device, other: Device) -> None:
    """By its Occurrence, in the plain form: with the words of the invitation; one that is no moment
    is refused."""
    subject, _, _ = invited(device, other, weekly=True)
    folder, id = own_entry(device, subject)
    answer = unique("Answer")
    mime = message(device, other, answer, "New words")
    reply = device.smart("SmartReply", mime, folder, id, occurrence=SECOND_WEEK)
    check(reply.status == 200 and reply.body == b"", f"HTTP {reply.status} {reply.body!r}")
    text = data_of(arrived(other, answer)[2])
    check("New words" in text and "Words" in text, f"the answer is {text!r}")
    wrong = message(device, other, unique("Wrong"), "New words")
    reply = device.smart("SmartReply", wrong, folder, id, occurrence="no moment")
    told = reply.root.text("ComposeMail:Status") if reply.root else str(reply.status)
    check(told == ("400" if device.version == "12.1" else "104"), f"it is answered by {told}")


@scenario(
    _S,
    "S01_TC12",
    requirements=(
        "MS-ASHTTP_R69", "MS-ASHTTP_R499", "MS-ASHTTP_R70", "MS-ASHTTP_R74", "MS-ASHTTP_R504",
        "MS-ASHTTP_R75", "MS-ASHTTP_R94",
    ),
    registry=REGISTRY,
)  # fmt: skip
def items_are_handled_in_the_base64_form(device: Device) -> None:
    """SendMail, Ping, Sync, FolderCreate, MoveItems, and ItemOperations with parts."""
    device.identity.packed = True
    device.sync_all(device.folder_of_type(2))
    subject = unique("Packed")
    device.send(message(device, device, subject, "Packed words"), saves=False)
    told = device.ping(60, [device.folder_of_type(2)]).text("Ping:Status")
    check(told == "2", f"Ping has status {told}")
    inbox, id, _ = arrived(device, subject)
    folder = create(device, unique("Folder")).text("FolderHierarchy:ServerId")
    moved = device.ask("MoveItems", documents.move((id, inbox, folder)))
    check(moved.text("Move:Response", "Move:Status") == _MOVED, f"{moved}")
    (new,) = device.sync_all(folder).items
    asked = fetch_of(folder, new, body_preference(1))
    parts = device.post("ItemOperations", asked, multipart=True).parts
    check([b"Packed words" in part for part in parts] == [True], f"the parts are {parts}")
    check(device.post("ItemOperations", asked).parts == [], "a part that nobody asked for")


@scenario(
    _S,
    "S01_TC13",
    requirements=(
        "MS-ASHTTP_R77", "MS-ASHTTP_R507", "MS-ASHTTP_R73", "MS-ASHTTP_R503", "MS-ASHTTP_R72",
        "MS-ASHTTP_R76",
    ),
    registry=REGISTRY,
)  # fmt: skip
def people_and_settings_are_asked_for_in_the_base64_form(device: Device) -> None:
    """ResolveRecipients, Settings and Provision answer as in the plain form."""
    own = device.identity.user
    get = node("Settings:Settings", node("Settings:UserInformation", node("Settings:Get")))
    for packed in _FORMS:
        device.identity.packed = packed
        addresses = [
            each.text("ResolveRecipients:EmailAddress")
            for each in recipients(resolved(device, own))
        ]
        check(addresses == [own], f"{own} is resolved as {addresses}")
        told = device.ask("Settings", get)
        part = told.find("Settings:UserInformation", "Settings:Get")
        check(part is not None and own in str(part), f"Settings is answered by {told}")
        device.provision()
        check(device.folder_sync("0").text("FolderHierarchy:Status") == _OK, "the key is refused")


@scenario(_S, "S01_TC14", requirements=("MS-ASHTTP_R78", "MS-ASHTTP_R508"), registry=REGISTRY)
def certificates_are_judged_in_the_base64_form(device: Device) -> None:
    """ValidateCert: as in the plain form, the one whose signature is wrong by status 3."""
    chain = certificates()
    for wrong in (True, False):
        told = set[str]()
        for packed in _FORMS:
            device.identity.packed = packed
            told.add(judged(device, chain.forged if wrong else chain.own, chain.issuer))
        check(len(told) == 1 and ("3" in told) == wrong, f"the statuses are {told}")
