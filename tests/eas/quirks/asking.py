"""Short ways to ask for what several habits need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.http import Post
from conformance.eas.wbxml import Node, node
from eas.timezone_blob import blob_of

INBOX, DRAFTS, BIN, SENT, OUTBOX, TASKS, CALENDAR, CONTACTS, NOTES = range(2, 11)
BERLIN_BLOB = blob_of({"id": "W. Europe Standard Time"}, 2026)
_A, _C, _M = "AirSync", "Calendar", "MeetingResponse"


def waiting(work: Callable[[], Any]) -> Future[Any]:
    """Work that waits, in a thread of its own; it is waiting when this returns."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    time.sleep(0.3)
    assert not future.done(), "it did not wait"
    return future


def added(device: Device, type: int, *data: Node, client_id: str = "c1") -> str:
    """The ServerId of a new item of the device, which begins with that folder where it has not."""
    folder = device.folder_of_type(type)
    if folder not in device.keys:
        device.begin(folder)
    answer = device.change(folder, documents.add(client_id, *data))
    assert answer is not None
    (made,) = answer.find(f"{_A}:Responses").all(f"{_A}:Add")  # type: ignore[union-attr]
    assert made.text(f"{_A}:Status") == "1"
    return made.text(f"{_A}:ServerId")


def only(device: Device, type: int, **asked: Any) -> tuple[str, dict[str, Node]]:
    """ServerId and elements of the only item that a folder has."""
    ((id, data),) = device.sync_all(device.folder_of_type(type), **asked).items.items()
    return id, data


def event(*more: Node, uid: str = "device-uid", hour: int = 8) -> list[Node]:
    """A new event as devices before 16.0 send it: an hour of 5 October 2026."""
    return [
        node(f"{_C}:Timezone", BERLIN_BLOB),
        node(f"{_C}:AllDayEvent", 0),
        node(f"{_C}:StartTime", f"20261005T{hour:02}0000Z"),
        node(f"{_C}:EndTime", f"20261005T{hour + 1:02}0000Z"),
        node(f"{_C}:Subject", "Plan"),
        node(f"{_C}:BusyStatus", 2),
        node(f"{_C}:UID", uid),
        node(f"{_C}:DtStamp", "20261001T000000Z"),
        *more,
    ]


def attendee(address: str) -> Node:
    """Somebody who is asked to come."""
    return node(
        f"{_C}:Attendees",
        node(f"{_C}:Attendee", node(f"{_C}:Email", address), node(f"{_C}:Name", "Ben")),
    )


def respond(device: Device, folder: str, id: str, *more: Node) -> str:
    """Accept what an id names; the status."""
    request = node(
        f"{_M}:Request",
        node(f"{_M}:UserResponse", 1),
        node(f"{_M}:CollectionId", folder),
        node(f"{_M}:RequestId", id),
        *more,
    )
    return device.ask(_M, node(f"{_M}:{_M}", request)).text(f"{_M}:Result", f"{_M}:Status")


def search(device: Device, *query: Node, span: str = "") -> Node:
    """The Store of the answer to a search of the mailbox."""
    store = node(
        "Search:Store",
        node("Search:Name", "Mailbox"),
        node("Search:Query", node("Search:And", *query)),
        node("Search:Options", node("Search:Range", span)) if span else None,
    )
    found = device.ask("Search", node("Search:Search", store))
    result = found.find("Search:Response", "Search:Store")
    assert result is not None
    return result


def subjects(store: Node) -> list[str]:
    """Of what a search found."""
    return [each.text("Search:Properties", "Email:Subject") for each in store.all("Search:Result")]


def a_session(device: Device) -> list[Post]:
    """The requests of a device, which is not set up yet, that does a little of everything with
    the only mail there is."""
    said: list[Post] = []
    device.before = said.append
    device.provision()
    device.folder_sync("0")
    inbox, calendar = device.folder_of_type(INBOX), device.folder_of_type(CALENDAR)
    body = documents.options(documents.body_preference(1, 500))
    device.sync_all(inbox, options=body)
    (item,) = device.held[inbox].items
    device.change(inbox, documents.change(item, node("Email:Read", 1)))
    added(device, CONTACTS, node("Contacts:FirstName", "Ada"))
    added(device, TASKS, node("Tasks:Subject", "Water"))
    data = [each for each in event() if each.name not in (f"{_C}:UID", f"{_C}:DtStamp")]
    added(device, CALENDAR, *data)
    device.sync_all(calendar)
    search(device, node("AirSync:Class", "Email"), node("Search:FreeText", "x"), span="0-9")
    device.ask("Settings", node("Settings:Settings", documents.information(Model="One")))
    estimate = node(
        "GetItemEstimate:Collection",
        node("AirSync:SyncKey", device.keys[inbox]),
        node("GetItemEstimate:CollectionId", inbox),
    )
    device.ask("GetItemEstimate", node(
        "GetItemEstimate:GetItemEstimate", node("GetItemEstimate:Collections", estimate)
    ))  # fmt: skip
    fetch = node(
        "ItemOperations:Fetch",
        node("ItemOperations:Store", "Mailbox"),
        node("AirSync:CollectionId", inbox),
        node("AirSync:ServerId", item),
    )
    device.ask("ItemOperations", node("ItemOperations:ItemOperations", fetch))
    device.ask("MoveItems", documents.move((item, inbox, device.folder_of_type(BIN))))
    mime = f"To: {device.identity.user}\r\nSubject: x\r\n\r\ny\r\n".encode()
    device.send(mime)
    device.ask("ResolveRecipients", node(
        "ResolveRecipients:ResolveRecipients", node("ResolveRecipients:To", device.identity.user)
    ))  # fmt: skip
    device.before = None
    return said
