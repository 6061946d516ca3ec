"""The fixtures ``exchange`` and ``exchange_factory`` for pytest; see ``entrepot.testing``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entrepot.testing import Exchange

ExchangeFactory = Callable[..., Exchange]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A private, empty server for this test."""
    with Exchange() as server:
        yield server


@pytest.fixture(scope="session")
def exchange_factory() -> Iterator[ExchangeFactory]:
    """Makes servers that live until the session ends: ``exchange_factory(options=…)``."""
    servers: list[Exchange] = []

    def make(**options: Any) -> Exchange:
        server = Exchange(**options)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.close()
