"""MS-ASCON: the part that a message adds to its conversation, by each of the commands."""

from __future__ import annotations

from collections.abc import Callable

from conformance.checks import check
from conformance.eas.conversations import ID, INBOX
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options, part_preference
from conformance.eas.given import Data, by_name
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import MAIL, found_by, query, searched
from conformance.eas.scenarios.sync_options import begun, status_of
from conformance.eas.things import fetched
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _B, _I = "MS-ASCON", "AirSyncBase", "ItemOperations"
_BODY, _PART = f"{_B}:Body", f"{_B}:BodyPart"
_HTML, _SIZE = 2, 12
_PAGE = "<p>The quay wall holds.</p>"
_WRONG = node(f"{_B}:BodyPartPreference", node(f"{_B}:Type", 3))
_NO_PART = "164"

Give = Callable[[Device, str, Data, tuple[Node, ...]], Data]
"""A message by its id and what Sync gave of it, under preferences."""


def _by_sync(device: Device, id: str, _data: Data, asked: tuple[Node, ...]) -> Data:
    inbox = device.folder_of_type(INBOX)
    device.begin(inbox)
    return device.sync_all(inbox, options=options(*asked)).items[id]


def _by_id(device: Device, id: str, _data: Data, asked: tuple[Node, ...]) -> Data:
    (properties,) = fetched(device, INBOX, id, options=asked)
    return by_name(properties)


def _by_search(device: Device, _id: str, data: Data, asked: tuple[Node, ...]) -> Data:
    named = node("Search:ConversationId", data[ID].data())
    (result,) = found_by(device, MAIL, named, options=asked)
    return by_name(result.find("Search:Properties") or node("Search:Properties"))


@each(
    _S,
    {"S01_TC07": _by_sync, "S03_TC08": _by_id, "S05_TC02": _by_search},
    parameter="give",
    requirements=(
        "MS-ASCON_R234", "MS-ASCON_R235", "MS-ASCON_R236", "MS-ASCON_R237", "MS-ASCON_R339",
        "MS-ASCON_R340", "MS-ASCON_R239", "MS-ASCON_R240", "MS-ASCON_R243", "MS-ASCON_R245",
        "MS-ASCON_R246", "MS-ASCON_R247", "MS-ASCON_R248", "MS-ASCON_R38", "MS-ASCON_R39",
        "MS-ASCON_R40",
    ),
    registry=REGISTRY,
)  # fmt: skip
def what_was_asked_for_comes_and_no_more(device: Device, give: Give) -> None:
    """Body, BodyPart or both; without a word of either, Body."""
    needs(device, "14.1", "BodyPart")
    _, id, data = received(device, html=_PAGE)
    body, part = body_preference(_HTML), part_preference(_SIZE)
    for asked, due in (
        ((), {_BODY}),
        ((body,), {_BODY}),
        ((part,), {_PART}),
        ((body, part), {_BODY, _PART}),
    ):
        told = give(device, id, data, asked)
        named = {_BODY, _PART} & told.keys()
        check(named == due, f"asked with {asked} it gives {named}")
        if _PART in told:
            _check_cut(told[_PART])
        if body in asked:
            check("quay" in told[_BODY].text(f"{_B}:Data"), "the body is lost")


def _check_cut(part: Node) -> None:
    check(part.text(f"{_B}:Truncated") == "1", "a part that is too long is not truncated")
    size = part.text(f"{_B}:EstimatedDataSize")
    check(size.isdigit() and int(size) > _SIZE, f"its size is {size!r}")
    data = part.text(f"{_B}:Data").encode()
    check(len(data) <= _SIZE, f"{len(data)} bytes come, {_SIZE} were asked for")


@scenario(_S, "S01_TC08", requirements=("MS-ASCON_R241", "MS-ASCON_R183"), registry=REGISTRY)
def a_part_of_another_type_is_status_164_of_sync(device: Device) -> None:
    """Of the whole request, or of its collection; HTML is none."""
    needs(device, "14.1", "BodyPart")
    inbox = begun(device, INBOX)
    told = status_of(device, inbox, node("AirSync:Options", _WRONG))
    check(told == _NO_PART, f"status {told}")
    told = status_of(device, inbox, node("AirSync:Options", part_preference()))
    check(told == "1", f"a part in HTML has status {told}")


@scenario(_S, "S03_TC07", requirements=("MS-ASCON_R241",), registry=REGISTRY)
def a_part_of_another_type_is_status_164_of_a_fetch(device: Device) -> None:
    """Of that Fetch alone."""
    needs(device, "14.1", "BodyPart")
    inbox, id, _ = received(device)
    asked = [
        node(
            f"{_I}:Fetch",
            node(f"{_I}:Store", "Mailbox"),
            node("AirSync:CollectionId", inbox),
            node("AirSync:ServerId", id),
            node(f"{_I}:Options", preference),
        )
        for preference in (_WRONG, part_preference())
    ]
    answer = device.ask(_I, node(f"{_I}:{_I}", *asked))
    check(answer.text(f"{_I}:Status") == "1", f"it is answered by {answer}")
    response = answer.find(f"{_I}:Response")
    told = [each.text(f"{_I}:Status") for each in response.children] if response else []
    check(told == [_NO_PART, "1"], f"the statuses are {told}")


@scenario(_S, "S05_TC03", requirements=("MS-ASCON_R241",), registry=REGISTRY)
def a_part_of_another_type_is_status_164_of_a_search(device: Device) -> None:
    """Of the store that is searched."""
    needs(device, "14.1", "BodyPart")
    _, _, data = received(device)
    asked = query(node("Search:And", MAIL, node("Search:ConversationId", data[ID].data())))
    for preference, due in ((_WRONG, _NO_PART), (part_preference(), "1")):
        told = searched(device, asked, preference).text("Search:Status")
        check(told == due, f"status {told}, {due} is due")
