"""The messages of the reference collection, with what the standard library finds in them.

Where its parser reports a defect, or the message leaves room for two opinions, nothing is expected.
"""

from __future__ import annotations

import base64
import email
import os
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

from tests.corpus.sample import Sample, attachment

REFERENCE = Path(
    os.environ.get("ENTREPOT_REFERENCE")
    or Path(__file__).resolve().parents[2].parent / "shared" / "reference"
)
MESSAGES = REFERENCE / "messages"

_WORD = re.compile(r"[A-Za-z]{5,24}")
_TAG = re.compile(r"<(style|script|head|title)\b.*?</\1\s*>|<!--.*?-->|<[^<>]*>", re.I | re.S)


def reference_messages() -> list[Sample]:
    """All of them, lines ended by CRLF; none where the collection is absent."""
    found = [_sample(path) for path in sorted(MESSAGES.rglob("*.eml"))]
    return found + [_wrapped(path) for path in sorted(MESSAGES.rglob("*.tnef"))]


def with_crlf(data: bytes) -> bytes:
    """Lines as SMTP carries them."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", data).replace(b"\x00", b"?")


def _sample(path: Path) -> Sample:
    mime = with_crlf(path.read_bytes())
    if not mime.endswith(b"\r\n"):
        mime += b"\r\n"
    name = str(path.relative_to(MESSAGES))
    message = email.message_from_bytes(mime, policy=policy.default)
    assert isinstance(message, EmailMessage)
    try:
        return Sample(
            name,
            mime,
            subject=_subject(message),
            sender=_sender(message),
            text_contains=_text(message),
            attachments=_attachments(message),
            items=_items(message),
        )
    except (LookupError, ValueError, AttributeError, TypeError):  # broken beyond the library
        return Sample(name, mime)


def _wrapped(path: Path) -> Sample:
    """A winmail.dat as it travels."""
    data = base64.encodebytes(path.read_bytes()).replace(b"\n", b"\r\n")
    mime = (
        b"From: Outlook <outlook@example.org>\r\nTo: anna@example.com\r\n"
        b"Subject: winmail " + path.stem.encode() + b"\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="=_tnef"\r\n\r\n'
        b"--=_tnef\r\nContent-Type: text/plain\r\n\r\nThis message came from Outlook.\r\n"
        b"--=_tnef\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; "
        b"filename=winmail.dat\r\n\r\n" + data + b"--=_tnef--\r\n"
    )
    return Sample(f"tnef/{path.name}", mime, f"winmail {path.stem}", "outlook@example.org")


def _is_sane(text: str) -> bool:
    return "\ufffd" not in text and all(c.isprintable() and not 0xD800 <= ord(c) < 0xE000
                                        for c in text)  # fmt: skip


def _subject(message: EmailMessage) -> str | None:
    values = message.get_all("subject", [])
    if not values and _is_whole(message):
        return ""
    if len(values) != 1 or values[0].defects or "=?" in values[0]:
        return None
    text = str(values[0]).strip()
    return text if _is_sane(text) else None


def _sender(message: EmailMessage) -> str | None:
    values = message.get_all("from", [])
    if len(values) != 1 or values[0].defects or len(values[0].addresses) != 1:
        return None
    address = values[0].addresses[0].addr_spec
    return address if re.fullmatch(r"[\w.+=-]+@[\w.-]+", address, re.ASCII) else None


def _is_whole(message: EmailMessage) -> bool:
    """Whether neither the message nor any part has a defect."""
    return not any(part.defects for part in message.walk())


def _text(message: EmailMessage) -> str | None:
    """The longest word of the first body part that has one of any length."""
    kinds = [part.get_content_type() for part in message.walk()]
    if not _is_whole(message) or (
        kinds.count("text/plain") > 1 and "multipart/alternative" in kinds
    ):
        return None
    body = message.get_body(("plain", "html"))
    if not isinstance(body, EmailMessage) or body.get_filename():
        return None
    if body.get_content_disposition() == "attachment":
        return None
    text = body.get_content()
    if body.get_content_type() == "text/html":
        text = re.sub(r"&[^;\s]{1,9};?", " ", _TAG.sub(" ", text))
    if body.get_param("format") == "flowed" or "begin 6" in text:
        return None
    words = _WORD.findall(text)
    return max(words, key=len) if words else None


_SURE = frozenset(["application", "image", "audio", "video"])
_UNSURE = frozenset(["application/ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime"])


def _attachments(message: EmailMessage) -> list[tuple[str, int, str]] | None:
    """What is attached for certain: parts with a plain name that are no text and no message."""
    if not _is_whole(message) or not message.get_content_type():
        return None
    found: list[tuple[str, int, str]] = []
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or kind == "text/rfc822-headers":
            if part.get_content_maintype() == "message" or kind == "text/rfc822-headers":
                return None
            continue
        is_body = kind in ("text/plain", "text/html") and not part.get_filename()
        if is_body and part.get_content_disposition() in (None, "inline"):
            if b"begin 6" in (part.get_payload(decode=True) or b""):
                return None
            continue
        name = part.get_filename()
        if part.get_content_maintype() not in _SURE or kind in _UNSURE or not name:
            return None
        if not _is_sane(name) or re.search(r"[/\\:?=*\"]", name) or len(name) > 100:
            return None
        found.append(attachment(name.strip(), part.get_payload(decode=True)))
    return found


def _items(message: EmailMessage) -> int | None:
    """How many messages are attached for certain."""
    if not _is_whole(message):
        return None
    kinds = [part.get_content_type() for part in message.walk()]
    return None if any(kind.startswith("message/") or "digest" in kind for kind in kinds) else 0
