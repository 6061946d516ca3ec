"""Photos of people."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, String

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, as it was when this revision was written."""
    op.create_table(
        "account_photo",
        Column("account_id", BigInteger, primary_key=True, autoincrement=False),
        Column("etag", String, nullable=False),
        Column("data", LargeBinary, nullable=False),
    )
