"""People as devices read them: addresses in the words of RFC 5322 (MS-ASDTYPE 2.7.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eas.render.text import line

# MS-ASEMAIL 2.2.2.79: the length of To at most; nobody shows more of the others either.
_CHARS_MAX = 32_768


def address(mailbox: dict[str, Any]) -> str:
    """``"Name" <address>``; the address for the name of somebody without one (Nokia and HTC show
    nothing for an empty name), the name alone for somebody without an address."""
    mail = line(str(mailbox.get("address") or "")).strip()
    name = line(str(mailbox.get("name") or "")).strip() or mail
    if not name:
        return ""
    if '"' in name or "\\" in name:
        name = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mail}>' if mail else f'"{name}"'


def addresses(mailboxes: Iterable[dict[str, Any]], separator: str = ", ") -> str:
    """Addresses in a list; one that is too long for a device is cut between two of them."""
    listed: list[str] = []
    length = -len(separator)
    for mailbox in mailboxes:
        text = address(mailbox)
        if not text:
            continue
        length += len(text) + len(separator)
        if length > _CHARS_MAX:
            break
        listed.append(text)
    return separator.join(listed)


def names(mailboxes: Iterable[dict[str, Any]]) -> str:
    """Names as they are shown (DisplayTo, MS-ASEMAIL 2.2.2.29)."""
    shown = (str(m.get("name") or m.get("address") or "") for m in mailboxes)
    return line("; ".join(name for name in shown if name))[:_CHARS_MAX]
