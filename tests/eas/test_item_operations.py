"""ItemOperations: conversations moved for good, folders emptied, what does not fit."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person
from tests.eas.conftest import NewDevice

_P = "ItemOperations"
_WITH_CONVERSATIONS = ("14.0", "14.1", "16.0", "16.1")


def _operations(device: Device, *operations: Node, multipart: bool = False) -> list[Node]:
    """The responses, in order."""
    reply = device.post(_P, node(f"{_P}:{_P}", *operations), multipart=multipart)
    assert reply.root is not None, reply
    assert reply.root.text(f"{_P}:Status") == "1"
    response = reply.root.find(f"{_P}:Response")
    return response.children if response is not None else []


def _statuses(device: Device, *operations: Node) -> list[str]:
    return [each.text(f"{_P}:Status") for each in _operations(device, *operations)]


_ALWAYS = node(f"{_P}:MoveAlways")


def _move(conversation: bytes, target: str, *, always: Node | None = _ALWAYS) -> Node:
    return node(
        f"{_P}:Move",
        node(f"{_P}:ConversationId", conversation),
        node(f"{_P}:DstFldId", target),
        node(f"{_P}:Options", always) if always is not None else None,
    )


class Thread:
    """Somebody's conversation of two messages, and another one."""

    def __init__(self, person: Person, device: Device) -> None:
        self.person, self.device = person, device
        self.first = person.receives("Question", "x")
        self.answer("Re: Question")
        person.receives("Another", "z")
        self.inbox, self.archive = device.folder_of_type(2), device.folder("Archive")
        held = device.sync_all(self.inbox).items
        device.sync_all(self.archive)
        (self.id,) = {
            data["Email2:ConversationId"].data()
            for data in held.values()
            if "Question" in str(data["Email:Subject"].value)
        }

    def answer(self, subject: str) -> None:
        """Another message of the conversation arrives."""
        self.person.receives(
            subject, "y", headers={"References": self.first, "In-Reply-To": self.first}
        )

    def subjects(self, folder: str) -> set[str]:
        """What the device holds of a folder, once it has synchronised it."""
        held = self.device.sync_all(folder)
        assert held.anomalies == []
        return {str(data["Email:Subject"].value) for data in held.items.values()}


@pytest.mark.parametrize("version", _WITH_CONVERSATIONS)
def test_a_conversation_is_moved_with_all_that_comes(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """MS-ASCON 3.2.5.3.2; the device that asked learns of the new ids as every other one does."""
    thread = Thread(anna, new_device(anna, version))
    (response,) = _operations(thread.device, _move(thread.id, thread.archive))
    assert response.text(f"{_P}:Status") == "1"
    named = response.find(f"{_P}:ConversationId")
    assert named is not None and named.data() == thread.id
    thread.answer("Re: Re: Question")
    anna.receives("Yet another", "z")
    for device in (thread.device, new_device(anna, version)):
        thread.device = device
        there = {"Question", "Re: Question", "Re: Re: Question"}
        assert thread.subjects(thread.archive) == there
        assert thread.subjects(thread.inbox) == {"Another", "Yet another"}
    # Asked again, or for another folder.
    assert _statuses(thread.device, _move(thread.id, thread.archive)) == ["1"]
    deleted = thread.device.folder_of_type(4)
    assert _statuses(thread.device, _move(thread.id, deleted)) == ["1"]
    thread.answer("Ignored")
    assert thread.subjects(deleted) == {*there, "Ignored"}
    assert thread.subjects(thread.archive) == set()
    assert thread.subjects(thread.inbox) == {"Another", "Yet another"}


def test_what_one_sent_stays(anna: Person, new_device: NewDevice) -> None:
    thread = Thread(anna, new_device(anna))
    mime = (
        f"From: {anna.address}\r\nTo: x@elsewhere.example\r\nSubject: Answer\r\n"
        f"In-Reply-To: {thread.first}\r\nReferences: {thread.first}\r\n\r\nx\r\n"
    )
    assert thread.device.send(mime.encode()).body == b""
    sent = thread.device.folder_of_type(5)
    assert _statuses(thread.device, _move(thread.id, thread.archive)) == ["1"]
    assert thread.subjects(sent) == {"Answer"}


def test_what_is_moved_into_a_folder_that_goes_comes_to_the_inbox(
    anna: Person, new_device: NewDevice
) -> None:
    thread = Thread(anna, new_device(anna))
    anna.folder("Projects")
    thread.device.folder_sync()
    projects = thread.device.folder("Projects")
    assert _statuses(thread.device, _move(thread.id, projects)) == ["1"]
    deleting = node(
        "FolderHierarchy:FolderDelete",
        node("FolderHierarchy:SyncKey", thread.device.tree_key),
        node("FolderHierarchy:ServerId", projects),
    )
    answer = thread.device.ask("FolderDelete", deleting)
    assert answer.text("FolderHierarchy:Status") == "1"
    thread.answer("Re: Re: Question")
    assert thread.subjects(thread.inbox) == {"Another", "Re: Re: Question"}


def test_moves_that_cannot_be_made_say_why(anna: Person, new_device: NewDevice) -> None:
    thread = Thread(anna, new_device(anna))
    device = thread.device
    anna.folder("People", folder_class="IPF.Contact")
    others = [int(id) for id in device.folders]
    hidden = [str(id) for id in range(1, max(others)) if str(id) not in device.folders]
    assert hidden
    statuses = _statuses(
        device,
        _move(thread.id, thread.archive, always=None),
        _move(thread.id, "99999"),
        _move(thread.id, "nonsense"),
        _move(thread.id, device.folder_of_type(3)),
        *(_move(thread.id, id) for id in hidden),
        _move(b"\x00" * 16, thread.archive),
        _move(b"", thread.archive),
        _move(b"\x01" * 65, thread.archive),
        _move(thread.id, thread.archive, always=node(f"{_P}:MoveAlways", "1")),
    )
    assert statuses == ["155", "6", "6", "156", *["156"] * len(hidden), "6", "2", "2", "2"]
    assert thread.subjects(thread.inbox) == {"Question", "Re: Question", "Another"}


def test_anothers_conversation_is_none(anna: Person, ben: Person, new_device: NewDevice) -> None:
    thread, device = Thread(anna, new_device(anna)), new_device(ben)
    assert _statuses(device, _move(thread.id, device.folder("Archive"))) == ["6"]
    thread.answer("Re: Re: Question")
    assert "Re: Re: Question" in thread.subjects(thread.inbox)


# -- EmptyFolderContents -----------------------------------------------------------------------


def _empty(folder: str, *, deep: bool = False) -> Node:
    return node(
        f"{_P}:EmptyFolderContents",
        node("AirSync:CollectionId", folder),
        node(f"{_P}:Options", node(f"{_P}:DeleteSubFolders")) if deep else None,
    )


def test_folders_below_go_only_where_that_is_asked(anna: Person, new_device: NewDevice) -> None:
    anna.folder("Projects/Old")
    device = new_device(anna)
    projects = device.folder("Projects")
    assert _statuses(device, _empty(projects)) == ["1"]
    device.folder_sync()
    assert device.folder("Old")
    assert _statuses(device, _empty(projects, deep=True)) == ["1"]
    device.folder_sync()
    assert "Old" not in {each["DisplayName"] for each in device.folders.values()}
    assert device.folder("Projects") == projects


def test_an_emptied_bin_makes_room(anna: Person, new_device: NewDevice) -> None:
    """What is emptied elsewhere can be recovered; what leaves Deleted Items is gone."""
    anna.receives("One", "x")
    device = new_device(anna)
    inbox, deleted = device.folder_of_type(2), device.folder_of_type(4)
    device.sync_all(inbox)
    assert _statuses(device, _empty(inbox)) == ["1"]
    anna.receives("Two", "x")
    device.sync(inbox)
    (item,) = device.held[inbox].items
    moved = device.ask("MoveItems", documents.move((item, inbox, deleted)))
    assert moved.text("Move:Response", "Move:Status") == "3"
    assert _statuses(device, _empty(deleted)) == ["1"]
    recoverable: list[str] = [
        each.subject for each in anna.account().recoverable_items_deletions.all()
    ]
    assert recoverable == ["One"]


# -- Fetch -------------------------------------------------------------------------------------


def _fetch(*address: Node, store: str = "Mailbox", options: Node | None = None) -> Node:
    return node(f"{_P}:Fetch", node(f"{_P}:Store", store), *address, options)


@pytest.mark.parametrize("store", ["DocumentLibrary", "document library", "Elsewhere"])
def test_attack_a20_there_is_no_store_but_the_mailbox(
    anna: Person, new_device: NewDevice, store: str
) -> None:
    anna.receives("Subject", "x")
    device = new_device(anna)
    (item,) = device.sync_all(device.folder_of_type(2)).items
    link = node("DocumentLibrary:LinkId", "\\\\server\\share\\file")
    assert _statuses(
        device,
        _fetch(link, store=store),
        _fetch(link),
        _fetch(node("Search:LongId", item), store=store),
        _fetch(node("Search:LongId", item)),
    ) == ["9", "9", "9", "1"]


def test_an_empty_file(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Subject", "x", attachments={"empty.bin": b""})
    device = new_device(anna)
    (data,) = device.sync_all(device.folder_of_type(2)).items.values()
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    file = node("AirSyncBase:FileReference", reference)
    ranged = node(f"{_P}:Options", node(f"{_P}:Range", "0-9"))
    whole, part = _operations(device, _fetch(file), _fetch(file, options=ranged))
    assert (whole.text(f"{_P}:Status"), part.text(f"{_P}:Status")) == ("1", "10")
    assert whole.text(f"{_P}:Properties", f"{_P}:Data") == ""


def test_schema_chooses(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Subject", "x")
    device = new_device(anna)
    (item,) = device.sync_all(device.folder_of_type(2)).items
    schema = node(f"{_P}:Schema", node("Email:Subject"), node("AirSyncBase:Body"))
    asked = node(f"{_P}:Options", schema, body_preference(1))
    (fetched,) = _operations(device, _fetch(node("Search:LongId", item), options=asked))
    properties = fetched.find(f"{_P}:Properties")
    assert properties is not None
    assert {each.name for each in properties.children} == {"Email:Subject", "AirSyncBase:Body"}


@pytest.fixture(scope="module")
def small() -> Iterator[Person]:
    """Somebody on a server whose answers have a megabyte at most."""
    with Exchange(environment={"ENTREPOT_REQUEST_BYTES_MAX": "1048576"}) as server:
        yield server.person("anna")


@pytest.mark.parametrize("multipart", [False, True])
def test_what_does_not_fit_is_told_and_stops_nothing_else(small: Person, multipart: bool) -> None:
    small.receives("Large", "x", attachments={"file.bin": bytes(400_000)})
    identity = Identity(device_id=f"small{multipart}", version="16.1")
    device = Device(small.exchange.eas, small.address, small.password, identity)
    device.provision()
    device.folder_sync()
    asked = options(body_preference(1))
    data = list(device.sync_all(device.folder_of_type(2), options=asked).items.values())[-1]
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    file = node("AirSyncBase:FileReference", reference)
    ranged = node(f"{_P}:Options", node(f"{_P}:Range", "0-9"))
    fetches = (_fetch(file), _fetch(file), _fetch(file), _fetch(file, options=ranged))
    reply = device.post(_P, node(f"{_P}:{_P}", *fetches), multipart=multipart)
    assert reply.root is not None
    response = reply.root.find(f"{_P}:Response")
    assert response is not None
    assert [each.text(f"{_P}:Status") for each in response.children] == ["1", "1", "11", "1"]
    if multipart:
        parts = [each.text(f"{_P}:Properties", f"{_P}:Part") for each in response.children]
        assert parts == ["1", "2", "", "3"]
        assert [len(part) for part in reply.parts] == [400_000, 400_000, 10]
    else:
        last = response.children[3].text(f"{_P}:Properties", f"{_P}:Data")
        assert base64.b64decode(last) == bytes(10)
    device.close()


def test_too_many_operations_are_none(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    many = [_fetch(node("Search:LongId", "1:1"))] * 201
    for document in (node(f"{_P}:{_P}", *many), node(f"{_P}:{_P}")):
        assert device.ask(_P, document).text(f"{_P}:Status") == "2"
