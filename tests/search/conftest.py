"""A searched mailbox on each engine: ``box.add(...)``, ``box.find(...)``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, create_engine, event, insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from store import tables
from store.commands import FindItems
from store.record import columns_of
from store.results import ItemPage
from store.search import words
from store.search.find import find
from store.search.restrict import install_functions
from tests.postgres import postgres_url

T = TypeVar("T")
NOW = "2013-12-11T15:42:02.000000Z"
MAILBOX = 7
INBOX = 3


class Box:
    """One mailbox with one folder, in a transaction of its own that is undone at the end."""

    def __init__(self, run: Callable[[Callable[[Connection], Any]], Any], dialect: str) -> None:
        self.run = run
        self.dialect = dialect
        self._next = 1

    def add(
        self,
        properties: dict[str, Any] | None = None,
        extended: dict[str, Any] | None = None,
        *,
        text: str = "",
        headers: str = "",
        attachments: tuple[str, ...] = (),
        kind: str = "message",
        item_class: str = "IPM.Note",
        folder: int = INBOX,
        mailbox: int = MAILBOX,
        associated: bool = False,
        **more: Any,
    ) -> int:
        """Store an item and return its id."""
        id = self._next
        self._next += 1
        given = {**(properties or {}), **more}
        row = {
            **columns_of(given, extended or {}, NOW),
            "mailbox_id": mailbox,
            "id": id,
            "folder_id": folder,
            "immutable_id": id,
            "imap_uid": id,
            "item_class": item_class,
            "kind": kind,
            "is_associated": associated,
            **{column.name: id for column in tables.item.c if column.name.endswith("seq")},
            "size": given.get("size", 100),
            "has_attachments": bool(attachments),
        }
        people = " ".join(
            f"{mailbox.get('name', '')} {mailbox.get('address', '')}"
            for name in ("from", "to", "cc", "bcc")
            for mailbox in (given.get(name) if name != "from" else [given.get(name) or {}]) or []
        )
        content = {
            "mailbox_id": mailbox, "item_id": id, "mime": "", "html": "", "has_text": True,
            "text": text, "headers": headers, "people": people, "names": " ".join(attachments),
        }  # fmt: skip
        attached = [
            {
                "mailbox_id": mailbox, "item_id": id, "id": n, "kind": "file", "name": name,
                "content_type": "", "content_id": "", "content_location": "", "is_inline": False,
                "is_contact_photo": False, "size": 1, "modified": NOW, "blob": "", "record": "{}",
            }
            for n, name in enumerate(attachments)
        ]  # fmt: skip

        def write(conn: Connection) -> None:
            conn.execute(insert(tables.item), [row])
            conn.execute(insert(tables.content), [content])
            if attached:
                conn.execute(insert(tables.attachment), attached)
            counter = (
                tables.folder.c.associated_count if associated else tables.folder.c.total_count
            )
            conn.execute(
                tables.folder.update()
                .where(tables.folder.c.mailbox_id == mailbox, tables.folder.c.id == folder)
                .values({counter: counter + 1})
            )
            entry = (id, row["subject"] or "", people, text, content["names"])
            words.index_many(conn, self.dialect, mailbox, [entry])

        self.run(write)
        return id

    def find(
        self,
        *,
        cap: int = 1000,
        folders: tuple[int, ...] = (INBOX,),
        now: str = NOW,
        **command: Any,
    ) -> ItemPage:
        """What FindItems gives."""
        asked = FindItems((), **command)
        return self.run(lambda conn: find(conn, self.dialect, MAILBOX, folders, asked, now, cap))

    def ids(self, **command: Any) -> list[int]:
        """The ids that FindItems gives, in order."""
        return [row[0] for row in self.find(**command).rows]

    def said(self, query: str) -> set[int]:
        """The ids of items that a query in words finds."""
        return set(self.ids(query=query))


def _prepare(conn: Connection, dialect: str) -> None:
    tables.metadata.create_all(conn)
    words.create_index_tables(conn, dialect)
    record = '{"properties": {}}'
    conn.execute(
        insert(tables.folder),
        [
            {
                "mailbox_id": MAILBOX, "id": id, "parent_id": 1, "name": f"f{id}",
                "name_key": f"f{id}", "folder_class": "IPF.Note", "role": "", "created_seq": 1,
                "seq": 1, "content_seq": 1, "total_count": 0, "unread_count": 0,
                "associated_count": 0, "size": 0, "next_imap_uid": 1, "created": NOW,
                "modified": NOW, "record": record,
            }
            for id in (INBOX, INBOX + 1)
        ],
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"], scope="session")
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Runs functions of a connection on an engine with all tables: (run, begin, undo, dialect)."""
    if request.param == "sqlite":
        yield from _sqlite()
    else:
        with postgres_url() as url, asyncio.Runner() as runner:
            yield from _postgresql(url, runner)


def _sqlite() -> Iterator[Any]:
    database = create_engine("sqlite://", connect_args={"isolation_level": None})

    @event.listens_for(database, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        install_functions(connection)

    with database.connect() as conn:
        _prepare(conn, "sqlite")
        yield (
            lambda work: work(conn),
            lambda: conn.exec_driver_sql("SAVEPOINT test"),
            lambda: conn.exec_driver_sql("ROLLBACK TO test"),
            "sqlite",
        )


def _same(value: Any) -> Any:
    return value


def _postgresql(url: str, runner: asyncio.Runner) -> Iterator[Any]:
    database = create_async_engine(
        url.replace("postgresql:", "postgresql+asyncpg:"),
        json_serializer=_same,
        json_deserializer=_same,
    )

    async def connect() -> AsyncConnection:
        return await database.connect()

    conn = runner.run(connect())

    async def work(function: Callable[[Connection], T]) -> T:
        return await conn.run_sync(function)

    runner.run(work(lambda sync: _prepare(sync, "postgresql")))
    runner.run(conn.commit())
    yield (
        lambda function: runner.run(work(function)),
        lambda: None,
        lambda: runner.run(conn.rollback()),
        "postgresql",
    )
    runner.run(conn.close())
    runner.run(database.dispose())


@pytest.fixture
def box(engine: Any) -> Iterator[Box]:
    """An empty mailbox."""
    run, begin, undo, dialect = engine
    begin()
    yield Box(run, dialect)
    undo()
