"""Who was told of which absence."""

from alembic import op
from sqlalchemy import BigInteger, Column, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table, as it was when this revision was written."""
    op.create_table(
        "oof_reply",
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("address", String, primary_key=True),
        Column("since", String, nullable=False),
    )
