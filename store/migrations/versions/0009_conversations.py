"""Conversations of messages that are gone, for devices that want conversations whole."""

from alembic import op
from sqlalchemy import Column, String

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make column and indexes, as they were when this revision was written."""
    op.add_column("tombstone", Column("conversation_id", String))
    op.create_index("tombstone_by_conversation", "tombstone", ["mailbox_id", "conversation_id"])
    op.create_index("tombstone_by_received", "tombstone", ["mailbox_id", "folder_id", "received"])
