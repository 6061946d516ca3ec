"""Where statements run: one writer that groups commits, readers on snapshots.

Store functions are plain functions of a SQLAlchemy Core connection. On SQLite they run on threads
(one thread change for each command, where an async driver would need one for each statement; none
for reads of a few rows); on PostgreSQL the same functions run through greenlets on asyncpg.
Commands that wait for the disk together share one fsync; each has its own savepoint and is answered
only after the commit.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from store.limits import Limits
from store.search.functions import install_functions

T = TypeVar("T")
Work = Callable[[Connection], T]
After = Callable[[T], None]


class Database(Protocol):
    """What the store needs of an engine."""

    dialect: str

    async def read(self, work: Work[T], *, small: bool = False) -> T:
        """Run ``work`` on a snapshot. ``small``: it reads but a few rows, each by an index."""
        ...

    async def write(self, work: Work[T], after: After[T]) -> T:
        """Run ``work`` in a transaction; returns after its commit.

        ``after`` gets the result on the event loop once it is committed, before the asker and
        even when the asker has gone meanwhile: what is committed is always told.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of all connections."""
        ...


def open_database(url: str, limits: Limits) -> Database:
    """The engine for ``sqlite:///path`` or ``postgresql://…``. Raises ValueError for others."""
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        return SqliteDatabase(url, limits)
    if kind == "postgresql":
        return PostgresDatabase(url, limits)
    raise ValueError(f"no engine for {kind!r}: give sqlite:///path or postgresql://host/name")


class _Job:
    __slots__ = ("after", "error", "future", "loop", "result", "work")

    def __init__(self, work: Work[Any], after: After[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.after = after
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.error is None:
            self.after(self.result)
        if self.future.done():  # the asker was cancelled; what is committed stays committed
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class SqliteDatabase:
    """SQLite in WAL mode: a writer thread and a few reader threads."""

    dialect = "sqlite"

    def __init__(self, url: str, limits: Limits) -> None:
        path = make_url(url).database
        if not path or path == ":memory:":
            raise ValueError("the store needs a file: readers and the writer share it")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._limits = limits
        self._engine = _sqlite_engine(url)
        self._readers = ThreadPoolExecutor(limits.readers, thread_name_prefix="store-reader")
        self._local = threading.local()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._writer = threading.Thread(target=self._write_jobs, name="store-writer", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T], *, small: bool = False) -> T:
        # To change threads twice costs more than a small read, and a reader beside a busy loop
        # waits for the interpreter at every row.
        if small:
            return self._read(work)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, work)

    def _read(self, work: Work[T]) -> T:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            self._local.connection = connection
        driver = _driver(connection)
        driver.execute("BEGIN")
        try:
            return work(connection)
        finally:
            driver.execute("ROLLBACK")

    async def write(self, work: Work[T], after: After[T]) -> T:
        if self._closed:
            raise RuntimeError("the store is closed")
        job = _Job(work, after, asyncio.get_running_loop())
        self._jobs.put(job)
        return await job.future

    def _write_jobs(self) -> None:
        with self._engine.connect() as connection:
            while (job := self._jobs.get()) is not None:
                if not self._write_group(connection, job):
                    return

    def _write_group(self, connection: Connection, first: _Job) -> bool:
        """One transaction for ``first`` and all that came meanwhile; False at the end."""
        done: list[_Job] = []
        job: _Job | None = first
        driver = _driver(connection)
        try:
            driver.execute("BEGIN IMMEDIATE")
            while job is not None:
                done.append(job)
                _run_in_savepoint(connection, job)
                if len(done) >= self._limits.writes_grouped_max or self._jobs.empty():
                    break
                job = self._jobs.get()
            driver.execute("COMMIT")
        except BaseException as error:
            for failed in done:
                failed.error = failed.error or error
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        for finished in done:
            _call_soon(finished)
        return job is not None

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown(wait=True)
        self._engine.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for words such as BEGIN: SQLAlchemy takes longer to pass one
    on than SQLite to obey."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _run_in_savepoint(connection: Connection, job: _Job) -> None:
    driver = _driver(connection)
    driver.execute("SAVEPOINT command")
    try:
        job.result = job.work(connection)
    except BaseException as error:  # handed to whoever asked
        job.error = error
        driver.execute("ROLLBACK TO command")
    driver.execute("RELEASE command")


def _call_soon(job: _Job) -> None:
    try:
        job.loop.call_soon_threadsafe(job.settle)
    except RuntimeError:
        # The loop is gone: nobody waits any more, and the commit stands.
        return


def _sqlite_engine(url: str) -> Engine:
    engine = sqlalchemy.create_engine(
        url,
        poolclass=sqlalchemy.pool.NullPool,
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "timeout": 30,
        },
        isolation_level="AUTOCOMMIT",
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            # A checkpoint writes each changed page once, and syncs twice, in some commit's time:
            # rather for 16 MB of log than for 4.
            "wal_autocheckpoint=4000",
            "foreign_keys=OFF",
            "cache_size=-65536",
            "mmap_size=268435456",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")
        install_functions(connection)

    return engine


class PostgresDatabase:
    """PostgreSQL through asyncpg; a command is a transaction, a reader a repeatable-read one."""

    dialect = "postgresql"

    def __init__(self, url: str, limits: Limits) -> None:
        # Where the store is a file, nobody waits for this to load.
        from sqlalchemy.ext.asyncio import create_async_engine

        address = make_url(url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(
            address,
            pool_size=limits.readers + 2,
            max_overflow=limits.readers,
            json_serializer=_same,
            json_deserializer=_same,
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")

    async def read(self, work: Work[T], *, small: bool = False) -> T:
        async with self._snapshots.connect() as connection:
            return await connection.run_sync(work)

    async def write(self, work: Work[T], after: After[T]) -> T:
        return await asyncio.shield(self._commit(work, after))

    async def _commit(self, work: Work[T], after: After[T]) -> T:
        tries = 0
        while True:
            tries += 1
            try:
                async with self._engine.begin() as connection:
                    result = await connection.run_sync(work)
            except DBAPIError as error:
                if tries == _TRIES or not _is_deadlock(error):
                    raise
                continue
            after(result)
            return result

    async def close(self) -> None:
        await self._engine.dispose()


# Two commands that lock each other's mailboxes, as two people who write to each other at once: the
# server ends one of them after a second, whole, and it may begin anew.
_TRIES = 5
_DEADLOCK = "40P01"


def _is_deadlock(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _DEADLOCK


def _same(value: Any) -> Any:
    return value
