"""Content lines of iCalendar and vCard (RFC 5545 3.1, RFC 6350 3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_SAFE = "@.!$&'*+-/=^_`{|}~"


def escaped(text: object) -> str:
    """A TEXT value (RFC 5545 3.3.11)."""
    value = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", value)


def quoted(text: object) -> str:
    """A parameter's value, in quotes (RFC 6868 for what quotes cannot hold)."""
    value = re.sub(r"[\x00-\x1f\x7f]", " ", str(text)).strip()
    return '"' + value.replace("^", "^^").replace('"', "^'") + '"'


def named(mailbox: Mapping[str, Any]) -> str:
    """The CN parameter of a mailbox; empty where it has no name of its own."""
    name = str(mailbox.get("name") or "").strip()
    return f";CN={quoted(name)}" if name and name != mailbox.get("address") else ""


def mailto(mailbox: Mapping[str, Any]) -> str:
    """A mailbox as a URI (RFC 6068): what could end it is encoded."""
    return f"mailto:{quote(str(mailbox['address']).strip(), safe=_SAFE)}"


def folded(line: str) -> bytes:
    """A content line in pieces of at most 75 bytes, never inside a character (RFC 5545 3.1)."""
    data = line.encode("utf-8", "replace")
    if len(data) <= 75:
        return data + b"\r\n"
    pieces: list[bytes] = []
    start, room = 0, 75
    while start < len(data):
        end = min(start + room, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end])
        start, room = end, 74
    return b"\r\n ".join(pieces) + b"\r\n"
