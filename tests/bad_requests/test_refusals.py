"""Some three hundred bad requests: each is refused in the protocol's words, and nothing breaks."""

from __future__ import annotations

import http.client
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from entrepot.testing import Exchange
from tests.acceptance.contract import Watch
from tests.bad_requests.cases import Case, all_cases, create, envelope, get_folder, sync

CASES = all_cases()
MEMORY_GROWTH_MAX = 40 * 1024 * 1024


class Target:
    """A server, a signed-in client, and ids to put into requests."""

    def __init__(self, exchange: Exchange, watch: Watch) -> None:
        self.exchange = exchange
        self.watch = watch
        self.anna = exchange.person("anna")
        self.ben = exchange.person("ben")
        self.ids = {"other": self.ben.address}
        self._learn()

    def ask(
        self, body: bytes, who: str = "anna", method: str = "POST", **headers: str
    ) -> tuple[int, str]:
        """Status and text of an answer, within ten seconds."""
        person = self.anna if who == "anna" else self.ben
        token = b64encode(f"{person.address}:{person.password}".encode()).decode()
        usual = {"Authorization": f"Basic {token}", "Content-Type": "text/xml; charset=utf-8"}
        parts = urlsplit(self.exchange.ews)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            connection.request(method, parts.path, body, {**usual, **headers})
            answer = connection.getresponse()
            whole = answer.read()
            if answer.status in (200, 500) and self.watch.contract.is_here:
                self.watch.see(self.exchange.ews, whole)
            return answer.status, whole.decode("utf-8", "replace")
        finally:
            connection.close()

    def _one(self, pattern: str, body: str, who: str = "anna") -> str:
        _, answer = self.ask(envelope(body), who)
        found = re.search(pattern, answer)
        assert found is not None, answer
        return found[1]

    def _learn(self) -> None:
        item, folder = r'<t:ItemId Id="([^"]+)"', r'<t:FolderId Id="([^"]+)"'
        message = create("<t:Message><t:Subject>Kept</t:Subject></t:Message>")
        attached = create(
            "<t:Message><t:Subject>Kept</t:Subject><t:Attachments><t:FileAttachment><t:Name>a"
            "</t:Name><t:Content>YQ==</t:Content></t:FileAttachment></t:Attachments></t:Message>"
        )
        ids = self.ids
        ids["item"] = self._one(item, message)
        ids["attachment"] = self._one(r'<t:AttachmentId Id="([^"]+)"', attached)
        ids["folder"] = self._one(folder, get_folder())
        ids["foreign"] = self._one(item, message, "ben")
        ids["gone"] = self._one(item, message)
        self.ask(envelope(
            f'<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="{ids["gone"]}"/>'
            "</m:ItemIds></m:DeleteItem>"
        ))  # fmt: skip
        turned = {"A": "B"}.get(ids["item"][60], "A")
        ids["tampered"] = ids["item"][:60] + turned + ids["item"][61:]
        state = r"<m:SyncState>([^<]+)"
        inbox = self._one(state, sync(""))
        ids["tampered_state"] = inbox[:30] + {"A": "B"}.get(inbox[30], "A") + inbox[31:]
        drafts = '<t:DistinguishedFolderId Id="drafts"/>'
        ids["drafts_state"] = self._one(state, sync("", folder=drafts))

    def filled(self, case: Case) -> bytes:
        """A case's body with our ids in it."""
        body = case.body
        for name, value in self.ids.items():
            body = body.replace(b"{" + name.encode() + b"}", value.encode())
        return body

    def resident(self) -> int:
        status = Path(f"/proc/{self.exchange.word['pid']}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0


@pytest.fixture(scope="module")
def target(ews_watch: Watch) -> Iterator[Target]:
    with Exchange() as exchange:
        yield Target(exchange, ews_watch)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 300
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_request_gets_the_protocols_own_error(case: Case, target: Target) -> None:
    status, answer = target.ask(target.filled(case), "anna", case.method, **case.headers)
    assert status in case.statuses, answer[:500]
    assert case.word in answer, answer[:500]
    assert "Traceback" not in answer
    assert "ErrorInternalServerError" not in answer
    if status == 500:
        assert ":Fault>" in answer
        assert "<e:ResponseCode" in answer


def test_the_next_good_request_is_answered(target: Target) -> None:
    status, answer = target.ask(envelope(get_folder()))
    assert status == 200
    assert "NoError" in answer


def test_nothing_failed_inside_and_memory_is_flat(target: Target) -> None:
    """Further passes over everything must not make the process grow."""

    def go_over() -> int:
        for case in CASES:
            target.ask(target.filled(case), "anna", case.method, **case.headers)
        return target.resident()

    first = go_over()  # the tests above were the first pass, so this one is warm
    assert go_over() - first < MEMORY_GROWTH_MAX
    bad = [
        line for line in target.exchange.log if '"event": "failed"' in line or "Traceback" in line
    ]
    assert bad == []
