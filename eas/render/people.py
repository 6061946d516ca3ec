"""People as devices read them: addresses in the words of RFC 5322 (MS-ASEMAIL 2.2.2.79)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eas.render.text import clean

_CHARS_MAX = 32_768


def address(mailbox: dict[str, Any]) -> str:
    """``"Name" <address>``; the address alone where there is no other name."""
    mail = clean(str(mailbox.get("address") or "")).strip()
    name = clean(str(mailbox.get("name") or "")).replace("\r", " ").replace("\n", " ").strip()
    if not name or name == mail:
        return f'"{mail}" <{mail}>' if mail else ""
    name = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mail}>' if mail else f'"{name}"'


def addresses(mailboxes: Iterable[dict[str, Any]]) -> str:
    """Addresses in a list; one that is too long for a device is cut between two of them."""
    listed: list[str] = []
    length = 0
    for mailbox in mailboxes:
        text = address(mailbox)
        length += len(text) + 2
        if length > _CHARS_MAX:
            break
        if text:
            listed.append(text)
    return ", ".join(listed)


def names(mailboxes: Iterable[dict[str, Any]]) -> str:
    """Names as they are shown (DisplayTo)."""
    shown = (str(m.get("name") or m.get("address") or "") for m in mailboxes)
    return clean(";".join(name for name in shown if name))[:_CHARS_MAX]
