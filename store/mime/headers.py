"""Header fields: where they end, their names and values, encoded words, parameters.

Tolerant: real mail breaks every rule. Bounded: nothing here takes more than linear time.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from store.mime.addresses import ADDRESSES_MAX, mailboxes_of
from store.mime.charset import clean, decode_bytes, header_text
from store.mime.words import decode

__all__ = [
    "ADDRESSES_MAX",
    "HEADER_CHARS_MAX",
    "clean",
    "decode",
    "decode_bytes",
    "fields",
    "header_end",
    "header_list",
    "header_text",
    "mailboxes",
    "parameters",
    "raw_block",
]

HEADER_CHARS_MAX = 1024 * 1024
_PARAMETER_CHARS_MAX = 16_384

_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_EMPTY_LINE = re.compile(rb"\n\r?\n")


def header_end(mime: bytes, start: int = 0, end: int | None = None) -> tuple[int, int]:
    """Where the header block ends, and where the body begins behind the empty line."""
    end = len(mime) if end is None else end
    if mime.startswith(b"\n", start, end):
        return start, start + 1
    if mime.startswith(b"\r\n", start, end):
        return start, start + 2
    found = _EMPTY_LINE.search(mime, start, end)
    if found is None:
        return end, end
    block = found.start()
    if block > start and mime[block - 1] == 13:
        block -= 1
    return block, found.end()


def raw_block(mime: bytes) -> bytes:
    """The header block of a message, up to the first empty line, at most 1 MiB."""
    return mime[: min(header_end(mime, 0, min(len(mime), HEADER_CHARS_MAX))[0], HEADER_CHARS_MAX)]


def fields(block: str) -> list[tuple[str, str]]:
    """(name, unfolded raw value) of each field, in order; lines that are no fields are passed."""
    return [(match[1], _unfolded(match[2])) for match in _FIELD.finditer(block)]


def _unfolded(value: str) -> str:
    if "\n" in value:
        value = _FOLD.sub("", value)
    value = value.strip()
    return value.replace("\r", " ") if "\r" in value else value


def header_list(block: str) -> list[tuple[str, str]]:
    """(name, decoded value) of each field of a header block (InternetMessageHeaders)."""
    return [(name, decode(value)) for name, value in fields(block)]


def mailboxes(values: list[str]) -> list[dict[str, str]]:
    """Mailboxes of address headers; groups are opened, empty groups give none.

    At most 10,000; nobody writes to more, and nobody reads such a list.
    """
    found: list[dict[str, str]] = []
    for value in values:
        mailboxes_of(value, found)
    return found


_PARAMETER = re.compile(
    r"""[;\s]\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;]*+))""", re.DOTALL
)
_ESCAPED = re.compile(r'\\(["\\])')
_COMMENT = re.compile(r"\s*\([^()]*\)\s*$")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The main value in lower case, and its parameters by lower-case name, decoded.

    Takes RFC 2231 (charset, language, continuation), RFC 2047 words where they do not belong,
    quoted and bare values with blanks, and comments. The first of two equal names counts.
    """
    value = value[:_PARAMETER_CHARS_MAX]
    main = re.split(r"[;\s(]", value, maxsplit=1)[0] if value else ""
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text, quoted in _pairs(value[len(main) :]):
        base, number, encoded = _split_name(name)
        if number is None and not encoded:
            plain.setdefault(base, _plain(text, quoted))
        else:
            extended.setdefault(base, {}).setdefault(number or 0, (text, encoded))
    for name, pieces in extended.items():
        plain[name] = _joined(pieces)
    return main.strip().lower(), plain


def _pairs(text: str) -> Iterator[tuple[str, str, bool]]:
    for match in _PARAMETER.finditer(text):
        if match[2] is not None:
            yield match[1].lower(), _ESCAPED.sub(r"\1", match[2]), True
        else:
            yield match[1].lower(), _COMMENT.sub("", match[3]).strip().strip('"'), False


def _plain(text: str, quoted: bool) -> str:
    if "=?" in text:
        return decode(text)
    if not quoted and "''" in text and "%" in text:  # RFC 2231 without its star
        charset, _, rest = text.split("'", 2)
        return decode_bytes(unquote_to_bytes(rest), charset)
    return text


def _split_name(name: str) -> tuple[str, int | None, bool]:
    """Base name, number of the piece, whether it is percent-encoded (RFC 2231 3, 4)."""
    base, *stars = name.split("*")
    number = int(stars[0]) if stars and stars[0].isdecimal() and len(stars[0]) < 5 else None
    return base, number, len(stars) > 0 and stars[-1] == ""


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """A value from its numbered pieces; what follows a gap is not part of it."""
    charset: str | None = None
    data = bytearray()
    for number in sorted(pieces):
        if number - 1 not in pieces and number > min(1, min(pieces)):
            break
        text, encoded = pieces[number]
        if encoded and not data and charset is None and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    text = decode_bytes(bytes(data), charset)
    return decode(text) if "=?" in text else text


def is_base64(text: str) -> bool:
    """Whether text is whole base64."""
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        return False
    return bool(text)
