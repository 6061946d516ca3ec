"""Migrations from the first table on, by Alembic, run when a store is opened.

Alembic takes longer to load than a store to open, and is loaded only where there is one to run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, select
from sqlalchemy.engine import make_url

from store.search.words import create_index_tables
from store.tables import metadata

_FOLDER = Path(__file__).parent
# As Alembic makes it.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class NewerSchema(Exception):
    """A newer Entrepot wrote this database; this one does not touch it."""


def revisions() -> list[str]:
    """All that this version knows, the first one first; a file of ``versions`` begins with its
    own."""
    return sorted(path.name.partition("_")[0] for path in _FOLDER.glob("versions/[0-9]*_*.py"))


def upgrade(url: str) -> list[str]:
    """Bring the database at ``url`` to this version's schema; the revisions that it has gained.

    A new database is made from ``store.tables``; revisions change what earlier versions made.

    Raises NewerSchema where the database knows a revision that this version does not.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    known = revisions()
    run: list[str] = []

    def work(connection: sqlalchemy.Connection) -> None:
        _version.create(connection, checkfirst=True)
        before = connection.execute(select(_version.c.version_num)).scalar()
        if before is None:  # the tables are this version's already: no revision has work to do
            metadata.create_all(connection)
            create_index_tables(connection, connection.dialect.name)
            connection.execute(insert(_version), {"version_num": known[-1]})
            run.extend(known)
            return
        if before not in known:
            raise NewerSchema(
                f"the database has the schema {before}, which this version does not know:"
                " install the Entrepot that wrote it, or a newer one"
            )
        missing = known[known.index(before) + 1 :]
        if missing:
            _run(connection)
            run.extend(missing)

    _with_connection(address, work)
    return run


def _run(connection: sqlalchemy.Connection) -> None:
    """Run the revisions that a database lacks."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _with_connection(address: sqlalchemy.URL, work: Any) -> None:
    if address.get_backend_name() == "sqlite":
        engine = sqlalchemy.create_engine(address)
        with engine.begin() as connection:
            work(connection)
        engine.dispose()
        return
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    async def run() -> None:
        engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
        async with engine.begin() as connection:
            await connection.run_sync(work)
        await engine.dispose()

    asyncio.run(run())
