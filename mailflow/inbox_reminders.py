"""The worker that has reminders by mail sent when they are due.

Nothing is kept here: what is due stands in the store, so a crash loses nothing and sends nothing
twice, however many servers stand before one store.
"""

from __future__ import annotations

import asyncio

import structlog

from store.clock import Clock
from store.commands import SendInboxReminders
from store.instant import from_instant
from store.results import InboxRemindersSent
from store.store import Store

_log = structlog.get_logger("inbox reminders")

# A look at the queue at least so often: what is new may be due before all that was known.
_LOOK_S = 30.0
_AFTER_FAULT_S = 5.0
# Between two portions, so that other writers get their turn.
_PAUSE_S = 0.05


class InboxReminders:
    """``start()`` it with the server, ``stop()`` it before the store closes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._system = store.system("inbox reminders")
        self._clock = clock
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work; what became due while no server ran is sent first."""
        self._task = asyncio.create_task(self._work(), name="inbox reminders")

    async def stop(self) -> None:
        """Let the portion that is under way end, and send nothing more."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while not self._stopping.is_set():
            looked = self._clock.monotonic()
            wait_s = _AFTER_FAULT_S
            try:
                wait_s = await self._send()
            except Exception as error:  # whatever it is, reminders must go on
                _log.error("cannot send what is due", exc_info=error)
            # From the look on, not from now: time may have passed while we looked.
            left_s = looked + wait_s - self._clock.monotonic()
            await self._clock.wait_for(self._stopping, max(_PAUSE_S, left_s))

    async def _send(self) -> float:
        """Send a portion; the seconds until there may be more to send."""
        sent: InboxRemindersSent = await self._system.execute(SendInboxReminders())
        for reason in sent.refused:
            _log.error("a reminder is given up", reason=reason)
        if sent.mails:
            _log.info("sent", count=sent.mails)
        if not sent.next:
            return _LOOK_S
        left_s = (from_instant(sent.next) - self._clock.now()).total_seconds()
        return min(_LOOK_S, max(0.0, left_s))
