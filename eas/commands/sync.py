"""Sync: items of folders, both ways (MS-ASCMD 2.2.1.21)."""

from __future__ import annotations

from collections.abc import Sequence

from eas.answers import Answer, root, text
from eas.context import Context
from eas.errors import EasError
from eas.registry import command
from eas.sync.collection import Collection, look, open_collections, step, written
from eas.sync.request import (
    COLLECTIONS_MAX,
    SyncRequest,
    merged,
    read_sync,
    remembered,
)
from eas.vain_pings import count_sync
from eas.watching import watch
from eas.wbxml import Element

_P = "AirSync"
_WAIT_RANGE, _TOO_MANY, _INCOMPLETE = 14, 15, 13
_WAIT_MIN_S, _WAIT_MAX_S = 60, 3540


@command("Sync")
async def sync(ctx: Context) -> Answer:
    """Changes of the device, changes for the device; waits for some where it is asked to."""
    asked = _asked(ctx)
    if (refusal := _refused(ctx, asked)) is not None:
        return refusal
    ctx.services.last_syncs.keep(ctx, remembered(asked))
    ctx.root, ctx.body = None, b""
    # The device has dropped whatever Sync of its own still waits.
    ctx.services.waiting.end((ctx.mailbox_id, ctx.device.key, "Sync"))
    collections = await open_collections(ctx, asked.collections)
    if asked.wait_s and not any(each.is_due for each in collections):
        await _wait(ctx, asked.wait_s, collections)
    elements = await _stepped(ctx, collections, asked.window)
    if not elements:
        return None
    return root("Sync", [Element(f"{_P}:Collections", None, elements)])


def _asked(ctx: Context) -> SyncRequest:
    """The request, completed from the last one where it is empty or partial. Raises EasError 4,
    13."""
    last = ctx.services.last_syncs.find(ctx)
    if ctx.root is None:
        if last is None:
            raise EasError(_INCOMPLETE, "an empty request, and the last one is not known")
        return last
    asked = read_sync(ctx.root, ctx.version)
    if not asked.partial:
        return asked
    if last is None:
        raise EasError(_INCOMPLETE, "a partial request, and the last one is not known")
    return merged(asked, last)


def _refused(ctx: Context, asked: SyncRequest) -> Element | None:
    """What is out of range, with the nearest bound (MS-ASCMD 2.2.3.95)."""
    least = max(_WAIT_MIN_S, ctx.settings.heartbeat_s_min)
    most = min(_WAIT_MAX_S, ctx.settings.heartbeat_s_max)
    if asked.unit_s and not least <= asked.wait_s <= most:
        bound = least if asked.wait_s < least else most
        limit = -(-bound // asked.unit_s) if bound == least else bound // asked.unit_s
        return _limited(_WAIT_RANGE, limit)
    if len(asked.collections) > COLLECTIONS_MAX:
        return _limited(_TOO_MANY, COLLECTIONS_MAX)
    return None


def _limited(status: int, limit: int) -> Element:
    return root("Sync", [text(f"{_P}:Status", status), text(f"{_P}:Limit", limit)])


async def _wait(ctx: Context, seconds: float, collections: Sequence[Collection]) -> None:
    folders = [
        (each.folder.id, each.state.token, each.state.number)
        for each in collections
        if each.folder is not None and each.state is not None and each.gets
    ]
    cutoffs = {each.folder.id: each.cutoff for each in collections if each.folder is not None}
    found = await watch(ctx, "Sync", folders, seconds, cutoffs=cutoffs)
    if found.tree and not found.folders:
        raise EasError(12, "the tree of folders changed")
    if found.folders:
        await look(ctx, collections)


async def _stepped(
    ctx: Context, collections: Sequence[Collection], window: int | None
) -> list[Element]:
    """Step by step in the order of the request; once the whole window is used up, collections
    that the device itself changed nothing in wait for the next request."""
    left = window if window is not None else 1 << 31
    elements: list[Element] = []
    for collection in collections:
        if not collection.is_due:
            continue
        if left <= 0 and not collection.asked.commands and not collection.is_begun:
            continue
        await step(ctx, collection, max(0, min(left, collection.asked.window)))
        if collection.step is not None:
            left -= len(collection.step.entries)
            if collection.step.entries or collection.step.done:
                count_sync(ctx)
        element = await written(ctx, collection)
        if element is not None:
            elements.append(element)
    return elements
