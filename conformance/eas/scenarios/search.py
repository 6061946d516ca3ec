"""MS-ASCMD: Search of a mailbox. What a query may be, and what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import add, body_preference, move
from conformance.eas.mailing import rare_word, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.folders import create
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "Search"
_OK, _INVALID, _TOO_COMPLEX = "1", "2", "8"
_DEEP = node(f"{_P}:DeepTraversal")
_TOP = node(f"{_P}:Range", "0-9")
MAIL = node("AirSync:Class", "Email")


def query(*parts: Node) -> Node:
    """A Query of what stands in it."""
    return node(f"{_P}:Query", *parts)


def found_by(device: Device, *parts: Node, options: Iterable[Node] = ()) -> list[Node]:
    """The results of a search for all of that. Raises Failure where it is refused."""
    store = searched(device, query(node(f"{_P}:And", *parts)), *options)
    told = store.text(f"{_P}:Status")
    check(told == _OK, f"the store has status {told}")
    return [each for each in store.all(f"{_P}:Result") if each.children]


def found_mail(device: Device, word: str, *options: Node) -> list[Node]:
    """The Properties of messages that have a word. Raises Failure where the search is refused."""
    results = found_by(device, MAIL, words(word), options=options)
    return [each.find(f"{_P}:Properties") or node(f"{_P}:Properties") for each in results]


def searched(device: Device, asked: Node, *options: Node, name: str = "Mailbox") -> Node:
    """The Store of an answer."""
    answer = device.ask(_P, node(f"{_P}:{_P}", _store(asked, *options, name=name)))
    check(answer.text(f"{_P}:Status") == _OK, f"it is answered by {answer}")
    store = answer.find(f"{_P}:Response", f"{_P}:Store")
    check(store is not None, "there is no Store")
    return store or node(f"{_P}:Store")


def _store(asked: Node, *options: Node, name: str = "Mailbox") -> Node:
    return node(
        f"{_P}:Store",
        node(f"{_P}:Name", name),
        asked,
        node(f"{_P}:Options", *options) if options else None,
    )


def words(text: str) -> Node:
    return node(f"{_P}:FreeText", text)


def _subjects(results: Iterable[Node]) -> list[str]:
    return sorted(each.text(f"{_P}:Properties", "Email:Subject") for each in results)


def _received(name: str) -> Node:
    return node(
        f"{_P}:{name}",
        node("Email:DateReceived"),
        node(f"{_P}:Value", "2012-03-28T07:31:09.314Z"),
    )


_BESIDE: Mapping[str, tuple[Node, ...]] = {
    "S14_TC02": (node(f"{_P}:And", MAIL, words("x")), node(f"{_P}:And")),
    "S14_TC03": (MAIL, node(f"{_P}:And", words("x"))),
    "S14_TC04": (node("AirSync:CollectionId", "1"), node(f"{_P}:And", MAIL, words("x"))),
    "S14_TC05": (words("x"), node(f"{_P}:And", MAIL)),
    "S14_TC27": (node(f"{_P}:ConversationId", b"\x01" * 16), node(f"{_P}:And", MAIL)),
    "S14_TC30": (node(f"{_P}:Or", MAIL, words("x")),),
    "S14_TC31": (_received("GreaterThan"), node(f"{_P}:And", MAIL, words("x"))),
    "S14_TC32": (_received("LessThan"), node(f"{_P}:And", MAIL, words("x"))),
}


@each(
    _S,
    _BESIDE,
    parameter="parts",
    requirements=(
        "MS-ASCMD_R772",
        "MS-ASCMD_R923",
        "MS-ASCMD_R2032",
        "MS-ASCMD_R3105",
        "MS-ASCMD_R2086",
        "MS-ASCMD_R3143",
        "MS-ASCMD_R3220",
    ),
    registry=REGISTRY,
)
def a_query_is_one_and(device: Device, parts: tuple[Node, ...]) -> None:
    """Anything beside it, another one, or another operator is too complex: status 8."""
    if any("ConversationId" in part.name for part in parts):
        needs(device, "14.0", "ConversationId in Search")
    told = searched(device, query(*parts)).text(f"{_P}:Status")
    check(told == _TOO_COMPLEX, f"status {told}")


@each(
    _S,
    {
        "S14_TC06": (_DEEP, _DEEP),
        "S14_TC07": (node("AirSync:MIMESupport", 2), node("AirSync:MIMESupport", 2)),
        "S14_TC08": (_TOP, _TOP),
        "S14_TC09": (node(f"{_P}:RebuildResults"), node(f"{_P}:RebuildResults")),
    },
    parameter="options",
    requirements=("MS-ASCMD_R2143", "MS-ASCMD_R3374", "MS-ASCMD_R3723", "MS-ASCMD_R3747"),
    registry=REGISTRY,
)
def an_option_said_twice_is_no_mistake(device: Device, options: tuple[Node, ...]) -> None:
    """The message is found all the same."""
    word = rare_word()
    received(device, text=f"It says {word}")
    told = found_by(device, MAIL, words(word), options=options)
    check(len(told) == 1, f"{len(told)} results")


@scenario(_S, "S14_TC10", requirements=("MS-ASCMD_R4535",), registry=REGISTRY)
def two_stores_are_no_mistake(device: Device) -> None:
    """One of them is searched."""
    word = rare_word()
    received(device, text=f"It says {word}")
    store = _store(query(node(f"{_P}:And", MAIL, words(word))), _DEEP)
    answer = device.ask(_P, node(f"{_P}:{_P}", store, store))
    check(answer.text(f"{_P}:Status") == _OK, f"it is answered by {answer}")
    told = answer.text(f"{_P}:Response", f"{_P}:Store", f"{_P}:Total")
    check(told == "1", f"the total is {told!r}")


@scenario(_S, "S14_TC11", requirements=("MS-ASCMD_R4329",), registry=REGISTRY)
def an_element_of_a_message_is_no_query(device: Device) -> None:
    """To, within And: status 2."""
    wrong = node(f"{_P}:And", MAIL, words("x"), node("Email:To", device.identity.user))
    told = searched(device, query(wrong)).text(f"{_P}:Status")
    check(told == _INVALID, f"status {told}")


@scenario(_S, "S14_TC12", requirements=("MS-ASCMD_R3850",), registry=REGISTRY)
def nothing_found_is_no_result(device: Device) -> None:
    """Success, and at most one Result with nothing in it."""
    store = searched(device, query(node(f"{_P}:And", MAIL, words(rare_word()))), _TOP)
    check(store.text(f"{_P}:Status") == _OK, f"it is answered by {store}")
    results = [len(each.children) for each in store.all(f"{_P}:Result")]
    check(results in ([], [0]), f"the results have {results} elements")


@scenario(
    _S,
    "S14_TC13",
    requirements=("MS-ASCMD_R3846", "MS-ASCMD_R3849", "MS-ASCMD_R3862", "MS-ASCMD_R3851"),
    registry=REGISTRY,
)
def each_match_has_its_result(device: Device) -> None:
    """With its class, its folder, an id to fetch it by, and its properties."""
    word = rare_word()
    due = [str(received(device, text=word)[2]["Email:Subject"].value) for _ in range(2)]
    results = found_by(device, MAIL, words(word))
    check(_subjects(results) == sorted(due), f"the subjects are {_subjects(results)}")
    for result in results:
        check(result.text("AirSync:Class") == "Email", "another class")
        check(result.text("AirSync:CollectionId") == device.folder_of_type(2), "another folder")
        check(result.text(f"{_P}:LongId") != "", "no LongId")


def _of_all_classes(device: Device) -> tuple[str, dict[str, str]]:
    """A word, and the folders of classes with an item each that has it."""
    word, since = rare_word(), device.version != "12.1"
    received(device, text=f"It says {word}")
    made = {
        "Calendar": (
            8,
            node("Calendar:StartTime", "20260701T080000Z"),
            node("Calendar:EndTime", "20260701T090000Z"),
            node("Calendar:Subject", f"Event {word}"),
        ),
        "Contacts": (9, node("Contacts:FirstName", f"Carla {word}")),
        "Tasks": (7, node("Tasks:Subject", f"Task {word}")),
        **({"Notes": (10, node("Notes:Subject", f"Note {word}"))} if since else {}),
    }
    folders = {"Email": device.folder_of_type(2)}
    for name, (type, *data) in made.items():
        folders[name] = folder = device.folder_of_type(type)
        device.sync_all(folder)
        step = device.change(folder, add(unique("c")[-30:].strip(), *data))
        path = ("AirSync:Responses", "AirSync:Add", "AirSync:Status")
        told = step.text(*path) if step is not None else ""
        check(told == _OK, f"the item of {name} has status {told!r}")
    return word, folders


@each(
    _S,
    {
        "S14_TC15": ("Email", "Calendar", "Contacts", "Tasks", "Notes", "SMS"),
        "S14_TC16": ("Email", "Calendar", "Contacts", "Tasks"),
        "S14_TC17": (),
        "S14_TC16 one class": ("Calendar",),
    },
    parameter="classes",
    requirements=("MS-ASCMD_R1322", "MS-ASCMD_R922"),
    registry=REGISTRY,
)
def classes_say_what_is_found(device: Device, classes: tuple[str, ...]) -> None:
    """None says all; each result says its own, once."""
    if "SMS" in classes:
        needs(device, "14.0", "the classes Notes and SMS")
    word, folders = _of_all_classes(device)
    asked = [node("AirSync:Class", name) for name in classes]
    asked += [node("AirSync:CollectionId", id) for id in folders.values()]
    results = found_by(device, *asked, words(word), options=(_DEEP,))
    told = sorted(each.text("AirSync:Class") for each in results)
    due = sorted(name for name in folders if not classes or name in classes)
    check(told == due, f"{told} are found, {due} are due")


@each(
    _S,
    {"S14_TC22": True, "S14_TC23": False},
    parameter="deep",
    requirements=("MS-ASCMD_R2031", "MS-ASCMD_R5856", "MS-ASCMD_R2146"),
    registry=REGISTRY,
)
def folders_below_are_searched_where_it_is_said(device: Device, deep: bool) -> None:
    """By DeepTraversal; without it the folder named alone."""
    word = rare_word()
    inbox, id, _ = received(device, word="Below", text=word)
    _, _, here = received(device, text=word)
    made = create(device, unique("Folder"), parent=inbox)
    below = made.text("FolderHierarchy:ServerId")
    moved = device.ask("MoveItems", move((id, inbox, below)))
    check(moved.text("Move:Response", "Move:Status") == "3", "it is not moved")
    results = found_by(
        device,
        MAIL,
        node("AirSync:CollectionId", inbox),
        words(word),
        options=(_DEEP,) if deep else (),
    )
    told = sorted(each.text("AirSync:CollectionId") for each in results)
    check(told == sorted([inbox, below] if deep else [inbox]), f"found in {told}")
    check(str(here["Email:Subject"].value) in _subjects(results), "that of the folder is missing")


@scenario(_S, "S14_TC28", requirements=("MS-ASCMD_R3729", "MS-ASCMD_R3699"), registry=REGISTRY)
def words_are_found_in_any_case(device: Device) -> None:
    """All of them count; the Range 0-0 gives one."""
    word = rare_word()
    for text in (word.upper(), word.lower()):
        received(device, text=text)
    for text in (word.upper(), word.lower(), word.title()):
        asked = query(node(f"{_P}:And", MAIL, words(text)))
        store = searched(device, asked, node(f"{_P}:Range", "0-0"))
        told = store.text(f"{_P}:Range"), store.text(f"{_P}:Total")
        check(told == ("0-0", "2"), f"Range and Total are {told}")
        check(len(list(store.all(f"{_P}:Result"))) == 1, "there is not one result")


@scenario(_S, "S14_TC29", requirements=("MS-ASCMD_R5815",), registry=REGISTRY)
def a_message_is_in_one_conversation(device: Device) -> None:
    """Two of them within And: status 2, as Exchange has it."""
    needs(device, "14.0", "ConversationId in Search")
    named = node(f"{_P}:ConversationId", b"\x07" * 16)
    asked = query(node(f"{_P}:And", named, named, words("x")))
    told = searched(device, asked).text(f"{_P}:Status")
    check(told == _INVALID, f"status {told}")


@scenario(
    _S,
    "S14_TC33",
    requirements=("MS-ASCMD_R3383", "MS-ASCMD_R3384", "MS-ASCMD_R3387", "MS-ASCMD_R3388"),
    registry=REGISTRY,
)
def a_message_comes_whole_where_it_is_said(device: Device) -> None:
    """MIMESupport 2 gives the MIME of all messages, 1 that of S/MIME alone."""
    word = rare_word()
    received(device, text=word)
    for support, due in ((1, "1"), (2, "4")):
        options = (
            node("AirSync:MIMESupport", support),
            *(body_preference(type, 80) for type in (1, 4)),
        )
        (result,) = found_by(device, MAIL, words(word), options=options)
        body = result.find(f"{_P}:Properties", "AirSyncBase:Body")
        check(body is not None, f"no Body with MIMESupport {support}")
        type = body.text("AirSyncBase:Type") if body is not None else ""
        check(type == due, f"the Type is {type}, {due} is due with MIMESupport {support}")
    for name in ("EstimatedDataSize", "Truncated", "Data"):
        check(body is not None and body.find(f"AirSyncBase:{name}") is not None, f"no {name}")
