"""Requests that wait for something to happen: Ping, and Sync with Wait or HeartbeatInterval.

A request that waits costs an event and two entries in dicts. It hears of commits of its mailbox;
and it ends early when the device sends a newer one of the same kind (it has dropped this one's
connection), is blocked or to be wiped, when the account may no longer sign in (attack A16), or
when the server stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from store.bus import Bus
from store.model import Event


class Wait:
    """One waiting request. ``folders`` are those watched; ``touched`` those that had events since
    ``clear``; ``ended`` says that it is over whatever happened."""

    __slots__ = ("account_id", "ended", "event", "folders", "touched", "tree_touched")

    def __init__(self, account_id: int, folders: frozenset[int]) -> None:
        self.account_id = account_id
        self.folders = folders
        self.event = asyncio.Event()
        self.touched: set[int] = set()
        self.tree_touched = False
        self.ended = False

    def tell(self, events: Sequence[Event]) -> None:
        """A commit of the mailbox."""
        for event in events:
            if event.item_id == 0:
                # Counters change with every item; then the event says how many are unread.
                self.tree_touched |= event.kind != "modified" or event.unread_count < 0
            if event.folder_id in self.folders:
                self.touched.add(event.folder_id)
            if event.old_folder_id in self.folders:
                self.touched.add(event.old_folder_id)
        if self.touched or self.tree_touched:
            self.event.set()

    def clear(self) -> None:
        """Begin to listen anew: what was touched has been looked at."""
        self.touched.clear()
        self.tree_touched = False
        if not self.ended:
            self.event.clear()

    def end(self) -> None:
        """It is over."""
        self.ended = True
        self.event.set()


class Waiting:
    """All requests of this process that wait."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waits: dict[tuple[int, str, str], Wait] = {}
        self._stops = [bus.on_revocation(self._revoke), bus.on_hurry(self._hurry)]
        self._closed = False

    def __len__(self) -> int:
        return len(self._waits)

    def close(self) -> None:
        """End all; those that come later end at once."""
        self._closed = True
        for stop in self._stops:
            stop()
        for wait in list(self._waits.values()):
            wait.end()

    def watch(self, key: tuple[int, str, str], account_id: int, folders: frozenset[int]) -> Watch:
        """``with`` it to wait. ``key``: mailbox, device and kind; it ends an older one of it."""
        return Watch(self, key, Wait(account_id, folders))

    def end(self, key: tuple[int, str, str]) -> None:
        """End the wait of that key where there is one."""
        if (wait := self._waits.get(key)) is not None:
            wait.end()

    def begin(self, key: tuple[int, str, str], wait: Wait) -> None:
        """Put in: an older one of the same key ends."""
        self.end(key)
        self._waits[key] = wait
        if self._closed:
            wait.end()

    def leave(self, key: tuple[int, str, str], wait: Wait) -> None:
        """Take out."""
        if self._waits.get(key) is wait:
            del self._waits[key]

    def _revoke(self, account_id: int) -> None:
        for wait in list(self._waits.values()):
            if wait.account_id == account_id:
                wait.end()

    def _hurry(self, mailbox_id: int, device: str) -> None:
        for key, wait in list(self._waits.items()):
            if key[:2] == (mailbox_id, device):
                wait.end()

    @property
    def bus(self) -> Bus:
        """Where commits are told."""
        return self._bus


class Watch:
    """A wait for the time of a ``with``."""

    __slots__ = ("_key", "_stop", "_wait", "_waiting")

    def __init__(self, waiting: Waiting, key: tuple[int, str, str], wait: Wait) -> None:
        self._waiting = waiting
        self._key = key
        self._wait = wait

    def __enter__(self) -> Wait:
        self._stop = self._waiting.bus.listen(self._key[0], self._wait.tell)
        self._waiting.begin(self._key, self._wait)
        return self._wait

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._waiting.leave(self._key, self._wait)
