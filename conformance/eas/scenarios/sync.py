"""MS-ASCMD: Sync, GetItemEstimate, MoveItems, Ping."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, change, delete, fetch, options
from conformance.eas.mailing import arrived, message, received, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _STATUS = "MS-ASCMD", "AirSync:Status"


@scenario(_S, "S19_TC01", requirements=("MS-ASCMD_R4598",), registry=REGISTRY)
def the_first_key_brings_no_items(device: Device) -> None:
    """They come with the next request."""
    received(device)
    inbox = device.folder_of_type(2)
    device.keys[inbox] = "0"
    first = device.sync(inbox)
    check(first is not None and first.find("AirSync:Commands") is None, "items with the key 0")
    device.held.pop(inbox, None)
    device.sync(inbox)
    check(bool(device.held[inbox].items), "no items with the next key")


@scenario(_S, "S19_TC02", requirements=("MS-ASCMD_R3446",), registry=REGISTRY)
def more_available_is_said_where_there_is_more(device: Device) -> None:
    """With a window of one."""
    for _ in range(3):
        received(device)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    step = device.sync(inbox, window=1)
    check(step is not None and step.find("AirSync:MoreAvailable") is not None, "it is not said")
    check(len(device.held[inbox].items) == 1, "more than the window")
    device.sync_all(inbox, window=512)
    check(device.held[inbox].anomalies == [], str(device.held[inbox].anomalies))
    rest = device.sync(inbox)
    check(rest is None or rest.find("AirSync:MoreAvailable") is None, "there is no more")


@scenario(_S, "S19_TC04", requirements=("MS-ASCMD_R4425",), registry=REGISTRY)
def a_key_that_was_never_given_is_status_3(device: Device) -> None:
    """The device begins anew then."""
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    device.keys[inbox] = "1000001"
    answer = device.sync(inbox)
    check(answer is not None and answer.text(_STATUS) == "3", "it is not refused")


@scenario(_S, "S19_TC05", requirements=("MS-ASCMD_R3128",), registry=REGISTRY)
def changes_with_the_key_0_are_status_4(device: Device) -> None:
    """GetChanges 1 with it."""
    inbox = device.folder_of_type(2)
    answer = device.ask("Sync", documents.sync([documents.collection("0", inbox, gets=True)]))
    told = answer.text(_STATUS) or answer.text("AirSync:Collections", "AirSync:Collection", _STATUS)
    check(told == "4", f"status {told}")


@scenario(_S, "S19_TC06", requirements=("MS-ASCMD_R4456",), registry=REGISTRY)
def an_empty_request_of_a_new_device_is_status_13(unknown: Device) -> None:
    """The last request is not known."""
    check(unknown.ask("Sync").text(_STATUS) == "13", "it is not refused")


@each(
    _S,
    {
        "S19_TC07": ({"heartbeat": 10_000}, "14", "3540"),
        "S19_TC30": ({"wait": 0}, "14", "1"),
        "S19_TC31": ({"wait": 60}, "14", "59"),
        "S19_TC32": ({"heartbeat": 59}, "14", "60"),
        "S19_TC33": ({"heartbeat": 3541}, "14", "3540"),
        "S19_TC29": ({"wait": 1, "heartbeat": 60}, "4", ""),
        "S19_TC47": ({"wait": 100_000}, "14", "59"),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R3223",
        "MS-ASCMD_R4739",
        "MS-ASCMD_R3162",
        "MS-ASCMD_R4748",
        "MS-ASCMD_R5781",
        "MS-ASCMD_R5782",
        "MS-ASCMD_R4746",
        "MS-ASCMD_R4459",
    ),
    registry=REGISTRY,
)
def waits_have_their_range(device: Device, case: tuple[dict[str, int], str, str]) -> None:
    """The nearest bound is told."""
    asked, due, limit = case
    if "heartbeat" in asked:
        needs(device, "14.0", "HeartbeatInterval in Sync")
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    request = documents.sync(
        [documents.collection(device.keys[inbox], inbox)],
        wait=asked.get("wait"),
        heartbeat=asked.get("heartbeat"),
    )
    answer = device.ask("Sync", request)
    told = (answer.text(_STATUS), answer.text("AirSync:Limit"))
    check(told == (due, limit), f"{told}, {(due, limit)} is due")


@scenario(_S, "S19_TC16", requirements=("MS-ASCMD_R4763",), registry=REGISTRY)
def a_window_of_0_counts_as_512(device: Device) -> None:
    """All of a small folder comes at once."""
    for _ in range(2):
        received(device)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    step = device.sync(inbox, window=0)
    check(step is not None and len(device.held[inbox].items) >= 2, "not all came")


@scenario(_S, "S19_TC19", requirements=("MS-ASCMD_R5255",), registry=REGISTRY)
def a_change_that_succeeds_is_not_answered(device: Device, second: Device) -> None:
    """No Responses; another device is told, this one is not."""
    inbox, id, _ = received(device)
    second.sync_all(inbox)
    answer = device.sync(inbox, commands=[change(id, node("Email:Read", 1))])
    check(answer is not None and answer.find("AirSync:Responses") is None, "a response")
    second.sync(inbox)
    check(second.held[inbox].items[id]["Email:Read"].value == "1", "the change is not told")
    rest = device.sync(inbox)
    check(rest is None or rest.find("AirSync:Commands") is None, "it is told back")


@scenario(_S, "S19_TC25", requirements=("MS-ASCMD_R4440",), registry=REGISTRY)
def mail_cannot_be_added_before_16_0(device: Device) -> None:
    """Status 6."""
    needs(device, "12.1", "the refusal of added mail", last="14.1")
    drafts = device.folder_of_type(3)
    device.sync_all(drafts)
    answer = device.sync(drafts, commands=[documents.add("1", node("Email:Subject", "x"))])
    told = answer.text("AirSync:Responses", "AirSync:Add", _STATUS) if answer else ""
    check(told == "6", f"status {told!r}")


@scenario(_S, "S19_TC26", requirements=("MS-ASCMD_R3125",), registry=REGISTRY)
def get_changes_0_brings_none(device: Device) -> None:
    """They come when they are asked for."""
    inbox, id, _ = received(device)
    subject = unique("Later")
    device.send(message(device, device, subject), saves=False)
    answer = device.sync(inbox, commands=[change(id, node("Email:Read", 1))], gets=False)
    check(answer is None or answer.find("AirSync:Commands") is None, "changes came")
    arrived(device, subject)


@scenario(_S, "S19_TC28", requirements=("MS-ASCMD_R5846",), registry=REGISTRY)
def a_change_of_what_is_not_there_is_status_8(device: Device) -> None:
    """Of that item alone."""
    inbox, id, _ = received(device)
    gone = f"{id.rpartition(':')[0]}:99999999"
    answer = device.sync(
        inbox, commands=[change(gone, node("Email:Read", 1)), change(id, node("Email:Read", 1))]
    )
    told = answer.text("AirSync:Responses", "AirSync:Change", _STATUS) if answer else ""
    check(told == "8", f"status {told!r}")


@each(
    _S,
    {"S19_TC34": True, "S19_TC35": False},
    parameter="moves",
    requirements=("MS-ASCMD_R2155",),
    registry=REGISTRY,
)
def deletes_as_moves_says_where_it_goes(device: Device, moves: bool) -> None:
    """To Deleted Items, or nowhere to be seen."""
    inbox, id, data = received(device)
    device.sync(inbox, commands=[delete(id)], moves=moves)
    bin = device.sync_all(device.folder_of_type(4))
    subject = data["Email:Subject"].value
    lies_there = any(each["Email:Subject"].value == subject for each in bin.items.values())
    check(lies_there == moves, f"in Deleted Items: {lies_there}")


@scenario(_S, "S19_TC36", requirements=("MS-ASCMD_R1660",), registry=REGISTRY)
def fetch_brings_an_item_whole(device: Device) -> None:
    """Though the device keeps a part of it."""
    inbox, id, data = received(device, text="x" * 500, asked=options(body_preference(1, 10)))
    check(data["AirSyncBase:Body"].text("AirSyncBase:Truncated") == "1", "it came whole before")
    answer = device.sync(inbox, commands=[fetch(id)], options=options(body_preference(1)))
    body = (
        answer.text(
            "AirSync:Responses", "AirSync:Fetch", "AirSync:ApplicationData", "AirSyncBase:Body",
            "AirSyncBase:Data",
        )
        if answer
        else ""
    )  # fmt: skip
    check(body.strip() == "x" * 500, f"{len(body)} characters came")


@each(
    _S,
    {"S19_TC40": (1, "7"), "S19_TC41": (0, "")},
    parameter="case",
    requirements=("MS-ASCMD_R2060",),
    registry=REGISTRY,
)
def conflicts_follow_the_option(device: Device, second: Device, case: tuple[int, str]) -> None:
    """1: the server's change counts, and Status 7 says so; 0: the device's."""
    conflict, due = case
    inbox, id, _ = received(device)
    device.begin(inbox, options=options(conflict=conflict))
    device.sync_all(inbox, options=options(conflict=conflict))
    second.sync_all(inbox)
    for value in (1, 0):
        second.sync(inbox, commands=[change(id, node("Email:Read", value))])
    answer = device.sync(inbox, commands=[change(id, node("Email:Read", 1))])
    told = answer.text("AirSync:Responses", "AirSync:Change", _STATUS) if answer else ""
    check(told == due, f"status {told!r}, {due!r} is due")


@scenario(_S, "lost answer", requirements=("MS-ASCMD_R4604",), registry=REGISTRY)
def a_repeated_key_gives_the_same_answer(device: Device) -> None:
    """The device did not see the first one."""
    received(device)
    inbox = device.folder_of_type(2)
    device.begin(inbox)
    request = documents.sync([documents.collection(device.keys[inbox], inbox)])
    first, again = device.post("Sync", request), device.post("Sync", request)
    check(first.body == again.body and first.body != b"", "the answers differ")


@scenario(_S, "S10_TC01", requirements=("MS-ASCMD_R4215",), registry=REGISTRY)
def a_move_gives_a_new_id(device: Device, second: Device) -> None:
    """Status 3; another device sees it leave and come."""
    inbox, id, data = received(device)
    bin = device.folder_of_type(4)
    for each_device in (device, second):
        each_device.sync_all(inbox)
        each_device.sync_all(bin)
    answer = device.ask("MoveItems", documents.move((id, inbox, bin)))
    check(answer.text("Move:Response", "Move:Status") == "3", "it is not moved")
    moved = answer.text("Move:Response", "Move:DstMsgId")
    second.sync(inbox)
    second.sync(bin)
    check(id not in second.held[inbox].items, "it is still in the inbox")
    there = second.held[bin].items.get(moved, {})
    check(there.get("Email:Subject") == data["Email:Subject"], "it did not come")


@each(
    _S,
    {
        "S10_TC02": ("1", lambda id, inbox, bin: (id, "99999", bin)),
        "S10_TC03": ("1", lambda id, inbox, bin: (f"{inbox}:99999999", inbox, bin)),
        "S10_TC04": ("2", lambda id, inbox, bin: (id, inbox, "99999")),
        "S10_TC05": ("4", lambda id, inbox, bin: (id, inbox, inbox)),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R4201", "MS-ASCMD_R4207", "MS-ASCMD_R4208", "MS-ASCMD_R4212", "MS-ASCMD_R4219",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_move_that_cannot_be_has_its_status(device: Device, case: tuple) -> None:
    """Source folder, item, destination, both the same; the item stays."""
    due, names = case
    inbox, id, _ = received(device)
    answer = device.ask("MoveItems", documents.move(names(id, inbox, device.folder_of_type(4))))
    told = answer.text("Move:Response", "Move:Status")
    check(told == due, f"status {told}, {due} is due")
    check(id in device.sync_all(inbox).items, "the item is gone")


@each(
    _S,
    {
        "S11_TC01": ("3", lambda folder: node("Ping:Ping", node("Ping:HeartbeatInterval", 80))),
        "S11_TC02": (
            "4",
            lambda folder: node(
                "Ping:Ping", node("Ping:HeartbeatInterval", "x"), node("Ping:Folders")
            ),
        ),
        "S11_TC03": ("5", lambda folder: documents.ping(1, [folder])),
        "S11_TC07": ("5", lambda folder: documents.ping(999_999, [folder])),
    },
    parameter="case",
    requirements=("MS-ASCMD_R4239", "MS-ASCMD_R4243", "MS-ASCMD_R4246"),
    registry=REGISTRY,
)
def a_ping_that_cannot_wait_says_why(unknown: Device, case: tuple) -> None:
    """Missing, malformed, out of range."""
    due, made = case
    inbox = unknown.folder_of_type(2)
    unknown.sync_all(inbox)
    told = unknown.ask("Ping", made(inbox)).text("Ping:Status")
    check(told == due, f"status {told}, {due} is due")


@scenario(_S, "S11_TC06", requirements=("MS-ASCMD_R4236",), registry=REGISTRY)
def a_ping_names_the_folder_that_changed(device: Device) -> None:
    """What came before it is told at once."""
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    other = device.folder_of_type(5)
    device.sync_all(other)
    device.send(message(device, device, unique("Ping")), saves=False)
    answer: Node = device.ping(60, [inbox, other])
    check(answer.text("Ping:Status") == "2", f"status {answer.text('Ping:Status')}")
    named = [each.text() for each in answer.find("Ping:Folders").children]  # type: ignore[union-attr]
    check(named == [inbox], f"the folders are {named}")
