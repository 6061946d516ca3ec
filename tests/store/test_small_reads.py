"""Reads of a few rows by an index stay on the asker's thread; all others go to the readers."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from store import migrations
from store.commands import FetchFolders, FetchItems, FindItems, SyncItems, Want
from store.engine import open_database
from store.executor import executor_of
from store.limits import Limits
from store.model import ItemDraft, ItemId
from store.restriction import Compare, Order, Page
from store.results import ItemPage
from store.store import Session
from store.sync import TOP, ItemState
from tests.store.helpers import INBOX, save

pytestmark = pytest.mark.anyio

_PAGE = Page(limit=50)
_STATE = ItemState(1, 2, 3, TOP, 0, 9)


@pytest.mark.parametrize(
    ("command", "is_small"),
    [
        (FetchFolders((INBOX,)), True),
        (FetchFolders((INBOX,) * 500), False),
        (FetchItems((ItemId(1, 1),), Want(body=True)), True),
        (FetchItems((ItemId(1, 1),), Want(mime=True)), False),
        (FetchItems((ItemId(1, 1),) * 100), False),
        (FindItems((INBOX,), page=_PAGE), True),
        (FindItems((INBOX,), order=(Order("received", descending=True),), page=_PAGE), True),
        (FindItems((INBOX,), order=(Order("subject"),), page=_PAGE), False),
        (FindItems((INBOX,), restriction=Compare("size", "gt", 1), page=_PAGE), False),
        (FindItems((INBOX,), query="harbour", page=_PAGE), False),
        (FindItems((INBOX,), page=_PAGE, deep=True), False),
        (FindItems((INBOX,), page=Page(limit=50, offset=90_000)), False),
        (FindItems((INBOX,)), False),
        (SyncItems(INBOX, _STATE), True),
        (SyncItems(INBOX), False),
    ],
)
def test_what_is_small(command: Any, is_small: bool) -> None:
    small = executor_of(command).small
    assert small is not None and small(command) is is_small


async def test_small_reads_change_no_thread(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrations.upgrade(url)
    database = open_database(url, Limits())

    def work(conn: Connection) -> int:
        assert conn.execute(text("SELECT count(*) FROM item")).scalar() == 0
        return threading.get_ident()

    try:
        assert await database.read(work, small=True) == threading.get_ident()
        assert await database.read(work) != threading.get_ident()
    finally:
        await database.close()


@pytest.mark.parametrize("order", [(), (Order("received"),), (Order("subject", descending=True),)])
@pytest.mark.parametrize("from_end", [False, True])
async def test_pages_come_in_their_order_whichever_way(
    anna: Session, order: tuple[Order, ...], from_end: bool
) -> None:
    """Small pages (three rows) side by side are the whole folder, read as a large one."""
    for n in (4, 1, 7, 3, 0, 6, 2):
        received = f"2024-05-0{n + 1}T08:00:00.000000Z"
        await save(anna, ItemDraft(properties={"subject": f"{n}", "received": received}), INBOX)

    async def page(page: Page) -> list[str]:
        found: ItemPage = (
            await anna.execute(FindItems((INBOX,), ("subject",), order=order, page=page))
        )[0]
        return [row[-1] for row in found.rows]

    whole = await page(Page())
    pages = [await page(Page(limit=3, offset=at, from_end=from_end)) for at in (0, 3, 6)]
    assert len(whole) == 7
    assert [s for part in (reversed(pages) if from_end else pages) for s in part] == whole
    assert await page(Page(limit=3)) == whole[:3]
