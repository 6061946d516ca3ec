"""MS-ASCMD: FolderSync, FolderCreate, FolderUpdate, FolderDelete."""

from __future__ import annotations

from collections.abc import Callable

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.mailing import unique
from conformance.eas.runner import REGISTRY
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _F = "MS-ASCMD", "FolderHierarchy"


def create(device: Device, name: str, parent: str = "0", type: int = 12, key: str = "") -> Node:
    """FolderCreate; the key that comes with success is kept."""
    return _asked(
        device,
        "FolderCreate",
        node(f"{_F}:SyncKey", key or device.tree_key),
        node(f"{_F}:ParentId", parent),
        node(f"{_F}:DisplayName", name),
        node(f"{_F}:Type", type),
    )


def _asked(device: Device, command: str, *children: Node) -> Node:
    answer = device.ask(command, node(f"{_F}:{command}", *children))
    if answer.text(f"{_F}:Status") == "1":
        device.tree_key = answer.text(f"{_F}:SyncKey")
    return answer


def _delete(device: Device, id: str, key: str = "") -> Node:
    return _asked(
        device,
        "FolderDelete",
        node(f"{_F}:SyncKey", key or device.tree_key),
        node(f"{_F}:ServerId", id),
    )


def _update(device: Device, id: str, name: str, parent: str = "0", key: str = "") -> Node:
    return _asked(
        device,
        "FolderUpdate",
        node(f"{_F}:SyncKey", key or device.tree_key),
        node(f"{_F}:ServerId", id),
        node(f"{_F}:ParentId", parent),
        node(f"{_F}:DisplayName", name),
    )


def _status(answer: Node, due: str) -> None:
    told = answer.text(f"{_F}:Status")
    check(told == due, f"status {told}, {due} is due")


@scenario(_S, "S04_TC01", requirements=("MS-ASCMD_R885",), registry=REGISTRY)
def the_key_0_gives_the_whole_tree(device: Device) -> None:
    """With the default folders, each below one that was given, or at the top."""
    types = {folder["Type"] for folder in device.folders.values()}
    check({"2", "3", "4", "5", "6"} <= types, f"the types are {sorted(types)}")
    for folder in device.folders.values():
        parent = folder["ParentId"]
        check(parent == "0" or parent in device.folders, f"{folder} has a parent that is not there")


@scenario(_S, "S04_TC02", registry=REGISTRY)
def nothing_changed_is_a_count_of_0(device: Device) -> None:
    """The same key again."""
    answer = device.folder_sync()
    check(answer.text(f"{_F}:Changes", f"{_F}:Count") == "0", "there are changes")


@scenario(_S, "S04_TC05", requirements=("MS-ASCMD_R4082",), registry=REGISTRY)
def a_key_that_was_never_given_is_status_9(device: Device) -> None:
    """The device begins anew then."""
    _status(device.ask("FolderSync", documents.folder_sync("987654321")), "9")


@scenario(_S, "S04_TC06", registry=REGISTRY)
def a_request_without_a_key_is_status_10(device: Device) -> None:
    """FolderSync with nothing inside."""
    _status(device.ask("FolderSync", node(f"{_F}:FolderSync")), "10")


@scenario(_S, "S04_TC07", registry=REGISTRY)
def what_one_device_makes_another_is_told(device: Device, second: Device) -> None:
    """Added, renamed, deleted; never told back to the one that did it."""
    name = unique("Folder")
    made = create(device, name)
    _status(made, "1")
    id = made.text(f"{_F}:ServerId")
    second.folder_sync()
    check(second.folders.get(id, {}).get("DisplayName") == name, "the folder is not told")
    _status(_update(device, id, f"{name} again"), "1")
    second.folder_sync()
    check(second.folders[id]["DisplayName"] == f"{name} again", "the new name is not told")
    check(device.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0", "it is told back")
    _status(_delete(device, id), "1")
    second.folder_sync()
    check(id not in second.folders, "the deletion is not told")


@each(
    _S,
    {
        "S02_TC03": ("2", lambda d: create(d, d.folders[d.folder_of_type(2)]["DisplayName"])),
        "S02_TC04": ("5", lambda d: create(d, unique("Folder"), parent="99999")),
        "S02_TC05": ("9", lambda d: create(d, unique("Folder"), key="987654321")),
        "S02_TC06": ("10", lambda d: create(d, "")),
        "S03_TC02": ("3", lambda d: _delete(d, d.folder_of_type(2))),
        "S03_TC03": ("4", lambda d: _delete(d, "99999")),
        "S05_TC02": ("2", lambda d: _update(d, d.folder_of_type(2), unique("Folder"))),
        "S05_TC03": ("4", lambda d: _update(d, "99999", unique("Folder"))),
    },
    parameter="case",
    registry=REGISTRY,
)
def a_mistake_has_its_status(device: Device, case: tuple[str, Callable[[Device], Node]]) -> None:
    """Each by itself; nothing changes."""
    due, act = case
    _status(act(device), due)
    check(device.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0", "something changed")
