"""Bodies and attachments of one message, collected part by part."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import msgspec

from store.mime.charset import clean
from store.mime.names import file_name, made_up_name
from store.mime.part import Budget, Limits, Part, children
from store.mime.plain import from_enriched, unflow
from store.mime.properties import meeting_class
from store.mime.tnef import read_tnef
from store.mime.transfer import from_uuencode
from store.model import AttachmentDraft, Body, ItemDraft
from store.text.html import join_html, text_to_html

_BODIES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_STATUS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
}
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_OCTETS = "application/octet-stream"
_CID = re.compile(r"""cid:([^"'\s<>)]{1,998})""", re.IGNORECASE)

# Reads an embedded message: its bytes, limits, what is left of them, how deep it lies.
Embedded = Callable[[bytes, Limits, Budget, int], ItemDraft]


class Segment(msgspec.Struct):
    """A stretch of the body: as text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None


class Collector:
    """One message taken in. ``calendar``: its calendar part; ``status``: what a report says."""

    def __init__(self, limits: Limits, budget: Budget, depth: int, embedded: Embedded) -> None:
        self._limits = limits
        self._budget = budget
        self._depth = depth
        self._embedded = embedded
        self._segments: list[Segment] = []
        self._attachments: list[AttachmentDraft] = []
        self._related: set[int] = set()
        self.calendar = ""
        self.status = ""
        self.status_kind = ""

    # -- results ---------------------------------------------------------------------------------

    def body(self) -> Body:
        """The segments as one body; text is None where only HTML says all."""
        segments = self._segments
        if not segments:
            return Body()
        texts = [segment.text for segment in segments]
        text = None if None in texts else _joined([text or "" for text in texts])
        if all(segment.html is None for segment in segments):
            return Body(text=text)
        if len(segments) == 1:
            return Body(html=segments[0].html, text=text)
        pages = [s.html if s.html is not None else text_to_html(s.text or "") for s in segments]
        return Body(html=join_html(pages), text=text)

    def listed(self) -> tuple[AttachmentDraft, ...]:
        """The attachments, inline where the HTML refers to them."""
        html = "".join(segment.html or "" for segment in self._segments)
        referred = {unquote(found).lower() for found in _CID.findall(html)}
        return tuple(
            msgspec.structs.replace(attachment, is_inline=True)
            if self._is_inline(number, attachment, referred, html)
            else attachment
            for number, attachment in enumerate(self._attachments)
        )

    def _is_inline(
        self, number: int, attachment: AttachmentDraft, referred: set[str], html: str
    ) -> bool:
        if attachment.kind != "file" or not html:
            return False
        if attachment.content_id and attachment.content_id.lower() in referred:
            return True
        return bool(
            number in self._related
            and attachment.content_location
            and len(self._related) <= 100
            and attachment.content_location in html
        )

    # -- parts -----------------------------------------------------------------------------------

    def part(self, part: Part, depth: int, *, related: bool = False, first: bool = True) -> None:
        """Take one part in, by its type (RFC 2046). ``first``: nothing came before it."""
        if part.type.startswith("multipart/") and depth < self._limits.depth:
            parts = children(part, self._budget)
            if parts:
                self._multipart(part, parts, depth, first)
                return
            if depth == 0:
                self._add_text(part, "text/plain")  # no boundary: what there is, is the text
                return
            if not part.raw.strip():
                return
        if part.type in _MESSAGES:
            self._message(part)
        elif part.type in _TNEF or part.name.lower() == "winmail.dat":
            self._tnef(part)
        elif part.type in _BODIES and self._is_body(part, related, first):
            self._add_text(part, part.type)
        elif part.type == "text/calendar":
            self._calendar(part, related)
        else:
            self._file(part, related)

    def _multipart(self, part: Part, parts: list[Part], depth: int, first: bool) -> None:
        if part.type == "multipart/alternative":
            self._alternative(parts, depth)
            return
        root = _root(part, parts) if part.type == "multipart/related" else -1
        for number, child in enumerate(parts):
            related = root >= 0 and number != root
            self.part(child, depth + 1, related=related, first=first and number == 0)

    def _alternative(self, parts: list[Part], depth: int) -> None:
        """Several ways of saying the same: the last of each type counts."""
        best = Segment()
        before = len(self._segments)
        for child in parts:
            if _is_lesser_rendering(child, best):
                continue
            self.part(child, depth + 1)
            said = Segment(*_both(self._segments[before:]))
            del self._segments[before:]
            best.text = said.text if said.text is not None else best.text
            best.html = said.html if said.html is not None else best.html
        if best.text is not None or best.html is not None:
            self._segments.append(best)

    def _is_body(self, part: Part, related: bool, first: bool) -> bool:
        if part.disposition == "attachment" or part.disposition_parameters.get("filename"):
            return False
        if related and part.headers.get("content-id"):
            return False
        return first or not part.name

    def _add_text(self, part: Part, kind: str) -> None:
        text = part.content_text(self._limits.text_bytes)
        if kind == "text/html":
            self._segments.append(Segment(html=text))
            return
        if kind != "text/plain":
            text = from_enriched(text)
        elif part.parameters.get("format", "").lower() == "flowed":
            delete = part.parameters.get("delsp", "").lower() == "yes"
            text = unflow(text, delete_space=delete)
        elif "\nbegin " in text or text.startswith("begin "):
            text = self._uuencoded(part, text)
        self._segments.append(Segment(text=text))

    def _uuencoded(self, part: Part, text: str) -> str:
        """The text without the files that stand in it; these become attachments."""
        data = part.content[: self._limits.text_bytes]
        files = from_uuencode(data, min(100, max(0, self._budget.parts)))
        if not files:
            return text
        kept: list[bytes] = []
        end = 0
        for name, content, (start, stop) in files:
            self._budget.parts -= 1
            kept.append(data[end:start])
            end = stop
            self._attach(file_name(clean(name)) or "attachment.dat", part, content, plain=True)
        kept.append(data[end:])
        text_part = msgspec.structs.replace(
            part, source=b"".join(kept), start=0, body=0, end=sum(map(len, kept)), headers={}
        )
        return text_part.content_text(self._limits.text_bytes)

    def _message(self, part: Part) -> None:
        encoding = part.text("content-transfer-encoding").lower()
        wrapped = encoding.startswith(("base64", "quoted"))
        mime = part.content if wrapped else part.raw
        budget = self._budget
        is_deep = self._depth >= self._limits.messages or len(mime) > budget.nested_bytes
        if is_deep or not mime.strip():
            self._attach(file_name(part.name) or "message.eml", part, mime)
            return
        budget.nested_bytes -= len(mime)
        draft = self._embedded(mime, self._limits, budget, self._depth + 1)
        self._attachments.append(
            AttachmentDraft(
                kind="item",
                name=file_name(part.name) or draft.properties.get("subject", "") or "message",
                content_type="message/rfc822",
                content_id=part.content_id,
                item=draft,
            )
        )

    def _tnef(self, part: Part) -> None:
        found = read_tnef(part.content)
        if found is None:
            self._file(part, related=False)
            return
        said = Segment(found.body.text, found.body.html)
        if not self._segments:
            if said.text is not None or said.html is not None:
                self._segments.append(said)
        elif said.html is not None and all(s.html is None for s in self._segments):
            text = _both(self._segments)[0]
            self._segments = [Segment(text, said.html)]
        self._attachments += found.attachments[: max(0, self._budget.parts)]
        self._budget.parts -= len(found.attachments)

    def _calendar(self, part: Part, related: bool) -> None:
        is_attached = part.disposition == "attachment" or bool(part.name)
        decides = not is_attached or "method" in part.parameters
        if decides and not self.calendar:
            text = part.content_text(self._limits.text_bytes)
            if meeting_class(text) is not None:
                self.calendar = text
                if not is_attached:
                    return
        self._file(part, related)

    def _file(self, part: Part, related: bool) -> None:
        content = part.content
        kind = _STATUS.get(part.type)
        if kind and not self.status:
            self.status_kind = kind
            self.status = part.content_text(self._limits.text_bytes)
        if related:
            self._related.add(len(self._attachments))
        name = file_name(part.name) or made_up_name(part.type, len(self._attachments) + 1)
        self._attach(name, part, content)

    def _attach(self, name: str, part: Part, content: bytes, *, plain: bool = False) -> None:
        is_container = part.type.startswith("multipart/")
        self._attachments.append(
            AttachmentDraft(
                kind="file",
                name=name,
                content_type=_OCTETS if plain or is_container else clean(part.type)[:255],
                content_id="" if plain else clean(part.content_id),
                content_location="" if plain else part.text("content-location")[:998],
                content=content,
            )
        )


def _joined(texts: list[str]) -> str:
    """Text parts one below the other."""
    return "\r\n".join(
        text if number == len(texts) - 1 else text.removesuffix("\n").removesuffix("\r")
        for number, text in enumerate(texts)
    )


def _both(segments: list[Segment]) -> tuple[str | None, str | None]:
    """The text and the HTML that segments come to."""
    if len(segments) == 1:
        return segments[0].text, segments[0].html
    texts = [segment.text for segment in segments if segment.text is not None]
    pages = [segment.html for segment in segments if segment.html is not None]
    return _joined(texts) if texts else None, join_html(pages) if pages else None


def _root(part: Part, parts: list[Part]) -> int:
    """Which part of a multipart/related is the one that refers to the others (RFC 2387 3.2)."""
    start = part.parameters.get("start", "").strip("<> ")
    if start:
        for number, child in enumerate(parts):
            if child.content_id == start:
                return number
    return 0


def _is_lesser_rendering(part: Part, best: Segment) -> bool:
    """An alternative for special programs (AMP, watches): no attachment, and no body we show."""
    if part.type in ("text/enriched", "text/richtext") and best.text is not None:
        return True
    return (
        part.type.startswith("text/")
        and part.type not in _BODIES
        and part.type != "text/calendar"
        and not part.name
    )
