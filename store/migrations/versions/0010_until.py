"""Until when items count for devices that follow a folder by age."""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnClause,
    String,
    and_,
    column,
    delete,
    or_,
    select,
    table,
    text,
    update,
)

from store.record import decode_record
from store.until import KINDS, until_of

revision = "0010"
down_revision = "0009"

_PORTION = 5_000


def upgrade() -> None:
    """Add the columns and fill them. Devices begin calendars and tasks anew: their positions were
    in another order."""
    for name in ("item", "tombstone"):
        op.add_column(name, Column("until", String))
        op.add_column(name, Column("until_id", BigInteger))
    op.create_table(
        "item_renewed",
        Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
        Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("item_id", BigInteger, primary_key=True, autoincrement=False),
        Column("kind", String, nullable=False),
        Column("until", String, nullable=False),
        Column("until_id", BigInteger, nullable=False),
    )
    _fill()
    op.create_index(
        "item_by_until",
        "item",
        ["mailbox_id", "folder_id", "until", "until_id"],
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    )
    _begin_anew()


def _fill() -> None:
    names = ("mailbox_id", "id", "kind", "span_end", "record", "until", "until_id")
    made: list[ColumnClause[Any]] = [column(name) for name in names]
    item = table("item", *made)
    bind = op.get_bind()
    open_ = (item.c.kind.in_(sorted(KINDS)), item.c.until.is_(None))
    wanted = (item.c.mailbox_id, item.c.id, item.c.kind, item.c.span_end, item.c.record)
    while rows := bind.execute(select(*wanted).where(*open_).limit(_PORTION)).all():
        for row in rows:
            properties, _ = decode_record(row.record)
            until = until_of(row.kind, {"span_end": row.span_end}, properties)
            bind.execute(
                update(item)
                .where(item.c.mailbox_id == row.mailbox_id, item.c.id == row.id)
                .values(until=until, until_id=row.id)
            )


def _begin_anew() -> None:
    folder = table("folder", column("mailbox_id"), column("id"), column("folder_class"))
    held = table("device_collection", column("mailbox_id"), column("folder_id"))
    upper = [folder.c.folder_class.ilike(f"{name}%") for name in ("IPF.Appointment", "IPF.Task")]
    of_folder = and_(folder.c.mailbox_id == held.c.mailbox_id, folder.c.id == held.c.folder_id)
    concerned = select(folder.c.id).where(of_folder, or_(*upper)).exists()
    op.get_bind().execute(delete(held).where(concerned))
