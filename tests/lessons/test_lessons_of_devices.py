"""Lessons on the state of devices (``field-lessons.md``), by number; others stand where the thing
is tested anyway, in ``tests/eas``."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.http import Identity
from conformance.eas.wbxml import node
from eas.repeats import ALARM_AT as REPEATS_ALARM_AT
from eas.vain_pings import ALARM_AT
from entrepot.testing import Exchange, Person
from tests.entrepot.test_cli_devices import entrepot

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with Exchange(tmp_path_factory.mktemp("lessons")) as exchange:
        yield exchange


def _device(person: Person, name: str = "") -> tuple[Device, str]:
    identity = Identity(device_id=name or f"lesson{next(_NUMBERS)}")
    device = Device(person.exchange.eas, person.address, person.password, identity)
    device.provision()
    device.folder_sync()
    return device, device.folder_of_type(2)


def test_lesson_04_two_requests_at_once_never_interleave(server: Exchange) -> None:
    """The same key eight times at the same moment: one step, and the same answer to all."""
    anna = server.person("lesson04")
    for number in range(10):
        anna.receives(f"Mail {number}", "x")
    device, inbox = _device(anna)
    device.begin(inbox)
    request = documents.sync([documents.collection(device.keys[inbox], inbox, window=5)])
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(device.post("Sync", request).body))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(answers) == 8 and len(set(answers)) == 1
    device.take(device.post("Sync", request), inbox)
    held = device.sync_all(inbox)
    assert len(held.items) == 10 and held.anomalies == []


def test_lesson_07_what_a_ping_announces_is_there(server: Exchange) -> None:
    """Forty times: the very next Sync finds what the Ping was about."""
    anna = server.person("lesson07")
    device, inbox = _device(anna)
    device.sync_all(inbox)
    for number in range(40):
        answers: list[str] = []
        thread = threading.Thread(
            target=lambda told=answers: told.append(device.ping(600, [inbox]).text("Ping:Status"))
        )
        thread.start()
        anna.receives(f"Mail {number}", "x")
        thread.join(10)
        assert answers == ["2"]
        device.sync(inbox)
        assert len(device.held[inbox].items) == number + 1


def test_lesson_10_a_device_that_is_woken_in_vain_is_an_alarm(server: Exchange) -> None:
    """It pings and never synchronises: after twenty times somebody hears of it, in the log and in
    the device's own; a Sync that takes something ends the count."""
    anna = server.person("lesson10")
    device, inbox = _device(anna)
    device.sync_all(inbox)
    anna.receives("Mail", "x")

    def alarms() -> list[str]:
        return [line for line in server.log if "woken in vain" in line and anna.address in line]

    for _ in range(ALARM_AT - 1):
        assert device.ping(600, [inbox]).text("Ping:Status") == "2"
    assert alarms() == []
    device.sync(inbox)
    anna.receives("Another", "x")
    for _ in range(ALARM_AT):
        assert device.ping(600, [inbox]).text("Ping:Status") == "2"
    assert len(alarms()) == 1


def test_lesson_13_a_device_that_does_not_get_past_a_step_is_an_alarm(server: Exchange) -> None:
    """It asks for the same step again and again, as one does whose program fails of an item: the
    answer stays, and somebody hears of it, and of which items it may be."""
    anna = server.person("stuck")
    anna.receives("Mail", "x")
    device, inbox = _device(anna)
    device.begin(inbox)
    contacts = device.folder_of_type(9)
    device.begin(contacts)
    device.change(contacts, documents.add("c1", node("Contacts:FirstName", "Ada")))
    other, _ = _device(anna)
    other.begin(contacts)
    other.change(contacts, documents.add("c2", node("Contacts:FirstName", "Augusta")))
    request = documents.sync(
        [documents.collection(device.keys[each], each) for each in (inbox, contacts)]
    )

    def alarms() -> list[str]:
        return [line for line in server.log if "get past a step" in line and anna.address in line]

    first = device.post("Sync", request).body
    for _ in range(REPEATS_ALARM_AT - 1):
        assert device.post("Sync", request).body == first
    assert alarms() == []
    assert device.post("Sync", request).body == first
    assert len(alarms()) == 2  # one for each folder
    device.take(device.post("Sync", request), inbox)
    (item,) = device.held[inbox].items
    log = entrepot(server, "log", device.identity.device_id)
    assert "stuck" in log and f"one of the items {item.partition(':')[2]}" in log
    # Who gets further after all begins to count anew.
    anna.receives("Later", "x")
    device.sync(inbox)
    assert len(device.held[inbox].items) == 2


def test_lesson_13_one_bad_item_stops_no_other(tmp_path: Path) -> None:
    """Its record is damaged on the disk: the rest comes, and the item is named."""
    with Exchange(tmp_path / "data") as server:
        anna = server.person("anna")
        for number in range(3):
            anna.receives(f"Mail {number}", "x")
        device, inbox = _device(anna, "bad-item")
        server.stop()
        database = next((tmp_path / "data").glob("*.db"))
        with sqlite3.connect(database) as disk:
            row = disk.execute("SELECT id FROM item WHERE subject = 'Mail 1'").fetchone()
            disk.execute("UPDATE item SET record = '{broken' WHERE id = ?", row)
        disk.close()
        server.start()
        device.url = server.eas
        held = device.sync_all(inbox)
        subjects = {str(data["Email:Subject"].value) for data in held.items.values()}
        assert subjects == {"Mail 0", "Mail 2"}
        assert any(f'"item":{row[0]}' in line and "left out" in line for line in server.log)
        anna.receives("Mail 3", "x")
        device.sync(inbox)
        assert len(held.items) == 3


def test_lesson_14_two_devices_of_one_id_lose_nothing(server: Exchange) -> None:
    """A copy of a phone goes on from where it was copied: it begins anew, nothing is deleted, and
    the administrator's log says so."""
    anna = server.person("lesson14")
    anna.receives("Mail", "x")
    phone, inbox = _device(anna, "cloned")
    phone.sync_all(inbox)
    copied = phone.keys[inbox]
    for number in range(4):
        anna.receives(f"Later {number}", "x")
        phone.sync(inbox)
    clone, _ = _device(anna, "cloned")
    clone.keys[inbox] = copied
    answer = clone.sync(inbox)
    assert answer is not None and answer.text("AirSync:Status") == "3"
    assert any("a device went back" in line for line in server.log)
    clone.begin(inbox)
    assert len(clone.sync_all(inbox).items) == 5
    assert anna.account().inbox.all().count() == 5
