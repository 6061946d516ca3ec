"""A store with one person, and a server's parts on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from entrepot.authentication import Authenticator
from entrepot.passwords import hash_password
from entrepot.settings import Settings
from store.clock import MovableClock
from store.commands import AddAccount, AddDomain
from store.store import Store

PASSWORD = "correct horse"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def store(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Store]:
    """A store in which ``anna@demo.example`` has the password ``PASSWORD``."""
    opened = await Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock)
    system = opened.system()
    await system.execute(AddDomain("demo.example", is_default=True))
    await system.execute(
        AddAccount("anna@demo.example", "Anna", password_hash=hash_password(PASSWORD))
    )
    yield opened
    await opened.close()


@pytest.fixture
async def authenticate(
    store: Store, clock: MovableClock, tmp_path: Path
) -> AsyncIterator[Authenticator]:
    """Sign-in of a server with default settings."""
    authenticator = Authenticator(store, Settings.read(None, data_folder=tmp_path), clock)
    yield authenticator
    authenticator.close()
