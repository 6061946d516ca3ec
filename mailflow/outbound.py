"""The worker that takes mail for other servers from the store's queue to the smart host.

Nothing is kept here: what is due and what became of it stands in the store, so a crash loses
nothing. A recipient whom the smart host has taken is never sent to again, except where the
crash came between its word and our note.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime
from typing import Protocol

import structlog

from mailflow.relay import RelaySettings, Said, hand_over
from store.clock import Clock
from store.commands import ListDomains, SettleOutbound, TakeOutbound
from store.instant import to_instant
from store.results import OutboundMail
from store.store import Store

_log = structlog.get_logger("outbound")

# Waits between attempts, the last one again and again (RFC 5321 4.5.4.1).
DELAYS_S = (60, 300, 900, 1800, 3600, 7200, 14_400)
# The attempt whose failure the sender hears of: it comes some four hours after the first.
LATE_ATTEMPT = 7
# Sessions with the smart host at the same time.
SESSIONS_MAX = 4
# A look at the queue even where nobody said that there is something (another process may).
_LOOK_S = 30.0
_SETTLE_AGAIN_S = 1.0
_SETTLE_TRIES = 5
_NO_SMART_HOST = "550 5.3.2 this server sends no mail outside: it has no smart host"


class OutboundSettings(RelaySettings, Protocol):
    """The settings that the worker reads (``entrepot.settings.Settings``)."""

    @property
    def stop_s(self) -> int: ...


class Outbound:
    """``start()`` it with the server, ``stop()`` it before the store closes.

    ``tls``: trust other authorities than the system's for the smart host.
    """

    def __init__(
        self,
        store: Store,
        settings: OutboundSettings,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._system = store.system("outbound")
        self._wake = store.bus.outbound
        self._settings = settings
        self._clock = clock
        self._tls = tls
        self._loop_task: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    async def start(self) -> None:
        """Begin to work; what a former run left behind is taken up."""
        self._wake.set()
        self._loop_task = asyncio.create_task(self._work(), name="outbound")

    async def stop(self) -> None:
        """Take nothing more, let what is under way end, give the rest back to the queue."""
        self._is_stopping = True
        self._wake.set()
        if self._loop_task is not None:
            await asyncio.gather(self._loop_task, return_exceptions=True)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._settings.stop_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            looked = self._clock.monotonic()
            free = SESSIONS_MAX - len(self._under_way)
            try:
                taken = await self._take(free) if free else 0
            except Exception as error:  # whatever it is, the queue must go on
                _log.error("cannot take from the queue", exc_info=error)
                taken = 0
            if not taken and not self._is_stopping:
                # From the look on, not from now: time may have passed while we looked.
                left_s = looked + _LOOK_S - self._clock.monotonic()
                await self._clock.wait_for(self._wake, max(0.0, left_s))

    async def _take(self, free: int) -> int:
        mails: list[OutboundMail] = await self._system.execute(TakeOutbound(free))
        for mail in mails:
            task = asyncio.create_task(self._send(mail), name=f"outbound {mail.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(mails)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a message stays in the queue", exc_info=error)

    async def _send(self, mail: OutboundMail) -> None:
        """One message: to people here at once, for the others to the smart host."""
        served = {name for name, _ in await self._system.execute(ListDomains())}
        attempts = {address: count for address, count, _ in mail.recipients}
        here = [a for a in attempts if a.rpartition("@")[2].lower() in served]
        away = [a for a in attempts if a not in here]
        for address in here:
            await self._settle(SettleOutbound(mail.id, address, "here", ""))
        if not away:
            return
        try:
            said = await self._relay(mail, away)
        except asyncio.CancelledError:
            for address in away:
                await self._settle(SettleOutbound(mail.id, address, "released", ""))
            raise
        for one in said:
            await self._settle(self._settlement(mail.id, one, attempts[one.address]))

    async def _relay(self, mail: OutboundMail, addresses: Sequence[str]) -> list[Said]:
        if not self._settings.smart_host:
            return [Said(address, "failed", _NO_SMART_HOST) for address in addresses]
        mime = self._trace(mail) + mail.mime
        return await hand_over(self._settings, mail.sender, addresses, mime, self._tls)

    def _trace(self, mail: OutboundMail) -> bytes:
        """The line that every server adds (RFC 5321 4.4); it says nothing of who sent from where.

        Other servers count such lines to find loops."""
        date = format_datetime(self._clock.now().replace(microsecond=0))
        token = secrets.token_hex(4)
        return f"Received: by {self._settings.host_name} id {mail.id}.{token}; {date}\r\n".encode()

    def _settlement(self, id: int, said: Said, attempts: int) -> SettleOutbound:
        _log.info(said.outcome, message=id, recipient=said.address, reply=said.reply)
        if said.outcome != "deferred":
            return SettleOutbound(id, said.address, said.outcome, said.reply)
        delay_s = DELAYS_S[min(attempts, len(DELAYS_S) - 1)]
        retry_at = to_instant(self._clock.now() + timedelta(seconds=delay_s))
        outcome = "late" if attempts + 1 == LATE_ATTEMPT else "deferred"
        return SettleOutbound(id, said.address, outcome, said.reply, retry_at)

    async def _settle(self, command: SettleOutbound) -> None:
        """Note an outcome; again where the store is in trouble, as else we would send twice."""
        for left in reversed(range(_SETTLE_TRIES)):
            try:
                await self._system.execute(command)
                return
            except Exception as error:
                if not left:
                    raise
                _log.warning("cannot note an outcome yet", exc_info=error)
                await asyncio.sleep(_SETTLE_AGAIN_S)
