"""Ping: wait until a folder has something new (MS-ASCMD 2.2.1.13)."""

from __future__ import annotations

from typing import Any

import msgspec

from eas.answers import Answer, root, text
from eas.context import Context
from eas.ids import folder_server_id
from eas.registry import command
from eas.vain_pings import count_ping
from eas.watching import Watched, watch
from eas.wbxml import Element
from store.devices.commands import ChangeDevice

_P = "Ping"
_EXPIRED, _CHANGES, _MISSING, _SYNTAX, _INTERVAL, _TOO_MANY, _HIERARCHY = 1, 2, 3, 4, 5, 6, 7
_KEPT = "ping"


class _Refused(Exception):
    """A Ping that is answered at once: by a status, and the bound that it broke."""

    def __init__(self, status: int, *more: Element) -> None:
        super().__init__(f"status {status}")
        self.answer = _answer(status, *more)


class PingRequest(msgspec.Struct, frozen=True):
    """What a device waits for: seconds, and folders by ServerId."""

    seconds: int
    folders: tuple[str, ...]


@command("Ping", needs_policy=False)
async def ping(ctx: Context) -> Answer:
    """Wait for a change in the folders named, at most for the heartbeat interval.

    A device that names nothing waits as it did before. Folders that it does not hold are passed
    over: iOS asks for some before it first synchronises them.
    """
    try:
        asked = _asked(ctx)
        _check(ctx, asked)
    except _Refused as refused:
        return refused.answer
    await _keep(ctx, asked)
    ctx.root, ctx.body = None, b""
    folders = [(int(id), "", 0) for id in asked.folders if id.isascii() and id.isdigit()]
    found = await watch(ctx, "Ping", folders, asked.seconds)
    if found.folders:
        await count_ping(ctx, found.folders[0])
    return _told(found)


def _answer(status: int, *more: Element) -> Element:
    return root("Ping", [text(f"{_P}:Status", status), *more])


def _asked(ctx: Context) -> PingRequest:
    """The request, completed from the last one. Raises _Refused 3, 4."""
    kept: dict[str, Any] = ctx.device.record.get(_KEPT, {})
    seconds, folders = kept.get("seconds"), kept.get("folders")
    if ctx.root is not None:
        interval = ctx.root.find(f"{_P}:HeartbeatInterval")
        named = ctx.root.find(f"{_P}:Folders")
        if interval is not None:
            value = interval.as_text()
            if not (value.isascii() and value.isdigit() and len(value) <= 10):
                raise _Refused(_SYNTAX)
            seconds = int(value)
        if named is not None and named.children:
            folders = _folders(named)
    if not seconds or not folders:
        raise _Refused(_MISSING)
    return PingRequest(seconds, tuple(folders))


def _folders(named: Element) -> list[str]:
    ids = [each.text(f"{_P}:Id") for each in named.all(f"{_P}:Folder")]
    if not ids or len(ids) != len(named.children) or not all(0 < len(id) <= 64 for id in ids):
        raise _Refused(_SYNTAX)
    return list(dict.fromkeys(ids))


def _check(ctx: Context, asked: PingRequest) -> None:
    """Raises _Refused 5 with the nearest bound, 6 with the number of folders."""
    least, most = ctx.settings.heartbeat_s_min, ctx.settings.heartbeat_s_max
    if not least <= asked.seconds <= most:
        bound = least if asked.seconds < least else most
        raise _Refused(_INTERVAL, text(f"{_P}:HeartbeatInterval", bound))
    if len(asked.folders) > ctx.settings.ping_folders_max:
        raise _Refused(_TOO_MANY, text(f"{_P}:MaxFolders", ctx.settings.ping_folders_max))


async def _keep(ctx: Context, asked: PingRequest) -> None:
    kept = {"seconds": asked.seconds, "folders": list(asked.folders)}
    if ctx.device.record.get(_KEPT) != kept:
        ctx.device = await ctx.execute(ChangeDevice(ctx.device.key, record={_KEPT: kept}))


def _told(found: Watched) -> Element:
    if found.tree:
        return _answer(_HIERARCHY)
    if not found.folders:
        return _answer(_EXPIRED)
    folders = [text(f"{_P}:Folder", folder_server_id(id)) for id in found.folders]
    return _answer(_CHANGES, Element(f"{_P}:Folders", None, folders))
