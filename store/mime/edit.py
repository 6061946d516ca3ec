"""Edits of header lines that leave every other byte of a message as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from store.mime.encode import fold, one_line
from store.mime.headers import header_end

_FIELD = re.compile(rb"^[!-9;-~]+[ \t]*:", re.MULTILINE)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+\Z")


def with_headers(
    mime: bytes, *, remove: Iterable[str] = (), add: Iterable[tuple[str, str]] = ()
) -> bytes:
    """The message with header fields removed (by name, without case) and others put in front.

    All other bytes stay as they are. Values are given as they shall stand in the message; a line
    break in one becomes a blank. New lines end as those of the message do.
    """
    end, body = header_end(mime)
    blank = 0 if body == end else 2 if mime[body - 2 : body] == b"\r\n" else 1
    block, rest = mime[: body - blank], mime[body - blank :]
    ending = b"\n" if b"\n" in mime[:body] and b"\r\n" not in mime[:body] else b"\r\n"
    new = b"".join(_field(name, value, ending) for name, value in add)
    if new and block and _FIELD.search(block) is None:
        return new + ending + mime  # no header so far: all of it is the body
    return new + _without(block, {name.lower().encode() for name in remove}) + rest


def _without(block: bytes, gone: set[bytes]) -> bytes:
    if not gone:
        return block
    kept: list[bytes] = []
    skipping = False
    for match in _LINE.finditer(block):
        line = match.group()
        if line[:1] not in b" \t":
            skipping = line.split(b":", 1)[0].strip().lower() in gone
        if not skipping:
            kept.append(line)
    return b"".join(kept)


def _field(name: str, value: str, ending: bytes) -> bytes:
    if not re.fullmatch(r"[!-9;-~]+", name):
        raise ValueError(f"{name!r} is no name of a header field")
    value = fold(one_line(value).strip(" "), len(name) + 2)
    return f"{name}: {value}".encode().replace(b"\r\n", ending) + ending
