"""Who watches what, and how far each has read in the change log.

A subscription is a position in the log, folders and a mask: some hundred bytes. Events are read
from the log when they are asked for, so nothing is queued, nothing is lost between two connections,
and a subscription outlives both (lessons 33, 34).
"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from ews.errors import EwsError
from ews.ids import Ids
from store.clock import Clock
from store.model import Principal
from store.results import SubscriptionStart
from store.store import Store

# A streaming subscription without a connection: Exchange keeps it for 30 minutes; Outlook for Mac
# comes back after minutes of sleep.
STREAMING_IDLE_S = 1800.0


class Subscription(msgspec.Struct):
    """One subscription. ``folders`` empty: the whole message tree. ``seq``, ``n``: read so far."""

    number: int
    id: str
    kind: str
    principal: Principal
    mailbox_id: int
    folders: tuple[int, ...]
    kinds: frozenset[str]
    seq: int
    n: int
    idle_s: float
    expires: float
    holder: Any = None

    @property
    def watches_own(self) -> bool:
        """Whether it watches named folders of the subscriber's own mailbox."""
        return bool(self.folders) and self.mailbox_id == self.principal.mailbox_id


class Subscriptions:
    """All subscriptions of this process, by number."""

    def __init__(self, store: Store, settings: Any, clock: Clock, ids: Ids) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self._by_number: dict[int, Subscription] = {}
        self._next = secrets.randbits(32)
        self._stop = store.bus.on_revocation(self._revoke)
        self.streams: dict[int, int] = {}

    def close(self) -> None:
        """End all subscriptions; streams see it and close."""
        self._stop()
        for subscription in list(self._by_number.values()):
            self.remove(subscription)

    def add(
        self,
        kind: str,
        principal: Principal,
        start: SubscriptionStart,
        kinds: frozenset[str],
        *,
        position: tuple[int, int] | None = None,
        idle_s: float = STREAMING_IDLE_S,
    ) -> Subscription:
        """A new subscription. Raises EwsError ErrorExceededSubscriptionCount."""
        self._drop_expired()
        own = sum(s.principal.account_id == principal.account_id for s in self._by_number.values())
        if own >= self.settings.subscriptions_max:
            raise EwsError("ErrorExceededSubscriptionCount")
        self._next += 1
        number = self._next
        seq, n = position if position is not None else (start.seq, 1 << 30)
        subscription = Subscription(
            number=number,
            id=self.ids.subscription(start.mailbox_id, number, secrets.token_bytes(12)),
            kind=kind,
            principal=principal,
            mailbox_id=start.mailbox_id,
            folders=start.folders,
            kinds=kinds,
            seq=seq,
            n=n,
            idle_s=idle_s,
            expires=self.clock.monotonic() + idle_s,
        )
        self._by_number[number] = subscription
        return subscription

    def find(self, text: str, principal: Principal) -> Subscription:
        """The subscription of an id. Raises EwsError: unknown, expired, or somebody else's."""
        number = self.ids.read_subscription(text)
        found = self._by_number.get(number)
        if found is None or found.id != text or self._is_expired(found):
            raise EwsError("ErrorSubscriptionNotFound")
        if found.principal.account_id != principal.account_id:
            raise EwsError("ErrorSubscriptionAccessDenied")
        return found

    def touch(self, subscription: Subscription) -> None:
        """Somebody asked: it lives on."""
        subscription.expires = self.clock.monotonic() + subscription.idle_s

    def remove(self, subscription: Subscription) -> None:
        """End it; whoever holds it open learns so."""
        self._by_number.pop(subscription.number, None)
        holder = subscription.holder
        if holder is not None:
            holder.wake()

    def is_live(self, subscription: Subscription) -> bool:
        """Whether it has not been ended."""
        return self._by_number.get(subscription.number) is subscription

    def _is_expired(self, subscription: Subscription) -> bool:
        if subscription.holder is not None or self.clock.monotonic() < subscription.expires:
            return False
        self.remove(subscription)
        return True

    def _drop_expired(self) -> None:
        for subscription in list(self._by_number.values()):
            self._is_expired(subscription)

    def _revoke(self, account_id: int) -> None:
        """The account may no longer sign in: its streams end within the second (attack A16)."""
        for subscription in list(self._by_number.values()):
            if subscription.principal.account_id == account_id:
                self.remove(subscription)
