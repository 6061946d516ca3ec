"""Lessons on what devices are answered (``field-lessons.md``), by number: those whose rule holds of
both protocols, here for ActiveSync; of EWS they stand in files of their own."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from conformance.eas import documents
from conformance.eas.device import Device, Refused
from conformance.eas.http import Identity
from conformance.eas.wbxml import node
from eas.sync.request import sync_key
from entrepot.testing import Exchange, Person
from store.devices.model import Position, Reach
from tests.eas.conftest import VERSIONS
from tests.eas.quirks.asking import NOTES, a_session, waiting
from tests.entrepot.test_cli_devices import entrepot

_NUMBERS = itertools.count(1)
_STATUS = "AirSync:Status"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with Exchange(tmp_path_factory.mktemp("answers")) as exchange:
        yield exchange


def _device(person: Person, version: str = "16.1") -> tuple[Device, str]:
    identity = Identity(device_id=f"answers{next(_NUMBERS)}", version=version)
    device = Device(person.exchange.eas, person.address, person.password, identity)
    device.provision()
    device.folder_sync()
    return device, device.folder_of_type(2)


def test_lesson_06_a_device_that_syncs_while_mail_pours_in_misses_nothing(
    server: Exchange,
) -> None:
    anna = server.person("pours")
    device, inbox = _device(anna)
    device.begin(inbox)
    pouring = threading.Thread(
        target=lambda: [anna.receives(f"Mail {number}", "x") for number in range(40)]
    )
    pouring.start()
    while pouring.is_alive():
        device.sync(inbox, window=3)
    held = device.sync_all(inbox, window=3)
    assert len(held.items) == held.added == 40 and held.anomalies == []


def test_lesson_06_state_and_data_outlive_the_server_together(tmp_path: Path) -> None:
    """Killed between its answer and the next request: the change was made, once, and the key that
    the device has is good."""
    with Exchange(tmp_path / "data") as server:
        anna = server.person("anna")
        anna.receives("Mail", "x")
        device, inbox = _device(anna)
        (item,) = device.sync_all(inbox).items
        change = documents.change(item, node("Email:Read", 1))
        request = documents.sync(
            [documents.collection(device.keys[inbox], inbox, commands=[change])]
        )
        before = device.post("Sync", request)
        server.kill()
        server.restart()
        device.url = server.eas
        again = device.post("Sync", request)
        assert again.body == before.body
        assert anna.account().inbox.all().get().is_read
        device.take(again, inbox)
        anna.receives("Later", "x")
        assert len(device.sync_all(inbox).items) == 2
        device.close()


def test_lesson_10_a_folder_that_cannot_be_held_says_so_once_and_wakes_nobody(
    server: Exchange,
) -> None:
    """12.1 has no notes: a device that asks for them all the same gets 12, and its Ping waits."""
    anna = server.person("notes")
    newer, inbox = _device(anna)
    notes = newer.folder_of_type(NOTES)
    device, _ = _device(anna, "12.1")
    device.sync_all(inbox)
    with pytest.raises(Refused):
        device.begin(notes)
    waits = waiting(lambda: device.ping(600, [notes, inbox]))
    newer.begin(notes)
    newer.change(notes, documents.add("c1", node("Notes:Subject", "x")))
    time.sleep(0.3)
    assert not waits.done()
    anna.receives("Mail", "x")
    answer = waits.result(5)
    assert answer.text("Ping:Folders", "Ping:Folder") == inbox


def test_lesson_11_a_database_that_fails_empties_no_device(tmp_path: Path) -> None:
    """A failure inside is HTTP 500, and no answer of which a device could delete anything."""
    with Exchange(tmp_path / "data") as server:
        anna = server.person("anna")
        for number in range(3):
            anna.receives(f"Mail {number}", "x")
        device, inbox = _device(anna)
        held = device.sync_all(inbox)
        anna.receives("Later", "x")

        def rename(old: str, new: str) -> None:
            with sqlite3.connect(next((tmp_path / "data").glob("*.db"))) as disk:
                disk.execute(f"ALTER TABLE {old} RENAME TO {new}")
            disk.close()

        rename("item", "item_elsewhere")
        key = device.keys[inbox]
        for _ in range(2):
            with pytest.raises(Refused, match="HTTP 500"):
                device.sync(inbox)
        assert device.keys[inbox] == key and len(held.items) == 3
        rename("item_elsewhere", "item")
        device.sync(inbox)
        assert len(held.items) == 4 and held.anomalies == []
        device.close()


def test_lesson_11_when_a_folder_is_emptied_the_log_says_why(server: Exchange) -> None:
    anna = server.person("emptied")
    for number in range(4):
        anna.receives(f"Mail {number}", "x")
    device, inbox = _device(anna)
    device.sync_all(inbox)
    anna.account().inbox.all().delete()
    device.sync(inbox)
    assert device.held[inbox].items == {}
    log = entrepot(server, "log", device.identity.device_id)
    assert log.count("    delete ") == log.count(" deleted") == 4


@pytest.mark.parametrize("seed", range(3))
def test_lesson_15_only_what_was_given_is_taken_away(server: Exchange, seed: int) -> None:
    chance = random.Random(seed)
    anna = server.person(f"walk{seed}")
    devices = [(*_device(anna), window) for window in (1, 3, 50)]
    for device, inbox, _ in devices:
        device.begin(inbox)
    inbox = anna.account().inbox
    for _ in range(40):
        step = chance.random()
        if step < 0.4:
            anna.receives("Mail", "x")
        elif step < 0.6:
            mails = list(inbox.all())
            if mails:
                chance.choice(mails).delete()
        else:
            device, folder, window = chance.choice(devices)
            device.sync(folder, window=window)
    left = inbox.all().count()
    for device, folder, window in devices:
        held = device.sync_all(folder, window=window)
        assert len(held.items) == left and held.anomalies == []


def test_lesson_15_what_came_and_went_between_two_syncs_is_never_told(server: Exchange) -> None:
    anna = server.person("brief")
    device, inbox = _device(anna)
    device.sync_all(inbox)
    anna.receives("Mail", "x")
    anna.account().inbox.all().delete()
    assert device.sync(inbox) is None


def test_lesson_16_a_state_has_one_size_however_much_is_held() -> None:
    """A key has 64 characters at most (MS-ASCMD 2.2.3.181.4), and the place that it stands for is
    a few numbers."""
    huge, instant = 10**17, "2026-11-26T00:00:00.000000Z"
    assert len(sync_key("f" * 8, huge)) <= 64
    reach = Reach(instant, huge, instant, huge, huge)
    kinds = ("message", "meeting_request", "meeting_response", "meeting_cancellation", "post")
    place = Position(huge, huge, huge, instant, huge, huge, kinds, True, reach)
    assert len(msgspec.json.encode(place)) < 512


def test_lesson_17_an_item_gone_meanwhile_is_its_own_error(server: Exchange) -> None:
    anna = server.person("meanwhile")
    for number in range(3):
        anna.receives(f"Mail {number}", "x")
    device, inbox = _device(anna)
    items = list(device.sync_all(inbox).items)
    gone = anna.account().inbox.all().order_by("subject")[1]
    gone.delete()
    fetches = [
        node(
            "ItemOperations:Fetch",
            node("ItemOperations:Store", "Mailbox"),
            node("AirSync:CollectionId", inbox),
            node("AirSync:ServerId", item),
        )
        for item in items
    ]
    answer = device.ask("ItemOperations", node("ItemOperations:ItemOperations", *fetches))
    response = answer.find("ItemOperations:Response")
    assert response is not None
    statuses = [each.text("ItemOperations:Status") for each in response.children]
    assert sorted(statuses) == ["1", "1", "6"] and statuses[1] == "6"
    commands = [documents.fetch(item) for item in items]
    step = device.sync(inbox, commands=commands)
    assert step is not None and step.text(_STATUS) == "1"
    told = step.find("AirSync:Responses")
    assert told is not None
    assert sorted(each.text(_STATUS) for each in told.children) == ["1", "1", "8"]
    (removed,) = step.find("AirSync:Commands").children  # type: ignore[union-attr]
    assert removed.name == "AirSync:Delete"
    assert removed.text("AirSync:ServerId") == items[statuses.index("6")]


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_32_a_command_that_nobody_knows_asks_for_no_password(
    server: Exchange, version: str
) -> None:
    """501 for what there is nowhere; what another version has is 138, before 14.0 HTTP 400."""
    anna = server.person(f"unknown{version}")
    device, _ = _device(anna, version)
    query = f"User=x&DeviceId={device.identity.device_id}&DeviceType=Phone&Cmd="
    headers = {"MS-ASProtocolVersion": version}
    for name in ("Bogus", "CreateCollection", "../Sync"):
        answer = httpx.post(
            f"{device.url}?{query}{name}", headers=headers, auth=(anna.address, anna.password)
        )
        assert answer.status_code == 501 and "www-authenticate" not in answer.headers
    unsigned = httpx.post(f"{device.url}?{query}Bogus", headers=headers)
    assert unsigned.status_code == 401


@pytest.mark.parametrize("version", VERSIONS)
def test_lesson_38_every_answer_has_what_its_schema_requires(
    server: Exchange, version: str
) -> None:
    """TbSync#65 missed the Status of Provision. All answers of a session, by the grammar."""
    anna = server.person(f"whole{version}")
    anna.receives("x", "x")
    identity = Identity(device_id=f"answers{next(_NUMBERS)}", version=version)
    device = Device(server.eas, anna.address, anna.password, identity, strict=False)
    assert len(a_session(device)) > 15
    assert device.violations == []
    said = documents.information(Model="One") if float(version) >= 14.1 else None
    first = device.ask("Provision", documents.provision(information=said))
    assert first.text("Provision:Status") == "1"
    device.close()


def test_more_a_cookie_does_not_matter(server: Exchange) -> None:
    """EAS-4-TbSync#279: with the cookie of some proxy OPTIONS never ended."""
    anna = server.person("cookie")
    answer = httpx.options(
        server.eas,
        auth=(anna.address, anna.password),
        headers={"Cookie": "ClientId=ABC; X-BEResource=elsewhere~1; =; a"},
        timeout=5,
    )
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


def test_more_nine_takes_16_1_by_the_version_of_asp_net(server: Exchange) -> None:
    """grommunio-sync a567bb4."""
    anna = server.person("nine")
    answer = httpx.options(server.eas, auth=(anna.address, anna.password))
    assert answer.headers["X-AspNet-Version"]


def test_more_one_who_never_provisions_is_asked_to_and_shown_nothing(server: Exchange) -> None:
    """EAS-4-TbSync#353: an empty account told nobody why."""
    anna = server.person("never")
    identity = Identity(device_id="never", version="16.1")
    device = Device(server.eas, anna.address, anna.password, identity)
    assert device.folder_sync("0").text("FolderHierarchy:Status") == "142"
    assert device.folders == {}
    table = entrepot(server, "list", anna.address)
    assert "no policies taken" in table
