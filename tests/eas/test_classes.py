"""What the classes of collections share: filters, ghosting, searches and fetches of each."""

from __future__ import annotations

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import options
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice

_TYPES = {"Email": 2, "Tasks": 7, "Calendar": 8, "Contacts": 9, "Notes": 10}
# FilterTypes that each has (MS-ASCMD 2.2.3.68.2); contacts and notes take any without a meaning.
_FILTERS = {
    "Email": {0, 1, 2, 3, 4, 5},
    "Calendar": {0, 4, 5, 6, 7},
    "Tasks": {0, 8},
    "Contacts": set(range(9)),
    "Notes": set(range(9)),
}
_SAID = {
    "Tasks": (node("Tasks:Subject", "Quay wall"), node("Tasks:Complete", 0)),
    "Contacts": (node("Contacts:LastName", "Quay"), node("Contacts:FileAs", "Quay")),
    "Notes": (node("Notes:Subject", "Quay wall"), node("Notes:MessageClass", "IPM.StickyNote")),
}


def _of(device: Device, name: str) -> str:
    return device.folder_of_type(_TYPES[name])


def _add(device: Device, name: str) -> str:
    folder = _of(device, name)
    device.begin(folder)
    answer = device.change(folder, documents.add("c1", *_SAID[name]))
    assert answer is not None
    return answer.text("AirSync:Responses", "AirSync:Add", "AirSync:ServerId")


@pytest.mark.parametrize("name", _TYPES)
def test_a_class_has_its_filters_and_no_others(
    anna: Person, new_device: NewDevice, name: str
) -> None:
    device = new_device(anna)
    folder = _of(device, name)
    for filter_type in range(9):
        device.keys[folder] = "0"
        answer = device.sync(folder, options=options(filter_type=filter_type))
        assert answer is not None
        due = "1" if filter_type in _FILTERS[name] else "4"
        assert answer.text("AirSync:Status") == due, filter_type


@pytest.mark.parametrize("name", _TYPES)
def test_an_estimate_has_its_own_word_for_a_wrong_filter(
    anna: Person, new_device: NewDevice, name: str
) -> None:
    device = new_device(anna)
    folder = _of(device, name)
    device.begin(folder)
    for filter_type in range(9):
        root = device.ask(
            "GetItemEstimate",
            node(
                "GetItemEstimate:GetItemEstimate",
                node(
                    "GetItemEstimate:Collections",
                    node(
                        "GetItemEstimate:Collection",
                        node("AirSync:SyncKey", device.keys[folder]),
                        node("GetItemEstimate:CollectionId", folder),
                        options(filter_type=filter_type),
                    ),
                ),
            ),
        )
        due = "1" if filter_type in _FILTERS[name] else "110"
        assert root.text("GetItemEstimate:Response", "GetItemEstimate:Status") == due, filter_type


@pytest.mark.parametrize("name", _TYPES)
def test_only_contacts_and_calendars_have_ghosted_elements(
    anna: Person, new_device: NewDevice, name: str
) -> None:
    """MS-ASNOTE 3.2.5.3: status 4."""
    device = new_device(anna)
    answer = device.sync(
        _of(device, name), more=[node("AirSync:Supported", node("Contacts:JobTitle"))]
    )
    assert answer is not None
    due = "1" if name in ("Contacts", "Calendar") else "4"
    assert answer.text("AirSync:Status") == due


def _search(device: Device, *parts: Node) -> Node:
    found = device.ask(
        "Search",
        node(
            "Search:Search",
            node(
                "Search:Store",
                node("Search:Name", "Mailbox"),
                node("Search:Query", node("Search:And", *parts)),
                node("Search:Options", node("Search:Range", "0-9")),
            ),
        ),
    )
    store = found.find("Search:Response")
    assert store is not None
    return store.children[0]


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
@pytest.mark.parametrize("name", _SAID)
def test_a_search_finds_its_class_and_says_which(
    anna: Person, new_device: NewDevice, name: str, version: str
) -> None:
    if (name, version) == ("Notes", "12.1"):
        pytest.skip("12.1 has no notes")
    device = new_device(anna, version)
    id = _add(device, name)
    anna.receives("Quay wall", "x")
    store = _search(device, node("AirSync:Class", name), node("Search:FreeText", "Quay"))
    (result,) = (each for each in store.children if each.name == "Search:Result")
    assert (result.text("AirSync:Class"), result.text("Search:LongId")) == (name, id)
    properties = result.find("Search:Properties")
    assert properties is not None
    assert {each.name for each in _SAID[name]} <= {each.name for each in properties.children}
    both = _search(device, node("Search:FreeText", "Quay"))
    assert both.text("Search:Total") == "2"


def test_a_query_has_no_elements_of_items(anna: Person, new_device: NewDevice) -> None:
    """MS-ASTASK 3.2.5.2."""
    store = _search(new_device(anna), node("AirSync:Class", "Tasks"), node("Tasks:Subject", "x"))
    assert store.text("Search:Status") == "2"


def _fetch(device: Device, folder: str, id: str, *schema: str) -> Node:
    chosen = [node("ItemOperations:Schema", *(node(each) for each in schema))] if schema else []
    answer = device.ask(
        "ItemOperations",
        node(
            "ItemOperations:ItemOperations",
            node(
                "ItemOperations:Fetch",
                node("ItemOperations:Store", "Mailbox"),
                node("AirSync:CollectionId", folder),
                node("AirSync:ServerId", id),
                node("ItemOperations:Options", *chosen),
            ),
        ),
    )
    response = answer.find("ItemOperations:Response")
    assert response is not None
    return response.children[0]


@pytest.mark.parametrize("name", _SAID)
def test_a_fetch_says_the_class_and_keeps_to_the_schema(
    anna: Person, new_device: NewDevice, name: str
) -> None:
    device = new_device(anna)
    id = _add(device, name)
    wanted = _SAID[name][0]
    fetched = _fetch(device, _of(device, name), id, wanted.name)
    assert fetched.text("AirSync:Class") == name
    properties = fetched.find("ItemOperations:Properties")
    assert properties is not None
    assert [(each.name, each.value) for each in properties.children] == [
        (wanted.name, wanted.value)
    ]


def test_12_1_gets_no_note_by_its_id(anna: Person, new_device: NewDevice) -> None:
    newer, older = new_device(anna, "14.0"), new_device(anna, "12.1")
    id, folder = _add(newer, "Notes"), _of(newer, "Notes")
    assert _fetch(older, folder, id).text("ItemOperations:Status") == "6"
    answer = older.sync(folder)
    assert answer is not None and answer.text("AirSync:Status") == "12"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_deleted_is_shown_as_mail_only_if_it_is(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    id = _add(device, "Contacts")
    anna.receives("Mail", "x")
    inbox, bin = device.folder_of_type(2), device.folder_of_type(4)
    device.sync_all(inbox)
    (mail,) = device.held[inbox].items
    device.sync_all(bin)
    device.sync(_of(device, "Contacts"), commands=[documents.delete(id)])
    device.sync(inbox, commands=[documents.delete(mail)])
    held = device.sync_all(bin).items
    assert [data["Email:Subject"].value for data in held.values()] == ["Mail"]
    assert anna.account().trash.all().count() == 2
