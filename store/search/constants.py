"""The constants of restrictions: checked, and made comparable with the values of a property."""

from __future__ import annotations

import math
from typing import Any

from store.errors import InvalidRestriction
from store.search.fields import Family, Field, is_storable
from store.search.functions import decode_bytes
from store.search.text import CASE, fold

TEXT_MAX = 32768
# Beyond all numbers that items hold.
_INTEGER_MAX = 2**70


def comparable_constant(field: Field, value: Any) -> Any:
    """A constant as a field's values compare: text folded, enums by ordinal, binary as bytes.

    Raises InvalidRestriction (role ``value``) for one that the property cannot hold.
    """
    match field.family:
        case Family.TEXT | Family.MAILBOX:
            return fold(checked_text(field, value), CASE)
        case Family.EXACT | Family.INSTANT:
            return checked_text(field, value)
        case Family.BINARY:
            return _fits(decode_bytes(checked_text(field, value)), field, value)
        case Family.NUMBER:
            return _fits(_number(value), field, value)
        case Family.BOOLEAN:
            is_boolean = isinstance(value, int) and value in (0, 1)
            return int(_fits(value if is_boolean else None, field, value))
        case Family.ENUM:
            is_name = isinstance(value, str)
            return _fits(field.ordinals.get(value) if is_name else None, field, value)
        case Family.RECORD:
            raise InvalidRestriction(f"{field.name} has no single value", where=field.name)


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return max(-_INTEGER_MAX, min(value, _INTEGER_MAX))
    return value if isinstance(value, float) and math.isfinite(value) else None


def checked_text(field: Field, value: Any) -> str:
    """The text itself. Raises InvalidRestriction for none, or none that a database takes."""
    if not isinstance(value, str) or not is_storable(value):
        raise _refused(field, value)
    if len(value) > TEXT_MAX:
        raise InvalidRestriction(
            f"a constant has {TEXT_MAX:,} characters at most", where=field.name, role="value"
        )
    return value


def _fits(converted: Any, field: Field, value: Any) -> Any:
    if converted is None:
        raise _refused(field, value)
    return converted


def _refused(field: Field, value: Any) -> InvalidRestriction:
    return InvalidRestriction(
        f"{value!r:.100} is no value of {field.name}", where=field.name, role="value"
    )
