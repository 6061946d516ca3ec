"""Two phones, a desktop and incoming mail change one mailbox at random, while answers are lost,
requests are repeated, connections break and the server is killed: in the end all hold the same,
nothing is there twice, and nothing that was acknowledged is lost.

The seed is printed; ``DEVICES_SEED=n DEVICES_STEPS=n pytest …`` replays a run.
"""

from __future__ import annotations

import os
import random
import smtplib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from exchangelib import Account, Configuration, Credentials, Message
from exchangelib.errors import EWSError
from requests.exceptions import RequestException

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.flags import ACTIVE, COMPLETE, flag
from conformance.eas.http import Identity, Reply, post
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
STEPS = int(os.environ.get("DEVICES_STEPS", "10000"))
SEED = int(os.environ.get("DEVICES_SEED", "0")) or random.randrange(1, 1 << 31)
KILLS = 10
LOST, REPEATED, BROKEN = 0.05, 0.05, 0.02
NETWORK = (httpx.HTTPError, OSError)
CATEGORIES = ("Harbour", "Lighthouse", "Quay")


class World:
    """The server, what was acknowledged, and what befell it."""

    def __init__(self, server: Exchange, person: Person, chance: random.Random) -> None:
        self.server = server
        self.person = person
        self.chance = chance
        self.acknowledged: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._number = 0

    def subject(self, kind: str) -> str:
        """One that nothing else has."""
        self._number += 1
        return f"{kind} {self._number}"

    def kill_soon(self) -> None:
        """Kill the server within some milliseconds, in the middle of whatever comes."""
        self.counts["kills"] += 1
        threading.Timer(self.chance.random() * 0.006, self.server.kill).start()

    def revive(self) -> None:
        """Start the server where it is dead, or dying."""
        while True:
            self.server.start()
            try:
                if httpx.get(f"{self.server.url}/health").status_code == 200:
                    return
            except NETWORK:
                time.sleep(0.01)


class Phone:
    """A device that repeats every request until it has seen its answer."""

    def __init__(self, world: World, name: str, version: str) -> None:
        self.world = world
        person = world.person
        self.device = Device(
            world.server.eas,
            person.address,
            person.password,
            Identity(device_id=name, version=version),
        )
        self.device.provision()
        self.device.folder_sync()
        self.folders = [self.device.folder_of_type(kind) for kind in (2, 3, 5, 4)] + [
            self.device.folder("Archive")
        ]
        self.inbox, self.drafts, self.sent, self.bin, self.archive = self.folders
        for folder in self.folders:
            self.device.begin(folder)

    def exchange(self, command: str, document: Node) -> Reply:
        """A request until its answer was seen, through everything that a network does."""
        chance, counts = self.world.chance, self.world.counts
        while True:
            try:
                if chance.random() < BROKEN:
                    counts["broken"] += 1
                    self._break(command, document)
                reply = self.device.post(command, document)
                if chance.random() < REPEATED:
                    counts["repeated"] += 1
                    self.device.post(command, document)
            except NETWORK:
                self.world.revive()
                continue
            if chance.random() < LOST:
                counts["lost"] += 1
                continue
            return reply

    def _break(self, command: str, document: Node) -> None:
        """Half of a request, and then nothing."""
        request = post(self.device.identity, command, document)
        host, _, port = self.world.server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), 5) as line:
            half = request.body[: len(request.body) // 2]
            line.sendall(
                f"POST /Microsoft-Server-ActiveSync?{request.query} HTTP/1.1\r\nHost: x\r\n"
                f"Content-Length: {len(request.body)}\r\n\r\n".encode()
                + half
            )

    def sync(self, folder: str, *commands: Node, **asked: Any) -> Node | None:
        """One step. Own changes are taken in first: what the server says comes after them."""
        document = documents.sync(
            [documents.collection(self.device.keys[folder], folder, commands=commands, **asked)]
        )
        reply = self.exchange("Sync", document)
        collection = self.device.take(reply, folder) if not commands else None
        if commands:
            self._own(folder, commands, reply)
            collection = self.device.take(reply, folder)
        if collection is not None:
            assert collection.text("AirSync:Status") == "1", collection
        return collection

    def _own(self, folder: str, commands: tuple[Node, ...], reply: Reply) -> None:
        """The device's own changes, but those that were refused."""
        refused: set[str] = set()
        path = ("AirSync:Collections", "AirSync:Collection", "AirSync:Responses")
        responses = reply.root.find(*path) if reply.root is not None else None
        held = self.device.held[folder].items
        for each in responses.children if responses is not None else ():
            if each.name == "AirSync:Add":
                assert each.text("AirSync:Status") == "1"
                added = next(
                    c
                    for c in commands
                    if c.text("AirSync:ClientId") == each.text("AirSync:ClientId")
                )
                data = added.find("AirSync:ApplicationData")
                assert data is not None
                held[each.text("AirSync:ServerId")] = {child.name: child for child in data.children}
            else:
                refused.add(each.text("AirSync:ServerId"))
        for each in commands:
            id = each.text("AirSync:ServerId")
            if id in refused or id not in held:
                continue
            if each.name == "AirSync:Delete":
                del held[id]
            elif (data := each.find("AirSync:ApplicationData")) is not None:
                held[id].update({child.name: child for child in data.children})

    # -- what it does at random

    def _some(self, folder: str) -> str | None:
        items = sorted(self.device.held[folder].items)
        return self.world.chance.choice(items) if items else None

    def step(self) -> None:
        act = self.world.chance.choices(
            (self.look, self.mark, self.remove, self.move, self.draft), (50, 25, 5, 12, 8)
        )[0]
        act()

    def look(self) -> None:
        """Ask what is new in a folder."""
        folder = self.world.chance.choice(self.folders)
        self.sync(folder, window=self.world.chance.choice((1, 3, 25, 100)))

    def mark(self) -> None:
        """Read state, flag or categories."""
        folder = self.world.chance.choice((self.inbox, self.archive, self.bin))
        item = self._some(folder)
        if item is None:
            return
        chance = self.world.chance
        data = chance.choice(
            (
                node("Email:Read", chance.choice((0, 1))),
                flag(chance.choice((ACTIVE, COMPLETE))),
                node("Email:Flag"),
                node(
                    "Email:Categories",
                    *(node("Email:Category", each) for each in chance.sample(CATEGORIES, 2)),
                ),
            )
        )
        self.sync(folder, documents.change(item, data), gets=chance.random() < 0.7)

    def remove(self) -> None:
        """Delete into the bin."""
        folder = self.world.chance.choice((self.inbox, self.archive))
        item = self._some(folder)
        if item is not None:
            self.sync(folder, documents.delete(item))

    def move(self) -> None:
        """Move an item to another folder."""
        source, target = self.world.chance.sample((self.inbox, self.archive, self.bin), 2)
        item = self._some(source)
        if item is None:
            return
        reply = self.exchange("MoveItems", documents.move((item, source, target)))
        assert reply.root is not None
        response = reply.root.find("Move:Response")
        assert response is not None
        if response.text("Move:Status") == "3":
            data = self.device.held[source].items.pop(item)
            self.device.held[target].items[response.text("Move:DstMsgId")] = data

    def draft(self) -> None:
        """Write a draft, where the version can."""
        if self.device.version < "16.0":
            return
        subject = self.world.subject("Draft")
        data = (node("Email:Subject", subject), node("Email:To", "x@elsewhere.example"))
        self.sync(self.drafts, documents.add(f"client-{subject}", *data))
        self.world.acknowledged.add(subject)

    def settle(self) -> None:
        """Ask until there is nothing more."""
        for _ in range(3):
            for folder in self.folders:
                while True:
                    step = self.sync(folder, window=512)
                    if step is None:
                        break

    def holds(self) -> dict[str, tuple[Any, ...]]:
        """Each item by subject: folder, read state, flag, categories."""
        found: dict[str, tuple[Any, ...]] = {}
        for name, folder in zip(
            ("inbox", "drafts", "sent", "bin", "archive"), self.folders, strict=True
        ):
            for data in self.device.held[folder].items.values():
                subject = str(data["Email:Subject"].value)
                assert subject not in found, f"{subject} is held twice"
                found[subject] = (name, *_marks(data))
        return found


def _marks(data: dict[str, Node]) -> tuple[Any, ...]:
    flag = data.get("Email:Flag") or Node("")
    categories = data.get("Email:Categories") or Node("")
    read = data.get("Email:Read")
    return (
        read is None or str(read.value) == "1",
        flag.text("Email:Status") or "0",
        tuple(sorted(child.text() for child in categories.children)),
    )


class Desktop:
    """An exchangelib account. What it does is done once: an error leaves it open whether."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._connect()

    def _connect(self) -> None:
        person = self.world.person
        config = Configuration(
            service_endpoint=self.world.server.ews,
            credentials=Credentials(person.address, person.password),
            auth_type="basic",
        )
        self.account = Account(
            person.address, config=config, autodiscover=False, access_type="delegate"
        )
        root = self.account.root / "Top of Information Store"
        self.archive = root / "Archive"

    def step(self) -> None:
        try:
            self._act()
        except (EWSError, RequestException, OSError):
            self.world.counts["desktop errors"] += 1
            self.world.revive()
            self._connect()

    def _act(self) -> None:
        chance = self.world.chance
        folder = chance.choice((self.account.inbox, self.archive))
        found = list(folder.all().only("subject", "is_read", "categories")[:20])
        if not found or chance.random() < 0.2:
            subject = self.world.subject("Draft")
            Message(account=self.account, folder=self.account.drafts, subject=subject).save()
            self.world.acknowledged.add(subject)
            return
        item = chance.choice(found)
        what = chance.choice(("read", "categories", "move", "delete"))
        if what == "read":
            item.is_read = not item.is_read
            item.save(update_fields=["is_read"])
        elif what == "categories":
            item.categories = chance.sample(CATEGORIES, 1)
            item.save(update_fields=["categories"])
        elif what == "move":
            item.move(self.archive if folder != self.archive else self.account.inbox)
        else:
            item.move_to_trash()

    def holds(self) -> dict[str, tuple[Any, ...]]:
        """The truth: each item by subject."""
        found: dict[str, tuple[Any, ...]] = {}
        account = self.account
        for name, folder in (
            ("inbox", account.inbox),
            ("drafts", account.drafts),
            ("sent", account.sent),
            ("bin", account.trash),
            ("archive", self.archive),
        ):
            for item in folder.all().only("subject", "is_read", "categories"):
                assert item.subject not in found, f"{item.subject} is there twice"
                found[item.subject] = (name, item.is_read, tuple(sorted(item.categories or ())))
        return found


def _deliver(world: World) -> None:
    """A mail by SMTP; acknowledged by 250."""
    subject = world.subject("Mail")
    while True:
        try:
            world.person.receives(mime=f"Subject: {subject}\r\n\r\nText\r\n".encode())
        except (smtplib.SMTPException, OSError):
            # Whether it is there nobody knows: it may come again under another name.
            world.counts["mail errors"] += 1
            world.revive()
            subject = world.subject("Mail")
            continue
        world.acknowledged.add(subject)
        return


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    chance = random.Random(SEED)
    with Exchange(tmp_path / "data") as server:
        yield World(server, server.person("anna"), chance)


def test_in_the_end_all_hold_the_same(world: World) -> None:
    print(f"DEVICES_SEED={SEED} DEVICES_STEPS={STEPS}")
    phones = [Phone(world, "old", "14.1"), Phone(world, "new", "16.1")]
    desktop = Desktop(world)
    actors: list[Callable[[], None]] = [
        phones[0].step,
        phones[1].step,
        desktop.step,
        lambda: _deliver(world),
    ]
    kills = set(world.chance.sample(range(STEPS // 20, STEPS), KILLS))
    for step in range(STEPS):
        if step in kills:
            world.kill_soon()
        world.chance.choices(actors, (42, 42, 8, 8))[0]()
    world.revive()
    for phone in phones:
        phone.settle()
    desktop._connect()
    truth = desktop.holds()
    print(dict(world.counts), len(truth), "items")
    assert world.acknowledged - truth.keys() == set()
    for phone in phones:
        held = phone.holds()
        assert {subject: (f, r, c) for subject, (f, r, _, c) in held.items()} == truth
        anomalies = [
            each for folder in phone.folders for each in phone.device.held[folder].anomalies
        ]
        assert [each for each in anomalies if "twice" in each] == []
    assert phones[0].holds() == phones[1].holds()
    assert world.counts["kills"] == KILLS
    assert min(world.counts[each] for each in ("lost", "repeated", "broken")) > STEPS // 200
