"""Attack A14: nobody learns from outside whether an address exists. (No clock is read here.)

That an unknown name costs the same hash: ``tests/entrepot/test_authentication.py``.
"""

from __future__ import annotations

import itertools
from urllib.parse import quote

import pytest

from entrepot.testing import Exchange, Person
from tests.security.conftest import PUBLIC, Wire, basic

_N = itertools.count(1)
FORMS = ("{name}@demo.example", "DEMO\\{name}", "{name}", "{name}@DEMO.EXAMPLE")


@pytest.mark.parametrize("form", FORMS)
def test_attack_a14_wrong_passwords_get_equal_bytes(
    server: Exchange, wire: Wire, routes: list[tuple[str, str]], form: str
) -> None:
    """A fresh person each time, so that the waits after failures are equal too."""
    for method, path in routes:
        if PUBLIC.fullmatch(path):
            continue
        name = f"real{next(_N)}"
        server.person(name)
        agent = f"User-Agent: {name}"
        known = wire.request(path, basic(form.format(name=name), "x"), agent, method=method)
        unknown = wire.request(
            path, basic(form.format(name=f"nobody{next(_N)}"), "x"), agent, method=method
        )
        assert known.status == 401
        assert known.steady == unknown.steady, (method, path)
        server.clock.advance(hours=1)  # the network's own waits are over


def test_attack_a14_json_says_the_same_of_everybody(wire: Wire, anna: Person) -> None:
    told = {
        wire.request(
            f"/autodiscover/autodiscover.json?Email={quote(address)}&Protocol=EWS", method="GET"
        ).steady
        for address in (anna.address, "nobody@demo.example", "x@elsewhere.example", "", "'\"")
    }
    assert len(told) == 1
