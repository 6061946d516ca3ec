"""winmail.dat: what Outlook puts into Microsoft's TNEF (MS-OXTNEF): body and attachments.

Our own reader, because the library at hand copies the rest of the file for every object in it and
trusts counts that the file states: quadratic time for a small hostile file (VU#252146, A23). Here
every length is checked against the bytes that are there, and each byte is read once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from store.mime.charset import clean, codec_of, decode_bytes
from store.mime.names import file_name
from store.model import AttachmentDraft, Body, ItemDraft, Properties
from store.text.rtf import decompress_rtf, read_rtf

_SIGNATURE = 0x223E9F78
_DEPTH_MAX = 5
_OBJECTS_MAX = 50_000
_PROPERTIES_MAX = 20_000
_ATTACHMENTS_MAX = 500

# Attributes of an object (MS-OXTNEF 2.1.3.2).
_SUBJECT, _BODY, _MESSAGE_CLASS = 0x8004, 0x800C, 0x8008
_PROPERTIES, _CODE_PAGE = 0x9003, 0x9007
_ATTACH_RENDERING, _ATTACH_DATA, _ATTACH_TITLE, _ATTACHMENT = 0x9002, 0x800F, 0x8010, 0x9005

# MAPI properties (MS-OXPROPS).
_P_SUBJECT, _P_BODY, _P_HTML, _P_RTF = 0x0037, 0x1000, 0x1013, 0x1009
_P_INTERNET_CODE_PAGE = 0x3FDE
_P_DATA, _P_METHOD, _P_NAME, _P_LONG_NAME, _P_DISPLAY_NAME = 0x3701, 0x3705, 0x3704, 0x3707, 0x3001
_P_MIME_TYPE, _P_CONTENT_ID, _P_CONTENT_LOCATION = 0x370E, 0x3712, 0x3713
_EMBEDDED_MESSAGE = 5
_MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
_STORAGE_INTERFACE = bytes.fromhex("0b00000000000000c000000000000046")

_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8,
          0x0014: 8, 0x0040: 8, 0x0048: 16}  # fmt: skip
_STRING, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_VARIABLE = frozenset([_STRING, _UNICODE, _BINARY, _OBJECT])


class Unwrapped(msgspec.Struct, frozen=True):
    """What was inside."""

    body: Body
    attachments: list[AttachmentDraft]
    properties: Properties = {}


class _Damaged(ValueError):
    """The file says something that cannot be."""


class _Attachment(msgspec.Struct):
    """An attachment while its attributes arrive."""

    title: str = ""
    data: bytes = b""
    properties: dict[int, Any] = {}


def read_tnef(data: bytes, depth: int = 0) -> Unwrapped | None:
    """The content of a winmail.dat; None where it cannot be read, then the file is kept as it is.

    What precedes damage is kept: a file cut off on the way still gives its first attachments.
    """
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    reader = _Reader(depth)
    try:
        for level, name, value in _objects(memoryview(data)):
            reader.take(level, name, value)
    except (_Damaged, struct.error):
        if not reader.attachments and not reader.has_body:
            return None
    return reader.result()


def _objects(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """(level, attribute, value) of each object; checksums are not compared: many are wrong."""
    position = 6
    for _ in range(_OBJECTS_MAX):
        if position + 9 > len(data):
            return
        level, name, _, length = struct.unpack_from("<BHHI", data, position)
        if level not in (1, 2):
            raise _Damaged(f"object of level {level} at {position}")
        begin = position + 9
        if begin + length > len(data):
            raise _Damaged(f"object of {length:,} bytes at {position}: the file is shorter")
        yield level, name, data[begin : begin + length]
        position = begin + length + 2


class _Reader:
    """The objects of one file, taken in one by one."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._codec = "cp1252"
        self._text: str | None = None
        self._properties: dict[int, Any] = {}
        self._subject = ""
        self.attachments: list[_Attachment] = []

    @property
    def has_body(self) -> bool:
        return self._text is not None or any(
            tag in self._properties for tag in (_P_BODY, _P_HTML, _P_RTF)
        )

    def take(self, level: int, name: int, value: memoryview) -> None:
        if level == 2:
            self._take_attachment(name, value)
        elif name == _CODE_PAGE and len(value) >= 4:
            self._codec = codec_of(f"cp{struct.unpack_from('<I', value)[0]}") or "cp1252"
        elif name == _SUBJECT:
            self._subject = self._string(value)
        elif name == _BODY:
            self._text = self._string(value)
        elif name == _PROPERTIES:
            self._properties.update(_mapi(value, self._codec))

    def _take_attachment(self, name: int, value: memoryview) -> None:
        if name == _ATTACH_RENDERING:
            if len(self.attachments) >= _ATTACHMENTS_MAX:
                raise _Damaged("too many attachments")
            self.attachments.append(_Attachment())
        if not self.attachments:
            raise _Damaged("an attachment's attribute before any attachment")
        attachment = self.attachments[-1]
        if name == _ATTACH_TITLE:
            attachment.title = self._string(value)
        elif name == _ATTACH_DATA:
            attachment.data = bytes(value)
        elif name == _ATTACHMENT:
            attachment.properties = _mapi(value, self._codec)

    def _string(self, value: memoryview) -> str:
        return clean(decode_bytes(bytes(value).rstrip(b"\x00"), self._codec))

    def result(self) -> Unwrapped:
        subject = self._properties.get(_P_SUBJECT) or self._subject
        return Unwrapped(
            body=self._body(),
            attachments=[
                self._attachment(attachment, number)
                for number, attachment in enumerate(self.attachments, 1)
            ],
            properties={"subject": subject} if isinstance(subject, str) and subject else {},
        )

    def _body(self) -> Body:
        """HTML as it stands or as RTF wraps it; text as it stands or as RTF says it."""
        text = self._properties.get(_P_BODY, self._text)
        html = self._properties.get(_P_HTML)
        if isinstance(html, bytes):
            page = self._properties.get(_P_INTERNET_CODE_PAGE)
            html = decode_bytes(html.rstrip(b"\x00"), "utf-8" if page == 65001 else f"cp{page}")
        if not isinstance(html, str) or not html.strip():
            html = None
        packed = self._properties.get(_P_RTF)
        if html is None and isinstance(packed, bytes):
            try:
                rtf = read_rtf(decompress_rtf(packed))
            except ValueError:
                rtf = None
            if rtf is not None:
                html = rtf.html
                text = text if text is not None else rtf.text
        return Body(html=clean(html) if html else None, text=clean(text) if text else None)

    def _attachment(self, attachment: _Attachment, number: int) -> AttachmentDraft:
        p = attachment.properties
        data = p.get(_P_DATA, attachment.data)
        data = data if isinstance(data, bytes) else b""
        stated = [p.get(tag) for tag in (_P_LONG_NAME, _P_NAME)]
        names = [*stated, attachment.title, p.get(_P_DISPLAY_NAME)]
        name = next((file_name(n) for n in names if isinstance(n, str) and file_name(n)), "")
        if p.get(_P_METHOD) == _EMBEDDED_MESSAGE or data.startswith(_MESSAGE_INTERFACE):
            item = self._embedded(data)
            if item is not None:
                name = name or item.properties.get("subject", "") or "message"
                return AttachmentDraft(kind="item", name=name, item=item)
        return AttachmentDraft(
            kind="file",
            name=name or f"attachment{number}.dat",
            content_type=_text(p, _P_MIME_TYPE).lower() or "application/octet-stream",
            content_id=_text(p, _P_CONTENT_ID).strip("<>"),
            content_location=_text(p, _P_CONTENT_LOCATION),
            content=data.removeprefix(_STORAGE_INTERFACE),
        )

    def _embedded(self, data: bytes) -> ItemDraft | None:
        """A message in the file: another TNEF behind the name of its interface."""
        if self._depth >= _DEPTH_MAX:
            return None
        found = read_tnef(data.removeprefix(_MESSAGE_INTERFACE), self._depth + 1)
        if found is None:
            return None
        return ItemDraft(
            properties=found.properties, body=found.body, attachments=tuple(found.attachments)
        )


def _text(properties: dict[int, Any], tag: int) -> str:
    value = properties.get(tag)
    return value[:998].strip() if isinstance(value, str) else ""


def _mapi(data: memoryview, codec: str) -> dict[int, Any]:
    """MAPI properties by tag (MS-OXTNEF 2.1.3.4); named and multi-valued ones are passed over."""
    found: dict[int, Any] = {}
    if len(data) < 4:
        return found
    count = struct.unpack_from("<I", data)[0]
    position = 4
    for _ in range(min(count, _PROPERTIES_MAX)):
        if position + 4 > len(data):
            break
        kind, tag = struct.unpack_from("<HH", data, position)
        position += 4
        if tag >= 0x8000:
            position = _past_name(data, position)
        is_many = bool(kind & 0x1000)
        kind &= 0x0FFF
        value, position = _values(data, position, kind, codec, is_many)
        if not is_many and value is not None:
            found.setdefault(tag, value)
    return found


def _past_name(data: memoryview, position: int) -> int:
    """Behind the set and the id or name of a named property."""
    kind = struct.unpack_from("<I", data, position + 16)[0]
    if kind == 0:
        return position + 24
    length = struct.unpack_from("<I", data, position + 20)[0]
    return position + 24 + _padded(length)


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _values(
    data: memoryview, position: int, kind: int, codec: str, is_many: bool
) -> tuple[Any, int]:
    """The (last) value of a property, and where the next one begins."""
    if kind in (0, 1):
        return None, position
    size = _FIXED.get(kind)
    count = 1
    if is_many or kind in _VARIABLE:
        count = struct.unpack_from("<I", data, position)[0]
        position += 4
        if count > len(data):
            raise _Damaged(f"{count:,} values in {len(data):,} bytes")
    value: Any = None
    for _ in range(count):
        if size is not None:
            value = _number(data, position, kind)
            position += size
        elif kind in _VARIABLE:
            length = struct.unpack_from("<I", data, position)[0]
            begin = position + 4
            if begin + length > len(data):
                raise _Damaged(f"a value of {length:,} bytes at {position}: there are fewer")
            value = _variable(data[begin : begin + length], kind, codec)
            position = begin + _padded(length)
        else:
            raise _Damaged(f"a property of unknown type {kind:#06x}")
    return value, position


def _number(data: memoryview, position: int, kind: int) -> int | None:
    if kind == 0x0003:
        return struct.unpack_from("<i", data, position)[0]
    if kind == 0x000B:
        return struct.unpack_from("<H", data, position)[0]
    return None


def _variable(value: memoryview, kind: int, codec: str) -> str | bytes:
    raw = bytes(value)
    if kind == _UNICODE:
        return clean(raw.decode("utf-16-le", "replace").rstrip("\x00"))
    if kind == _STRING:
        return clean(decode_bytes(raw.rstrip(b"\x00"), codec))
    return raw
