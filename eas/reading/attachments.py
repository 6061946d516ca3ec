"""Attachments that a device adds and removes (MS-ASAIRS 2.2.2.8; from 16.0 on)."""

from __future__ import annotations

from eas.errors import EasError
from eas.reading.moments import CONVERSION
from eas.render.text import line
from eas.wbxml import Element
from store.mime import parse
from store.model import AttachmentDraft

_FILE, _EMBEDDED = "1", "5"

# Attachments added, FileReferences of those removed, the device's own names of those added.
Changes = tuple[tuple[AttachmentDraft, ...], tuple[str, ...], tuple[str, ...]]


def read_attachments(element: Element) -> Changes:
    """What an Attachments element adds and removes. Raises EasError 6."""
    added: list[AttachmentDraft] = []
    removed: list[str] = []
    names: list[str] = []
    for child in element.children:
        if child.name == "AirSyncBase:Delete":
            removed.append(_required(child, "AirSyncBase:FileReference"))
        elif child.name != "AirSyncBase:Add":
            raise EasError(CONVERSION, f"{child.name} is no change of attachments")
        elif child.find("AirSyncBase:Content") is not None:
            # iOS 16.2 adds some without content: there is nothing to keep of those.
            added.append(_attachment(child))
            names.append(_required(child, "AirSyncBase:ClientId"))
    return tuple(added), tuple(removed), tuple(names)


def _required(element: Element, name: str) -> str:
    value = element.text(name)
    if not value:
        raise EasError(CONVERSION, f"{element.name} without {name}")
    return value


def _attachment(element: Element) -> AttachmentDraft:
    method = element.text("AirSyncBase:Method", _FILE)
    if method not in (_FILE, _EMBEDDED):
        raise EasError(CONVERSION, "an attachment is a file or a message")
    content = element.find("AirSyncBase:Content")
    data = b"" if content is None else content.as_bytes()
    if element.find("AirSyncBase:DisplayName") is None:
        raise EasError(CONVERSION, f"{element.name} without a DisplayName")
    # An empty one is no name: where it is shown, it has one by its type.
    name = line(element.text("AirSyncBase:DisplayName")).strip()
    if method == _EMBEDDED:
        return AttachmentDraft(kind="item", name=name, item=parse(data))
    return AttachmentDraft(
        kind="file",
        name=name,
        content_type=line(element.text("AirSyncBase:ContentType")),
        content_id=line(element.text("AirSyncBase:ContentId")).strip("<> "),
        content_location=line(element.text("AirSyncBase:ContentLocation")),
        # A tag without a value: being there is enough (MS-ASAIRS 2.2.2.26.1).
        is_inline=element.text("AirSyncBase:IsInline", "0") not in ("0", "false"),
        content=data,
    )
