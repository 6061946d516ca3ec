"""WBXML as ActiveSync speaks it (MS-ASWBXML; WBXML 1.3): bytes to a tree of elements, and back.

No string table, attributes, entities or extensions; values are inline strings or byte arrays,
and both are read for any element, since devices mix them. Unknown tokens are kept, so that what a
newer device says is passed over and not misread. Depth, size and the number of elements are bounded
before anything grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from schemas.eas.codepages import FOREIGN_PAGES, page_name, page_number, tag_at, tag_named

SWITCH_PAGE, END, STR_I, OPAQUE = 0x00, 0x01, 0x03, 0xC3
_HAS_CONTENT = 0x40
_HAS_ATTRIBUTES = 0x80
_TOKEN = 0x3F
_TOKEN_FIRST = 5  # those below are the same on every page
_HEADER = b"\x03\x01\x6a\x00"
_END_BYTE = bytes((END,))
_UTF8 = 106
_ASCII = 3


class WbxmlError(Exception):
    """Bytes that are no WBXML of ActiveSync; ``at`` is the offset of what is wrong."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"{message} (at byte {at})")
        self.at = at


class Limits(msgspec.Struct, frozen=True):
    """Bounds of a document. Requests nest some ten deep; 16.x drafts carry whole messages."""

    bytes_max: int = 64 * 1024 * 1024
    depth_max: int = 32
    elements_max: int = 200_000
    switches_max: int = 400_000


class Element:
    """An element: full name, text or bytes, and children in order.

    ``value`` is text for an inline string, bytes for a byte array, None for an element without
    either. A token that no page knows is named ``Page:0x2a``.
    """

    __slots__ = ("children", "name", "value")

    def __init__(
        self,
        name: str,
        value: str | bytes | None = None,
        children: Iterable[Element] = (),
    ) -> None:
        self.name = name
        self.value = value
        self.children = list(children) if children else []  # most are leaves

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        mine = (self.name, self.value, self.children)
        return mine == (other.name, other.value, other.children)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = repr(self.value) if self.value is not None else repr(self.children)
        return f"Element({self.name!r}, {inner})"

    def find(self, name: str) -> Element | None:
        """The first child of that full name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        """The children of that full name."""
        return (child for child in self.children if child.name == name)

    def text(self, name: str, default: str = "") -> str:
        """The text of the first child of that name; ``default`` where it is not there."""
        child = self.find(name)
        return default if child is None else child.as_text()

    def as_text(self) -> str:
        """The value as text: bytes are read as UTF-8."""
        if isinstance(self.value, bytes):
            return self.value.decode("utf-8", "replace")
        return self.value or ""

    def as_bytes(self) -> bytes:
        """The value as bytes."""
        return self.value if isinstance(self.value, bytes) else (self.value or "").encode()


def decode(data: bytes, limits: Limits = Limits()) -> Element:
    """The root element of a document. Raises WbxmlError for anything else."""
    if len(data) > limits.bytes_max:
        raise WbxmlError(f"{len(data):,} bytes, {limits.bytes_max:,} are the limit", 0)
    return _Decoder(data, limits).document()


class _Decoder:
    """One document being read."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._at = 0

    def document(self) -> Element:
        self._header()
        root = self._body()
        if self._at != len(self._data):
            raise WbxmlError("there is more behind the end of the document", self._at)
        return root

    def _header(self) -> None:
        version = self._byte()
        if version not in (0x01, 0x02, 0x03):
            raise WbxmlError(f"not a WBXML version: 0x{version:02x}", 0)
        if self._integer() == 0:  # the public id is in the string table
            self._integer()
        charset = self._integer()
        if charset not in (_UTF8, _ASCII, 0):
            raise WbxmlError(f"charset {charset} is not UTF-8", self._at)
        if self._integer() != 0:
            raise WbxmlError("string tables are not part of ActiveSync", self._at)

    def _body(self) -> Element:
        """Read elements without recursion, so that depth costs no stack.

        Nearly all elements are a tag, a text and an end: those are made in one go.
        """
        data, size, limits = self._data, len(self._data), self._limits
        elements_max, switches_max = limits.elements_max, limits.switches_max
        names = _NAMES[0]
        open_elements: list[Element] = []
        children: list[Element] | None = None
        elements = switches = 0
        root: Element | None = None
        at = self._at
        find, make = data.find, Element.__new__
        while True:
            if at >= size:
                raise WbxmlError("the document ends too early", at)
            token = data[at]
            at += 1
            if token < _HAS_ATTRIBUTES and token & _TOKEN >= _TOKEN_FIRST:
                elements += 1
                if elements > elements_max:
                    raise WbxmlError("too many elements", at - 1)
                element = make(Element)
                element.name = names[token & _TOKEN]
                element.value = None
                element.children = []
                if children is not None:
                    children.append(element)
                else:
                    root = element
                if token & _HAS_CONTENT:
                    if at < size and data[at] == STR_I and children is not None:
                        end = find(b"\x00", at)
                        if 0 <= end < size - 1 and data[end + 1] == END:
                            try:
                                element.value = data[at + 1 : end].decode()
                            except UnicodeDecodeError as error:
                                raise _no_text(at + 1, error) from error
                            at = end + 2
                            continue
                    open_elements.append(element)
                    children = element.children
                    if len(open_elements) > limits.depth_max:
                        raise WbxmlError("elements nest too deep", at - 1)
            elif token == END:
                if not open_elements:
                    raise WbxmlError("an end without a beginning", at - 1)
                open_elements.pop()
                children = open_elements[-1].children if open_elements else None
            elif token == SWITCH_PAGE:
                switches += 1
                if switches > switches_max:
                    raise WbxmlError("too many page switches", at - 1)
                if at >= size:
                    raise WbxmlError("the document ends too early", at)
                found = _NAMES.get(data[at])
                if found is None:
                    raise WbxmlError(f"no code page {data[at]}", at - 1)
                names = found
                at += 1
                continue
            else:
                self._at = at
                if token == STR_I:
                    self._add_text(open_elements, self._string(), at - 1)
                elif token == OPAQUE:
                    self._add_bytes(open_elements, self._opaque(), at - 1)
                else:
                    message = f"token 0x{token:02x} is not part of ActiveSync"
                    raise WbxmlError(message, at - 1)
                at = self._at
            if not open_elements:
                assert root is not None
                while at + 1 < size and data[at] == SWITCH_PAGE:
                    at += 2
                self._at = at
                return root

    def _add_text(self, open_elements: list[Element], text: str, at: int) -> None:
        if not open_elements:
            raise WbxmlError("text outside of the document", at)
        element = open_elements[-1]
        if isinstance(element.value, bytes):
            element.value += text.encode()
        else:
            element.value = (element.value or "") + text

    def _add_bytes(self, open_elements: list[Element], data: bytes, at: int) -> None:
        if not open_elements:
            raise WbxmlError("bytes outside of the document", at)
        element = open_elements[-1]
        if isinstance(element.value, str):
            data = element.value.encode() + data
        elif isinstance(element.value, bytes):
            data = element.value + data
        element.value = data

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise WbxmlError("the document ends too early", self._at)
        self._at += 1
        return self._data[self._at - 1]

    def _integer(self) -> int:
        """A multi-byte integer: at most five bytes, as an unsigned 32-bit number needs."""
        begin, value = self._at, 0
        for _ in range(5):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value
        raise WbxmlError("an integer is too long", begin)

    def _string(self) -> str:
        end = self._data.find(b"\x00", self._at)
        if end < 0:
            raise WbxmlError("a string has no end", self._at)
        text = _text(self._data, self._at, end)
        self._at = end + 1
        return text

    def _opaque(self) -> bytes:
        begin = self._at
        length = self._integer()
        if length > len(self._data) - self._at:
            raise WbxmlError(f"{length:,} bytes are announced, fewer follow", begin)
        self._at += length
        return self._data[self._at - length : self._at]


def _text(data: bytes, start: int, end: int) -> str:
    """The text between two places. Raises WbxmlError for anything but UTF-8."""
    try:
        return data[start:end].decode()
    except UnicodeDecodeError as error:
        raise _no_text(start, error) from error


def _no_text(start: int, error: UnicodeDecodeError) -> WbxmlError:
    return WbxmlError("a string is not UTF-8", start + error.start)


def without_foreign(root: Element) -> Element:
    """The element without those of foreign pages at any depth; it is changed itself."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        element.children = [each for each in element.children if not _is_foreign(each)]
        waiting += element.children
    return root


def _is_foreign(element: Element) -> bool:
    return element.name.partition(":")[0] in FOREIGN_PAGES.values()


def _name(page: int, token: int) -> str:
    tag = tag_at(page, token)
    return f"{page_name(page)}:{tag.name}" if tag else f"{page_name(page)}:0x{token:02x}"


# The full name of each of a page's tokens; of one that it does not know, its number.
_NAMES = {
    page: tuple(_name(page, token) for token in range(_TOKEN + 1))
    for page in range(256)
    if page_name(page)
}


def encode(root: Element) -> bytes:
    """The bytes of a document. Raises KeyError for a name that no page knows.

    Text for a tag whose value is a byte array is sent as one; NUL in text is left out.
    """
    parts: list[bytes] = [_HEADER]
    add = parts.append
    page = 0
    # (element, or None for an end) still to be written, the next one last
    waiting: list[Element | None] = [root]
    while waiting:
        element = waiting.pop()
        if element is None:
            add(_END_BYTE)
            continue
        number, switch, empty, opened, is_opaque = _written_tag(element.name)
        if number != page:
            page = number
            add(switch)
        value, children = element.value, element.children
        if value is None and not children:
            add(empty)
            continue
        add(opened)
        if value is not None:
            _add_value(parts, value, is_opaque=is_opaque)
        if children:
            waiting.append(None)
            waiting += children[::-1]
        else:
            add(_END_BYTE)
    return b"".join(parts)


class _WrittenTag(NamedTuple):
    """How a tag is written: without content and with, and what leads to its page."""

    page: int
    switch: bytes
    empty: bytes
    opened: bytes
    is_opaque: bool


@cache
def _written_tag(name: str) -> _WrittenTag:
    number, token, is_opaque = _token(name)
    switch = bytes((SWITCH_PAGE, number))
    return _WrittenTag(number, switch, bytes((token,)), bytes((token | _HAS_CONTENT,)), is_opaque)


def _token(name: str) -> tuple[int, int, bool]:
    page, _, tag = name.partition(":")
    if tag.startswith("0x"):
        return page_number(page), int(tag, 16), False
    found = tag_named(name)
    return found.page, found.token, found.is_opaque


def _add_value(parts: list[bytes], value: str | bytes, *, is_opaque: bool) -> None:
    if isinstance(value, bytes) or is_opaque:
        data = value if isinstance(value, bytes) else value.encode()
        parts += (b"\xc3", _length(len(data)), data)
        return
    text = value.encode("utf-8", "replace")
    parts += (b"\x03", text.replace(b"\x00", b"") if b"\x00" in text else text, b"\x00")


def _length(number: int) -> bytes:
    """A multi-byte integer."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
