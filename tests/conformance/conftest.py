"""A tiny server that answers what a test tells it, and the contract as our own server prints it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from lxml import etree

from conformance.contract import Contract
from conformance.runner import Account, Outcome, Runner
from conformance.scenario import Registry
from conformance.xml import ERRORS, SOAP, TYPES, Element, m, t
from ews.wsdl import messages_xsd, types_xsd
from tests.acceptance.contract import Watch

ROOT = Path(__file__).parents[2]
VERSION = (
    f'<t:ServerVersionInfo xmlns:t="{TYPES}" MajorVersion="15" MinorVersion="2" '
    'MajorBuildNumber="1" MinorBuildNumber="1" Version="V2017_07_11"/>'
)


def reference() -> Path:
    """The folder of reference data; skips the test where it is absent."""
    folder = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT.parent / "shared/reference"))
    if not (folder / "ews").is_dir():
        pytest.skip(f"no reference data in {folder} (set ENTREPOT_REFERENCE)")
    return folder


@dataclass
class Reply:
    """What to answer to one request."""

    content: bytes
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"


def reply(body: Element | str, *, status: int = 200, head: str = VERSION) -> Reply:
    """An envelope around a body."""
    inner = body if isinstance(body, str) else etree.tostring(body, encoding="unicode")
    whole = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{head}</s:Header>'
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    )
    return Reply(whole.encode(), status)


def message(operation: str, *content: Element, code: str = "NoError") -> Element:
    """A response with one response message."""
    grade = "Success" if code == "NoError" else "Error"
    one = m(f"{operation}ResponseMessage", m.ResponseCode(code), *content, ResponseClass=grade)
    return m(f"{operation}Response", m.ResponseMessages(one))


def folder_answer(operation: str = "GetFolder", **attributes: str) -> Element:
    """A response that carries one folder."""
    folder = t.Folder(t.FolderId(Id="AAMk=", ChangeKey="AQ=="), **attributes)
    return message(operation, m.Folders(folder))


def fault(code: str, *, status: int = 500) -> Reply:
    """A SOAP fault as Exchange writes it, without a header."""
    detail = (
        f'<detail><e:ResponseCode xmlns:e="{ERRORS}">{code}</e:ResponseCode>'
        f'<e:Message xmlns:e="{ERRORS}">Told why.</e:Message></detail>'
    )
    inner = (
        f'<s:Fault xmlns:s="{SOAP}"><faultcode>s:Client</faultcode>'
        f"<faultstring>Told why.</faultstring>{detail}</s:Fault>"
    )
    return reply(inner, status=status, head="")


@dataclass
class FakeServer:
    """Answers by operation; what is not scripted gets the code `otherwise`, and no payload."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    requests: list[Element] = field(default_factory=list)
    otherwise: str = "ErrorItemNotFound"

    def operations(self) -> list[str]:
        """Names of the operations asked for, in order."""
        return [etree.QName(request).localname for request in self.requests]

    def answer(self, raw: bytes) -> Reply:
        """What to answer to a request."""
        request = etree.fromstring(raw).find(f"{{{SOAP}}}Body")[0]
        self.requests.append(request)
        operation = etree.QName(request).localname
        return self.replies.get(operation) or reply(message(operation, code=self.otherwise))


def _handler(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    documents = {"/EWS/messages.xsd": messages_xsd, "/EWS/types.xsd": types_xsd}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = documents.get(self.path)
            self._send(Reply(document()) if document else Reply(b"", 404))

        def do_POST(self) -> None:
            self._send(fake.answer(self.rfile.read(int(self.headers["Content-Length"]))))

        def _send(self, answer: Reply) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    """A running server that answers what the test tells it."""
    told = FakeServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.url = f"http://127.0.0.1:{server.server_port}/EWS/Exchange.asmx"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract, compiled once."""
    folder = tmp_path_factory.mktemp("contract")
    (folder / "messages.xsd").write_bytes(messages_xsd())
    (folder / "types.xsd").write_bytes(types_xsd())
    return Contract(folder)


@pytest.fixture(autouse=True)
def _every_answer_keeps_the_contract(
    request: pytest.FixtureRequest, ews_watch: Watch
) -> Iterator[None]:
    """The frame judges answers itself; those of the fake server break the contract on purpose."""
    before = len(ews_watch.broken)
    yield
    if "fake" in request.fixturenames:
        del ews_watch.broken[before:]


@pytest.fixture
def registry() -> Registry:
    """A registry of the test's own."""
    return Registry()


@pytest.fixture
def run(
    fake: FakeServer, contract: Contract, registry: Registry
) -> Iterator[Callable[[], Outcome]]:
    """Runs the one scenario of the registry against the fake server."""
    with httpx.Client(timeout=10) as http:
        runner = Runner(http, fake.url, contract, Account("anna@demo.example", "secret"))

        def run_it() -> Outcome:
            (only,) = registry
            return runner.run(only)

        yield run_it
