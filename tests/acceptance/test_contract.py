"""The listener that puts every answer of this run under the contract finds what is broken."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests

from tests.acceptance.contract import ROOT, Contract, Watch

NAMESPACES = (
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" '
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
)
HEADER = (
    '<s:Header><t:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1" '
    'MinorBuildNumber="1" Version="V2017_07_11"/></s:Header>'
)


def envelope(body: str, header: str = HEADER) -> bytes:
    return f"<s:Envelope {NAMESPACES}>{header}<s:Body>{body}</s:Body></s:Envelope>".encode()


def deleted(*messages: str) -> str:
    """A DeleteItem answer with these messages."""
    found = "".join(messages)
    inside = f"<m:ResponseMessages>{found}</m:ResponseMessages>"
    return f"<m:DeleteItemResponse>{inside}</m:DeleteItemResponse>"


GOOD = deleted(
    '<m:DeleteItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
    "</m:DeleteItemResponseMessage>"
)
SWAPPED = deleted(
    '<m:DeleteItemResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorItemNotFound'
    "</m:ResponseCode><m:MessageText>Gone.</m:MessageText></m:DeleteItemResponseMessage>"
)
UNKNOWN_CODE = GOOD.replace("NoError", "ErrorOfOurOwn")
FAULT = (
    "<s:Fault><faultcode>a:ErrorInvalidRequest</faultcode><faultstring>No.</faultstring><detail>"
    '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">'
    "ErrorInvalidRequest</e:ResponseCode></detail></s:Fault>"
)
LOST_STREAM = (
    "<m:GetStreamingEventsResponse><m:ResponseMessages>"
    '<m:GetStreamingEventsResponseMessage ResponseClass="Error"><m:MessageText>Gone.'
    "</m:MessageText><m:ResponseCode>ErrorSubscriptionNotFound</m:ResponseCode>"
    "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:ErrorSubscriptionIds>"
    "<m:SubscriptionId>x</m:SubscriptionId></m:ErrorSubscriptionIds>"
    "<m:ConnectionStatus>Closed</m:ConnectionStatus></m:GetStreamingEventsResponseMessage>"
    "</m:ResponseMessages></m:GetStreamingEventsResponse>"
)


@pytest.fixture
def contract(ews_watch: Watch) -> Contract:
    """The contract of this run."""
    if not ews_watch.contract.is_here:
        pytest.skip("no reference contract on this machine (set ENTREPOT_REFERENCE)")
    return ews_watch.contract


@pytest.mark.parametrize("body", [GOOD, FAULT, LOST_STREAM], ids=["answer", "fault", "trap 61"])
def test_what_keeps_the_contract_passes(contract: Contract, body: str) -> None:
    assert contract.violations(envelope(body))[1] == []


@pytest.mark.parametrize(
    ("answer", "operation", "word"),
    [
        (envelope(SWAPPED), "DeleteItemResponse", "MessageText"),
        (envelope(UNKNOWN_CODE), "DeleteItemResponse", "ErrorOfOurOwn"),
        (envelope(GOOD, header=""), "DeleteItemResponse", "header"),
        (envelope(FAULT.replace("ErrorInvalidRequest<", "Nonsense<")), "Fault", "Nonsense"),
        (envelope("<m:Invented/>"), "Invented", "No matching global"),
        (envelope(""), "?", "not exactly one"),
        (envelope(GOOD)[:-20], "?", "not well-formed"),
    ],
    ids=["order", "code", "header", "fault", "element", "empty", "cut"],
)
def test_what_breaks_it_is_named(
    contract: Contract, answer: bytes, operation: str, word: str
) -> None:
    name, wrong = contract.violations(answer)
    assert name == operation
    assert any(word in line for line in wrong), wrong


@pytest.fixture
def broken_server() -> Iterator[str]:
    """The URL of a server whose every answer is two documents, a good one and a broken one."""
    answer = envelope(GOOD) + envelope(SWAPPED)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/EWS/Exchange.asmx"
        httpd.shutdown()


def by_requests(url: str) -> None:
    requests.post(url, data="x", timeout=10)


def by_requests_streaming(url: str) -> None:
    for _ in requests.post(url, data="x", timeout=10, stream=True).iter_content():
        pass


def by_httpx(url: str) -> None:
    httpx.post(url, content="x")


def by_http_client(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("POST", urlsplit(url).path, "x")
    connection.getresponse().read()


@pytest.mark.parametrize("client", [by_requests, by_requests_streaming, by_httpx, by_http_client])
def test_every_client_library_is_listened_to(
    contract: Contract, ews_watch: Watch, broken_server: str, client: Any
) -> None:
    before = (ews_watch.seen["DeleteItemResponse"], len(ews_watch.broken))
    client(broken_server)
    found = ews_watch.broken[before[1] :]
    del ews_watch.broken[before[1] :]  # or this very test would fail
    assert ews_watch.seen["DeleteItemResponse"] == before[0] + 2
    assert len(found) == 1 and "MessageText" in found[0]


TEST = """
import requests
def test_that_meets_a_broken_answer():
    requests.post({url!r}, data="x", timeout=10)
"""


def test_a_test_that_meets_a_broken_answer_fails(
    contract: Contract, tmp_path: Any, broken_server: str
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_it.py").write_text(TEST.format(url=broken_server))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "1 violations of the EWS contract" in done.stdout
    assert "DeleteItemResponse" in done.stdout and "MessageText" in done.stdout
