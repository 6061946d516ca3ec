"""Where the change log of a mailbox begins."""

from alembic import op

from store.tables import event_floor

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table where the first revision, run now, has not made it already."""
    event_floor.create(op.get_bind(), checkfirst=True)
