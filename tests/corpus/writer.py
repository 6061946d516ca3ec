"""Messages written by hand, byte by byte, with the habits and the faults of mail programs."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Sequence
from urllib.parse import quote

SENDER = "bertha@example.org"
HEAD = f"From: Bertha Beispiel <{SENDER}>\r\nTo: Anna <anna@example.com>\r\n"
MIME = "MIME-Version: 1.0\r\n"

_WORDS = [
    "harbour", "lamp", "crane", "ferry", "tide", "rope", "anchor", "island", "letter", "ledger",
    "invoice", "budget", "meeting", "window", "garden", "bridge", "copper", "winter", "market",
    "engine", "signal", "timber", "velvet", "orchard", "saddle", "kettle",
]  # fmt: skip


def prose(random: random.Random, lines: int = 4) -> str:
    """Some lines of text."""
    return "".join(
        " ".join(random.choice(_WORDS) for _ in range(random.randint(4, 10))) + ".\r\n"
        for _ in range(lines)
    )


def head(subject: str, extra: str = "") -> bytes:
    """The header of a message, without its last empty line; ``subject`` as it shall stand."""
    return f"{HEAD}Subject: {subject}\r\n{extra}{MIME}".encode()


def leaf(type: str, content: bytes, encoding: str = "", extra: str = "") -> bytes:
    """A part: its header, the empty line, the content in a transfer encoding."""
    lines = f"Content-Type: {type}\r\n{extra}"
    if encoding:
        lines += f"Content-Transfer-Encoding: {encoding}\r\n"
    return lines.encode() + b"\r\n" + encoded(content, encoding)


def encoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        lines = quopri.encodestring(content.replace(b"\r\n", b"\n"))
        return lines.replace(b"\n", b"\r\n")
    return content


def file(name: str, content: bytes, type: str = "application/octet-stream") -> bytes:
    """An attached file with a plain name."""
    return leaf(
        f'{type}; name="{name}"',
        content,
        "base64",
        f'Content-Disposition: attachment; filename="{name}"\r\n',
    )


def multipart(
    subtype: str, parts: Sequence[bytes], boundary: str, parameters: str = "", closed: bool = True
) -> bytes:
    """A multipart with its header line."""
    out = [f'Content-Type: multipart/{subtype}; boundary="{boundary}"{parameters}\r\n\r\n'.encode()]
    for part in parts:
        out.append(f"--{boundary}\r\n".encode() + part)
        if not part.endswith(b"\r\n"):
            out.append(b"\r\n")
    if closed:
        out.append(f"--{boundary}--\r\n".encode())
    return b"".join(out)


def q_word(text: str, charset: str = "utf-8") -> str:
    """An encoded word in Q."""
    data = "".join(f"={byte:02X}" for byte in text.encode(charset))
    return f"=?{charset}?Q?{data}?="


def b_word(text: str, charset: str = "utf-8") -> str:
    """An encoded word in B."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def rfc2231(name: str, text: str, charset: str = "utf-8") -> str:
    """A parameter with charset, in pieces where it is long."""
    data = quote(text.encode(charset))
    if len(data) < 50:
        return f"{name}*={charset}''{data}"
    pieces = [data[at : at + 45] for at in range(0, len(data), 45)]
    # a piece may begin inside a %-triplet only if we let it: move such ends back
    for number in range(len(pieces) - 1):
        cut = pieces[number].rfind("%")
        if cut > len(pieces[number]) - 3:
            pieces[number + 1] = pieces[number][cut:] + pieces[number + 1]
            pieces[number] = pieces[number][:cut]
    lines = [f"{name}*{n}*={charset + chr(39) * 2 if not n else ''}{p}"
             for n, p in enumerate(pieces)]  # fmt: skip
    return ";\r\n ".join(lines)
