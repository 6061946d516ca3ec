"""Databases of earlier versions: they are brought to this one's schema, and lose nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from store import migrations
from store.calendar.span import ENDLESS
from store.commands import AddDomain, CreateItems, FetchEvents, FetchFolders, FolderRole
from store.devices.commands import BeginCollection, MeetDevice
from store.model import ItemDraft
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
            "item_renewed",
            "inbox_reminder",
            *(table for table in metadata.tables if "device" in table),
        ):
            old.execute(f"DROP TABLE {table}")
        for index in ("item", "conversation", "received"):
            old.execute(f"DROP INDEX tombstone_by_{index}")
        for column in ("received", "moved_item", "conversation_id", "until", "until_id"):
            old.execute(f"ALTER TABLE tombstone DROP COLUMN {column}")
        old.execute("ALTER TABLE mailbox DROP COLUMN meeting_delivery")
        old.execute("DROP INDEX item_by_span")
        old.execute("DROP INDEX item_by_until")
        spans = ("span_class", "span_start", "span_end")
        for column in (*spans, "categories_seq", "until", "until_id"):
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
        "0010",
        "0011",
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
        "0010",
        "0011",
    ]
    assert migrations.upgrade(url) == []
    again = await Store.open(url)
    session = again.session(anna.principal, origin="test")
    assert await subjects(session, INBOX) == ["kept"]
    assert (await session.execute(FetchEvents(anna.principal.mailbox_id, 0))).events
    await again.close()


async def test_calendars_and_tasks_are_followed_in_their_own_order(tmp_path: Path) -> None:
    """Items made before 0010 get their places; devices begin those folders anew, and no others."""
    url = f"sqlite:///{tmp_path}/store.db"
    opened = await Store.open(url)
    await opened.system().execute(AddDomain("demo.example", is_default=True))
    anna = await person(opened, "anna@demo.example", "anna")
    end = "2026-10-05T11:00:00.000000Z"
    event = {"start": "2026-10-05T10:00:00.000000Z", "end": end}
    days = {"type": "daily", "interval": 1, "start": "2026-10-05"}
    drafts = (
        ItemDraft("IPM.Appointment", event),
        ItemDraft("IPM.Appointment", {**event, "recurrence": days}),
        ItemDraft("IPM.Task", {"status": "completed"}),
        ItemDraft("IPM.Task", {"status": "in_progress"}),
        ItemDraft("IPM.Note", {"subject": "mail"}),
    )
    await anna.execute(CreateItems(drafts))
    await anna.execute(MeetDevice("phone", "Phone", "", "16.1"))
    roles = ("inbox", "calendar", "tasks", "contacts")
    folders = await anna.execute(FetchFolders(tuple(map(FolderRole, roles))))
    for folder in folders:
        await anna.execute(BeginCollection("phone", folder.id.id))
    await opened.close()
    wanted = "SELECT until, until_id FROM item ORDER BY id"
    with sqlite3.connect(tmp_path / "store.db") as old:
        made = old.execute(wanted).fetchall()
        old.execute("DROP INDEX item_by_until")
        old.execute("DROP TABLE item_renewed")
        old.execute("DROP TABLE inbox_reminder")
        for table in ("item", "tombstone"):
            for column in ("until", "until_id"):
                old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        old.execute("UPDATE alembic_version SET version_num = '0009'")
    old.close()

    assert migrations.upgrade(url) == ["0010", "0011"]
    with sqlite3.connect(tmp_path / "store.db") as new:
        assert new.execute(wanted).fetchall() == made
        held = {row[0] for row in new.execute("SELECT folder_id FROM device_collection")}
    new.close()
    assert [until for until, _ in made] == [end, ENDLESS, "0", "1", None]
    assert held == {folders[0].id.id, folders[3].id.id}


def test_what_alembic_would_run_is_what_a_new_database_is_marked_with() -> None:
    """One line of revisions, in the order of their files."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    in_order = [each.revision for each in script.walk_revisions()]
    assert migrations.revisions() == in_order[::-1]
    assert script.get_heads() == [migrations.revisions()[-1]]
