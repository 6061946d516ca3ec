"""An item to MIME bytes, and edits of header lines that leave the rest byte for byte.

No value can bring in a header line: line breaks in any of them become blanks (attack A22).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime
from typing import Any

from schemas.mapi import PROPERTY_SETS
from store.instant import from_instant
from store.mime.headers import raw_block
from store.model import AttachmentDraft, ItemDraft

_POLICY = policy.SMTP.clone(max_line_length=78, refold_source="none")
_SENSITIVITY = {"personal": "Personal", "private": "Private", "confidential": "Company-Confidential"}
_LINES = re.compile(r"[\r\n\x00]+")
_HEADER_KEY = re.compile(
    r"\{" + PROPERTY_SETS["InternetHeaders"] + r"\}:n:([!-9;-~]{1,76}):String"
)
# Headers that the builder writes itself: a client's own value for them is not added beside.
_OWN = frozenset(
    ["from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "importance", "sensitivity", "thread-topic", "thread-index", "disposition-notification-to", "mime-version", "content-type", "content-transfer-encoding", "received", "return-path"]
)


def build(
    draft: ItemDraft,
    *,
    domain: str,
    now: datetime,
    bcc: bool = False,
    message_id: str | None = None,
) -> bytes:
    """The message that an item made from properties is. ``bcc``: with its Bcc line.

    ``domain`` and ``now`` fill Message-ID and Date where the item has none.
    """
    message = EmailMessage(policy=_POLICY)
    _set_headers(message, draft, domain=domain, now=now, bcc=bcc, message_id=message_id)
    _set_content(message, draft, domain, now)
    return message.as_bytes()


def _one_line(value: Any) -> str:
    return _LINES.sub(" ", str(value)).encode("utf-8", "replace").decode("utf-8")


def _set_headers(
    message: EmailMessage,
    draft: ItemDraft,
    *,
    domain: str,
    now: datetime,
    bcc: bool,
    message_id: str | None,
) -> None:
    p = draft.properties
    sender, author = p.get("sender"), p.get("from") or p.get("sender")
    if author:
        message["From"] = _addresses([author])
    if sender and author and sender.get("address") != author.get("address"):
        message["Sender"] = _addresses([sender])
    lists = [("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")]
    if bcc:
        lists.append(("Bcc", "bcc"))
    for header, name in lists:
        if p.get(name):
            message[header] = _addresses(p[name])
    message["Subject"] = _one_line(p.get("subject", ""))
    sent = p.get("sent")
    message["Date"] = format_datetime(from_instant(sent) if sent else now)
    identity = p.get("message_id") or message_id
    if not identity:
        identity = _new_message_id(domain, now)
    message["Message-ID"] = _one_line(identity)
    for header, name in (("In-Reply-To", "in_reply_to"), ("References", "references"),
                         ("Thread-Topic", "conversation_topic"),
                         ("Thread-Index", "conversation_index")):  # fmt: skip
        if p.get(name):
            message[header] = _one_line(p[name])
    if p.get("importance") in ("high", "low"):
        message["Importance"] = p["importance"].capitalize()
    if p.get("sensitivity") in _SENSITIVITY:
        message["Sensitivity"] = _SENSITIVITY[p["sensitivity"]]
    if p.get("is_read_receipt_requested") and author:
        message["Disposition-Notification-To"] = f"<{_one_line(author.get('address', ''))}>"
    for key, value in draft.extended.items():
        found = _HEADER_KEY.fullmatch(key)
        if found and found[1].lower() not in _OWN and found[1] not in message:
            message[found[1]] = _one_line(value)


def _new_message_id(domain: str, now: datetime) -> str:
    return f"<{now:%Y%m%d%H%M%S}.{secrets.token_hex(12)}@{domain}>"


def _addresses(mailboxes: Iterable[Mapping[str, Any]]) -> Any:
    """A structured address header; an address that is no address stays as plain text."""
    parsed: list[Address] = []
    for mailbox in mailboxes:
        name = _one_line(mailbox.get("name", ""))
        address = _one_line(mailbox.get("address", "")).strip()
        try:
            parsed.append(Address(display_name=name if name != address else "", addr_spec=address))
        except (ValueError, IndexError):
            parsed.append(Address(display_name=f"{name} {address}".strip()))
    return parsed


def _set_content(message: EmailMessage, draft: ItemDraft, domain: str, now: datetime) -> None:
    body = draft.body
    if body.text is not None or body.html is None:
        message.set_content(_text(body.text or ""), cte=_encoding(body.text or ""))
        if body.html is not None:
            message.add_alternative(_text(body.html), subtype="html", cte=_encoding(body.html))
    else:
        message.set_content(_text(body.html), subtype="html", cte=_encoding(body.html))
    inline = [a for a in draft.attachments if a.is_inline and a.kind == "file"]
    if inline:
        _relate(message, inline)
    for attachment in draft.attachments:
        if attachment in inline:
            continue
        _attach(message, attachment, domain, now)


def _text(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _encoding(text: str) -> str:
    return "7bit" if text.isascii() and max(map(len, text.split("\n"))) < 900 else "base64"


def _relate(message: EmailMessage, inline: list[AttachmentDraft]) -> None:
    html = message.get_body(("html", "plain"))
    target: Any = html if html is not None else message
    for attachment in inline:
        main, sub = _type(attachment)
        target.add_related(
            attachment.content or b"",
            maintype=main,
            subtype=sub,
            cid=f"<{_one_line(attachment.content_id)}>" if attachment.content_id else None,
            filename=_one_line(attachment.name) or None,
            disposition="inline",
        )


def _attach(
    message: EmailMessage, attachment: AttachmentDraft, domain: str, now: datetime
) -> None:
    name = _one_line(attachment.name) or None
    if attachment.kind == "item":
        inner = attachment.item or ItemDraft()
        data = inner.mime or build(inner, domain=domain, now=now)
        part = MIMEPart(policy=_POLICY)
        part["Content-Type"] = "message/rfc822"
        part["Content-Disposition"] = "attachment"
        if name:
            part.set_param("filename", name, header="Content-Disposition")
        part.set_payload(data.decode("ascii", "surrogateescape"))
        if message.get_content_type() != "multipart/mixed":
            message.make_mixed()
        message.attach(part)
        return
    main, sub = _type(attachment)
    message.add_attachment(
        attachment.content or b"",
        maintype=main,
        subtype=sub,
        filename=name or "attachment.dat",
        cid=f"<{_one_line(attachment.content_id)}>" if attachment.content_id else None,
    )


def _type(attachment: AttachmentDraft) -> tuple[str, str]:
    found = re.fullmatch(r"([\w.+-]+)/([\w.+-]+)", attachment.content_type.split(";")[0].strip())
    if found is None or found[1].lower() in ("multipart", "message"):
        return "application", "octet-stream"
    return found[1], found[2]


def with_headers(
    mime: bytes, *, remove: Iterable[str] = (), add: Iterable[tuple[str, str]] = ()
) -> bytes:
    """The message with header fields removed (by name, without case) and others put in front.

    All other bytes stay as they are.
    """
    block = raw_block(mime)
    gone = {name.lower() for name in remove}
    kept: list[bytes] = []
    skipping = False
    for line in re.split(rb"(?<=\n)", block):
        if not line[:1].isspace() or (not kept and not skipping):
            name = line.split(b":", 1)[0].strip().lower().decode("latin-1")
            skipping = name in gone
        if not skipping:
            kept.append(line)
    ending = b"\r\n" if b"\r\n" in mime[: len(block) + 2] else b"\n"
    new = b"".join(
        f"{name}: {_one_line(value)}".encode("utf-8", "replace") + ending for name, value in add
    )
    head = b"".join(kept)
    if head and not head.endswith(b"\n") and mime[len(block) :] == b"":
        head += ending
    rest = mime[len(block) :]
    if not head and rest.startswith(ending):
        rest = rest[len(ending) :]
    return new + head + rest

