"""ItemOperations: items and attachments by any address, folders emptied, conversations moved
(MS-ASCMD 2.2.1.10)."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import msgspec

from eas.answers import Answer, Multipart, length, node, root, text
from eas.classes import class_of_item
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import read_file_reference, read_folder_id, read_item_id
from eas.loading import attachment_bytes, load
from eas.reading.options import read_options
from eas.registry import command
from eas.wbxml import Element
from schemas.eas.codepages import is_known_tag
from store.commands import EmptyFolders, FetchAttachments, FetchFolders
from store.errors import StoreError
from store.submission.conversations import KeepConversation

_P = "ItemOperations"
_OK, _PROTOCOL, _NOT_FOUND, _RANGE, _NO_STORE, _EMPTY = 1, 2, 6, 8, 9, 10
_UNREADABLE, _ATTACHMENT, _DENIED = 14, 15, 16
_MOVES_ALWAYS, _BAD_TARGET = 155, 156
_CONVERSATION_BYTES_MAX = 64
_OPERATIONS_MAX = 200
# Of one answer; what does not fit any more is told to come again (MS-ASCMD 2.2.3.177.8).
_TOO_LARGE = 11
_MAILBOX = "mailbox"
_WORDS = {
    "NotFound": _NOT_FOUND,
    "NotFound attachment": _ATTACHMENT,
    "WrongFolderClass": _BAD_TARGET,
    "AccessDenied": _NOT_FOUND,
    "Damaged": _UNREADABLE,
    "NotSupported": _DENIED,
    "ProtectedFolder": _DENIED,
}


class _Parts(msgspec.Struct):
    """The parts of a multipart answer, and how many bytes the answer may still have."""

    wanted: bool
    left: int
    parts: list[bytes] = []


@command("ItemOperations")
async def item_operations(ctx: Context) -> Answer:
    """Carry out each operation; each has its own status, in the order of the request."""
    operations = ctx.document().children
    if not operations or len(operations) > _OPERATIONS_MAX:
        raise EasError(_PROTOCOL, f"1 to {_OPERATIONS_MAX} operations are expected")
    for operation in operations:
        _check(operation, ctx.version)
    parts = _Parts(ctx.request.accepts_multipart, ctx.settings.request_bytes_max)
    responses: list[Element] = []
    for operation in operations:
        carry_out = _OPERATIONS.get(operation.name)
        if carry_out is None or not is_known_tag(operation.name, ctx.version):
            raise EasError(_PROTOCOL, "an operation that there is not")
        responses.append(await carry_out(ctx, operation, parts))
    answer = root(
        "ItemOperations",
        [text(f"{_P}:Status", _OK), node(f"{_P}:Response", *responses)],
    )
    return Multipart(answer, parts.parts) if parts.wanted else answer


def _check(operation: Element, version: str) -> None:
    """Raises EasError 2: two files in one Fetch (MS-ASCMD 2.2.3.67.1), an empty Range, a preference
    that is none (MS-ASAIRS 3.2.5.1)."""
    if len(list(operation.all("AirSyncBase:FileReference"))) > 1:
        raise EasError(_PROTOCOL, "one Fetch is of one file")
    options = operation.find(f"{_P}:Options")
    span = options.find(f"{_P}:Range") if options is not None else None
    if span is not None and not span.as_text():
        raise EasError(_PROTOCOL, "an empty Range")
    if options is None or operation.name != f"{_P}:Fetch":
        return
    try:
        read_options(options, version)
    except EasError as error:
        if error.status == _PROTOCOL:
            raise  # any other is told of that Fetch alone


# -- Fetch -------------------------------------------------------------------------------------


async def _fetch(ctx: Context, operation: Element, parts: _Parts) -> Element:
    echoed = [
        text(name, operation.text(name)[:512])
        for name in (
            "AirSync:CollectionId",
            "AirSync:ServerId",
            "Search:LongId",
            "DocumentLibrary:LinkId",
            "AirSyncBase:FileReference",
        )
        if operation.find(name) is not None
    ]
    try:
        kind, properties = await _fetched(ctx, operation, parts)
    except (EasError, StoreError) as error:
        status = in_words_of(error, _WORDS).status
        return node(f"{_P}:Fetch", text(f"{_P}:Status", status), *echoed)
    return node(
        f"{_P}:Fetch",
        text(f"{_P}:Status", _OK),
        *echoed,
        kind,
        Element(f"{_P}:Properties", None, properties),
    )


async def _fetched(
    ctx: Context, operation: Element, parts: _Parts
) -> tuple[Element | None, list[Element]]:
    """Class and properties of what is fetched. Raises EasError, StoreError."""
    named = operation.text(f"{_P}:Store", _MAILBOX)
    if named.lower() != _MAILBOX or operation.find("DocumentLibrary:LinkId") is not None:
        # Nothing is looked up: a path to a server is no business of a mailbox (attack A20).
        raise EasError(_NO_STORE, "there is no store but the mailbox")
    said = operation.find(f"{_P}:Options") or Element(f"{_P}:Options")
    reference = operation.find("AirSyncBase:FileReference")
    if reference is not None:
        return None, await _attachment(ctx, reference.as_text(), said, parts)
    options = read_options(said, ctx.version)
    name = operation.text("Search:LongId") or operation.text("AirSync:ServerId")
    lies_in, item_id = read_item_id(name, ctx.mailbox_id, _NOT_FOUND)
    collection = operation.text("AirSync:CollectionId")
    if operation.find("AirSync:ServerId") is not None and collection != str(lies_in):
        raise EasError(_NOT_FOUND, "the item does not lie in that folder")
    item = (await load(ctx, (item_id,), options))[0]
    if isinstance(item, StoreError):
        raise item
    if item.folder.id != lies_in:
        raise EasError(_NOT_FOUND, "the item lies elsewhere now")
    kind = class_of_item(item, ctx.version)
    if kind is None:
        raise EasError(_NOT_FOUND, "an item of no class that this version has")
    data = _chosen(kind.render(item, options, ctx.version), said)
    _spend(parts, sum(length(each) for each in data))
    if parts.wanted:
        data = [_parted(each, parts) for each in data]
    return text("AirSync:Class", kind.name), data


def _chosen(data: list[Element], said: Element) -> list[Element]:
    """What Schema names; all without one (MS-ASCMD 2.2.3.158)."""
    schema = said.find(f"{_P}:Schema")
    if schema is None or not schema.children:
        return data
    names = {child.name for child in schema.children}
    return [element for element in data if element.name in names]


def _spend(parts: _Parts, size: int) -> None:
    """Raises EasError 11 where the answer would become too large; the first thing always fits."""
    if size > parts.left:
        raise EasError(_TOO_LARGE, "the answer would become too large")
    parts.left -= size


def _parted(element: Element, parts: _Parts) -> Element:
    """A body with its data in a part of its own."""
    if element.name not in ("AirSyncBase:Body", "AirSyncBase:BodyPart"):
        return element
    children: list[Element] = []
    for child in element.children:
        if child.name == "AirSyncBase:Data":
            parts.parts.append(child.as_bytes())
            child = text(f"{_P}:Part", len(parts.parts))
        children.append(child)
    return Element(element.name, None, children)


async def _attachment(ctx: Context, reference: str, said: Element, parts: _Parts) -> list[Element]:
    """An attachment's properties: Range only where it was asked for (iOS shows an error else)."""
    id = read_file_reference(reference, ctx.mailbox_id, _ATTACHMENT)
    loaded = (await ctx.execute(FetchAttachments((id,))))[0]
    if isinstance(loaded, StoreError):
        raise loaded
    content = await attachment_bytes(ctx, loaded)
    kind = loaded.attachment.content_type or "application/octet-stream"
    asked = said.text(f"{_P}:Range")
    spans: list[Element] = []
    data = content
    if asked:
        first, last = _range(asked, len(content))
        data = content[first : last + 1]
        spans = [
            text(f"{_P}:Range", f"{first}-{last}"),
            text(f"{_P}:Total", len(content)),
        ]
    _spend(parts, len(data))
    if parts.wanted:
        parts.parts.append(data)
        told = text(f"{_P}:Part", len(parts.parts))
    else:
        told = text(f"{_P}:Data", base64.b64encode(data).decode("ascii"))
    return [text("AirSyncBase:ContentType", kind), *spans, told]


def _range(asked: str, size: int) -> tuple[int, int]:
    """First and last byte. Raises EasError 8 for a range that is none or begins too late, 10 for
    any of an empty file."""
    first, dash, last = asked.partition("-")
    if not dash or not all(p.isascii() and p.isdigit() and len(p) <= 10 for p in (first, last)):
        raise EasError(_RANGE, "a range that is none")
    if not size:
        raise EasError(_EMPTY, "an empty file has no ranges")
    if int(first) > int(last) or int(first) >= size:
        raise EasError(_RANGE, "the range begins behind the end")
    return int(first), min(int(last), size - 1)


# -- EmptyFolderContents -----------------------------------------------------------------------


async def _empty(ctx: Context, operation: Element, parts: _Parts) -> Element:
    del parts
    id = operation.text("AirSync:CollectionId")[:64]
    options = operation.find(f"{_P}:Options") or Element(f"{_P}:Options")
    deep = options.find(f"{_P}:DeleteSubFolders") is not None
    status = _OK
    try:
        folder = read_folder_id(id, ctx.mailbox_id, _NOT_FOUND)
        found = (await ctx.execute(FetchFolders((folder,))))[0]
        if isinstance(found, StoreError):
            raise found
        # As anywhere: what leaves Deleted Items is gone, and makes room (MS-ASCMD 2.2.3.58).
        how = "hard" if found.role == "deleteditems" else "soft"
        outcome = (await ctx.execute(EmptyFolders((folder,), how, subfolders=deep)))[0]
        if isinstance(outcome, StoreError):
            raise outcome
    except (EasError, StoreError) as error:
        status = in_words_of(error, _WORDS).status
    return node(
        f"{_P}:EmptyFolderContents",
        text(f"{_P}:Status", status),
        text("AirSync:CollectionId", id),
    )


# -- Move --------------------------------------------------------------------------------------


async def _move(ctx: Context, operation: Element, parts: _Parts) -> Element:
    """Move a conversation for good: what there is of it, and what comes (MS-ASCON 3.2.5.3.2)."""
    del parts
    conversation = operation.find(f"{_P}:ConversationId")
    named = conversation.as_bytes() if conversation is not None else b""
    status = _OK
    try:
        await _moved(ctx, operation, named)
    except (EasError, StoreError) as error:
        status = in_words_of(error, _WORDS).status
    return node(
        f"{_P}:Move",
        text(f"{_P}:Status", status),
        text(f"{_P}:ConversationId", named[:64]),
    )


async def _moved(ctx: Context, operation: Element, conversation: bytes) -> None:
    """Raises EasError 2, 6, 155, StoreError."""
    options = operation.find(f"{_P}:Options") or Element(f"{_P}:Options")
    always = options.find(f"{_P}:MoveAlways")
    if always is None:
        raise EasError(_MOVES_ALWAYS, "a move that is not for good is one of MoveItems")
    if always.as_text() or always.children:
        raise EasError(_PROTOCOL, "MoveAlways is there or not, and holds nothing")
    target = read_folder_id(operation.text(f"{_P}:DstFldId"), ctx.mailbox_id, _NOT_FOUND)
    if not 0 < len(conversation) <= _CONVERSATION_BYTES_MAX:
        raise EasError(_PROTOCOL, "no conversation is named")
    # Not as the device's own moves: it learns of the new ids by Sync alone.
    await ctx.execute(KeepConversation(conversation.hex(), target))


_OPERATIONS: dict[str, Callable[[Context, Element, _Parts], Awaitable[Element]]] = {
    f"{_P}:Fetch": _fetch,
    f"{_P}:EmptyFolderContents": _empty,
    f"{_P}:Move": _move,
}
