"""One collection of a Sync: begun, looked at, stepped; and its element in the answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog

from eas.answers import node, text
from eas.classes import EMAIL, Class, class_named, class_of_folder
from eas.context import Context
from eas.errors import EasError, eas_status, in_words_of
from eas.ids import file_reference, item_server_id, read_folder_id, read_item_id
from eas.loading import load
from eas.reading.options import Options
from eas.render.mail import blind_to
from eas.render.text import line
from eas.repeats import count_step
from eas.sync.changes import OwnChange, own_changes
from eas.sync.entries import options_of, options_text, told
from eas.sync.filters import cutoff
from eas.sync.request import CollectionRequest, sync_key
from eas.wbxml import Element
from schemas.errors import eas_status as status_of
from store.commands import FetchFolders, FetchItems
from store.devices.commands import (
    BeginCollection,
    NoteRound,
    PeekCollections,
    StepCollection,
)
from store.devices.model import CollectionState, Done, Step
from store.errors import StoreError
from store.instant import Instant
from store.model import AttachmentId, FolderId, ItemId

_log = structlog.get_logger("eas")
_P = "AirSync"
_OK, _KEY, _PROTOCOL, _CONFLICT, _NOT_FOUND, _HIERARCHY = 1, 3, 4, 7, 8, 12
_WORDS = {"NotFound": _HIERARCHY, "AccessDenied": _HIERARCHY, "InvalidState": _KEY}


class Collection(msgspec.Struct):
    """A collection while its Sync is worked on. ``status`` not 1: it is answered by that."""

    asked: CollectionRequest
    folder: FolderId | None = None
    options: Options = Options()
    options_changed: bool = False
    cutoff: Instant = ""
    state: CollectionState | None = None
    status: int = _OK
    is_begun: bool = False
    is_told: bool = False
    has_news: bool = False
    step: Step | None = None
    own: list[OwnChange] = []

    @property
    def gets(self) -> bool:
        """Whether the device wants to be told what changed."""
        return self.asked.gets is not False

    @property
    def is_due(self) -> bool:
        """Whether there is anything to answer."""
        return bool(
            self.status != _OK
            or self.is_begun
            or self.asked.commands
            or self.is_told
            or self.options_changed
            or (self.has_news and self.gets)
        )


async def open_collections(ctx: Context, asked: Sequence[CollectionRequest]) -> list[Collection]:
    """Begin those that begin, and look what there is for the others."""
    collections = [Collection(each) for each in asked]
    for collection in collections:
        try:
            folder = read_folder_id(collection.asked.collection_id, ctx.mailbox_id, _HIERARCHY)
            collection.folder = folder
            if collection.asked.begins:
                await _begin(ctx, collection, folder)
        except (EasError, StoreError) as error:
            collection.status = in_words_of(error, _WORDS).status
    await look(ctx, [each for each in collections if each.status == _OK and not each.is_begun])
    return collections


async def _begin(ctx: Context, collection: Collection, folder: FolderId) -> None:
    found = (await ctx.execute(FetchFolders((folder,))))[0]
    if isinstance(found, StoreError):
        raise found
    kind = class_of_folder(found.folder_class)
    if not kind.is_known_to(ctx.version):
        raise EasError(_HIERARCHY, "a class that this version does not have")
    if collection.asked.supported is not None and not kind.is_ghosting:
        raise EasError(_PROTOCOL, f"{kind.name} has no elements that can be ghosted")
    _check_conversations(collection.asked, kind)
    options = _of_collection(
        collection.asked.options or Options(),
        Options(kind=kind.name),
        collection.asked.supported,
        collection.asked.converses,
    )
    cutoff(options, ctx.clock.now())
    collection.step = await ctx.execute(
        BeginCollection(ctx.device.key, folder.id, options_text(options), kind.kinds)
    )
    collection.options = options
    collection.is_begun = True


def _check_conversations(asked: CollectionRequest, kind: Class) -> None:
    """Only mail has conversations (MS-ASCMD 2.2.3.36.2). Raises EasError 4."""
    if asked.converses is not None and not kind.is_mail:
        raise EasError(_PROTOCOL, f"{kind.name} has no conversations")


def _of_collection(
    options: Options,
    kept: Options,
    supported: tuple[str, ...] | None,
    converses: bool | None,
) -> Options:
    """Options with what the collection says beside them, now or before: its class, which mail does
    not say, what the device supports of it, and whether its conversations come whole."""
    if kept.kind in ("", EMAIL.name):
        mode = kept.converses if converses is None else converses
        return msgspec.structs.replace(options, converses=mode)
    names = None if supported is None else tuple(n.rpartition(":")[2] for n in supported)
    return msgspec.structs.replace(options, kind=kept.kind, supported=names)


async def look(ctx: Context, collections: Sequence[Collection]) -> None:
    """See what there is for collections, and under which options."""
    numbers: list[tuple[int, str, int]] = []
    looked: list[Collection] = []
    for collection in collections:
        key = collection.asked.key()
        if key is None or collection.folder is None:
            collection.status = _KEY
            continue
        numbers.append((collection.folder.id, *key))
        looked.append(collection)
    if not looked:
        return
    # As far down as the device holds each: its class, which says what a filter means, and the
    # options of a device that says none are known only with its state.
    asked = PeekCollections(ctx.device.key, tuple(numbers), blind=blind_to(ctx.version))
    found = await ctx.execute(asked)
    for collection, pending in zip(looked, found, strict=True):
        if pending.is_gone:
            collection.status = _HIERARCHY
            continue
        if pending.state is None:
            collection.status = _KEY
            if pending.is_behind:
                await _note_fork(ctx, pending.folder_id)
            continue
        collection.state = pending.state
        collection.is_told = pending.is_told
        collection.has_news = bool(pending.count)
        kept = options_of(pending.state.options)
        said = collection.asked.options or kept
        collection.options = _of_collection(said, kept, kept.supported, collection.asked.converses)
        collection.options_changed = collection.options != kept
        try:
            _check_conversations(collection.asked, class_named(collection.options.kind))
            collection.cutoff = cutoff(collection.options, ctx.clock.now())
        except EasError as error:
            collection.status = error.status
            continue
        if pending.state.more or pending.state.position.edge != collection.cutoff:
            # It was not told to its end, items left the filter with time, or it was changed.
            collection.has_news = True


async def _note_fork(ctx: Context, folder_id: int) -> None:
    """A key from before the last two: the device was restored from a copy, or two use one id
    (lesson 14). It begins anew, which takes nothing away; an administrator should know."""
    text = "it came with a key that it had left behind: restored from a copy, or two use its id"
    _log.warning("a device went back", device=ctx.device.device_id, folder=folder_id)
    await ctx.execute(NoteRound(ctx.device.key, "went back", _KEY, text, folder_id))


async def step(ctx: Context, collection: Collection, window: int) -> None:
    """Carry out what the device asks of a collection that is due."""
    if collection.status != _OK or collection.is_begun:
        return
    folder, state = collection.folder, collection.state
    assert folder is not None and state is not None
    try:
        kind = class_named(collection.options.kind)
        collection.own = await own_changes(ctx, _with_options(collection), folder, kind)
        changes = [own.change for own in collection.own if own.change is not None]
        made: Step = await ctx.execute(
            StepCollection(
                ctx.device.key,
                folder.id,
                state.token,
                state.number,
                window=window,
                bytes_max=ctx.settings.sync_bytes_max,
                item_bytes=_item_bytes(collection.options),
                cutoff=collection.cutoff,
                gathers=collection.options.converses,
                options=options_text(collection.options),
                changes=tuple(changes),
                wins="device" if collection.options.conflict == 0 else "server",
                gets=collection.gets,
                blind=blind_to(ctx.version),
            )
        )
        collection.step = made
        await count_step(ctx, folder, made)
    except (EasError, StoreError) as error:
        collection.status = in_words_of(error, _WORDS).status


def _with_options(collection: Collection) -> CollectionRequest:
    """The request with the options that count, said now or before."""
    return msgspec.structs.replace(collection.asked, options=collection.options)


def _item_bytes(options: Options) -> int:
    """About how much of an item these options let through at most; 0: all of it."""
    bounds = [body.truncation for body in options.bodies]
    if not bounds or any(bound is None for bound in bounds):
        return 0
    return max(bound for bound in bounds if bound is not None) + 2048


async def written(ctx: Context, collection: Collection) -> Element | None:
    """The collection in the answer; None where it has nothing to say."""
    id = text(f"{_P}:CollectionId", collection.asked.collection_id)
    name = collection.options.kind or EMAIL.name
    kind = None if ctx.is_at_least("14.0") else text(f"{_P}:Class", name)
    if collection.status != _OK or collection.step is None or collection.folder is None:
        key = "0" if collection.status == _KEY else collection.asked.sync_key
        return node(
            f"{_P}:Collection",
            kind,
            text(f"{_P}:SyncKey", key),
            id,
            text(f"{_P}:Status", collection.status),
        )
    made = collection.step
    key = text(f"{_P}:SyncKey", sync_key(made.token, made.number))
    if collection.is_begun:
        return node(f"{_P}:Collection", kind, key, id, text(f"{_P}:Status", _OK))
    commands = await told(ctx, collection.folder, made.entries, collection.options)
    responses = await _responses(ctx, collection, collection.folder, made.done)
    is_same = collection.state is not None and made.number == collection.state.number
    if is_same and not commands and not responses and not collection.asked.commands:
        return None
    return node(
        f"{_P}:Collection",
        kind,
        key,
        id,
        text(f"{_P}:Status", _OK),
        Element(f"{_P}:MoreAvailable") if made.more and collection.gets else None,
        Element(f"{_P}:Responses", None, responses) if responses else None,
        Element(f"{_P}:Commands", None, commands) if commands else None,
    )


async def _responses(
    ctx: Context, collection: Collection, folder: FolderId, done: Sequence[Done]
) -> list[Element]:
    """Additions and fetches always; changes and deletions where they failed, and changes that
    added attachments (MS-ASCMD 2.2.3.154)."""
    results = iter(done)
    responses: list[Element] = []
    for own in collection.own:
        result = next(results) if own.change is not None else None
        element = _RESPONSES[own.kind](own, result, folder)
        if element is None:
            continue
        if own.tells_uid and result is not None and not result.error:
            element.children += await _uid(ctx, ItemId(folder.mailbox_id, result.item_id))
        responses.append(element)
    for element in collection.asked.commands:
        if element.name == f"{_P}:Fetch":
            name = element.text(f"{_P}:ServerId")[:64]
            responses.append(await _fetched(ctx, folder, name, collection.options))
    return responses


async def _uid(ctx: Context, item: ItemId) -> list[Element]:
    """The UID that the server gave a new event (MS-ASCAL 2.2.2.46; from 16.0 on)."""
    (found,) = await ctx.execute(FetchItems((item,)))
    if isinstance(found, StoreError) or not found.properties.get("uid"):
        return []
    uid = text("Calendar:UID", line(str(found.properties["uid"])))
    return [node(f"{_P}:ApplicationData", uid)]


def _outcome(own: OwnChange, result: Done | None) -> int:
    if result is None:
        return own.status
    if not result.error:
        return _OK
    if result.error == "Conflict":
        return _CONFLICT
    return status_of(result.error, result.role)


def _added(own: OwnChange, result: Done | None, folder: FolderId) -> Element | None:
    status = _outcome(own, result)
    made = result.item_id if result is not None and status == _OK else 0
    return node(
        f"{_P}:Add",
        text(f"{_P}:ClientId", own.name),
        text(f"{_P}:ServerId", item_server_id(folder.id, made)) if made else None,
        text(f"{_P}:Status", status),
        _attached(own, result, folder),
    )


def _changed(own: OwnChange, result: Done | None, folder: FolderId) -> Element | None:
    status = _outcome(own, result)
    attached = _attached(own, result, folder)
    if status == _OK and attached is None:
        return None
    return node(
        f"{_P}:Change",
        text(f"{_P}:ServerId", own.name),
        text(f"{_P}:Status", status),
        attached,
    )


def _deleted(own: OwnChange, result: Done | None, folder: FolderId) -> Element | None:
    del folder
    status = _outcome(own, result)
    if status == _OK:
        return None
    return node(f"{_P}:Delete", text(f"{_P}:ServerId", own.name), text(f"{_P}:Status", status))


def _attached(own: OwnChange, result: Done | None, folder: FolderId) -> Element | None:
    """The references of attachments that the change added (MS-ASAIRS 2.2.2.7)."""
    if result is None or result.error or not own.client_ids or not result.attachments:
        return None
    item = ItemId(folder.mailbox_id, result.item_id)
    pairs = zip(own.client_ids, result.attachments, strict=False)
    attachments = [
        node(
            "AirSyncBase:Attachment",
            text("AirSyncBase:FileReference", file_reference(AttachmentId(item, (number,)))),
            text("AirSyncBase:ClientId", client_id),
        )
        for client_id, number in pairs
    ]
    return node(f"{_P}:ApplicationData", node("AirSyncBase:Attachments", *attachments))


_RESPONSES = {"Add": _added, "Change": _changed, "Delete": _deleted}


async def _fetched(ctx: Context, folder: FolderId, name: str, options: Options) -> Element:
    """An item that the device asks for by id (MS-ASCMD 2.2.3.67.2)."""
    server_id = text(f"{_P}:ServerId", name)
    try:
        lies_in, item_id = read_item_id(name, ctx.mailbox_id, _NOT_FOUND)
        item = (await load(ctx, (item_id,), options))[0]
        if isinstance(item, StoreError):
            raise item
        if item.folder != folder or lies_in != folder.id:
            raise EasError(_NOT_FOUND, "an item of another folder")
        data = class_named(options.kind).render(item, options, ctx.version)
    except (EasError, StoreError) as error:
        return node(f"{_P}:Fetch", server_id, text(f"{_P}:Status", eas_status(error)))
    return node(
        f"{_P}:Fetch",
        server_id,
        text(f"{_P}:Status", _OK),
        Element(f"{_P}:ApplicationData", None, data),
    )
