"""Waiting after wrong passwords, so that guessing is slow and nobody else is locked out.

Failures count by (network, account); all those of one network together have a larger bound, which
slows a spray of one password over many accounts. A client that signed in before, told by its exact
address and device, has a count of its own: whatever a spray does, the owner gets in (attack list,
A13). Unknown accounts count like known ones, so that waiting tells nothing.
"""

from __future__ import annotations

from collections import OrderedDict

from mailflow.peers import network_of
from store.clock import Clock

Key = tuple[str, ...]

# Entries kept; the longest unused go first. Some 200 bytes each.
_COUNTERS_MAX = 100_000
_KNOWN_MAX = 100_000
_KNOWN_S = 30 * 86_400


class _Counter:
    __slots__ = ("failures", "last", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.until = 0.0
        self.last = 0.0


class LockOut:
    """Counts failures. Times are of the clock, in seconds."""

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int,
        network_failures: int,
        first_s: float,
        longest_s: float,
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._network_failures = network_failures
        self._first_s = first_s
        self._longest_s = longest_s
        self._counters: OrderedDict[Key, _Counter] = OrderedDict()
        self._known: OrderedDict[Key, float] = OrderedDict()

    def wait_s(self, address: str, account: str, device: str) -> float:
        """How long this client has to wait before its next try, 0 for not at all."""
        now = self._clock.monotonic()
        until = [
            counter.until
            for key, _ in self._keys(address, account, device)
            if (counter := self._counters.get(key)) is not None
        ]
        return max(0.0, max(until, default=0.0) - now)

    def trying(self, address: str, account: str, device: str) -> None:
        """Count a try beforehand, so that many at once are not all free."""
        for key, free in self._keys(address, account, device):
            self._count(key, free)

    def succeeded(self, address: str, account: str, device: str) -> None:
        """Forget this client's failures, take back its try, and know it from now on."""
        keys = self._keys(address, account, device)
        self._counters.pop(keys[0][0], None)
        for key, free in keys[1:]:
            self._take_back(key, free)
        self.met(address, account, device)

    def met(self, address: str, account: str, device: str) -> None:
        """Know this client from now on: it came with what was found to be right before."""
        known = (address, account, device)
        self._known[known] = self._clock.monotonic()
        self._known.move_to_end(known)
        if len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)

    def forget(self, account: str) -> None:
        """The account changed: who knew the old password is nobody special any more."""
        for known in [key for key in self._known if key[1] == account]:
            del self._known[known]

    def _keys(self, address: str, account: str, device: str) -> list[tuple[Key, int]]:
        """The counters of a client and how many failures each allows."""
        seen = self._known.get((address, account, device))
        if seen is not None and self._clock.monotonic() - seen < _KNOWN_S:
            return [(("known", address, account, device), self._failures)]
        network = network_of(address)
        return [
            (("account", network, account), self._failures),
            (("network", network), self._network_failures),
        ]

    def _take_back(self, key: Key, free: int) -> None:
        counter = self._counters.get(key)
        if counter is not None:
            counter.failures -= 1
            if counter.failures < free:
                counter.until = 0.0

    def _count(self, key: Key, free: int) -> None:
        now = self._clock.monotonic()
        counter = self._counters.setdefault(key, _Counter())
        self._counters.move_to_end(key)
        if now - counter.last > self._longest_s * 2:
            counter.failures = 0
        counter.failures += 1
        counter.last = now
        over = counter.failures - free
        if over >= 0:
            counter.until = now + min(self._longest_s, self._first_s * 2.0 ** min(over, 30))
        if len(self._counters) > _COUNTERS_MAX:
            self._counters.popitem(last=False)
