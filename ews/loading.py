"""What GetItem and GetAttachment load beyond the item itself."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from ews.context import Context
from ews.errors import EwsError
from store.commands import FetchAttachments, Want
from store.errors import StoreError
from store.mime import native
from store.model import AttachmentDraft, Body, Item, ItemDraft


async def with_mime(ctx: Context, item: Item) -> Item:
    """The item with its MIME: the bytes that arrived, or made from its properties."""
    if item.mime is not None:
        return item
    drafts: list[AttachmentDraft] = []
    ids = tuple(attachment.id for attachment in item.attachments or ())
    for loaded in await ctx.execute(FetchAttachments(ids)) if ids else ():
        if isinstance(loaded, StoreError):
            raise EwsError("ErrorContentConversionFailed")
        drafts.append(loaded.draft)
    draft = ItemDraft(
        item_class=item.item_class,
        properties=item.properties,
        extended=item.extended,
        body=item.body or Body(),
        attachments=tuple(drafts),
    )
    mime = await mime_of(ctx, draft, item.properties.get("created", ctx.now))
    return msgspec.structs.replace(item, mime=mime)


async def mime_of(ctx: Context, draft: ItemDraft, created: str) -> bytes:
    """MIME of an item made from properties, with its Bcc: it is for the owner's eyes."""
    if draft.mime is not None:
        return draft.mime
    moment = datetime.fromisoformat(created[:-1] + "+00:00")
    domain = ctx.session.principal.address.partition("@")[2] or "localhost"
    return await asyncio.to_thread(native, draft, domain=domain, now=moment)


FULL = Want(body=True, mime=True, attachments=True, headers=True)
