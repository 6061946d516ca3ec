"""MS-ASCMD: MoveItems. How much one request may ask for."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY
from conformance.scenario import scenario

_S = "MS-ASCMD"
_MOVED, _FAILED, _LIMIT = "3", "5", "103"


@scenario(_S, "S10_TC06", requirements=("MS-ASCMD_R4222",), registry=REGISTRY)
def an_item_goes_to_one_folder_only(device: Device, second: Device) -> None:
    """Of two moves of it, one is done, the other is status 5."""
    inbox, id, data = received(device)
    targets = [device.folder_of_type(type) for type in (4, 5)]
    asked = [(id, inbox, target) for target in targets]
    answer = device.ask("MoveItems", documents.move(*asked))
    told = sorted(each.text("Move:Status") for each in answer.all("Move:Response"))
    check(told == [_MOVED, _FAILED], f"the statuses are {told}")
    subject = data["Email:Subject"].value
    held = [each for target in targets for each in second.sync_all(target).items.values()]
    check(sum(each["Email:Subject"].value == subject for each in held) == 1, "it is not in one")


@scenario(_S, "S10_TC07", requirements=("MS-ASCMD_R5653",), registry=REGISTRY)
def moves_have_their_number(device: Device) -> None:
    """More than a thousand are status 103, by HTTP 400 before 14.0; nothing is moved."""
    inbox, id, _ = received(device)
    many = documents.move(*[(id, inbox, device.folder_of_type(4))] * 1001)
    reply = device.post("MoveItems", many)
    told = reply.root.text("Move:Status") if reply.root else str(reply.status)
    due = _LIMIT if device.version != "12.1" else "400"
    check(told == due, f"it is answered by {told}")
    check(id in device.sync_all(inbox).items, "it was moved")
