"""One server for all attacks over the network, and the list of its routes."""

from __future__ import annotations

import asyncio
import re
import socket
from base64 import b64encode
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from entrepot.app import App
from entrepot.settings import Settings
from entrepot.testing import Exchange, Person
from tests.bad_requests.cases import envelope, get_folder

GOOD = envelope(get_folder())
PUBLIC = re.compile(r"/health|/metrics|/autodiscover/autodiscover\.json(/v1\.0/.*)?")
# Headers that change with every answer.
CHANGING = re.compile(rb"^(?:date|x-request-id):.*\r\n", re.IGNORECASE | re.MULTILINE)


class Raw:
    """One answer as it came, and its status."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.status = int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/") else 0

    @property
    def steady(self) -> bytes:
        """The answer without what changes each time."""
        return CHANGING.sub(b"", re.sub(rb' Time="[0-9:.]+"', b"", self.data))

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name: str) -> list[str]:
        head = self.data.partition(b"\r\n\r\n")[0].decode("latin-1")
        return re.findall(rf"^{name}: *(.*?)\r?$", head, re.IGNORECASE | re.MULTILINE)


class Wire:
    """Sends bytes to the server as they are."""

    def __init__(self, server: Exchange) -> None:
        self.server = server
        host, port = server.url.removeprefix("http://").split(":")
        self._address = (host, int(port))

    def send(self, data: bytes, wait_s: float = 10.0) -> Raw:
        """Everything that the server says until it closes, or is silent for ``wait_s``."""
        with socket.create_connection(self._address, wait_s) as connection:
            connection.sendall(data)
            found = bytearray()
            try:
                while part := connection.recv(65536):
                    found += part
            except (TimeoutError, ConnectionResetError):
                pass
            return Raw(bytes(found))

    def request(
        self,
        path: str,
        *headers: str,
        method: str = "POST",
        body: bytes = GOOD,
        person: Person | None = None,
    ) -> Raw:
        """A whole request whose path is sent as it is."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        lines += ["Content-Type: text/xml; charset=utf-8", f"Content-Length: {len(body)}", *headers]
        if person is not None:
            lines.append(basic(person.address, person.password))
        head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        return self.send(head + b"\r\n\r\n" + body)


def basic(login: str, password: str) -> str:
    """An Authorization header."""
    return f"Authorization: Basic {b64encode(f'{login}:{password}'.encode()).decode()}"


@pytest.fixture(scope="session")
def server() -> Iterator[Exchange]:
    with Exchange() as exchange:
        yield exchange
        failures = [line for line in exchange.log if '"failed"' in line or "Traceback" in line]
        assert failures == []


@pytest.fixture(scope="session")
def wire(server: Exchange) -> Wire:
    return Wire(server)


@pytest.fixture(scope="session")
def anna(server: Exchange) -> Person:
    return server.person("anna")


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """(method, path) of everything that the server answers, from its own router."""
    folder = tmp_path_factory.mktemp("app")

    async def listed() -> list[tuple[str, str]]:
        app = await App.open(Settings(data_folder=folder, https_listen=(), smtp_listen=()))
        found = [
            (method, route.path.replace("{address}", "anna@demo.example"))
            for route in app.asgi._inner.routes  # type: ignore[attr-defined]
            for method in sorted(route.methods or ())
            if isinstance(route, Route)
        ]
        assert len(found) == sum(len(r.methods) for r in app.asgi._inner.routes)  # type: ignore[attr-defined]
        await app.stop()
        return found

    return asyncio.run(listed())
