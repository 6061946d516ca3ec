"""An item as the writers see it, whether it came whole (GetItem) or as a row (FindItem)."""

from __future__ import annotations

import struct
from typing import Any

from ews.context import Context
from ews.render.bodies import BodyOptions
from store.model import Attachment, Body, Item, ItemDraft
from store.record import display_names
from store.results import ROW_HEAD, Row

HEAD = len(ROW_HEAD)
# In rows of calendar views: which occurrence of the item it is (store.commands.ViewCalendar).
OCCURRENCE = "occurrence"

# By registry name: the entries to show of a dictionary of which the request named single ones.
Entries = dict[str, frozenset[str]]


class View:
    """One item, or one occurrence (``original``) of a series; ``id`` 0 for an item inside an
    attachment, which has no identity of its own."""

    __slots__ = (
        "attachments",
        "body",
        "change",
        "ctx",
        "draft",
        "entries",
        "extended",
        "folder_id",
        "headers",
        "id",
        "item_class",
        "kind",
        "mailbox_id",
        "mime",
        "options",
        "original",
        "properties",
        "rights",
        "views_private",
    )

    def __init__(self, ctx: Context, options: BodyOptions) -> None:
        self.ctx = ctx
        self.options = options
        self.mailbox_id = 0
        self.id = 0
        self.original = ""
        self.change = 0
        self.folder_id = 0
        self.item_class = ""
        self.kind = "message"
        self.properties: dict[str, Any] = {}
        self.extended: dict[str, Any] = {}
        self.body: Body | None = None
        self.attachments: tuple[Attachment, ...] | None = None
        self.mime: bytes | None = None
        self.headers: str | None = None
        self.draft: ItemDraft | None = None
        self.rights = 0
        self.views_private = False
        self.entries: Entries = {}


def view_of_item(ctx: Context, item: Item, options: BodyOptions) -> View:
    """The view of an item that was read whole."""
    view = View(ctx, options)
    view.mailbox_id, view.id, view.original = item.id.mailbox_id, item.id.id, item.id.original
    view.change, view.folder_id = item.change, item.folder.id
    view.item_class, view.kind = item.item_class, item.kind
    view.properties, view.extended = item.properties, item.extended
    view.properties["item_class"] = item.item_class
    view.properties["is_associated"] = item.is_associated
    view.body, view.attachments = item.body, item.attachments
    view.mime, view.headers = item.mime, item.headers
    view.rights, view.views_private = item.rights, item.views_private
    return view


def view_of_draft(
    ctx: Context, draft: ItemDraft, kind: str, options: BodyOptions, attachments: Any
) -> View:
    """The view of an item inside an attachment."""
    view = View(ctx, options)
    view.item_class, view.kind = draft.item_class, kind
    view.properties = dict(draft.properties)
    view.properties["item_class"] = draft.item_class
    for name, people in (("display_to", "to"), ("display_cc", "cc"), ("display_bcc", "bcc")):
        if draft.properties.get(people):
            view.properties[name] = display_names(draft.properties[people])
    view.properties.setdefault("has_attachments", any(not a.is_inline for a in draft.attachments))
    view.extended = draft.extended
    view.body, view.mime, view.headers = draft.body, draft.mime, draft.headers
    view.attachments = attachments
    view.draft = draft
    return view


def view_of_row(
    ctx: Context, mailbox_id: int, row: Row, names: tuple[str, ...], options: BodyOptions
) -> View:
    """The view of a row of FindItems or SyncItems."""
    view = View(ctx, options)
    view.mailbox_id = mailbox_id
    view.id, view.change, view.folder_id, view.item_class, view.kind = row[:HEAD]
    for name, value in zip(names, row[HEAD:], strict=True):
        if value is None:
            continue
        if name == OCCURRENCE:
            view.original = value
        elif name.startswith("x:"):
            view.extended[name[2:]] = value
        else:
            view.properties[name] = value
    return view


def entry_id(view: View) -> bytes:
    """A 70-byte message entry id in MAPI's layout, made of mailbox and item."""
    provider = struct.pack(">IQQ", 0, view.mailbox_id, 0)[:20]
    return (
        provider
        + b"\x07\x00"
        + struct.pack(">QQQ", view.mailbox_id, view.folder_id, view.id).ljust(48, b"\0")
    )
