"""Configuration objects of folders (MS-OXWSUSRCFG)."""

from __future__ import annotations

import base64
from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import change_key
from ews.messages import Message, failure, response, success
from ews.registry import operation
from store.commands import (
    DeleteConfiguration,
    FetchConfiguration,
    FolderRef,
    SaveConfiguration,
)
from store.errors import StoreError
from store.model import Item


def _named(ctx: Context, node: Any) -> tuple[FolderRef, str]:
    return ctx.target(node), node.Name


@operation("GetUserConfiguration")
async def get_user_configuration(request: Any, ctx: Context) -> Message:
    """A configuration object, with the parts asked for."""
    name = request.UserConfigurationName
    wanted = request.UserConfigurationProperties
    wanted = set(wanted if isinstance(wanted, list) else str(wanted).split())
    try:
        item: Item = await ctx.execute(FetchConfiguration(*_named(ctx, name)))
    except (EwsError, StoreError) as error:
        return response("GetUserConfiguration", [failure(ews_error(error))])
    value: Message = {"UserConfigurationName": name}
    everything = "All" in wanted
    if everything or "Id" in wanted:
        value["ItemId"] = {
            "Id": ctx.ids.item(item.id.mailbox_id, item.id.id),
            "ChangeKey": change_key(item.change),
        }
    p = item.properties
    if (everything or "Dictionary" in wanted) and "configuration_dictionary" in p:
        value["Dictionary"] = {"DictionaryEntry": p["configuration_dictionary"]}
    if (everything or "XmlData" in wanted) and "configuration_xml" in p:
        value["XmlData"] = base64.b64decode(p["configuration_xml"])
    if (everything or "BinaryData" in wanted) and "configuration_binary" in p:
        value["BinaryData"] = base64.b64decode(p["configuration_binary"])
    return response("GetUserConfiguration", [success(UserConfiguration=value)])


async def _save(request: Any, ctx: Context, operation_name: str, *, create: bool) -> Message:
    node = request.UserConfiguration
    try:
        folder, name = _named(ctx, node.UserConfigurationName)
        await ctx.execute(
            SaveConfiguration(
                folder,
                name,
                create,
                dictionary=_dictionary(node.Dictionary),
                xml=node.XmlData,
                binary=node.BinaryData,
            )
        )
    except (EwsError, StoreError) as error:
        return response(operation_name, [failure(ews_error(error))])
    return response(operation_name, [success()])


def _dictionary(node: Any) -> Any:
    if node is None:
        return None
    return [_plain(entry) for entry in listed(node)]


def _plain(entry: Any) -> Message:
    return {
        part: {"Type": entry[part].Type, "Value": _values(entry[part])}
        for part in ("DictionaryKey", "DictionaryValue")
        if entry.get(part) is not None
    }


@operation("CreateUserConfiguration")
async def create_user_configuration(request: Any, ctx: Context) -> Message:
    """Make a configuration object."""
    return await _save(request, ctx, "CreateUserConfiguration", create=True)


@operation("UpdateUserConfiguration")
async def update_user_configuration(request: Any, ctx: Context) -> Message:
    """Replace the parts that the request holds."""
    return await _save(request, ctx, "UpdateUserConfiguration", create=False)


@operation("DeleteUserConfiguration")
async def delete_user_configuration(request: Any, ctx: Context) -> Message:
    """Remove a configuration object."""
    try:
        await ctx.execute(DeleteConfiguration(*_named(ctx, request.UserConfigurationName)))
    except (EwsError, StoreError) as error:
        return response("DeleteUserConfiguration", [failure(ews_error(error))])
    return response("DeleteUserConfiguration", [success()])


# exchangelib writes 1 and reads words.
_BOOLEANS = {"1": "true", "0": "false"}


def _values(typed: Any) -> list[str]:
    values = [str(value) for value in typed.Value]
    return [_BOOLEANS.get(v, v) for v in values] if typed.Type == "Boolean" else values
