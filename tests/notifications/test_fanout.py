"""One commit, many waiters: filtered and written once for all who watch alike."""

from __future__ import annotations

from ews.ids import Ids
from ews.notifications.events import coalesced
from ews.notifications.fanout import Fanout, Told
from store.bus import Bus
from store.model import Event

IDS = Ids(b"k" * 32)
KINDS = frozenset({"created", "modified"})


def event(n: int, kind: str = "created", *, item: int = 7, folder: int = 1, **more: int) -> Event:
    return Event(1, 5, n, kind, folder, item, at="2026-11-25T04:00:00.000000Z", **more)


class Waiter:
    def __init__(self) -> None:
        self.heard: list[Told] = []
        self.reads = 0

    def told(self, told: Told) -> None:
        self.heard.append(told)

    def must_read(self) -> None:
        self.reads += 1


def listeners(bus: Bus) -> int:
    return sum(len(each) for each in bus._by_mailbox.values())


def test_a_thousand_waiters_are_one_listener_and_share_the_bytes() -> None:
    bus = Bus()
    fanout = Fanout(bus, IDS, 500)
    waiters = [Waiter() for _ in range(1000)]
    groups = [fanout.join(1, (1,), KINDS, each, reads=False) for each in waiters]
    assert listeners(bus) == 1
    bus.tell([event(0)])
    assert len({id(each.heard[0]) for each in waiters}) == 1
    for group, waiter in zip(groups, waiters, strict=True):
        fanout.leave(1, group, waiter)
    assert listeners(bus) == 0


def test_each_group_hears_what_it_watches() -> None:
    bus = Bus()
    fanout = Fanout(bus, IDS, 500)
    here, elsewhere, other_kind = Waiter(), Waiter(), Waiter()
    fanout.join(1, (1,), KINDS, here, reads=False)
    fanout.join(1, (2,), KINDS, elsewhere, reads=False)
    fanout.join(1, (1,), frozenset({"deleted"}), other_kind, reads=False)
    bus.tell([event(0)])
    assert [len(each.heard) for each in (here, elsewhere, other_kind)] == [1, 0, 0]


def test_who_may_lose_a_right_is_sent_to_the_log() -> None:
    """A foreign mailbox: the store says what may be seen, each time."""
    bus = Bus()
    fanout = Fanout(bus, IDS, 500)
    guest = Waiter()
    fanout.join(1, (1,), KINDS, guest, reads=True)
    bus.tell([event(0)])
    bus.tell([event(0, "deleted")])
    assert (guest.reads, guest.heard) == (1, [])


def test_a_large_commit_comes_in_frames() -> None:
    bus = Bus()
    fanout = Fanout(bus, IDS, 10)
    waiter = Waiter()
    fanout.join(1, (1,), KINDS, waiter, reads=False)
    bus.tell([event(n, item=n + 1) for n in range(25)])
    assert [len(told.events) for told in waiter.heard] == [10, 10, 5]
    assert waiter.heard[-1].upto == (5, 24)


def test_lesson_35_repeated_changes_of_one_object_are_told_once() -> None:
    folder = {"item": 0, "kind": "modified"}
    events = [
        event(0),
        event(1, **folder, unread_count=1),
        event(2, "modified"),
        event(3, **folder, unread_count=2),
        event(4, "modified"),
        event(5, **folder),
        event(6, "deleted"),
    ]
    assert [each.n for each in coalesced(events)] == [0, 3, 4, 5, 6]
