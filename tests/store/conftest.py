"""Every store test runs on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from store.clock import MovableClock
from store.commands import AddAccount, AddDomain
from store.model import Account, Principal
from store.store import Session, Store
from tests.postgres import postgres_url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Base of a database URL: a folder's, or that of a PostgreSQL server of our own."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    with postgres_url() as url:
        yield url


@pytest.fixture
async def store(engine: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store with a clock that tests can move."""
    url = f"sqlite:///{tmp_path}/store.db" if engine == "sqlite" else fresh_database(engine)
    opened = await Store.open(url, clock=MovableClock())
    await opened.system().execute(AddDomain("demo.example", is_default=True))
    yield opened
    await opened.close()


def fresh_database(server: str) -> str:
    """The URL of a new, empty database on a PostgreSQL server."""
    import asyncio
    import secrets

    import asyncpg

    name = f"test_{secrets.token_hex(6)}"

    async def create() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    import threading

    worker = threading.Thread(target=lambda: asyncio.run(create()))
    worker.start()
    worker.join()
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


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
