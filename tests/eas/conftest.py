"""One server for the tests of ActiveSync; everybody who tests gets a mailbox and devices."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from conformance.eas.device import Device
from conformance.eas.http import Identity
from entrepot.testing import Exchange, Person

_NUMBERS = itertools.count(1)
VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")

NewDevice = Callable[..., Device]


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
def new_device() -> Iterator[NewDevice]:
    """Makes devices of somebody: ``new_device(anna, "14.1", packed=True)``, set up and with the
    tree of folders, unless ``ready=False``."""
    made: list[Device] = []

    def make(
        person: Person,
        version: str = "16.1",
        *,
        ready: bool = True,
        device_id: str = "",
        device_type: str = "Phone",
        packed: bool = False,
    ) -> Device:
        identity = Identity(
            device_id=device_id or f"device{next(_NUMBERS)}",
            device_type=device_type,
            version=version,
            packed=packed,
        )
        device = Device(person.exchange.eas, person.address, person.password, identity)
        made.append(device)
        if ready:
            device.provision()
            device.folder_sync()
        return device

    yield make
    for device in made:
        device.close()
