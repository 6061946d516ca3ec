"""winmail.dat: attachments and body of Microsoft's TNEF (MS-OXTNEF), by tnefparse."""

from __future__ import annotations

import logging

import msgspec
from tnefparse import TNEF

from store.mime.headers import decode_bytes
from store.model import AttachmentDraft, Body

TNEF_BYTES_MAX = 64 * 1024 * 1024
ATTACHMENTS_MAX = 500

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


class Unwrapped(msgspec.Struct, frozen=True):
    """What was inside."""

    body: Body
    attachments: list[AttachmentDraft]


def read_tnef(data: bytes) -> Unwrapped | None:
    """The content of a winmail.dat; None where it cannot be read, then the file is kept as it is."""
    if not data or len(data) > TNEF_BYTES_MAX:
        return None
    try:
        tnef = TNEF(data, do_checksum=False)
        attachments = [
            AttachmentDraft(
                kind="file",
                name=_text(a.long_filename() or a.name) or f"attachment{number}.dat",
                content_type="application/octet-stream",
                content=bytes(a.data) if isinstance(a.data, (bytes, bytearray)) else b"",
            )
            for number, a in enumerate(tnef.attachments[:ATTACHMENTS_MAX], 1)
        ]
        body = Body(html=_text(tnef.htmlbody) or None, text=_text(tnef.body) or None)
    except Exception:  # tnefparse raises whatever its struct reads meet: the file itself stays
        return None
    return Unwrapped(body, attachments)


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return decode_bytes(bytes(value)).rstrip("\x00\ufffd")
    if isinstance(value, list):
        return "".join(_text(part) for part in value)
    return str(value).rstrip("\x00") if value is not None else ""
