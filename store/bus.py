"""The notification bus: after a commit, what changed, told to whoever waits. In this process.

A waiter costs one entry in a dict and one event, never a thread or a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from store.model import Event

Listener = Callable[[Sequence[Event]], None]


class Bus:
    """Listeners by mailbox; told on the event loop, in commit order."""

    def __init__(self) -> None:
        self._by_mailbox: dict[int, set[Listener]] = {}
        self._to_all: set[Listener] = set()
        self._revocations: set[Callable[[int], None]] = set()
        self._hurries: set[Callable[[int, str], None]] = set()
        self.outbound = asyncio.Event()

    def listen(self, mailbox_id: int, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` of each commit in the mailbox; call what is returned to stop."""
        listeners = self._by_mailbox.setdefault(mailbox_id, set())
        listeners.add(listener)

        def stop() -> None:
            listeners.discard(listener)
            if not listeners and self._by_mailbox.get(mailbox_id) is listeners:
                del self._by_mailbox[mailbox_id]

        return stop

    def listen_to_all(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` of every commit."""
        self._to_all.add(listener)
        return lambda: self._to_all.discard(listener)

    def tell(self, events: Sequence[Event]) -> None:
        """Hand out the events of one committed command."""
        by_mailbox: dict[int, list[Event]] = {}
        for event in events:
            by_mailbox.setdefault(event.mailbox_id, []).append(event)
        for mailbox_id, told in by_mailbox.items():
            for listener in tuple(self._by_mailbox.get(mailbox_id, ())):
                listener(told)
        for listener in tuple(self._to_all):
            listener(events)

    def on_revocation(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Tell ``listener`` the account id whose sign-in is no longer good."""
        self._revocations.add(listener)
        return lambda: self._revocations.discard(listener)

    def revoke(self, account_id: int) -> None:
        """Password, state or rights of an account changed: caches and streams let go of it."""
        for listener in tuple(self._revocations):
            listener(account_id)

    def on_hurry(self, listener: Callable[[int, str], None]) -> Callable[[], None]:
        """Tell ``listener`` mailbox and key of a device that must hear of its new state now."""
        self._hurries.add(listener)
        return lambda: self._hurries.discard(listener)

    def hurry(self, mailbox_id: int, device: str) -> None:
        """A device was blocked, wiped or forgotten: what it waits in ends."""
        for listener in tuple(self._hurries):
            listener(mailbox_id, device)
