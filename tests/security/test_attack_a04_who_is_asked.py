"""Attack A4 (ProxyToken): every route is either public by name or asks who is there."""

from __future__ import annotations

import pytest

from tests.security.conftest import PUBLIC, Wire, basic

CREDENTIALS: dict[str, tuple[str, ...]] = {
    "none": (),
    "empty": ("Authorization:",),
    "garbage": ("Authorization: x",),
    "empty Basic": ("Authorization: Basic",),
    "Basic of nothing": (basic("", ""),),
    "Basic, no base64": ("Authorization: Basic !!!",),
    "wrong password": (basic("nobody@demo.example", "x"),),
    "empty Bearer": ("Authorization: Bearer",),
    "Bearer": ("Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.",),
    "Negotiate": ("Authorization: Negotiate YIIGhg==",),
    "NTLM": ("Authorization: NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=",),
    "Digest": ('Authorization: Digest username="anna@demo.example"',),
    "two kinds": ("Authorization: Bearer x", basic("a", "b")),
    "cookie": ("Cookie: SecurityToken=x; cadata=y",),
    "proxy": ("Proxy-Authorization: Basic YTpi",),
    "long": (f"Authorization: Basic {'A' * 20_000}",),
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_attack_a04_nobody_gets_in(wire: Wire, routes: list[tuple[str, str]], name: str) -> None:
    guarded = [(method, path) for method, path in routes if not PUBLIC.fullmatch(path)]
    assert len(guarded) >= 10
    for method, path in guarded:
        answer = wire.request(path, *CREDENTIALS[name], method=method)
        assert answer.status == 401, (method, path, answer.data[:300])


def test_attack_a04_what_is_public_tells_nothing_private(
    wire: Wire, routes: list[tuple[str, str]]
) -> None:
    for method, path in routes:
        if PUBLIC.fullmatch(path):
            answer = wire.request(path, method=method)
            assert answer.status in (200, 400), (path, answer.data[:200])
            assert b"anna" not in answer.body and b"FolderId" not in answer.body
