"""One mailbox, two doors: what one protocol does arrives in the other, within one Ping or one
streaming notification (action by direction)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from exchangelib import ExtendedProperty, Message
from exchangelib.folders import FolderCollection
from exchangelib.properties import StatusEvent

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import change, delete
from conformance.eas.flags import ACTIVE, flag
from conformance.eas.wbxml import node
from entrepot.testing import Person
from tests.eas.conftest import NewDevice
from tests.eas.test_ping import _pinging


class FlagStatus(ExtendedProperty):
    """PidTagFlagStatus: 2 is set."""

    property_tag = 0x1090
    property_type = "Integer"


@pytest.fixture(scope="module", autouse=True)
def flags_of_desktops() -> Iterator[None]:
    """exchangelib has no field for the flag."""
    Message.register("flag_status", FlagStatus)
    yield
    Message.deregister("flag_status")


class Desktop:
    """Somebody's exchangelib account, with the message that the test is about."""

    def __init__(self, person: Person) -> None:
        self.account = person.account()

    def message(self, folder: str = "inbox", subject: str = "Subject") -> Any:
        """The message of that subject in a folder. Raises DoesNotExist."""
        return getattr(self.account, folder).get(subject=subject)

    def has(self, folder: str, subject: str = "Subject") -> bool:
        """Whether it is there."""
        return getattr(self.account, folder).filter(subject=subject).exists()


class Phone:
    """Somebody's device, with the folders that the test is about."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.inbox = device.folder_of_type(2)
        self.drafts = device.folder_of_type(3)
        self.sent = device.folder_of_type(5)
        self.bin = device.folder_of_type(4)
        self.archive = device.folder("Archive")
        for folder in self.all:
            device.sync_all(folder)
            device.sync(folder)

    @property
    def all(self) -> tuple[str, ...]:
        return self.inbox, self.drafts, self.sent, self.bin, self.archive

    @property
    def item(self) -> str:
        """The one item of the inbox."""
        (item,) = self.device.held[self.inbox].items
        return item

    def has(self, folder: str, subject: str = "Subject") -> bool:
        """Whether the device holds a message of that subject there."""
        held = self.device.held[folder].items.values()
        return any(data["Email:Subject"].value == subject for data in held)

    def value(self, name: str) -> Any:
        """An element of the message in the inbox."""
        return self.device.held[self.inbox].items[self.item][name]

    def command(self, *commands: Any, folder: str = "") -> None:
        """Carry out own commands."""
        self.device.sync(folder or self.inbox, commands=commands)


def _save(message: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(message, name, value)
    message.save(update_fields=list(values))


def _desktop_draft(desktop: Desktop) -> None:
    Message(account=desktop.account, folder=desktop.account.drafts, subject="Draft").save()


def _desktop_sends(desktop: Desktop) -> None:
    Message(
        account=desktop.account,
        folder=desktop.account.sent,
        subject="Sent",
        body="x",
        to_recipients=["somebody@elsewhere.example"],
    ).send_and_save()


# action: what the desktop does, the folder in which the phone is woken, what it then sees
TO_PHONE: dict[str, tuple[Callable[[Desktop], Any], str, Callable[[Phone], bool]]] = {
    "read": (
        lambda d: _save(d.message(), is_read=True),
        "inbox",
        lambda p: p.value("Email:Read").value == "1",
    ),
    "flag": (
        lambda d: _save(d.message(), flag_status=2),
        "inbox",
        lambda p: p.value("Email:Flag").text("Email:Status") == "2",
    ),
    "category": (
        lambda d: _save(d.message(), categories=["Harbour"]),
        "inbox",
        lambda p: p.value("Email:Categories").text("Email:Category") == "Harbour",
    ),
    "subject": (
        lambda d: _save(d.message(), subject="Better"),
        "inbox",
        lambda p: p.has(p.inbox, "Better"),
    ),
    "move": (
        lambda d: d.message().move(d.account.root / "Top of Information Store" / "Archive"),
        "archive",
        lambda p: p.has(p.archive) and not p.has(p.inbox),
    ),
    "delete": (
        lambda d: d.message().move_to_trash(),
        "inbox",
        lambda p: not p.has(p.inbox) and p.has(p.bin),
    ),
    "delete for good": (lambda d: d.message().delete(), "inbox", lambda p: not p.has(p.inbox)),
    "draft": (_desktop_draft, "drafts", lambda p: p.has(p.drafts, "Draft")),
    "sent": (_desktop_sends, "sent", lambda p: p.has(p.sent, "Sent")),
}


@pytest.mark.parametrize("action", TO_PHONE)
@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_from_desktop_to_phone_within_one_ping(
    anna: Person, new_device: NewDevice, action: str, version: str
) -> None:
    anna.receives("Subject", "x")
    act, folder, holds = TO_PHONE[action]
    phone, desktop = Phone(new_device(anna, version)), Desktop(anna)
    waiting = _pinging(phone.device, *phone.all)
    act(desktop)
    answer = waiting.result(5)
    assert answer is not None and answer.text("Ping:Status") == "2"
    for each in phone.all:
        phone.device.sync(each)
    assert holds(phone), f"{action} in {folder}"
    assert [phone.device.held[each].anomalies for each in phone.all] == [[]] * 5


def _phone_draft(phone: Phone) -> None:
    phone.command(documents.add("1", node("Email:Subject", "Draft")), folder=phone.drafts)


def _phone_sends(phone: Phone) -> None:
    phone.device.send(b"To: somebody@elsewhere.example\r\nSubject: Sent\r\n\r\nx\r\n")


# action: what the phone does, and what the desktop then sees
TO_DESKTOP: dict[str, tuple[Callable[[Phone], Any], Callable[[Desktop], bool]]] = {
    "read": (
        lambda p: p.command(change(p.item, node("Email:Read", 1))),
        lambda d: d.message().is_read,
    ),
    "flag": (
        lambda p: p.command(change(p.item, flag(ACTIVE))),
        lambda d: d.message().flag_status == 2,
    ),
    "category": (
        lambda p: p.command(
            change(p.item, node("Email:Categories", node("Email:Category", "Harbour")))
        ),
        lambda d: d.message().categories == ["Harbour"],
    ),
    "move": (
        lambda p: p.device.ask("MoveItems", documents.move((p.item, p.inbox, p.archive))),
        lambda d: not d.has("inbox"),
    ),
    "delete": (
        lambda p: p.command(delete(p.item)),
        lambda d: not d.has("inbox") and d.has("trash"),
    ),
    "draft": (_phone_draft, lambda d: d.has("drafts", "Draft")),
    "sent": (_phone_sends, lambda d: d.has("sent", "Sent")),
}


@pytest.mark.parametrize("action", TO_DESKTOP)
@pytest.mark.parametrize("version", ["14.1", "16.1"])
def test_from_phone_to_desktop_within_one_notification(
    anna: Person, new_device: NewDevice, action: str, version: str
) -> None:
    if action == "draft" and version == "14.1":
        pytest.skip("drafts go up from 16.0 on")
    anna.receives("Subject", "x")
    act, holds = TO_DESKTOP[action]
    phone, desktop = Phone(new_device(anna, version)), Desktop(anna)
    account = desktop.account
    folders = [account.inbox, account.drafts, account.sent]
    told, ready = threading.Event(), threading.Event()

    def follow() -> None:
        collection = FolderCollection(account, folders)
        id = collection.subscribe_to_streaming()
        ready.set()
        for notification in account.inbox.get_streaming_events(id, connection_timeout=1):
            if any(not isinstance(event, StatusEvent) for event in notification.events):
                told.set()
                return

    threading.Thread(target=follow, daemon=True).start()
    assert ready.wait(10)
    act(phone)
    assert told.wait(5), "no notification"
    assert holds(Desktop(anna))


def test_mail_by_smtp_is_on_the_phone_in_a_second(anna: Person, new_device: NewDevice) -> None:
    phone = Phone(new_device(anna))
    waiting = _pinging(phone.device, *phone.all)
    anna.receives("Subject", "x")
    began = time.monotonic()
    waiting.result(5)
    phone.device.sync(phone.inbox)
    assert phone.has(phone.inbox) and time.monotonic() - began < 1
