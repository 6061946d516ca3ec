"""What is looked at in a message before it is taken: pure checks of bytes.

A message keeps every byte that was sent; so nothing is mended here, only refused.
"""

from __future__ import annotations

import re

import msgspec

from store.mime.headers import decode_bytes, fields, mailboxes, raw_block

HEADERS_MAX = 2000
HEADER_BYTES_MAX = 1024 * 1024
# Servers that a message passed (RFC 5321 6.3 wants at least 100 allowed; real mail has below 20,
# and a loop is found earlier by our own name in X-Loop).
RECEIVED_MAX = 50

_NUL_DOT = b"\x00.\r\n"


class Refusal(msgspec.Struct, frozen=True):
    """Why a message is not taken: reply code with status, and words."""

    code: str
    text: str

    @property
    def reply(self) -> str:
        """The line that the client gets."""
        return f"{self.code} {self.text}"


def bare_line_end(data: bytes) -> bool:
    """Whether a CR or LF stands alone, or a NUL hides a final dot.

    Other servers take some of these for the end of a message, and what follows for commands
    (attack list, A22); so no message may hold one (RFC 5321 2.3.8).
    """
    pairs = data.count(b"\r\n")
    return data.count(b"\n") != pairs or data.count(b"\r") != pairs or _NUL_DOT in data


def unstuffed(data: bytes) -> bytes:
    """DATA without its transparency dots (RFC 5321 4.5.2). ``data`` begins with the line end
    before the message, and ends with the final ``.`` line."""
    return data[: -len(b".\r\n")].replace(b"\r\n.", b"\r\n")[2:]


def refusal_of(mime: bytes, host: str) -> Refusal | None:
    """Why a message is refused for what its headers say, None where it is not.

    ``host``: our own name, which is in ``X-Loop`` of what went round.
    """
    block = raw_block(mime)
    if len(block) >= HEADER_BYTES_MAX or block.count(b"\n") > 20 * HEADERS_MAX:
        return Refusal("554 5.6.0", "the headers are too long")
    named = _NAMES.findall(block)
    if len(named) > HEADERS_MAX:
        return Refusal("554 5.6.0", f"more than {HEADERS_MAX} header fields")
    lower = [name.lower() for name in named]
    if lower.count(b"received") > RECEIVED_MAX:
        return Refusal("554 5.4.6", "this message goes round in a loop: too many hops")
    if b"x-loop" in lower and _loops(block, host):
        return Refusal("554 5.4.6", "this message goes round in a loop: it was here before")
    return None


_NAMES = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:")


def _loops(block: bytes, host: str) -> bool:
    return any(
        name.lower() == "x-loop" and host.lower() in value.lower()
        for name, value in fields(decode_bytes(block))
    )


def author_is_doubtful(mime: bytes) -> bool:
    """Whether From does not name exactly one mailbox in exactly one line (attack list, A22)."""
    lines = [
        value for name, value in fields(decode_bytes(raw_block(mime))) if name.lower() == "from"
    ]
    return len(lines) != 1 or len(mailboxes(lines)) != 1
