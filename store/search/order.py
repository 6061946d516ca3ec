"""Sort orders as SQL: missing values first ascending, last descending; never a tie.

Text sorts by letters without case and accents, lists by their first value, mailboxes by name. The
item's id breaks ties, in the direction of the last field, so that pages neither repeat nor skip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from store.errors import InvalidRestriction
from store.restriction import Order
from store.search.values import Values
from store.tables import item

Sql = ColumnElement[Any]

# What an asker without wishes sees: newest first.
DEFAULT = (Order("received", descending=True),)
FIELDS_MAX = 16


def order_clauses(order: Sequence[Order], values: Values, *, backwards: bool = False) -> list[Sql]:
    """The ORDER BY of a sort order (``DEFAULT`` where it is empty), or of its mirror image.

    Raises InvalidRestriction with role ``sort`` for a property that nothing sorts by.
    """
    order = order or DEFAULT
    if len(order) > FIELDS_MAX:
        raise InvalidRestriction(f"more than {FIELDS_MAX} fields to sort by", role="sort")
    clauses = [
        directed(values.sort_key(field.name), descending=field.descending != backwards)
        for field in order
    ]
    last = order[-1].descending != backwards
    return [*clauses, item.c.id.desc() if last else item.c.id.asc()]


def follows_index(order: Sequence[Order]) -> bool:
    """Whether an index has the items of a folder in this order already."""
    return [field.name for field in order or DEFAULT] == ["received"]


def directed(key: Sql, *, descending: bool) -> Sql:
    """A key in one direction, missing values first ascending, last descending."""
    return key.desc().nulls_last() if descending else key.asc().nulls_first()
