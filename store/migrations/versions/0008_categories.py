"""Changes of categories have a number of their own, beside those of flags."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Until now one number told of both, so nobody knows which of them it was."""
    column = Column("categories_seq", BigInteger, nullable=False, server_default="0")
    op.add_column("item", column)
    op.execute(text("UPDATE item SET categories_seq = flags_seq"))
