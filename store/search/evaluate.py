"""Restrictions evaluated in Python over one object's values: the same semantics as the SQL.

FindFolders uses it (a mailbox has few folders); the tests compare the SQL with it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, cast

from store.errors import InvalidRestriction
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
from store.search.fields import Family, Field
from store.search.functions import decode_bytes
from store.search.text import ACCENTS, CASE, MODES, contains, fold

Values = Callable[[str], Any]
FieldOf = Callable[[str], Field]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def evaluate(restriction: Restriction, values: Values, field_of: FieldOf) -> bool:
    """Whether an object passes. ``values`` gives a property's value, None where it is missing.

    Raises InvalidRestriction for a property that ``field_of`` does not know.
    """

    def passes(node: Restriction) -> bool:
        match node:
            case And(parts):  # all of them: a bad one is refused whatever the others say
                return False not in list(map(passes, parts))
            case Or(parts):
                return True in list(map(passes, parts))
            case Not(part):
                return not passes(part)
            case Compare(name, "ne", value):
                return not _compare(field_of(name), "eq", value, values, field_of)
            case Compare(name, operator, value):
                return _compare(field_of(name), operator, value, values, field_of)
            case Exists(name):
                field_of(name)
                return values(name) is not None
            case Excludes(name, mask):
                value = values(field_of(name).name)
                return not isinstance(value, int) or value & mask == 0
            case Contains():
                return _contains(field_of(node.name), node, values(node.name))

    return passes(restriction)


def _compare(field: Field, operator: str, constant: Any, values: Values, field_of: FieldOf) -> bool:
    test = _OPERATORS[operator]
    if isinstance(constant, PropertyName):
        other = field_of(constant.name)
        rights = [_comparable(other, v) for v in _single(other, values(other.name))]
    else:
        rights = [comparable_constant(field, constant)]
    lefts = [_comparable(field, value) for value in _each(field, values(field.name))]
    return any(
        test(left, right)
        for left in lefts
        for right in rights
        if left is not None and right is not None
    )


def _contains(field: Field, test: Contains, value: Any) -> bool:
    if field.family not in (Family.TEXT, Family.EXACT, Family.MAILBOX):
        raise InvalidRestriction(
            f"{field.name} is no text to look into", where=field.name, role="contains"
        )
    flags = CASE * test.ignore_case | ACCENTS * test.ignore_accents
    text = fold(checked_text(field, test.text), flags)
    return any(
        isinstance(each, str) and contains(each, text, MODES[test.mode], flags)
        for each in _each(field, value)
    )


def _each(field: Field, value: Any) -> Iterator[Any]:
    """The values of a field; of mailboxes both names and addresses."""
    if value is None:
        return
    for each in cast("list[Any]", value) if field.many else [value]:
        if isinstance(each, dict):
            mailbox = cast("dict[str, Any]", each)
            yield mailbox.get("name")
            yield mailbox.get("address")
        else:
            yield each


def _single(field: Field, value: Any) -> Iterator[Any]:
    """The one value that stands on the right: of a mailbox its name, else its address."""
    if isinstance(value, dict):
        mailbox = cast("dict[str, Any]", value)
        yield mailbox.get("name") or mailbox.get("address")
    else:
        yield from _each(field, value)


def _comparable(field: Field, value: Any) -> Any:
    """A value as ``comparable_constant`` makes constants; None for one of another type."""
    match field.family:
        case Family.NUMBER:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return value if is_number else None
        case Family.BOOLEAN:
            return int(value) if isinstance(value, bool) else None
        case _ if not isinstance(value, str):
            return None
        case Family.TEXT | Family.MAILBOX:
            return fold(value, CASE)
        case Family.ENUM:
            return field.ordinals.get(value)
        case Family.BINARY:
            return decode_bytes(value)
        case _:
            return value
