"""What every request passes through, without a network."""

import asyncio
import io
import json
import logging
from ipaddress import ip_network

import pytest
import structlog

from entrepot.front import Front, believe_proxy
from entrepot.logging import hide_secrets, set_up_logs
from entrepot.metrics import Metrics
from entrepot.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Call:
    """One request to a front whose inner application is ``inner``."""

    def __init__(self, inner, **settings):
        values = {"request_bytes_max": 64 * 1024, **settings}
        self.metrics = Metrics()
        self.front = Front(inner, Settings.read(None, **values), self.metrics)
        self.sent = []

    async def __call__(self, parts=(b"",), headers=(), path="/ews", client=("192.0.2.1", 9)):
        queue = [
            {"type": "http.request", "body": part, "more_body": number < len(parts)}
            for number, part in enumerate(parts, 1)
        ]

        async def receive():
            return queue.pop(0) if queue else {"type": "http.disconnect"}

        async def send(message):
            self.sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"password=hunter2",
            "headers": list(headers),
            "client": client,
            "scheme": "http",
        }
        await self.front(scope, receive, send)
        return self.sent[0]["status"], dict(self.sent[0]["headers"]), self.sent[-1].get("body")


async def echo(scope, receive, send):
    """Read the whole body, say how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


async def test_answers_carry_an_id_and_security_headers():
    status, headers, body = await Call(echo)((b"abc", b"de"))
    assert (status, body) == (200, b"5")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert len(headers[b"x-request-id"]) == 16
    _, headers, _ = await Call(echo)(headers=[(b"x-request-id", b"from-the-proxy.1")])
    assert headers[b"x-request-id"] == b"from-the-proxy.1"
    _, headers, _ = await Call(echo)(headers=[(b"x-request-id", b"<script>")])
    assert b"<" not in headers[b"x-request-id"]


async def test_a_body_that_says_it_is_too_large_is_not_read():
    async def inner(scope, receive, send):
        raise AssertionError("never asked")

    status, headers, body = await Call(inner)(headers=[(b"content-length", b"65537")])
    assert (status, headers[b"connection"]) == (413, b"close")
    assert b"MiB" in body


async def test_a_body_that_grows_too_large_is_cut():
    parts = [b"x" * 1024] * 65
    assert (await Call(echo)(parts))[0] == 413


@pytest.mark.parametrize("length", [b"-1", b"0x10", b"1e3", b""])
async def test_a_length_that_is_no_number_is_refused(length):
    assert (await Call(echo)(headers=[(b"content-length", length)]))[0] == 400


async def test_a_body_that_never_ends_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("entrepot.front._BODY_PART_S_MAX", 0.05)
    call = Call(echo)

    async def receive():
        await asyncio.sleep(60)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "scheme": "http"}
    await call.front(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_a_failure_is_logged_whole_and_answered_with_its_id():
    async def inner(scope, receive, send):
        raise ValueError("the secret of the house")

    with structlog.testing.capture_logs() as logs:
        status, headers, body = await Call(inner)()
    assert status == 500
    assert headers[b"x-request-id"] in body
    assert b"secret" not in body
    assert [line["event"] for line in logs] == ["failed", "request"]


async def test_the_access_log_has_no_query_and_no_authorization():
    with structlog.testing.capture_logs() as logs:
        await Call(echo)(headers=[(b"authorization", b"Basic aHVudGVyMg==")])
    assert "hunter2" not in repr(logs) and "aHVudGVyMg" not in repr(logs)
    assert logs[-1]["status"] == 200 and logs[-1]["client"] == "192.0.2.1"


def test_fields_that_speak_of_secrets_are_hidden():
    fields = {"password": "x", "Authorization": "y", "session_token": "z", "subject": "s"}
    assert hide_secrets(None, "", fields) == {
        "password": "***",
        "Authorization": "***",
        "session_token": "***",
        "subject": "s",
    }


PROXIES = (ip_network("10.0.0.0/30"),)


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("192.0.2.1", b"127.0.0.1", ("192.0.2.1", "http")),
        ("10.0.0.1", b"203.0.113.5", ("203.0.113.5", "https")),
        ("10.0.0.1", b"127.0.0.1, 203.0.113.5", ("203.0.113.5", "https")),
        ("10.0.0.1", b"203.0.113.5, 10.0.0.2", ("203.0.113.5", "https")),
        ("10.0.0.1", b"", ("10.0.0.1", "https")),
    ],
)
def test_only_a_trusted_proxy_names_the_client(client, forwarded, expected):
    scope = {"client": (client, 1), "scheme": "http"}
    headers = {b"x-forwarded-for": forwarded, b"x-forwarded-proto": b"https"}
    believe_proxy(scope, headers, PROXIES)
    assert (scope["client"][0], scope["scheme"]) == expected


async def test_metrics_count_by_door_and_never_by_path():
    call = Call(echo)
    await call(path="/EWS/Exchange.asmx")
    await call(path="/anna@demo.example")
    text = call.metrics.text()
    assert 'entrepot_requests_total{door="ews",status="200"} 1' in text
    assert 'entrepot_requests_total{door="other",status="200"} 1' in text
    assert "anna" not in text


def test_every_line_of_the_log_is_json_whatever_is_in_it():
    stream = io.StringIO()
    root = logging.getLogger()
    before, handlers, level = structlog.get_config(), list(root.handlers), root.level
    try:
        set_up_logs("info", "json", stream)
        log = structlog.get_logger("part")
        log.info("odd", text="\ud800", thing={1, 2}, password="hunter2")
        log.debug("too fine")
        logging.getLogger("library").warning("%d times", 3)
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["logger"], line["event"]) for line in lines] == [
        ("part", "odd"),
        ("library", "3 times"),
    ]
    assert "hunter2" not in stream.getvalue()
