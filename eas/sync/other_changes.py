"""A device's own changes of contacts, tasks and notes."""

from __future__ import annotations

from collections.abc import Callable

from eas.context import Context
from eas.errors import EasError
from eas.reading.change import Change
from eas.reading.contacts import read_contact_change
from eas.reading.notes import read_note_change
from eas.reading.tasks import read_task_change
from eas.sync.mail_changes import delete
from eas.sync.own import NOT_FOUND, OwnChange, Reader, data_of, item_named, token_of, words_of
from eas.sync.request import CollectionRequest
from eas.wbxml import Element
from schemas.mapi import merge
from schemas.property import Kind
from store.commands import (
    Command,
    CreateAttachments,
    CreateItems,
    DeleteAttachments,
    FetchItems,
    ItemChange,
    UpdateItems,
    Want,
)
from store.devices.commands import DeviceChange
from store.errors import StoreError
from store.model import AttachmentDraft, Body, FolderId, Item, ItemDraft, ItemId, Properties

_P = "AirSync"
_PHOTO = "ContactPicture.jpg"
Read = Callable[[Context, CollectionRequest, Element, Item | None], Change]


def _contact(ctx: Context, asked: CollectionRequest, data: Element, before: Item | None) -> Change:
    supported = asked.options.supported if asked.options is not None else None
    names = frozenset(supported) if supported is not None else None
    return read_contact_change(data, ctx.version, names, is_new=before is None)


def _note(ctx: Context, asked: CollectionRequest, data: Element, before: Item | None) -> Change:
    del ctx, asked
    return read_note_change(data, is_new=before is None)


def _task(ctx: Context, asked: CollectionRequest, data: Element, before: Item | None) -> Change:
    del asked
    return read_task_change(data, ctx.version, before.properties if before is not None else None)


def _photo(data: bytes) -> AttachmentDraft:
    return AttachmentDraft(
        kind="file",
        name=_PHOTO,
        content_type="image/jpeg",
        is_contact_photo=True,
        is_inline=True,
        content=data,
    )


def _adding(item_class: str, read: Read) -> Reader:
    def add(
        ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
    ) -> OwnChange:
        change = read(ctx, asked, data_of(element), None)
        properties: Properties = {}
        merge(properties, change.set)
        draft = ItemDraft(
            change.item_class or item_class,
            properties,
            body=change.body or Body(),
            attachments=(_photo(change.picture),) if change.picture else (),
        )
        command = CreateItems((draft,), folder=folder)
        return OwnChange(
            "Add", name, DeviceChange(f"add:{name}", (command,), says=words_of(element))
        )

    return add


def _changing(read: Read) -> Reader:
    async def change(
        ctx: Context, asked: CollectionRequest, folder: FolderId, element: Element, name: str
    ) -> OwnChange:
        item = item_named(ctx, folder, name)
        (before,) = await ctx.execute(FetchItems((item,), Want(attachments=True)))
        if isinstance(before, StoreError):
            raise EasError(NOT_FOUND, "the item was not found")
        said = read(ctx, asked, data_of(element), before)
        commands = _pictures(item, before, said.picture)
        edit = ItemChange(item, set=said.set, unset=said.unset, body=said.body)
        update = UpdateItems((edit,), resolution="always_overwrite")
        goes_on = bool(before.properties.get("recurrence")) and before.kind == Kind.TASK
        made = DeviceChange(
            token_of(element),
            (*commands, update),
            item,
            ("content",),
            # A recurring task that is done goes on: the device is told what became of it.
            tells_back=goes_on and said.set.get("status") == "completed",
        )
        return OwnChange("Change", name, made)

    return change


def _pictures(item: ItemId, before: Item, picture: bytes | None) -> tuple[Command, ...]:
    """A new photo in place of the old one."""
    if not picture:
        return ()
    old = tuple(each.id for each in before.attachments or () if each.is_contact_photo)
    commands: list[Command] = [DeleteAttachments(old)] if old else []
    return (*commands, CreateAttachments(item, (_photo(picture),)))


def _readers(item_class: str, read: Read) -> dict[str, Reader]:
    return {"Add": _adding(item_class, read), "Change": _changing(read), "Delete": delete}


CONTACTS = _readers("IPM.Contact", _contact)
NOTES = _readers("IPM.StickyNote", _note)
TASKS = _readers("IPM.Task", _task)
