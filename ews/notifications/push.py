"""Push: the server calls the subscriber (MS-OXWNTIF SendNotification).

Off unless the administrator lists hosts: a URL that a user names must not make the server call
whatever it can reach (attack A10). No credentials are sent, no redirect is followed, and the answer
is read only so far as its status.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from lxml import etree

from ews.codec.envelope import write_envelope
from ews.errors import EwsError
from ews.messages import success
from ews.notifications.events import notification_of
from ews.notifications.subscriptions import Subscription, Subscriptions
from schemas.ews.contract import NAMESPACES
from store.commands import FetchEvents
from store.errors import StoreError
from store.model import Event
from store.results import EventPage
from store.store import Session

URL_CHARS_MAX = 2083
ANSWER_BYTES_MAX = 64 * 1024
_FIRST_RETRY_S = 30.0
_CALL_S = 30.0
_log = structlog.get_logger("push")


def checked_url(url: str, settings: Any) -> str:
    """A push URL that may be called. Raises EwsError ErrorInvalidPushSubscriptionUrl."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EwsError("ErrorInvalidPushSubscriptionUrl") from error
    host = (parts.hostname or "").lower()
    if not url or len(url) >= URL_CHARS_MAX or parts.scheme not in ("http", "https") or not host:
        raise EwsError("ErrorInvalidPushSubscriptionUrl")
    allowed = {entry.lower() for entry in settings.push_allowed}
    if parts.username or not allowed & {host, f"{host}:{port}"}:
        raise EwsError("ErrorInvalidPushSubscriptionUrl", "This server may not call that host.")
    return url


class Push:
    """One push subscription's caller: a task that waits for events and for the status interval."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        subscription: Subscription,
        session: Session,
        url: str,
        frequency_s: float,
    ) -> None:
        self._subscriptions = subscriptions
        self._subscription = subscription
        self._session = session
        self._url = url
        self._frequency_s = frequency_s
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        subscription.holder = self

    def wake(self) -> None:
        """Something happened, or the subscription has ended."""
        self._woken.set()

    def start(self) -> None:
        """Begin: the first call confirms the URL with a StatusEvent."""
        self._task = asyncio.create_task(self._run())

    def _told(self, _events: Any) -> None:
        self._woken.set()

    async def _run(self) -> None:
        stop = self._subscriptions.store.bus.listen(self._subscription.mailbox_id, self._told)
        try:
            await self._serve()
        except (StoreError, EwsError) as error:
            _log.warning("ended", reason=str(error))
        finally:
            stop()
            self._subscriptions.remove(self._subscription)

    async def _serve(self) -> None:
        clock = self._subscriptions.clock
        if not await self._deliver([]):
            return
        while self._subscriptions.is_live(self._subscription):
            self._woken.clear()
            page = await self._next()
            if page.events:
                if not await self._deliver(page.events):
                    return
                continue
            is_due = not await clock.wait_for(self._woken, self._frequency_s)
            if is_due and not await self._deliver([]):
                return

    async def _next(self) -> EventPage:
        s = self._subscription
        return await self._session.execute(
            FetchEvents(
                s.mailbox_id,
                s.seq,
                s.n,
                folders=s.folders,
                kinds=tuple(sorted(s.kinds)) or ("none",),
            )
        )

    async def _deliver(self, events: list[Event]) -> bool:
        """Call until it is taken; False where the subscriber ended it or never answers."""
        body = self._written(events)
        waited, pause = 0.0, _FIRST_RETRY_S
        while self._subscriptions.is_live(self._subscription):
            status = await self._call(body)
            if status == "OK":
                if events:
                    self._subscription.seq = events[-1].seq
                    self._subscription.n = events[-1].n
                return True
            if status == "Unsubscribe" or waited + pause > self._frequency_s:
                _log.info("ended", url=self._url, status=status or "no answer")
                return False
            await self._subscriptions.clock.sleep(pause)
            waited, pause = waited + pause, pause * 2
        return False

    def _written(self, events: list[Event]) -> bytes:
        s = self._subscription
        ids = self._subscriptions.ids
        page = EventPage(events, s.seq, s.n, more=False)
        notification = notification_of(ids, s, page, ids.watermark(s.mailbox_id, s.seq, s.n))
        message = success(Notification=notification)
        return write_envelope(
            "SendNotification",
            {"ResponseMessages": [("SendNotificationResponseMessage", message)]},
        )

    async def _call(self, body: bytes) -> str:
        """``OK``, ``Unsubscribe``, or nothing where no answer came."""
        host = urlsplit(self._url).hostname or ""
        if not await self._may_reach(host):
            return ""
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{NAMESPACES["m"]}/SendNotification"',
        }
        with contextlib.suppress(httpx.HTTPError, etree.XMLSyntaxError, ValueError):
            async with (
                httpx.AsyncClient(timeout=_CALL_S, follow_redirects=False, trust_env=False) as http,
                http.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                data = b""
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > ANSWER_BYTES_MAX:
                        return ""
                return _status_in(data) if answer.status_code == 200 else ""
        return ""

    async def _may_reach(self, host: str) -> bool:
        """Whether the name leads to no private address, unless the list names that very address."""
        port = urlsplit(self._url).port
        listed = {entry.lower() for entry in self._subscriptions.settings.push_allowed}
        is_listed = bool(listed & {host, f"{host}:{port}"})
        if is_listed and _is_address(host):
            return True
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, None, type=socket.SOCK_STREAM
            )
        except OSError:
            return False
        return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found) or (
            is_listed and host == "localhost"
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _status_in(data: bytes) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(data, parser)
    found = root.find(f".//{{{NAMESPACES['m']}}}SubscriptionStatus")
    return (found.text or "").strip() if found is not None else ""
