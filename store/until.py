"""Until when an item counts for whoever follows a folder by age: events until they end, tasks until
they are done. Text that sorts, compared with a cut-off alone."""

from __future__ import annotations

from typing import Any

from schemas.property import Kind
from store.calendar.span import ENDLESS
from store.model import Properties

DONE, OPEN = "0", "1"
# Of which kinds items have it.
KINDS = frozenset({Kind.CALENDAR.value, Kind.TASK.value})


def until_of(kind: str, row: dict[str, Any], properties: Properties) -> str | None:
    """The end of an event, the last one of a series, later than every cut-off where it has none;
    DONE or OPEN of a task; None for items of other kinds. ``row``: with the columns of its span."""
    if kind == Kind.CALENDAR:
        return row["span_end"] or ENDLESS
    if kind == Kind.TASK:
        return DONE if properties.get("status") == "completed" else OPEN
    return None
