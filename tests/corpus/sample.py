"""A message and what a reader must find in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """One message. None stands for an expectation that nobody can settle (broken mail).

    ``mime`` has CRLF line ends and no NUL, so that SMTP carries it unchanged. ``sender``: the From
    address. ``text_contains``: stands in the text of the body, in one line. ``attachments``: the
    file attachments, inline ones too, as (name, bytes, SHA-256 in hex), in order. ``items``: how
    many messages are attached. ``large``: 20 MB and more.
    """

    name: str
    mime: bytes
    subject: str | None = None
    sender: str | None = None
    text_contains: str | None = None
    attachments: list[tuple[str, int, str]] | None = None
    items: int | None = None
    large: bool = False


def attachment(name: str, content: bytes) -> tuple[str, int, str]:
    """The expectation for one file attachment."""
    return name, len(content), hashlib.sha256(content).hexdigest()
