"""Attack A5 (ProxyOracle): no cookie is set and no token carries a password: none can be read."""

from __future__ import annotations

from base64 import b64encode

from entrepot.testing import Person
from tests.security.conftest import Wire


def test_attack_a05_no_answer_sets_a_cookie_or_carries_the_password(
    wire: Wire, anna: Person, routes: list[tuple[str, str]]
) -> None:
    secrets = (
        anna.password.encode(),
        b64encode(f"{anna.address}:{anna.password}".encode()),
        b64encode(anna.password.encode()).rstrip(b"="),
    )
    assert len(anna.password) >= 8
    for method, path in routes:
        answer = wire.request(path, method=method, person=anna)
        assert not answer.header("Set-Cookie"), path
        assert not any(secret in answer.data for secret in secrets), path


def test_attack_a05_a_cookie_is_no_sign_in(wire: Wire, anna: Person) -> None:
    token = b64encode(f"{anna.address}:{anna.password}".encode()).decode()
    for cookie in (f"X-BackEndCookie={token}", f"cadata={token}", f"Authorization=Basic {token}"):
        assert wire.request("/EWS/Exchange.asmx", f"Cookie: {cookie}").status == 401
