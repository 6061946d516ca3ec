"""Reading, moving, copying and deleting items (MS-OXWSCORE)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from ews.codec import Raw
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import change_key
from ews.loading import with_mime
from ews.messages import Message, each, failure, response, success
from ews.operations.beside import with_beside
from ews.operations.folders import HOW
from ews.operations.references import read_ranges, read_references, taken
from ews.reading.meetings import INVITATIONS
from ews.registry import operation
from ews.render.items import ItemWriter
from ews.render.view import view_of_item
from ews.shapes import ItemShape, read_item_shape
from schemas.classes import element_of
from store.commands import (
    ArchiveItems,
    Command,
    CopyItems,
    DeleteItems,
    FetchItems,
    FolderRef,
    MoveItems,
    Want,
)
from store.errors import StoreError
from store.model import Item, ItemId
from store.results import SavedItem

_log = structlog.get_logger("ews")


@operation("GetItem")
async def get_item(request: Any, ctx: Context) -> Message:
    """Read items (MS-OXWSCORE 3.1.4.4).

    A path that names a property of another kind of item is passed over: clients ask for all that
    any item in a folder may have (survey of clients, trap 47).
    """
    shape = read_item_shape(request.ItemShape)
    writer = ItemWriter(ctx, shape, find=False)
    want = shape.want()

    async def fetch(items: tuple[ItemId, ...]) -> Any:
        return await ctx.execute(FetchItems(items, want))

    messages: list[Message] = []
    plain: list[tuple[str, Any]] = []

    async def flush() -> None:
        references = await read_references(ctx, plain)
        for result in await each(references, taken, fetch):
            messages.append(await _item_message(ctx, [result], shape, want, writer))
        plain.clear()

    for pair in request.ItemIds:
        if pair[0] != "RecurringMasterItemIdRanges":
            plain.append(pair)
            continue
        await flush()
        try:
            items = tuple(await read_ranges(ctx, pair[1]))
        except (EwsError, StoreError) as error:
            messages.append(failure(ews_error(error), Items=[]))
            continue
        results = await each(items, lambda item: item, fetch)
        messages.append(await _item_message(ctx, results, shape, want, writer))
    await flush()
    return response("GetItem", messages)


async def _item_message(
    ctx: Context,
    results: list[Item | EwsError],
    shape: ItemShape,
    want: Want,
    writer: ItemWriter,
) -> Message:
    """The answer to one reference, which names one item or, by ranges, several."""
    try:
        parts = [await _item_xml(ctx, result, shape, want, writer) for result in results]
    except EwsError as error:
        return failure(error, Items=[])
    return success(Items=Raw("".join(parts).encode("utf-8")))


async def _item_xml(
    ctx: Context, result: Item | EwsError, shape: ItemShape, want: Want, writer: ItemWriter
) -> str:
    """Raises EwsError."""
    if isinstance(result, EwsError):
        raise result
    if want.mime:
        result = await with_mime(ctx, result)
    if shape.wants_beside:
        result = await with_beside(ctx, result)
    try:
        return writer.write(view_of_item(ctx, result, shape.options))[1]
    except Exception as error:  # one damaged item never blocks the others (lesson 13)
        _log.exception("damaged item", mailbox=result.id.mailbox_id, item=result.id.id)
        raise EwsError("ErrorItemCorrupt") from error


def saved_item(ctx: Context, saved: SavedItem) -> list[tuple[str, Any]]:
    """The Items of a response message for an item that was saved; empty where none was kept."""
    if saved.id is None:
        return []
    value: dict[str, Any] = {
        "ItemId": {
            "Id": ctx.ids.item(saved.id.mailbox_id, saved.id.id, saved.id.original),
            "ChangeKey": change_key(saved.change),
        }
    }
    return [(element_of(saved.kind), value)]


def moved(ctx: Context, result: SavedItem | EwsError) -> Message:
    """The response message of an item that got a new place."""
    if isinstance(result, EwsError):
        return failure(result, Items=[])
    return success(Items=saved_item(ctx, result))


@operation("MoveItem")
async def move_item(request: Any, ctx: Context) -> Message:
    """Move items; ids change (MS-OXWSCORE 3.1.4.7)."""
    return await _place("MoveItem", MoveItems, request, request.ToFolderId, ctx)


@operation("CopyItem")
async def copy_item(request: Any, ctx: Context) -> Message:
    """Copy items (MS-OXWSCORE 3.1.4.1)."""
    return await _place("CopyItem", CopyItems, request, request.ToFolderId, ctx)


@operation("ArchiveItem")
async def archive_item(request: Any, ctx: Context) -> Message:
    """Move items below the archive folder, to the path that they had (MS-OXWSARCH 3.1.4.1)."""
    return await _place("ArchiveItem", ArchiveItems, request, request.ArchiveSourceFolderId, ctx)


async def _place(
    name: str,
    command: Callable[[tuple[ItemId, ...], FolderRef], Command],
    request: Any,
    folder: Any,
    ctx: Context,
) -> Message:
    """Carry out a command that gives items a place; ``folder`` is the node that says where."""
    ref = ctx.target(folder)

    async def place(items: tuple[ItemId, ...]) -> Any:
        return await ctx.execute(command(items, ref))

    results = await each(await read_references(ctx, request.ItemIds), taken, place)
    return response(name, (moved(ctx, result) for result in results))


@operation("DeleteItem")
async def delete_item(request: Any, ctx: Context) -> Message:
    """Delete items (MS-OXWSCORE 3.1.4.3)."""
    how: Any = HOW[request.DeleteType]

    async def delete(items: tuple[ItemId, ...]) -> Any:
        refused = await _needing(ctx, items, request)
        good = tuple(item for item in items if item not in refused)
        results = iter(
            await ctx.execute(
                DeleteItems(
                    good,
                    how,
                    suppress_receipts=bool(request.SuppressReadReceipts),
                    cancellations=INVITATIONS[request.SendMeetingCancellations or "SendToNone"],
                    task_occurrence=request.AffectedTaskOccurrences == "SpecifiedOccurrenceOnly",
                )
            )
            if good
            else ()
        )
        return [refused[item] if item in refused else next(results) for item in items]

    results = await each(await read_references(ctx, request.ItemIds), taken, delete)
    return response(
        "DeleteItem", (failure(r) if isinstance(r, EwsError) else success() for r in results)
    )


async def _needing(ctx: Context, items: tuple[ItemId, ...], request: Any) -> dict[ItemId, EwsError]:
    """Items whose kind needs an attribute that the request lacks (survey, 5.3)."""
    lacking = {
        kind: code
        for kind, attribute, code in (
            ("calendar", "SendMeetingCancellations", "ErrorSendMeetingCancellationsRequired"),
            ("task", "AffectedTaskOccurrences", "ErrorAffectedTaskOccurrencesRequired"),
        )
        if request.get(attribute) is None
    }
    if not lacking:
        return {}
    found = await ctx.execute(FetchItems(items))
    return {
        item.id: EwsError(lacking[item.kind])
        for item in found
        if isinstance(item, Item) and item.kind in lacking
    }
