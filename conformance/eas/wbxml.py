"""WBXML of ActiveSync, strictly by MS-ASWBXML: a second reading beside the server's own.

Answers must have no string table, no attribute, no unknown token, no missing end: what a lenient
device would pass over is an error here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from schemas.eas.codepages import PAGES, TAGS, tag_named

HEADER = b"\x03\x01\x6a\x00"


class Malformed(Exception):
    """An answer that is no document of ActiveSync."""


@dataclass
class Node:
    """An element: full name (``AirSync:Sync``), text or bytes, children."""

    name: str
    value: str | bytes | None = None
    children: list[Node] = field(default_factory=list)

    def find(self, *path: str) -> Node | None:
        """The first node down a path of full names."""
        found: Node | None = self
        for name in path:
            found = next((c for c in found.children if c.name == name), None) if found else None
        return found

    def all(self, name: str) -> Iterator[Node]:
        """Children of a full name."""
        return (child for child in self.children if child.name == name)

    def text(self, *path: str, default: str = "") -> str:
        """The text down a path."""
        found = self.find(*path)
        if found is None:
            return default
        value = found.value
        return value.decode("utf-8") if isinstance(value, bytes) else value or ""

    def data(self, *path: str) -> bytes:
        """The bytes down a path."""
        found = self.find(*path)
        value = found.value if found is not None else None
        return value if isinstance(value, bytes) else (value or "").encode()


def node(name: str, *content: Node | str | bytes | int | None) -> Node:
    """A node of what it holds: nodes, or one value. None is left out."""
    made = Node(name)
    for part in content:
        if isinstance(part, Node):
            made.children.append(part)
        elif part is not None:
            made.value = str(part) if isinstance(part, int) else part
    return made


def encode(root: Node) -> bytes:
    """A document."""
    out = bytearray(HEADER)
    page = _encode(root, out, 0)
    del page
    return bytes(out)


def _encode(item: Node, out: bytearray, page: int) -> int:
    tag = tag_named(item.name)
    if tag.page != page:
        out += bytes((0, tag.page))
        page = tag.page
    if item.value is None and not item.children:
        out.append(tag.token)
        return page
    out.append(tag.token | 0x40)
    if item.value is not None:
        if tag.is_opaque or isinstance(item.value, bytes):
            data = item.value if isinstance(item.value, bytes) else item.value.encode()
            out += b"\xc3" + _varint(len(data)) + data
        else:
            out += b"\x03" + item.value.encode() + b"\x00"
    for child in item.children:
        page = _encode(child, out, page)
    out.append(1)
    return page


def _varint(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def decode(data: bytes) -> Node:
    """The root of a document. Raises Malformed."""
    if not data.startswith(HEADER):
        raise Malformed("the header is not 03 01 6A 00")
    reader = _Reader(data)
    root = reader.element()
    if reader.at != len(data):
        raise Malformed("there is more behind the end")
    return root


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = len(HEADER)
        self.page = 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Malformed("the document ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def token(self) -> int:
        token = self.byte()
        while token == 0:
            self.page = self.byte()
            if self.page not in PAGES:
                raise Malformed(f"no page {self.page}")
            token = self.byte()
        return token

    def element(self) -> Node:
        return self._element(self.token())

    def _element(self, token: int) -> Node:
        if token & 0x80 or token & 0x3F < 5:
            raise Malformed(f"token 0x{token:02x} where an element is expected")
        tag = TAGS.get((self.page, token & 0x3F))
        if tag is None:
            raise Malformed(f"no tag 0x{token & 0x3F:02x} on page {PAGES[self.page]}")
        made = Node(f"{PAGES[tag.page]}:{tag.name}")
        if token & 0x40:
            self._content(made)
        return made

    def _content(self, made: Node) -> None:
        while True:
            token = self.token()
            if token == 1:
                return
            if token == 3:
                end = self.data.index(b"\x00", self.at)
                made.value = self._once(made) + self.data[self.at : end].decode("utf-8")
                self.at = end + 1
            elif token == 0xC3:
                length = 0
                while True:
                    byte = self.byte()
                    length = length << 7 | byte & 0x7F
                    if not byte & 0x80:
                        break
                if self.at + length > len(self.data):
                    raise Malformed("bytes are missing")
                self._once(made)
                made.value = self.data[self.at : self.at + length]
                self.at += length
            else:
                made.children.append(self._element(token))

    @staticmethod
    def _once(made: Node) -> str:
        if made.value is not None:
            raise Malformed(f"{made.name} has two values")
        return ""


def walk(root: Node) -> Iterable[Node]:
    """All nodes, the root first."""
    yield root
    for child in root.children:
        yield from walk(child)
