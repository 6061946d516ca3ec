"""MS-ASHTTP and MS-ASWBXML: the request line, headers, and HTTP statuses."""

from __future__ import annotations

import gzip
from dataclasses import replace

import httpx

from conformance.checks import Missing, check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.http import Post, post
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY
from conformance.eas.things import fetch_of
from conformance.eas.wbxml import HEADER
from conformance.scenario import scenario

_S = "MS-ASHTTP"
_GZIP = b"\x1f\x8b"
_ELSEWHERE = (301, 302, 307, 308)
# More names than a server lets a device have that counts them: two changes a day by default.
_AGENTS = 6


def _raw(device: Device, query: str) -> httpx.Response:
    return device.carry(Post(query, {"MS-ASProtocolVersion": device.version}, b""))


def _tree(device: Device, **headers: str) -> Post:
    """A request for the tree with headers of its own."""
    asked = post(device.identity, "FolderSync", documents.folder_sync("0"))
    return replace(asked, headers=asked.headers | headers)


def _is_tree(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and answer.content.startswith(HEADER)


@scenario(_S, "S01_TC01", requirements=("MS-ASHTTP_R201",), registry=REGISTRY)
def an_answer_says_that_it_is_wbxml(device: Device) -> None:
    """Content-Type of an answer with a body, and the header of the document."""
    reply = device.post("FolderSync", documents.folder_sync("0"))
    kind = {name.lower(): value for name, value in reply.headers.items()}["content-type"]
    check(kind.startswith("application/vnd.ms-sync.wbxml"), f"the answer is {kind}")
    check(reply.body.startswith(HEADER), "the document begins with 03 01 6A 00")


@scenario(
    _S,
    "S01_TC02",
    requirements=("MS-ASHTTP_R197", "MS-ASHTTP_R412", "MS-ASHTTP_R214", "MS-ASHTTP_R215"),
    registry=REGISTRY,
)
def packed_answers_say_so(device: Device) -> None:
    """A long message comes as gzip where the device takes it, under its header; else as it is."""
    inbox, id, _ = received(device, text="The quay wall holds. " * 500)
    asked = post(device.identity, "ItemOperations", fetch_of(inbox, id, body_preference(1)))

    def came(coding: str) -> tuple[str, bytes]:
        """Content-Encoding and the bytes that were sent."""
        headers = asked.headers | {"Accept-Encoding": coding}
        with device.streamed(replace(asked, headers=headers)) as answer:
            return answer.headers.get("Content-Encoding", ""), b"".join(answer.iter_raw())

    coding, plain = came("identity")
    check(coding == "" and plain.startswith(HEADER), f"unasked it comes as {coding or plain[:4]!r}")
    coding, packed = came("gzip")
    if coding == "" and packed == plain:
        raise Missing("packed answers")
    check(coding == "gzip", f"Content-Encoding is {coding!r}")
    check(packed.startswith(_GZIP) and gzip.decompress(packed) == plain, "it is another document")


@scenario(_S, "S01_TC11", requirements=("MS-ASHTTP_R58",), registry=REGISTRY)
def commands_have_codes_in_the_base64_form(device: Device) -> None:
    """The tree in both forms is the same."""
    before = dict(device.folders)
    device.identity.packed = True
    device.folder_sync("0")
    check(device.folders == before, "the base64 form gives another tree")


@scenario(
    _S,
    "S02_TC01",
    requirements=("MS-ASHTTP_R176", "MS-ASHTTP_R177", "MS-ASHTTP_R188"),
    registry=REGISTRY,
)
def a_request_that_says_nothing_is_400(device: Device) -> None:
    """No command, or a version that there is not; as often as it comes."""
    for query in ("", "Cmd="):
        check(_raw(device, query).status_code == 400, f"{query!r} is not 400")
    wrong = _tree(device, **{"MS-ASProtocolVersion": "19.1"})
    for _ in range(2):
        answer = device.carry(wrong)
        check(answer.status_code == 400, f"another version is answered by {answer.status_code}")


@scenario(_S, "S02_TC02", requirements=("MS-ASHTTP_R178",), registry=REGISTRY)
def a_wrong_password_is_401(device: Device) -> None:
    """With a challenge."""
    answer = device._client.options(device.url, auth=(device.identity.user, "no such password"))
    check(answer.status_code == 401, f"HTTP {answer.status_code}")
    check("www-authenticate" in answer.headers, "no challenge")


@scenario(_S, "S02_TC03", requirements=("MS-ASHTTP_R180",), registry=REGISTRY)
def what_is_not_encrypted_is_403(fresh: Device) -> None:
    """Of a server that speaks HTTPS, and listens to HTTP as well; nobody's password is sent. To be
    shown the way to HTTPS will do."""
    if not fresh.url.startswith("https://"):
        raise Missing("HTTPS")
    url = httpx.URL(fresh.url).copy_with(scheme="http", port=None)
    try:
        answer = fresh._client.post(url, params={"Cmd": "FolderSync"})
    except httpx.TransportError as error:
        raise Missing("an answer to HTTP") from error
    check(answer.status_code in (403, *_ELSEWHERE), f"HTTP {answer.status_code}")


@scenario(_S, "S02_TC04", requirements=("MS-ASHTTP_R182", "MS-ASHTTP_R441"), registry=REGISTRY)
def an_address_that_is_none_is_404(device: Device) -> None:
    """The request is good: at the endpoint it is carried out."""
    asked = _tree(device)
    url = httpx.URL(device.url)
    wrong = url.copy_with(path=f"/NotSupport{url.path}")
    answer = device.carry(asked, url=str(wrong))
    check(answer.status_code == 404, f"HTTP {answer.status_code}")
    check(_is_tree(device.carry(asked)), "at the endpoint it is refused")


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


@scenario(_S, "S03_TC02", requirements=("MS-ASHTTP_R405",), registry=REGISTRY)
def a_device_may_say_what_it_is(device: Device) -> None:
    """User-Agent: the answer is the same with one, and with none."""
    for agent in ("ASOM", ""):
        answer = device.carry(_tree(device, **{"User-Agent": agent}))
        check(_is_tree(answer), f"as {agent!r} it is answered by HTTP {answer.status_code}")


@scenario(
    _S,
    "S03_TC04",
    requirements=("MS-ASHTTP_R455", "MS-ASHTTP_R456", "MS-ASHTTP_R457"),
    registry=REGISTRY,
)
def a_device_that_changes_its_name_too_often_is_kept_out(unknown: Device) -> None:
    """By HTTP 503, and as long as it lasts under any name. A server need not count."""
    changes = [f"ASOM-{number}" for number in range(_AGENTS)]
    answers = [unknown.carry(_tree(unknown, **{"User-Agent": agent})) for agent in changes]
    told = [answer.status_code for answer in answers]
    if all(_is_tree(answer) for answer in answers):
        raise Missing("a limit to changes of User-Agent")
    first = told.index(503) if 503 in told else 0
    check(first > 0, f"they are answered by {told}")
    check(set(told[first:]) == {503}, f"after 503 it is let in: {told}")


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
    answer = device.carry(_tree(device, **{"Content-Type": "application/vnd.ms-sync"}))
    check(_is_tree(answer), f"HTTP {answer.status_code}")
