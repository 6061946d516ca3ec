"""Out-of-office settings: one object of the Inbox that all protocols read and write (MS-OXWOOF).

When somebody is away, whoever writes is told once for each time of absence, as the sender's place
asks: within the organisation, known to the mailbox (among its contacts), or neither.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from store.commands import Command, FetchConfiguration, FolderRef, SaveConfiguration
from store.errors import NotFound
from store.instant import Instant

CONFIGURATION = "OofSettings"
OFF, ON, TIMED = 0, 1, 2
Audience = Literal["internal", "external_known", "external_unknown"]


class OofMessage(msgspec.Struct, frozen=True):
    """A reply: whether it is sent, what it says, TEXT or HTML."""

    enabled: bool = False
    text: str = ""
    type: str = "TEXT"


class Oof(msgspec.Struct, frozen=True):
    """``state``: 0 off, 1 on, 2 on from ``start`` to ``end``; those are empty where none were
    said, and in any other state. ``since``: when this absence was set; its senders hear once."""

    state: int = OFF
    start: str = ""
    end: str = ""
    messages: dict[str, OofMessage] = {}
    since: str = ""


_DECODER = msgspec.json.Decoder(Oof)


def decode_oof(kept: bytes) -> Oof:
    """The settings in the object's bytes; off where there are none."""
    return _DECODER.decode(kept) if kept else Oof()


def encode_oof(oof: Oof, before: Oof, now: Instant) -> bytes:
    """The settings as they are kept. Where they differ from before, a new absence begins."""
    same = msgspec.structs.replace(oof, since=before.since) == before
    since = before.since if same else now
    return msgspec.json.encode(msgspec.structs.replace(oof, since=since))


def is_away(oof: Oof, now: Instant) -> bool:
    """Whether replies are due at a moment."""
    if oof.state == TIMED:
        return (not oof.start or oof.start <= now) and (not oof.end or now < oof.end)
    return oof.state == ON


Execute = Callable[[Command], Awaitable[Any]]
"""How somebody's session carries a command out."""


async def fetch_oof(execute: Execute, inbox: FolderRef) -> Oof:
    """What a mailbox has; off where nothing was ever set. Raises NotFound (role ``folder``)."""
    try:
        item = await execute(FetchConfiguration(inbox, CONFIGURATION))
    except NotFound as error:
        if error.role == "folder":
            raise
        return Oof()
    return decode_oof(base64.b64decode(item.properties.get("configuration_xml", "")))


async def save_oof(execute: Execute, inbox: FolderRef, oof: Oof, before: Oof, now: Instant) -> None:
    """Keep it with the mailbox, where every protocol finds it."""
    data = encode_oof(oof, before, now)
    try:
        await execute(SaveConfiguration(inbox, CONFIGURATION, create=False, xml=data))
    except NotFound:
        await execute(SaveConfiguration(inbox, CONFIGURATION, create=True, xml=data))
