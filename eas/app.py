"""ActiveSync over HTTP: one endpoint, OPTIONS and POST (MS-ASHTTP)."""

from __future__ import annotations

import gzip
import importlib
import pkgutil
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from eas import commands as command_modules
from eas.context import Context, Services
from eas.devices import meet
from eas.dispatch import Reply, answer, refused
from eas.errors import HttpError
from eas.registry import commands
from eas.request import VERSIONS, EasRequest, device_fault, read_request
from eas.waiting import Waiting
from store.clock import Clock
from store.model import Principal
from store.store import Store

PATH = "/Microsoft-Server-ActiveSync"
Authenticate = Callable[..., Awaitable[Any]]

_log = structlog.get_logger("eas")
# What an answer must have for packing to save a network packet.
_GZIP_BYTES_MIN = 1400
_GZIP_LEVEL = 1
_MOVED = 451  # MS-ASHTTP 3.1.5.2.2
_CLOSED = 126  # UserDisabledForSync (MS-ASCMD 2.2.2), HTTP 403 before 14.0


class Front:
    """The ActiveSync front-end of one server."""

    def __init__(
        self, store: Store, authenticate: Authenticate, settings: Any, clock: Clock
    ) -> None:
        self._store = store
        self._authenticate = authenticate
        self._settings = settings
        self.waiting = Waiting(store.bus)
        self._services = Services(store, settings, clock, self.waiting)
        for module in pkgutil.walk_packages(
            command_modules.__path__, f"{command_modules.__name__}."
        ):
            importlib.import_module(module.name)
        # Without X-MS-RP, which bids a device discard what it holds (MS-ASHTTP 2.2.2.1.2.9): Gmail
        # begins anew with the tree at every pull, and keeps its mail.
        self._described = {
            "MS-Server-ActiveSync": VERSIONS[-1],
            "MS-ASProtocolVersions": ",".join(VERSIONS),
            "MS-ASProtocolCommands": ",".join(commands()),
        }

    def routes(self) -> list[BaseRoute]:
        """The endpoint, under both names that clients use."""
        methods = ["GET", "HEAD", "OPTIONS", "POST"]
        return [
            Route(PATH, self.endpoint, methods=methods),
            Route(f"{PATH}/default.eas", self.endpoint, methods=methods),
        ]

    def close(self) -> None:
        """End all waiting requests, so that their connections close."""
        self.waiting.close()

    async def endpoint(self, request: Request) -> Response:
        """OPTIONS and POST /Microsoft-Server-ActiveSync"""
        principal = await self._signed_in(request)
        if isinstance(principal, Response):
            return principal
        if request.url.hostname in self._settings.devices_moved_from:
            location = f"{self._settings.url}{PATH}"
            text = f"This server is at {location} now.\n"
            return PlainTextResponse(text, _MOVED, headers={"X-MS-Location": location})
        if request.method == "OPTIONS" and principal.may_use_devices:
            # Nine takes versions after 14.1 only from a server that says this.
            headers = {**self._described, "Allow": "OPTIONS,POST", "Public": "OPTIONS,POST"}
            return Response(b"", 200, headers={**headers, "X-AspNet-Version": "4.0.30319"})
        if request.method not in ("OPTIONS", "POST"):
            text = "This is an ActiveSync endpoint: devices POST to it.\n"
            return PlainTextResponse(text, 405, headers={"Allow": "OPTIONS,POST"})
        try:
            if request.method == "OPTIONS":
                raise HttpError(403, "ActiveSync is closed to this account.")
            asked = read_request(request.url.query, request.headers)
            fault = device_fault(asked) if principal.may_use_devices else _CLOSED
            reply = (
                refused(asked, fault) if fault else await self._posted(request, principal, asked)
            )
        except HttpError as error:
            return PlainTextResponse(f"{error.text}\n", error.status, headers=error.headers)
        except ClientDisconnect:
            return PlainTextResponse("The request was cut short.\n", 400)
        return self._response(request, reply)

    async def _posted(self, request: Request, principal: Principal, asked: EasRequest) -> Reply:
        body = self._unpacked(request, await request.body())
        log = request.scope["state"].setdefault("log", {})
        log["command"], log["device"] = asked.command, asked.device_id
        session = self._store.session(principal, origin=f"device {asked.device_id}")
        device = await meet(session, asked, request.headers.get("user-agent", ""))
        ctx = Context(
            self._services,
            session,
            asked,
            device,
            root=None,
            body=body,
            content_type=request.headers.get("content-type", ""),
            base_url=(self._settings.public_url or str(request.base_url)).rstrip("/"),
        )
        reply = await answer(ctx)
        if reply.eas_status is not None:
            log["eas_status"] = reply.eas_status
        return reply

    def _unpacked(self, request: Request, body: bytes) -> bytes:
        """The body without its gzip coding. Raises HttpError 400, 413, 415."""
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("", "identity"):
            return body
        if coding != "gzip":
            raise HttpError(415, "Of content codings this server knows gzip.")
        limit = self._settings.request_bytes_max
        packed = zlib.decompressobj(wbits=31)
        try:
            data = packed.decompress(body, limit + 1)
        except zlib.error as error:
            raise HttpError(400, "The body is no gzip.") from error
        if len(data) > limit:
            raise HttpError(413, "The body is too large.")
        if not packed.eof:
            raise HttpError(400, "The gzip ends too early.")
        return data

    def _response(self, request: Request, reply: Reply) -> Response:
        headers = {"MS-Server-ActiveSync": VERSIONS[-1], **reply.headers}
        body = reply.body
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "").lower()
        if takes_gzip and len(body) >= _GZIP_BYTES_MIN:
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
            headers["Vary"] = "Accept-Encoding"
        if reply.describes:
            headers.update(self._described)
        return Response(body, reply.status, headers=headers, media_type=reply.content_type or None)

    async def _signed_in(self, request: Request) -> Principal | Response:
        """Who asks; or the answer that asks for credentials."""
        client = request.client.host if request.client else ""
        found = await self._authenticate(
            request.headers.get("authorization"),
            client,
            request.headers.get("user-agent", "")[:120],
            secure=request.url.scheme == "https",
        )
        if isinstance(found, Principal):
            request.scope["state"].setdefault("log", {})["account"] = found.address
            return found
        response = PlainTextResponse(found.text, found.status)
        for name, value in found.headers:
            response.headers.append(name, value)
        return response
