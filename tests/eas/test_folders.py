"""The tree of folders: told, changed by devices, never told back (MS-ASCMD 2.2.1.2 to 2.2.1.6)."""

from __future__ import annotations

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice

_F = "FolderHierarchy"


def _create(device: Device, name: str, parent: str = "0", type: int = 12, key: str = "") -> Node:
    return device.ask(
        "FolderCreate",
        node(
            f"{_F}:FolderCreate",
            node(f"{_F}:SyncKey", key or device.tree_key),
            node(f"{_F}:ParentId", parent),
            node(f"{_F}:DisplayName", name),
            node(f"{_F}:Type", type),
        ),
    )


def _update(device: Device, id: str, name: str, parent: str = "0") -> Node:
    return device.ask(
        "FolderUpdate",
        node(
            f"{_F}:FolderUpdate",
            node(f"{_F}:SyncKey", device.tree_key),
            node(f"{_F}:ServerId", id),
            node(f"{_F}:ParentId", parent),
            node(f"{_F}:DisplayName", name),
        ),
    )


def _delete(device: Device, id: str) -> Node:
    return device.ask(
        "FolderDelete",
        node(
            f"{_F}:FolderDelete",
            node(f"{_F}:SyncKey", device.tree_key),
            node(f"{_F}:ServerId", id),
        ),
    )


def _next(device: Device, answer: Node) -> str:
    """The status; the key that came with success is kept."""
    if answer.text(f"{_F}:Status") == "1":
        device.tree_key = answer.text(f"{_F}:SyncKey")
    return answer.text(f"{_F}:Status")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_gets_the_folders_of_mail(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    device = new_device(anna, version)
    types = {folder["DisplayName"]: folder["Type"] for folder in device.folders.values()}
    assert types["Inbox"] == "2" and types["Drafts"] == "3" and types["Deleted Items"] == "4"
    assert types["Sent Items"] == "5" and types["Outbox"] == "6" and types["Archive"] == "12"
    assert all(
        f["ParentId"] == "0" or f["ParentId"] in device.folders for f in device.folders.values()
    )
    assert device.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0"


def test_changes_made_elsewhere_are_told(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    anna.folder("Inbox/Projects/Harbour")
    device.folder_sync()
    projects = device.folder("Projects")
    assert device.folders[device.folder("Harbour")]["ParentId"] == projects
    account = anna.account()
    folder = account.inbox / "Projects"
    folder.name = "Works"
    folder.save(update_fields=["name"])
    device.folder_sync()
    assert device.folders[projects]["DisplayName"] == "Works"
    folder.delete()
    device.folder_sync()
    assert projects not in device.folders


def test_a_device_makes_renames_moves_and_deletes(anna: Person, new_device: NewDevice) -> None:
    """It is not told of its own changes; another device is."""
    one, two = new_device(anna), new_device(anna)
    made = _create(one, "Projects")
    assert _next(one, made) == "1"
    id = made.text(f"{_F}:ServerId")
    assert one.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0"
    two.folder_sync()
    assert two.folder("Projects") == id
    assert _next(one, _update(one, id, "Works", parent=one.folder_of_type(2))) == "1"
    assert one.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0"
    two.folder_sync()
    assert two.folders[id]["DisplayName"] == "Works"
    assert two.folders[id]["ParentId"] == two.folder_of_type(2)
    assert _next(one, _delete(one, id)) == "1"
    assert one.folder_sync().text(f"{_F}:Changes", f"{_F}:Count") == "0"
    two.folder_sync()
    assert id not in two.folders


def test_what_others_did_meanwhile_is_told_all_the_same(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    anna.folder("Theirs")
    assert _next(device, _create(device, "Mine")) == "1"
    told = device.folder_sync()
    changes = told.find(f"{_F}:Changes")
    assert changes is not None
    names = [each.text(f"{_F}:DisplayName") for each in changes.all(f"{_F}:Add")]
    assert names == ["Theirs"]


def test_a_lost_answer_to_a_creation_makes_no_second_folder(
    anna: Person, new_device: NewDevice
) -> None:
    device = new_device(anna)
    first, again = _create(device, "Projects"), _create(device, "Projects")
    assert first.text(f"{_F}:ServerId") == again.text(f"{_F}:ServerId") != ""
    # One that never learns of it, and asks with its old key, gets it as a folder like any other.
    device.folder_sync()
    assert device.folder("Projects") == first.text(f"{_F}:ServerId")


def test_each_mistake_has_its_status(anna: Person, new_device: NewDevice) -> None:
    device = new_device(anna)
    made = _create(device, "Projects")
    assert _next(device, made) == "1"
    id, inbox = made.text(f"{_F}:ServerId"), device.folder_of_type(2)
    statuses = {
        "a name that is taken": _create(device, "Inbox"),
        "a parent that is not there": _create(device, "New", parent="99999"),
        "a wrong key": _create(device, "New", key="777"),
        "a key that is none": _create(device, "New", key="x"),
        "no name": _create(device, ""),
        "a type that cannot be made": _create(device, "New", type=2),
        "deleting the inbox": _delete(device, inbox),
        "deleting what is not there": _delete(device, "99999"),
        "renaming the inbox": _update(device, inbox, "Post"),
        "renaming what is not there": _update(device, "99999", "Post"),
        "renaming into a name that is taken": _update(device, id, "Inbox"),
        "moving below itself": _update(device, id, "Projects", parent=id),
    }
    assert {name: answer.text(f"{_F}:Status") for name, answer in statuses.items()} == {
        "a name that is taken": "2",
        "a parent that is not there": "5",
        "a wrong key": "9",
        "a key that is none": "9",
        "no name": "10",
        "a type that cannot be made": "10",
        "deleting the inbox": "3",
        "deleting what is not there": "4",
        "renaming the inbox": "2",
        "renaming what is not there": "4",
        "renaming into a name that is taken": "2",
        "moving below itself": "5",
    }


def test_the_key_0_never_resets_what_the_device_holds(anna: Person, new_device: NewDevice) -> None:
    """Gmail asks with it at every manual refresh (Z-Push issue 176)."""
    anna.receives("One", "x")
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    before = dict(device.folders)
    for _ in range(3):
        device.folder_sync("0")
        assert device.folders == before
    anna.receives("Two", "x")
    device.sync(inbox)
    assert len(device.held[inbox].items) == 2 and device.held[inbox].anomalies == []


def test_a_key_of_another_device_is_not_known(anna: Person, new_device: NewDevice) -> None:
    one = new_device(anna)
    for name in ("A", "B"):
        _next(one, _create(one, name))
    two = new_device(anna)
    answer = two.ask("FolderSync", documents.folder_sync(one.tree_key))
    assert answer.text(f"{_F}:Status") == "9"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "base64"])
def test_old_devices_ask_for_the_folders_of_mail(
    anna: Person, new_device: NewDevice, packed: bool
) -> None:
    """GetHierarchy gives what FolderSync does of mail, by its own types, and moves no key."""
    device = new_device(anna, "12.1", packed=packed)
    made = _create(device, "Plans", device.folder_of_type(2)).text(f"{_F}:ServerId")
    device.folder_sync("0")
    key = device.tree_key
    told = {
        each.text(f"{_F}:ServerId"): {
            name: each.text(f"{_F}:{name}") for name in ("ParentId", "DisplayName", "Type")
        }
        for each in device.ask("GetHierarchy").children
    }
    due = {
        id: {**folder, "Type": "1" if folder["Type"] in ("1", "12") else folder["Type"]}
        for id, folder in device.folders.items()
        if int(folder["Type"]) in (1, 2, 3, 4, 5, 6, 12)
    }
    assert told == due
    assert told[made] == {"ParentId": device.folder_of_type(2), "DisplayName": "Plans", "Type": "1"}
    assert device.folder_sync().text(f"{_F}:SyncKey") == key
