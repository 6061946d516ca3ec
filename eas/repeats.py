"""An alarm for devices that ask for the same step again and again: there is something in it that
they cannot digest, and they get no further. What they are told stays the same (a lost answer looks
just so), but somebody should know, and of which items to think."""

from __future__ import annotations

import structlog

from eas.context import Context
from store.devices.commands import NoteRound
from store.devices.model import Step
from store.model import FolderId

_log = structlog.get_logger("eas")
ALARM_AT = 10
"""So many times the same step, and none after it."""
_ITEMS_MAX, _FOLDERS_MAX = 20, 16
_RETRY = 16


async def count_step(ctx: Context, folder: FolderId, step: Step) -> None:
    """A step was given: the same again, or another. Every so many of the same an administrator
    hears of it."""
    repeats = dict(ctx.services.repeats.find(ctx) or {})
    if not step.is_repeat:
        if repeats.pop(folder.id, None) is not None:
            ctx.services.repeats.keep(ctx, repeats)
        return
    name = (step.token, step.number)
    known, before = repeats.get(folder.id, (name, 0))
    count = before + 1 if known == name else 1
    if folder.id in repeats or len(repeats) < _FOLDERS_MAX:
        repeats[folder.id] = (name, count)
        ctx.services.repeats.keep(ctx, repeats)
    if count % ALARM_AT:
        return
    items = [entry.item_id for entry in step.entries[:_ITEMS_MAX]]
    shown = ", ".join(map(str, items)) + (", …" if len(step.entries) > _ITEMS_MAX else "")
    what = f"does not get past one of the items {shown}" if items else "does not take its answer"
    text = f"{count} times the same step: it {what}"
    _log.warning(
        "a device does not get past a step",
        device=ctx.device.device_id,
        user=ctx.session.principal.address,
        folder=folder.id,
        step=step.number,
        items=items,
    )
    await ctx.execute(NoteRound(ctx.device.key, "stuck", _RETRY, text, folder.id))
