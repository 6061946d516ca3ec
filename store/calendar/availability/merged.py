"""Free/busy as one digit for each interval (MS-OXWAVLS MergedFreeBusy; MS-ASCMD 2.2.3.115)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from store.instant import Instant, from_instant
from store.results import BusyEvent

# The higher wins an interval.
DIGITS = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "no_data": 4, "working_elsewhere": 4}
_RANKS = {"free": 0, "working_elsewhere": 0, "tentative": 1, "busy": 2, "oof": 3, "no_data": 4}


def merged(events: Iterable[BusyEvent], start: Instant, end: Instant, minutes: int) -> str:
    """One digit for each interval of so many minutes from ``start``; the last may be shorter."""
    first, last = from_instant(start), from_instant(end)
    step = timedelta(minutes=minutes)
    slots = [0] * -(-(last - first) // step)
    for event in events:
        rank = _RANKS.get(event.busy, 2)
        begins = max(from_instant(event.start), first)
        ends = min(from_instant(event.end), last)
        if not rank or ends <= begins:
            continue
        for slot in range((begins - first) // step, -(-(ends - first) // step)):
            slots[slot] = max(slots[slot], rank)
    return "".join(map(str, slots))
