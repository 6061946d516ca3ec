"""Every store test runs on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy.engine import make_url

from store.clock import MovableClock
from store.commands import AddAccount, AddDomain
from store.model import Account, Principal
from store.store import Session, Store
from tests.postgres import postgres_url


class Engine(msgspec.Struct, frozen=True):
    """One of the engines: ``template`` is a database with the schema and a domain, to copy."""

    name: str
    server: str
    template: str

    def fresh(self, folder: Path) -> str:
        """The URL of a new store that serves demo.example and is otherwise empty."""
        if self.name == "sqlite":
            shutil.copy(self.template, folder / "store.db")
            return f"sqlite:///{folder}/store.db"
        return fresh_database(self.server, self.template)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Engine]:
    """SQLite, and a PostgreSQL server of our own."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("template") / "store.db"
        asyncio.run(_make(f"sqlite:///{path}"))
        yield Engine("sqlite", "", str(path))
        return
    with postgres_url() as server:
        url = fresh_database(server)
        asyncio.run(_make(url))
        yield Engine("postgresql", server, make_url(url).database or "")


async def _make(url: str) -> None:
    opened = await Store.open(url)
    await opened.system().execute(AddDomain("demo.example", is_default=True))
    await opened.close()


@pytest.fixture
async def store(engine: Engine, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with a clock that tests can move."""
    opened = await Store.open(engine.fresh(tmp_path), clock=MovableClock())
    yield opened
    await opened.close()


def fresh_database(server: str, template: str = "template0") -> str:
    """The URL of a new database on a PostgreSQL server: a copy of ``template``."""
    name = f"test_{secrets.token_hex(6)}"

    async def create() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        await connection.close()

    worker = threading.Thread(target=lambda: asyncio.run(create()))
    worker.start()
    worker.join()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def anna(store: Store) -> Session:
    """Anna at the door of her mailbox."""
    return await person(store, "anna@demo.example", "Anna Berg")


@pytest.fixture
async def ben(store: Store) -> Session:
    """Ben at the door of his."""
    return await person(store, "ben@demo.example", "Ben Carter")


async def person(store: Store, address: str, name: str) -> Session:
    """A new account and its session."""
    account: Account = await store.system().execute(AddAccount(address, name))
    return store.session(principal_of(account), origin="test")


def principal_of(account: Account) -> Principal:
    """Who an account is once it has signed in."""
    return Principal(account.id, account.address, account.name, account.mailbox_id, account.role)
