"""Simple types: text to Python value and back.

xs:boolean is bool, integers int, xs:double float, xs:dateTime datetime (aware where the text has a
zone), xs:date date (a zone suffix is dropped), xs:base64Binary bytes, a list type a list; xs:time,
xs:duration, enumerations and all else are str.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from schemas.ews import contract

Read = Callable[[str], Any]
Format = Callable[[Any], bytes]

_INTEGERS = {
    "xs:int": (-(2**31), 2**31 - 1),
    "xs:short": (-(2**15), 2**15 - 1),
    "xs:long": (-(2**63), 2**63 - 1),
    "xs:unsignedInt": (0, 2**32 - 1),
    "xs:unsignedShort": (0, 2**16 - 1),
    "xs:nonNegativeInteger": (0, None),
    "xs:integer": (None, None),
}
_SPACE = " \t\r\n"
_INTEGER = re.compile(r"[+-]?[0-9]{1,100}")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN")
_ZONE = r"(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(\.\d+)?"
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}{_ZONE}", re.ASCII)
_DATE_ONLY = re.compile(f"{_DATE}{_ZONE}", re.ASCII)
_TIME_ONLY = re.compile(f"{_TIME}{_ZONE}", re.ASCII)
_DURATION = re.compile(
    r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII
)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def _boolean(text: str) -> bool:
    word = text.strip(_SPACE)
    if word == "true" or word == "1":
        return True
    if word == "false" or word == "0":
        return False
    raise ValueError("true or false is due")


def _integer(low: int | None, high: int | None) -> Read:
    def read(text: str) -> int:
        word = text.strip(_SPACE)
        if _INTEGER.fullmatch(word) is None:
            raise ValueError("a whole number is due")
        number = int(word)
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(f"a number from {low} to {high} is due")
        return number

    return read


def _double(text: str) -> float:
    word = text.strip(_SPACE)
    if _DOUBLE.fullmatch(word) is None:
        raise ValueError("a number is due")
    return float(word.replace("INF", "inf"))


def _zone(word: str | None) -> timezone | None:
    if word is None:
        return None
    if word == "Z":
        return UTC
    minutes = int(word[1:3]) * 60 + int(word[4:6])
    return timezone(timedelta(minutes=-minutes if word[0] == "-" else minutes))


def read_date_time(text: str) -> datetime:
    """An xs:dateTime. Digits of the fraction beyond microseconds are cut. Raises ValueError."""
    match = _DATE_TIME.fullmatch(text.strip(_SPACE))
    if match is None:
        raise ValueError("a date and time such as 2026-02-28T09:30:00Z is due")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int(fraction[1:7].ljust(6, "0")) if fraction else 0
    midnight = (hour, minute, second) == ("24", "00", "00") and not micro
    found = datetime(
        int(year),
        int(month),
        int(day),
        0 if midnight else int(hour),
        int(minute),
        int(second),
        micro,
        _zone(zone),
    )
    try:
        return found + timedelta(days=1) if midnight else found
    except OverflowError as error:
        raise ValueError("the year is out of range") from error


def _date(text: str) -> date:
    match = _DATE_ONLY.fullmatch(text.strip(_SPACE))
    if match is None:
        raise ValueError("a date such as 2026-02-28 is due")
    return date(int(match[1]), int(match[2]), int(match[3]))


def _matching(pattern: re.Pattern[str], due: str) -> Read:
    def read(text: str) -> str:
        word = text.strip(_SPACE)
        if pattern.fullmatch(word) is None:
            raise ValueError(f"{due} is due")
        return word

    return read


def _time(text: str) -> str:
    word = text.strip(_SPACE)
    match = _TIME_ONLY.fullmatch(word)
    if match is None or not (int(match[1]) < 24 and int(match[2]) < 60 and int(match[3]) < 60):
        raise ValueError("a time such as 09:30:00 is due")
    return word


def read_base64(text: str) -> bytes:
    """Bytes of a base64 text, white space apart. Raises ValueError."""
    try:
        return binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("base64 is due") from error


_BUILT_IN: dict[str, Read] = {
    "xs:string": str,
    "xs:anyURI": lambda text: text.strip(_SPACE),
    "xs:language": _matching(_LANGUAGE, "a language tag such as en-US"),
    "xs:boolean": _boolean,
    "xs:double": _double,
    "xs:dateTime": read_date_time,
    "xs:date": _date,
    "xs:time": _time,
    "xs:duration": _matching(_DURATION, "a duration such as PT1H"),
    "xs:base64Binary": read_base64,
    **{name: _integer(*bounds) for name, bounds in _INTEGERS.items()},
}

_ANY_TAG = re.compile(r"0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10}")


@cache
def reader(name: str, strict: bool) -> Read:
    """The function from text to value for a simple type; it raises ValueError with the reason."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    if name == "PropertyTagType" and not strict:
        # Clients pad tags and write them in decimal (survey of clients, trap 29).
        return _matching(_ANY_TAG, "a property tag")
    if name == "DaysOfWeekType":
        # As in Exchange a name that is none spoils the one item (MS-OXWSMTGS
        # ErrorCalendarInvalidDayForWeeklyRecurrence), not the whole request.
        return str.split
    kind = contract.simple_type(name)
    if kind.kind == "list":
        item = reader(kind.members[0], strict)
        return lambda text: [item(word) for word in text.split()]
    if kind.kind == "union":
        return _union([reader(member, strict) for member in kind.members])
    base = reader(kind.members[0], strict)
    if kind.values:
        return _enumeration(kind.values, strict)
    return _with_facets(base, kind.facets) if kind.facets else base


def _union(readers: list[Read]) -> Read:
    def read(text: str) -> Any:
        reason = ""
        for member in readers:
            try:
                found = member(text)
            except ValueError as error:
                reason = str(error)
            else:
                return text.strip(_SPACE) if member is readers[0] and _is_tag(readers) else found
        raise ValueError(reason)

    return read


def _is_tag(readers: list[Read]) -> bool:
    """Whether a union mixes numbers and text: then all its values stay text."""
    return readers[0] is _BUILT_IN["xs:unsignedShort"]


def _enumeration(values: dict[str, str], strict: bool) -> Read:
    due = ", ".join(list(values)[:12]) + (", …" if len(values) > 12 else "")

    def read(text: str) -> str:
        word = text if strict or text in values else text.strip(_SPACE)
        if word not in values:
            raise ValueError(f"one of {due} is due")
        return word

    return read


def _with_facets(base: Read, facets: tuple[tuple[str, str], ...]) -> Read:
    checks = [_facet(name, value) for name, value in facets]

    def read(text: str) -> Any:
        value = base(text)
        for holds, due in checks:
            if not holds(value):
                raise ValueError(due)
        return value

    return read


def _facet(name: str, value: str) -> tuple[Callable[[Any], bool], str]:
    match name:
        case "minInclusive":
            return (lambda v: v >= int(value)), f"a number from {value} on is due"
        case "maxInclusive":
            return (lambda v: v <= int(value)), f"a number up to {value} is due"
        case "minLength":
            return (lambda v: len(v) >= int(value)), f"{value} or more characters are due"
        case "length":
            return (lambda v: len(v) == int(value)), f"exactly {value} characters are due"
        case _:
            pattern = re.compile(value)
            return (lambda v: pattern.fullmatch(v) is not None), f"the pattern is {value}"


# What XML 1.0 cannot carry at all, and what must be escaped.
ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_SPECIAL = re.compile(f"[&<>\r{ILLEGAL}]")
_SPECIAL_QUOTED = re.compile(f'[&<>"\r\n\t{ILLEGAL}]')
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "&#xD;",
    "\n": "&#xA;",
    "\t": "&#x9;",
}


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match.group(), "")


def escape(text: str) -> bytes:
    """Text as element content; characters that XML cannot carry are left out (lesson 31)."""
    if _SPECIAL.search(text) is None:
        return text.encode()
    return _SPECIAL.sub(_escaped, text).encode()


def escape_quoted(text: str) -> bytes:
    """Text as the value of an attribute in double quotes."""
    if _SPECIAL_QUOTED.search(text) is None:
        return text.encode()
    return _SPECIAL_QUOTED.sub(_escaped, text).encode()


def format_date_time(value: datetime) -> bytes:
    """``yyyy-MM-ddTHH:mm:ssZ``, no fraction (trap 34); a naive value is written without zone."""
    if value.tzinfo is None:
        return value.isoformat(timespec="seconds").encode()
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19].encode() + b"Z"


def format_milliseconds(value: datetime) -> bytes:
    """As format_date_time, with three digits of fraction (header DateTimePrecision)."""
    if value.tzinfo is None:
        return value.isoformat(timespec="milliseconds").encode()
    return value.astimezone(UTC).isoformat(timespec="milliseconds")[:23].encode() + b"Z"


def format_value(value: Any, *, quoted: bool = False, milliseconds: bool = False) -> bytes:
    """Any simple value as text of XML. Raises TypeError for what is none."""
    if isinstance(value, str):
        return escape_quoted(value) if quoted else escape(value)
    if value is True:
        return b"true"
    if value is False:
        return b"false"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, datetime):
        return format_milliseconds(value) if milliseconds else format_date_time(value)
    if isinstance(value, date):
        return value.isoformat().encode()
    if isinstance(value, float):
        return _double_text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return binascii.b2a_base64(value, newline=False)
    if isinstance(value, (list, tuple)):
        return b" ".join([format_value(v, quoted=quoted) for v in value])
    raise TypeError(f"{type(value).__name__} is no simple value")


def _double_text(value: float) -> bytes:
    text = repr(value)
    return {"inf": b"INF", "-inf": b"-INF", "nan": b"NaN"}.get(text) or text.encode()
