"""The queue of reminders by mail."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, String

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table, empty: no item of an earlier version has such reminders."""
    op.create_table(
        "inbox_reminder",
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("item_id", BigInteger, primary_key=True, autoincrement=False),
        Column("at", String, nullable=False),
        Column("to_attendees", Boolean, nullable=False),
    )
    op.create_index("inbox_reminder_due", "inbox_reminder", ["at"])
