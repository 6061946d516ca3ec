"""A device's own changes of mail (MS-ASEMAIL 3.1.5.4)."""

from __future__ import annotations

import msgspec

from eas.context import Context
from eas.errors import EasError
from eas.reading.mail import MailChange, read_change
from eas.sync.own import (
    CONVERSION,
    OwnChange,
    Reader,
    data_of,
    files_of,
    item_named,
    token_of,
    words_of,
)
from eas.sync.request import CollectionRequest
from eas.wbxml import Element
from schemas.properties import is_flag
from schemas.property import Kind
from store.commands import (
    CreateItems,
    DeleteItems,
    ItemChange,
    UpdateItems,
)
from store.devices.commands import DeviceChange
from store.model import FolderId, ItemDraft


def _data(ctx: Context, element: Element) -> MailChange:
    change = read_change(data_of(element), ctx.version, ctx.now)
    if element.find("Email2:Send") is not None and not change.sends:
        change = msgspec.structs.replace(change, sends=True)
    return change


def _add(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    """A draft (16.0). Raises EasError 6 before, where a device cannot add mail."""
    del asked
    if not ctx.is_at_least("16.0"):
        raise EasError(CONVERSION, "mail cannot be added before 16.0")
    data = _data(ctx, element)
    draft = ItemDraft(
        "IPM.Note",
        {**data.set, "is_draft": True},
        body=data.body or ItemDraft().body,
        attachments=data.attachments_added,
    )
    command = CreateItems(
        (draft,),
        folder=None if data.sends else folder,
        disposition="send_and_save" if data.sends else "save",
    )
    change = DeviceChange(f"add:{name}", (command,), says=words_of(element))
    return OwnChange("Add", name, change, client_ids=data.client_ids)


def _change(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    del asked
    item = item_named(ctx, folder, name)
    data = _data(ctx, element)
    # What a message in MIME brings along is in the message.
    added = data.attachments_added if data.draft is None else ()
    files = files_of(ctx, item, added, data.attachments_removed)
    if data.draft is not None:
        edit = ItemChange(item, draft=data.draft)
    else:
        edit = ItemChange(item, set=data.set, unset=data.unset, body=data.body)
    update = UpdateItems(
        (edit,),
        resolution="always_overwrite",
        disposition="send_and_save" if data.sends else "save",
    )
    touches = _touches(data)
    change = DeviceChange(
        token_of(element),
        (*files, update),
        item,
        touches,
        of_draft=data.sends or "content" in touches,
    )
    return OwnChange("Change", name, change, client_ids=data.client_ids)


def _touches(data: MailChange) -> tuple[str, ...]:
    names = {*data.set, *data.unset}
    touched: list[str] = []
    if "is_read" in names:
        touched.append("read")
    flags = {name for name in names if is_flag(name, Kind.MESSAGE)}
    if "categories" in flags:
        touched.append("categories")
    if flags - {"categories"}:
        touched.append("flags")
    content = names - flags - {"is_read"}
    if content or data.body is not None or data.attachments_added or data.attachments_removed:
        touched.append("content")
    return tuple(touched)


def delete(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    item = item_named(ctx, folder, name)
    command = DeleteItems((item,), "to_deleted_items" if asked.deletes_as_moves else "soft")
    change = DeviceChange(token_of(element), (command,), item, is_deletion=True)
    return OwnChange("Delete", name, change)


READERS: dict[str, Reader] = {"Add": _add, "Change": _change, "Delete": delete}
