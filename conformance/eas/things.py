"""Contacts, events, notes and tasks that scenarios make from a device, and read on another."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from conformance.checks import Failure, check
from conformance.eas.device import Device
from conformance.eas.documents import add, body_preference, change
from conformance.eas.wbxml import Node, node

_COUNT = itertools.count(1)
_A, _B, _I = "AirSync", "AirSyncBase", "ItemOperations"
OK, CONVERSION = "1", "6"
INBOX, DRAFTS, SENT, TASKS, CALENDAR, CONTACTS, NOTES = 2, 3, 5, 7, 8, 9, 10
"""Types of the default folders (MS-ASCMD 2.2.3.186.3)."""


def body(words: str, type: int = 1) -> Node:
    """A Body with data."""
    return node(f"{_B}:Body", node(f"{_B}:Type", type), node(f"{_B}:Data", words))


def listed(name: str, child: str, words: list[str]) -> Node:
    """An element whose children are words: Categories, Children."""
    return node(name, *(node(child, each) for each in words))


def add_status(device: Device, type: int, *data: Node) -> tuple[str, str]:
    """Status and ServerId of a new item in a default folder."""
    folder = device.folder_of_type(type)
    if folder not in device.keys:
        device.begin(folder)
    step = device.change(folder, add(f"thing{next(_COUNT)}", *data))
    found = step.find(f"{_A}:Responses", f"{_A}:Add") if step is not None else None
    if found is None:
        raise Failure(f"an Add is answered by {step}")
    return found.text(f"{_A}:Status"), found.text(f"{_A}:ServerId")


def added(device: Device, type: int, *data: Node) -> str:
    """The ServerId of a new item. Raises Failure where it is refused."""
    status, id = add_status(device, type, *data)
    check(status == OK, f"the Add has status {status}")
    check(bool(id), "the new item has no ServerId")
    return id


def change_status(device: Device, type: int, id: str, *data: Node) -> str:
    """The Status of a change; a change that goes unmentioned is done."""
    step = device.change(device.folder_of_type(type), change(id, *data))
    found = step.find(f"{_A}:Responses", f"{_A}:Change") if step is not None else None
    return found.text(f"{_A}:Status") if found is not None else OK


def changed(device: Device, type: int, id: str, *data: Node) -> None:
    """A change. Raises Failure where it is refused."""
    status = change_status(device, type, id, *data)
    check(status == OK, f"the Change has status {status}")


def synced(second: Device, type: int, id: str, *bodies: Node) -> Mapping[str, Node]:
    """What another device holds of an item. Raises Failure where it holds none."""
    folder = second.folder_of_type(type)
    options = node(f"{_A}:Options", *(bodies or (body_preference(1),)))
    held = second.sync_all(folder, options=options).items
    check(id in held, "the item does not reach the user's other device")
    return held[id]


def _fetch(folder: str, id: str, *options: Node) -> Node:
    return node(
        f"{_I}:Fetch",
        node(f"{_I}:Store", "Mailbox"),
        node(f"{_A}:CollectionId", folder),
        node(f"{_A}:ServerId", id),
        node(f"{_I}:Options", *options) if options else None,
    )


def fetch_of(folder: str, id: str, *options: Node) -> Node:
    """A request of ItemOperations for one item."""
    return node(f"{_I}:{_I}", _fetch(folder, id, *options))


def fetched(device: Device, type: int, *ids: str, options: tuple[Node, ...] = ()) -> list[Node]:
    """The Properties of items, by ItemOperations. Raises Failure where one is refused."""
    folder = device.folder_of_type(type)
    answer = device.ask(_I, node(f"{_I}:{_I}", *(_fetch(folder, id, *options) for id in ids)))
    response = answer.find(f"{_I}:Response")
    found: list[Node] = []
    for each in response.all(f"{_I}:Fetch") if response is not None else ():
        check(each.text(f"{_I}:Status") == OK, f"a Fetch has status {each.text(f'{_I}:Status')}")
        properties = each.find(f"{_I}:Properties")
        found.append(properties or node(f"{_I}:Properties"))
    return found


def place(device: Device, name: str, type: int) -> list[Node]:
    """The class and the default folder that a search looks through."""
    folder = device.folder_of_type(type)
    return [node(f"{_A}:Class", name), node(f"{_A}:CollectionId", folder)]


def check_schema(device: Device, type: int, id: str, subject: str) -> str:
    """A fetch of subject (its element's name) and words gives these and no more; the subject.
    Raises Failure."""
    options = (schema(subject, f"{_B}:Body"), body_preference(1))
    (found,) = fetched(device, type, id, options=options)
    names = {child.name for child in found.children}
    check(names == {subject, f"{_B}:Body"}, f"it gives {sorted(names)}")
    return found.text(subject)


Rule = dict[str, str | int]
"""Children of a Recurrence."""


def recurrence(page: str, values: Rule) -> Node:
    """A Recurrence of events or tasks."""
    return node(f"{page}:Recurrence", *(node(f"{page}:{n}", v) for n, v in values.items()))


def recurrence_of(page: str, data: Mapping[str, Node]) -> dict[str, str]:
    """A Recurrence as it is told: children by name."""
    found = data.get(f"{page}:Recurrence")
    children = found.children if found is not None else []
    return {each.name.removeprefix(f"{page}:"): str(each.value) for each in children}


def schema(*names: str) -> Node:
    """The Options' wish for some elements only."""
    return node(f"{_I}:Schema", *(node(name) for name in names))


def data_of(data: Mapping[str, Node]) -> str:
    """The Data of an item's Body, empty where there is none."""
    found = data.get(f"{_B}:Body")
    return found.text(f"{_B}:Data") if found is not None else ""


def words_of(data: Mapping[str, Node], name: str) -> str:
    """The text of an element, empty where there is none."""
    found = data.get(name)
    return "" if found is None or found.value is None else str(found.value)


def list_of(data: Mapping[str, Node], name: str) -> list[str]:
    """The words in an element of words."""
    found = data.get(name)
    return [str(each.value) for each in found.children] if found is not None else []
