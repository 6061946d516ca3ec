"""A store with people, its mail doors on free ports of loopback, and raw clients for them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mailflow.smtp import SmtpDoor
from store.clock import MovableClock
from store.commands import AddAccount, AddDomain, FetchItems, FindItems, FolderRole, Want
from store.model import Account, Item, Principal
from store.store import Session, Store
from tests.postgres import postgres_url

PASSWORD = "correct horse"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class MailSettings:
    """The settings that the mail flow reads, small enough for tests."""

    folder: Path
    host_name: str = "mail.demo.example"
    smtp_listen: tuple[str, ...] = ("127.0.0.1:0",)
    submission_listen: tuple[str, ...] = ("127.0.0.1:0",)
    message_bytes_max: int = 2_000_000
    recipients_max: int = 500
    smtp_connections_max: int = 50
    smtp_messages_per_minute: int = 600
    smtp_idle_s: int = 20
    stop_s: int = 5
    log_level: str = "info"
    queue_days: int = 3
    smart_host: str = ""
    smart_host_port: int = 25
    smart_host_tls: str = "none"
    smart_host_user: str = ""
    password: str = field(default="", repr=False)

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    def smart_host_password(self) -> str:
        return self.password


class Passwords:
    """Everybody's password is the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def password(self, login: str, password: str, address: str, device: str = "") -> object:
        people = {p.address: p for p in await accounts(self._store)}
        account = people.get(login)
        return principal_of(account) if account and password == PASSWORD else None


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """On which engine the store stands."""
    return str(request.param)


@pytest.fixture
def url(engine: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    with postgres_url() as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A store that serves demo.example, with a clock that tests move."""
    opened = await Store.open(url, clock=MovableClock())
    await opened.system().execute(AddDomain("demo.example", is_default=True))
    yield opened
    await opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> MailSettings:
    return MailSettings(tmp_path)


@pytest.fixture
async def anna(store: Store) -> Session:
    return await person(store, "anna@demo.example", "Anna Berg", aliases=("ab@demo.example",))


@pytest.fixture
async def ben(store: Store) -> Session:
    return await person(store, "ben@demo.example", "Ben Karst")


Opener = Callable[..., Awaitable[SmtpDoor]]


@pytest.fixture
async def open_door(store: Store, settings: MailSettings) -> AsyncIterator[Opener]:
    """Opens mail doors: ``door = await open_door()``; they are closed at the end."""
    async with AsyncExitStack() as stack:

        async def opened(**options: Any) -> SmtpDoor:
            door = SmtpDoor(store, Passwords(store), settings, store.clock, **options)
            await door.start()
            stack.push_async_callback(door.stop)
            return door

        yield opened


@pytest.fixture
async def door(open_door: Opener, anna: Session, ben: Session) -> SmtpDoor:
    """The doors with Anna and Ben behind them."""
    return await open_door()


async def person(store: Store, address: str, name: str, **more: Any) -> Session:
    """A new account and its session."""
    account = await store.system().execute(AddAccount(address, name, **more))
    return store.session(principal_of(account), origin="test")


def principal_of(account: Account) -> Principal:
    return Principal(account.id, account.address, account.name, account.mailbox_id, account.role)


async def accounts(store: Store) -> list[Account]:
    from store.commands import ListAccounts

    return await store.system().execute(ListAccounts())


async def items_in(session: Session, role: str = "inbox") -> list[Item]:
    """Everything in a folder, oldest first, with bodies and MIME."""
    page = (await session.execute(FindItems((FolderRole(role),))))[0]
    from store.model import ItemId

    ids = sorted(row[0] for row in page.rows)
    want = Want(body=True, mime=True, attachments=True, headers=True)
    return await session.execute(FetchItems(tuple(ItemId(page.mailbox_id, id) for id in ids), want))


def mime_of(
    subject: str = "Minutes",
    text: str = "All present.",
    *,
    sender: str = "somebody@elsewhere.example",
    to: str = "anna@demo.example",
    headers: str = "",
) -> bytes:
    """A small message as it travels."""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{headers}"
        f"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


class Wire:
    """A client that sends exactly what a test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, address: str, hello: str = "EHLO elsewhere.example") -> Wire:
        """Connect and greet."""
        host, _, port = address.rpartition(":")
        wire = cls(*await asyncio.open_connection(host, int(port)))
        await wire.reply()
        if hello:
            await wire.say(hello)
        return wire

    async def reply(self) -> str:
        """One reply, its lines joined by blanks; empty where the server has closed."""
        lines: list[str] = []
        while True:
            async with asyncio.timeout(10):
                line = (await self.reader.readline()).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return " ".join(lines)

    async def say(self, line: str | bytes) -> str:
        """Send a line, return the reply."""
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def mail(
        self, data: bytes, *recipients: str, sender: str = "somebody@elsewhere.example"
    ) -> str:
        """Send a message; ``data`` is what stands between 354 and the final dot."""
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250")
        for recipient in recipients:
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")
        self.send(data + b".\r\n")
        return await self.reply()

    async def sign_in(self, login: str, password: str = PASSWORD) -> str:
        token = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        return await self.say(f"AUTH PLAIN {token}")

    def close(self) -> None:
        self.writer.close()
