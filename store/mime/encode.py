"""Values to wire form: encoded words, folded lines, parameters, transfer encodings.

Nothing here can bring in a header line: CR, LF and NUL in any value become blanks (attack A22).
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import quote

_BREAKS = re.compile(r"[\r\n\x00]+")
_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_SPOT = re.compile(r"(?<=[^ ]) (?=[^ ])")
_Q_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")

LINE_CHARS = 76
LINE_CHARS_MAX = 998
_WORD_CHARS = 52  # with =?utf-8?Q??= and the longest name before it, a line of 78
_WORD_BYTES = 39


def one_line(value: object) -> str:
    """Text that stays on one line: no line breaks, no NUL, no lone surrogates."""
    return _BREAKS.sub(" ", str(value)).encode("utf-8", "replace").decode("utf-8")


def header(name: str, value: str) -> bytes:
    """A header line (or lines, folded) of a value that is encoded already."""
    return f"{name}: {fold(value, len(name) + 2)}\r\n".encode()


def fold(value: str, indent: int) -> str:
    """A value over several lines, broken at single blanks, so that unfolding gives it back."""
    if len(value) + indent <= LINE_CHARS:
        return value
    lines: list[str] = []
    line, room = "", LINE_CHARS - indent
    for word in _SPOT.split(value):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, LINE_CHARS - 1
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return "\r\n ".join(lines)


def unstructured(value: str) -> str:
    """A free-text value (Subject), as encoded words where it is not plain ASCII."""
    value = one_line(value)
    is_plain = _PLAIN.fullmatch(value) and "=?" not in value and value == value.strip()
    if is_plain and all(len(word) < LINE_CHARS_MAX - 100 for word in value.split(" ")):
        return value
    return words(value)


def words(text: str) -> str:
    """Encoded words of UTF-8, each at most 64 characters, one blank between them (RFC 2047 2)."""
    plain = sum(character in _Q_SAFE or character == " " for character in text)
    is_quoted = plain * 3 > len(text) * 2
    pieces: list[str] = []
    piece = ""
    size = 0
    for character in text:
        cost = len(_q(character)) if is_quoted else len(character.encode())
        if piece and size + cost > (_WORD_CHARS if is_quoted else _WORD_BYTES):
            pieces.append(piece)
            piece, size = "", 0
        piece += character
        size += cost
    pieces.append(piece)
    return " ".join(_word(piece, is_quoted) for piece in pieces)


def _word(text: str, is_quoted: bool) -> str:
    if is_quoted:
        return f"=?utf-8?Q?{''.join(map(_q, text))}?="
    return f"=?utf-8?B?{binascii.b2a_base64(text.encode(), newline=False).decode()}?="


def _q(character: str) -> str:
    if character in _Q_SAFE:
        return character
    return "_" if character == " " else "".join(f"={byte:02X}" for byte in character.encode())


def phrase(name: str) -> str:
    """A display name: atoms, a quoted string or encoded words (RFC 5322 3.2.5)."""
    name = one_line(name)
    if _PLAIN.fullmatch(name) and "=?" not in name and len(name) < LINE_CHARS_MAX - 100:
        return name if _ATOMS.fullmatch(name) else quoted(name)
    return words(name)


def quoted(text: str) -> str:
    """A quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parameter(name: str, value: str) -> str:
    """``name="value"``; by RFC 2231 where the value is not plain, in pieces where it is long."""
    value = one_line(value)
    if _PLAIN.fullmatch(value) and "=?" not in value and len(value) <= 200:
        return f"{name}={quoted(value)}"
    encoded = quote(value, safe="!#$&+-.^_`|~")
    if len(encoded) + len(name) <= 60:
        return f"{name}*=utf-8''{encoded}"
    pieces = re.findall(r"(?:%..|[^%]){1,20}", encoded)
    pieces[0] = f"utf-8''{pieces[0]}"
    return ";\r\n ".join(f"{name}*{n}*={piece}" for n, piece in enumerate(pieces))


def body_lines(text: str) -> bytes:
    """Text as UTF-8 with CRLF line ends, without NUL and lone surrogates."""
    text = text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


def transfer(data: bytes) -> tuple[str, bytes]:
    """The transfer encoding that suits text, and the text in it, ending with a line end.

    Decoding gives the text back exactly: what does not end with a line end is not sent as it is.
    """
    if not data:
        return "7bit", b""
    if data.isascii() and data.endswith(b"\r\n") and is_line_bound(data):
        return "7bit", data
    special = len(data) - sum(map(data[:4096].count, _COMMON)) * len(data) // len(data[:4096])
    if special * 6 > len(data):
        return "base64", base64_lines(data)
    packed = binascii.b2a_qp(data, istext=True)
    return "quoted-printable", packed if packed.endswith(b"\r\n") else packed + b"=\r\n"


_COMMON = [bytes([byte]) for byte in range(0x20, 0x7F)] + [b"\r", b"\n", b"\t"]


def is_line_bound(data: bytes) -> bool:
    """Whether all line ends are CRLF, no line is longer than 998 bytes, and there is no NUL."""
    count = data.count(b"\r\n")
    if count != data.count(b"\n") or count != data.count(b"\r") or b"\x00" in data:
        return False
    return len(data) <= LINE_CHARS_MAX or max(map(len, data.split(b"\r\n"))) <= LINE_CHARS_MAX


def base64_lines(data: bytes) -> bytes:
    """Base64 in lines of 76 characters."""
    packed = binascii.b2a_base64(data, newline=False)
    lines = [packed[at : at + LINE_CHARS] for at in range(0, len(packed), LINE_CHARS)]
    lines.append(b"")
    return b"\r\n".join(lines)
