"""Delegates, and how meeting messages reach them."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, String

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table and the column, as they were when this revision was written."""
    op.create_table(
        "delegate",
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("account_id", BigInteger, primary_key=True, autoincrement=False),
        Column("receives_copies", Boolean, nullable=False),
        Column("views_private", Boolean, nullable=False),
    )
    default = "delegates_and_send_information_to_me"
    op.add_column(
        "mailbox", Column("meeting_delivery", String, nullable=False, server_default=default)
    )
