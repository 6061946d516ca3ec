"""GetStreamingEvents: one answer made of many envelopes, each sent as its own chunk.

A waiting stream costs a task and a list. Events of a commit come from the bus and are written once
for all streams that watch the same; where a stream fell behind, it reads the log instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from ews.codec import Raw
from ews.codec.envelope import write_streaming_envelope
from ews.context import Context
from ews.dispatch import Stream
from ews.errors import EwsError, ews_error
from ews.messages import failure, success
from ews.notifications.events import write_event
from ews.notifications.subscriptions import Subscription, Subscriptions
from store.commands import FetchEvents
from store.errors import StoreError
from store.events import concerns
from store.model import Event
from store.results import EventPage

# More events than this from the bus, and the stream reads the log instead.
PENDING_MAX = 200
_NOTHING: frozenset[int] = frozenset()


def open_stream(ctx: Context, texts: Sequence[str], timeout_s: float) -> Stream:
    """The stream of some subscriptions. Raises EwsError ErrorExceededConnectionCount."""
    subscriptions = ctx.services.subscriptions
    account_id = ctx.session.principal.account_id
    running = subscriptions.streams.get(account_id, 0)
    if running >= ctx.services.settings.streams_max:
        raise EwsError("ErrorExceededConnectionCount")
    limit_s = ctx.services.settings.stream_minutes_max * 60.0
    return Stream(_Streaming(ctx, texts, min(timeout_s, limit_s)).chunks())


class _Holder:
    """The stream's end of one subscription: what the bus told since it last looked."""

    def __init__(self, subscription: Subscription, wake: Callable[[], None]) -> None:
        self.subscription = subscription
        self.wake = wake
        self.pending: list[Event] = []
        self.must_read = True
        self._folders = frozenset(subscription.folders)

    def told(self, events: Sequence[Event]) -> None:
        """The bus has events of the mailbox."""
        subscription = self.subscription
        if not subscription.watches_own or len(self.pending) >= PENDING_MAX:
            self.pending.clear()
            self.must_read = True
            self.wake()
            return
        if self.must_read:
            self.wake()
            return
        for event in events:
            if event.kind in subscription.kinds and concerns(event, self._folders, _NOTHING):
                self.pending.append(event)
        if self.pending:
            self.wake()


class _Streaming:
    """One connection."""

    def __init__(self, ctx: Context, texts: Sequence[str], timeout_s: float) -> None:
        self._ctx = ctx
        self._subscriptions: Subscriptions = ctx.services.subscriptions
        self._clock = self._subscriptions.clock
        self._timeout_s = timeout_s
        self._frame: int = ctx.services.settings.events_per_answer_max
        self._wake = asyncio.Event()
        self._holders: list[_Holder] = []
        self._bad: list[tuple[str, EwsError]] = []
        for text in dict.fromkeys(texts):
            self._open(text)

    def _open(self, text: str) -> None:
        try:
            found = self._subscriptions.find(text, self._ctx.session.principal)
            if found.kind != "streaming":
                raise EwsError("ErrorInvalidSubscription")
        except EwsError as error:
            self._bad.append((text, error))
            return
        self._holders.append(_Holder(found, self._wake.set))

    async def chunks(self) -> AsyncIterator[bytes]:
        """Envelopes until the time is up, or nothing is left to wait for."""
        if self._bad:
            yield self._refused()
            if not self._holders:
                return
        stops = self._hold()
        account_id = self._ctx.session.principal.account_id
        streams = self._subscriptions.streams
        streams[account_id] = streams.get(account_id, 0) + 1
        try:
            yield self._status("OK")
            async for chunk in self._wait():
                yield chunk
            yield self._status("Closed")
        finally:
            streams[account_id] -= 1
            if not streams[account_id]:
                del streams[account_id]
            for stop in stops:
                stop()
            self._let_go()

    def _hold(self) -> list[Callable[[], None]]:
        """Take the subscriptions over; a connection that held one before ends (survey, 8.4)."""
        stops: list[Callable[[], None]] = []
        for holder in self._holders:
            before = holder.subscription.holder
            holder.subscription.holder = holder
            if before is not None:
                before.wake()
            stops.append(
                self._subscriptions.store.bus.listen(holder.subscription.mailbox_id, holder.told)
            )
        return stops

    def _let_go(self) -> None:
        for holder in self._holders:
            if holder.subscription.holder is holder:
                holder.subscription.holder = None
                self._subscriptions.touch(holder.subscription)

    async def _wait(self) -> AsyncIterator[bytes]:
        heartbeat_s = float(self._ctx.services.settings.stream_heartbeat_s)
        until = self._clock.monotonic() + self._timeout_s
        while True:
            self._wake.clear()
            gone = [holder for holder in self._holders if not self._is_ours(holder)]
            if gone:
                self._holders = [h for h in self._holders if h not in gone]
                lost = [
                    (h.subscription.id, EwsError("ErrorSubscriptionUnsubscribed")) for h in gone
                ]
                yield self._refusal(lost, closed=not self._holders)
                if not self._holders:
                    return
            for holder in self._holders:
                async for chunk in self._news(holder):
                    yield chunk
            left = until - self._clock.monotonic()
            if left <= 0:
                return
            if not await self._clock.wait_for(self._wake, min(heartbeat_s, left)):
                if until - self._clock.monotonic() <= 0:
                    return
                yield self._status("OK")

    def _is_ours(self, holder: _Holder) -> bool:
        subscription = holder.subscription
        return subscription.holder is holder and self._subscriptions.is_live(subscription)

    async def _news(self, holder: _Holder) -> AsyncIterator[bytes]:
        subscription = holder.subscription
        if holder.must_read:
            async for page in self._read(holder):
                if page.events:
                    yield self._notification(subscription, page.events)
            return
        while holder.pending:
            frame = holder.pending[: self._frame]
            del holder.pending[: self._frame]
            position = (subscription.seq, subscription.n)
            fresh = [event for event in frame if (event.seq, event.n) > position]
            if fresh:
                subscription.seq, subscription.n = fresh[-1].seq, fresh[-1].n
                yield self._notification(subscription, fresh)

    async def _read(self, holder: _Holder) -> AsyncIterator[EventPage]:
        """Pages of the log up to now; from then on the bus tells."""
        subscription = holder.subscription
        more = True
        while more:
            holder.must_read = False
            try:
                page: EventPage = await self._ctx.execute(
                    FetchEvents(
                        subscription.mailbox_id,
                        subscription.seq,
                        subscription.n,
                        folders=subscription.folders,
                        kinds=tuple(sorted(subscription.kinds)) or ("none",),
                        limit=self._frame,
                    )
                )
            except StoreError as error:
                self._bad.append((subscription.id, ews_error(error)))
                self._subscriptions.remove(subscription)
                return
            subscription.seq, subscription.n = page.seq, page.n
            more = page.more
            yield page

    # -- envelopes -----------------------------------------------------------------------------

    def _envelope(self, message: Any) -> bytes:
        value = {"ResponseMessages": [("GetStreamingEventsResponseMessage", message)]}
        return write_streaming_envelope(value, self._ctx.version)

    def _status(self, status: str) -> bytes:
        return self._envelope(success(ConnectionStatus=status))

    def _notification(self, subscription: Subscription, events: Sequence[Event]) -> bytes:
        ids = self._ctx.ids
        written = b"".join(write_event(ids, event, watermark=False) for event in events)
        head = f"<t:SubscriptionId>{subscription.id}</t:SubscriptionId>".encode("ascii")
        notification = Raw(head + b"<t:MoreEvents>false</t:MoreEvents>" + written)
        return self._envelope(success(Notifications={"Notification": [notification]}))

    def _refused(self) -> bytes:
        return self._refusal(self._bad, closed=not self._holders)

    def _refusal(self, bad: Sequence[tuple[str, EwsError]], *, closed: bool) -> bytes:
        """Ids that cannot be served; the ids stand in the messages namespace, where the EWS
        Managed API and exchangelib look for them (trap 61)."""
        ids = "".join(f"<m:SubscriptionId>{_safe(text)}</m:SubscriptionId>" for text, _ in bad)
        payload: dict[str, Any] = {"ErrorSubscriptionIds": Raw(ids.encode("ascii"))}
        if closed:
            payload["ConnectionStatus"] = "Closed"
        return self._envelope(failure(bad[0][1], **payload))


def _safe(text: str) -> str:
    """An id as the client sent it, without what XML would take for markup."""
    return (
        "".join(c for c in text[:4096] if c.isalnum() or c in "+/=-_.")
        .encode("ascii", "ignore")
        .decode("ascii")
    )
