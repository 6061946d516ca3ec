"""Header fields: raw blocks, decoding, addresses. Tolerant: real mail breaks every rule."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
import email.utils
from typing import Any

HEADER_CHARS_MAX = 1024 * 1024
ADDRESSES_MAX = 10_000
# Newer Pythons refuse what real mail holds unless told not to.
_LENIENT: dict[str, Any] = (
    {"strict": False} if getattr(email.utils, "supports_strict_parsing", False) else {}
)

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)


def decode_bytes(data: bytes, charset: str | None = None) -> str:
    """Text of bytes: by the charset named, else UTF-8, else Windows-1252. Never raises."""
    for name in (charset, "utf-8"):
        if not name:
            continue
        try:
            return clean(data.decode(_CHARSETS.get(name.lower(), name)))
        except (LookupError, ValueError):
            continue
    return clean(data.decode("cp1252", "replace"))


# Names that mail uses and Python does not know, or knows as something narrower.
_CHARSETS = {
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "default": "utf-8",
}


def clean(text: str) -> str:
    """Text without NUL and lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def raw_block(mime: bytes) -> bytes:
    """The header block of a message, up to the first empty line."""
    for mark in (b"\r\n\r\n", b"\n\n"):
        end = mime.find(mark, 0, HEADER_CHARS_MAX)
        if end >= 0:
            other = mime.find(b"\n\n", 0, end)
            return mime[: other if other >= 0 else end]
    return mime[:HEADER_CHARS_MAX]


def fields(block: str) -> list[tuple[str, str]]:
    """(name, unfolded raw value) of each field, in order."""
    found: list[tuple[str, str]] = []
    for line in re.split(r"\r?\n", _FOLD.sub("", block)):
        match = _FIELD.match(line)
        if match is not None:
            found.append((match[1], match[2].rstrip()))
    return found


def decode(value: str) -> str:
    """A header value with its encoded words decoded (RFC 2047), broken ones left as they are."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    text: list[str] = []
    for part, charset in parts:
        if isinstance(part, str):
            text.append(part)
        else:
            text.append(decode_bytes(part, charset))
    return clean("".join(text))


def header_list(block: str) -> list[tuple[str, str]]:
    """(name, decoded value) of each field of a header block (InternetMessageHeaders)."""
    return [(name, decode(value)) for name, value in fields(block)]


def mailboxes(values: list[str]) -> list[dict[str, Any]]:
    """Mailboxes of address headers; groups are opened, empty groups give none."""
    if not values:
        return []
    joined = [value.replace("\r", " ").replace("\n", " ") for value in values]
    found: list[dict[str, Any]] = []
    for name, address in email.utils.getaddresses(joined, **_LENIENT):
        name, address = decode(name).strip(), decode(address).strip()
        if not address and not name:
            continue
        mailbox: dict[str, Any] = {}
        if name or address:
            mailbox["name"] = name or address
        if address:
            mailbox["address"] = address
        found.append(mailbox)
        if len(found) >= ADDRESSES_MAX:
            break
    return found
