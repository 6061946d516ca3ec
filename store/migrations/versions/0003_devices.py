"""Devices that follow a mailbox, and what tombstones tell those who filter."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_RECORD = Text().with_variant(JSONB(), "postgresql")


def _keys(*more: Column[Any]) -> list[Column[Any]]:
    return [
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("key", String, primary_key=True),
        *more,
    ]


def _key(name: str) -> Column[Any]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, String, nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables, as they were when this revision was written."""
    op.add_column("tombstone", Column("received", String))
    op.add_column("tombstone", Column("moved_item", BigInteger, nullable=False, server_default="0"))
    op.create_index("tombstone_by_item", "tombstone", ["mailbox_id", "item_id"])
    op.create_table(
        "device",
        *_keys(),
        *_texts("device_id", "type", "agent", "protocol", "created", "seen", "access", "reason"),
        *_texts("wipe", "wipe_state"),
        Column("policy_key", BigInteger, nullable=False),
        Column("pending_key", BigInteger, nullable=False),
        Column("policy_mark", String, nullable=False),
        Column("record", _RECORD, nullable=False),
    )
    op.create_table(
        "device_tree",
        *_keys(_key("number")),
        Column("seq", BigInteger, nullable=False),
        Column("own", Text, nullable=False),
        Column("created", String, nullable=False),
    )
    op.create_table(
        "device_collection",
        *_keys(_key("folder_id"), _key("number")),
        *_texts("token", "position"),
        Column("options", Text, nullable=False),
        Column("entries", Text, nullable=False),
        Column("more", Boolean, nullable=False),
        Column("done", Text, nullable=False),
        Column("created", String, nullable=False),
    )
    op.create_table(
        "device_own",
        *_keys(_key("folder_id"), _key("item_id")),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "device_round",
        *_keys(_key("id")),
        *_texts("at", "what"),
        Column("folder_id", BigInteger, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("status", Integer, nullable=False),
        Column("entries", Text, nullable=False),
        Column("note", Text, nullable=False),
    )
    op.create_table(
        "device_once",
        *_keys(Column("token", String, primary_key=True)),
        Column("at", String, nullable=False),
    )
