"""Synchronisation of items and of the folder tree (MS-OXWSSYNC)."""

from __future__ import annotations

from typing import Any

from ews.codec import Raw, listed
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import change_key
from ews.messages import Message, failure, response, success
from ews.registry import operation
from ews.render.folders import read_folder_shape, write_folder
from ews.render.items import ItemWriter
from ews.render.values import boolean
from ews.shapes import check_find_shape, read_item_shape
from store.commands import FetchFolders, FolderRole, SyncFolders, SyncItems
from store.errors import InvalidState, NotFound, StoreError
from store.results import FolderChanges, ItemChanges
from store.sync import ItemState


@operation("SyncFolderItems")
async def sync_folder_items(request: Any, ctx: Context) -> Message:
    """What changed in a folder since a SyncState (MS-OXWSSYNC 3.1.4.2)."""
    try:
        shape = read_item_shape(request.ItemShape)
        check_find_shape(shape)
        folder = ctx.target(request.SyncFolderId)
        associated = request.SyncScope == "NormalAndAssociatedItems"
        writer = ItemWriter(ctx, shape, find=True)
        changes: ItemChanges = await ctx.execute(
            SyncItems(
                folder,
                _state(ctx, request.SyncState, associated),
                limit=request.MaxChangesReturned,
                associated=associated,
                ignore=tuple(_ignored(ctx, request.Ignore)),
                properties=writer.names,
            )
        )
    except (EwsError, StoreError) as error:
        return response("SyncFolderItems", [_refused(error, "IncludesLastItemInRange")])
    message = success(
        SyncState=ctx.ids.item_state(changes.state),
        IncludesLastItemInRange=changes.is_last,
        Changes=_written(ctx, changes, writer),
    )
    return response("SyncFolderItems", [message])


def _refused(error: EwsError | StoreError, last: str) -> Message:
    """Errors carry an empty SyncState and say that this is all: clients read both (trap 55)."""
    return failure(error, SyncState="", **{last: True})


def _state(ctx: Context, text: str | None, associated: bool) -> ItemState | None:
    state = ctx.ids.read_item_state(text or "")
    if state is not None and state.associated != associated:
        raise EwsError("ErrorInvalidSyncStateData")
    return state


def _ignored(ctx: Context, node: Any) -> list[int]:
    return [ctx.ids.read_item(value.Id).id for value in listed(node)]


def _written(ctx: Context, changes: ItemChanges, writer: ItemWriter) -> Raw:
    parts: list[str] = []
    mailbox_id = changes.mailbox_id
    writer.rights, writer.views_private = changes.rights, changes.views_private
    for kind, row in changes.changes:
        if kind == "create":
            parts.append(f"<t:Create>{writer.write_row(mailbox_id, row)}</t:Create>")
        elif kind == "update":
            parts.append(f"<t:Update>{writer.write_row(mailbox_id, row)}</t:Update>")
        elif kind == "read":
            id, is_read, seq = row
            parts.append(
                f'<t:ReadFlagChange><t:ItemId Id="{ctx.ids.item(mailbox_id, id)}"'
                f' ChangeKey="{change_key(seq)}"/><t:IsRead>{boolean(is_read)}</t:IsRead>'
                "</t:ReadFlagChange>"
            )
        else:
            id = ctx.ids.item(mailbox_id, row[0])
            parts.append(f'<t:Delete><t:ItemId Id="{id}"/></t:Delete>')
    return Raw("".join(parts).encode("utf-8"))


@operation("SyncFolderHierarchy")
async def sync_folder_hierarchy(request: Any, ctx: Context) -> Message:
    """What changed in the folder tree since a SyncState (MS-OXWSSYNC 3.1.4.1).

    All in one answer: Evolution never asks for more (survey of clients, 4).
    """
    try:
        shape = read_folder_shape(request.FolderShape)
        message = await _hierarchy(request, ctx, shape)
    except (EwsError, StoreError) as error:
        refused = ews_error(error)
        if isinstance(error, NotFound):
            refused = EwsError("ErrorSyncFolderNotFound")
        message = _refused(refused, "IncludesLastFolderInRange")
    return response("SyncFolderHierarchy", [message])


async def _hierarchy(request: Any, ctx: Context, shape: Any) -> Message:
    named = request.SyncFolderId
    root = ctx.target(named) if named is not None else FolderRole("msgfolderroot")
    # A state belongs to the root as it was named: none given and ``root`` are different roots.
    found = (await ctx.execute(FetchFolders((root,))))[0]
    if isinstance(found, StoreError):
        raise found
    label = f"{found.id.id}" if named is not None else "-"
    since = ctx.ids.read_folder_state(request.SyncState or "", found.id.mailbox_id, label)
    try:
        changes: FolderChanges = await ctx.execute(SyncFolders(found.id, since))
    except NotFound as error:
        raise InvalidState("the folder was not there") from error
    written: list[tuple[str, Any]] = []
    for kind, folders in (("Create", changes.created), ("Update", changes.updated)):
        for folder in folders:
            element, value = write_folder(ctx, folder, shape)
            written.append((kind, {element: value}))
    written += [
        ("Delete", {"FolderId": {"Id": ctx.ids.folder(id.mailbox_id, id.id)}})
        for id in changes.deleted
    ]
    return success(
        SyncState=ctx.ids.folder_state(found.id.mailbox_id, label, changes.seq),
        IncludesLastFolderInRange=True,
        Changes=written,
    )
