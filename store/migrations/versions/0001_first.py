"""The first schema."""

from alembic import op

from store.search.words import create_index_tables
from store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and the word index."""
    connection = op.get_bind()
    metadata.create_all(connection)
    create_index_tables(connection, connection.dialect.name)
