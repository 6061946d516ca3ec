"""Attachments as listed with a message (MS-ASAIRS 2.2.2.7)."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

from eas.answers import node, text
from eas.ids import file_reference
from eas.render.text import line
from eas.wbxml import Element
from store.model import Attachment

_P = "AirSyncBase"
# Method: a file, a message. A link to a file elsewhere is neither (the table ends with an OLE
# object), and has no content that a device could fetch: it is not listed.
_METHODS = {"file": 1, "item": 5}
_UNNAMED = "attachment"


def attachments_of(
    attachments: Sequence[Attachment], marks: Sequence[Sequence[Element]] = ()
) -> Element | None:
    """The Attachments element; None for none. ``marks``: more children of each."""
    pairs = zip(attachments, marks or [()] * len(attachments), strict=True)
    listed = [_attachment(each, more) for each, more in pairs if each.kind in _METHODS]
    return Element(f"{_P}:Attachments", None, listed) if listed else None


def _attachment(attachment: Attachment, more: Sequence[Element]) -> Element:
    content_id = line(attachment.content_id).strip("<> ")
    location = line(attachment.content_location).strip()
    # One that the HTML does not show is no inline one: devices would hide it.
    is_inline = attachment.is_inline and (content_id or location)
    return node(
        f"{_P}:Attachment",
        text(f"{_P}:DisplayName", display_name(attachment)),
        text(f"{_P}:FileReference", file_reference(attachment.id)),
        text(f"{_P}:Method", _METHODS[attachment.kind]),
        # Android shows no attachment without a size.
        text(f"{_P}:EstimatedDataSize", attachment.size),
        text(f"{_P}:ContentId", content_id) if content_id else None,
        text(f"{_P}:ContentLocation", location) if location else None,
        text(f"{_P}:IsInline", 1) if is_inline else None,
        *more,
    )


def display_name(attachment: Attachment) -> str:
    """A name under which a device can open it: a message's ends in .eml (MS-ASAIRS 2.2.2.31.2),
    that of a file without a name says its type."""
    name = line(attachment.name).strip()
    if attachment.kind == "item":
        name = name or _UNNAMED
        return name if name.lower().endswith(".eml") else f"{name}.eml"
    return name or _UNNAMED + (mimetypes.guess_extension(attachment.content_type) or "")
