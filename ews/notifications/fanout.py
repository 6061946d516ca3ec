"""From one commit to many waiters: each event is filtered and written once for all who watch alike.

A mailbox has one listener on the bus, however many streams wait for it. Waiters that watch the same
folders for the same kinds form a group; what they are told is one shared object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ews.ids import Ids
from ews.notifications.events import coalesced, write_event
from store.bus import Bus
from store.events import concerns
from store.model import Event

_NOTHING: frozenset[int] = frozenset()
Position = tuple[int, int]


class Told:
    """Events of one commit for one group, no more than fit a frame; ``upto``: the last one's
    position, ``written``: each event as a stream writes it."""

    __slots__ = ("body", "events", "upto", "written")

    def __init__(self, ids: Ids, events: Sequence[Event]) -> None:
        last = events[-1]
        self.upto: Position = (last.seq, last.n)
        self.events = coalesced(events)
        self.written = [write_event(ids, event, watermark=False) for event in self.events]
        self.body = b"".join(self.written)


class Waiter(Protocol):
    """Who wants to know."""

    def told(self, told: Told) -> None:
        """These events happened; no others did before them that concern the waiter."""

    def must_read(self) -> None:
        """Something happened that the log must be asked for."""


class Group:
    """Waiters for the same folders and kinds of one mailbox.

    ``reads``: what they may see is to be asked of the store, because the mailbox is not their own
    or they watch a whole tree. ``seen``: the last commit that this group was asked about.
    """

    def __init__(self, folders: tuple[int, ...], kinds: frozenset[str], *, reads: bool) -> None:
        self.folders = frozenset(folders)
        self.kinds = kinds
        self.reads = reads
        self.waiters: set[Waiter] = set()
        self.seen: Position = (0, 0)

    def tell(self, events: Sequence[Event], ids: Ids, frame: int) -> None:
        """Hand out what concerns the group."""
        last = events[-1]
        self.seen = (last.seq, last.n)
        matching = [
            event
            for event in events
            if event.kind in self.kinds and concerns(event, self.folders, _NOTHING)
        ]
        if not matching:
            return
        if self.reads:
            for waiter in tuple(self.waiters):
                waiter.must_read()
            return
        for at in range(0, len(matching), frame):
            told = Told(ids, matching[at : at + frame])
            for waiter in tuple(self.waiters):
                waiter.told(told)


_Key = tuple[tuple[int, ...], frozenset[str], bool]


class Fanout:
    """All waiting of one server for commits; ``frame``: events in one answer at most."""

    def __init__(self, bus: Bus, ids: Ids, frame: int) -> None:
        self._bus = bus
        self._ids = ids
        self._frame = frame
        self._mailboxes: dict[int, dict[_Key, Group]] = {}
        self._stops: dict[int, Callable[[], None]] = {}

    def join(
        self,
        mailbox_id: int,
        folders: tuple[int, ...],
        kinds: frozenset[str],
        waiter: Waiter,
        *,
        reads: bool,
    ) -> Group:
        """Wait for these events until ``leave``."""
        groups = self._mailboxes.get(mailbox_id)
        if groups is None:
            groups = self._mailboxes[mailbox_id] = {}
            self._stops[mailbox_id] = self._bus.listen(mailbox_id, self._teller(mailbox_id))
        group = groups.setdefault((folders, kinds, reads), Group(folders, kinds, reads=reads))
        group.waiters.add(waiter)
        return group

    def leave(self, mailbox_id: int, group: Group, waiter: Waiter) -> None:
        """Wait no more; the last to go takes the listener away."""
        group.waiters.discard(waiter)
        if group.waiters:
            return
        groups = self._mailboxes.get(mailbox_id, {})
        for key, known in list(groups.items()):
            if known is group:
                del groups[key]
        if not groups and mailbox_id in self._stops:
            self._stops.pop(mailbox_id)()
            del self._mailboxes[mailbox_id]

    def _teller(self, mailbox_id: int) -> Callable[[Sequence[Event]], None]:
        def tell(events: Sequence[Event]) -> None:
            for group in tuple(self._mailboxes.get(mailbox_id, {}).values()):
                group.tell(events, self._ids, self._frame)

        return tell
