"""Operations on folders (MS-OXWSFOLD)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, each, failure, response, success
from ews.reading.folders import folder_ref, read_folder, read_folder_change
from ews.reading.paging import read_folder_page, root_folder
from ews.reading.restrictions import read_folder_restriction
from ews.registry import operation
from ews.render.folders import FolderShape, read_folder_shape, write_folder
from store.commands import (
    Command,
    CopyFolders,
    CreateFolders,
    DeleteFolders,
    EmptyFolders,
    FetchFolders,
    FindFolders,
    FolderChange,
    FolderDraft,
    FolderRef,
    MarkAllRead,
    MoveFolders,
    UpdateFolders,
)
from store.model import Folder

HOW = {"HardDelete": "hard", "SoftDelete": "soft", "MoveToDeletedItems": "to_deleted_items"}
_ID_ONLY = FolderShape(frozenset(), ())


def _message(ctx: Context, result: Folder | EwsError, shape: FolderShape = _ID_ONLY) -> Message:
    if isinstance(result, EwsError):
        return failure(result, Folders=[])
    return success(Folders=[write_folder(ctx, result, shape)])


@operation("GetFolder")
async def get_folder(request: Any, ctx: Context) -> Message:
    """Read folders (MS-OXWSFOLD 3.1.4.6)."""
    shape = read_folder_shape(request.FolderShape)

    async def fetch(folders: tuple[FolderRef, ...]) -> Any:
        return await ctx.execute(FetchFolders(folders, permissions=shape.permissions))

    results = await each(request.FolderIds, ctx.folder, fetch)
    return response("GetFolder", (_message(ctx, result, shape) for result in results))


@operation("FindFolder")
async def find_folder(request: Any, ctx: Context) -> Message:
    """Folders below others (MS-OXWSSRCH 3.1.4.1)."""
    shape = read_folder_shape(request.FolderShape)
    restriction = read_folder_restriction(ctx, request.Restriction)
    page, view = read_folder_page(request)

    async def find(parents: tuple[FolderRef, ...]) -> Any:
        if request.Traversal == "SoftDeleted":
            raise EwsError("ErrorInvalidOperation", "Folders are not kept when deleted softly.")
        return await ctx.execute(
            FindFolders(
                parents,
                deep=request.Traversal == "Deep",
                restriction=restriction,
                page=page,
                permissions=shape.permissions,
            )
        )

    messages: list[Message] = []
    for result in await each(request.ParentFolderIds, ctx.folder, find):
        if isinstance(result, EwsError):
            messages.append(failure(result))
            continue
        root = root_folder(view, result)
        root["Folders"] = [write_folder(ctx, folder, shape) for folder in result.folders]
        messages.append(success(RootFolder=root))
    return response("FindFolder", messages)


@operation("CreateFolder")
async def create_folder(request: Any, ctx: Context) -> Message:
    """Make folders (MS-OXWSFOLD 3.1.4.2)."""
    parent = ctx.target(request.ParentFolderId)

    async def create(folders: tuple[FolderDraft, ...]) -> Any:
        return await ctx.execute(CreateFolders(parent, folders))

    results = await each(request.Folders, lambda pair: read_folder(ctx, *pair), create)
    return response("CreateFolder", (_message(ctx, result) for result in results))


@operation("CreateFolderPath")
async def create_folder_path(request: Any, ctx: Context) -> Message:
    """Make the folders of a path, where they are missing (MS-OXWSFOLD 3.1.4.10)."""
    parent: FolderRef | None = ctx.target(request.ParentFolderId)
    messages: list[Message] = []
    for pair in request.RelativeFolderPath:
        if parent is None:
            messages.append(failure(EwsError("ErrorParentFolderNotFound"), Folders=[]))
            continue

        async def create(folders: tuple[FolderDraft, ...], below: FolderRef = parent) -> Any:
            return await ctx.execute(CreateFolders(below, folders, existing=True))

        result = (await each([pair], lambda p: read_folder(ctx, *p), create))[0]
        messages.append(_message(ctx, result))
        parent = None if isinstance(result, EwsError) else result.id
    return response("CreateFolderPath", messages)


@operation("UpdateFolder")
async def update_folder(request: Any, ctx: Context) -> Message:
    """Change folders (MS-OXWSFOLD 3.1.4.8)."""

    async def change(changes: tuple[FolderChange, ...]) -> Any:
        return await ctx.execute(UpdateFolders(changes))

    changes = listed(request.FolderChanges)
    results = await each(changes, lambda node: read_folder_change(ctx, node), change)
    return response("UpdateFolder", (_message(ctx, result) for result in results))


@operation("DeleteFolder")
async def delete_folder(request: Any, ctx: Context) -> Message:
    """Delete folders (MS-OXWSFOLD 3.1.4.3)."""
    how: Any = HOW[request.DeleteType]

    async def delete(folders: tuple[FolderRef, ...]) -> Any:
        return await ctx.execute(DeleteFolders(folders, how))

    results = await each(request.FolderIds, ctx.folder, delete)
    return response("DeleteFolder", (_done(result) for result in results))


def _done(result: Any) -> Message:
    return failure(result) if isinstance(result, EwsError) else success()


@operation("EmptyFolder")
async def empty_folder(request: Any, ctx: Context) -> Message:
    """Delete what lies in folders (MS-OXWSFOLD 3.1.4.4)."""
    how: Any = HOW[request.DeleteType]

    async def empty(folders: tuple[FolderRef, ...]) -> Any:
        return await ctx.execute(EmptyFolders(folders, how, bool(request.DeleteSubFolders)))

    results = await each(request.FolderIds, ctx.folder, empty)
    return response("EmptyFolder", (_done(result) for result in results))


@operation("MoveFolder")
async def move_folder(request: Any, ctx: Context) -> Message:
    """Move folders; ids stay (MS-OXWSFOLD 3.1.4.7)."""
    return await _place("MoveFolder", MoveFolders, request, ctx)


@operation("CopyFolder")
async def copy_folder(request: Any, ctx: Context) -> Message:
    """Copy folders with all below (MS-OXWSFOLD 3.1.4.1)."""
    return await _place("CopyFolder", CopyFolders, request, ctx)


async def _place(
    name: str,
    command: Callable[[tuple[FolderRef, ...], FolderRef], Command],
    request: Any,
    ctx: Context,
) -> Message:
    target = folder_ref(ctx, request.ToFolderId)

    async def place(folders: tuple[FolderRef, ...]) -> Any:
        return await ctx.execute(command(folders, target))

    results = await each(request.FolderIds, ctx.folder, place)
    return response(name, (_message(ctx, result) for result in results))


@operation("MarkAllItemsAsRead")
async def mark_all_items_as_read(request: Any, ctx: Context) -> Message:
    """Set every item of folders read or unread (MS-OXWSCORE 3.1.4.6)."""

    async def mark(folders: tuple[FolderRef, ...]) -> Any:
        return await ctx.execute(
            MarkAllRead(
                folders,
                read=bool(request.ReadFlag),
                suppress_receipts=bool(request.SuppressReadReceipts),
            )
        )

    results = await each(request.FolderIds, ctx.folder, mark)
    return response("MarkAllItemsAsRead", (_done(result) for result in results))
