"""The store and its sessions: ``await session.execute(command)`` is the only door to the data."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec
from sqlalchemy import Connection

from store import executors, migrations
from store.bus import Bus
from store.clock import Clock
from store.commands import Command
from store.engine import Database, open_database
from store.errors import TooMany
from store.executor import SYSTEM, Executor, Tx, WriteTx, executor_of
from store.limits import Limits
from store.model import Principal


class Store:
    """An open store. Make one with ``await Store.open(url)``; close it when done."""

    def __init__(self, database: Database, clock: Clock, limits: Limits) -> None:
        self.database = database
        self.clock = clock
        self.limits = limits
        self.bus = Bus()

    # Named so that importing the store registers every executor.
    executors = executors.ALL

    @classmethod
    async def open(
        cls, url: str, clock: Clock | None = None, limits: Limits | None = None
    ) -> Store:
        """Open the database at ``url``, made or brought to the current schema where needed.

        Raises ValueError for an unknown kind of database and ``migrations.NewerSchema`` where a
        newer Entrepot wrote it.
        """
        limits = limits or Limits()
        await asyncio.to_thread(migrations.upgrade, url)
        return cls(open_database(url, limits), clock or Clock(), limits)

    def session(self, principal: Principal, origin: str = "") -> Session:
        """Somebody's access; ``origin`` names the client or device for the change log."""
        return Session(self, principal, origin)

    def system(self, origin: str = "system") -> Session:
        """Access of the server's own parts: mail flow, administration, start-up."""
        return Session(self, SYSTEM, origin)

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        await self.database.close()


class Session:
    """An asker at the store's door: an authenticated principal and where it came from."""

    def __init__(self, store: Store, principal: Principal, origin: str) -> None:
        self.store = store
        self.principal = principal
        self.origin = origin

    async def execute(self, command: Command) -> Any:
        """Carry out ``command``; its docstring says what comes back.

        Raises StoreError where the command as a whole is refused; in batches each element has its
        own result or error.
        """
        executor = executor_of(command)
        self._check_size(command)
        if not executor.writes:
            return await self.store.database.read(
                lambda conn: executor.run(Tx(conn, **self._context()), command),
                small=executor.is_small(command),
            )
        return await self._write(executor, command)

    def _check_size(self, command: Command) -> None:
        """Raises TooMany where a command names more things than the limit allows."""
        limit = self.store.limits.batch_items_max
        for part in msgspec.structs.astuple(command):
            if isinstance(part, tuple) and len(cast("tuple[Any, ...]", part)) > limit:
                raise TooMany(f"a request names at most {limit:,} things")

    async def _write(self, executor: Executor, command: Command) -> Any:
        arguments: tuple[Any, ...] = (command,)
        if executor.prepare is not None:
            prepare = executor.prepare
            prepared = await self.store.database.read(
                lambda conn: prepare(Tx(conn, **self._context()), command),
                small=executor.is_small(command),
            )
            arguments = (command, prepared)

        def work(conn: Connection) -> tuple[Any, WriteTx]:
            tx = WriteTx(conn, **self._context())
            result = executor.run(tx, *arguments)
            tx.finish()
            return result, tx

        result, _ = await self.store.database.write(work, self._tell)
        return result

    def _tell(self, done: tuple[Any, WriteTx]) -> None:
        _, tx = done
        bus = self.store.bus
        if tx.events:
            bus.tell(tx.events)
        if tx.wakes_outbound:
            bus.outbound.set()
        for account_id in tx.revoked:
            bus.revoke(account_id)
        for mailbox_id, device in tx.hurried:
            bus.hurry(mailbox_id, device)

    def _context(self) -> dict[str, Any]:
        store = self.store
        return {
            "dialect": store.database.dialect,
            "now": store.clock.instant(),
            "principal": self.principal,
            "limits": store.limits,
            "origin": self.origin,
        }
