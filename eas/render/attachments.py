"""Attachments as listed with a message (MS-ASAIRS 2.2.2.7)."""

from __future__ import annotations

from collections.abc import Sequence

from eas.answers import node, text
from eas.ids import file_reference
from eas.render.text import clean
from eas.wbxml import Element
from store.model import Attachment

_P = "AirSyncBase"
# Method: a file, a message, a link.
_METHODS = {"file": 1, "item": 5, "reference": 7}
_UNNAMED = "attachment"


def attachments_of(attachments: Sequence[Attachment]) -> Element | None:
    """The Attachments element; None for none."""
    if not attachments:
        return None
    return Element(f"{_P}:Attachments", None, [_attachment(each) for each in attachments])


def _attachment(attachment: Attachment) -> Element:
    return node(
        f"{_P}:Attachment",
        text(f"{_P}:DisplayName", display_name(attachment)),
        text(f"{_P}:FileReference", file_reference(attachment.id)),
        text(f"{_P}:Method", _METHODS[attachment.kind]),
        # Android shows no attachment without a size.
        text(f"{_P}:EstimatedDataSize", attachment.size),
        text(f"{_P}:ContentId", clean(attachment.content_id)) if attachment.content_id else None,
        text(f"{_P}:ContentLocation", clean(attachment.content_location))
        if attachment.content_location
        else None,
        text(f"{_P}:IsInline", 1) if attachment.is_inline else None,
    )


def display_name(attachment: Attachment) -> str:
    """A name under which a device can open it: messages need theirs to end in .eml."""
    name = clean(attachment.name).strip() or _UNNAMED
    if attachment.kind == "item" and not name.lower().endswith(".eml"):
        return f"{name}.eml"
    return name
