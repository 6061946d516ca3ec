"""MS-ASCMD: GetItemEstimate."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY, folder_needed, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCMD", "GetItemEstimate"
_INBOX, _TASKS, _CALENDAR, _CONTACTS = 2, 7, 8, 9
_BAD, _UNFILTERED = "103", "1"


def _options(*said: tuple[str, object]) -> Node:
    return node("AirSync:Options", *(node(f"AirSync:{name}", str(value)) for name, value in said))


def _collection(device: Device, key: str, id: str, *more: Node) -> Node:
    """A Collection in the order of the version; 12.1 says its filter beside it."""
    named = node(f"{_P}:CollectionId", id)
    synced = node("AirSync:SyncKey", key)
    if device.version != "12.1":
        return node(f"{_P}:Collection", synced, named, *more)
    filters = [child for each in more for child in each.children if "FilterType" in child.name]
    return node(f"{_P}:Collection", named, *filters, synced)


def _said(device: Device, status: str) -> str:
    """How the version says the status of a collection: 12.1 has none of the common ones."""
    return "2" if device.version == "12.1" and len(status) == 3 else status


def _ask(device: Device, *collections: Node) -> Node:
    return device.ask(_P, node(f"{_P}:{_P}", node(f"{_P}:Collections", *collections)))


def estimate_of(device: Device, id: str, *more: Node) -> tuple[str, str]:
    """Status and Estimate of a collection under the key that the device has of it."""
    answer = _ask(device, _collection(device, device.keys.get(id, "0"), id, *more))
    response = f"{_P}:Response"
    status = answer.text(response, f"{_P}:Status")
    return status, answer.text(response, f"{_P}:Collection", f"{_P}:Estimate")


@each(
    _S,
    {"S07_TC01": (_options(("FilterType", 0)),), "S07_TC02": ()},
    parameter="more",
    requirements=("MS-ASCMD_R4134", "MS-ASCMD_R171", "MS-ASCMD_R5056", "MS-ASCMD_R3543"),
    registry=REGISTRY,
)
def the_estimate_is_what_comes(device: Device, more: tuple[Node, ...]) -> None:
    """As many as the next Syncs bring; nothing afterwards, and one for a new message."""
    received(device)
    inbox = device.folder_of_type(_INBOX)
    device.begin(inbox)
    status, told = estimate_of(device, inbox, *more)
    device.sync_all(inbox, window=512)
    due = len(device.held[inbox].items)
    check((status, told) == ("1", str(due)), f"status {status}, {told} are told, {due} come")
    check(estimate_of(device, inbox, *more) == ("1", "0"), "something is left")


@each(
    _S,
    {
        "S07_TC03": (_CONTACTS, dict.fromkeys(range(9), _UNFILTERED)),
        "S07_TC04": (_INBOX, {f: "1" if f < 6 else "110" for f in range(9)}),
        "S07_TC05": (_CALENDAR, {f: "1" if f in (0, 4, 5, 6, 7) else "110" for f in range(9)}),
        "S07_TC06": (_TASKS, {f: "1" if f in (0, 8) else "110" for f in range(9)}),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R2967", "MS-ASCMD_R2973", "MS-ASCMD_R2999", "MS-ASCMD_R3000", "MS-ASCMD_R3005",
        "MS-ASCMD_R3006", "MS-ASCMD_R3007", "MS-ASCMD_R3008", "MS-ASCMD_R3009", "MS-ASCMD_R3010",
        "MS-ASCMD_R3011", "MS-ASCMD_R3017", "MS-ASCMD_R3018", "MS-ASCMD_R3019", "MS-ASCMD_R3020",
    ),
    registry=REGISTRY,
)  # fmt: skip
def each_class_has_its_filters(device: Device, case: tuple[int, dict[int, str]]) -> None:
    """Those of another class are status 110; contacts have none, and pass over all."""
    type, statuses = case
    due = {asked: _said(device, status) for asked, status in statuses.items()}
    id = device.folder_of_type(type)
    device.begin(id)
    told = {asked: estimate_of(device, id, _options(("FilterType", asked)))[0] for asked in due}
    check(told == due, f"the statuses are {told}")


@scenario(_S, "S07_TC07", requirements=("MS-ASCMD_R2984",), registry=REGISTRY)
def a_filter_that_no_class_has_is_status_103(device: Device) -> None:
    """9, of any collection."""
    due = _said(device, _BAD)
    for type in (_INBOX, _TASKS, _CALENDAR, _CONTACTS):
        id = device.folder_of_type(type)
        device.begin(id)
        told, _ = estimate_of(device, id, _options(("FilterType", 9)))
        check(told == due, f"status {told} of the folder of type {type}")


@scenario(_S, "S07_TC08", requirements=("MS-ASCMD_R3272",), registry=REGISTRY)
def two_max_items_are_no_mistake(device: Device) -> None:
    """Of the recipients that were written to."""
    needs(device, "14.0", "MaxItems")
    id = folder_needed(device, 19, "a recipient information cache")
    device.begin(id)
    told, _ = estimate_of(device, id, _options(("MaxItems", 2), ("MaxItems", 3)))
    check(told == "1", f"status {told}")


@scenario(
    _S,
    "S07_TC09",
    requirements=("MS-ASCMD_R4135", "MS-ASCMD_R4136", "MS-ASCMD_R4130"),
    registry=REGISTRY,
)
def a_folder_that_there_is_not_is_status_2(device: Device) -> None:
    """Of that collection alone."""
    inbox = device.folder_of_type(_INBOX)
    device.begin(inbox)
    key = device.keys[inbox]
    asked = [_collection(device, key, id) for id in (inbox, "99999")]
    told = [each.text(f"{_P}:Status") for each in _ask(device, *asked).all(f"{_P}:Response")]
    check(told == ["1", "2"], f"the statuses are {told}")


@each(
    _S,
    {"S07_TC10": ("3", "0"), "S07_TC11": ("4", "987654321"), "S07_TC12": ("4", "other")},
    parameter="case",
    requirements=("MS-ASCMD_R4139", "MS-ASCMD_R4140", "MS-ASCMD_R4142", "MS-ASCMD_R4594"),
    registry=REGISTRY,
)
def a_key_must_be_that_of_the_folder(device: Device, case: tuple[str, str]) -> None:
    """None yet, one that was never given, one of the folder that has left it behind."""
    due, key = case
    inbox = device.folder_of_type(_INBOX)
    device.begin(inbox)
    if key == "other":
        key = device.keys[inbox]
        received(device)
        received(device)
        check(device.keys[inbox] != key, "the key stays though something came")
    answer = _ask(device, _collection(device, key, inbox))
    told = answer.text(f"{_P}:Response", f"{_P}:Status")
    check(told == due, f"status {told}, {due} is due")


@scenario(_S, "S07_TC13", requirements=("MS-ASCMD_R2100",), registry=REGISTRY)
def only_mail_has_conversations(device: Device) -> None:
    """ConversationMode of contacts is status 103, of mail it is none."""
    needs(device, "14.0", "ConversationMode")
    for type, due in ((_CONTACTS, _BAD), (_INBOX, "1")):
        id = device.folder_of_type(type)
        device.begin(id)
        told, _ = estimate_of(device, id, node("AirSync:ConversationMode", 1))
        check(told == due, f"status {told}, {due} is due of the folder of type {type}")


@each(
    _S,
    {"S07_TC14": (("Email", "SMS"), ""), "S07_TC16": (("Tasks", "Contacts"), "4")},
    parameter="case",
    requirements=("MS-ASCMD_R907", "MS-ASCMD_R908"),
    registry=REGISTRY,
)
def mail_and_text_messages_go_together(device: Device, case: tuple[tuple[str, ...], str]) -> None:
    """Other classes do not: status 4 of the whole request."""
    needs(device, "14.0", "Options of a class")
    classes, due = case
    inbox = device.folder_of_type(_INBOX)
    device.begin(inbox)
    asked = [_options(("Class", name)) for name in classes]
    answer = _ask(device, _collection(device, device.keys[inbox], inbox, *asked))
    told = answer.text(f"{_P}:Status"), answer.text(f"{_P}:Response", f"{_P}:Status")
    check(told == ((due, "") if due else ("", "1")), f"the statuses are {told}")


@scenario(_S, "S07_TC15", requirements=("MS-ASCMD_R5647",), registry=REGISTRY)
def collections_have_their_number(device: Device) -> None:
    """More than a thousand are status 103, by HTTP 400 before 14.0."""
    inbox = device.folder_of_type(_INBOX)
    device.begin(inbox)
    many = [_collection(device, device.keys[inbox], inbox)] * 1001
    reply = device.post(_P, node(f"{_P}:{_P}", node(f"{_P}:Collections", *many)))
    told = reply.root.text(f"{_P}:Status") if reply.root else str(reply.status)
    due = _BAD if device.version != "12.1" else "400"
    check(told == due, f"it is answered by {told}")
