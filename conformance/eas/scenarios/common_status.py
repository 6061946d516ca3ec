"""MS-ASCMD: status codes that all commands share (2.2.2)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from urllib.parse import quote

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.administrator import CLOSE, OPEN, Administrator
from conformance.eas.device import Device
from conformance.eas.http import Reply, post, read
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import HEADER, node
from conformance.scenario import each, scenario

_S, _C = "MS-ASCMD", "ComposeMail"


def _told(reply: Reply) -> str:
    """The status of the whole, or that of HTTP where there is no document."""
    if reply.root is None:
        return f"HTTP {reply.status}"
    return next((n.text() for n in reply.root.children if n.name.endswith(":Status")), "")


@each(
    _S,
    {"S15_TC02": "InvalidValueAccountId", "S21_TC01": "InvalidAccountId"},
    parameter="account",
    requirements=("MS-ASCMD_R4956",),
    registry=REGISTRY,
)
def an_account_that_is_none_is_166(device: Device, account: str) -> None:
    """Of SendMail; the message is not sent, one without AccountId is."""
    needs(device, "14.1", "AccountId")
    lost, sent = unique("Lost"), unique("Sent")
    wrong = node(
        f"{_C}:SendMail",
        node(f"{_C}:ClientId", unique("c")),
        node(f"{_C}:AccountId", account),
        node(f"{_C}:Mime", message(device, device, lost)),
    )
    told = _told(device.post("SendMail", wrong))
    check(told == "166", f"it is answered by {told!r}")
    device.send(message(device, device, sent), saves=False)
    inbox, _, _ = arrived(device, sent)
    subjects = [data["Email:Subject"].value for data in device.held[inbox].items.values()]
    check(lost not in subjects, "it is sent all the same")


@scenario(_S, "S21_TC03", requirements=("MS-ASCMD_R4954",), registry=REGISTRY)
def a_device_that_says_nothing_of_itself_is_165(fresh: Device) -> None:
    """Provision without DeviceInformation; with it policies are offered."""
    needs(fresh, "14.1", "DeviceInformation in Provision")
    told = _told(fresh.post("Provision", documents.provision()))
    check(told == "165", f"it is answered by {told!r}")
    said = documents.information(Model="Model")
    told = _told(fresh.post("Provision", documents.provision(information=said)))
    check(told == "1", f"with it, by {told!r}")


@scenario(_S, "S21_TC05", requirements=("MS-ASCMD_R5412",), registry=REGISTRY)
def a_part_of_a_body_is_html_only(device: Device) -> None:
    """BodyPartPreference of type 3: status 164; of type 2 it is taken."""
    needs(device, "14.1", "BodyPartPreference")
    inbox, _, _ = received(device)

    def told(type: int) -> str:
        wanted = node("AirSyncBase:BodyPartPreference", node("AirSyncBase:Type", type))
        options = node("AirSync:Options", wanted)
        request = documents.sync(
            [documents.collection(device.keys[inbox], inbox, gets=True, options=options)]
        )
        root = device.post("Sync", request).root
        if root is None:
            return "1"  # nothing is new
        return root.text("AirSync:Status") or root.text(
            "AirSync:Collections", "AirSync:Collection", "AirSync:Status"
        )

    check(told(3) == "164", "it is not refused so")
    check(told(2) == "1", "one of type 2 is refused")


@scenario(_S, "S21_TC06", requirements=("MS-ASCMD_R4848",), registry=REGISTRY)
def a_message_is_sent_once(device: Device) -> None:
    """The same ClientId again: status 118, and one message arrives."""
    needs(device, "14.0", "ClientId")
    subject, client_id = unique("Once"), unique("client")
    mime = message(device, device, subject)
    first = device.send(mime, saves=False, client_id=client_id)
    check(first.status == 200 and first.body == b"", f"it is answered by {_told(first)}")
    told = _told(device.send(mime, saves=False, client_id=client_id))
    check(told == "118", f"the second one is answered by {told!r}")
    after = unique("After")
    device.send(message(device, device, after), saves=False)
    inbox, _, _ = arrived(device, after)
    subjects = [data["Email:Subject"].value for data in device.held[inbox].items.values()]
    check(subjects.count(subject) == 1, f"{subjects.count(subject)} came")


@scenario(_S, "S21_TC07", requirements=("MS-ASCMD_R4815",), registry=REGISTRY)
def bytes_that_are_no_wbxml_are_102(device: Device) -> None:
    """HTTP 400 in 12.1; the same command with a document is carried out."""
    request = post(device.identity, "FolderSync", documents.folder_sync("0"))
    due = "HTTP 400" if device.version == "12.1" else "102"
    for body, told_due in ((HEADER + b"\x45\xff", due), (request.body, "1")):
        answer = device.carry(replace(request, body=body))
        told = _told(read(answer.status_code, dict(answer.headers), answer.content))
        check(told == told_due, f"it is answered by {told!r}, {told_due!r} is due")


@scenario(_S, "S21_TC08", requirements=("MS-ASCMD_R4817",), registry=REGISTRY)
def a_message_without_its_id_is_103(device: Device) -> None:
    """ClientId is required in SendMail; the message is not sent."""
    needs(device, "14.0", "ClientId")
    lost, sent = unique("Lost"), unique("Sent")
    mime = node(f"{_C}:Mime", message(device, device, lost))
    told = _told(device.post("SendMail", node(f"{_C}:SendMail", mime)))
    check(told == "103", f"it is answered by {told!r}")
    device.send(message(device, device, sent), saves=False)
    inbox, _, _ = arrived(device, sent)
    subjects = [data["Email:Subject"].value for data in device.held[inbox].items.values()]
    check(lost not in subjects, "it is sent all the same")


@scenario(_S, "S21_TC09", requirements=("MS-ASCMD_R4853",), registry=REGISTRY)
def a_message_to_nobody_is_119(device: Device) -> None:
    """No recipient in it."""
    needs(device, "14.0", "statuses of SendMail")
    made = message_from_bytes(message(device, device, unique("Nobody")), policy=SMTP)
    del made["To"]
    told = _told(device.send(made.as_bytes(), saves=False))
    check(told == "119", f"it is answered by {told!r}")


@each(
    _S,
    {
        "S21_TC11": ("108", ("", "a,b", "<a>")),
        "S21_TC10": ("109", ("", "\t")),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4828", "MS-ASCMD_R4830"),
    registry=REGISTRY,
)
def a_device_says_what_it_is(device: Device, case: tuple[str, tuple[str, ...]]) -> None:
    """Without an id it is status 108, without a type 109, as with what nobody can be called; HTTP
    400 in 12.1. With both it is let in."""
    due, wrong = case
    request = post(device.identity, "FolderSync", documents.folder_sync("0"))
    name, value = (
        ("DeviceId", device.identity.device_id)
        if due == "108"
        else ("DeviceType", device.identity.device_type)
    )
    for other in (value, *wrong):
        said = f"&{name}={quote(other)}" if other else ""
        query = request.query.replace(f"&{name}={value}", said)
        answer = device.carry(replace(request, query=query))
        told = _told(read(answer.status_code, dict(answer.headers), answer.content))
        refusal = "HTTP 400" if device.version == "12.1" else due
        check(told == ("1" if other == value else refusal), f"as {other!r} it is {told}")


@scenario(_S, "S21_TC12", requirements=("MS-ASCMD_R4869", "MS-ASCMD_R7555"), registry=REGISTRY)
def somebody_may_be_kept_out(device: Device, administrator: Administrator) -> None:
    """With all devices: status 126, HTTP 403 in 12.1; until ActiveSync is opened again."""
    due = "HTTP 403" if device.version == "12.1" else "126"
    request = documents.folder_sync("0")
    administrator(CLOSE, device.identity.user, device.identity.device_id)
    try:
        told = _told(device.post("FolderSync", request))
    finally:
        administrator(OPEN, device.identity.user, device.identity.device_id)
    check(told == due, f"it is answered by {told!r}, {due!r} is due")
    told = _told(device.post("FolderSync", request))
    check(told == "1", f"afterwards by {told!r}")


@scenario(_S, "S21_TC13", requirements=("MS-ASCMD_R4930",), registry=REGISTRY)
def what_is_gone_is_not_forwarded(device: Device) -> None:
    """Status 150; an item that is there is."""
    needs(device, "14.0", "statuses of SmartForward")
    inbox, id, _ = received(device)
    good = device.smart("SmartForward", message(device, device, unique("Fwd")), inbox, id)
    check(good.status == 200 and good.body == b"", f"a good one is answered by {_told(good)}")
    device.sync(inbox, commands=[documents.delete(id)], moves=False)
    gone = device.smart("SmartForward", message(device, device, unique("Fwd")), inbox, id)
    check(_told(gone) == "150", f"it is answered by {_told(gone)!r}")
