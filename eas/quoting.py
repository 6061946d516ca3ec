"""An answer and a forward made of what the device wrote and the message it is about.

The device writes its own words, and lines that introduce the original; the original follows as it
is (MS-ASCMD 2.2.1.19, 2.2.1.20).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from store.mime import parse_all
from store.model import AttachmentDraft, Body, ItemDraft
from store.text import html_to_text, text_to_html

_CALENDAR = "text/calendar"
_BODY_START = re.compile(r"<body[^>]{0,2000}>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def reply(new: ItemDraft, old: ItemDraft) -> ItemDraft:
    """The new words before the old ones; of the old attachments those that its page shows."""
    body = joined(new.body, old.body)
    shown = _shown(old.attachments, body.html)
    return _made(new, old, body, shown)


def forward(new: ItemDraft, old: ItemDraft) -> ItemDraft:
    """The new words before the old message, with all its attachments."""
    carried = (*old.attachments, *_invitation(old))
    return _made(new, old, joined(new.body, old.body), carried)


def _invitation(old: ItemDraft) -> list[AttachmentDraft]:
    """The calendar of a meeting message as a file: it is no attachment there, and who gets the
    forward is not asked to answer it."""
    if old.mime is None or any(each.content_type == _CALENDAR for each in old.attachments):
        return []
    calendar = parse_all(old.mime).calendar
    if not calendar:
        return []
    content = calendar.encode("utf-8", "replace")
    return [
        AttachmentDraft(kind="file", name="invitation.ics", content_type=_CALENDAR, content=content)
    ]


def _made(
    new: ItemDraft, old: ItemDraft, body: Body, carried: Sequence[AttachmentDraft]
) -> ItemDraft:
    properties = dict(new.properties)
    identity = old.properties.get("message_id")
    if identity:
        properties.setdefault("in_reply_to", identity)
        earlier = old.properties.get("references", "")
        properties.setdefault("references", f"{earlier} {identity}".strip())
    return msgspec.structs.replace(
        new,
        properties=properties,
        body=body,
        attachments=(*new.attachments, *carried),
        mime=None,
        headers="",
    )


def _shown(attachments: Sequence[AttachmentDraft], html: str | None) -> list[AttachmentDraft]:
    """Those that a page refers to by their content id."""
    if not html:
        return []
    return [each for each in attachments if each.content_id and f"cid:{each.content_id}" in html]


def joined(new: Body, old: Body) -> Body:
    """Both bodies: a page as soon as one of them is one."""
    if new.html is None and old.html is None:
        return Body(text=f"{new.text or ''}\r\n\r\n{old.text or ''}")
    page = old.html if old.html is not None else text_to_html(old.text or "")
    words = new.html if new.html is not None else text_to_html(new.text or "")
    words = _inside(words) if _BODY_START.search(words) else words
    found = _BODY_START.search(page)
    at = found.end() if found else 0
    return Body(html=f"{page[:at]}<div>{words}</div><br>{page[at:]}", text=_plain(new, old))


def _inside(page: str) -> str:
    """What lies inside the body of a page."""
    start, end = _BODY_START.search(page), None
    for found in _BODY_END.finditer(page):
        end = found
    return page[start.end() if start else 0 : end.start() if end else len(page)]


def _plain(new: Body, old: Body) -> str | None:
    """The plain alternative, where both have one of their own."""
    if new.text is None or (old.text is None and old.html is None):
        return None
    quoted = old.text if old.text is not None else html_to_text(old.html or "")
    return f"{new.text}\r\n\r\n{quoted}"
