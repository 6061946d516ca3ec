"""kill -9 ten times in the middle of deliveries and CreateItem calls: nothing lost, nothing twice.

A mail server tries again what was not answered, under the same Message-ID, and then it must be
there once. Who calls CreateItem does not know what became of a call without an answer: that item
may be there, but no more than once.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import random
import re
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from entrepot.testing import Exchange, Person
from store.commands import CheckIntegrity
from store.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS = 10
EACH = 100  # deliveries, and calls, in each round
SENDERS = 2  # of each kind, at the same time
ROOT = Path(__file__).resolve().parents[2]
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"


class Ledger:
    """What was tried, and what was answered; shared by the senders."""

    def __init__(self) -> None:
        self.tried: set[str] = set()
        self.answered: set[str] = set()

    def count(self) -> int:
        return len(self.answered)


class Sender(threading.Thread):
    """Sends until all is done or the server dies. ``left`` is what it has not got an answer to."""

    def __init__(self, person: Person, subjects: list[str], ledger: Ledger) -> None:
        super().__init__(daemon=True)
        self.person = person
        self.left = list(subjects)
        self.ledger = ledger

    def run(self) -> None:
        try:
            self.send_all()
        except (OSError, smtplib.SMTPException, http.client.HTTPException):
            return  # the server was killed, which is what this test is about

    def send_all(self) -> None:
        raise NotImplementedError

    def send(self, do: Callable[[str], None]) -> None:
        """Send the first that is left."""
        subject = self.left[0]
        self.ledger.tried.add(subject)
        do(subject)
        self.ledger.answered.add(self.left.pop(0))


class MailServer(Sender):
    """Delivers by SMTP, several messages over one connection."""

    def send_all(self) -> None:
        host, port = self.person.exchange.smtp.rsplit(":", 1)
        with smtplib.SMTP(host, int(port), timeout=30) as door:
            door.ehlo("elsewhere.example")
            while self.left:
                self.send(lambda subject: self._deliver(door, subject))

    def _deliver(self, door: smtplib.SMTP, subject: str) -> None:
        mime = (
            f"From: a@elsewhere.example\r\nTo: {self.person.address}\r\nSubject: {subject}\r\n"
            f"Message-ID: <{subject}@elsewhere.example>\r\n\r\n{subject * 200}\r\n"
        )
        door.sendmail("a@elsewhere.example", [self.person.address], mime.encode())


class Client(Sender):
    """Saves drafts by EWS; what got no answer is not tried again."""

    def send_all(self) -> None:
        place = urlsplit(self.person.exchange.url).netloc
        connection = http.client.HTTPConnection(place, timeout=30)
        key = base64.b64encode(f"{self.person.address}:{self.person.password}".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "text/xml; charset=utf-8"}
        while self.left:
            self.send(lambda subject: self._create(connection, headers, subject))

    @staticmethod
    def _create(connection: http.client.HTTPConnection, headers: dict[str, str], s: str) -> None:
        request = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
            f'xmlns:m="{MESSAGES}" xmlns:t="{TYPES}"><s:Body>'
            '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message>'
            f'<t:Subject>{s}</t:Subject><t:Body BodyType="Text">{s * 200}</t:Body>'
            "</t:Message></m:Items></m:CreateItem></s:Body></s:Envelope>"
        )
        connection.request("POST", "/EWS/Exchange.asmx", request, headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200 and b"NoError" in body, body


def shares(prefix: str, sender: int) -> list[str]:
    """The subjects of one sender's part of a round."""
    return [f"{prefix}-{n:03}" for n in range(sender, EACH, SENDERS)]


def subjects_in(folder: object) -> Counter[str]:
    """All subjects in a folder, as exchangelib reads them."""
    return Counter(folder.all().values_list("subject", flat=True))  # type: ignore[attr-defined]


def integrity_of(folder: Path) -> list[str]:
    """What is wrong with a store that no server has open."""
    (database,) = folder.glob("*.db")

    async def check() -> list[str]:
        store = await Store.open(f"sqlite:///{database}")
        try:
            return await store.system().execute(CheckIntegrity())
        finally:
            await store.close()

    return asyncio.run(check())


def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(10)
    mails, drafts = Ledger(), Ledger()
    open_ends: set[str] = set()  # drafts without an answer
    in_the_middle: Counter[type] = Counter()
    with Exchange(folder=tmp_path / "data") as server:
        person = server.person("anna")
        for round in range(KILLS):
            servers = [
                MailServer(person, shares(f"mail-{round}", n), mails) for n in range(SENDERS)
            ]
            clients = [Client(person, shares(f"draft-{round}", n), drafts) for n in range(SENDERS)]
            before = (mails.count(), drafts.count())
            for sender in (*servers, *clients):
                sender.start()
            _wait_for(mails, before[0] + chance.randint(5, 60))
            _wait_for(drafts, before[1] + chance.randint(5, 60))
            server.kill()
            for sender in (*servers, *clients):
                sender.join(30)
                assert not sender.is_alive()
            in_the_middle += Counter(type(s) for s in (*servers, *clients) if s.left)
            assert integrity_of(server.folder) == []

            server.restart()
            _finish([MailServer(person, s.left, mails) for s in servers])
            open_ends |= drafts.tried - drafts.answered
            _finish([Client(person, s.left[1:], drafts) for s in clients])
            _compare(person, mails, drafts, open_ends)
        assert min(in_the_middle[MailServer], in_the_middle[Client]) >= KILLS  # of twice as many
        assert mails.answered == mails.tried and mails.count() == KILLS * EACH
        assert drafts.count() >= KILLS * (EACH - SENDERS)
        server.stop()
        assert integrity_of(server.folder) == []
        done = subprocess.run(
            [sys.executable, "-m", "entrepot", "check", "--folder", str(server.folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search("sound", done.stdout)


def _wait_for(ledger: Ledger, count: int) -> None:
    end = time.monotonic() + 30
    while ledger.count() < count:
        assert time.monotonic() < end, "the senders do not get on"
        time.sleep(0.001)


def _finish(senders: list[Sender] | list[MailServer] | list[Client]) -> None:
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
        assert not sender.left, f"not sent: {sender.left[:3]}"


def _compare(person: Person, mails: Ledger, drafts: Ledger, open_ends: set[str]) -> None:
    """After a restart: all that was answered is there, all that is there is there once."""
    account = person.account()
    there = subjects_in(account.inbox)
    assert set(there) == mails.answered
    assert {subject: n for subject, n in there.items() if n > 1} == {}
    there = subjects_in(account.drafts)
    assert drafts.answered <= set(there) <= drafts.answered | open_ends
    assert {subject: n for subject, n in there.items() if n > 1} == {}
