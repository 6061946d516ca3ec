"""Views of calendars: what they cost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.dialects import sqlite

from store import migrations
from store.calendar import span, view


def test_a_view_reads_the_ranges_of_its_index_alone(tmp_path: Path) -> None:
    """Of each class of spans one range: else a view costs what the whole calendar holds."""
    url = f"sqlite:///{tmp_path}/plan.db"
    migrations.upgrade(url)
    lows = {f"low_{number}": low for number, low in span.ranges("2026-03-01T00:00:00.000000Z")}
    keys = {"mailbox_id": 1, "folder_id": 1, "low": "2026-03", "high": "2026-04", **lows}
    whole = view.CANDIDATES.compile(dialect=sqlite.dialect(paramstyle="named"))
    with sqlite3.connect(tmp_path / "plan.db") as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {whole}", whole.params | keys).fetchall()
    searches = [str(row[3]) for row in plan if "item" in str(row[3])]
    assert len(searches) == len(span.CLASSES) + 1
    for search in searches:
        assert "item_by_span (mailbox_id=? AND folder_id=? AND span_class=?" in search, search
        assert "span_start" in search, search
