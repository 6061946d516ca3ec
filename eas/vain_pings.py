"""An alarm for devices that are woken again and again and find nothing (lesson 10): a folder that
reports changes for ever, or a device that cannot take them, empties its battery unseen."""

from __future__ import annotations

import structlog

from eas.context import Context
from store.devices.commands import NoteRound

_log = structlog.get_logger("eas")
ALARM_AT = 20
"""So many Pings that told of changes, and no Sync between them that had any."""
_CHANGES = 2


async def count_ping(ctx: Context, folder_id: int) -> None:
    """A Ping told of changes in a folder. Every so many in vain an administrator hears of it."""
    count = (ctx.services.vain_pings.find(ctx) or 0) + 1
    ctx.services.vain_pings.keep(ctx, count)
    if count % ALARM_AT:
        return
    text = f"{count} pings told of changes, and no synchronisation since the first has taken any"
    _log.warning(
        "a device is woken in vain",
        device=ctx.device.device_id,
        user=ctx.session.principal.address,
        folder=folder_id,
        pings=count,
    )
    await ctx.execute(NoteRound(ctx.device.key, "woken in vain", _CHANGES, text, folder_id))


def count_sync(ctx: Context) -> None:
    """A Sync had something for the device, or from it."""
    ctx.services.vain_pings.forget(ctx)
