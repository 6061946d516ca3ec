"""Search of the mailbox: the forms of a query, folders, ranges; and how large an answer may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person
from tests.eas.conftest import NewDevice

_S = "Search"
_EMAIL = node("AirSync:Class", "Email")


def _words(text: str) -> Node:
    return node(f"{_S}:FreeText", text)


def _in(folder: str) -> Node:
    return node("AirSync:CollectionId", folder)


def _all(*parts: Node) -> Node:
    return node(f"{_S}:And", *parts)


def _ask(device: Device, *query: Node, options: tuple[Node, ...] = ()) -> Node:
    document = node(
        f"{_S}:{_S}",
        node(
            f"{_S}:Store",
            node(f"{_S}:Name", "Mailbox"),
            node(f"{_S}:Query", *query),
            node(f"{_S}:Options", *options) if options else None,
        ),
    )
    found = device.ask(_S, document).find(f"{_S}:Response", f"{_S}:Store")
    assert found is not None
    return found


def _status(device: Device, *query: Node, options: tuple[Node, ...] = ()) -> str:
    return _ask(device, *query, options=options).text(f"{_S}:Status")


def _subjects(device: Device, *parts: Node, options: tuple[Node, ...] = ()) -> list[str]:
    store = _ask(device, _all(*parts), options=options)
    assert store.text(f"{_S}:Status") == "1"
    found = [each.text(f"{_S}:Properties", "Email:Subject") for each in store.all(f"{_S}:Result")]
    return [each for each in found if each]


def test_a_query_is_one_and(anna: Person, new_device: NewDevice) -> None:
    """Anything else is too complex (MS-ASCMD 2.2.3.10, 2.2.3.27.5, 2.2.3.30.5, 2.2.3.35.2,
    2.2.3.80.2, 2.2.3.86, 2.2.3.96): so nothing can stand in an Or."""
    device = new_device(anna)
    inbox, words = _in(device.folder_of_type(2)), _words("x")
    conversation = node(f"{_S}:ConversationId", bytes(16))
    for query in (
        (_EMAIL, _all(words)),
        (inbox, _all(words)),
        (conversation,),
        (words,),
        (_all(words), _all(_EMAIL)),
        (_all(_all(words)),),
        (node(f"{_S}:Or", words, _words("y")),),
        (_all(node(f"{_S}:Or", words, _words("y"))),),
        (_all(node(f"{_S}:EqualTo", node("DocumentLibrary:LinkId"), node(f"{_S}:Value", "x"))),),
        (_all(node(f"{_S}:GreaterThan", node("Email:Subject"), node(f"{_S}:Value", "x"))),),
    ):
        assert _status(device, *query) == "8", query
    assert _status(device) == "2"
    assert _status(device, _all(conversation, conversation)) == "2"
    assert _status(device, _all(_EMAIL, inbox, words)) == "1"


def test_what_one_types_may_go_on_and_is_no_operator(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Harbour report", "x")
    anna.receives("Nothing to report", "x")
    device = new_device(anna)
    assert _subjects(device, _words("harb")) == ["Harbour report"]
    assert _subjects(device, _words("repor harb")) == []  # only the last word is unfinished
    assert _subjects(device, _words("report harb")) == ["Harbour report"]
    for text in ("-harbour", "NOT harbour", "harbour OR nothing", "subject:nothing", "(", '"'):
        assert "Nothing to report" not in _subjects(device, _words(text)), text


def test_an_item_is_found_once(anna: Person, new_device: NewDevice) -> None:
    """A folder said twice, and one below another."""
    anna.receives("Harbour", "x")
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    deep = (node(f"{_S}:DeepTraversal"),)
    assert _subjects(device, _in(inbox), _in(inbox), _words("harbour")) == ["Harbour"]
    assert _subjects(device, _in(inbox), _in(inbox), _words("harbour"), options=deep) == ["Harbour"]


def test_folders_below_only_where_that_is_asked(anna: Person, new_device: NewDevice) -> None:
    anna.folder("Inbox/Projects")
    anna.receives("Harbour", "x")
    device = new_device(anna)
    inbox, projects = device.folder_of_type(2), device.folder("Projects")
    (item,) = device.sync_all(inbox).items
    device.ask(
        "MoveItems",
        node(
            "Move:MoveItems",
            node(
                "Move:Move",
                node("Move:SrcMsgId", item),
                node("Move:SrcFldId", inbox),
                node("Move:DstFldId", projects),
            ),
        ),
    )
    words, deep = _words("harbour"), (node(f"{_S}:DeepTraversal"),)
    assert _subjects(device, _in(inbox), words) == []
    for folders, options in (((_in(inbox),), deep), ((_in(inbox), _in(projects)), deep),
                             ((_in(projects),), ()), ((), ())):  # fmt: skip
        assert _subjects(device, *folders, words, options=options) == ["Harbour"]


def test_a_conversation_is_found_by_its_id(anna: Person, new_device: NewDevice) -> None:
    id = anna.receives("Question", "x")
    anna.receives("Re: Question", "y", headers={"References": id})
    anna.receives("Another", "z")
    device = new_device(anna)
    held = device.sync_all(device.folder_of_type(2)).items.values()
    (first,) = [data for data in held if data["Email:Subject"].value == "Question"]
    conversation = node(f"{_S}:ConversationId", first["Email2:ConversationId"].data())
    assert set(_subjects(device, _EMAIL, conversation)) == {"Question", "Re: Question"}


def test_ranges(anna: Person, new_device: NewDevice) -> None:
    for number in range(5):
        anna.receives(f"Mail {number}", "harbour")
    device = new_device(anna)

    def ask(span: str) -> tuple[str, str, str, int]:
        options = (node(f"{_S}:Range", span),)
        store = _ask(device, _all(_words("harbour")), options=options)
        told = [store.text(f"{_S}:{name}") for name in ("Status", "Range", "Total")]
        return told[0], told[1], told[2], len(list(store.all(f"{_S}:Result")))

    assert ask("0-1") == ("1", "0-1", "5", 2)
    assert ask("0-0") == ("1", "0-0", "5", 1)
    assert ask("3-9") == ("1", "3-4", "5", 2)
    assert ask("5-9")[0] == "12"
    for span in ("1-0", "x", "-1-2", "0-", "0"):
        assert ask(span)[0] == "2", span


def test_other_classes_are_not_there(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Harbour", "x")
    device = new_device(anna)
    assert _subjects(device, node("AirSync:Class", "Calendar"), _words("harbour")) == []
    assert _subjects(device, node("AirSync:Class", "Calendar"), _EMAIL, _words("harbour")) == [
        "Harbour"
    ]


@pytest.fixture(scope="module")
def small() -> Iterator[Person]:
    """Somebody on a server whose answers have a megabyte at most."""
    with Exchange(environment={"ENTREPOT_REQUEST_BYTES_MAX": "1048576"}) as server:
        yield server.person("anna")


def test_an_answer_is_bounded_and_says_where_it_ends(small: Person) -> None:
    for number in range(5):
        small.receives(f"Mail {number}", "harbour " * 50_000)
    identity = Identity(device_id="small", version="16.1")
    device = Device(small.exchange.eas, small.address, small.password, identity)
    device.provision()
    device.folder_sync()
    seen: list[str] = []
    first = 0
    while first < 5:
        options = (node(f"{_S}:Range", f"{first}-9"), body_preference(1))
        store = _ask(device, _all(_words("harbour")), options=options)
        results = list(store.all(f"{_S}:Result"))
        assert 0 < len(results) <= 2 and store.text(f"{_S}:Total") == "5"
        assert store.text(f"{_S}:Range") == f"{first}-{first + len(results) - 1}"
        seen += [each.text(f"{_S}:Properties", "Email:Subject") for each in results]
        first += len(results)
    assert sorted(seen) == [f"Mail {number}" for number in range(5)]
    device.close()
