"""MS-ASCMD: FolderSync, FolderCreate, FolderUpdate, FolderDelete, GetHierarchy."""

from __future__ import annotations

from collections.abc import Callable

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.mailing import received, unique
from conformance.eas.runner import REGISTRY, folder_needed, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _F = "MS-ASCMD", "FolderHierarchy"
# Types of folders of tasks, events, contacts and notes (MS-ASCMD 2.2.3.186.3).
_NO_MAIL = frozenset({7, 8, 9, 10, 13, 14, 15, 17})


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


def _keyless(device: Device, command: str) -> Node:
    return _asked(
        device,
        command,
        node(f"{_F}:ServerId", _own(device)),
        *(
            (node(f"{_F}:ParentId", "0"), node(f"{_F}:DisplayName", unique("Folder")))
            if command == "FolderUpdate"
            else ()
        ),
    )


def _own(device: Device) -> str:
    """A new folder at the top, known to the device."""
    made = create(device, unique("Folder"))
    _status(made, "1")
    return made.text(f"{_F}:ServerId")


def _recipients(device: Device) -> str:
    needs(device, "14.0", "a recipient information cache")
    return folder_needed(device, 19, "a recipient information cache")


def _changes(answer: Node, kind: str) -> dict[str, Node]:
    """The Adds, Updates or Deletes of a FolderSync by ServerId."""
    changes = answer.find(f"{_F}:Changes")
    found = changes.all(f"{_F}:{kind}") if changes is not None else ()
    return {each.text(f"{_F}:ServerId"): each for each in found}


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
        "S02_TC07": ("3", lambda d: create(d, unique("Folder"), parent=_recipients(d))),
        "S02_TC08": ("3", lambda d: create(d, unique("Folder"), type=19)),  # MS-ASCMD 2.2.1.3
        "S03_TC02": ("3", lambda d: _delete(d, d.folder_of_type(2))),
        "S03_TC03": ("4", lambda d: _delete(d, "99999")),
        "S03_TC04": ("9", lambda d: _delete(d, _own(d), key="987654321")),
        "S03_TC05": ("10", lambda d: _keyless(d, "FolderDelete")),
        "S05_TC02": ("2", lambda d: _update(d, d.folder_of_type(2), unique("Folder"))),
        "S05_TC03": ("4", lambda d: _update(d, "99999", unique("Folder"))),
        "S05_TC04": ("5", lambda d: _update(d, _own(d), unique("Folder"), parent="99999")),
        "S05_TC05": ("9", lambda d: _update(d, _own(d), unique("Folder"), key="987654321")),
        "S05_TC06": ("10", lambda d: _keyless(d, "FolderUpdate")),
        "S05_TC08": ("3", lambda d: _update(d, _recipients(d), unique("Folder"))),
    },
    parameter="case",
    requirements=(
        "MS-ASCMD_R4013", "MS-ASCMD_R4019", "MS-ASCMD_R4032", "MS-ASCMD_R4035",
        "MS-ASCMD_R5769", "MS-ASCMD_R81", "MS-ASCMD_R4047", "MS-ASCMD_R4049", "MS-ASCMD_R4060",
        "MS-ASCMD_R4063", "MS-ASCMD_R4102", "MS-ASCMD_R4106", "MS-ASCMD_R4108", "MS-ASCMD_R4120",
        "MS-ASCMD_R4568", "MS-ASCMD_R143", "MS-ASCMD_R4570", "MS-ASCMD_R5785", "MS-ASCMD_R5786",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_mistake_has_its_status(device: Device, case: tuple[str, Callable[[Device], Node]]) -> None:
    """Each by itself; there is no key, no id, and nothing changes."""
    due, act = case
    answer = act(device)
    _status(answer, due)
    check(answer.find(f"{_F}:SyncKey") is None, "a key comes with the refusal")
    check(answer.find(f"{_F}:ServerId") is None, "an id comes with the refusal")
    check(device.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0", "something changed")


@each(
    _S,
    {"S02_TC01": "0", "S02_TC09 below another": "inbox"},
    parameter="where",
    requirements=("MS-ASCMD_R79", "MS-ASCMD_R3903", "MS-ASCMD_R4011", "MS-ASCMD_R4569"),
    registry=REGISTRY,
)
def a_folder_is_made_below_its_parent(device: Device, second: Device, where: str) -> None:
    """With an id and a key that is new; another device is told of it there."""
    before = device.tree_key
    name, parent = unique("Folder"), "0" if where == "0" else device.folder_of_type(2)
    made = create(device, name, parent=parent)
    _status(made, "1")
    check(device.tree_key not in ("", before), "the key stays")
    second.folder_sync()
    told = second.folders.get(made.text(f"{_F}:ServerId"))
    due = {"ParentId": parent, "DisplayName": name, "Type": "12"}
    check(told == due, f"{told} is told, {due} is due")


@scenario(_S, "S02_TC02", requirements=("MS-ASCMD_R3904", "MS-ASCMD_R4570"), registry=REGISTRY)
def a_folder_that_is_not_made_has_no_id(device: Device) -> None:
    """The second of a name; the key given before still counts."""
    name = unique("Folder")
    _status(create(device, name), "1")
    answer = create(device, name)
    _status(answer, "2")
    check(answer.find(f"{_F}:ServerId") is None, "it has an id")
    check(answer.find(f"{_F}:SyncKey") is None, "it has a key")
    _status(device.folder_sync(), "1")


@scenario(
    _S,
    "S03_TC01",
    requirements=("MS-ASCMD_R97", "MS-ASCMD_R98", "MS-ASCMD_R4045", "MS-ASCMD_R5783"),
    registry=REGISTRY,
)
def a_folder_that_is_deleted_is_gone(device: Device) -> None:
    """With a key that is new; a second deletion finds none."""
    id, before = _own(device), device.tree_key
    _status(_delete(device, id), "1")
    check(device.tree_key not in ("", before), "the key stays")
    device.folder_sync("0")
    check(id not in device.folders, "it is in the tree still")
    _status(_delete(device, id), "4")


@scenario(_S, "S04_TC03", requirements=("MS-ASCMD_R5860",), registry=REGISTRY)
def what_changed_is_counted(device: Device, second: Device) -> None:
    """Count is the number of changes that follow."""
    for _ in range(2):
        _own(device)
    changes = second.folder_sync().find(f"{_F}:Changes")
    check(changes is not None, "no changes")
    told = changes.text(f"{_F}:Count") if changes is not None else ""
    follow = len(changes.children) - 1 if changes is not None else 0
    check(told == str(follow) and follow >= 2, f"Count is {told}, {follow} follow")


@scenario(_S, "S04_TC04", requirements=("MS-ASCMD_R5012", "MS-ASCMD_R119"), registry=REGISTRY)
def ids_stay_when_the_tree_is_asked_for_anew(device: Device) -> None:
    """The key 0 again, and on another device."""
    _own(device)
    device.folder_sync("0")
    before = dict(device.folders)
    device.folder_sync("0")
    check(device.folders == before, "the tree differs")


@scenario(_S, "S04_TC08", requirements=("MS-ASCMD_R5020", "MS-ASCMD_R140"), registry=REGISTRY)
def a_new_name_is_told_as_an_update(device: Device, second: Device) -> None:
    """Not as a folder that goes and comes."""
    id, name = _own(device), unique("Renamed")
    second.folder_sync()
    _status(_update(device, id, name), "1")
    answer = second.folder_sync()
    told = _changes(answer, "Update").get(id)
    check(told is not None, "there is no Update")
    check(told is not None and told.text(f"{_F}:DisplayName") == name, "the name is another")
    check(id not in {**_changes(answer, "Add"), **_changes(answer, "Delete")}, "it goes or comes")


@scenario(_S, "S04_TC09", requirements=("MS-ASCMD_R5863",), registry=REGISTRY)
def a_deletion_is_told_as_a_delete(device: Device, second: Device) -> None:
    """Of the folder that is gone alone."""
    id = _own(device)
    second.folder_sync()
    _status(_delete(device, id), "1")
    told = _changes(second.folder_sync(), "Delete")
    check(list(told) == [id], f"the deletions are of {list(told)}")


@scenario(_S, "S04_TC10", requirements=("MS-ASCMD_R5775",), registry=REGISTRY)
def items_do_not_come_with_the_tree(device: Device) -> None:
    """New mail is no change of the hierarchy, and comes by Sync as before."""
    received(device)
    inbox = device.folder_of_type(2)
    _, id, _ = received(device)
    answer = device.folder_sync()
    check(answer.text(f"{_F}:Changes", f"{_F}:Count") == "0", "mail changed the tree")
    device.begin(inbox)
    check(id in device.sync_all(inbox).items, "the message does not come")


@scenario(
    _S,
    "S05_TC01",
    requirements=("MS-ASCMD_R140", "MS-ASCMD_R4100", "MS-ASCMD_R5784"),
    registry=REGISTRY,
)
def a_folder_is_renamed(device: Device) -> None:
    """With a key that is new; its id stays."""
    id, before, name = _own(device), device.tree_key, unique("Renamed")
    _status(_update(device, id, name), "1")
    check(device.tree_key not in ("", before), "the key stays")
    device.folder_sync("0")
    check(device.folders[id]["DisplayName"] == name, "it has another name")


@scenario(_S, "S05_TC07", requirements=("MS-ASCMD_R139", "MS-ASCMD_R5438"), registry=REGISTRY)
def a_folder_moves_where_its_name_is_free(device: Device) -> None:
    """Below another; where there is one of that name already: status 2, and it stays."""
    name, taken = unique("Folder"), unique("Taken")
    parent, id, twin = _own(device), _own(device), _own(device)
    _status(_update(device, id, name, parent=parent), "1")
    device.folder_sync("0")
    check(device.folders[id]["ParentId"] == parent, "it did not move")
    _status(_update(device, twin, name, parent=parent), "2")
    _status(_update(device, twin, taken, parent=parent), "1")
    device.folder_sync("0")
    lie = [each["DisplayName"] for each in device.folders.values() if each["ParentId"] == parent]
    check(sorted(lie) == sorted((name, taken)), f"below it lie {lie}")


@scenario(
    _S,
    "S22_TC01",
    requirements=(
        "MS-ASCMD_R6024", "MS-ASCMD_R6025", "MS-ASCMD_R6026", "MS-ASCMD_R6027", "MS-ASCMD_R6031",
        "MS-ASCMD_R6032", "MS-ASCMD_R7505", "MS-ASCMD_R7507", "MS-ASCMD_R6047",
    ),
    registry=REGISTRY,
)  # fmt: skip
def folders_of_mail_are_listed(device: Device) -> None:
    """GetHierarchy of 12.1: those, and no others, each below its parent, by the ids that they
    have."""
    needs(device, "12.1", "GetHierarchy", last="12.1")
    made = create(device, unique("Own"), parent=device.folder_of_type(2)).text(f"{_F}:ServerId")
    device.folder_sync("0")
    listed = list(device.ask("GetHierarchy").all(f"{_F}:Folder"))
    told = {each.text(f"{_F}:ServerId"): each for each in listed}
    check(len(told) == len(listed), "an id comes twice")
    for type in (2, 4, 5):
        id = device.folder_of_type(type)
        check(id in told, f"the folder of type {type} is missing")
        check(told[id].text(f"{_F}:Type") == str(type), f"it is {told[id]}")
    check(made in told, "the user's own folder is missing")
    check(told[made].text(f"{_F}:ParentId") == device.folder_of_type(2), f"it is {told[made]}")
    types = {each.text(f"{_F}:Type") for each in listed}
    check(types <= {"1", "2", "3", "4", "5", "6"}, f"the types are {sorted(types)}")
    others = [id for id, folder in device.folders.items() if int(folder["Type"]) in _NO_MAIL]
    check(not told.keys() & set(others), "a folder of something else is listed")
