"""MS-ASAIRS S04: preferences and bodies that are none, and what each command says of them."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.mailing import received, unique
from conformance.eas.runner import REGISTRY
from conformance.eas.scenarios.search import MAIL, query, searched, words
from conformance.eas.scenarios.sync_options import begun, status_of
from conformance.eas.things import CONTACTS, CONVERSION, add_status
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _B, _I = "MS-ASAIRS", "AirSyncBase", "ItemOperations"
_INBOX = 2
_PROTOCOL_OF_SYNC, _PROTOCOL = "4", "2"


def _preference(*children: Node) -> Node:
    return node(f"{_B}:BodyPreference", *children)


def _body(*children: Node) -> Node:
    return node(f"{_B}:Body", *children)


_TYPE, _SIZE = node(f"{_B}:Type", 1), node(f"{_B}:TruncationSize", 100)
_WHOLE, _DATA = node(f"{_B}:AllOrNone", 1), node(f"{_B}:Data", "Words")
_NO_TYPE, _NO_FLAG = node(f"{_B}:Type", "a"), node(f"{_B}:AllOrNone", "a")
_ORDER = _preference(_SIZE, _WHOLE, _TYPE)
_TWICE = _preference(_TYPE, _SIZE, _WHOLE, _WHOLE)
_WITHIN = _preference(_TYPE, _SIZE, _WHOLE, _preference(node(f"{_B}:Type", 2), _SIZE))


@each(
    _S,
    {
        "S04_TC01 order": _ORDER,
        "S04_TC01": _preference(_TYPE, _SIZE, _NO_FLAG),
        "S04_TC01 twice": _TWICE,
    },
    parameter="wrong",
    requirements=("MS-ASAIRS_R348", "MS-ASAIRS_R350", "MS-ASAIRS_R351"),
    registry=REGISTRY,
)
def a_preference_that_is_none_is_status_4_of_sync(device: Device, wrong: Node) -> None:
    """Its elements in another order, no boolean, the same one twice."""
    inbox = begun(device, _INBOX)
    told = status_of(device, inbox, node("AirSync:Options", wrong))
    check(told == _PROTOCOL_OF_SYNC, f"status {told}")
    right = node("AirSync:Options", _preference(_TYPE, _SIZE, _WHOLE))
    told = status_of(device, inbox, right)
    check(told == "1", f"the right one has status {told}")


@each(
    _S,
    {
        "S04_TC02": (_preference(_NO_TYPE), _body(_NO_TYPE, _DATA)),
        "S04_TC03": (_TWICE, _body(_TYPE, _TYPE, _DATA)),
        "S04_TC04": (_ORDER, _body(_DATA, _TYPE)),
        "S04_TC05": (_WITHIN, _body(_TYPE, _DATA, _body(_TYPE, _DATA))),
    },
    parameter="wrong",
    requirements=(
        "MS-ASAIRS_R345",
        "MS-ASAIRS_R10021",
        "MS-ASAIRS_R10022",
        "MS-ASAIRS_R10023",
        "MS-ASAIRS_R10012",
        "MS-ASAIRS_R10024",
        "MS-ASAIRS_R10025",
        "MS-ASAIRS_R10026",
        "MS-ASAIRS_R347",
        "MS-ASAIRS_R10027",
        "MS-ASAIRS_R10028",
        "MS-ASAIRS_R10029",
    ),
    registry=REGISTRY,
)
def what_cannot_be_read_has_the_status_of_its_command(
    device: Device, wrong: tuple[Node, Node]
) -> None:
    """2 of ItemOperations and Search, 6 of an item that a Sync adds; what is right is done."""
    preference, body = wrong
    inbox, id, _ = received(device)
    right = body_preference(1, 100, all_or_none=True)
    for asked, due in ((preference, _PROTOCOL), (right, "1")):
        told = _fetch_status(device, inbox, id, asked)
        check(told == due, f"ItemOperations has status {told}, {due} is due")
        told = _search_status(device, asked)
        check(told == due, f"Search has status {told}, {due} is due")
    for sent, due in ((body, CONVERSION), (_body(_TYPE, _DATA), "1")):
        told, _ = add_status(device, CONTACTS, node("Contacts:FileAs", unique("Body")), sent)
        check(told == due, f"the Add has status {told}, {due} is due")


def _fetch_status(device: Device, folder: str, id: str, preference: Node) -> str:
    """Of the whole answer."""
    fetch = node(
        f"{_I}:Fetch",
        node(f"{_I}:Store", "Mailbox"),
        node("AirSync:CollectionId", folder),
        node("AirSync:ServerId", id),
        node(f"{_I}:Options", preference),
    )
    return device.ask(_I, node(f"{_I}:{_I}", fetch)).text(f"{_I}:Status")


def _search_status(device: Device, preference: Node) -> str:
    """Of the store."""
    asked = query(node("Search:And", MAIL, words("Words")))
    return searched(device, asked, preference).text("Search:Status")


@scenario(_S, "S04_TC06", requirements=("MS-ASAIRS_R349", "MS-ASAIRS_R158"), registry=REGISTRY)
def two_preferences_are_of_two_types(device: Device) -> None:
    """Two of the same one are status 4 of Sync, or HTTP 500."""
    inbox = begun(device, _INBOX)
    twice = node("AirSync:Options", body_preference(1, 100), body_preference(1, 200))
    told = status_of(device, inbox, twice)
    check(told in (_PROTOCOL_OF_SYNC, "500"), f"status {told}")
    both = node("AirSync:Options", body_preference(1, 100), body_preference(2, 100))
    told = status_of(device, inbox, both)
    check(told == "1", f"two types have status {told}")
