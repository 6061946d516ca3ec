"""Databases of earlier versions: they are brought to this one's schema, and lose nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store import migrations
from store.commands import AddDomain, FetchEvents
from store.store import Store
from store.tables import metadata
from tests.store.conftest import person
from tests.store.helpers import INBOX, save, subjects

pytestmark = pytest.mark.anyio


async def test_the_first_schema_is_brought_forward(tmp_path: Path) -> None:
    """What 0001 alone made has no event_floor, and knows no devices."""
    url = f"sqlite:///{tmp_path}/store.db"
    opened = await Store.open(url)
    await opened.system().execute(AddDomain("demo.example", is_default=True))
    anna = await person(opened, "anna@demo.example", "anna")
    await save(anna, "kept")
    await opened.close()
    with sqlite3.connect(tmp_path / "store.db") as old:
        for table in (
            "event_floor",
            "oof_reply",
            "delegate",
            "account_photo",
            *(table for table in metadata.tables if "device" in table),
        ):
            old.execute(f"DROP TABLE {table}")
        for index in ("item", "conversation", "received"):
            old.execute(f"DROP INDEX tombstone_by_{index}")
        for column in ("received", "moved_item", "conversation_id"):
            old.execute(f"ALTER TABLE tombstone DROP COLUMN {column}")
        old.execute("ALTER TABLE mailbox DROP COLUMN meeting_delivery")
        old.execute("DROP INDEX item_by_span")
        for column in ("span_class", "span_start", "span_end", "categories_seq"):
            old.execute(f"ALTER TABLE item DROP COLUMN {column}")
        old.execute("UPDATE alembic_version SET version_num = '0001'")
    old.close()

    assert migrations.upgrade(url) == [
        "0002",
        "0003",
        "0004",
        "0005",
        "0006",
        "0007",
        "0008",
        "0009",
    ]
    assert migrations.upgrade(f"sqlite:///{tmp_path}/new.db") == [
        "0001",
        "0002",
        "0003",
        "0004",
        "0005",
        "0006",
        "0007",
        "0008",
        "0009",
    ]
    assert migrations.upgrade(url) == []
    again = await Store.open(url)
    session = again.session(anna.principal, origin="test")
    assert await subjects(session, INBOX) == ["kept"]
    assert (await session.execute(FetchEvents(anna.principal.mailbox_id, 0))).events
    await again.close()
