"""Parts of a message being built: leaves with their transfer encoding, multiparts, boundaries."""

from __future__ import annotations

import hashlib
import re

import msgspec

from store.mime.encode import (
    base64_lines,
    body_lines,
    header,
    is_line_bound,
    one_line,
    parameter,
    transfer,
    words,
)
from store.model import AttachmentDraft, Body

_NOT_IN_IDENTITY = re.compile(r"[^!-;=?-~]+")
_TYPE = re.compile(r"([A-Za-z0-9!#$&^_.+-]{1,80})/([A-Za-z0-9!#$&^_.+-]{1,80})")


class Leaf(msgspec.Struct, frozen=True):
    """A part without parts: header lines, encoded content. ``is_plain``: may hold any line."""

    headers: bytes
    content: bytes
    is_plain: bool = True


class Multipart(msgspec.Struct, frozen=True):
    """Parts under one type (``mixed``, ``alternative``, ``related``)."""

    subtype: str
    parts: list[Leaf | Multipart]
    root_type: str = ""


Node = Leaf | Multipart


def text_leaf(text: str, subtype: str, extra: str = "") -> Leaf:
    """A text part in UTF-8, in the transfer encoding that suits it."""
    data = body_lines(text)
    encoding, content = transfer(data)
    charset = "us-ascii" if data.isascii() and encoding == "7bit" else "utf-8"
    lines = header("Content-Type", f'text/{subtype}; charset="{charset}"{extra}')
    lines += header("Content-Transfer-Encoding", encoding)
    return Leaf(lines, content, encoding == "7bit")


def body_node(body: Body, inline: list[AttachmentDraft], more: list[Leaf]) -> Node:
    """The body: text, HTML with what it shows, both as alternatives, and ``more`` of these."""
    parts: list[Node] = []
    if body.text is not None or (body.html is None and not more):
        parts.append(text_leaf(body.text or "", "plain"))
    if body.html is not None:
        html: Node = text_leaf(body.html, "html")
        if inline:
            html = Multipart("related", [html, *map(file_leaf, inline)], "text/html")
        parts.append(html)
    parts += more
    return parts[0] if len(parts) == 1 else Multipart("alternative", parts)


def file_leaf(attachment: AttachmentDraft) -> Leaf:
    """A file attachment, in base64."""
    content = attachment.content or b""
    type, encoding = _file_type(attachment, content)
    name = one_line(attachment.name)
    lines = b"Content-Type: " + type.encode()
    if name:
        lines += b";\r\n " + _old_name(name).encode()
    lines += b"\r\n" + header("Content-Transfer-Encoding", encoding)
    lines += _disposition("inline" if attachment.is_inline else "attachment", name)
    lines += _identity(attachment)
    location = one_line(attachment.content_location).strip()
    if location and location.isascii() and " " not in location:
        lines += header("Content-Location", location)
    data = content if encoding == "7bit" else base64_lines(content)
    return Leaf(lines, data, encoding == "7bit")


def _old_name(name: str) -> str:
    """The name parameter as older programs read it: encoded words in a quoted string."""
    if name.isascii() and name.isprintable():
        return parameter("name", name)
    return f'name="{words(name)}"'.replace("?= =?", "?=\r\n =?")


def _file_type(attachment: AttachmentDraft, content: bytes) -> tuple[str, str]:
    """Type and transfer encoding. Parts of messages may not be in base64 (RFC 2046 5.2)."""
    found = _TYPE.match(attachment.content_type.strip().lower())
    if found is None or found[1] == "multipart":
        return "application/octet-stream", "base64"
    if found[1] == "message":
        fits = content.isascii() and is_line_bound(content) and content.endswith(b"\r\n")
        if found[2] in ("rfc822", "partial", "external-body", "global", "news") or not fits:
            return "application/octet-stream", "base64"
        return found.group(), "7bit"
    return found.group(), "base64"


def _disposition(kind: str, name: str) -> bytes:
    if not name:
        return header("Content-Disposition", kind)
    return f"Content-Disposition: {kind};\r\n {parameter('filename', name)}\r\n".encode()


def _identity(attachment: AttachmentDraft) -> bytes:
    identity = _NOT_IN_IDENTITY.sub("", attachment.content_id)
    return header("Content-ID", f"<{identity}>") if identity else b""


def message_leaf(attachment: AttachmentDraft, mime: bytes) -> Leaf:
    """A message in the message, with its own bytes; only bare line ends become CRLF."""
    if not is_line_bound(mime):
        mime = re.sub(rb"\r?\n|\r", b"\r\n", mime)
    if mime and not mime.endswith(b"\r\n"):
        mime += b"\r\n"
    name = one_line(attachment.name)
    lines = header("Content-Type", "message/rfc822")
    if not mime.isascii():
        lines += header("Content-Transfer-Encoding", "8bit")
    lines += _identity(attachment)
    return Leaf(lines + _disposition("attachment", name), mime)


def wire(head: bytes, root: Node) -> bytes:
    """The whole message: its own header lines, then the parts.

    The same input gives the same bytes: boundaries are drawn from a digest of all that could
    contain one, so that nobody can write a text that holds the boundary of its own message.
    """
    digest = hashlib.blake2b(head, digest_size=18)
    _digest(root, digest)
    out = [head]
    _write(root, f"=_{digest.hexdigest()}", [0], out)
    return b"".join(out)


def _digest(node: Node, digest: hashlib.blake2b) -> None:
    if isinstance(node, Multipart):
        digest.update(node.subtype.encode())
        for part in node.parts:
            _digest(part, digest)
    else:
        digest.update(node.headers)
        if node.is_plain:
            digest.update(node.content)


def _write(node: Node, seed: str, number: list[int], out: list[bytes]) -> None:
    if isinstance(node, Leaf):
        out += (node.headers, b"\r\n", node.content)
        return
    boundary = f"{seed}.{number[0]}"
    number[0] += 1
    root = f'; type="{node.root_type}"' if node.root_type else ""
    out.append(f"Content-Type: multipart/{node.subtype}{root};\r\n".encode())
    out.append(f' boundary="{boundary}"\r\n\r\n'.encode())
    for part in node.parts:
        out.append(f"--{boundary}\r\n".encode())
        _write(part, seed, number, out)
        out.append(b"\r\n")
    out.append(f"--{boundary}--\r\n".encode())
