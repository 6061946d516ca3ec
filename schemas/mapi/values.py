"""Values of extended properties: between the text of t:Value and plain values.

=======================================  ==============================================
type                                     plain value
=======================================  ==============================================
Short, Integer, Long, Currency           int (Currency: ten-thousandths)
Float, Double, ApplicationTime           float
Boolean                                  bool
String                                   str
SystemTime                               instant text (``YYYY-MM-DDTHH:MM:SS.ffffffZ``)
Binary                                   base64 text
CLSID                                    GUID in lower case, no braces
=======================================  ==============================================

An array is a list of such values.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from schemas.mapi.names import MapiError, read_guid

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def read_value(type: str, text: str) -> Any:
    """A plain value from its text. Raises MapiError ErrorInvalidExtendedPropertyValue.

    ``type`` may be an array's: the value is then one of its entries.
    """
    try:
        return _READERS[type.removesuffix("Array")](text)
    except (ValueError, KeyError, OverflowError) as error:
        raise MapiError(
            "ErrorInvalidExtendedPropertyValue", f"{text[:100]!r} is no value of type {type}."
        ) from error


def write_value(type: str, value: Any) -> str:
    """The text of one plain value."""
    base = type.removesuffix("Array")
    if base == "Boolean":
        return "true" if value else "false"
    if base == "SystemTime":
        return f"{value[:19]}Z"
    if base in _FLOATS:
        return repr(float(value)).removesuffix(".0")
    return str(value)


_FLOATS = frozenset({"ApplicationTime", "Double", "Float"})


def _integer(bits: int) -> Callable[[str], int]:
    """A reader of integers; the upper half of the unsigned range counts as its negative."""
    low, high = -(1 << (bits - 1)), 1 << (bits - 1)

    def read(text: str) -> int:
        number = int(text)
        if high <= number < 1 << bits:
            number -= 1 << bits
        if not low <= number < high:
            raise ValueError(f"{number} does not fit in {bits} bits")
        return number

    return read


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("JSON has no such number")
    return number


def _instant(text: str) -> str:
    text = text.strip()
    if _INSTANT.fullmatch(text) is None:
        raise ValueError("not a date-time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z".rjust(27, "0")


def _binary(text: str) -> str:
    return base64.b64encode(base64.b64decode("".join(text.split()), validate=True)).decode()


def _guid(text: str) -> str:
    guid = read_guid(text)
    if guid is None:
        raise ValueError("not a GUID")
    return guid


_READERS: dict[str, Callable[[str], Any]] = {
    "ApplicationTime": _float,
    "Binary": _binary,
    "Boolean": lambda text: _BOOLEANS[text.strip().lower()],
    "CLSID": _guid,
    "Currency": _integer(64),
    "Double": _float,
    "Float": _float,
    "Integer": _integer(32),
    "Long": _integer(64),
    "Short": _integer(16),
    "SystemTime": _instant,
    "String": str,
}
