"""The span of calendar items, by which views find them."""

from typing import Any

from alembic import op
from sqlalchemy import Column, ColumnClause, Integer, String, column, select, table, text, update

from store.calendar.span import columns

revision = "0004"
down_revision = "0003"

_SPAN = ("span_class", "span_start", "span_end")
_PORTION = 5_000


def upgrade() -> None:
    """Add the columns and fill them: until now there were no series."""
    op.add_column("item", Column("span_class", Integer))
    op.add_column("item", Column("span_start", String))
    op.add_column("item", Column("span_end", String))
    _fill()
    op.create_index(
        "item_by_span",
        "item",
        ["mailbox_id", "folder_id", *_SPAN, "id"],
        sqlite_where=text("span_class IS NOT NULL"),
        postgresql_where=text("span_class IS NOT NULL"),
    )


def _fill() -> None:
    names = ("mailbox_id", "id", "start", "end", *_SPAN)
    made: list[ColumnClause[Any]] = [column(name) for name in names]
    item = table("item", *made)
    bind = op.get_bind()
    open_ = (item.c.start.is_not(None), item.c.end.is_not(None), item.c.span_class.is_(None))
    while rows := bind.execute(
        select(item.c.mailbox_id, item.c.id, item.c.start, item.c.end).where(*open_).limit(_PORTION)
    ).all():
        for mailbox_id, id, start, end in rows:
            bind.execute(
                update(item)
                .where(item.c.mailbox_id == mailbox_id, item.c.id == id)
                .values(**columns({"start": start, "end": end}))
            )
