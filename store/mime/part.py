"""A message taken apart into its parts (RFC 2046): where each begins and ends, what it says it is.

Parts are spans of the message's bytes, so that an embedded message keeps its bytes and nothing is
held twice. Splitting is linear: each level of multiparts scans its bytes once, at most ``depth``
levels, at most ``parts`` parts.
"""

from __future__ import annotations

import msgspec

from store.mime.charset import decode_bytes, header_text
from store.mime.headers import decode, fields, header_end, parameters
from store.mime.transfer import decoded

_PART_HEADER_BYTES_MAX = 64 * 1024
_FALSE_BOUNDARIES_MAX = 20_000
_BOUNDARY_CHARS_MAX = 500


class Limits(msgspec.Struct, frozen=True):
    """How much of a message is taken apart; what lies behind stays whole, in one attachment.

    ``depth``: multiparts in multiparts. ``parts``: of one message, with those of the messages in
    it. ``messages``: messages in messages, as deep as the store nests attachments.
    ``nested_bytes``: of all messages in messages. Real mail needs a tenth of each.
    """

    depth: int = 30
    parts: int = 1_000
    messages: int = 10
    nested_bytes: int = 64 * 1024 * 1024
    text_bytes: int = 16 * 1024 * 1024


class Budget(msgspec.Struct):
    """What is left of the limits while a message is read."""

    parts: int
    nested_bytes: int
    false_boundaries: int = _FALSE_BOUNDARIES_MAX

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """All that the limits allow."""
        return cls(limits.parts, limits.nested_bytes)


class Part(msgspec.Struct):
    """One part: ``type`` in lower case with its parameters; header and body as spans of bytes."""

    source: bytes
    start: int
    body: int
    end: int
    headers: dict[str, list[str]]
    type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]

    def text(self, name: str) -> str:
        """The first field of that (lower-case) name, decoded; empty where there is none."""
        values = self.headers.get(name)
        return decode(values[0]).strip() if values else ""

    @property
    def raw(self) -> bytes:
        """The body as it stands in the message."""
        return self.source[self.body : self.end]

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return decoded(self.raw, self.text("content-transfer-encoding"))

    @property
    def charset(self) -> str | None:
        return self.parameters.get("charset")

    def content_text(self, bytes_max: int) -> str:
        """The body as text."""
        data = self.content[:bytes_max]
        if data[:3] == b"\xef\xbb\xbf":
            data = data[3:]
        return decode_bytes(data, self.charset)

    @property
    def name(self) -> str:
        """The file name it says it has (RFC 2183, else the older name parameter)."""
        return self.disposition_parameters.get("filename") or self.parameters.get("name") or ""

    @property
    def content_id(self) -> str:
        return self.text("content-id").strip("<> \t")[:998]


def read_part(source: bytes, start: int, end: int, default: str = "text/plain") -> Part:
    """The part that ``source[start:end]`` is; ``default`` where it names no type."""
    block_end, body = header_end(source, start, min(end, start + _PART_HEADER_BYTES_MAX))
    if body >= start + _PART_HEADER_BYTES_MAX:
        block_end, body = header_end(source, start, end)
    pairs = fields(header_text(source[start : min(block_end, start + _PART_HEADER_BYTES_MAX)]))
    if not pairs:  # no header at all: whatever there is, is the body
        body = start if source[start:block_end].strip() else body
    return part_of(pairs, source, start, body, end, default)


def part_of(
    pairs: list[tuple[str, str]],
    source: bytes,
    start: int,
    body: int,
    end: int,
    default: str = "text/plain",
) -> Part:
    """A part from its header fields."""
    headers: dict[str, list[str]] = {}
    for name, value in pairs:
        headers.setdefault(name.lower(), []).append(value)
    type, type_parameters = _type(headers.get("content-type", []), default)
    disposition = headers.get("content-disposition")
    main, disposition_parameters = parameters(disposition[0]) if disposition else ("", {})
    return Part(
        source, start, body, end, headers, type, type_parameters, main, disposition_parameters
    )


def _type(values: list[str], default: str) -> tuple[str, dict[str, str]]:
    """The first type that is one; of several fields senders mean the first."""
    for value in values:
        main, found = parameters(value)
        major, slash, minor = main.partition("/")
        if major and slash and minor:
            return main.strip("\"'"), found
        if main in ("text", "html"):
            return "text/html" if main == "html" else "text/plain", found
    return default, {}


def children(part: Part, budget: Budget) -> list[Part]:
    """The parts of a multipart; none where it has no boundary that occurs."""
    boundary = part.parameters.get("boundary", "").rstrip()[:_BOUNDARY_CHARS_MAX]
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    found: list[Part] = []
    if boundary:
        mark = b"--" + boundary.encode("utf-8", "replace")
        for start, end in _spans(part, mark, budget):
            if budget.parts <= 0:
                found.append(_rest(part, start))
                break
            budget.parts -= 1
            found.append(read_part(part.source, start, end, default))
    return found


def _rest(part: Part, start: int) -> Part:
    """All parts from here on, as one piece."""
    headers = {"content-disposition": ["attachment"]}
    return Part(part.source, start, start, part.end, headers, "application/octet-stream",
                {}, "attachment", {"filename": "more-parts.eml"})  # fmt: skip


def _spans(part: Part, mark: bytes, budget: Budget) -> list[tuple[int, int]]:
    """Where the parts of a multipart lie, found by its delimiter lines (RFC 2046 5.1.1)."""
    source, end = part.source, part.end
    found: list[tuple[int, int]] = []
    opened = -1
    position = part.body
    while len(found) <= budget.parts:
        at = source.find(mark, position, end)
        if at < 0:
            break
        begins_line = at == part.body or source[at - 1] == 10
        line_end = source.find(b"\n", at + len(mark), end) if begins_line else end
        if line_end < 0:
            line_end = end
        tail = source[at + len(mark) : min(line_end, at + len(mark) + 200)].rstrip()
        if not begins_line or tail not in (b"", b"--"):
            position = at + len(mark)
            budget.false_boundaries -= 1
            if budget.false_boundaries <= 0:
                break
            continue
        if opened >= 0:
            found.append((opened, _before_line_end(source, opened, at)))
        opened = -1 if tail == b"--" else min(line_end + 1, end)
        position = line_end
        if opened < 0:
            break
    if opened >= 0:  # the last delimiter is missing: cut off on the way
        found.append((opened, end))
    return found


def _before_line_end(source: bytes, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > start and source[at - 1] == 10:
        at -= 1
        if at > start and source[at - 1] == 13:
            at -= 1
    return at
