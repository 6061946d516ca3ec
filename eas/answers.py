"""What a command answers: WBXML, nothing, several parts, or bytes of their own."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from eas.wbxml import Element, encode
from schemas.eas.grammar import ROOT_PAGES, root_name

WBXML = "application/vnd.ms-sync.wbxml"
MULTIPART = "application/vnd.ms-sync.multipart"


class Raw(msgspec.Struct, frozen=True):
    """Bytes with a media type (GetAttachment)."""

    content_type: str
    data: bytes


class Multipart(msgspec.Struct, frozen=True):
    """A document and the parts that its ``ItemOperations:Part`` elements count from 1."""

    root: Element
    parts: list[bytes]


# None: HTTP 200 without a body.
Answer = Element | Multipart | Raw | None


def text(name: str, value: str | bytes | int) -> Element:
    """An element with a value."""
    return Element(name, str(value) if isinstance(value, int) else value)


def node(name: str, *children: Element | None) -> Element:
    """An element with children; those that are None are left out."""
    return Element(name, None, [child for child in children if child is not None])


def length(element: Element) -> int:
    """How long the values of an element and of all below it are together."""
    own = len(element.value) if element.value is not None else 0
    return own + sum(length(child) for child in element.children)


def root(command: str, children: Iterable[Element] = ()) -> Element:
    """The root element of a command's answer."""
    return Element(root_name(command), None, children)


def refusal(command: str, status: int) -> Element:
    """An answer that is nothing but a status (MS-ASCMD 2.2.3.177)."""
    page = ROOT_PAGES[command]
    return root(command, [text(f"{page}:Status", status)])


def multipart(answer: Multipart) -> bytes:
    """MS-ASCMD 2.2.1.10.1: number of parts, then offset and length of each, then the parts."""
    parts = [encode(answer.root), *answer.parts]
    offset = 4 + 8 * len(parts)
    head = [len(parts).to_bytes(4, "little")]
    for part in parts:
        head.append(offset.to_bytes(4, "little") + len(part).to_bytes(4, "little"))
        offset += len(part)
    return b"".join([*head, *parts])
