"""Ping, and a Sync that waits: woken by what Sync would tell, and by nothing else."""

from __future__ import annotations

import time
from concurrent.futures import Future

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import change, delete
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person
from tests.eas.conftest import VERSIONS, NewDevice
from tests.eas.quirks.asking import waiting as waiting_for

_STATUS = "Ping:Status"


def _pinging(device: Device, *folders: str, seconds: int | None = 600) -> Future[Node | None]:
    return waiting_for(lambda: device.ping(seconds, folders))


def _ready(new_device: NewDevice, person: Person, version: str = "16.1") -> tuple[Device, str]:
    device = new_device(person, version)
    inbox = device.folder_of_type(2)
    device.sync_all(inbox)
    return device, inbox


@pytest.mark.parametrize("version", VERSIONS)
def test_new_mail_wakes_a_phone(anna: Person, new_device: NewDevice, version: str) -> None:
    device, inbox = _ready(new_device, anna, version)
    waiting = _pinging(device, inbox)
    anna.receives("Hello", "x")
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "2"
    assert answer.text("Ping:Folders", "Ping:Folder") == inbox


def test_what_came_before_is_told_at_once(anna: Person, new_device: NewDevice) -> None:
    device, inbox = _ready(new_device, anna)
    anna.receives("Hello", "x")
    assert device.ping(600, [inbox]).text(_STATUS) == "2"
    device.sync(inbox)
    _pinging(device, inbox)


def test_a_ping_without_a_body_waits_as_the_last_one_did(
    anna: Person, new_device: NewDevice
) -> None:
    """SOGo#3606."""
    device, inbox = _ready(new_device, anna)
    assert device.ask("Ping").text(_STATUS) == "3"
    anna.receives("One", "x")
    device.ping(600, [inbox])
    device.sync(inbox)
    waiting = waiting_for(lambda: device.ask("Ping"))
    anna.receives("Two", "x")
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "2"


def test_it_ends_when_its_time_has_come(new_device: NewDevice, exchange) -> None:
    device, inbox = _ready(new_device, exchange.person("anna"))
    waiting = _pinging(device, inbox, seconds=600)
    exchange.clock.advance(seconds=601)
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "1"


@pytest.mark.parametrize(("seconds", "bound"), [(1, "60"), (59, "60"), (3541, "3540")])
def test_an_interval_out_of_range_gets_the_bound(
    anna: Person, new_device: NewDevice, seconds: int, bound: str
) -> None:
    device, inbox = _ready(new_device, anna)
    answer = device.ping(seconds, [inbox])
    assert (answer.text(_STATUS), answer.text("Ping:HeartbeatInterval")) == ("5", bound)


def test_too_many_folders_and_none(anna: Person, new_device: NewDevice) -> None:
    device, _ = _ready(new_device, anna)
    answer = device.ping(600, [str(number) for number in range(1, 400)])
    assert (answer.text(_STATUS), answer.text("Ping:MaxFolders")) == ("6", "300")
    wrong = node("Ping:Ping", node("Ping:HeartbeatInterval", "x"), node("Ping:Folders"))
    assert device.ask("Ping", wrong).text(_STATUS) == "4"
    assert device.ping(600).text(_STATUS) == "3"


def test_its_own_changes_do_not_wake_it(anna: Person, new_device: NewDevice) -> None:
    anna.receives("Hello", "x")
    device, inbox = _ready(new_device, anna)
    (item,) = device.held[inbox].items
    waiting = _pinging(device, inbox)
    device.sync(inbox, commands=[change(item, node("Email:Read", 1))])
    time.sleep(0.3)
    assert not waiting.done()
    anna.receives("Another", "x")
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "2"


def test_lesson_09_what_the_filter_hides_does_not_wake_it(new_device: NewDevice, exchange) -> None:
    """A change of a mail outside the filter: Sync has nothing to tell, so Ping has not either."""
    anna = exchange.person("anna")
    anna.receives("Old", "x")
    exchange.clock.advance(days=20)
    device = new_device(anna)
    inbox = device.folder_of_type(2)
    other = new_device(anna)
    asked = documents.options(filter_type=2)
    device.begin(inbox, options=asked)
    device.sync_all(inbox, options=asked)
    assert device.held[inbox].items == {}
    (item,) = other.sync_all(inbox).items
    waiting = _pinging(device, inbox)
    other.sync(inbox, commands=[change(item, node("Email:Read", 1))])
    other.sync(inbox, commands=[delete(item)])
    time.sleep(0.3)
    assert not waiting.done() and device.sync(inbox) is None


@pytest.mark.parametrize("version", ["12.1", "14.1"])
def test_what_a_version_has_no_element_for_does_not_wake_it(
    anna: Person, new_device: NewDevice, version: str
) -> None:
    """12.1 has no categories of mail; those of contacts it has."""
    anna.receives("Mail", "x")
    device, inbox = _ready(new_device, anna, version)
    contacts = device.folder_of_type(9)
    added = documents.add("c1", node("Contacts:FirstName", "Ada"))
    device.begin(contacts)
    device.change(contacts, added)
    device.sync_all(contacts)
    account = anna.account()

    def categorised(folder: str) -> None:
        item = getattr(account, folder).all().get()
        item.categories = ["Harbour"]
        item.save(update_fields=["categories"])

    waiting = _pinging(device, inbox, contacts)
    categorised("inbox")
    if version == "12.1":
        time.sleep(0.5)
        assert not waiting.done()
        assert device.sync(inbox) is None
        categorised("contacts")
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "2"
    folder = contacts if version == "12.1" else inbox
    assert answer.text("Ping:Folders", "Ping:Folder") == folder
    step = device.sync(folder)
    assert step is not None and step.find("AirSync:Commands") is not None
    # What comes with it is told all the same.
    mail = account.inbox.all().get()
    mail.categories, mail.is_read = ["Lighthouse"], True
    mail.save(update_fields=["categories", "is_read"])
    step = device.sync(inbox)
    assert step is not None
    (change,) = step.find("AirSync:Commands").children  # type: ignore[union-attr]
    assert change.text("AirSync:ApplicationData", "Email:Read") == "1"


def test_a_change_of_the_tree_is_status_7(anna: Person, new_device: NewDevice) -> None:
    device, inbox = _ready(new_device, anna)
    waiting = _pinging(device, inbox)
    anna.folder("Projects")
    answer = waiting.result(5)
    assert answer is not None and answer.text(_STATUS) == "7"
    device.folder_sync()
    assert device.folder("Projects")


def test_a_newer_ping_ends_the_older(anna: Person, new_device: NewDevice) -> None:
    device, inbox = _ready(new_device, anna)
    older = _pinging(device, inbox)
    newer = _pinging(device, inbox)
    answer = older.result(2)
    assert answer is not None and answer.text(_STATUS) == "1" and not newer.done()
    anna.receives("Hello", "x")
    assert newer.result(5) is not None


def test_attack_a16_a_disabled_account_ends_its_pings(anna: Person, new_device: NewDevice) -> None:
    device, inbox = _ready(new_device, anna)
    waiting = _pinging(device, inbox)
    began = time.monotonic()
    anna.disable()
    waiting.result(2)
    assert time.monotonic() - began < 1.5
    assert device.post("Ping").status == 401


@pytest.mark.parametrize(("unit", "value"), [("wait", 10), ("heartbeat", 600)])
def test_a_sync_waits_too(anna: Person, new_device: NewDevice, unit: str, value: int) -> None:
    device, inbox = _ready(new_device, anna)
    device.sync(inbox)
    waiting = waiting_for(lambda: device.sync(inbox, **{unit: value}))
    anna.receives("Hello", "x")
    assert waiting.result(5) is not None
    assert len(device.held[inbox].items) == 1


def test_a_waiting_sync_that_sees_nothing_answers_nothing(new_device: NewDevice, exchange) -> None:
    device, inbox = _ready(new_device, exchange.person("anna"))
    device.sync(inbox)
    waiting = waiting_for(lambda: device.sync(inbox, wait=10))
    exchange.clock.advance(minutes=11)
    assert waiting.result(5) is None


def test_a_stop_of_the_server_ends_the_waits(new_device: NewDevice, exchange) -> None:
    device, inbox = _ready(new_device, exchange.person("anna"))
    waiting = _pinging(device, inbox)
    began = time.monotonic()
    assert exchange.stop() == 0
    assert time.monotonic() - began < 5
    answer = waiting.result(2)
    assert answer is not None and answer.text(_STATUS) == "1"
