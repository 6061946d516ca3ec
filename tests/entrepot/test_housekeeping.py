"""What is tidied up by itself: old lines of devices' logs, and devices that call no more."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from conformance.eas.device import Device, Refused
from conformance.eas.http import Identity
from entrepot.testing import Exchange, Person
from tests.entrepot.test_cli_devices import entrepot


def _device(person: Person, name: str) -> tuple[Device, str]:
    device = Device(person.exchange.eas, person.address, person.password, Identity(device_id=name))
    device.provision()
    device.folder_sync()
    return device, device.folder_of_type(2)


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(40):
        if is_so():
            return
        time.sleep(0.25)
    raise AssertionError("it was not tidied up")


def test_what_devices_leave_behind_goes_with_time(exchange: Exchange) -> None:
    """A device is forgotten that has not called for ``device_days``; who comes back after that
    begins anew and loses nothing. Of one that calls, the log alone grows no older than
    ``device_log_days``."""
    anna = exchange.person("anna")
    anna.receives("Mail", "x")
    (drawer, inbox), (phone, _) = _device(anna, "Drawer"), _device(anna, "Phone")
    drawer.sync_all(inbox)
    phone.sync_all(inbox)
    exchange.clock.advance(days=60)
    anna.receives("Later", "x")
    phone.sync(inbox)
    _until(lambda: "held from empty" not in entrepot(exchange, "log", "Phone"))
    assert "new in the folder" in entrepot(exchange, "log", "Phone")
    assert "Drawer" in entrepot(exchange, "list")
    exchange.clock.advance(days=31)
    _until(lambda: "Drawer" not in entrepot(exchange, "list"))
    assert "Phone" in entrepot(exchange, "list")
    anna.receives("Last", "x")
    phone.sync(inbox)
    assert len(phone.held[inbox].items) == 3 and phone.held[inbox].anomalies == []
    with pytest.raises(Refused, match="142"):
        drawer.sync(inbox)
    drawer.provision()
    assert drawer.folder_sync().text("FolderHierarchy:Status") == "9"
    drawer.folder_sync("0")
    step = drawer.sync(inbox)
    assert step is not None and step.text("AirSync:Status") == "3"
    drawer.begin(inbox)
    assert len(drawer.sync_all(inbox).items) == 3
