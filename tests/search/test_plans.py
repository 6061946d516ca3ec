"""How statements run: the default order and deep pages follow an index, words stay in a mailbox."""

from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.dialects import postgresql, sqlite

from store.commands import FindItems
from store.search.itemset import ItemSet
from store.search.order import order_clauses
from store.search.query import compile_query
from store.search.words import Word
from store.tables import item

from .conftest import INBOX, MAILBOX, NOW, Box


def plan(box: Box, statement: Select[Any]) -> str:
    """What the engine says it does."""
    dialect = sqlite.dialect() if box.dialect == "sqlite" else postgresql.dialect()
    said = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if box.dialect == "sqlite" else "EXPLAIN"

    def run(conn: Connection) -> str:
        if box.dialect == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            conn.exec_driver_sql("SET LOCAL enable_sort = off")
        rows = conn.exec_driver_sql(f"{explain} {said}").all()
        return "\n".join(str(row[-1]) for row in rows)

    return box.run(run)


def test_the_default_order_reads_an_index_backwards(box: Box):
    def statement(conn: Connection) -> Select[Any]:
        asked = ItemSet(conn, box.dialect, MAILBOX, [INBOX], FindItems(()), NOW, UTC)
        order = order_clauses((), asked.values)
        return asked.where(select(item.c.id)).order_by(*order).limit(10).offset(1000)

    said = plan(box, box.run(statement))
    assert "item_by_received" in said
    assert "TEMP B-TREE" not in said
    assert "Sort" not in said
    if box.dialect == "postgresql":
        assert "Index Only Scan Backward" in said
    else:
        assert "COVERING INDEX" in said


def test_words_of_other_mailboxes_are_not_read(box: Box):
    clause = compile_query(Word(("plan",)), box.dialect, MAILBOX).clause
    statement = select(item.c.id).where(item.c.mailbox_id == MAILBOX, clause)
    if box.dialect == "sqlite":  # a full-text match (M) bounded on both sides by rowid
        assert "VIRTUAL TABLE INDEX 0:M4><" in plan(box, statement)
    else:  # lexemes begin with the mailbox's number
        assert f"('{MAILBOX}/plan':*)" in statement.compile().params.values()
