"""Five kinds of devices set themselves up on one mailbox, follow it, and change it."""

from __future__ import annotations

import threading
import time

import pytest

from conformance.eas.documents import change, delete
from conformance.eas.simulators import PROFILES, Simulated
from conformance.eas.wbxml import Node, node
from entrepot.testing import Person


def _simulated(person: Person, name: str) -> Simulated:
    return Simulated(
        PROFILES[name],
        person.exchange.eas,
        person.address,
        person.password,
        f"SIM{name.replace(' ', '')}",
    )


@pytest.mark.parametrize("name", PROFILES)
def test_it_sets_itself_up_and_is_woken(anna: Person, name: str) -> None:
    anna.receives("Before", "x", html="<p>x</p>")
    device = _simulated(anna, name)
    device.set_up()
    assert device.subjects() == ["Before"]
    answers: list[Node] = []
    thread = threading.Thread(target=lambda: answers.append(device.wait()), daemon=True)
    thread.start()
    time.sleep(0.4)
    assert answers == []
    anna.receives("Now", "x")
    thread.join(5)
    assert answers and answers[0].text("Ping:Status") == "2"
    device.refresh()
    assert device.subjects() == ["Before", "Now"] and device.anomalies() == []


def test_all_of_them_see_what_each_does(anna: Person) -> None:
    for number in range(6):
        anna.receives(f"Mail {number}", "x", html="<p>x</p>")
    devices = {name: _simulated(anna, name) for name in PROFILES}
    for device in devices.values():
        device.set_up()
    for device in devices.values():
        inbox = device.device.folder_of_type(2)
        device.refresh()
        items = sorted(device.device.held[inbox].items)
        device.device.sync(
            inbox,
            commands=[delete(items[0]), change(items[1], node("Email:Read", 1))],
            options=device.options,
        )
        del device.device.held[inbox].items[items[0]]  # its own deletion is not told to it
    for _ in range(2):
        for device in devices.values():
            device.refresh()
    held = {name: device.subjects() for name, device in devices.items()}
    assert set(map(tuple, held.values())) == {("Mail 5",)}
    assert {name: device.anomalies() for name, device in devices.items()} == {
        name: [] for name in devices
    }
    bins = {tuple(device.subjects(4)) for device in devices.values()}
    assert bins == {tuple(f"Mail {number}" for number in range(5))}
