"""Transfer encodings undone (RFC 2045 6, and uuencode), as far as broken data allows."""

from __future__ import annotations

import binascii
import re
from string import ascii_letters, digits

_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n")
_UU_END = re.compile(rb"(?m)^end[ \t]*(?:\r?\n|\Z)")
_ENDS = re.compile(rb"=[^\r\n]*+")  # padding ends a block, and what its line has behind is none
_ENDS_MAX = 1_000
_NOT_BASE64 = bytes(byte for byte in range(256) if chr(byte) not in f"{ascii_letters}{digits}+/")


def decoded(data: bytes, encoding: str) -> bytes:
    """The content of a part. An unknown encoding is none."""
    name = encoding.strip().strip("\"'").lower().replace(" ", "-")
    if name.startswith("base64"):
        return from_base64(data)
    if name.startswith(("quoted-printable", "qp")):
        return binascii.a2b_qp(data)
    if name.startswith(("x-uu", "uu")):
        found = from_uuencode(data)
        return found[0][1] if found else data
    return data


def from_base64(data: bytes) -> bytes:
    """Base64 with foreign characters, several ends and wrong padding passed over."""
    if b"=" not in data.rstrip()[:-2]:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            return _mended(data)
    if data.count(b"=") > _ENDS_MAX:
        return _mended(data)
    return b"".join(_mended(piece) for piece in _ENDS.split(data) if piece.strip())


def _mended(data: bytes) -> bytes:
    bare = data.translate(None, _NOT_BASE64)
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))


def from_uuencode(data: bytes, files_max: int = 100) -> list[tuple[str, bytes, tuple[int, int]]]:
    """Files that stand in a text: name, content, and where (start, end)."""
    found: list[tuple[str, bytes, tuple[int, int]]] = []
    position = 0
    while len(found) < files_max:
        begin = _UU_BEGIN.search(data, position)
        end = _UU_END.search(data, begin.end()) if begin else None
        if begin is None or end is None:
            break
        content = _uu_lines(data[begin.end() : end.start()])
        if content is not None:
            name = begin[1].decode("utf-8", "replace").strip()
            found.append((name, content, (begin.start(), end.end())))
        position = end.end()
    return found


def _uu_lines(block: bytes) -> bytes | None:
    """The content of uuencoded lines; None where a line is none."""
    pieces: list[bytes] = []
    for line in block.splitlines():
        if not line.strip():
            continue
        length = (line[0] - 32) & 63
        wanted = (length + 2) // 3 * 4
        if not 32 <= line[0] <= 96 or len(line) > wanted + 8:
            return None
        try:
            pieces.append(binascii.a2b_uu(line[: wanted + 1]))
        except binascii.Error:
            return None
    return b"".join(pieces)
