"""Somebody with a desktop and two phones, and the ways on which an item is copied from one to
another: each copy is made of nothing but what that side said of the item."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import httpx
from lxml import etree

from conformance import requests
from conformance.answer import Answer
from conformance.client import Client
from conformance.contract import Contract
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node as Data
from conformance.eas.wbxml import node
from conformance.node import Node, Ref
from conformance.xml import TYPES, Element
from entrepot.testing import Person
from schemas.ews.contract import Element as ContractElement
from schemas.ews.contract import Group, effective

_A, _C = "AirSync", "Calendar"
_NUMBERS = itertools.count(1)
Said = dict[str, str]
"""Elements of an item by name, as XML with the prefix ``t``."""

# What only the server says of an item: no device sends it back (MS-ASCAL 2.2.2, by version).
_SERVERS = {
    "14.1": {"AirSyncBase:NativeBodyType", f"{_C}:ResponseType", f"{_C}:AppointmentReplyTime"},
    "16.1": {
        "AirSyncBase:NativeBodyType", f"{_C}:ResponseType", f"{_C}:AppointmentReplyTime",
        f"{_C}:UID", f"{_C}:DtStamp", f"{_C}:OrganizerName", f"{_C}:OrganizerEmail",
        f"{_C}:MeetingStatus", f"{_C}:Exceptions", "Notes:LastModifiedDate",
    },
}  # fmt: skip
_OF_EXCEPTION = {"AirSyncBase:InstanceId", f"{_C}:Deleted", f"{_C}:DtStamp", f"{_C}:MeetingStatus"}
_OF_BODY = ("AirSyncBase:Type", "AirSyncBase:Data")


class Phone:
    """A device and one of its collections; it asks for bodies as they are kept."""

    def __init__(self, person: Person, version: str, type: int) -> None:
        identity = Identity(device_id=f"trip{next(_NUMBERS)}", version=version)
        self.device = Device(person.exchange.eas, person.address, person.password, identity)
        self.device.provision()
        self.device.folder_sync()
        self.folder = self.device.folder_of_type(type)
        self.version = version

    def newest(self) -> tuple[str, dict[str, Data]]:
        """The one item that came since the last look."""
        known = self.device.held.get(self.folder)
        before = set(known.items) if known is not None else set[str]()
        held = self.look()
        (id,) = set(held) - before
        return id, held[id]

    def add(self, data: dict[str, Data]) -> str:
        """A new item that says what ``data`` says; the ServerId."""
        name = f"copy{next(_NUMBERS)}"
        (added,) = self._change("Add", documents.add(name, *self._sent(data)))
        return added.text(f"{_A}:ServerId")

    def copy(self, data: dict[str, Data]) -> None:
        """As ``add``, and then what is other in single occurrences, where they are told apart
        (from 16.0 on)."""
        id = self.add(data)
        exceptions = data.get(f"{_C}:Exceptions")
        if self.version < "16.0" or exceptions is None:
            return
        for each in exceptions.all(f"{_C}:Exception"):
            instance = node("AirSyncBase:InstanceId", each.text("AirSyncBase:InstanceId"))
            if each.text(f"{_C}:Deleted") == "1":
                gone = documents.delete(id)
                gone.children.append(instance)
                self._change("Delete", gone)
                continue
            inner = [c for c in each.children if c.name not in _OF_EXCEPTION]
            changed = documents.change(id, *map(_sendable, inner))
            changed.children.insert(1, instance)
            self._change("Change", changed)

    def echo(self, id: str, data: dict[str, Data]) -> None:
        """Say of an item what was told of it."""
        self._change("Change", documents.change(id, *self._sent(data)))

    def _sent(self, data: dict[str, Data]) -> list[Data]:
        theirs = _SERVERS[self.version]
        return [_sendable(each) for each in data.values() if each.name not in theirs]

    def look(self) -> dict[str, dict[str, Data]]:
        """All items, after a Sync."""
        asked: Any = options(body_preference(1), body_preference(2))
        if self.folder not in self.device.keys:
            self.device.begin(self.folder)
        return self.device.sync_all(self.folder, options=asked).items

    def _change(self, kind: str, command: Data) -> list[Data]:
        """The response to the command: none, or one of success."""
        answer = self.device.change(self.folder, command)
        found = answer.find(f"{_A}:Responses") if answer is not None else None
        told = list(found.children) if found is not None else []
        assert [each.text(f"{_A}:Status") for each in told] == ["1"] * len(told), (kind, answer)
        return told


def _sendable(element: Data) -> Data:
    """A Body as clients send it; all else as it is."""
    if element.name != "AirSyncBase:Body":
        return element
    return node(element.name, *(each for each in element.children if each.name in _OF_BODY))


class House:
    """One kind of items in one mailbox: ``element`` of EWS, the folder's name there, its type on
    devices."""

    def __init__(self, person: Person, element: str, folder: str, type: int) -> None:
        (type_,) = [e.type for e in _elements("NonEmptyArrayOfAllItemsType") if e.name == element]
        self._order = [each.name for each in _elements(type_)]
        http = httpx.Client(timeout=60)
        auth = httpx.BasicAuth(person.address, person.password)
        ews = person.exchange.ews
        contract = Contract.from_server(ews, http, auth)
        self._desktop = Client(http, ews, person.address, person.password, contract)
        self.phones = {version: Phone(person, version, type) for version in ("14.1", "16.1")}
        self._element, self._folder = element, folder

    @contextmanager
    def empty(self) -> Iterator[None]:
        """Whatever is made meanwhile is gone in the end."""
        for phone in self.phones.values():
            phone.look()
        try:
            yield
        finally:
            self._delete(*self._ids())

    def create(self, said: Said) -> Ref:
        """A new item of the desktop, which says these elements."""
        children = "".join(said[name] for name in self._order if name in said)
        item = etree.fromstring(
            f'<t:{self._element} xmlns:t="{TYPES}">{children}</t:{self._element}>'
        )
        return self._ask(requests.create_item(item, folder=self._folder)).items[0].id

    def view(self, id: Ref) -> dict[str, str]:
        """All that the desktop sees of an item: elements by name, as they are written."""
        (item,) = self._ask(requests.get_item([id], BodyType="Best")).items
        return {child.name: canonical(child.element) for child in item.children}

    def occurrence(self, id: Element) -> Node:
        """An occurrence as the desktop sees it, by an OccurrenceItemId."""
        return self._ask(requests.get_item([id])).items[0]

    def modified(self, id: Ref) -> list[Ref]:
        """The occurrences of a series that are other, by time."""
        (item,) = self._ask(requests.get_item([id])).items
        return [each.id for each in item.nodes("ModifiedOccurrences/Occurrence")]

    def passed_on(self, side: str, id: Ref) -> Ref:
        """The one item that there is, made anew of what a side sees of it: a version of phones, or
        ``file``, iCalendar. The first one is gone; the id of the second."""
        if side == "file":
            (item,) = self._ask(requests.get_item([id], "IdOnly", IncludeMimeContent=True)).items
            file = item.text("MimeContent")
            self._delete(id)
            return self.create({"MimeContent": f"<t:MimeContent>{file}</t:MimeContent>"})
        phone = self.phones[side]
        _, data = phone.newest()
        self._delete(id)
        phone.look()
        phone.copy(data)
        (id,) = self._ids()
        return id

    def echo(self, version: str) -> None:
        """A phone says of the one item what it was told of it."""
        phone = self.phones[version]
        phone.echo(*phone.newest())

    def update(self, change: Element) -> None:
        """Change an item (``requests.item_change``)."""
        self._ask(requests.update_item(change))

    def delete(self, *ids: Ref | Element) -> None:
        """Delete items, or occurrences of one."""
        self._ask(requests.delete_item(ids))

    def _delete(self, *ids: Ref) -> None:
        if ids:
            self.delete(*ids)

    def _ids(self) -> list[Ref]:
        return [each.id for each in self._ask(requests.find_item([self._folder], "IdOnly")).items]

    def _ask(self, request: Element) -> Answer:
        answer = self._desktop.call(request)
        assert set(answer.codes) == {"NoError"}, answer
        self._desktop.journal.exchanges.clear()
        breaches, self._desktop.journal.breaches = self._desktop.journal.breaches, []
        assert breaches == [], answer
        return answer


def _elements(type: str) -> Iterator[ContractElement]:
    """The elements of a type in the contract's order."""
    for group in effective(type).content:
        yield from _within(group)


def _within(group: Group) -> Iterator[ContractElement]:
    for particle in group.particles:
        if isinstance(particle, Group):
            yield from _within(particle)
        elif isinstance(particle, ContractElement):
            yield particle


def canonical(element: Element) -> str:
    """An element as text, the same for all that says the same: ids are every copy's own."""
    element = deepcopy(element)
    for id in element.findall(".//{*}ItemId"):
        parent = id.getparent()
        assert parent is not None
        parent.remove(id)
    return etree.tostring(element, method="c14n", exclusive=True).decode()
