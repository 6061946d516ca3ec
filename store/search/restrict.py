"""Restrictions as SQL (MS-OXWSSRCH 2.2.4, MS-OXCDATA 2.12).

A missing property fails every comparison, satisfies ``ne`` and Excludes; ``Not`` is the exact
complement, so a test below a Not that could be NULL is made false first. Elsewhere NULL counts as
false anyway, and plain comparisons can use indexes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    LargeBinary,
    Numeric,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    true,
)

from store.errors import InvalidRestriction, RestrictionTooLong
from store.limits import RESTRICTION_NODES_MAX
from store.restriction import (
    And,
    Compare,
    Contains,
    Excludes,
    Exists,
    Not,
    Or,
    PropertyName,
    Restriction,
)
from store.search.constants import checked_text, comparable_constant
from store.search.dialect import DIALECTS
from store.search.fields import Family, Field, Place
from store.search.functions import install_functions
from store.search.text import ACCENTS, CASE, fold
from store.search.values import Values
from store.tables import item

__all__ = ["Compiled", "compile_restriction", "install_functions", "simplify"]

Sql = ColumnElement[Any]

DEPTH_MAX = 40

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
# Flags of a message that MAPI keeps in one word: they cannot be missing.
_ALWAYS_THERE = frozenset(
    {"is_read", "is_from_me", "is_draft", "is_submitted", "is_unmodified", "is_resend"}
)


class Compiled(msgspec.Struct, frozen=True):
    """A WHERE clause over ``item``; ``needs_content``: outer-join ``content``."""

    clause: Sql
    needs_content: bool


def compile_restriction(restriction: Restriction, dialect: str) -> Compiled:
    """The clause of a restriction.

    Raises RestrictionTooLong beyond 255 nodes or 40 levels, InvalidRestriction for what cannot be
    evaluated; its role is ``contains``, ``exists``, ``excludes`` or ``query`` (a calculated
    property) where the kind of test is at fault, its ``where`` names the property.
    """
    compiler = _Compiler(DIALECTS[dialect])
    clause = compiler.node(simplify(restriction))
    return Compiled(clause, compiler.needs_content)


def simplify(restriction: Restriction) -> Restriction:
    """The same restriction, flat: Not only before tests, chains of one operator in one node.

    Deeper parts come first: SQLite's parser holds what stands before a parenthesis on a stack of
    100. Raises RestrictionTooLong.
    """
    _measure(restriction)
    flat = _flatten(restriction, negated=False)
    if _depth(flat) > DEPTH_MAX:
        raise RestrictionTooLong(f"the search expression nests deeper than {DEPTH_MAX} levels")
    return flat


def _measure(restriction: Restriction) -> None:
    waiting: list[Restriction] = [restriction]
    nodes = 0
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > RESTRICTION_NODES_MAX:
            raise RestrictionTooLong(
                f"the search expression has more than {RESTRICTION_NODES_MAX} nodes"
            )
        if isinstance(node, And | Or):
            waiting += node.parts
        elif isinstance(node, Not):
            waiting.append(node.part)


def _flatten(node: Restriction, *, negated: bool) -> Restriction:
    if isinstance(node, Not):
        return _flatten(node.part, negated=not negated)
    if not isinstance(node, And | Or):
        return Not(node) if negated else node
    kind = And if isinstance(node, And) is not negated else Or
    parts: list[Restriction] = []
    for part in node.parts:
        flat = _flatten(part, negated=negated)
        parts += flat.parts if isinstance(flat, kind) else (flat,)
    parts.sort(key=_depth, reverse=True)
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _depth(node: Restriction) -> int:
    if isinstance(node, And | Or):
        return 1 + max(map(_depth, node.parts), default=0)
    return 1


class _Compiler(Values):
    """Compiles one restriction."""

    def node(self, node: Restriction) -> Sql:
        """The clause of a simplified restriction; NULL may stand for false."""
        match node:
            case And(parts):
                return and_(true(), *map(self.node, parts))
            case Or(parts):
                return or_(false(), *map(self.node, parts))
            case Not(part):
                return not_(func.coalesce(self.node(part), false(), type_=Boolean))
            case Compare(name, "ne", value):
                return self.node(Not(Compare(name, "eq", value)))
            case Compare(name, operator, value):
                return self._compare(name, operator, value)
            case Exists(name):
                return self._exists(name)
            case Excludes(name, mask):
                return self._excludes(name, mask)
            case Contains():
                return self._contains(node)

    # -- tests -------------------------------------------------------------------------------

    def _contains(self, test: Contains) -> Sql:
        field = self.field(test.name, "query")
        if field.family not in (Family.TEXT, Family.EXACT, Family.MAILBOX):
            raise InvalidRestriction(
                f"{test.name} is no text to look into", where=test.name, role="contains"
            )
        flags = CASE * test.ignore_case | ACCENTS * test.ignore_accents
        text = fold(checked_text(field, test.text), flags)
        return self.any_value(
            field, lambda value: self.dialect.contains(value, text, test.mode, flags)
        )

    def _exists(self, name: str) -> Sql:
        if name in _ALWAYS_THERE:
            raise InvalidRestriction(f"{name} is never missing", where=name, role="exists")
        field = self.field(name, "query")
        match field.place:
            case Place.RECORD:
                return self.dialect.exists(field.path)
            case Place.ATTACHMENTS:
                return self.any_value(field, lambda _: true())
            case Place.BODY | Place.HEADERS:
                return func.coalesce(self.value(field), "") != ""
            case _:
                return self.value(field).is_not(None)

    def _excludes(self, name: str, mask: int) -> Sql:
        field = self.field(name, "query")
        if field.family is not Family.NUMBER or field.many:
            raise InvalidRestriction(f"{name} has no bits", where=name, role="excludes")
        value = (
            item.c[field.column]
            if field.place is Place.COLUMN
            else self.dialect.integer(field.path)
        )
        bits = mask & 0xFFFF_FFFF_FFFF_FFFF
        signed = bits - (1 << 64) if bits >> 63 else bits
        return func.coalesce(value.bitwise_and(literal(signed)), 0) == 0

    def _compare(self, name: str, operator: str, value: Any) -> Sql:
        field = self.field(name, "query")
        if field.family is Family.RECORD:
            raise InvalidRestriction(f"{name} has no single value to compare", where=name)
        test = _OPERATORS[operator]
        if isinstance(value, PropertyName):
            return self._compare_fields(field, operator, self.field(value.name, "query"))
        constant = self.constant(field, value)
        return self.any_value(field, lambda each: test(self.comparable(field, each), constant))

    def _compare_fields(self, left: Field, operator: str, right: Field) -> Sql:
        if (left.many and right.many) or not _comparable(left, right):
            raise InvalidRestriction(
                f"{left.name} and {right.name} cannot be compared", where=right.name
            )
        if right.many:
            left, right, operator = right, left, _MIRRORED[operator]
        test = _OPERATORS[operator]
        other = self.comparable(right, self.value(right))
        return self.any_value(left, lambda each: test(self.comparable(left, each), other))

    # -- values ------------------------------------------------------------------------------

    def constant(self, field: Field, value: Any) -> Sql:
        """A constant as ``comparable`` makes a field's values. Raises InvalidRestriction."""
        constant = comparable_constant(field, value)
        match field.family:
            case Family.BINARY:
                return literal(constant, LargeBinary)
            case Family.NUMBER if self.dialect.name == "postgresql":
                return literal(constant, Numeric(asdecimal=False))
            case Family.NUMBER if not -(2**63) <= constant < 2**63:
                return literal(float(constant))
            case _:
                return literal(constant)


_MIRRORED = {"eq": "eq", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_TEXTS = frozenset({Family.TEXT, Family.MAILBOX})


def _comparable(left: Field, right: Field) -> bool:
    if left.family is Family.ENUM:
        return right.family is Family.ENUM and left.ordinals == right.ordinals
    return left.family is right.family or {left.family, right.family} <= _TEXTS
