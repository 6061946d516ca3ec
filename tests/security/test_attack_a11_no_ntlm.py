"""Attack A11 (PrivExchange, CVE-2024-21410): NTLM is neither offered nor read."""

from __future__ import annotations

import pytest

from tests.security.conftest import PUBLIC, Wire

HANDSHAKES = (
    "NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=",
    "NTLM TlRMTVNTUAADAAAAGAAYAEAAAAA=",
    "Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=",
    "Negotiate YIIGhgYGKwYBBQUCoIIGejCCBnY=",
    "Kerberos YII=",
    "NTLM",
    "NTLM !!!",
)


def test_attack_a11_basic_is_the_only_challenge(wire: Wire, routes: list[tuple[str, str]]) -> None:
    for method, path in routes:
        if PUBLIC.fullmatch(path):
            continue
        challenges = wire.request(path, method=method).header("WWW-Authenticate")
        assert len(challenges) == 1, (path, challenges)
        assert challenges[0].startswith("Basic realm=")


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_attack_a11_a_handshake_gets_the_answer_that_nothing_gets(
    wire: Wire, handshake: str
) -> None:
    path = "/EWS/Exchange.asmx"
    with_it = wire.request(path, f"Authorization: {handshake}")
    assert with_it.status == 401
    assert with_it.steady == wire.request(path).steady
