"""What a server tidies up by itself while it runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from entrepot.settings import Settings
from store.clock import Clock
from store.commands import PruneEvents
from store.devices.commands import PruneDevices
from store.errors import StoreError
from store.instant import to_instant
from store.store import Store

_EVERY_S = 6 * 3600.0
# Between two portions, so that other writers get their turn.
_PAUSE_S = 0.05
_PORTION = 2_000
_log = structlog.get_logger("housekeeping")


class Housekeeping:
    """``start()`` it with the server, ``stop()`` it before the store closes."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._system = store.system("housekeeping")
        self._clock = clock
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin: once now, then every six hours."""
        self._task = asyncio.create_task(self._work(), name="housekeeping")

    async def stop(self) -> None:
        """Stop between two portions; a portion is a transaction, whole or not at all."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        while True:
            try:
                await self.prune_events()
                await self.prune_devices()
            except (StoreError, OSError) as error:
                _log.warning("could not tidy up, tried again later", reason=str(error))
            await self._clock.sleep(_EVERY_S)

    async def prune_events(self) -> int:
        """Drop the part of the change log that is older than ``event_days``; how many events."""
        pruned = 0
        while portion := await self._system.execute(PruneEvents(_PORTION)):
            pruned += portion
            await asyncio.sleep(_PAUSE_S)
        if pruned:
            _log.info("dropped old events", count=pruned)
        return pruned

    async def prune_devices(self) -> int:
        """Drop old lines of devices' logs, and devices that have not called for long; how many."""
        now = self._clock.now()
        command = PruneDevices(
            log_before=to_instant(now - timedelta(days=self._settings.device_log_days)),
            seen_before=to_instant(now - timedelta(days=self._settings.device_days)),
        )
        pruned = 0
        while portion := await self._system.execute(command):
            pruned += portion
            await asyncio.sleep(_PAUSE_S)
        if pruned:
            _log.info("dropped what old devices left", count=pruned)
        return pruned
