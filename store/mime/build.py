"""An item to MIME bytes. Front-ends ask for it where an item came without MIME; sending does.

``build`` gives a message for every item. ``native`` gives what a client expects as the content of
one: iCalendar of an appointment, a vCard of a contact, a message of all else.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from schemas.classes import kind_of
from schemas.mapi import PROPERTY_SETS
from schemas.property import Kind
from store.calendar.ical.write import method_of, write_calendar
from store.errors import TooMany
from store.instant import from_instant
from store.mime.content import Leaf, Multipart, Node, body_node, file_leaf, message_leaf, wire
from store.mime.content import text_leaf as _text_leaf
from store.mime.edit import with_headers
from store.mime.encode import header, one_line, unstructured
from store.mime.recipients import address_list, one_address
from store.mime.vcard import vcard
from store.model import AttachmentDraft, Body, ItemDraft

__all__ = ["build", "native", "new_identity", "with_headers"]

_DEPTH_MAX = 30
_SENSITIVITY = {
    "personal": "Personal",
    "private": "Private",
    "confidential": "Company-Confidential",
}
_HEADER_KEY = re.compile(r"\{" + PROPERTY_SETS["InternetHeaders"] + r"\}:n:([!-9;-~]{1,76}):String")
# Headers that the builder writes itself, and those that only servers on the way may write.
_OWN = frozenset(
    ["from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id",
     "in-reply-to", "references", "importance", "sensitivity", "thread-topic", "thread-index",
     "disposition-notification-to", "return-receipt-to", "keywords", "content-language", "received",
     "return-path", "dkim-signature", "authentication-results", "delivered-to", "apparently-to"]
)  # fmt: skip
_RESERVED = ("content-", "mime-", "resent-", "arc-", "x-ms-exchange-organization-")
_CALENDARS = frozenset(
    [Kind.CALENDAR, Kind.MEETING_MESSAGE, Kind.MEETING_REQUEST, Kind.MEETING_RESPONSE,
     Kind.MEETING_CANCELLATION]
)  # fmt: skip
_IDENTITY = re.compile(r"[!-~]{1,990}")


def native(draft: ItemDraft, *, domain: str, now: datetime, bcc: bool = True) -> bytes:
    """The content of an item as clients exchange it: its own MIME where it has one."""
    if draft.mime is not None:
        return draft.mime
    kind = kind_of(draft.item_class)
    if kind is Kind.CALENDAR:
        return write_calendar(draft, now)
    if kind is Kind.CONTACT:
        return vcard(draft)
    return build(draft, domain=domain, now=now, bcc=bcc)


def build(
    draft: ItemDraft,
    *,
    domain: str,
    now: datetime,
    bcc: bool = False,
    message_id: str | None = None,
) -> bytes:
    """The message that an item made from properties is (RFC 5322, 2045).

    ``bcc``: as its owner may see it, with the Bcc line and the owner's categories. ``domain`` and
    ``now`` fill Message-ID and Date where the item has none; the same input gives the same bytes.
    Attachments that are references have no form in MIME and are left out. Raises TooMany where
    messages in messages nest more than 30 deep.
    """
    return _build(draft, domain, now, bcc, message_id, 0)


def _build(
    draft: ItemDraft, domain: str, now: datetime, bcc: bool, message_id: str | None, depth: int
) -> bytes:
    if depth > _DEPTH_MAX:
        raise TooMany(f"messages in messages nest more than {_DEPTH_MAX} deep")
    head = _head(draft, domain, now, bcc, message_id)
    return wire(head, _content(draft, domain, now, depth))


def _head(draft: ItemDraft, domain: str, now: datetime, bcc: bool, message_id: str | None) -> bytes:
    p = draft.properties
    lines = [_people(draft, domain, bcc), header("Subject", unstructured(p.get("subject", "")))]
    sent = p.get("sent")
    lines.append(header("Date", format_datetime(from_instant(sent) if sent else now)))
    identity = one_line(p.get("message_id") or message_id or "").strip()
    if not _IDENTITY.fullmatch(identity):
        identity = _made_identity(draft, domain, now)
    lines.append(header("Message-ID", identity))
    for name, key in (("In-Reply-To", "in_reply_to"), ("References", "references")):
        value = " ".join(w for w in one_line(p.get(key, "")).split() if _IDENTITY.fullmatch(w))
        if value:
            lines.append(header(name, value))
    lines += _marks(draft, bcc)
    lines.append(b"MIME-Version: 1.0\r\n")
    return b"".join(lines)


def _people(draft: ItemDraft, domain: str, bcc: bool) -> bytes:
    p = draft.properties
    author, sender = p.get("from") or p.get("sender"), p.get("sender")
    lines = header("From", one_address(author, domain)) if author else b""
    if sender and author and sender.get("address") != author.get("address"):
        lines += header("Sender", one_address(sender, domain))
    lists = [("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")]
    if bcc:
        lists.append(("Bcc", "bcc"))
    for name, key in lists:
        if p.get(key):
            lines += header(name, address_list(p[key], domain))
    if p.get("is_read_receipt_requested") and author:
        lines += header("Disposition-Notification-To", one_address(author, domain))
    if p.get("is_delivery_receipt_requested") and author:
        lines += header("Return-Receipt-To", one_address(author, domain))
    return lines


def _marks(draft: ItemDraft, bcc: bool) -> list[bytes]:
    """Importance and the like, the thread, headers of the client's own."""
    p = draft.properties
    lines: list[bytes] = []
    if p.get("importance") in ("high", "low"):
        lines.append(header("Importance", p["importance"].capitalize()))
    if p.get("sensitivity") in _SENSITIVITY:
        lines.append(header("Sensitivity", _SENSITIVITY[p["sensitivity"]]))
    if p.get("conversation_topic"):
        lines.append(header("Thread-Topic", unstructured(p["conversation_topic"])))
    index = re.sub(r"[^A-Za-z0-9+/=]", "", str(p.get("conversation_index") or ""))
    if index:  # long after many answers: in pieces, which readers join
        pieces = [index[at : at + 60] for at in range(0, len(index), 60)]
        lines.append(b"Thread-Index: " + "\r\n ".join(pieces).encode() + b"\r\n")
    if bcc and p.get("categories"):
        words = [unstructured(word.replace(",", " ")) for word in p["categories"]]
        lines.append(header("Keywords", ", ".join(words)))
    culture = str(p.get("culture") or "")
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", culture):
        lines.append(header("Content-Language", culture))
    for key, value in draft.extended.items():
        found = _HEADER_KEY.fullmatch(key)
        name = found[1].lower() if found else ""
        if name and name not in _OWN and not name.startswith(_RESERVED) and value is not None:
            lines.append(header(found[1] if found else name, unstructured(str(value))))
    return lines


def new_identity(domain: str) -> str:
    """A Message-ID that no other message has."""
    return f"<{secrets.token_hex(16)}@{domain}>"


def _made_identity(draft: ItemDraft, domain: str, now: datetime) -> str:
    """A Message-ID that stays the same each time the same item is built."""
    said = msgspec.json.encode([draft.properties, draft.body.text, draft.body.html])
    digest = hashlib.blake2b(said + now.isoformat().encode(), digest_size=16).hexdigest()
    host = re.sub(r"[^A-Za-z0-9.-]", "", domain) or "localhost"
    return f"<{digest}@{host}>"


def _content(draft: ItemDraft, domain: str, now: datetime, depth: int) -> Node:
    """The body and the attachments."""
    kind = kind_of(draft.item_class)
    shown = draft.body.html is not None
    inline = [a for a in draft.attachments if shown and a.is_inline and a.kind == "file"]
    if kind is Kind.CONTACT:
        body: Node = _text_leaf(vcard(draft).decode(), "vcard")
    else:
        body = body_node(_body(draft, kind), inline, _calendar(draft, kind, now))
    parts: list[Node] = [body]
    for attachment in draft.attachments:
        if attachment.kind == "item":
            parts.append(_message(attachment, domain, now, depth))
        elif attachment.kind == "file" and not (shown and attachment.is_inline):
            parts.append(file_leaf(attachment))
    return body if len(parts) == 1 else Multipart("mixed", parts)


def _body(draft: ItemDraft, kind: Kind) -> Body:
    """A distribution list says who is in it; everything else says what it says."""
    if kind is Kind.DIST_LIST and not draft.body.text and not draft.body.html:
        members: dict[str, dict[str, Any]] = draft.properties.get("members") or {}
        shown = members.values()
        return Body(text="".join(f"{m.get('name', '')} <{m.get('address', '')}>\n" for m in shown))
    return draft.body


def _calendar(draft: ItemDraft, kind: Kind, now: datetime) -> list[Leaf]:
    if kind not in _CALENDARS or not draft.properties.get("start"):
        return []
    text = write_calendar(draft, now).decode()
    return [_text_leaf(text, "calendar", f"; method={method_of(draft)}")]


def _message(attachment: AttachmentDraft, domain: str, now: datetime, depth: int) -> Leaf:
    inner = attachment.item or ItemDraft()
    mime = inner.mime
    if mime is None:
        mime = _build(inner, domain, now, False, None, depth + 1)
    return message_leaf(attachment, mime)
