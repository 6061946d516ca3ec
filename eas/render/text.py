"""Text as devices can read it: no character that XML has not, cut between characters."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold: devices turn WBXML into it (lesson 31).
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without characters that no device can read."""
    if text.isascii() and text.isprintable():
        return text
    return _ILLEGAL.sub("", text)


def cut(data: bytes, size: int) -> bytes:
    """At most ``size`` bytes of UTF-8 from the front, not ending inside a character."""
    if len(data) <= size:
        return data
    end = max(size, 0)
    while end > 0 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
