"""Attack A18 (CVE-2021-41349): no page of errors repeats what it was sent, and none is HTML."""

from __future__ import annotations

import pytest

from entrepot.testing import Person
from tests.security.conftest import Wire

MARK = "zq7mark"
SCRIPT = f"<script>{MARK}</script>"
MORE = ("/nosuch", "/owa/auth/errorfe.aspx", "/autodiscover/nosuch", "/EWS/nosuch.asmx", "/")


@pytest.mark.parametrize("is_known", [False, True], ids=["unknown", "signed in"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_attack_a18_nothing_is_repeated(
    wire: Wire, anna: Person, routes: list[tuple[str, str]], method: str, is_known: bool
) -> None:
    person = anna if is_known else None
    for path in sorted({path for _, path in routes} | set(MORE)):
        for target in (f"{path}?{MARK}=%3Cscript%3E{MARK}", f"{path}/{MARK}%3Cscript%3E"):
            answer = wire.request(
                target,
                f"X-Odd: {SCRIPT}",
                f"Cookie: a={MARK}",
                f"Referer: http://x/{MARK}",
                f"User-Agent: {SCRIPT}",
                f"client-request-id: {SCRIPT}",
                "return-client-request-id: true",
                method=method,
                body=f"{MARK}{SCRIPT}".encode(),
                person=person,
            )
            assert MARK.encode() not in answer.data.replace(b"<e:Message", b""), answer.data
            kind = answer.header("Content-Type")
            assert answer.header("X-Content-Type-Options") == ["nosniff"] or not answer.body
            assert not kind or kind[0].split(";")[0] in (
                "text/plain", "text/xml", "application/json",
            ), kind  # fmt: skip


def test_attack_a18_what_a_fault_quotes_is_escaped_and_xml(wire: Wire, anna: Person) -> None:
    body = b'<a xmlns="&lt;script&gt;">&lt;script&gt;</a>'
    answer = wire.request("/EWS/Exchange.asmx", body=body, person=anna)
    assert b"<script>" not in answer.data
    assert answer.header("Content-Type") == ["text/xml; charset=utf-8"]
    assert answer.header("X-Content-Type-Options") == ["nosniff"]
