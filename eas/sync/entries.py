"""What a device is told of items: rendered in portions, each item's damage its own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog

from eas.answers import node, text
from eas.classes import class_named
from eas.context import Context
from eas.ids import item_server_id
from eas.loading import load
from eas.reading.options import Options
from eas.render.mail import STATE, read_change
from eas.wbxml import Element
from store.commands import FetchItems
from store.devices.commands import NoteRound
from store.devices.model import Entry, StatePart
from store.errors import NotFound, StoreError
from store.model import FolderId, Item, ItemId

_P = "AirSync"
_PORTION = 50
_log = structlog.get_logger("eas")
# Which parts of a message's state are told (MS-ASEMAIL 3.2.5.4.1) where the step does not say: it
# was kept before 0008.
_OLD_PARTS: dict[str, tuple[StatePart, ...]] = {
    "read": ("read",),
    "flags": ("flags", "categories"),
    "state": tuple(STATE),
}
_GONE = {"delete": f"{_P}:Delete", "soft_delete": f"{_P}:SoftDelete"}


async def told(
    ctx: Context, folder: FolderId, entries: Sequence[Entry], options: Options
) -> list[Element]:
    """The children of Commands. An item that went meanwhile is left out: the next step says so."""
    loaded: dict[int, Item] = {}
    for kinds in (("add", "change"), tuple(_OLD_PARTS)):
        ids = [entry.item_id for entry in entries if entry.kind in kinds]
        for start in range(0, len(ids), _PORTION):
            portion = tuple(ItemId(folder.mailbox_id, id) for id in ids[start : start + _PORTION])
            if "add" not in kinds and class_named(options.kind).is_mail:
                found = await ctx.execute(FetchItems(portion))
            else:
                found = await load(ctx, portion, options)
            for id, item in zip(portion, found, strict=True):
                if not isinstance(item, StoreError):
                    loaded[item.id.id] = item
                elif not isinstance(item, NotFound):
                    await _left_out(ctx, id, folder, f"cannot be read: {item}")
    written: list[Element] = []
    for entry in entries:
        server_id = text(f"{_P}:ServerId", item_server_id(folder.id, entry.item_id))
        if entry.kind in _GONE:
            written.append(node(_GONE[entry.kind], server_id))
            continue
        item = loaded.get(entry.item_id)
        if item is None or item.folder.id != folder.id:
            continue
        data = await _data(ctx, entry, item, options)
        if data:  # of what changed, this version may know nothing
            name = f"{_P}:Add" if entry.kind == "add" else f"{_P}:Change"
            written.append(node(name, server_id, Element(f"{_P}:ApplicationData", None, data)))
    return written


async def _data(ctx: Context, entry: Entry, item: Item, options: Options) -> list[Element] | None:
    """ApplicationData of one item; None where it cannot be written: that stops no other one
    (lesson 13), and the device's log names it."""
    try:
        kind = class_named(options.kind)
        if kind.is_mail and (parts := entry.parts or _OLD_PARTS.get(entry.kind)):
            return read_change(item, options, ctx.version, parts)
        return kind.render(item, options, ctx.version)
    except Exception as error:
        _log.exception("an item cannot be written", mailbox=item.id.mailbox_id, item=item.id.id)
        await _left_out(ctx, item.id, item.folder, f"cannot be written: {type(error).__name__}")
        return None


async def _left_out(ctx: Context, item: ItemId, folder: FolderId, why: str) -> None:
    """Name an item that a device does not get, in the server's log and in the device's."""
    _log.error("an item is left out", device=ctx.device.device_id, item=item.id, reason=why)
    note = f"item {item.id} {why}"
    await ctx.execute(NoteRound(ctx.device.key, "left out", 6, note, folder.id))


def options_text(options: Options) -> str:
    """Options as the store keeps them with a device's state."""
    return msgspec.json.encode(options).decode()


_DECODER = msgspec.json.Decoder(Options)


def options_of(kept: str) -> Options:
    """Options as kept; those of a device that never said any where nothing is."""
    return _DECODER.decode(kept) if kept else Options()
