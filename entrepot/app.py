"""``App`` owns everything that one server is: store, clock, settings, doors. There may be many."""

from __future__ import annotations

import os
import re
import socket
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from eas.app import Front as EasFront
from entrepot import (
    __version__,
    _paths,  # noqa: F401  (first: it puts our packages on the path)
)
from entrepot.authentication import Authenticator
from entrepot.certificate import ensure_certificate
from entrepot.control import ControlDoor, Handler
from entrepot.files import lock_folder
from entrepot.front import Front
from entrepot.housekeeping import Housekeeping
from entrepot.http import HttpDoor, bind, tls_context
from entrepot.metrics import Metrics
from entrepot.settings import Settings
from ews.app import Front as EwsFront
from mailflow.inbox_reminders import InboxReminders
from mailflow.outbound import Outbound
from mailflow.peers import is_loopback
from mailflow.smtp import SmtpDoor
from store.clock import Clock
from store.commands import ListDomains
from store.store import Store

_log = structlog.get_logger("server")


class App:
    """A server. ``await App.open(settings)``, ``start()``, ``stop()``."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        lock: int,
        sockets: dict[str, socket.socket] | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.metrics = Metrics()
        self.authenticate = Authenticator(store, settings, clock)
        self.started = datetime.now(UTC)
        self._lock = lock
        self._sockets = dict(sockets or {})
        self.handlers: dict[str, Handler] = {
            "status": self._status,
            "revoke": self._revoke,
            "hurry": self._hurry,
        }
        self._doors: list[Any] = []
        self.http_addresses: list[str] = []
        self.https_addresses: list[str] = []
        self.smtp_addresses: list[str] = []
        self._stop_metrics = store.bus.listen_to_all(self.metrics.events)
        self._ews = EwsFront(store, self.authenticate, settings, clock)
        self._eas = EasFront(store, self.authenticate, settings, clock)
        self.asgi = Front(self._router(), settings, self.metrics)

    @classmethod
    async def open(
        cls,
        settings: Settings,
        clock: Clock | None = None,
        sockets: dict[str, socket.socket] | None = None,
    ) -> App:
        """Open the data folder, made where it is missing. ``sockets`` are bound ones by the
        listen addresses of the settings that they stand for; the others are bound by ``start``.

        Raises FolderInUse, OSError, and what ``Store.open`` raises.
        """
        clock = clock or Clock()
        lock = lock_folder(settings.data_folder)
        try:
            store = await Store.open(settings.database, clock=clock, limits=settings.limits())
        except BaseException:
            os.close(lock)
            raise
        return cls(settings, store, clock, lock, sockets)

    async def start(self) -> None:
        """Open all doors. What was opened is closed again where one cannot be."""
        try:
            if self.settings.https_listen or self.settings.submission_listen:
                self.ensure_certificate()
            await self._open_mail()
            await self._open(Housekeeping(self.store, self.clock, self.settings))
            await self._open_http()
            await self._open(ControlDoor(self.settings.data_folder, self.handlers))
        except BaseException:
            await self.stop()
            raise
        _log.info(
            "ready",
            version=__version__,
            http=self.http_addresses,
            https=self.https_addresses,
            smtp=self.smtp_addresses,
        )

    async def stop(self) -> None:
        """Finish what is under way, close all doors and the store. Nothing accepted is lost."""
        _log.info("stopping")
        self._end_streams()
        while self._doors:
            await self._doors.pop().stop()
        for sock in self._sockets.values():
            sock.close()
        self._stop_metrics()
        self.authenticate.close()
        await self.store.close()
        os.close(self._lock)
        _log.info("stopped")

    def _end_streams(self) -> None:
        """Take no new connections, and let the streams that are open close."""
        for door in self._doors:
            if isinstance(door, HttpDoor):
                door.stop_listening()
        self._ews.close()
        self._eas.close()

    async def _open(self, door: Any) -> None:
        await door.start()
        self._doors.append(door)

    async def _open_http(self) -> None:
        settings = self.settings
        plain = [self._socket(address) for address in settings.http_listen]
        if plain:
            await self._open(HttpDoor(self.asgi, plain, settings))
            self.http_addresses = [_address_of(sock) for sock in plain]
        secure = [self._socket(address) for address in settings.https_listen]
        if secure:
            tls = tls_context(settings.certificate, settings.key)
            await self._open(HttpDoor(self.asgi, secure, settings, tls))
            self.https_addresses = [_address_of(sock) for sock in secure]

    def _socket(self, address: str) -> socket.socket:
        return self._sockets.pop(address, None) or bind(address)

    def ensure_certificate(self) -> None:
        """A self-signed certificate where none is there."""
        settings = self.settings
        names = [settings.host_name, "localhost", "127.0.0.1", "::1"]
        made = ensure_certificate(
            settings.certificate, settings.key, list(dict.fromkeys(names)), self.clock.now()
        )
        if made:
            _log.warning("made a self-signed certificate", file=str(settings.certificate))

    async def _open_mail(self) -> None:
        """SMTP, submission and the queue to other servers."""
        await self._open(Outbound(self.store, self.settings, self.clock))
        await self._open(InboxReminders(self.store, self.clock))
        settings = self.settings
        if settings.smtp_listen or settings.submission_listen or settings.lmtp_listen:
            door = SmtpDoor(
                self.store,
                self.authenticate,
                self.settings,
                self.clock,
                sockets=self._sockets,
                lmtp_listen=self.settings.lmtp_listen,
            )
            await self._open(door)
            self.smtp_addresses = list(door.addresses)

    def _router(self) -> Router:
        routes: list[Any] = [
            *self._ews.routes(activesync=True),
            *self._eas.routes(),
            Route("/health", self._health, methods=["GET"]),
        ]
        if self.settings.metrics:
            routes.append(Route("/metrics", self._metrics, methods=["GET"]))
        for route in routes:
            if isinstance(route, Route):  # IIS knows no case, and clients rely on it
                route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
        return Router(routes, redirect_slashes=False)

    async def _health(self, _request: Request) -> Response:
        """Whether the store answers. Says nothing about who or what is in it."""
        await self.store.system("health").execute(ListDomains())
        return JSONResponse({"status": "ok", "version": __version__})

    async def _metrics(self, request: Request) -> Response:
        if request.client is None or not is_loopback(request.client.host):
            return PlainTextResponse("Not Found", status_code=404)
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def _status(self, _request: dict[str, Any]) -> dict[str, Any]:
        return {"version": __version__, "pid": os.getpid(), "under_way": self.metrics.under_way}

    async def _hurry(self, request: dict[str, Any]) -> dict[str, Any]:
        """A device was blocked, wiped or removed by another process: its waits end."""
        self.store.bus.hurry(int(request["mailbox_id"]), str(request["device"]))
        return {"done": True}

    async def _revoke(self, request: dict[str, Any]) -> dict[str, Any]:
        self.store.bus.revoke(int(request["account_id"]))
        return {"done": True}


def _address_of(sock: Any) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
