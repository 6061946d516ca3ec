"""One server for all round trips."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot.testing import Exchange


@pytest.fixture(scope="session")
def server() -> Iterator[Exchange]:
    """A server of this session."""
    with Exchange() as exchange:
        yield exchange
