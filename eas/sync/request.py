"""The request of Sync, read (MS-ASCMD 2.2.1.21)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.options import TOGETHER, Options, read_options
from eas.wbxml import Element

_P = "AirSync"
_PROTOCOL = 4
WINDOW_DEFAULT, WINDOW_MAX = 100, 512
# MS-ASCMD 3.1.5.10 has 200, and lets the server choose. Android's own mail app sends all that was
# marked or deleted in a folder in one request, and would repeat a refused one for ever.
COMMANDS_MAX = 2_000
COLLECTIONS_MAX = 300
_KEY = re.compile(r"([0-9a-f]{8})-([1-9][0-9]{0,17})")


class CollectionRequest(msgspec.Struct, frozen=True):
    """One collection. ``options`` None: as before. ``gets`` None: not said. ``commands`` are the
    device's own changes and fetches, in order. ``converses``: its ConversationMode, None where it
    says none."""

    sync_key: str
    collection_id: str
    content_class: str = ""
    deletes_as_moves: bool = True
    gets: bool | None = None
    window: int = WINDOW_DEFAULT
    options: Options | None = None
    supported: tuple[str, ...] | None = None
    commands: tuple[Element, ...] = ()
    converses: bool | None = None

    @property
    def begins(self) -> bool:
        """Whether the device wants to hold the folder from empty."""
        return self.sync_key == "0"

    def key(self) -> tuple[str, int] | None:
        """Token and number of the key; None for one that this server never gave."""
        return read_key(self.sync_key)


class SyncRequest(msgspec.Struct, frozen=True):
    """``wait_s`` 0: answer at once. ``window`` None: no bound over all collections.
    ``said_s`` is the wait as the device said it, in its own unit, for the answer to a wrong one."""

    collections: tuple[CollectionRequest, ...]
    wait_s: int = 0
    unit_s: int = 0
    window: int | None = None
    partial: bool = False


def sync_key(token: str, number: int) -> str:
    """A collection's SyncKey: which holding of the folder, and which step of it."""
    return f"{token}-{number}"


def read_key(text: str) -> tuple[str, int] | None:
    """Token and number of a SyncKey; None for one that this server never gave."""
    found = _KEY.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def read_sync(root: Element, version: str) -> SyncRequest:
    """The request. Raises EasError 4 where it breaks the protocol."""
    wait, heartbeat = root.find(f"{_P}:Wait"), root.find(f"{_P}:HeartbeatInterval")
    if wait is not None and heartbeat is not None:
        raise EasError(_PROTOCOL, "both Wait and HeartbeatInterval")
    unit_s = 60 if wait is not None else 1 if heartbeat is not None else 0
    said = wait if wait is not None else heartbeat
    window = root.find(f"{_P}:WindowSize")
    collections = root.find(f"{_P}:Collections")
    partial = root.find(f"{_P}:Partial") is not None
    read = tuple(
        _collection(element, version)
        for element in (collections.all(f"{_P}:Collection") if collections is not None else ())
    )
    if not read and not partial:
        raise EasError(_PROTOCOL, "no collection")
    if partial and not read and said is None and window is None:
        raise EasError(_PROTOCOL, "Partial alone")
    names = [each.collection_id for each in read]
    if len(set(names)) != len(names):
        raise EasError(_PROTOCOL, "a collection is there twice")
    return SyncRequest(
        collections=read,
        wait_s=_number(said, "Wait") * unit_s if said is not None else 0,
        unit_s=unit_s,
        window=_window(window) if window is not None else None,
        partial=partial,
    )


def _collection(element: Element, version: str) -> CollectionRequest:
    key, id = element.find(f"{_P}:SyncKey"), element.find(f"{_P}:CollectionId")
    if key is None or id is None:
        raise EasError(_PROTOCOL, "a collection without SyncKey or CollectionId")
    gets = element.find(f"{_P}:GetChanges")
    window = element.find(f"{_P}:WindowSize")
    commands = element.find(f"{_P}:Commands")
    own = tuple(commands.children) if commands is not None else ()
    if len(own) > COMMANDS_MAX:
        raise EasError(_PROTOCOL, f"more than {COMMANDS_MAX} commands")
    supported = element.find(f"{_P}:Supported")
    read = CollectionRequest(
        sync_key=key.as_text()[:64],
        collection_id=id.as_text()[:64],
        content_class=element.text(f"{_P}:Class"),
        deletes_as_moves=_flag(element.find(f"{_P}:DeletesAsMoves"), absent=True),
        gets=None if gets is None else _flag(gets, absent=True),
        window=_window(window),
        options=_options(list(element.all(f"{_P}:Options")), version),
        supported=(
            None if supported is None else tuple(child.name for child in supported.children)
        ),
        commands=own,
        converses=read_mode(element),
    )
    if read.begins and (own or read.gets):
        raise EasError(_PROTOCOL, "commands or GetChanges with the key 0")
    return read


def _options(elements: list[Element], version: str) -> Options | None:
    """The options for mail: a second node may be there for SMS, which nothing here holds. Raises
    EasError 4 where a class is there twice, or another beside one (MS-ASCMD 2.2.3.27.6)."""
    classes = [element.text(f"{_P}:Class", "Email") for element in elements]
    if len(classes) > 1 and (len(set(classes)) < len(classes) or not TOGETHER.issuperset(classes)):
        raise EasError(_PROTOCOL, "options of classes that are not synchronised together")
    for element in elements:
        if element.text(f"{_P}:Class", "Email") != "SMS":
            return read_options(element, version)
    return None


def read_mode(element: Element) -> bool | None:
    """ConversationMode of a collection: an empty one is set (MS-ASCON 2.2.2.5)."""
    mode = element.find(f"{_P}:ConversationMode")
    return None if mode is None else _flag(mode, absent=True)


def _flag(element: Element | None, *, absent: bool) -> bool:
    """A boolean: an empty element counts as set."""
    return absent if element is None else element.as_text() not in ("0", "false")


def _window(element: Element | None) -> int:
    """MS-ASCMD 2.2.3.199: 0 and more than 512 count as 512."""
    if element is None:
        return WINDOW_DEFAULT
    number = _number(element, "WindowSize")
    return number if 0 < number <= WINDOW_MAX else WINDOW_MAX


def _number(element: Element, name: str) -> int:
    value = element.as_text()
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise EasError(_PROTOCOL, f"{name} is no number")
    return int(value)


def merged(request: SyncRequest, last: SyncRequest) -> SyncRequest:
    """A Partial request completed from the last one (MS-ASCMD 2.2.3.130)."""
    given = {each.collection_id for each in request.collections}
    kept = tuple(
        msgspec.structs.replace(each, commands=())
        for each in last.collections
        if each.collection_id not in given
    )
    return msgspec.structs.replace(
        request,
        collections=(*request.collections, *kept),
        wait_s=request.wait_s if request.unit_s else last.wait_s,
        unit_s=request.unit_s or last.unit_s,
        window=request.window if request.window is not None else last.window,
        partial=False,
    )


def remembered(request: SyncRequest) -> SyncRequest:
    """The request as an empty one would repeat it: without the device's own changes."""
    plain: tuple[Any, ...] = tuple(
        msgspec.structs.replace(each, commands=()) for each in request.collections
    )
    return msgspec.structs.replace(request, collections=plain)
