"""Encoded words of headers (RFC 2047), as real mail has them: broken, folded, without blanks."""

from __future__ import annotations

import binascii
import re

from store.mime.charset import clean, codec_of, decode_bytes

# charset (*language), encoding, text; blanks inside the text are wrong and common.
_WORD = re.compile(
    r"=\?([^?*\s=]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?"
    r"([^?\r\n]*+(?:\?(?!=)[^?\r\n]*+)*+)\?="
)
_WITH_MARKS = ("utf-16", "utf-32")  # each word begins with a byte order mark
_LINES = re.compile(r"[\r\n]+")


def decode(value: str) -> str:
    """A header value with its encoded words decoded; broken ones stay as they are.

    Neighbours of one charset are joined before they are decoded, because senders split characters
    between them. A line break that hid in a word becomes a blank (attack A22).
    """
    if "=?" not in value:
        return value
    pieces: list[str] = []
    pending = bytearray()
    charset = ""
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        named = match[1].lower()
        data = _bytes(match[2], match[3], named)
        if data is None:
            continue
        is_next = bool(end) and not between.strip() and named == charset
        if is_next and not named.startswith(_WITH_MARKS):
            pending += data
        else:
            if pending:
                pieces.append(decode_bytes(bytes(pending), charset))
            if not end or between.strip():
                pieces.append(between)
            pending = bytearray(data)
            charset = named
        end = match.end()
    if pending:
        pieces.append(decode_bytes(bytes(pending), charset))
    pieces.append(value[end:])
    return clean(_LINES.sub(" ", "".join(pieces)))


def _bytes(encoding: str, text: str, charset: str) -> bytes | None:
    """The bytes of one word, raw characters in it too; None where they cannot be read."""
    try:
        data = text.encode("ascii" if text.isascii() else codec_of(charset) or "utf-8")
    except UnicodeEncodeError:
        return None
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    bare = data.rstrip(b"=")
    try:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        try:
            return binascii.a2b_base64(bare[: len(bare) // 4 * 4])
        except binascii.Error:
            return None
