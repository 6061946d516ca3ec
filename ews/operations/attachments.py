"""Attachments (MS-OXWSATT)."""

from __future__ import annotations

import asyncio
import binascii
from typing import Any

from ews.codec import Raw, listed
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import change_key, read_change_key
from ews.loading import mime_of
from ews.messages import Message, each, failure, response, success
from ews.reading.items import REFERENCE_PARTS, read_attachment
from ews.registry import operation
from ews.render.computed import ATTACHMENT_ELEMENTS, attachment_head
from ews.render.items import ItemWriter
from ews.render.values import boolean, escape
from ews.render.view import view_of_draft
from ews.shapes import ItemShape, read_attachment_shape
from schemas.classes import kind_of
from store.commands import CreateAttachments, DeleteAttachments, FetchAttachments
from store.errors import StoreError
from store.items.fetch import embedded
from store.model import Attachment, AttachmentDraft, AttachmentId, ItemDraft
from store.results import LoadedAttachment, SavedAttachment, SavedItem


@operation("CreateAttachment")
async def create_attachment(request: Any, ctx: Context) -> Message:
    """Attach files and items; a message for each (MS-OXWSATT 3.1.4.1)."""

    async def create(attachments: tuple[AttachmentDraft, ...]) -> Any:
        parent = ctx.ids.read_item_or_attachment(request.ParentItemId.Id)
        change = read_change_key(request.ParentItemId.ChangeKey)
        return await ctx.execute(CreateAttachments(parent, attachments, change))

    results = await each(request.Attachments, lambda pair: read_attachment(ctx, *pair), create)
    return response("CreateAttachment", (_created(ctx, result) for result in results))


def _created(ctx: Context, result: SavedAttachment | EwsError) -> Message:
    if isinstance(result, EwsError):
        return failure(result, Attachments=[])
    id = {
        "Id": ctx.ids.attachment(result.id),
        "RootItemId": ctx.ids.item(result.root.mailbox_id, result.root.id),
        "RootItemChangeKey": change_key(result.change),
    }
    element = ATTACHMENT_ELEMENTS[result.attachment.kind]
    return success(Attachments=[(element, {"AttachmentId": id})])


@operation("GetAttachment")
async def get_attachment(request: Any, ctx: Context) -> Message:
    """Attachments with their content (MS-OXWSATT 3.1.4.3)."""
    shape = read_attachment_shape(request.AttachmentShape)

    async def fetch(ids: tuple[AttachmentId, ...]) -> Any:
        return await ctx.execute(FetchAttachments(ids))

    results = await each(
        listed(request.AttachmentIds), lambda node: ctx.ids.read_attachment(node.Id), fetch
    )
    return response("GetAttachment", [await _loaded(ctx, result, shape) for result in results])


async def _loaded(ctx: Context, result: LoadedAttachment | EwsError, shape: ItemShape) -> Message:
    if isinstance(result, EwsError):
        return failure(result, Attachments=[])
    try:
        xml = await _content(ctx, result, shape)
    except (EwsError, StoreError) as error:
        return failure(ews_error(error), Attachments=[])
    return success(Attachments=Raw(xml))


async def _content(ctx: Context, loaded: LoadedAttachment, shape: ItemShape) -> bytes:
    attachment = loaded.attachment
    element = ATTACHMENT_ELEMENTS[attachment.kind]
    head = attachment_head(ctx.ids, attachment).encode("utf-8")
    if attachment.kind == "file":
        photo = f"<t:IsContactPhoto>{boolean(attachment.is_contact_photo)}</t:IsContactPhoto>"
        content = await asyncio.to_thread(
            binascii.b2a_base64, loaded.draft.content or b"", newline=False
        )
        inner = photo.encode() + b"<t:Content>" + content + b"</t:Content>"
    elif attachment.kind == "item":
        inner = (await _item(ctx, attachment, loaded.draft.item, shape)).encode("utf-8")
    else:
        inner = _reference(attachment).encode("utf-8")
    name = element.encode()
    return b"<t:" + name + b">" + head + inner + b"</t:" + name + b">"


def _reference(attachment: Attachment) -> str:
    return "".join(
        f"<t:{name}>{escape(boolean(value) if isinstance(value, bool) else str(value))}</t:{name}>"
        for name, value in sorted(attachment.properties.items(), key=_reference_order)
    )


def _reference_order(entry: tuple[str, Any]) -> int:
    return REFERENCE_PARTS.index(entry[0])


async def _item(
    ctx: Context, attachment: Attachment, draft: ItemDraft | None, shape: ItemShape
) -> str:
    """The item in an item attachment, whole; ``Item`` itself is never written (survey, 7)."""
    draft = draft or ItemDraft()
    kind = str(kind_of(draft.item_class))
    listed = tuple(
        embedded(
            inner, AttachmentId(attachment.id.item, (*attachment.id.path, number)),
            attachment.modified,
        )
        for number, inner in enumerate(draft.attachments, 1)
    )  # fmt: skip
    view = view_of_draft(ctx, draft, kind, shape.options, listed)
    view.properties.setdefault("size", attachment.size)
    view.properties.setdefault("created", attachment.modified)
    view.properties.setdefault("modified", attachment.modified)
    if shape.want().mime:
        view.mime = await mime_of(ctx, draft, attachment.modified)
    return ItemWriter(ctx, shape, find=False).write(view)[1]


@operation("DeleteAttachment")
async def delete_attachment(request: Any, ctx: Context) -> Message:
    """Remove attachments; the root item gets a new change key (MS-OXWSATT 3.1.4.2)."""

    async def delete(ids: tuple[AttachmentId, ...]) -> Any:
        return await ctx.execute(DeleteAttachments(ids))

    results = await each(
        listed(request.AttachmentIds), lambda node: ctx.ids.read_attachment(node.Id), delete
    )
    return response("DeleteAttachment", (_deleted(ctx, result) for result in results))


def _deleted(ctx: Context, result: SavedItem | EwsError) -> Message:
    if isinstance(result, EwsError):
        return failure(result)
    assert result.id is not None
    return success(
        RootItemId={
            "RootItemId": ctx.ids.item(result.id.mailbox_id, result.id.id),
            "RootItemChangeKey": change_key(result.change),
        }
    )
