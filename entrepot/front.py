"""What every HTTP request passes through: pure ASGI, no copying of bodies.

Request id, client address behind a trusted proxy, size limit before reading, security headers,
one access log line without query string, and an answer of few words where a handler failed.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import structlog

from entrepot.metrics import Metrics
from entrepot.settings import Settings

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = structlog.get_logger("http")
# Between two parts of a request's body; the slowest phones need seconds.
_BODY_PART_S_MAX = 60.0
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class BodyTooLarge(Exception):
    """The request's body grew beyond the limit while it was read."""


class BodyTooSlow(Exception):
    """The client stopped sending in the middle of its request."""


class Exchange:
    """One request and its answer, as far as this layer follows them."""

    __slots__ = ("bytes_in", "bytes_max", "bytes_out", "id", "started", "status")

    def __init__(self, id: str, bytes_max: int) -> None:
        self.id = id
        self.bytes_max = bytes_max
        self.bytes_in = 0
        self.bytes_out = 0
        self.status = 0
        self.started = time.perf_counter()


class Front:
    """The outermost ASGI application."""

    def __init__(self, inner: AsgiApp, settings: Settings, metrics: Metrics) -> None:
        self._inner = inner
        self._bytes_max = settings.request_bytes_max
        self._proxies = settings.proxies
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"this server does not speak {scope['type']}")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        exchange = Exchange(_request_id(headers), self._bytes_max)
        scope.setdefault("state", {})["request_id"] = exchange.id
        believe_proxy(scope, headers, self._proxies)
        structlog.contextvars.bind_contextvars(request=exchange.id)
        self._metrics.under_way += 1
        try:
            await self._answer(scope, receive, send, headers, exchange)
        finally:
            self._metrics.under_way -= 1
            self._note(scope, headers, exchange)
            structlog.contextvars.unbind_contextvars("request")

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: dict[bytes, bytes],
        exchange: Exchange,
    ) -> None:
        sender = _sender(send, exchange)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            await refuse(sender, 400, "The length of the request is no number.\n")
            return
        if int(length) > exchange.bytes_max:
            await self._refuse_size(sender, exchange)
            return
        try:
            await self._inner(scope, _receiver(receive, exchange), sender)
        except BodyTooLarge:
            if exchange.status:
                raise
            await self._refuse_size(sender, exchange)
        except BodyTooSlow:
            if exchange.status:
                raise
            await refuse(sender, 408, "The rest of the request did not come.\n", close=True)
        except Exception:
            _log.exception("failed", path=scope["path"])
            if exchange.status:  # too late to say so: end the connection
                raise
            await refuse(sender, 500, f"The server failed. Its log says why, see {exchange.id}.\n")

    async def _refuse_size(self, send: Send, exchange: Exchange) -> None:
        mib = exchange.bytes_max / (1024 * 1024)
        await refuse(send, 413, f"A request has at most {mib:g} MiB.\n", close=True)

    def _note(self, scope: Scope, headers: dict[bytes, bytes], exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        door = door_of(scope)
        self._metrics.request(door, exchange.status, seconds)
        client = scope.get("client")
        _log.info(
            "request",
            method=scope["method"],
            path=scope["path"][:200],
            status=exchange.status,
            ms=round(seconds * 1000, 1),
            bytes_in=exchange.bytes_in,
            bytes_out=exchange.bytes_out,
            client=client[0] if client else "",
            agent=headers.get(b"user-agent", b"").decode("latin-1")[:120],
            **scope["state"].get("log", {}),
        )


# Unique among processes by their start, within one by counting: no request asks the system.
_START = secrets.token_hex(4)
_COUNT = itertools.count(1)


def _request_id(headers: dict[bytes, bytes]) -> str:
    for name in (b"x-request-id", b"client-request-id"):
        given = headers.get(name, b"").decode("latin-1").strip("{}")
        if _ID.fullmatch(given):
            return given
    return f"{_START}{next(_COUNT):08x}"


def _receiver(receive: Receive, exchange: Exchange) -> Receive:
    whole = False

    async def limited() -> Message:
        nonlocal whole
        if whole:  # waiting for the client to go away, as streams do, has no limit here
            return await receive()
        try:
            async with asyncio.timeout(_BODY_PART_S_MAX):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] == "http.request":
            whole = not message.get("more_body", False)
            exchange.bytes_in += len(message.get("body", b""))
            if exchange.bytes_in > exchange.bytes_max:
                raise BodyTooLarge
        return message

    return limited


def _sender(send: Send, exchange: Exchange) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            headers = list(message.get("headers", ()))
            given = {name.lower() for name, _ in headers}
            headers += [pair for pair in _HEADERS if pair[0] not in given]
            headers.append((b"x-request-id", exchange.id.encode()))
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            exchange.bytes_out += len(message.get("body", b""))
        await send(message)

    return noted


async def refuse(send: Send, status: int, text: str, *, close: bool = False) -> None:
    """Answer in plain words, which never repeat what the client sent."""
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def believe_proxy(
    scope: Scope,
    headers: dict[bytes, bytes],
    proxies: tuple[IPv4Network | IPv6Network, ...],
) -> None:
    """Put the real client and scheme into ``scope`` where a trusted proxy names them.

    Of ``X-Forwarded-For`` the last address that is no proxy counts: all before it can be forged.
    """
    client = scope.get("client")
    if not proxies or not client or not _is_in(client[0], proxies):
        return
    for part in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
        address = part.strip()
        if not address:
            continue
        scope["client"] = (address, 0)
        if not _is_in(address, proxies):
            break
    if headers.get(b"x-forwarded-proto", b"").strip().lower() == b"https":
        scope["scheme"] = "https"


def _is_in(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks if network.version == parsed.version)


_DOORS = (
    ("/ews", "ews"),
    ("/autodiscover", "autodiscover"),
    ("/microsoft-server-activesync", "eas"),
    ("/health", "health"),
    ("/metrics", "metrics"),
)


def door_of(scope: Scope) -> str:
    """Which part of the server a request was for: one of few words, for counting."""
    path = scope["path"].lower()
    for prefix, name in _DOORS:
        if path.startswith(prefix):
            return name
    return "other"
