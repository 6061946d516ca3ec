"""Reports about messages as MIME: not delivered, delayed (RFC 3464), read or deleted (RFC 8098).

Pure: text in, bytes out. Everything that comes from outside is made one line of printable text.
"""

from __future__ import annotations

import re
from email.header import Header
from email.utils import format_datetime

import msgspec

from store.instant import Instant, from_instant

# A report quotes the whole message up to this size, else only its headers.
QUOTED_BYTES_MAX = 64 * 1024
_HEADERS_BYTES_MAX = 32 * 1024
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


class Undelivered(msgspec.Struct, frozen=True):
    """One recipient of a delivery report. ``status``: ``5.1.1``; ``reply``: the words of the
    server that refused, empty where it was this one."""

    address: str
    status: str
    reason: str
    reply: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """From whom to whom a report goes."""

    host: str
    sender_name: str
    sender_address: str
    recipient: str
    message_id: str
    now: Instant


def delivery_report(
    envelope: Envelope,
    original: bytes,
    subject: str,
    recipients: list[Undelivered],
    *,
    action: str = "failed",
    retry_until: Instant = "",
) -> bytes:
    """A delivery status notification. ``action``: ``failed`` or ``delayed``."""
    is_final = action == "failed"
    title = "Undeliverable" if is_final else "Delayed"
    head = [
        *_head(envelope, f"{title}: {subject}", "delivery-status"),
        *_thread(original),
        "",
    ]
    text = [
        "Your message could not be delivered to:"
        if is_final
        else "Your message has not been delivered yet to:",
        "",
        *(f"  {line(r.address)}: {line(r.reason)}" for r in recipients),
        "",
        "It will not be tried again."
        if is_final
        else "You need not do anything: delivery is tried again.",
    ]
    status = [f"Reporting-MTA: dns;{envelope.host}", f"Arrival-Date: {_date(envelope.now)}"]
    for recipient in recipients:
        status += ["", *_recipient_fields(recipient, action, retry_until)]
    return _report(head, text, "delivery-status", status, original)


def _recipient_fields(recipient: Undelivered, action: str, retry_until: Instant) -> list[str]:
    fields = [
        f"Final-Recipient: {_typed(recipient.address)}",
        f"Action: {action}",
        f"Status: {recipient.status}",
        f"Diagnostic-Code: smtp;{_ascii(recipient.reply or _own_words(recipient))}",
    ]
    if retry_until:
        fields.append(f"Will-Retry-Until: {_date(retry_until)}")
    return fields


def _own_words(recipient: Undelivered) -> str:
    code = "550" if recipient.status.startswith("5") else "450"
    return f"{code} {recipient.status} {recipient.reason}"


def read_report(
    envelope: Envelope, subject: str, original_id: str, *, was_read: bool, sent: str
) -> bytes:
    """A disposition notification: somebody read a message, or deleted it unread."""
    title = "Read" if was_read else "Not read"
    head = [*_head(envelope, f"{title}: {subject}", "disposition-notification")]
    if original_id:
        head += [f"In-Reply-To: {_ascii(original_id)}", f"References: {_ascii(original_id)}"]
    what = "was read" if was_read else "was deleted without being read"
    text = [
        f"Your message to {line(envelope.sender_name)}",
        "",
        f"  Subject: {line(subject)}",
        f"  Sent: {line(sent)}",
        "",
        f"{what} on {_date(envelope.now)}.",
    ]
    disposition = "displayed" if was_read else "deleted"
    fields = [
        f"Reporting-UA: {envelope.host}; Entrepot",
        f"Final-Recipient: {_typed(envelope.sender_address)}",
        *([f"Original-Message-ID: {_ascii(original_id)}"] if original_id else []),
        f"Disposition: manual-action/MDN-sent-automatically; {disposition}",
    ]
    return _report([*head, ""], text, "disposition-notification", fields, None)


_BOUNDARY = "=_report_"


def _head(envelope: Envelope, subject: str, kind: str) -> list[str]:
    token = re.sub(r"[^0-9A-Za-z]", "", envelope.message_id)[:40]
    return [
        f"From: {_phrase(envelope.sender_name)} <{_ascii(envelope.sender_address)}>",
        f"To: <{_ascii(envelope.recipient)}>",
        f"Subject: {_encoded(subject)}",
        f"Date: {_date(envelope.now)}",
        f"Message-ID: {_ascii(envelope.message_id)}",
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-replied",
        f'Content-Type: multipart/report; report-type={kind}; boundary="{_BOUNDARY}{token}"',
    ]


def _report(
    head: list[str], text: list[str], kind: str, fields: list[str], original: bytes | None
) -> bytes:
    boundary = next(h for h in head if h.startswith("Content-Type:")).rsplit('"', 2)[1]
    parts = [
        ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", *text],
        [f"Content-Type: message/{kind}", "", *fields],
    ]
    lines = list(head)
    for part in parts:
        lines += [f"--{boundary}", *part, ""]
    data = "\r\n".join(lines).encode("utf-8", "replace")
    if original is not None:
        data += b"\r\n--" + boundary.encode() + b"\r\n" + _quoted(original) + b"\r\n"
    return data + b"\r\n--" + boundary.encode() + b"--\r\n"


def _quoted(original: bytes) -> bytes:
    """The message that the report is about, whole or its headers; eight-bit where it is so."""
    encoding = b"7bit" if original.isascii() else b"8bit"
    if len(original) <= QUOTED_BYTES_MAX:
        kind, content = b"message/rfc822", original
    else:
        kind, content = b"text/rfc822-headers", header_block(original)[:_HEADERS_BYTES_MAX]
    return (
        b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    ) + content


def header_block(mime: bytes) -> bytes:
    """The headers of a message, with the final line end."""
    end = mime.find(b"\r\n\r\n")
    return mime if end < 0 else mime[: end + 2]


def _thread(original: bytes) -> list[str]:
    """In-Reply-To and References, so that a report stands beside what it is about."""
    found = re.search(rb"(?im)^message-id:[ \t]*(<[^<>\s]{1,250}>)", header_block(original))
    if found is None:
        return []
    id = found[1].decode("ascii", "replace").replace("\ufffd", "?")
    return [f"In-Reply-To: {id}", f"References: {id}"]


def line(text: str) -> str:
    """Text as one line without control characters: no header can be smuggled in (A22)."""
    return _UNPRINTABLE.sub(" ", text).strip()[:900]


def _ascii(text: str) -> str:
    return line(text).encode("ascii", "replace").decode()


def _typed(address: str) -> str:
    """An address with its type (RFC 6533 for those with letters beyond ASCII)."""
    plain = line(address)
    return f"rfc822;{plain}" if plain.isascii() else f"utf-8;{plain}"


def _encoded(text: str) -> str:
    plain = line(text)
    if plain.isascii() and "=?" not in plain:
        return plain
    return Header(plain, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _phrase(text: str) -> str:
    plain = line(text)
    if not plain.isascii():
        return Header(plain, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _date(instant: Instant) -> str:
    return format_datetime(from_instant(instant).replace(microsecond=0))
