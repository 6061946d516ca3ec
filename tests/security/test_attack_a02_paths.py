"""Attack A2 (ProxyShell): a path is decoded once and means one route, however it is written."""

from __future__ import annotations

import pytest

from entrepot.testing import Person
from tests.security.conftest import GOOD, Wire

EWS = "/EWS/Exchange.asmx"
PATHS = (
    "/EWS%2fExchange.asmx",
    "/EWS%2FExchange.asmx",
    "/EWS%252fExchange.asmx",
    "/%45%57%53/Exchange.asmx",
    "//EWS/Exchange.asmx",
    "/EWS//Exchange.asmx",
    "/EWS/./Exchange.asmx",
    "/EWS/x/../Exchange.asmx",
    "/EWS/..;/EWS/Exchange.asmx",
    "/EWS/Exchange.asmx/",
    "/EWS/Exchange.asmx;x=y",
    "/EWS/Exchange.asmx/..",
    "/EWS/Exchange.asmx%00",
    "/EWS/Exchange.asmx%00.css",
    "/EWS/Exchange.asmx/logo.png",
    "/ews/exchange.asmx",
    "/EwS/eXcHaNgE.AsMx",
    "/EWS/Exchange.asmx?x@demo.example/EWS",
    "/autodiscover/autodiscover.json/EWS/Exchange.asmx",
    "/autodiscover/autodiscover.json?@evil.example/EWS/Exchange.asmx&Email=autodiscover/"
    "autodiscover.json%3f@evil.example",
    "/autodiscover/autodiscover.json/v1.0/..%2f..%2fEWS%2fExchange.asmx",
    "/autodiscover/autodiscover.json/v1.0/a@b/../../../EWS/Exchange.asmx",
    "/autodiscover/autodiscover.json@evil.example/EWS/Exchange.asmx",
    "/health/../EWS/Exchange.asmx",
    "/health%2f..%2fEWS/Exchange.asmx",
    "/health/EWS/Exchange.asmx",
    "/%c0%afEWS/Exchange.asmx",
    "/%e0%80%afEWS/Exchange.asmx",
    "/EWS%c0%afExchange.asmx",
    "/\\EWS\\Exchange.asmx",
    "/EWS\\Exchange.asmx",
    "/EWS/Exchange.asmx%3f",
    "/EWS/Exchange.asmx%23",
    "/Microsoft-Server-ActiveSync/../EWS/Exchange.asmx",
    "/mapi/emsmdb?MailboxId=anna@demo.example",
    "/PowerShell?X-Rps-CAT=x",
    "/ecp/default.flt",
    "/owa/auth/x.js",
    "http://127.0.0.1/EWS/Exchange.asmx",
    "*",
)


@pytest.mark.parametrize("path", PATHS)
def test_attack_a02_no_way_round_the_door(wire: Wire, anna: Person, path: str) -> None:
    """Without credentials never a 2xx with mailbox data; with them what the plain form gives, or
    no such route."""
    unknown = wire.request(path)
    known = wire.request(path, person=anna)
    assert unknown.status in (400, 401, 404, 405), unknown.data[:200]
    assert b"FolderId" not in unknown.data
    if known.status == 200:
        assert unknown.status == 401
        assert known.body == wire.request(EWS, person=anna).body
    else:
        assert known.status in (400, 404, 405), known.data[:200]
        if unknown.status != 401:
            assert known.steady == unknown.steady


def test_attack_a02_a_query_changes_nothing(wire: Wire, anna: Person) -> None:
    plain = wire.request(EWS, person=anna)
    for query in ("?x", "?X-Rps-CAT=x", "?Email=ben@demo.example", "?/health", "?%00"):
        assert wire.request(EWS + query, person=anna).steady == plain.steady
        assert wire.request(EWS + query).status == 401
    assert plain.status == 200 and GOOD
