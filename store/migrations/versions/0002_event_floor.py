"""Where the change log of a mailbox begins."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, as it was when this revision was written."""
    op.create_table(
        "event_floor",
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, nullable=False),
        Column("n", Integer, nullable=False),
    )
