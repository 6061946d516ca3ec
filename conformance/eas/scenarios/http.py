"""MS-ASHTTP and MS-ASWBXML: the request line, headers, and HTTP statuses."""

from __future__ import annotations

import httpx

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.http import post
from conformance.eas.mailing import message, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import HEADER
from conformance.scenario import scenario

_S = "MS-ASHTTP"


def _raw(device: Device, query: str, **headers: str) -> httpx.Response:
    return device._client.post(
        f"{device.url}?{query}",
        auth=device._auth,
        headers={"MS-ASProtocolVersion": "14.1", **headers},
    )


@scenario(_S, "S01_TC01", requirements=("MS-ASHTTP_R201",), registry=REGISTRY)
def an_answer_says_that_it_is_wbxml(device: Device) -> None:
    """Content-Type of an answer with a body, and the header of the document."""
    reply = device.post("FolderSync", documents.folder_sync("0"))
    kind = {name.lower(): value for name, value in reply.headers.items()}["content-type"]
    check(kind.startswith("application/vnd.ms-sync.wbxml"), f"the answer is {kind}")
    check(reply.body.startswith(HEADER), "the document begins with 03 01 6A 00")


@scenario(_S, "S01_TC03", requirements=("MS-ASHTTP_R18",), registry=REGISTRY)
def an_attachment_is_named_in_the_base64_form(device: Device) -> None:
    """GetAttachment, as 12.1 has it."""
    needs(device, "12.1", "GetAttachment", last="12.1")
    _, _, data = received(device, file=("file.bin", b"\x00\xff" * 50))
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    for packed in (True, False):
        device.identity.packed = packed
        reply = device.post("GetAttachment", parameters={"AttachmentName": reference})
        check(reply.body == b"\x00\xff" * 50, f"the file differs (base64 form: {packed})")


@scenario(_S, "S01_TC05", requirements=("MS-ASHTTP_R92",), registry=REGISTRY)
def save_in_sent_is_an_option_of_the_base64_form(device: Device) -> None:
    """A message of 12.1 is kept in Sent Items."""
    needs(device, "12.1", "messages as bodies", last="12.1")
    device.identity.packed = True
    subject = unique("Saved")
    device.send(message(device, device, subject), saves=True)
    sent = device.sync_all(device.folder_of_type(5))
    check(
        any(data["Email:Subject"].value == subject for data in sent.items.values()),
        "the message is not in Sent Items",
    )


@scenario(_S, "S01_TC11", requirements=("MS-ASHTTP_R58",), registry=REGISTRY)
def commands_have_codes_in_the_base64_form(device: Device) -> None:
    """The tree in both forms is the same."""
    before = dict(device.folders)
    device.identity.packed = True
    device.folder_sync("0")
    check(device.folders == before, "the base64 form gives another tree")


@scenario(_S, "S02_TC01", requirements=("MS-ASHTTP_R176",), registry=REGISTRY)
def a_request_that_says_nothing_is_400(device: Device) -> None:
    """No command, no device."""
    for query in ("", "Cmd=Sync"):
        check(_raw(device, query).status_code == 400, f"{query!r} is not 400")


@scenario(_S, "S02_TC02", requirements=("MS-ASHTTP_R178",), registry=REGISTRY)
def a_wrong_password_is_401(device: Device) -> None:
    """With a challenge."""
    answer = device._client.options(device.url, auth=(device.identity.user, "no such password"))
    check(answer.status_code == 401, f"HTTP {answer.status_code}")
    check("www-authenticate" in answer.headers, "no challenge")


@scenario(_S, "S02_TC05", requirements=("MS-ASHTTP_R186",), registry=REGISTRY)
def an_unknown_command_is_501(device: Device) -> None:
    """A name that no version has."""
    answer = _raw(device, "Cmd=Nonsense&DeviceId=a&DeviceType=b")
    check(answer.status_code == 501, f"HTTP {answer.status_code}")


@scenario(_S, "S03_TC01", requirements=("MS-ASHTTP_R147",), registry=REGISTRY)
def parts_come_where_they_are_accepted(device: Device) -> None:
    """MS-ASAcceptMultiPart: T."""
    _, _, data = received(device, file=("file.bin", b"content"))
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    check(device.fetch_attachment(reference, multipart=True).parts == [b"content"], "no part")
    check(device.fetch_attachment(reference).parts == [], "a part that nobody asked for")


@scenario(_S, "S03_TC03", requirements=("MS-ASHTTP_R159",), registry=REGISTRY)
def a_wrong_policy_key_is_refused(device: Device) -> None:
    """By HTTP 449 before 14.0, by Status 144 from then on."""
    device.identity.policy_key ^= 1
    reply = device.post("FolderSync", documents.folder_sync("0"))
    told = reply.root.text("FolderHierarchy:Status") if reply.root else str(reply.status)
    check(told in ("144", "142", "449"), f"it is answered by {told}")


@scenario(_S, "S04_TC01", requirements=("MS-ASHTTP_R1107",), registry=REGISTRY)
def options_names_versions_and_commands(device: Device) -> None:
    """Both headers, with the version that is spoken."""
    answer = device.options()
    check(answer.status_code == 200, f"HTTP {answer.status_code}")
    versions = answer.headers.get("MS-ASProtocolVersions", "").split(",")
    check(device.version in versions, f"the versions are {versions}")
    check("Sync" in answer.headers.get("MS-ASProtocolCommands", ""), "no commands")


@scenario(_S, "short media type", requirements=("MS-ASHTTP_R438",), registry=REGISTRY)
def the_short_media_type_is_taken_too(device: Device) -> None:
    """application/vnd.ms-sync (MS-ASHTTP R143)."""
    request = post(device.identity, "FolderSync", documents.folder_sync("0"))
    headers = {**request.headers, "Content-Type": "application/vnd.ms-sync"}
    answer = device._client.post(
        f"{device.url}?{request.query}", content=request.body, headers=headers, auth=device._auth
    )
    check(
        answer.status_code == 200 and answer.content.startswith(HEADER),
        f"HTTP {answer.status_code}",
    )
