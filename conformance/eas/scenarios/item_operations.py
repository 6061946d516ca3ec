"""MS-ASCMD: ItemOperations. Items and files fetched, folders emptied, conversations moved."""

from __future__ import annotations

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, move
from conformance.eas.http import MULTIPART
from conformance.eas.mailing import received, unique
from conformance.eas.runner import REGISTRY, folder_needed, needs
from conformance.eas.scenarios.folders import create
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "ItemOperations"
_STATUS, _OK = f"{_P}:Status", "1"
_RANGE = f"{_P}:Range"
_BODY = "AirSyncBase:Body"


def _ask(device: Device, *operations: Node) -> Node:
    return device.ask(_P, node(f"{_P}:{_P}", *operations))


def _fetch(*named: Node, options: tuple[Node, ...] = (), store: str = "Mailbox") -> Node:
    return node(
        f"{_P}:Fetch",
        node(f"{_P}:Store", store),
        *named,
        node(f"{_P}:Options", *options) if options else None,
    )


def _item(folder: str, id: str) -> tuple[Node, Node]:
    return node("AirSync:CollectionId", folder), node("AirSync:ServerId", id)


def _response(answer: Node, operation: str = "Fetch") -> Node:
    """The first answer to an operation of a kind. Raises Failure where the whole is refused."""
    found = answer.find(f"{_P}:Response", f"{_P}:{operation}")
    check(answer.text(_STATUS) == _OK, f"it is answered by {answer}")
    check(found is not None, f"there is no {operation}")
    return found or node(f"{_P}:{operation}")


def _told(answer: Node, operation: str = "Fetch") -> str:
    return _response(answer, operation).text(_STATUS)


def _file(device: Device, content: bytes) -> Node:
    _, _, data = received(device, file=("file.bin", content))
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    return node("AirSyncBase:FileReference", reference)


def _empty(folder: str, *options: Node) -> Node:
    return node(
        f"{_P}:EmptyFolderContents",
        node("AirSync:CollectionId", folder),
        node(f"{_P}:Options", *options) if options else None,
    )


@each(
    _S,
    {"S08_TC01": False, "S08_TC01 with subfolders": True, "S08_TC10": False},
    parameter="deep",
    requirements=("MS-ASCMD_R2167", "MS-ASCMD_R2243", "MS-ASCMD_R2244", "MS-ASCMD_R199"),
    registry=REGISTRY,
)
def a_folder_is_emptied(device: Device, second: Device, deep: bool) -> None:
    """Of its items; of the folders below it only where DeleteSubFolders says so."""
    inbox, id, _ = received(device)
    folder = create(device, unique("Emptied")).text("FolderHierarchy:ServerId")
    below = create(device, unique("Below"), parent=folder).text("FolderHierarchy:ServerId")
    moved = device.ask("MoveItems", move((id, inbox, folder)))
    check(moved.text("Move:Response", "Move:Status") == "3", "the message is not moved")
    check(len(second.sync_all(folder).items) == 1, "the folder does not have the message")
    options = (node(f"{_P}:DeleteSubFolders"),) if deep else ()
    told = _told(_ask(device, _empty(folder, *options)), "EmptyFolderContents")
    check(told == _OK, f"status {told}")
    check(second.sync_all(folder).items == {}, "the message is still there")
    second.folder_sync("0")
    check(folder in second.folders, "the folder itself is gone")
    check((below in second.folders) != deep, "the folder below it")


@scenario(_S, "S08_TC02", requirements=("MS-ASCMD_R3547", "MS-ASCMD_R4154"), registry=REGISTRY)
def an_option_that_does_not_fit_is_status_2(device: Device) -> None:
    """An empty Range; nothing is fetched then."""
    inbox, id, _ = received(device)
    wrong = _fetch(*_item(inbox, id), options=(node(_RANGE),))
    told = _ask(device, wrong)
    check(told.text(_STATUS) == "2", f"it is answered by {told}")


@each(
    _S,
    {
        "S08_TC03": ("9", "InvalidStore", (node("AirSync:ServerId", "1:1"),)),
        "S08_TC04": ("6", "Mailbox", (node("AirSync:ServerId", "InvalidServerID"),)),
        "S08_TC17": ("15", "Mailbox", (node("AirSyncBase:FileReference", "InvalidFile"),)),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4161", "MS-ASCMD_R4158", "MS-ASCMD_R4166"),
    registry=REGISTRY,
)
def what_there_is_not_has_its_status(
    device: Device, case: tuple[str, str, tuple[Node, ...]]
) -> None:
    """No such store, item, file; of that Fetch alone."""
    due, store, named = case
    inbox, id, _ = received(device)
    if named[0].name == "AirSync:ServerId":
        named = (node("AirSync:CollectionId", inbox), *named)
    good = _fetch(*_item(inbox, id))
    answer = _ask(device, _fetch(*named, store=store), good)
    response = answer.find(f"{_P}:Response")
    told = [each.text(_STATUS) for each in response.children] if response is not None else []
    check(told == [due, _OK], f"the statuses are {told}")


@scenario(_S, "S08_TC05", requirements=("MS-ASCMD_R4153",), registry=REGISTRY)
def a_message_is_fetched(device: Device) -> None:
    """As Sync gave it, under the names by which it was asked for."""
    inbox, id, data = received(device, text="The quay wall holds.")
    asked = (body_preference(1),)
    fetched = _response(_ask(device, _fetch(*_item(inbox, id), options=asked)))
    check(fetched.text(_STATUS) == _OK, f"it is answered by {fetched}")
    check(fetched.text("AirSync:ServerId") == id, "another id")
    check(fetched.text("AirSync:Class") == "Email", "another class")
    properties = fetched.find(f"{_P}:Properties")
    for name in ("Email:Subject", "Email:From", _BODY):
        told = properties.find(name) if properties is not None else None
        check(told == data[name], f"{name} is {told}, Sync gave {data[name]}")


@scenario(_S, "S08_TC06", requirements=("MS-ASCMD_R201", "MS-ASCMD_R3465"), registry=REGISTRY)
def a_conversation_is_moved(device: Device, second: Device) -> None:
    """For good, with MoveAlways."""
    needs(device, "14.0", "Move")
    _, _, data = received(device)
    folder = create(device, unique("Moved")).text("FolderHierarchy:ServerId")
    told = _told(_ask(device, _move(data, folder)), "Move")
    check(told == _OK, f"status {told}")
    subjects = [each["Email:Subject"].value for each in second.sync_all(folder).items.values()]
    check(subjects == [data["Email:Subject"].value], f"in the folder are {subjects}")


def _move(data: dict[str, Node], folder: str) -> Node:
    id = data["Email2:ConversationId"].value
    return node(
        f"{_P}:Move",
        node(f"{_P}:ConversationId", id),
        node(f"{_P}:DstFldId", folder),
        node(f"{_P}:Options", node(f"{_P}:MoveAlways")),
    )


@scenario(_S, "S08_TC19", requirements=("MS-ASCMD_R4942",), registry=REGISTRY)
def a_conversation_goes_to_folders_of_mail_only(device: Device) -> None:
    """To notes: status 156, and it stays."""
    needs(device, "14.0", "Move")
    inbox, id, data = received(device)
    told = _told(_ask(device, _move(data, device.folder_of_type(10))), "Move")
    check(told == "156", f"status {told}")
    check(id in device.sync_all(inbox).items, "it is gone")


@scenario(
    _S,
    "S08_TC07",
    requirements=(
        "MS-ASCMD_R5505", "MS-ASCMD_R5509", "MS-ASCMD_R5512", "MS-ASCMD_R5517", "MS-ASCMD_R5518",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_body_is_a_part_of_the_answer(device: Device) -> None:
    """The first part is the document; Part names the other; offsets and lengths fit the bytes."""
    words = "The quay wall holds."
    inbox, id, _ = received(device, text=words)
    asked = node(f"{_P}:{_P}", _fetch(*_item(inbox, id), options=(body_preference(1),)))
    reply = device.post(_P, asked, multipart=True)
    kind = {name.lower(): value for name, value in reply.headers.items()}.get("content-type", "")
    check(kind.startswith(MULTIPART), f"the type is {kind!r}")
    numbers = [int.from_bytes(reply.body[at : at + 4], "little") for at in range(0, 20, 4)]
    count, first, length, second, rest = numbers
    check(count == 2 and first == 4 + 8 * count, f"{count} parts, the first at {first}")
    check((second, second + rest) == (first + length, len(reply.body)), "parts do not follow")
    check(reply.parts[0].decode().strip() == words, f"the part is {reply.parts}")
    fetched = _response(reply.root or node(f"{_P}:{_P}"))
    body = fetched.find(f"{_P}:Properties", _BODY)
    check(body is not None and body.text(f"{_P}:Part") == "1", f"the body is {body}")
    check(body is not None and body.find("AirSyncBase:Data") is None, "the data come twice")


@scenario(
    _S,
    "S08_TC08",
    requirements=(
        "MS-ASCMD_R3360", "MS-ASCMD_R3363", "MS-ASCMD_R3366", "MS-ASCMD_R3367", "MS-ASCMD_R3368",
    ),
    registry=REGISTRY,
)  # fmt: skip
def mime_is_fetched_where_it_is_said(device: Device) -> None:
    """MIMESupport 2: of all messages; 0 and 1: not of one that is no S/MIME."""
    inbox, id, data = received(device, text="The quay wall holds.")
    for support, due in ((2, "4"), (1, "1"), (0, "1")):
        options = (node("AirSync:MIMESupport", support), body_preference(1), body_preference(4))
        fetched = _response(_ask(device, _fetch(*_item(inbox, id), options=options)))
        body = fetched.find(f"{_P}:Properties", _BODY) or node(_BODY)
        type, size = body.text("AirSyncBase:Type"), body.text("AirSyncBase:EstimatedDataSize")
        check(type == due, f"the Type is {type}, {due} is due with MIMESupport {support}")
        check(size.isdigit() and int(size) > 0, f"the size is {size!r}")
        has_headers = f"Subject: {data['Email:Subject'].value}" in body.text("AirSyncBase:Data")
        check(has_headers == (due == "4"), f"a whole message: {has_headers}")


@each(
    _S,
    {"S08_TC09": "1", "S08_TC20": "16"},
    parameter="due",
    requirements=("MS-ASCMD_R196", "MS-ASCMD_R4167"),
    registry=REGISTRY,
)
def the_recipient_cache_is_not_emptied(device: Device, due: str) -> None:
    """It stays as it is, though success may be told; by its name access is denied."""
    needs(device, "14.0", "a recipient information cache")
    id = folder_needed(device, 19, "a recipient information cache")
    before = dict(device.sync_all(id).items)
    asked = "RI" if due == "16" else id
    told = _told(_ask(device, _empty(asked)), "EmptyFolderContents")
    check(told == due, f"status {told}, {due} is due")
    check(device.sync_all(id).items == before, "it is not as before")


@each(
    _S,
    {
        "S08_TC11": (_OK, "item.txt", "0-9"),
        "S08_TC12": ("4", "?", "0-9"),
        "S08_TC13": ("5", "denied.txt", "0-9"),
        "S08_TC16": ("11", "item.txt", "0-10240000"),
    },
    parameter="case",
    requirements=("MS-ASCMD_R234", "MS-ASCMD_R4156", "MS-ASCMD_R4157", "MS-ASCMD_R4163"),
    registry=REGISTRY,
)
def documents_are_fetched_from_libraries(device: Device, case: tuple[str, str, str]) -> None:
    """By their link, where the server has any; no host is asked where it has none."""
    due, name, span = case
    host = device.url.partition("://")[2].partition("/")[0].partition(":")[0]
    named = node("DocumentLibrary:LinkId", f"\\\\{host}\\conformance\\{name}")
    asked = _fetch(named, options=(node(_RANGE, span),), store="DocumentLibrary")
    told = _told(_ask(device, asked))
    check(told in (_OK, "4", "5", "6", "9", "11", "14"), f"status {told} means nothing of a link")
    if told != due:
        raise Missing("document libraries")


@each(
    _S,
    {
        "S08_TC14": ("8", "99999-99999", b"content"),
        "S08_TC14 no range": ("8", "9", b"content"),
        "S08_TC15": ("10", "0-9", b""),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4160", "MS-ASCMD_R4162"),
    registry=REGISTRY,
)
def a_range_must_lie_within_the_file(device: Device, case: tuple[str, str, bytes]) -> None:
    """Behind its end: status 8; an empty file has none: status 10."""
    due, span, content = case
    named = _file(device, content)
    told = _told(_ask(device, _fetch(named, options=(node(_RANGE, span),))))
    check(told == due, f"status {told}, {due} is due")
    if content:
        fetched = _response(_ask(device, _fetch(named, options=(node(_RANGE, "0-3"),))))
        said = fetched.text(f"{_P}:Properties", _RANGE)
        check(said == "0-3", f"of a good one the Range is {said!r}")


@scenario(_S, "S08_TC18", requirements=("MS-ASCMD_R765",), registry=REGISTRY)
def a_fetch_is_of_one_file(device: Device) -> None:
    """Two FileReferences: status 2 of the whole request."""
    named = _file(device, b"content")
    told = _ask(device, _fetch(named, named))
    check(told.text(_STATUS) == "2", f"it is answered by {told}")
