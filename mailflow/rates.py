"""How often somebody may do something: a bucket that refills with time."""

from __future__ import annotations

from collections import OrderedDict

from store.clock import Clock

# Buckets kept; the longest unused go first, and they are full again by then. Some 200 bytes each.
_BUCKETS_MAX = 50_000


class Rates:
    """``per_minute`` steps a minute for each key, in bursts of as many at most."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._size = float(per_minute)
        self._per_s = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, key: str, steps: int = 1) -> bool:
        """Take ``steps`` from the key's bucket; False, and none taken, where it has not enough."""
        now = self._clock.monotonic()
        level, then = self._buckets.pop(key, (self._size, now))
        level = min(self._size, level + (now - then) * self._per_s)
        is_allowed = level >= steps
        self._buckets[key] = (level - steps if is_allowed else level, now)
        if len(self._buckets) > _BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return is_allowed
