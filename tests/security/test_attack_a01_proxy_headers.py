"""Attack A1 (ProxyLogon): no header and no cookie chooses a host, a user or a back end."""

from __future__ import annotations

import pytest

from entrepot.testing import Person
from tests.security.conftest import PUBLIC, Wire

HEADERS = (
    "Cookie: X-BEResource=~1942062522; X-AnonResource=true; X-AnonResource-Backend=127.0.0.1:1",
    "Cookie: X-BackEndCookie=abc; cadata=x; SecurityToken=x",
    "X-BEResource: 127.0.0.1:1/a?~1942062522",
    "X-AnonResource-Backend: 127.0.0.1:1",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-User: anna@demo.example",
    "Forwarded: for=127.0.0.1;host=evil.example;proto=https",
    "X-Original-URL: /health",
    "X-Rewrite-Url: /health",
    "X-HTTP-Method-Override: GET",
    "X-Remote-User: anna@demo.example",
    "Remote-User: anna@demo.example",
    "X-AnchorMailbox: anna@demo.example",
    "X-CommonAccessToken: VgEAVAdXaW5kb3dz",
    "X-User-Identity: anna@demo.example",
    "X-OWA-ExplicitLogonUser: anna@demo.example",
    "X-Source-CafeServer: mail.demo.example",
    "X-MS-EdgeIP: 127.0.0.1",
    "X-WLID-Memberships: x",
    "Via: 1.1 evil.example",
)


@pytest.mark.parametrize("header", HEADERS)
def test_attack_a01_without_credentials_nothing_changes(
    wire: Wire, routes: list[tuple[str, str]], header: str
) -> None:
    for method, path in routes:
        plain = wire.request(path, method=method)
        other = wire.request(path, header, method=method)
        if path == "/metrics":  # counts these very requests
            assert other.status == plain.status
            continue
        assert other.steady == plain.steady, (method, path)
        if not PUBLIC.fullmatch(path):
            assert plain.status == 401


@pytest.mark.parametrize("header", HEADERS)
def test_attack_a01_with_credentials_neither(wire: Wire, anna: Person, header: str) -> None:
    for path in ("/EWS/Exchange.asmx", "/autodiscover/autodiscover.xml"):
        plain = wire.request(path, person=anna)
        assert wire.request(path, header, person=anna).steady == plain.steady
