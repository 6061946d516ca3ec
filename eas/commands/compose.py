"""SendMail, SmartReply, SmartForward (MS-ASCMD 2.2.1.17, 2.2.1.20, 2.2.1.19)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from eas.answers import Answer
from eas.compose import Composed, original, read_composed, send
from eas.context import Context
from eas.forwarding import forward_by_message, forward_to_named, is_meeting, names_forwardees
from eas.quoting import forward, reply
from eas.registry import command
from eas.render.bodies import is_signed
from eas.render.mail import VERB, VERB_TIME
from store.commands import ItemChange, UpdateItems
from store.conversation_index import answer_to
from store.instant import Instant
from store.mime import parse
from store.model import ItemDraft, ItemId

# PidTagLastVerbExecuted (MS-OXOMSG 2.2.1.35), and the icon that goes with each.
_REPLIED, _REPLIED_TO_ALL, _FORWARDED = 102, 103, 104
_ICONS = {_REPLIED: 261, _REPLIED_TO_ALL: 261, _FORWARDED: 262}
_ICON = "0x1080:Integer"


@command("SendMail", takes_mime=True)
async def send_mail(ctx: Context) -> Answer:
    """Send a message; success is an answer without a body."""
    await send(ctx, read_composed(ctx))
    return None


@command("SmartReply", takes_mime=True)
async def smart_reply(ctx: Context) -> Answer:
    """Answer a message: the server adds the original."""
    composed = read_composed(ctx)
    draft = await _smart(ctx, composed, reply)
    people = len(draft.properties.get("to") or ()) + len(draft.properties.get("cc") or ())
    await _mark(ctx, composed.source, _REPLIED if people <= 1 else _REPLIED_TO_ALL)
    return None


@command("SmartForward", takes_mime=True)
async def smart_forward(ctx: Context) -> Answer:
    """Forward a message: the server adds the original and its attachments. Of a meeting others are
    invited to it."""
    if names_forwardees(ctx):
        await forward_to_named(ctx)
        return None
    composed = read_composed(ctx)
    old: ItemDraft | None = None
    if composed.source is not None and not composed.replaces:
        item, old = await original(ctx, composed)
        if is_meeting(item):
            await forward_by_message(ctx, composed, old)
            return None
    await _smart(ctx, composed, forward, old)
    await _mark(ctx, composed.source, _FORWARDED)
    return None


async def _smart(
    ctx: Context,
    composed: Composed,
    combine: Callable[[ItemDraft, ItemDraft], ItemDraft],
    old: ItemDraft | None = None,
) -> ItemDraft:
    """Send the device's words with the original (``old``, where it was read already); as they are
    where the device has put it in itself, or has signed or encrypted them."""
    new = await asyncio.to_thread(parse, composed.mime)
    if composed.replaces and composed.source is None:
        draft = new
    else:
        old = old or (await original(ctx, composed))[1]
        if composed.replaces or is_signed(new.item_class):
            draft = new
        else:
            draft = _threaded(await asyncio.to_thread(combine, new, old), old, ctx.now)
    await send(ctx, composed, draft)
    return draft


def _threaded(draft: ItemDraft, old: ItemDraft, now: Instant) -> ItemDraft:
    """With the original's Thread-Index continued, unless the device did that (MS-ASCON 2.2.2.4)."""
    index = draft.properties.get("conversation_index") or answer_to(old.properties, now)
    if not index:
        return draft
    properties = draft.properties | {"conversation_index": index}
    return msgspec.structs.replace(draft, properties=properties)


async def _mark(ctx: Context, item: ItemId | None, verb: int) -> None:
    """Note at the original what was done with it; it may have gone meanwhile."""
    if item is None:
        return
    change = ItemChange(
        item,
        set={f"x:{VERB}": verb, f"x:{VERB_TIME}": ctx.now, f"x:{_ICON}": _ICONS[verb]},
    )
    await ctx.execute(UpdateItems((change,), resolution="always_overwrite", suppress_receipts=True))
