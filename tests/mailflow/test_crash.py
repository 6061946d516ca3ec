"""kill -9 in the middle of deliveries: what was answered is there, and nothing is there twice."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

import pytest

from store.commands import CheckIntegrity, ListAccounts
from store.store import Store
from tests.mailflow.conftest import Wire, items_in, mime_of, principal_of

pytestmark = pytest.mark.anyio
_ROOT = Path(__file__).absolute().parents[2]


class Server:
    """The door in another process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.mailflow.crash_server",
            str(self.folder),
            str(self.port),
            cwd=_ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


class Sender:
    """Another server's queue: tries each message until it is answered with 250."""

    def __init__(self, server: Server, subjects: list[str]) -> None:
        self.server = server
        self.waiting = subjects
        self.answered: list[str] = []
        self.tries = 0

    async def run(self) -> None:
        while self.waiting:
            try:
                wire = await Wire.to(self.server.address)
                while self.waiting:
                    await self._send(wire, self.waiting[0])
            except (OSError, AssertionError, EOFError):
                await asyncio.sleep(0.05)

    async def _send(self, wire: Wire, subject: str) -> None:
        self.tries += 1
        mime = mime_of(subject, headers=f"Message-ID: <{subject}@elsewhere.example>\r\n")
        reply = await wire.mail(mime, "anna@demo.example")
        if not reply.startswith("250"):
            raise EOFError(reply)
        self.answered.append(self.waiting.pop(0))


async def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path)
    await server.start()
    everything = [f"mail-{n}" for n in range(1000)]
    senders = [Sender(server, everything[n::4]) for n in range(4)]
    running = [asyncio.create_task(sender.run()) for sender in senders]
    chance = random.Random(9)
    for _ in range(10):
        await asyncio.sleep(chance.uniform(0.05, 0.25))
        await server.kill()
        await server.start()
    async with asyncio.timeout(120):
        await asyncio.gather(*running)
    await server.kill()
    assert sum(sender.tries for sender in senders) > len(everything)  # it was killed in the middle

    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    (account,) = await store.system().execute(ListAccounts())
    items = await items_in(store.session(principal_of(account)))
    there = Counter(str(item.properties["subject"]) for item in items)
    assert sorted(there) == sorted(everything)
    assert {subject: n for subject, n in there.items() if n > 1} == {}
    assert await store.system().execute(CheckIntegrity()) == []
    await store.close()


async def test_the_same_message_again_is_stored_again_while_the_server_lives(
    tmp_path: Path,
) -> None:
    """Only what may have gone unanswered is taken for a second try."""
    server = Server(tmp_path)
    await server.start()
    mime = mime_of(headers="Message-ID: <1@elsewhere.example>\r\n")
    wire = await Wire.to(server.address)
    for _ in range(2):
        assert (await wire.mail(mime, "anna@demo.example")).startswith("250")
    await server.kill()
    await server.start()
    wire = await Wire.to(server.address)
    assert (await wire.mail(mime, "anna@demo.example")).startswith("250")
    other = await wire.mail(mime, "anna@demo.example", sender="else@elsewhere.example")
    assert other.startswith("250")
    await server.kill()
    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    (account,) = await store.system().execute(ListAccounts())
    assert len(await items_in(store.session(principal_of(account)))) == 3
    await store.close()
