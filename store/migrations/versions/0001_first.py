"""The first schema. A new database is made whole (``store.migrations.upgrade``), not by this."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing comes before it."""
