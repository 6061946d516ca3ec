"""The store's clock: the only place that asks the system for the time.

A test moves its own clock; whoever sleeps on it wakes as if the time had passed.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from store.instant import Instant, to_instant


class Clock:
    """Real time."""

    def now(self) -> datetime:
        """The moment, aware, UTC."""
        return datetime.now(UTC)

    def instant(self) -> Instant:
        """The moment as the store writes it."""
        return to_instant(self.now())

    def monotonic(self) -> float:
        """Seconds that never go back, for durations."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of this clock."""
        await asyncio.sleep(seconds)

    async def wait_for(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for ``event`` at most ``seconds`` of this clock; whether it came."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True


class MovableClock(Clock):
    """Real time plus what ``advance`` added. All its sleepers live on one event loop."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        return super().monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError("a clock never goes back")
        self._offset += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await self.wait_for(asyncio.Event(), seconds)

    async def wait_for(self, event: asyncio.Event, seconds: float) -> bool:
        deadline = self.monotonic() + seconds
        while not event.is_set():
            left = deadline - self.monotonic()
            if left <= 0:
                return False
            moved = self._moved
            waits = [
                asyncio.ensure_future(event.wait()),
                asyncio.ensure_future(moved.wait()),
            ]
            try:
                await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return True
