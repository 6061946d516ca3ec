"""Bytes of mail to text: the charset named, where it fits, and never an exception.

Nothing is lost without trace: U+FFFD stands only for bytes that are broken in the charset that all
the rest is in; everything else that does not fit is read as Windows-1252.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Any

# Names that mail uses and Python does not know, or knows as something narrower (WHATWG Encoding).
_ALIASES = {
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
    "unknown": "utf-8",
    "default": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
# Codecs of Python that are no charsets of mail, some of them slow on purpose-made input.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode-escape", "unicode_escape",
                      "raw-unicode-escape", "raw_unicode_escape", "mbcs", "oem"})  # fmt: skip
# Bytes as Windows-1252 has them; five are unassigned and stay C1 controls.
_WINDOWS: Any = "".join(
    bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(256)
)
_SAMPLE = 65_536
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """Python's codec for a charset as mail names it; None for an unknown one."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if codec.name in _REFUSED:
        return None
    try:
        b"a".decode(codec.name)
    except (LookupError, ValueError):  # bytes to bytes, as base64 and zlib
        return None if not codec.name.startswith("utf-") else codec.name
    return codec.name


def decode_bytes(data: bytes, charset: str | None = None) -> str:
    """Text of bytes: by the charset named, else UTF-8, else Windows-1252. Never raises."""
    codec = codec_of(charset[:64]) if charset else None
    if codec is None:
        codec = "utf-8"
    try:
        return clean(data.decode(codec))
    except ValueError:
        return clean(_guess(data, codec))


def _guess(data: bytes, codec: str) -> str:
    """The text of bytes that are not what they were said to be."""
    if codec != "utf-8":
        try:
            return data.decode("utf-8")
        except ValueError:
            pass
    # A few broken bytes among many good ones: the charset is right, the data is damaged.
    if (
        codec != "cp1252"
        and _is_mostly(data[:_SAMPLE], codec)
        and _is_mostly(data[-_SAMPLE:], codec)
    ):
        return data.decode(codec, "replace")
    return windows_text(data)


def _is_mostly(data: bytes, codec: str) -> bool:
    """Whether most of what is not ASCII is right in a charset."""
    text = data.decode(codec, "replace")
    broken = text.count("\ufffd")
    return broken * 4 <= sum(character > "\x7f" for character in text) - broken


def windows_text(data: bytes) -> str:
    """Windows-1252 with its unassigned bytes as controls: every byte gives a character."""
    return codecs.charmap_decode(data, "strict", _WINDOWS)[0]


def header_text(block: bytes) -> str:
    """A header block as text, each field by itself where the whole is not UTF-8.

    Raw 8-bit fields are read in the charset that the block's Content-Type names.
    """
    try:
        text = block.decode("utf-8")
    except ValueError:
        declared = _DECLARED.search(block)
        charset = declared[1].decode("ascii") if declared else None
        return clean("".join(_field_text(piece, charset) for piece in _FIELDS.split(block)))
    if "\x1b" in text and _JAPANESE.search(block):
        return clean("".join(_field_text(piece, None) for piece in _FIELDS.split(block)))
    return clean(text)


_FIELDS = re.compile(rb"(?<=\n)(?![ \t])")
_DECLARED = re.compile(rb"(?i)\bcharset[ \t]*=[ \t]*\"?([\w.:+-]{2,40})")


def _field_text(field: bytes, charset: str | None) -> str:
    if b"\x1b" in field and _JAPANESE.search(field):
        charset = "iso-2022-jp"
    if field.isascii() and b"\x1b" not in field:
        return field.decode("ascii")
    try:
        return field.decode("utf-8") if b"\x1b" not in field else decode_bytes(field, charset)
    except ValueError:
        return decode_bytes(field, charset)


def clean(text: str) -> str:
    """Text without NUL and lone surrogates: U+FFFD stands for each."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    return text
