"""Shared by the tests of messages and items."""

from __future__ import annotations

from datetime import UTC, datetime

from store.mime import build, parse
from store.model import ItemDraft

NOW = datetime(2026, 11, 25, 8, 30, 15, tzinfo=UTC)


def built(draft: ItemDraft, *, bcc: bool = True) -> bytes:
    """The item as a message."""
    return build(draft, domain="example.org", now=NOW, bcc=bcc)


def there_and_back(draft: ItemDraft) -> ItemDraft:
    """The item, built and read again."""
    return parse(built(draft))


def message(text: str, head: str = "") -> bytes:
    """A message as somebody might type it: lines are ended by CRLF."""
    return (head + text).replace("\r\n", "\n").replace("\n", "\r\n").encode()
