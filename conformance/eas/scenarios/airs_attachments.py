"""MS-ASAIRS S03: files, messages and objects within messages; what a device adds to drafts."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.documents import add, change
from conformance.eas.given import INBOX, Data, by_name
from conformance.eas.mailing import arrived, rare_word, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_mail
from conformance.eas.things import fetched
from conformance.eas.tnef import OBJECT_NAME, rich, winmail
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S = "MS-ASAIRS"
_B, _LIST = "AirSyncBase", "AirSyncBase:Attachments"
_FILE, _MESSAGE, _OLE = "1", "5", "6"
_DRAFTS = 3
_CONTENT = b"\x00content\xff" * 20


def _files(data: Data) -> list[Node]:
    """The Attachment elements of an item, each with what it must have. Raises Failure."""
    found = data.get(_LIST)
    listed = list(found.all(f"{_B}:Attachment")) if found is not None else []
    for file in listed:
        for name in ("FileReference", "Method", "EstimatedDataSize"):
            check(file.text(f"{_B}:{name}") != "", f"{name} is missing in {file}")
    return listed


def _is_inline(file: Node) -> bool:
    return file.text(f"{_B}:IsInline") in ("1", "true")


def _listed(device: Device, made: EmailMessage, word: str) -> dict[str, Node]:
    """The only attachment of a message that has the word, by the command that lists it."""
    subject = unique("Attached")
    made["From"] = made["To"] = device.identity.user
    made["Subject"] = subject
    device.send(made.as_bytes(), saves=False)
    _, id, data = arrived(device, subject)
    (by_id,) = fetched(device, INBOX, id)
    (by_word,) = found_mail(device, word)
    told: dict[str, Node] = {}
    for command, properties in (("ItemOperations", by_id), ("Search", by_word)):
        files = _files(by_name(properties))
        check(len(files) == 1, f"{command} lists {len(files)} attachments")
        told[command] = files[0]
    files = _files(data)
    check(len(files) == 1, f"Sync lists {len(files)} attachments")
    return told | {"Sync": files[0]}


def _with_text(text: str) -> EmailMessage:
    made = EmailMessage(SMTP)
    made.set_content(text)
    return made


@scenario(
    _S,
    "S03_TC03",
    requirements=(
        "MS-ASAIRS_R2299", "MS-ASAIRS_R100298", "MS-ASAIRS_R220", "MS-ASAIRS_R93", "MS-ASAIRS_R87",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_message_within_a_message_is_an_eml(device: Device) -> None:
    """Method 5, by each command; it is not inline, and comes whole."""
    word, inner = rare_word(), rare_word()
    enclosed = _with_text(f"It says {inner}")
    enclosed["Subject"], enclosed["From"] = "Enclosed", device.identity.user
    made = _with_text(f"It encloses {word}")
    made.add_attachment(enclosed)
    for command, file in _listed(device, made, word).items():
        check(file.text(f"{_B}:Method") == _MESSAGE, f"{command}: {file.text(f'{_B}:Method')}")
        name = file.text(f"{_B}:DisplayName")
        check(name.lower().endswith(".eml"), f"{command} calls it {name!r}")
        check(not _is_inline(file), f"{command} calls it inline")
        content = _content(device, file.text(f"{_B}:FileReference"))
        check(inner.encode() in content and b"Subject: Enclosed" in content, f"it is {content!r}")


def _content(device: Device, reference: str) -> bytes:
    """The bytes of an attachment, in a part of their own."""
    reply = device.fetch_attachment(reference, multipart=True)
    path = ("ItemOperations:Response", "ItemOperations:Fetch", "ItemOperations:Status")
    told = reply.root.text(*path) if reply.root is not None else str(reply.status)
    check(told == "1", f"the attachment is not fetched: status {told}")
    check(len(reply.parts) == 1, f"there are {len(reply.parts)} parts")
    return reply.parts[0]


@scenario(
    _S,
    "S03_TC04",
    requirements=("MS-ASAIRS_R230", "MS-ASAIRS_R100299"),
    registry=REGISTRY,
)
def an_object_of_a_message_is_its_own_method(device: Device) -> None:
    """An OLE object that Outlook packed: Method 6, or a file with all that is in it."""
    subject = unique("Drawn")
    device.send(rich(device, subject, winmail(draws=True)), saves=False)
    _, _, data = arrived(device, subject)
    files = [file for file in _files(data) if OBJECT_NAME in file.text(f"{_B}:DisplayName")]
    check(len(files) == 1, f"the object is listed {len(files)} times")
    content = _content(device, files[0].text(f"{_B}:FileReference"))
    check(bytes.fromhex("d0cf11e0a1b11ae1") in content, "its storage is lost")
    if files[0].text(f"{_B}:Method") == _FILE:
        raise Missing("objects that are no files")
    check(files[0].text(f"{_B}:Method") == _OLE, "it is neither an object nor a file")
    check(_is_inline(files[0]), "it is not inline")


@scenario(
    _S,
    "S03_TC02 inline",
    requirements=(
        "MS-ASAIRS_R100299",
        "MS-ASAIRS_R160",
        "MS-ASAIRS_R1343",
        "MS-ASAIRS_R166",
        "MS-ASAIRS_R190",
        "MS-ASAIRS_R225",
    ),
    registry=REGISTRY,
)
def a_picture_within_a_page_says_where_it_belongs(device: Device) -> None:
    """ContentId as the page has it, ContentLocation, IsInline."""
    word = rare_word()
    made = _with_text(f"A picture {word}")
    made.add_alternative(f'<p>{word} <img src="cid:quay@wall"></p>', subtype="html")
    page = made.get_body(("html",))
    check(page is not None, "the message has no page")
    if page is not None:
        page.add_related(_CONTENT, "image", "png", cid="<quay@wall>", filename="quay.png")
        page.get_payload()[1]["Content-Location"] = "quay.png"  # type: ignore[index]
    for command, file in _listed(device, made, word).items():
        told = {
            name: file.text(f"{_B}:{name}")
            for name in ("ContentId", "ContentLocation", "Method", "DisplayName")
        }
        due = {
            "ContentId": "quay@wall",
            "ContentLocation": "quay.png",
            "Method": _FILE,
            "DisplayName": "quay.png",
        }
        check(told == due, f"{command} says {told}")
        check(_is_inline(file), f"{command} does not call it inline")
        check(_content(device, file.text(f"{_B}:FileReference")) == _CONTENT, "other bytes")


def _added(client_id: str, name: str, content: bytes, *more: Node, method: str = _FILE) -> Node:
    return node(
        f"{_B}:Add",
        node(f"{_B}:ClientId", client_id),
        node(f"{_B}:Content", content),
        node(f"{_B}:ContentType", "application/octet-stream"),
        node(f"{_B}:DisplayName", name),
        *more,
        node(f"{_B}:Method", method),
    )


def _references(step: Node | None, kind: str) -> dict[str, str]:
    """FileReferences by ClientId, as the answer to an Add or a Change tells them."""
    path = ("AirSync:Responses", f"AirSync:{kind}")
    answer = step.find(*path) if step is not None else None
    check(answer is not None, f"there is no answer to the {kind}: {step}")
    status = answer.text("AirSync:Status") if answer is not None else ""
    check(status == "1", f"the {kind} has status {status}")
    found = answer.find("AirSync:ApplicationData", _LIST) if answer is not None else None
    return {
        file.text(f"{_B}:ClientId"): file.text(f"{_B}:FileReference")
        for file in (found.all(f"{_B}:Attachment") if found is not None else ())
    }


@scenario(
    _S,
    "S03_TC02 draft",
    requirements=(
        "MS-ASAIRS_R1336", "MS-ASAIRS_R1324", "MS-ASAIRS_R1325", "MS-ASAIRS_R1326",
        "MS-ASAIRS_R1368", "MS-ASAIRS_R1393", "MS-ASAIRS_R1394", "MS-ASAIRS_R1382",
        "MS-ASAIRS_R1383", "MS-ASAIRS_R1339", "MS-ASAIRS_R1346", "MS-ASAIRS_R1353",
        "MS-ASAIRS_R1374", "MS-ASAIRS_R1006",
    ),
    registry=REGISTRY,
)  # fmt: skip
def files_are_added_to_a_draft_and_deleted(device: Device, second: Device) -> None:
    """References by the device's own names; a file, one within the text, a message."""
    needs(device, "16.0", "attachments of drafts")
    drafts = device.folder_of_type(_DRAFTS)
    device.begin(drafts)
    device.sync_all(drafts)
    enclosed = _with_text("Within")
    enclosed["Subject"] = "Enclosed"
    own = [
        _added("one", "file.bin", _CONTENT),
        _added(
            "two",
            "quay.png",
            _CONTENT[:10],
            node(f"{_B}:ContentId", "quay@wall"),
            node(f"{_B}:ContentLocation", "quay.png"),
            node(f"{_B}:IsInline"),
        ),
        _added("three", "Enclosed.eml", enclosed.as_bytes(), method=_MESSAGE),
    ]
    subject = unique("Draft")
    step = device.change(drafts, add("d1", node("Email:Subject", subject), node(_LIST, *own)))
    given = _references(step, "Add")
    check(set(given) == {"one", "two", "three"}, f"the names told are {set(given)}")
    check(len(set(given.values()) - {""}) == 3, "a reference is missing or there twice")
    id = step.text("AirSync:Responses", "AirSync:Add", "AirSync:ServerId") if step else ""
    files = _files(second.sync_all(drafts).items.get(id, {}))
    told = {
        file.text(f"{_B}:DisplayName"): (
            file.text(f"{_B}:Method"),
            file.text(f"{_B}:ContentId"),
            file.text(f"{_B}:ContentLocation"),
            _is_inline(file),
        )
        for file in files
    }
    due = {
        "file.bin": (_FILE, "", "", False),
        "quay.png": (_FILE, "quay@wall", "quay.png", True),
        "Enclosed.eml": (_MESSAGE, "", "", False),
    }
    check(told == due, f"the other device is told {told}")
    check(_content(device, given["one"]) == _CONTENT, "the reference leads to other bytes")
    gone = node(f"{_B}:Delete", node(f"{_B}:FileReference", given["one"]))
    later = _added("four", "later.bin", b"later")
    step = device.change(drafts, change(id, node(_LIST, gone, later)))
    check(set(_references(step, "Change")) == {"four"}, "the new name is not told")
    left = {
        file.text(f"{_B}:DisplayName") for file in _files(second.sync_all(drafts).items.get(id, {}))
    }
    check(left == {"quay.png", "Enclosed.eml", "later.bin"}, f"what is left is {left}")


@each(
    _S,
    {
        "S03_TC02 no client id": _added("", "file.bin", b"x"),
        "S03_TC02 another method": _added("one", "file.bin", b"x", method="6"),
    },
    parameter="wrong",
    requirements=(
        "MS-ASAIRS_R1009", "MS-ASAIRS_R1016", "MS-ASAIRS_R1390", "MS-ASAIRS_R347",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_file_that_cannot_be_added_is_refused(device: Device, wrong: Node) -> None:
    """Status 6 of that item, and nothing is made."""
    needs(device, "16.0", "attachments of drafts")
    drafts = device.folder_of_type(_DRAFTS)
    device.begin(drafts)
    before = set(device.sync_all(drafts).items)
    step = device.change(drafts, add("d2", node("Email:Subject", "Refused"), node(_LIST, wrong)))
    path = ("AirSync:Responses", "AirSync:Add", "AirSync:Status")
    told = step.text(*path) if step is not None else ""
    check(told == "6", f"status {told!r}")
    check(set(device.sync_all(drafts).items) == before, "a draft was made")
