"""EWS over HTTP: the one endpoint that answers requests, and the files that describe it."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from ews import operations
from ews.autodiscover import routes as autodiscover_routes
from ews.context import Services
from ews.dispatch import Dispatcher, Stream
from ews.ids import Ids
from ews.notifications.subscriptions import Subscriptions
from ews.photos import serve_photo
from ews.wsdl import messages_xsd, types_xsd, wsdl
from store.clock import Clock
from store.commands import FetchSecret
from store.model import Principal
from store.store import Store

CONTENT_TYPE = "text/xml; charset=utf-8"
Authenticate = Callable[..., Awaitable[Any]]

_log = structlog.get_logger("ews")
# GUIDs, with braces or without, and what programs put behind them.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:{}-]{1,100}")


class Front:
    """The EWS front-end of one server. Its secret is fetched at the first request."""

    def __init__(
        self, store: Store, authenticate: Authenticate, settings: Any, clock: Clock
    ) -> None:
        self._store = store
        self._authenticate = authenticate
        self._settings = settings
        self._clock = clock
        self._opening = asyncio.Lock()
        self._dispatcher: Dispatcher | None = None
        self._services: Services | None = None

    def routes(self, *, activesync: bool = False) -> list[BaseRoute]:
        """The routes of the front-end, Autodiscover's among them. ``activesync``: there is a
        door for phones beside it, of which Autodiscover tells them."""
        load_operations()
        return [
            Route("/EWS/Exchange.asmx", self.exchange, methods=["GET", "HEAD", "POST"]),
            Route("/EWS/Exchange.asmx/s/GetUserPhoto", self.photo, methods=["GET"]),
            Route("/EWS/Services.wsdl", self.described(wsdl), methods=["GET"]),
            Route("/EWS/messages.xsd", self.described(lambda _: messages_xsd()), methods=["GET"]),
            Route("/EWS/types.xsd", self.described(lambda _: types_xsd()), methods=["GET"]),
            *autodiscover_routes(self, activesync=activesync),
        ]

    def close(self) -> None:
        """End all subscriptions, so that the streams that are open close."""
        if self._services is not None:
            self._services.subscriptions.close()

    async def services(self) -> Services:
        """What all requests share."""
        async with self._opening:
            if self._services is None:
                secret = await self._store.system("ews").execute(FetchSecret("ews-ids"))
                ids = Ids(secret)
                subscriptions = Subscriptions(self._store, self._settings, self._clock, ids)
                self._services = Services(self._store, self._settings, ids, subscriptions)
                self._dispatcher = Dispatcher(self._services)
            return self._services

    async def signed_in(self, request: Request) -> Principal | Response:
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

    def base(self, request: Request) -> str:
        """Where clients reach this server: as set, else as this request reached it."""
        return (self._settings.public_url or str(request.base_url)).rstrip("/")

    async def exchange(self, request: Request) -> Response:
        """POST /EWS/Exchange.asmx"""
        principal = await self.signed_in(request)
        if isinstance(principal, Response):
            return principal
        if request.method != "POST":
            return PlainTextResponse(
                "This is an Exchange Web Services endpoint: POST a SOAP request.\n",
                405,
                headers={"Allow": "POST"},
            )
        try:
            body = await request.body()
        except ClientDisconnect:
            return PlainTextResponse("The request was cut short.\n", 400)
        dispatcher = self._dispatcher
        if dispatcher is None:
            await self.services()
            dispatcher = self._dispatcher
            assert dispatcher is not None
        answer = await dispatcher.answer(
            body,
            principal,
            agent=request.headers.get("user-agent", "")[:120],
            base_url=str(request.base_url),
        )
        headers = _echoed(request)
        if isinstance(answer, Stream):
            return StreamingResponse(
                answer.chunks,
                media_type=CONTENT_TYPE,
                headers={**headers, "X-NoBuffering": "1", "Cache-Control": "no-store"},
            )
        return Response(
            b"".join(answer.parts), answer.status, headers=headers, media_type=CONTENT_TYPE
        )

    async def photo(self, request: Request) -> Response:
        """GET /EWS/Exchange.asmx/s/GetUserPhoto"""
        return await serve_photo(self, request)

    def described(self, write: Callable[[str], bytes]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that serves a description file to whoever signed in."""

        async def serve(request: Request) -> Response:
            principal = await self.signed_in(request)
            if isinstance(principal, Response):
                return principal
            url = f"{self.base(request)}/EWS/Exchange.asmx"
            return Response(write(url), media_type=CONTENT_TYPE)

        return serve


def _echoed(request: Request) -> dict[str, str]:
    """``client-request-id`` back to clients that ask for it (trap 70)."""
    if request.headers.get("return-client-request-id", "").lower() != "true":
        return {}
    value = request.headers.get("client-request-id", "")[:100]
    return {"client-request-id": value} if _REQUEST_ID.fullmatch(value) else {}


def load_operations() -> None:
    """Import every module of operations: each registers its own."""
    for module in pkgutil.walk_packages(operations.__path__, f"{operations.__name__}."):
        importlib.import_module(module.name)
    importlib.import_module("ews.notifications.operations")
