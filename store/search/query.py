"""Queries in words as SQL: words ask the index, as many at once as go; tests ask the items."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from store.search.aqs import Either, Every, Filter, Query, Without
from store.search.restrict import Compiled, compile_restriction
from store.search.words import Word, match_clause


def compile_query(query: Query, dialect: str, mailbox_id: int) -> Compiled:
    """The clause of a query over the items of a mailbox."""
    match query:
        case Word():
            return Compiled(match_clause([query], dialect, mailbox_id), False)
        case Filter(restriction):
            return compile_restriction(restriction, dialect)
        case Without(part):
            inner = compile_query(part, dialect, mailbox_id)
            return Compiled(not_(func.coalesce(inner.clause, false())), inner.needs_content)
        case Every(parts) | Either(parts):
            return _joined(parts, dialect, mailbox_id, any_of=isinstance(query, Either))


def _joined(parts: tuple[Query, ...], dialect: str, mailbox_id: int, *, any_of: bool) -> Compiled:
    words = [part for part in parts if isinstance(part, Word)]
    clauses: list[ColumnElement[Any]] = []
    if words:
        clauses.append(match_clause(words, dialect, mailbox_id, any_of=any_of))
    others = [
        compile_query(part, dialect, mailbox_id) for part in parts if not isinstance(part, Word)
    ]
    clauses += [other.clause for other in others]
    joined = or_(false(), *clauses) if any_of else and_(true(), *clauses)
    return Compiled(joined, any(other.needs_content for other in others))
