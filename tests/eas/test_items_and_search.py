"""ItemOperations, Search, Find: items by every address, and by what they say."""

from __future__ import annotations

import base64

import pytest

from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice

_P = "ItemOperations"


def _operations(device: Device, *operations: Node, **more: bool) -> Node:
    reply = device.post(_P, node(f"{_P}:{_P}", *operations), **more)
    assert reply.root is not None, reply
    response = reply.root.find(f"{_P}:Response")
    return response if response is not None else reply.root


def _fetch(*address: Node, options: Node | None = None) -> Node:
    return node(f"{_P}:Fetch", node(f"{_P}:Store", "Mailbox"), *address, options)


def _by_id(folder: str, item: str) -> tuple[Node, Node]:
    return node("AirSync:CollectionId", folder), node("AirSync:ServerId", item)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_item_by_id_and_by_long_id(anna: Person, new_device: NewDevice, version: str) -> None:
    anna.receives("Subject", "Some words")
    device = new_device(anna, version)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    options = node(f"{_P}:Options", body_preference(1))
    response = _operations(
        device,
        _fetch(*_by_id(inbox, item), options=options),
        _fetch(node("Search:LongId", item), options=options),
    )
    for fetch in response.children:
        assert fetch.text(f"{_P}:Status") == "1"
        assert fetch.text(f"{_P}:Properties", "Email:Subject") == "Subject"
        data = fetch.text(f"{_P}:Properties", "AirSyncBase:Body", "AirSyncBase:Data")
        assert data.strip() == "Some words"


def test_lesson_36_one_answer_for_each_in_order(anna: Person, new_device: NewDevice) -> None:
    """What fails stands between what succeeds."""
    anna.receives("Subject", "x", attachments={"file.txt": b"content"})
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    held = device.sync_all(inbox)
    (item,) = held.items
    file = held.items[item]["AirSyncBase:Attachments"].children[0]
    reference = file.text("AirSyncBase:FileReference")
    response = _operations(
        device,
        _fetch(*_by_id(inbox, f"{inbox}:99999")),
        _fetch(*_by_id(inbox, item)),
        _fetch(node("AirSyncBase:FileReference", "1:1")),
        _fetch(node("AirSyncBase:FileReference", reference)),
        _fetch(node("AirSyncBase:FileReference", "../../etc/passwd")),
        _fetch(*_by_id("99", item)),
        _fetch(node("DocumentLibrary:LinkId", r"\\server\share\file")),
    )
    statuses = [each.text(f"{_P}:Status") for each in response.children]
    assert statuses == ["6", "1", "15", "1", "15", "6", "9"]
    content = response.children[3].text(f"{_P}:Properties", f"{_P}:Data")
    assert base64.b64decode(content) == b"content"


def test_ranges_of_a_file_only_where_asked(anna: Person, new_device: NewDevice) -> None:
    """iOS 10 shows an error where a Range comes unasked."""
    anna.receives("Subject", "x", attachments={"file.bin": bytes(range(256))})
    device = new_device(anna)
    held = device.sync_all(device.folder_of_type(2))
    (data,) = held.items.values()
    reference = data["AirSyncBase:Attachments"].children[0].text("AirSyncBase:FileReference")
    path = (f"{_P}:Response", f"{_P}:Fetch", f"{_P}:Properties")
    whole = device.fetch_attachment(reference).root
    assert whole is not None and whole.find(*path, f"{_P}:Range") is None
    part = device.fetch_attachment(reference, "10-19", multipart=True)
    assert part.root is not None and part.parts == [bytes(range(10, 20))]
    assert part.root.text(*path, f"{_P}:Range") == "10-19"
    assert part.root.text(*path, f"{_P}:Total") == "256"
    for wrong in ("300-400", "5-1", "x", "-"):
        refused = device.fetch_attachment(reference, wrong).root
        assert refused is not None
        assert refused.text(f"{_P}:Response", f"{_P}:Fetch", f"{_P}:Status") == "8"


def test_multipart_puts_bodies_behind(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Subject", "Some words")
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    (item,) = device.sync_all(inbox).items
    options = node(f"{_P}:Options", body_preference(1))
    reply = device.post(
        _P, node(f"{_P}:{_P}", _fetch(*_by_id(inbox, item), options=options)), multipart=True
    )
    assert reply.root is not None and reply.parts[0].strip() == b"Some words"
    path = (f"{_P}:Response", f"{_P}:Fetch", f"{_P}:Properties", "AirSyncBase:Body")
    assert reply.root.text(*path, f"{_P}:Part") == "1"
    assert reply.root.find(*path, "AirSyncBase:Data") is None


def test_a_folder_is_emptied(anna: Person, new_device: NewDevice) -> None:
    for number in range(3):
        anna.receives(f"Mail {number}", "x")
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    response = _operations(
        device,
        node(f"{_P}:EmptyFolderContents", node("AirSync:CollectionId", inbox)),
        node(f"{_P}:EmptyFolderContents", node("AirSync:CollectionId", "99999")),
    )
    statuses = [each.text(f"{_P}:Status") for each in response.children]
    assert statuses[0] == "1" and statuses[1] != "1"
    device.sync(inbox)
    assert device.held[inbox].items == {} and device.held[inbox].anomalies == []


# -- Search ------------------------------------------------------------------------------------


def _search(device: Device, *query: Node, options: tuple[Node, ...] = ()) -> Node:
    root = device.ask(
        "Search",
        node(
            "Search:Search",
            node(
                "Search:Store",
                node("Search:Name", "Mailbox"),
                node("Search:Query", node("Search:And", *query)),
                node("Search:Options", *options) if options else None,
            ),
        ),
    )
    found = root.find("Search:Response", "Search:Store")
    assert found is not None
    return found


def _subjects(store: Node) -> list[str]:
    return [each.text("Search:Properties", "Email:Subject") for each in store.all("Search:Result")]


@pytest.mark.parametrize("version", VERSIONS)
def test_mail_is_found_by_its_words(anna: Person, new_device: NewDevice, version: str) -> None:
    anna.receives("Harbour report", "The quay wall holds")
    anna.receives("Lunch", "Soup today")
    device = new_device(anna, version)
    store = _search(
        device,
        node("AirSync:Class", "Email"),
        node("Search:FreeText", "quay"),
        options=(node("Search:Range", "0-9"), body_preference(1)),
    )
    assert store.text("Search:Status") == "1" and _subjects(store) == ["Harbour report"]
    assert (store.text("Search:Range"), store.text("Search:Total")) == ("0-0", "1")
    result = store.find("Search:Result")
    assert result is not None
    long_id = result.text("Search:LongId")
    assert long_id and result.text("AirSync:CollectionId") == device.folder_of_type(2)
    fetched = _operations(device, _fetch(node("Search:LongId", long_id)))
    assert fetched.text(f"{_P}:Fetch", f"{_P}:Status") == "1"


def test_nothing_found_is_one_empty_result(anna: Person, new_device: NewDevice) -> None:
    store = _search(new_device(anna), node("Search:FreeText", "nothing-like-it"))
    assert store.text("Search:Status") == "1"
    (result,) = store.all("Search:Result")
    assert result.children == []


@pytest.mark.parametrize("folder", ["0", ""])
def test_outlook_and_android_search_all_folders(
    anna: Person, new_device: NewDevice, folder: str
) -> None:
    anna.receives("Harbour", "x")
    device = new_device(anna)
    named = [node("AirSync:CollectionId", folder)] if folder else []
    assert _subjects(_search(device, *named, node("Search:FreeText", "Harbour"))) == ["Harbour"]
    sent = node("AirSync:CollectionId", device.folder_of_type(5))
    assert _subjects(_search(device, sent, node("Search:FreeText", "Harbour"))) == [""]


def test_mail_is_found_by_its_date(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Now", "x")
    device = new_device(anna)

    def bound(name: str, value: str) -> Node:
        return node(f"Search:{name}", node("Email:DateReceived"), node("Search:Value", value))

    past, future = "2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
    assert _subjects(_search(device, bound("GreaterThan", past), bound("LessThan", future))) == [
        "Now"
    ]
    assert _subjects(_search(device, bound("LessThan", past))) == [""]
    assert _search(device, bound("LessThan", "yesterday")).text("Search:Status") == "2"


def test_what_cannot_be_searched_says_why(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    too_deep = node("Search:FreeText", "x")
    for _ in range(12):
        too_deep = node("Search:And", too_deep)
    assert _search(device, too_deep).text("Search:Status") == "8"
    assert (
        _search(device, node("Search:Or", node("Search:FreeText", "x"))).text("Search:Status")
        == "8"
    )
    missing = node("AirSync:CollectionId", "99999")
    assert _search(device, missing, node("Search:FreeText", "x")).text("Search:Status") == "11"
    library = node(
        "Search:Search",
        node(
            "Search:Store",
            node("Search:Name", "DocumentLibrary"),
            node("Search:Query", node("Search:FreeText", r"\\server\share")),
        ),
    )
    answer = device.ask("Search", library)
    assert answer.text("Search:Response", "Search:Store", "Search:Status") == "6"


@pytest.mark.parametrize("version", VERSIONS)
def test_people_are_found_in_the_address_list(
    anna: Person, ben: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    name = ben.address.partition("@")[0]
    root = device.ask(
        "Search",
        node(
            "Search:Search",
            node(
                "Search:Store",
                node("Search:Name", "GAL"),
                node("Search:Query", name),
                node("Search:Options", node("Search:Range", "0-4"), node("Search:Picture"))
                if version >= "14.1"
                else None,
            ),
        ),
    )
    path = ("Search:Response", "Search:Store", "Search:Result", "Search:Properties")
    assert root.text(*path, "GAL:EmailAddress") == ben.address
    if version >= "14.1":
        assert root.text(*path, "GAL:Picture", "GAL:Status") == "173"


# -- Find --------------------------------------------------------------------------------------

_GUID = "aa55fd4f-2c63-4a33-b4ef-cbeb0a7e4ed7"


def _find(device: Device, criterion: Node, id: str = _GUID) -> Node:
    return device.ask(
        "Find",
        node("Find:Find", node("Find:SearchId", id), node("Find:ExecuteSearch", criterion)),
    )


def _mail(words: str, *more: Node, range: str = "0-9", kind: str = "Email") -> Node:
    return node(
        "Find:MailBoxSearchCriterion",
        node(
            "Find:Query",
            node("AirSync:Class", kind),
            *more,
            node("Find:FreeText", words),
        ),
        node("Find:Options", node("Find:Range", range), node("Find:DeepTraversal")),
    )


def test_find_tells_what_a_list_shows(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Harbour report", "The quay wall holds", attachments={"a.txt": b"x"})
    device = new_device(anna)
    response = _find(device, _mail("quay")).find("Find:Response")
    assert response is not None and response.text("Find:Status") == "1"
    assert response.text("Find:Total") == "1" and response.text("Find:Range") == "0-0"
    properties = response.find("Find:Result", "Find:Properties")
    assert properties is not None
    assert properties.text("Email:Subject") == "Harbour report"
    assert properties.text("Find:HasAttachments") == "1"
    assert "quay" in properties.text("Find:Preview")
    nothing = _find(device, _mail("nothing-like-it")).find("Find:Response")
    assert nothing is not None and nothing.text("Find:Total") == "0"


@pytest.mark.parametrize(
    ("criterion", "status"),
    [
        (_mail("x", range="5-9"), "4"),
        (_mail("x", range="x"), "2"),
        (_mail("x", kind="Calendar"), "2"),
        (_mail(""), "2"),
    ],
)
def test_what_cannot_be_found_says_why(
    anna: Person, new_device: NewDevice, criterion: Node, status: str
) -> None:
    answer = _find(new_device(anna), criterion)
    assert answer.text("Find:Response", "Find:Status") == status


def test_find_people(anna: Person, ben: Person, new_device: NewDevice) -> None:
    criterion = node(
        "Find:GALSearchCriterion",
        node("Find:Query", ben.address.partition("@")[0]),
        node("Find:Options", node("Find:Range", "0-4")),
    )
    response = _find(new_device(anna), criterion).find("Find:Response")
    assert response is not None
    assert response.text("Find:Result", "Find:Properties", "GAL:EmailAddress") == ben.address
    wrong = _find(new_device(anna), criterion, id="no guid")
    assert wrong.text("Find:Status") == "2"
