"""GetStreamingEvents: one answer made of many envelopes, each sent as its own chunk.

A waiting stream costs a task and a list. What a commit brings comes from the fan-out, written once
for all streams that watch the same; where a stream fell behind, or must ask what it may see, it
reads the log. A position moves on only once its frame was handed to the connection, so a
connection that breaks before loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from ews.context import Context
from ews.dispatch import Stream
from ews.errors import EwsError, ews_error
from ews.notifications import frames
from ews.notifications.events import coalesced, write_event
from ews.notifications.fanout import Group, Told
from ews.notifications.subscriptions import Subscription, Subscriptions
from store.errors import StoreError
from store.results import EventPage

# More frames than this from the fan-out, and the stream reads the log instead.
PENDING_MAX = 100


def open_stream(ctx: Context, texts: Sequence[str], timeout_s: float) -> Stream:
    """The stream of some subscriptions. Raises EwsError ErrorExceededConnectionCount."""
    if not _has_room(ctx):
        raise EwsError("ErrorExceededConnectionCount")
    limit_s = ctx.services.settings.stream_minutes_max * 60.0
    return Stream(_Streaming(ctx, texts, min(timeout_s, limit_s)).chunks())


def _has_room(ctx: Context) -> bool:
    running = ctx.services.subscriptions.streams.get(ctx.session.principal.account_id, 0)
    return running < ctx.services.settings.streams_max


class _Held:
    """The stream's end of one subscription: what it was told since it last looked."""

    __slots__ = (
        "_group",
        "_subscriptions",
        "behind",
        "is_sending",
        "pending",
        "subscription",
        "wake",
    )

    def __init__(
        self, subscriptions: Subscriptions, subscription: Subscription, wake: asyncio.Event
    ) -> None:
        self._subscriptions = subscriptions
        self._group: Group | None = None
        self.subscription = subscription
        self.wake = wake
        self.pending: list[Told] = []
        self.behind = True
        self.is_sending = False

    def told(self, told: Told) -> None:
        """The fan-out has events."""
        if self.behind or len(self.pending) >= PENDING_MAX:
            self.must_read()
        else:
            self.pending.append(told)
            self.wake.set()

    def must_read(self) -> None:
        """The log is to be read."""
        self.pending.clear()
        self.behind = True
        self.wake.set()

    def ended(self) -> None:
        """The subscription is over, or another connection has it now."""
        self.wake.set()

    @property
    def is_ours(self) -> bool:
        subscription = self.subscription
        return subscription.holder is self and self._subscriptions.is_live(subscription)

    def take(self) -> None:
        """Hold the subscription; a connection that held it before ends (survey, 8.4)."""
        subscription = self.subscription
        before, subscription.holder = subscription.holder, self
        if before is not None:
            before.ended()
        self._group = self._subscriptions.fanout.join(
            subscription.mailbox_id,
            subscription.folders,
            subscription.kinds,
            self,
            reads=not subscription.watches_own,
        )

    def let_go(self) -> None:
        """The stream is over; the subscription lives on from where it is."""
        subscription, group = self.subscription, self._group
        if group is None:
            return
        self._subscriptions.fanout.leave(subscription.mailbox_id, group, self)
        if subscription.holder is not self:
            return
        subscription.holder = None
        if not (self.behind or self.pending or self.is_sending):
            self.reached(group.seen)
        self._subscriptions.touch(subscription)

    def reached(self, position: tuple[int, int]) -> None:
        """Everything up to there was told."""
        self.is_sending = False
        subscription = self.subscription
        if position > (subscription.seq, subscription.n):
            subscription.seq, subscription.n = position


class _Streaming:
    """One connection."""

    def __init__(self, ctx: Context, texts: Sequence[str], timeout_s: float) -> None:
        self._ctx = ctx
        self._subscriptions: Subscriptions = ctx.services.subscriptions
        self._clock = self._subscriptions.clock
        self._timeout_s = timeout_s
        self._frame: int = ctx.services.settings.events_per_answer_max
        self._until = 0.0
        self._wake = asyncio.Event()
        self._held: list[_Held] = []
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
        self._held.append(_Held(self._subscriptions, found, self._wake))

    async def chunks(self) -> AsyncIterator[bytes]:
        """Envelopes until the time is up, or nothing is left to wait for."""
        version = self._ctx.version
        if self._bad:
            yield frames.refusal(self._bad, version, closed=not self._held)
        if not self._held:
            return
        if not _has_room(self._ctx):  # others were quicker since this one was let in
            yield frames.too_many(version)
            return
        account_id = self._ctx.session.principal.account_id
        streams = self._subscriptions.streams
        streams[account_id] = streams.get(account_id, 0) + 1
        held = tuple(self._held)
        try:
            for each in held:
                each.take()
            yield frames.status("OK", version)
            async for chunk in self._follow():
                yield chunk
            if self._held:
                yield frames.status("Closed", version)
        finally:
            streams[account_id] -= 1
            if not streams[account_id]:
                del streams[account_id]
            for each in held:
                each.let_go()

    async def _follow(self) -> AsyncIterator[bytes]:
        """What happens, with a sign of life where nothing was sent for a while."""
        heartbeat_s = float(self._ctx.services.settings.stream_heartbeat_s)
        now = self._clock.monotonic()
        self._until, quiet_until = now + self._timeout_s, now + heartbeat_s
        while True:
            self._wake.clear()
            async for chunk in self._round():
                yield chunk
                quiet_until = self._clock.monotonic() + heartbeat_s
            now = self._clock.monotonic()
            if not self._held or now >= self._until:
                return
            if now >= quiet_until:
                yield frames.status("OK", self._ctx.version)
                quiet_until = self._clock.monotonic() + heartbeat_s
                continue
            await self._clock.wait_for(self._wake, min(quiet_until, self._until) - now)

    async def _round(self) -> AsyncIterator[bytes]:
        """All that is there to tell now: events, and subscriptions that are lost."""
        for held in self._held:
            while held.is_ours and held.behind and self._is_in_time():
                async for chunk in self._read(held):
                    yield chunk
            while held.is_ours and held.pending and self._is_in_time():
                body, upto, count = self._next_frame(held)
                if upto > (held.subscription.seq, held.subscription.n):
                    yield frames.notification(held.subscription.id, body, self._ctx.version)
                    held.reached(upto)
                del held.pending[:count]
        lost = [held for held in self._held if not held.is_ours]
        if lost:
            self._held = [held for held in self._held if held.is_ours]
            bad = [(each.subscription.id, _reason(each.subscription)) for each in lost]
            yield frames.refusal(bad, self._ctx.version, closed=not self._held)

    def _is_in_time(self) -> bool:
        return self._clock.monotonic() < self._until

    def _next_frame(self, held: _Held) -> tuple[bytes, tuple[int, int], int]:
        """As much of what was told as fits one frame: events, position, pieces taken."""
        first = held.pending[0]
        count, events = 1, list(first.events)
        for told in held.pending[1:]:
            if len(events) + len(told.events) > self._frame:
                break
            events += told.events
            count += 1
        if count == 1:
            return first.body, first.upto, 1
        written = {
            (event.seq, event.n): text
            for told in held.pending[:count]
            for event, text in zip(told.events, told.written, strict=True)
        }
        body = b"".join(written[event.seq, event.n] for event in coalesced(events))
        return body, held.pending[count - 1].upto, count

    async def _read(self, held: _Held) -> AsyncIterator[bytes]:
        """Frames from the log up to now; from then on the fan-out tells."""
        subscription, more = held.subscription, True
        while more and held.is_ours and self._is_in_time():
            held.behind = False
            command = subscription.after(subscription.seq, subscription.n, self._frame)
            try:
                page: EventPage = await self._ctx.execute(command)
            except StoreError as error:
                self._subscriptions.remove(subscription, ews_error(error).code)
                return
            if page.events:
                held.is_sending = True
                events = coalesced(page.events)
                body = b"".join(write_event(self._ctx.ids, e, watermark=False) for e in events)
                yield frames.notification(subscription.id, body, self._ctx.version)
            held.reached((page.seq, page.n))
            more = page.more
        held.behind = held.behind or more


def _reason(subscription: Subscription) -> EwsError:
    """Why a stream hears no more of a subscription: it has ended, or another stream took it."""
    return EwsError(subscription.ended or "ErrorSubscriptionUnsubscribed")
