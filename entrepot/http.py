"""HTTP and HTTPS on listening sockets: uvicorn with its C parser, run inside the server's loop.

uvicorn rather than Hypercorn: its C parser takes a third of the CPU per request, and a waiting
connection less memory. No EWS or ActiveSync client needs HTTP/2.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrepot.front import AsgiApp
from entrepot.settings import Settings, listen_address

_BACKLOG = 1024
# A request's line and headers. Kerberos tickets in Authorization reach some 50 KiB.
_HEAD_BYTES_MAX = 96 * 1024
# From a connection, or a request's first byte, to the end of its headers.
_HEAD_S_MAX = 30.0
_RETRY_S = b"60"


class CannotListen(OSError):
    """An address to listen on is taken or not ours."""


def bind(address: str) -> socket.socket:
    """A socket bound to ``host:port``. Raises CannotListen, ValueError."""
    host, port = listen_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise CannotListen(error.errno, _why(error, address)) from error
    sock.setblocking(False)
    return sock


def _why(error: OSError, address: str) -> str:
    reasons = {
        errno.EADDRINUSE: "another program listens there already: stop it, or choose another port",
        errno.EACCES: "ports below 1024 need a privilege: use CAP_NET_BIND_SERVICE or a proxy",
        errno.EADDRNOTAVAIL: "this machine has no such address",
    }
    return f"cannot listen on {address}: {reasons.get(error.errno or 0, error.strerror)}"


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and newer with the certificate. Raises OSError, ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _too_busy(scope: Any, receive: Any, send: Any) -> None:
    """503, and when to come again: devices keep to it (MS-ASHTTP 3.1.5.2.3)."""
    body = b"The server is too busy.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", _RETRY_S),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds that it lacks: size and time of a request's head; and an
    answer of its own where there are too many connections."""

    head_bytes = 0
    head_timer: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.connections_max, self.limit_concurrency = self.limit_concurrency, None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.head_bytes > _HEAD_BYTES_MAX:
            return
        super().data_received(data)
        if self.head_bytes > _HEAD_BYTES_MAX:
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        self.head_bytes = 0
        self._expect_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self.head_bytes += len(url)
        if self.head_bytes <= _HEAD_BYTES_MAX:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head_bytes += len(name) + len(value) + 32
        if self.head_bytes <= _HEAD_BYTES_MAX:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_came()
        if self.head_bytes > _HEAD_BYTES_MAX:
            return
        app = self.app
        if self._is_full():
            self.app = _too_busy  # type: ignore[assignment]
        super().on_headers_complete()
        self.app = app

    def on_body(self, body: bytes) -> None:
        if self.head_bytes <= _HEAD_BYTES_MAX:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.head_bytes <= _HEAD_BYTES_MAX:
            super().on_message_complete()

    def _is_full(self) -> bool:
        most = self.connections_max
        return most is not None and (len(self.connections) >= most or len(self.tasks) >= most)

    def _expect_head(self) -> None:
        self._head_came()
        self.head_timer = self.loop.call_later(_HEAD_S_MAX, self._head_late)

    def _head_came(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _head_late(self) -> None:
        self.head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


class HttpDoor:
    """One ASGI application on some sockets, plain or with TLS."""

    def __init__(
        self,
        app: AsgiApp,
        sockets: list[socket.socket],
        settings: Settings,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        config = uvicorn.Config(
            app,  # type: ignore[arg-type]
            loop="none",
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            limit_concurrency=settings.connections_max,
            timeout_keep_alive=settings.keep_alive_s,
            timeout_graceful_shutdown=settings.stop_s,
            ssl_context_factory=(lambda *_: tls) if tls is not None else None,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._sockets = sockets
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Accept connections; returns once the sockets listen."""
        await self._server.startup(sockets=self._sockets)
        self._ticking = asyncio.create_task(self._server.main_loop())

    def stop_listening(self) -> None:
        """Take no more connections; those there are go on."""
        for server in self._server.servers:
            server.close()

    async def stop(self) -> None:
        """Take no more requests, finish those under way (at most ``stop_s``), close."""
        self._server.should_exit = True
        if self._ticking is not None:
            await self._ticking
            await self._server.shutdown(sockets=self._sockets)
