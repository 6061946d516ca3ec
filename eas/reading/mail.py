"""What a device changes of a message (MS-ASEMAIL 2.2.2, 3.1.5.4; drafts from 16.0 on)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.attachments import read_attachments
from eas.reading.bodies import check_body
from eas.reading.change import read_boolean, read_entries
from eas.reading.flags import read_flag
from eas.reading.moments import CONVERSION, read_moment
from eas.render.text import clean, line
from eas.wbxml import Element
from schemas.eas.codepages import is_known_tag, tag_named
from store.instant import Instant
from store.mime import parse
from store.mime.headers import mailboxes
from store.model import AttachmentDraft, Body, ItemDraft, Properties

__all__ = ["MailChange", "read_change", "read_moment"]

_IMPORTANCE = {"0": "low", "1": "normal", "2": "high"}
_TYPES = {"1": "text", "2": "html"}
_MIME = "4"
# An empty flag counts as set (MS-ASDTYPE 2.1).
# What a message in MIME says of itself; the sender and the ids are for the store to say.
_FROM_MIME = (
    "to", "cc", "bcc", "reply_to", "subject", "importance", "in_reply_to", "references",
    "conversation_topic", "conversation_index", "is_read_receipt_requested",
    "is_delivery_receipt_requested",
)  # fmt: skip


class MailChange(msgspec.Struct, frozen=True):
    """A change of a message, or a draft: properties by neutral name, and a new body.

    ``client_ids``: the device's own names of the first of ``attachments_added``; those from MIME,
    behind them, have none. ``attachments_removed`` by FileReference. ``sends``: the draft is to be
    sent. ``draft``: the device gave the whole message as MIME: it replaces all content of an item
    that is there; for a new one ``set``, ``body`` and ``attachments_added`` say the same.
    """

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    sends: bool = False
    attachments_added: tuple[AttachmentDraft, ...] = ()
    attachments_removed: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    draft: ItemDraft | None = None


class _Said(msgspec.Struct):
    """A change while it is read."""

    set: Properties = {}
    unset: list[str] = []
    body: Body | None = None
    sends: bool = False
    added: list[tuple[AttachmentDraft, str]] = []
    enclosed: tuple[AttachmentDraft, ...] = ()
    removed: list[str] = []
    draft: ItemDraft | None = None


Reader = Callable[[_Said, Element, Instant], None]


def read_change(data: Element, version: str, now: Instant) -> MailChange:
    """The change that an ApplicationData says. What is absent stays as it is (lesson 30).

    Raises EasError 6 for what a device of this version may not change, and for a value that is
    none.
    """
    said = _Said()
    readers = _DRAFT if tag_named("Email2:Send").is_known_to(version) else _STATE
    for element in sorted(data.children, key=_body_first):
        reader = readers.get(element.name)
        if reader is None or not is_known_tag(element.name, version):
            raise EasError(CONVERSION, f"{element.name} of a message cannot be changed")
        reader(said, element, now)
    return MailChange(
        set=said.set,
        unset=tuple(said.unset),
        body=said.body,
        sends=said.sends,
        attachments_added=(*(attachment for attachment, _ in said.added), *said.enclosed),
        attachments_removed=tuple(said.removed),
        client_ids=tuple(name for _, name in said.added),
        draft=said.draft,
    )


def _body_first(element: Element) -> bool:
    """A message in MIME says what the elements beside it say better."""
    return element.name != "AirSyncBase:Body"


def _read(said: _Said, element: Element, _now: Instant) -> None:
    said.set["is_read"] = read_boolean(element)


def _categories(said: _Said, element: Element, _now: Instant) -> None:
    """All of them; an empty element removes them (MS-ASEMAIL 2.2.2.16)."""
    said.set["categories"] = read_entries(element, "Email:Category") or []


def _flag(said: _Said, element: Element, _now: Instant) -> None:
    new, gone = read_flag(element)
    said.set |= new
    said.unset += gone


def _people(name: str) -> Reader:
    def read(said: _Said, element: Element, _now: Instant) -> None:
        value = line(element.as_text())
        said.set[name] = [dict(each) for each in mailboxes([value])] if value.strip() else []

    return read


def _subject(said: _Said, element: Element, _now: Instant) -> None:
    said.set["subject"] = line(element.as_text())


def _importance(said: _Said, element: Element, _now: Instant) -> None:
    value = _IMPORTANCE.get(element.as_text())
    if value is None:
        raise EasError(CONVERSION, "Importance is 0, 1 or 2")
    said.set["importance"] = value


def _body(said: _Said, element: Element, _now: Instant) -> None:
    check_body(element)
    type = element.text("AirSyncBase:Type")
    data = element.find("AirSyncBase:Data")
    if type not in _TYPES and type != _MIME:
        raise EasError(CONVERSION, "a draft's body is text, HTML or MIME")
    if data is None:  # absent is unchanged (MS-ASCMD 2.2.3.176)
        return
    if type == _MIME:
        _message(said, data.as_bytes())
        return
    text: dict[str, Any] = {_TYPES[type]: clean(data.as_text())}
    said.body = Body(**text)


def _message(said: _Said, mime: bytes) -> None:
    """A whole message (MS-ASEMAIL 3.1.5.4)."""
    draft = parse(mime)
    said.draft = draft
    said.body = draft.body
    said.set |= {name: draft.properties[name] for name in _FROM_MIME if name in draft.properties}
    said.enclosed = draft.attachments


def _send(said: _Said, _element: Element, _now: Instant) -> None:
    said.sends = True


def _attachments(said: _Said, element: Element, _now: Instant) -> None:
    added, removed, names = read_attachments(element)
    said.added += zip(added, names, strict=True)
    said.removed += removed


def _pass_over(_said: _Said, _element: Element, _now: Instant) -> None:
    """Devices send along with a draft what only the server knows."""


_STATE: dict[str, Reader] = {
    "Email:Read": _read,
    "Email:Categories": _categories,
    "Email:Flag": _flag,
}
_DRAFT: dict[str, Reader] = {
    **_STATE,
    "Email:To": _people("to"),
    "Email:Cc": _people("cc"),
    "Email2:Bcc": _people("bcc"),
    "Email:ReplyTo": _people("reply_to"),
    "Email:Subject": _subject,
    "Email:Importance": _importance,
    "AirSyncBase:Body": _body,
    "AirSyncBase:Attachments": _attachments,
    "Email2:Send": _send,
} | dict.fromkeys(
    ["Email:DateReceived", "Email:DisplayTo", "Email:ThreadTopic", "Email:MessageClass",
     "Email:InternetCPID", "Email:ContentClass", "AirSyncBase:NativeBodyType", "Email2:IsDraft"],
    _pass_over,
)  # fmt: skip
