"""Items loaded for a device, with MIME made for those that came without."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

import msgspec

from eas.contacts import PICTURE_BYTES_MAX
from eas.context import Context
from eas.reading.options import Options
from eas.render.bodies import takes_mime, wants_mime
from eas.render.mail import wants
from eas.render.substitute import with_substitute
from schemas.property import Kind
from store.commands import FetchAttachments, FetchItems, Want
from store.errors import StoreError
from store.instant import from_instant
from store.mime import native
from store.model import AttachmentDraft, Body, Item, ItemDraft, ItemId
from store.results import LoadedAttachment


async def load(ctx: Context, items: Sequence[ItemId], options: Options) -> list[Item | StoreError]:
    """Items in order, with all that these options need of them."""
    found: list[Item | StoreError] = await ctx.execute(FetchItems(tuple(items), wants(options)))
    loaded = [each if isinstance(each, StoreError) else with_substitute(each) for each in found]
    loaded = await _with_pictures(ctx, loaded)
    if not wants_mime(options):
        return loaded
    return [
        item
        if isinstance(item, StoreError)
        or item.mime is not None
        or not takes_mime(item.item_class, options)
        else await _with_mime(ctx, item)
        for item in loaded
    ]


async def _with_pictures(ctx: Context, items: list[Item | StoreError]) -> list[Item | StoreError]:
    """Contacts with the content of their photo in ``picture``, in base64, where a device takes
    one of that size."""
    photos = [
        (number, attachment)
        for number, item in enumerate(items)
        if not isinstance(item, StoreError) and item.kind == Kind.CONTACT
        for attachment in item.attachments or ()
        if attachment.is_contact_photo and attachment.size <= PICTURE_BYTES_MAX
    ]
    if not photos:
        return items
    made = list(items)
    found = await ctx.execute(FetchAttachments(tuple(each.id for _, each in photos)))
    for (number, _), loaded in zip(photos, found, strict=True):
        item = made[number]
        if isinstance(loaded, StoreError) or isinstance(item, StoreError):
            continue
        picture = base64.b64encode(loaded.draft.content or b"").decode()
        properties = {**item.properties, "picture": picture}
        made[number] = msgspec.structs.replace(item, properties=properties)
    return made


async def _with_mime(ctx: Context, item: Item) -> Item | StoreError:
    """One that cannot be made stands in nobody else's way."""
    try:
        return msgspec.structs.replace(item, mime=await mime_of(ctx, item))
    except StoreError as error:
        return error


async def mime_of(ctx: Context, item: Item) -> bytes:
    """The message that an item is, its attachments inside. Raises StoreError."""
    if item.mime is not None:
        return item.mime
    draft = await draft_of(ctx, item)
    domain = ctx.session.principal.address.rpartition("@")[2] or "localhost"
    created = from_instant(item.properties.get("created", ctx.now))
    return await asyncio.to_thread(native, draft, domain=domain, now=created)


async def draft_of(ctx: Context, item: Item) -> ItemDraft:
    """An item with everything, as it would be made anew; never with less than it has. Raises
    StoreError."""
    if item.body is None or item.attachments is None:
        whole = (
            await ctx.execute(FetchItems((item.id,), Want(body=True, mime=True, attachments=True)))
        )[0]
        if isinstance(whole, StoreError):
            raise whole
        item = whole
    attachments: list[AttachmentDraft] = []
    if item.attachments:
        loaded = await ctx.execute(FetchAttachments(tuple(a.id for a in item.attachments)))
        for each in loaded:
            if isinstance(each, StoreError):
                raise each
            attachments.append(each.draft)
    return ItemDraft(
        item_class=item.item_class,
        properties=item.properties,
        extended=item.extended,
        body=item.body or Body(),
        attachments=tuple(attachments),
        mime=item.mime,
    )


async def attachment_bytes(ctx: Context, loaded: LoadedAttachment) -> bytes:
    """What a device gets for an attachment: a file's content, an item as a message."""
    draft = loaded.draft
    if draft.item is None:
        return draft.content or b""
    if draft.item.mime is not None:
        return draft.item.mime
    domain = ctx.session.principal.address.rpartition("@")[2] or "localhost"
    now = from_instant(loaded.attachment.modified)
    return await asyncio.to_thread(native, draft.item, domain=domain, now=now)
