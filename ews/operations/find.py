"""FindItem (MS-OXWSSRCH 3.1.4.2)."""

from __future__ import annotations

from typing import Any

from ews.codec import Raw
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, each, failure, response, success
from ews.reading.paging import read_page, root_folder
from ews.reading.restrictions import read_group, read_order, read_restriction
from ews.reading.views import View, Window, read_view
from ews.registry import operation
from ews.render.items import ItemWriter
from ews.render.values import boolean, instant
from ews.shapes import check_find_shape, read_item_shape
from schemas.properties import find_name
from schemas.property import Type
from store.commands import FetchFolders, FindItems, FolderRef, ViewCalendar
from store.errors import NotFound
from store.model import Folder
from store.restriction import And, Group
from store.results import ItemPage, Row


@operation("FindItem")
async def find_item(request: Any, ctx: Context) -> Message:
    """Search folders; one message for each (survey of operations, 4)."""
    shape = read_item_shape(request.ItemShape)
    check_find_shape(shape)
    query = request.QueryString
    if query is not None and request.Restriction is not None:
        raise EwsError("ErrorInvalidArgument", "A QueryString excludes a Restriction.")
    page, view = read_page(request)
    restriction = read_restriction(ctx, request.Restriction)
    order = read_order(ctx, request.SortOrder)
    group = read_group(request)
    special = read_view(ctx, request)
    writer = ItemWriter(ctx, shape, find=True, occurrences=isinstance(special, Window))
    if isinstance(special, View):
        parts = [part for part in (restriction, special.restriction) if part is not None]
        restriction = And(tuple(parts)) if parts else None
        order, page = order or special.order, special.page

    async def find(folders: tuple[FolderRef, ...]) -> Any:
        if request.Traversal == "SoftDeleted":
            return await _nothing(ctx, folders)
        if special is not None:
            await _check_folders(ctx, folders, special)
        if isinstance(special, Window):
            window = (special.start, special.end)
            return await ctx.execute(
                ViewCalendar(folders, *window, writer.names, limit=special.limit)
            )
        return await ctx.execute(
            FindItems(
                folders,
                writer.names,
                restriction=restriction,
                query=getattr(query, "value", query) or "",
                order=order,
                group=group,
                page=page,
                associated=request.Traversal == "Associated",
            )
        )

    results = await each(request.ParentFolderIds, ctx.folder, find)
    return response("FindItem", (_message(result, view, writer, group) for result in results))


async def _nothing(ctx: Context, folders: tuple[FolderRef, ...]) -> list[Any]:
    """No items are kept when deleted softly; a folder that is not there is an error all the same,
    as an empty list would say that it is."""
    found = await ctx.execute(FetchFolders(folders))
    return [
        ItemPage(0, [], 0, 0, True)
        if isinstance(folder, Folder)
        else EwsError("ErrorFolderNotFound")
        if isinstance(folder, NotFound)
        else folder
        for folder in found
    ]


async def _check_folders(ctx: Context, folders: tuple[FolderRef, ...], view: View | Window) -> None:
    """A view makes sense in folders of its class only."""
    for folder in await ctx.execute(FetchFolders(folders)):
        if isinstance(folder, Folder) and not folder.folder_class.startswith(view.folder_class):
            raise EwsError(view.wrong_folder)


def _message(
    result: ItemPage | EwsError, view: str, writer: ItemWriter, group: Group | None
) -> Message:
    if isinstance(result, EwsError):
        return failure(result)
    root = root_folder(view, result)
    writer.rights, writer.views_private = result.rights, result.views_private
    if result.groups is None:
        root["Items"] = _items(result.mailbox_id, result.rows, writer)
    else:
        root["Groups"] = {
            "GroupedItems": [
                _group(result.mailbox_id, group, value, rows, writer)
                for value, rows in result.groups
            ]
        }
    return success(RootFolder=root)


def _items(mailbox_id: int, rows: list[Row], writer: ItemWriter) -> Raw:
    write = writer.write_row
    return Raw("".join([write(mailbox_id, row) for row in rows]).encode("utf-8"))


def _group(
    mailbox_id: int, group: Group | None, value: Any, rows: list[Row], writer: ItemWriter
) -> Message:
    index = "" if value is None or group is None else _shown(group.name, value)
    return {"GroupIndex": index, "Items": _items(mailbox_id, rows, writer)}


def _shown(name: str, value: Any) -> str:
    """A group's value as an element of that property says it."""
    row = find_name(name)
    if row is not None and row.type is Type.ENUM:
        return row.members.get(value, str(value))
    if row is not None and row.type is Type.INSTANT:
        return instant(value)
    return boolean(value) if isinstance(value, bool) else str(value)
