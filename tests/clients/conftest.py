"""One server for all client tests of a session; everybody who tests gets a mailbox of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entrepot.testing import Exchange, Person

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Exchange]:
    """A server of this session."""
    with Exchange() as exchange:
        yield exchange


@pytest.fixture
def new_person(server: Exchange) -> Callable[[str], Person]:
    """Makes people whose names nobody else has."""
    return lambda name: server.person(f"{name}{next(_NUMBERS)}")


@pytest.fixture
def anna(new_person: Callable[[str], Person]) -> Person:
    """Somebody with an empty mailbox."""
    return new_person("anna")


@pytest.fixture
def ben(new_person: Callable[[str], Person]) -> Person:
    """Somebody else with an empty mailbox."""
    return new_person("ben")


@pytest.fixture
def account(anna: Person) -> Any:
    """Anna's mailbox through exchangelib, which has asked for the server's version."""
    opened = anna.account()
    assert opened.version.api_version == "Exchange2016"
    return opened
