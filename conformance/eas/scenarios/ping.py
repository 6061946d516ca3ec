"""MS-ASCMD: Ping. What it waits for, and what it keeps from one request to the next."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import change
from conformance.eas.mailing import message, received, unique
from conformance.eas.runner import REGISTRY
from conformance.eas.scenarios.folders import create
from conformance.eas.wbxml import node
from conformance.scenario import scenario

_S, _STATUS = "MS-ASCMD", "Ping:Status"
_HIERARCHY, _CHANGED = "7", "2"
_SECONDS = 60


@scenario(_S, "S11_TC04", requirements=("MS-ASCMD_R4258",), registry=REGISTRY)
def a_device_without_a_tree_must_get_one_first(device: Device, fresh: Device) -> None:
    """Status 7 before its first FolderSync."""
    fresh.provision()
    told = fresh.ping(_SECONDS, [device.folder_of_type(2)]).text(_STATUS)
    check(told == _HIERARCHY, f"status {told}")


@scenario(_S, "S11_TC05", requirements=("MS-ASCMD_R4257",), registry=REGISTRY)
def a_tree_that_is_out_of_date_ends_it(device: Device, second: Device) -> None:
    """Status 7 where another device made a folder; waiting goes on after FolderSync."""
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    made = create(second, unique("Folder"), parent=inbox)
    check(made.text("FolderHierarchy:Status") == "1", "the folder is not made")
    told = device.ping(_SECONDS, [inbox]).text(_STATUS)
    check(told == _HIERARCHY, f"status {told}")
    device.folder_sync()
    device.send(message(device, device, unique("Ping")), saves=False)
    told = device.ping(_SECONDS, [inbox]).text(_STATUS)
    check(told == _CHANGED, f"status {told} of new mail, after the tree was synchronised")


@scenario(_S, "S11_TC08", requirements=("MS-ASCMD_R335", "MS-ASCMD_R5836"), registry=REGISTRY)
def a_ping_that_says_nothing_is_the_last_one(device: Device, second: Device) -> None:
    """Without a body, and with folders alone."""
    inbox, id, _ = received(device)
    second.sync_all(inbox)
    device.send(message(device, device, unique("Ping")), saves=False)
    check(device.ping(_SECONDS, [inbox]).text(_STATUS) == _CHANGED, "the first one sees nothing")
    for request in (None, documents.ping(None, [inbox])):
        answer = device.ask("Ping", request)
        folders = answer.find("Ping:Folders")
        named = [each.text() for each in folders.children] if folders is not None else []
        check((answer.text(_STATUS), named) == (_CHANGED, [inbox]), f"it is answered by {answer}")
    device.sync_all(inbox)
    second.sync_all(inbox)
    second.change(inbox, change(id, node("Email:Read", 1)))
    told = device.ask("Ping").text(_STATUS)
    check(told == _CHANGED, f"status {told} of what another device changed")
