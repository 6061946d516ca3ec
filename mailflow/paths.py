"""The arguments of MAIL and RCPT (RFC 5321 4.1.2, 4.1.1.11): pure parsing."""

from __future__ import annotations

import re

import msgspec

PATH_CHARS_MAX = 254

_BRACKETED = re.compile(r"<(?:@[^<>:\s]*:)?([^<>]*)>(.*)", re.DOTALL)
_BARE = re.compile(r"([^\s<>]+)(.*)", re.DOTALL)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")
_ADDRESS = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>\x00-\x1f\x7f]{1,253}")


class Path(msgspec.Struct, frozen=True):
    """An address (empty: the null path) and the parameters behind it, names in upper case."""

    address: str
    parameters: dict[str, str] = {}


def parse_path(keyword: str, argument: str | None) -> Path | None:
    """What stands behind ``MAIL`` or ``RCPT``; None where it is no path.

    Angle brackets may be missing, source routes are skipped, blanks around the colon are borne, as
    real clients send them.
    """
    if argument is None or not argument.upper().startswith(keyword):
        return None
    rest = argument[len(keyword) :].lstrip()
    if not rest.startswith(":"):
        return None
    rest = rest[1:].lstrip()
    match = (_BRACKETED if rest.startswith("<") else _BARE).fullmatch(rest)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    for word in match[2].split():
        parameter = _PARAMETER.fullmatch(word)
        if parameter is None:
            return None
        parameters[parameter[1].upper()] = parameter[2] or ""
    return Path(match[1].strip(), parameters)


def is_address(text: str) -> bool:
    """Whether mail could go there, as far as its form says."""
    return len(text) <= PATH_CHARS_MAX and _ADDRESS.fullmatch(text) is not None
