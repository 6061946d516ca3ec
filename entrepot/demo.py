"""The demo organisation: made on the first start in a folder, kept on the next ones.

Passwords are random in each folder. The server keeps only their hashes; the demo keeps them
readable in ``demo.json``, which only the owner may read, so that it can print them again.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from entrepot.app import App
from entrepot.demo_fill import fill
from entrepot.demo_mail import Person
from entrepot.double import add_controls
from entrepot.files import write_private
from entrepot.http import bind
from entrepot.passwords import hash_password, new_password
from entrepot.settings import Settings
from store.clock import Clock, MovableClock
from store.commands import AddAccount, AddDomain, GrantMailbox
from store.errors import AlreadyExists
from store.rights import ALL

DOMAIN = "demo.example"
DEMO_FILE = "demo.json"
_LOOPBACK = "127.0.0.1"


class DemoUser(msgspec.Struct):
    """An account of the demo with its password in the clear."""

    address: str
    password: str
    role: str
    name: str


class DemoState(msgspec.Struct):
    """What ``demo.json`` holds."""

    users: list[DemoUser] = []
    common_password: str = ""
    is_filled: bool = False


@dataclass(frozen=True)
class DemoOptions:
    """The options of ``entrepot demo``. ``users`` None: the named people."""

    folder: Path
    http_port: int = 0
    smtp_port: int = 0
    https_port: int | None = None
    users: int | None = None
    is_empty: bool = False
    has_tls: bool = False
    is_test: bool = False


_NAMED = (
    ("anna", "Anna Berg", "user"),
    ("ben", "Ben Karst", "user"),
    ("admin", "Administrator", "admin"),
    ("harbour.room", "Harbour Room", "room"),
    ("office", "Office", "shared"),
)


class Demo:
    """A demo server before it starts. ``settings`` are the given ones made fit for loopback."""

    def __init__(self, options: DemoOptions, settings: Settings) -> None:
        self.options = options
        scheme = "https" if options.has_tls else "http"
        self._sockets: dict[str, socket.socket] = {}
        http = self._bound(options.http_port)
        smtp = self._bound(options.smtp_port)
        more = () if options.https_port is None else (self._bound(options.https_port),)
        self.https_url = f"https://{more[0]}" if more else ""
        self.url = f"{scheme}://{http}"
        values = settings.model_dump()
        values |= {
            "data_folder": options.folder,
            "public_url": self.url,
            "https_listen": (http, *more) if options.has_tls else more,
            "http_listen": () if options.has_tls else (http,),
            "smtp_listen": (smtp,),
            "submission_listen": (),
        }
        if options.is_test:
            values["strict_requests"] = True
        self.settings = Settings.model_validate(values)
        self._file = options.folder / DEMO_FILE
        self.state = self._read_state()

    def _bound(self, port: int) -> str:
        sock = bind(f"{_LOOPBACK}:{port}")
        address = f"{_LOOPBACK}:{sock.getsockname()[1]}"
        self._sockets[address] = sock
        return address

    def _read_state(self) -> DemoState:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=DemoState)
        except FileNotFoundError:
            return DemoState()

    async def open(self) -> App:
        """Open the data folder and see to it that the organisation is in it."""
        clock = MovableClock() if self.options.is_test else Clock()
        app = await App.open(self.settings, clock, self._sockets)
        try:
            await self._populate(app)
        except BaseException:
            await app.stop()
            raise
        if self.options.is_test:
            add_controls(app, DOMAIN)
        return app

    async def word(self, app: App) -> dict[str, Any]:
        """What the server says when it is ready."""
        more = {"https": self.https_url} if self.https_url else {}
        return {
            "http": self.url,
            **more,
            "ews": f"{self.url}/EWS/Exchange.asmx",
            "eas": f"{self.url}/Microsoft-Server-ActiveSync",
            "autodiscover": f"{self.url}/autodiscover/autodiscover.xml",
            "smtp": app.smtp_addresses[0],
            "pid": os.getpid(),
            "folder": str(self.options.folder.absolute()),
            "users": [
                {"address": user.address, "password": user.password, "role": user.role}
                for user in self._shown()
            ],
        }

    def _wanted(self) -> list[tuple[str, str, str]]:
        if self.options.users is None:
            return list(_NAMED)
        return [(f"user{n}", f"User {n}", "user") for n in range(1, self.options.users + 1)]

    def _shown(self) -> list[DemoUser]:
        wanted = {f"{name}@{DOMAIN}" for name, _, _ in self._wanted()}
        return [user for user in self.state.users if user.address in wanted]

    async def _populate(self, app: App) -> None:
        """Make what is missing. Passwords are written down before they count."""
        state = self.state
        known = {user.address for user in state.users}
        missing: list[DemoUser] = []
        if self.options.users is not None and not state.common_password:
            state.common_password = new_password()
        for local, name, role in self._wanted():
            address = f"{local}@{DOMAIN}"
            if address not in known:
                common = self.options.users is not None
                password = state.common_password if common else new_password()
                missing.append(DemoUser(address, password, role, name))
        state.users += missing
        self._save()
        session = app.store.system("demo")
        with contextlib.suppress(AlreadyExists):  # the folder is kept
            await session.execute(AddDomain(DOMAIN, is_default=True))
        await _add_accounts(session, state.users)
        if not state.is_filled and not self.options.is_empty:
            await self._fill(app)

    async def _fill(self, app: App) -> None:
        people = [user for user in self._shown() if user.role == "user"][:2]
        if len(people) == 2:
            first, second = (Person(user.name, user.address) for user in people)
            shared = next((u.address for u in self._shown() if u.role == "shared"), "")
            await fill(app.store, (first, second), shared, app.clock.now())
        self.state.is_filled = True
        self._save()

    def _save(self) -> None:
        text = json.dumps(msgspec.to_builtins(self.state), ensure_ascii=False, indent=1)
        write_private(self._file, text.encode())


async def _add_accounts(session: Any, users: list[DemoUser]) -> None:
    """Make the accounts that are not there yet; one hash for all with the same password."""
    hashes: dict[str, str] = {}
    made: list[DemoUser] = []
    for user in users:
        if user.password not in hashes:
            hashes[user.password] = hash_password(user.password)
        try:
            await session.execute(
                AddAccount(
                    user.address,
                    user.name,
                    role=user.role,
                    password_hash=hashes[user.password],
                )
            )
        except AlreadyExists:
            continue
        made.append(user)
    for shared in (user for user in made if user.role in ("shared", "room")):
        for person in (user for user in users if user.role == "user"):
            await session.execute(GrantMailbox(shared.address, person.address, int(ALL)))
