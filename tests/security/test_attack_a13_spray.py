"""Attack A13: wrong passwords at any door slow the guesser and never lock out the owner.

The counting itself: ``tests/entrepot/test_lockout.py``; of SMTP: ``tests/mailflow``.
"""

from __future__ import annotations

import pytest

from entrepot.testing import Exchange
from tests.security.conftest import Wire, basic

DOORS = (
    ("POST", "/EWS/Exchange.asmx"),
    ("POST", "/autodiscover/autodiscover.xml"),
    ("POST", "/autodiscover/autodiscover.svc"),
    ("GET", "/EWS/Services.wsdl"),
)


def test_attack_a13_one_counter_for_all_doors(exchange: Exchange) -> None:
    wire = Wire(exchange)
    victim = exchange.person("victim")
    phone, guesser = "User-Agent: Phone/1", "User-Agent: Guesser/1"
    assert wire.request("/EWS/Exchange.asmx", phone, person=victim).status == 200
    for n in range(60):
        method, path = DOORS[n % len(DOORS)]
        wrong = wire.request(path, guesser, basic(victim.address, f"wrong{n}"), method=method)
        assert wrong.status == 401
    for method, path in DOORS:
        right = wire.request(path, guesser, method=method, person=victim)
        assert right.status == 401, "even the right password waits for a guesser"
        assert right.header("Retry-After")
        mine = wire.request(path, phone, method=method, person=victim)
        assert mine.status != 401, "the owner's own device gets in"
    exchange.clock.advance(hours=1)
    assert wire.request("/EWS/Exchange.asmx", guesser, person=victim).status == 200


@pytest.mark.parametrize("login", ["", "x" * 5000, "\0", "a:b", "ü", "'; --", "%s", "../x"])
def test_attack_a13_odd_logins(wire: Wire, login: str) -> None:
    answer = wire.request("/EWS/Exchange.asmx", basic(login, "x"))
    assert answer.status == 401
    assert login == "" or login.encode() not in answer.body
