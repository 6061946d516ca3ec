"""Migrations from the first table on, by Alembic, run when a store is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from store.search.words import create_index_tables
from store.tables import metadata


class NewerSchema(Exception):
    """A newer Entrepot wrote this database; this one does not touch it."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(url: str) -> list[str]:
    """Bring the database at ``url`` to this version's schema; the revisions that it has gained.

    A new database is made from ``store.tables``; revisions change what earlier versions made.

    Raises NewerSchema where the database knows a revision that this version does not.
    """
    config = _config()
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    script = ScriptDirectory.from_config(config)
    run: list[str] = []

    def work(connection: sqlalchemy.Connection) -> None:
        before = MigrationContext.configure(connection).get_current_heads()
        for revision in before:
            _check_known(script, revision)
        if tuple(before) == tuple(script.get_heads()):
            return
        config.attributes["connection"] = connection
        if before:
            command.upgrade(config, "head")
        else:  # the tables are this version's already: no revision has anything left to change
            metadata.create_all(connection)
            create_index_tables(connection, connection.dialect.name)
            command.stamp(config, "head")
        done = script.iterate_revisions(tuple(script.get_heads()), tuple(before) or "base")
        run.extend(reversed([revision.revision for revision in done]))

    _with_connection(address, work)
    return run


def _check_known(script: ScriptDirectory, revision: str) -> None:
    try:
        script.get_revision(revision)
    except CommandError as error:
        raise NewerSchema(
            f"the database has the schema {revision}, which this version does not know:"
            " install the Entrepot that wrote it, or a newer one"
        ) from error


def _with_connection(address: sqlalchemy.URL, work: Any) -> None:
    if address.get_backend_name() == "sqlite":
        engine = sqlalchemy.create_engine(address)
        with engine.begin() as connection:
            work(connection)
        engine.dispose()
        return
    import asyncio

    async def run() -> None:
        engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
        async with engine.begin() as connection:
            await connection.run_sync(work)
        await engine.dispose()

    asyncio.run(run())
