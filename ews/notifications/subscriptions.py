"""Who watches what, and how far each has read in the change log.

A subscription is a position in the log, folders and a mask: some hundred bytes. Events are read
from the log when they are asked for, so nothing is queued, nothing is lost between two connections,
and a subscription outlives both (lessons 33, 34).
"""

from __future__ import annotations

import heapq
import secrets
from typing import Any, Protocol

import msgspec

from ews.errors import EwsError
from ews.ids import Ids
from ews.notifications.fanout import Fanout
from store.clock import Clock
from store.commands import FetchEvents
from store.model import Principal
from store.results import SubscriptionStart
from store.store import Store

# A streaming subscription without a connection: Exchange keeps it for 30 minutes; Outlook for Mac
# comes back after minutes of sleep.
STREAMING_IDLE_S = 1800.0
# A subscription names folders one by one; who wants more of them watches all.
FOLDERS_MAX = 1000
# What its stream hears when a subscription ends; Evolution subscribes anew at the second only.
UNSUBSCRIBED = "ErrorSubscriptionUnsubscribed"
INVALIDATED = "ErrorInvalidSubscription"


# A subscription to kinds that never happen here hears nothing; to the store, no kind is all kinds.
_NO_KIND = ("none",)


class Holder(Protocol):
    """What serves a subscription at the moment: a streaming connection, or the push caller."""

    def ended(self) -> None:
        """The subscription has ended, or another took it over."""


class Subscription(msgspec.Struct):
    """One subscription.

    ``folders`` empty: the whole message tree. ``seq``, ``n``: told so far. ``idle_s``: it lives so
    long without a holder and without a question. ``ended``: the response code that says why.
    """

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
    holder: Holder | None = None
    ended: str = ""

    @property
    def watches_own(self) -> bool:
        """Whether it watches named folders of the subscriber's own mailbox."""
        return bool(self.folders) and self.mailbox_id == self.principal.mailbox_id

    def after(self, seq: int, n: int, limit: int) -> FetchEvents:
        """The command for the events after a position."""
        return FetchEvents(
            self.mailbox_id,
            seq,
            n,
            folders=self.folders,
            kinds=tuple(sorted(self.kinds)) or _NO_KIND,
            limit=limit,
        )


class Subscriptions:
    """All subscriptions of this process, by number."""

    def __init__(self, store: Store, settings: Any, clock: Clock, ids: Ids) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.fanout = Fanout(store.bus, ids, settings.events_per_answer_max)
        self.streams: dict[int, int] = {}
        self._by_number: dict[int, Subscription] = {}
        self._by_account: dict[int, set[int]] = {}
        self._due: list[tuple[float, int]] = []
        self._next = secrets.randbits(32)
        self._stop = store.bus.on_revocation(self._revoke)

    def close(self) -> None:
        """End all subscriptions; streams see it and close."""
        self._stop()
        for subscription in list(self._by_number.values()):
            self.remove(subscription, INVALIDATED)

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
        """A new subscription.

        Raises EwsError ErrorExceededSubscriptionCount, ErrorInvalidSubscriptionRequest.
        """
        self._drop_expired()
        own = self._by_account.get(principal.account_id, ())
        if len(own) >= self.settings.subscriptions_max:
            raise EwsError("ErrorExceededSubscriptionCount")
        folders = tuple(dict.fromkeys(start.folders))
        if len(folders) > FOLDERS_MAX:
            raise EwsError(
                "ErrorInvalidSubscriptionRequest",
                f"A subscription names at most {FOLDERS_MAX} folders; subscribe to all of them.",
            )
        self._next += 1
        number = self._next
        seq, n = position if position is not None else (start.seq, 1 << 30)
        subscription = Subscription(
            number=number,
            id=self.ids.subscription(start.mailbox_id, number, secrets.token_bytes(12)),
            kind=kind,
            principal=principal,
            mailbox_id=start.mailbox_id,
            folders=folders,
            kinds=kinds,
            seq=seq,
            n=n,
            idle_s=idle_s,
            expires=self.clock.monotonic() + idle_s,
        )
        self._by_number[number] = subscription
        self._by_account.setdefault(principal.account_id, set()).add(number)
        heapq.heappush(self._due, (subscription.expires, number))
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

    def remove(self, subscription: Subscription, reason: str = UNSUBSCRIBED) -> None:
        """End it; whoever holds it learns so, and why."""
        if self._by_number.pop(subscription.number, None) is None:
            return
        account_id = subscription.principal.account_id
        own = self._by_account[account_id]
        own.discard(subscription.number)
        if not own:
            del self._by_account[account_id]
        subscription.ended = reason
        if subscription.holder is not None:
            subscription.holder.ended()

    def is_live(self, subscription: Subscription) -> bool:
        """Whether it has not been ended."""
        return self._by_number.get(subscription.number) is subscription

    def _is_expired(self, subscription: Subscription) -> bool:
        if subscription.holder is not None or self.clock.monotonic() < subscription.expires:
            return False
        self.remove(subscription)
        return True

    def _drop_expired(self) -> None:
        """Forget those whose time has come: what was put off since is put back into the queue."""
        now = self.clock.monotonic()
        while self._due and self._due[0][0] <= now:
            _, number = heapq.heappop(self._due)
            found = self._by_number.get(number)
            if found is not None and not self._is_expired(found):
                again = found.expires if found.expires > now else now + found.idle_s
                heapq.heappush(self._due, (again, number))

    def _revoke(self, account_id: int) -> None:
        """The account may no longer sign in: its streams end within the second (attack A16)."""
        for number in list(self._by_account.get(account_id, ())):
            self.remove(self._by_number[number], INVALIDATED)
