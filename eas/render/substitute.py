"""What a device of a delegate gets in place of an invitation to the owner: a letter about it, for
the device would take the invitation for one to its own user (MS-ASCMD 3.1.5.6.1)."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.property import Kind
from store.calendar.zones import local, zone_of
from store.instant import from_instant
from store.model import Body, Item, Properties
from store.text import text_to_html

_CLASS = "IPM.Note"


def is_substituted(item: Item) -> bool:
    """Whether a device is told of an item by a letter about it."""
    return item.kind == Kind.MEETING_REQUEST and bool(item.properties.get("is_delegated"))


def with_substitute(item: Item) -> Item:
    """The item, or the letter in its place, which has its id: what a device does with the letter is
    done to the invitation."""
    if not is_substituted(item):
        return item
    p = item.properties
    subject = str(p.get("subject") or "")
    properties: Properties = {
        **{name: value for name, value in p.items() if name not in ("cc", "bcc")},
        "subject": f"Meeting request for {_name(p.get('received_representing'))}: {subject}",
        "conversation_topic": p.get("conversation_topic") or subject,
        "to": [p["received_by"]],
    }
    return msgspec.structs.replace(
        item,
        item_class=_CLASS,
        kind=str(Kind.MESSAGE),
        properties=properties,
        body=None if item.body is None else _body(p, item.body),
        mime=None,
        headers=None,
    )


def _name(mailbox: Any) -> str:
    return str(mailbox.get("name") or mailbox.get("address") or "") if mailbox else ""


def _body(p: Properties, body: Body) -> Body:
    """When and where, before the words of the invitation."""
    summary = _summary(p)
    html = None if body.html is None else f"{text_to_html(summary)}<hr>{body.html}"
    text = f"{summary}\r\n\r\n{body.text or ''}" if html is None or body.text is not None else None
    return Body(html=html, text=text)


def _summary(p: Properties) -> str:
    lines = [
        f"{_name(p.get('organizer') or p.get('from'))} invites"
        f" {_name(p.get('received_representing'))}:",
        "",
        f"Subject: {p.get('subject') or ''}",
        f"When: {_when(p)}",
    ]
    if p.get("location"):
        lines.append(f"Where: {p['location']}")
    return "\r\n".join(lines)


def _when(p: Properties) -> str:
    """The time, in the meeting's own zone."""
    if not p.get("start") or not p.get("end"):
        return ""
    zone = zone_of(p.get("start_time_zone"))
    start, end = (local(from_instant(p[name]), zone) for name in ("start", "end"))
    recurs = ", repeatedly" if p.get("recurrence") else ""
    if p.get("is_all_day"):
        return f"{start:%Y-%m-%d}, all day{recurs}"
    return f"{start:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M} {start:%Z}".strip() + recurs
