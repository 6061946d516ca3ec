"""MIME bytes to an item. Any bytes give one; the bytes themselves are kept in ``ItemDraft.mime``.

What becomes what:

- Text parts without a file name and not marked as attachments are the body. Several of them, as
  mailing lists and Apple Mail send them, are joined in order; where one of them is HTML, the body
  is HTML and the text parts are shown in it as they are. Of alternatives the last of each type
  counts.
- An attachment is inline where the HTML body refers to it by Content-ID or Content-Location:
  otherwise nobody would see it.
- ``message/rfc822`` is an item attachment with its own bytes, whatever its transfer encoding.
- ``winmail.dat`` gives its body and attachments; one that cannot be read stays a file.
- A ``text/calendar`` part with a METHOD decides the class of a meeting message, and is listed as
  an attachment only where it is sent as one.
- What exceeds the limits stays as it is, in one attachment.
"""

from __future__ import annotations

import logging

import msgspec

from store.mime.charset import decode_bytes, header_text
from store.mime.collect import Collector
from store.mime.headers import HEADER_CHARS_MAX, fields, header_end
from store.mime.part import Budget, Limits, Part, part_of
from store.mime.properties import meeting_class, properties_of, report_class
from store.mime.voice import voice_class, voice_properties
from store.model import Body, ItemDraft

__all__ = ["Limits", "Parsed", "parse", "parse_all"]

_log = logging.getLogger(__name__)
_BOM = b"\xef\xbb\xbf"
_LIMITS = Limits()
_PLAIN = "IPM.Note"


class Parsed(msgspec.Struct, frozen=True):
    """A message read: the item, and the text of the calendar part that decided its class."""

    draft: ItemDraft
    calendar: str = ""


def parse(mime: bytes, limits: Limits = _LIMITS) -> ItemDraft:
    """The item that a message is (RFC 5322, 2045). Never raises."""
    return parse_all(mime, limits).draft


def parse_all(mime: bytes, limits: Limits = _LIMITS) -> Parsed:
    """The item that a message is, with its calendar. Never raises."""
    try:
        return _parse(mime, limits, Budget.of(limits), 0)
    except Exception:
        # Mail must never be lost to a fault of the reader: it becomes text, and we hear of it.
        _log.exception("a message of %d bytes could not be taken apart", len(mime))
        text = decode_bytes(mime[: limits.text_bytes])
        return Parsed(ItemDraft(properties={"subject": ""}, body=Body(text=text), mime=mime))


def _parse(mime: bytes, limits: Limits, budget: Budget, depth: int) -> Parsed:
    source = _with_lines(mime)
    start = len(_BOM) if source.startswith(_BOM) else 0
    block_end, body = header_end(source, start)
    block = header_text(source[start : min(block_end, start + HEADER_CHARS_MAX)])
    pairs = fields(block)
    if not pairs and source[start:block_end].strip():
        block, body = "", start  # no header at all: the whole is the body
    top = part_of(pairs, source, start, body, len(source))
    collector = Collector(limits, budget, depth, _embedded)
    collector.part(top, 0)
    draft = ItemDraft(
        item_class=_item_class(top, collector),
        properties=properties_of(top.headers),
        body=collector.body(),
        attachments=collector.listed(),
        mime=mime,
        headers=block,
    )
    return Parsed(_as_voice_mail(draft, top), collector.calendar)


def _as_voice_mail(draft: ItemDraft, top: Part) -> ItemDraft:
    """The message as voice mail, where it is nothing else and says that it is that."""
    found = voice_class(top.headers, draft.attachments) if draft.item_class == _PLAIN else None
    if found is None:
        return draft
    extended = {**draft.extended, **voice_properties(top.headers)}
    return msgspec.structs.replace(draft, item_class=found, extended=extended)


def _with_lines(mime: bytes) -> bytes:
    """Bytes whose lines end with LF or CRLF: old messages end them with CR alone."""
    if b"\r" in mime[:HEADER_CHARS_MAX] and b"\n" not in mime:
        return mime.replace(b"\r", b"\n")
    return mime


def _embedded(mime: bytes, limits: Limits, budget: Budget, depth: int) -> ItemDraft:
    return _parse(mime, limits, budget, depth).draft


def _item_class(top: Part, collector: Collector) -> str:
    """The class by the top of the message (MS-OXCMAIL 2.2.3.1, MS-OXOSMIME 2.1)."""
    if top.type == "multipart/signed":
        return "IPM.Note.SMIME.MultipartSigned"
    if top.type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return "IPM.Note.SMIME"
    if top.type == "multipart/report":
        kind = top.parameters.get("report-type", "").lower() or collector.status_kind
        found = report_class(kind, collector.status)
        if found:
            return found
    return (meeting_class(collector.calendar) or _PLAIN) if collector.calendar else _PLAIN
