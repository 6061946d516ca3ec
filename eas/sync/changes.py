"""A device's own changes of a collection, as the store carries them out (MS-ASCMD 2.2.3.32)."""

from __future__ import annotations

import hashlib

import msgspec

from eas.context import Context
from eas.errors import EasError
from eas.ids import read_file_reference, read_item_id
from eas.reading.mail import MailChange, read_change
from eas.sync.request import CollectionRequest
from eas.wbxml import Element, encode
from store.commands import (
    Command,
    CreateAttachments,
    CreateItems,
    DeleteAttachments,
    DeleteItems,
    ItemChange,
    UpdateItems,
)
from store.devices.commands import DeviceChange
from store.model import FolderId, ItemDraft, ItemId

_P = "AirSync"
_CONVERSION, _NOT_FOUND, _PROTOCOL = 6, 8, 4
_CLIENT_ID_MAX = 64
_FLAGS = frozenset({"flag_status", "flag_start", "flag_due", "flag_completed", "categories"})
# Set and unset with a flag (MS-ASEMAIL 2.2.2.34).
_REMINDER = "reminder_"


class OwnChange(msgspec.Struct, frozen=True):
    """A command of the device: its element, what the store is asked, or why it is not.

    ``client_ids``: the device's names of the attachments that it adds, in order.
    """

    kind: str
    name: str
    change: DeviceChange | None = None
    status: int = 0
    client_ids: tuple[str, ...] = ()


def own_changes(ctx: Context, asked: CollectionRequest, folder: FolderId) -> list[OwnChange]:
    """All commands of a collection but its fetches, in order. Raises EasError 4."""
    changes: list[OwnChange] = []
    for element in asked.commands:
        kind = element.name.removeprefix(f"{_P}:")
        if kind == "Fetch":
            continue
        read = _READERS.get(kind)
        if read is None:
            raise EasError(_PROTOCOL, "a command that Sync does not have")
        name = element.text(f"{_P}:ClientId" if kind == "Add" else f"{_P}:ServerId")
        if not name or len(name) > _CLIENT_ID_MAX:
            raise EasError(_PROTOCOL, f"{kind} without its id")
        try:
            changes.append(read(ctx, asked, folder, element, name))
        except EasError as error:
            changes.append(OwnChange(kind, name, status=error.status))
    return changes


def _token(element: Element) -> str:
    return hashlib.blake2b(encode(element), digest_size=12).hexdigest()


def _data(ctx: Context, element: Element) -> MailChange:
    data = element.find(f"{_P}:ApplicationData") or Element(f"{_P}:ApplicationData")
    change = read_change(data, ctx.version, ctx.now)
    if element.find("Email2:Send") is not None and not change.sends:
        change = msgspec.structs.replace(change, sends=True)
    return change


def _add(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    """A draft (16.0). Raises EasError 6 before, where a device cannot add mail."""
    del asked
    if not ctx.is_at_least("16.0"):
        raise EasError(_CONVERSION, "mail cannot be added before 16.0")
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
    change = DeviceChange(f"add:{name}", (command,))
    return OwnChange("Add", name, change, client_ids=data.client_ids)


def _change(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    del asked
    item = _item(ctx, folder, name)
    data = _data(ctx, element)
    commands: list[Command] = []
    if data.attachments_removed:
        removed = [
            read_file_reference(t, ctx.mailbox_id, _NOT_FOUND) for t in data.attachments_removed
        ]
        if any(each.item != item for each in removed):
            raise EasError(_NOT_FOUND, "an attachment of another item")
        commands.append(DeleteAttachments(tuple(removed)))
    if data.attachments_added and data.draft is None:
        commands.append(CreateAttachments(item, data.attachments_added))
    if data.draft is not None:
        edit = ItemChange(item, draft=data.draft)
    else:
        edit = ItemChange(item, set=data.set, unset=data.unset, body=data.body)
    commands.append(
        UpdateItems(
            (edit,),
            resolution="always_overwrite",
            disposition="send_and_save" if data.sends else "save",
        )
    )
    touches = _touches(data)
    change = DeviceChange(
        _token(element),
        tuple(commands),
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
    if names & _FLAGS:
        touched.append("flags")
    content = {name for name in names - _FLAGS if not name.startswith(_REMINDER)} - {"is_read"}
    if content or data.body is not None or data.attachments_added or data.attachments_removed:
        touched.append("content")
    return tuple(touched)


def _delete(
    ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
) -> OwnChange:
    item = _item(ctx, folder, name)
    command = DeleteItems((item,), "to_deleted_items" if asked.deletes_as_moves else "soft")
    change = DeviceChange(_token(element), (command,), item, is_deletion=True)
    return OwnChange("Delete", name, change)


def _item(ctx: Context, folder: FolderId, name: str) -> ItemId:
    """The item, which its id says to lie in this folder. Raises EasError 8."""
    lies_in, item = read_item_id(name, ctx.mailbox_id, _NOT_FOUND)
    if lies_in != folder.id:
        raise EasError(_NOT_FOUND, "an item of another folder")
    return item


_READERS = {"Add": _add, "Change": _change, "Delete": _delete}
