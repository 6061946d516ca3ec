"""Push: the server calls the subscriber (MS-OXWNTIF SendNotification).

Off unless the administrator lists hosts (``targets.py``). No credentials are sent, no redirect is
followed, no proxy of the environment is used, and of the answer only a status is read, from a
bounded number of bytes.
"""

from __future__ import annotations

import asyncio
import ipaddress

import httpx
import structlog

from ews.codec.envelope import write_envelope
from ews.codec.errors import SchemaViolation
from ews.codec.parse import Limits, parse_document
from ews.messages import success
from ews.notifications.events import notification_of
from ews.notifications.fanout import Told
from ews.notifications.subscriptions import Subscription, Subscriptions
from ews.notifications.targets import Target, reachable_address
from schemas.ews.contract import NAMESPACES
from store.errors import StoreError
from store.results import EventPage
from store.store import Session

ANSWER_BYTES_MAX = 64 * 1024
# Of real time, for one call from the name's look-up to the answer's last byte.
CALL_S = 30.0
_FIRST_RETRY_S = 30.0
_EVENTS = 50
_LIMITS = Limits(body_bytes_max=ANSWER_BYTES_MAX, elements_max=200)
_log = structlog.get_logger("push")


class Push:
    """One push subscription's caller: a task that waits for events and for the status interval."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        subscription: Subscription,
        session: Session,
        target: Target,
        frequency_s: float,
    ) -> None:
        self._subscriptions = subscriptions
        self._subscription = subscription
        self._session = session
        self._target = target
        self._frequency_s = frequency_s
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        # The last watermark that the subscriber has: it sees gaps by it.
        self._mark = self._watermark(subscription.seq, subscription.n)

    def start(self) -> None:
        """Begin: the first call confirms the URL with a StatusEvent."""
        self._subscription.holder = self
        self._task = asyncio.create_task(self._run())

    def told(self, told: Told) -> None:
        """Something happened: the log, read from the subscription's position, says what."""
        self._woken.set()

    def must_read(self) -> None:
        """As ``told``."""
        self._woken.set()

    def ended(self) -> None:
        """Unsubscribed, or the account was revoked: no further call."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        mine = self._subscription
        fanout = self._subscriptions.fanout
        reads = not mine.watches_own
        group = fanout.join(mine.mailbox_id, mine.folders, mine.kinds, self, reads=reads)
        try:
            await self._serve()
        except StoreError as error:
            _log.warning("ended", host=self._target.host, reason=str(error))
        finally:
            fanout.leave(mine.mailbox_id, group, self)
            mine.holder = None
            self._subscriptions.remove(mine)

    async def _serve(self) -> None:
        """Call with events as they happen, and with a StatusEvent where none did for long."""
        clock, mine = self._subscriptions.clock, self._subscription
        if not await self._deliver(EventPage([], mine.seq, mine.n, more=False)):
            return
        status_due = clock.monotonic() + self._frequency_s
        while True:
            self._woken.clear()
            page: EventPage = await self._session.execute(mine.after(mine.seq, mine.n, _EVENTS))
            if not page.events:
                mine.seq, mine.n = page.seq, page.n
                left = status_due - clock.monotonic()
                if left > 0:
                    await clock.wait_for(self._woken, left)
                    continue
            if not await self._deliver(page):
                return
            status_due = clock.monotonic() + self._frequency_s

    async def _deliver(self, page: EventPage) -> bool:
        """Call until it is taken; False where the subscriber ended it or never answers.

        Tried again after 30, 60, 120 … seconds, until the sum exceeds the status interval.
        """
        mine, body = self._subscription, self._written(page)
        waited, pause = 0.0, _FIRST_RETRY_S
        while True:
            status = await self._call(body)
            if status == "OK":
                mine.seq, mine.n = page.seq, page.n
                last = page.events[-1] if page.events else page
                self._mark = self._watermark(last.seq, last.n)
                return True
            if status == "Unsubscribe" or waited + pause > self._frequency_s:
                _log.info("ended", host=self._target.host, status=status or "no answer")
                return False
            await self._subscriptions.clock.sleep(pause)
            waited, pause = waited + pause, pause * 2

    def _watermark(self, seq: int, n: int) -> str:
        return self._subscriptions.ids.watermark(self._subscription.mailbox_id, seq, n)

    def _written(self, page: EventPage) -> bytes:
        mine, ids = self._subscription, self._subscriptions.ids
        notification = notification_of(ids, mine.mailbox_id, mine.id, page, self._mark)
        message = success(Notification=notification)
        return write_envelope(
            "SendNotification",
            {"ResponseMessages": [("SendNotificationResponseMessage", message)]},
        )

    async def _call(self, body: bytes) -> str:
        """``OK``, ``Unsubscribe``, or nothing where no such answer came in time."""
        try:
            async with asyncio.timeout(CALL_S):
                allowed = self._subscriptions.settings.push_allowed
                address = await reachable_address(self._target, allowed)
                if address is None:
                    _log.warning(
                        "not called: its name leads to a private net", host=self._target.host
                    )
                    return ""
                return _status_in(await self._answer(body, address))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, SchemaViolation) as error:
            _log.info("no answer", host=self._target.host, reason=repr(error)[:200])
            return ""

    async def _answer(self, body: bytes, address: str) -> bytes:
        """The answer's bytes; none where it is not 200, or too long.

        The call goes to ``address``, which was judged, while Host and certificate are the name's.
        """
        target = self._target
        headers = {
            "Host": target.netloc,
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{NAMESPACES["m"]}/SendNotification"',
            "Accept-Encoding": "identity",
            "User-Agent": "Entrepot",
        }
        extensions = {} if _is_address(target.host) else {"sni_hostname": target.host}
        async with (
            httpx.AsyncClient(timeout=CALL_S, follow_redirects=False, trust_env=False) as http,
            http.stream(
                "POST", target.at(address), content=body, headers=headers, extensions=extensions
            ) as answer,
        ):
            if answer.status_code != 200:
                return b""
            data = b""
            async for chunk in answer.aiter_raw():
                data += chunk
                if len(data) > ANSWER_BYTES_MAX:
                    return b""
            return data


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _status_in(data: bytes) -> str:
    """The SubscriptionStatus of an answer. Raises SchemaViolation for what is no XML."""
    if not data:
        return ""
    found = parse_document(data, _LIMITS).find(f".//{{{NAMESPACES['m']}}}SubscriptionStatus")
    return (found.text or "").strip() if found is not None else ""
