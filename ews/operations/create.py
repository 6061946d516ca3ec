"""Creating, sending and answering items (MS-OXWSCORE 3.1.4.2, 3.1.4.8)."""

from __future__ import annotations

from typing import Any

import msgspec

from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import read_change_key
from ews.messages import Message, each, failure, response, success
from ews.operations.items import saved_item
from ews.reading.items import read_item
from ews.reading.meetings import INVITATIONS, MEETING_RESPONSES, read_meeting_response
from ews.reading.responses import RESPONSES, read_response
from ews.registry import operation
from ews.render.computed import ATTACHMENT_ELEMENTS
from schemas.classes import is_sendable, kind_of
from schemas.property import Kind
from store.commands import (
    CreateItems,
    FolderRef,
    ForwardMeeting,
    ItemChange,
    RespondToMeeting,
    SendItems,
    UpdateItems,
)
from store.errors import StoreError
from store.model import ItemDraft, ItemId
from store.results import Responded, SavedItem

DISPOSITIONS: dict[str, Any] = {
    "SaveOnly": "save",
    "SendOnly": "send",
    "SendAndSaveCopy": "send_and_save",
}


@operation("CreateItem")
async def create_item(request: Any, ctx: Context) -> Message:
    """Save items, send them, or both; each has its own answer."""
    saved_to = request.SavedItemFolderId
    folder = ctx.target(saved_to) if saved_to is not None else None
    messages: list[Message] = []
    plain: list[tuple[str, Any]] = []
    for pair in request.Items:
        if pair[0] in RESPONSES or pair[0] in MEETING_RESPONSES:
            messages += await _flush(ctx, request, folder, plain)
            plain = []
            answer = _answer_meeting if pair[0] in MEETING_RESPONSES else _respond
            messages.append(await answer(ctx, request, folder, pair))
        else:
            plain.append(pair)
    messages += await _flush(ctx, request, folder, plain)
    return response("CreateItem", messages)


async def _flush(
    ctx: Context, request: Any, folder: FolderRef | None, pairs: list[tuple[str, Any]]
) -> list[Message]:
    """Items that are made alike, in one command."""
    if not pairs:
        return []
    disposition = DISPOSITIONS[request.MessageDisposition or "SaveOnly"]
    invitations = INVITATIONS[request.SendMeetingInvitations or "SendToNone"]

    async def create(items: tuple[ItemDraft, ...]) -> Any:
        return await ctx.execute(CreateItems(items, folder, disposition, invitations=invitations))

    results = await each(pairs, lambda pair: _draft(ctx, request, pair), create)
    return [_created(ctx, result) for result in results]


def _draft(ctx: Context, request: Any, pair: tuple[str, Any]) -> ItemDraft:
    name, node = pair
    draft = read_item(ctx, name, node)
    kind = kind_of(draft.item_class)
    if kind is Kind.CALENDAR:
        if request.SendMeetingInvitations is None:
            raise EwsError("ErrorSendMeetingInvitationsRequired")
    elif is_sendable(draft.item_class) and request.MessageDisposition is None:
        raise EwsError("ErrorMessageDispositionRequired")
    return draft


def _created(ctx: Context, result: SavedItem | EwsError) -> Message:
    if isinstance(result, EwsError):
        if result.code == "ErrorMissingRecipients":
            # SendItem has a code of its own for nobody; here it is one of the wrong recipients.
            result = EwsError("ErrorInvalidRecipients")
        return failure(result, Items=[])
    items = saved_item(ctx, result)
    if items and result.attachments:
        items[0][1]["Attachments"] = [
            (ATTACHMENT_ELEMENTS[a.kind], {"AttachmentId": {"Id": ctx.ids.attachment(a.id)}})
            for a in result.attachments
        ]
    return success(Items=items)


async def _respond(
    ctx: Context, request: Any, folder: FolderRef | None, pair: tuple[str, Any]
) -> Message:
    """A reply, a forward, or the wish that no receipt be sent."""
    try:
        outcome = await read_response(ctx, *pair)
        if isinstance(outcome, ItemId):
            return await _suppress(ctx, outcome)
        if isinstance(outcome, CreateItems):
            return await _post(ctx, folder, outcome)
        if request.MessageDisposition is None:
            raise EwsError("ErrorMessageDispositionRequired")
    except EwsError as error:
        return failure(error, Items=[])
    if isinstance(outcome, ForwardMeeting):
        return await _forward(ctx, request, folder, outcome)
    draft: ItemDraft = outcome
    disposition = DISPOSITIONS[request.MessageDisposition]

    async def create(items: tuple[ItemDraft, ...]) -> Any:
        return await ctx.execute(CreateItems(items, folder, disposition))

    return _created(ctx, (await each([draft], lambda d: d, create))[0])


async def _post(ctx: Context, folder: FolderRef | None, command: CreateItems) -> Message:
    """A reply to a post, which needs no disposition: it is saved, where nothing else is said
    beside the post."""

    async def create(items: tuple[ItemDraft, ...]) -> Any:
        return await ctx.execute(CreateItems(items, folder or command.folder))

    return _created(ctx, (await each(command.items, lambda draft: draft, create))[0])


async def _forward(
    ctx: Context, request: Any, folder: FolderRef | None, command: ForwardMeeting
) -> Message:
    """Others are invited to a meeting."""
    disposition = DISPOSITIONS[request.MessageDisposition]
    command = msgspec.structs.replace(command, disposition=disposition, save_to=folder)
    try:
        kept: SavedItem | None = await ctx.execute(command)
    except StoreError as error:
        return _created(ctx, ews_error(error))
    return _created(ctx, kept or SavedItem(None))


async def _answer_meeting(
    ctx: Context, request: Any, folder: FolderRef | None, pair: tuple[str, Any]
) -> Message:
    """An answer to an invitation, or the end of a meeting (MS-OXWSMTGS 3.1.4.2)."""
    try:
        command = read_meeting_response(ctx, *pair, request.MessageDisposition)
        if folder is not None and isinstance(command, RespondToMeeting):
            command = msgspec.structs.replace(command, save_to=folder)
        done: Responded = await ctx.execute(command)
    except (EwsError, StoreError) as error:
        return failure(ews_error(error), Items=[])
    items = [saved for saved in (done.calendar, done.message) if saved is not None]
    return success(Items=[entry for saved in items for entry in saved_item(ctx, saved)])


async def _suppress(ctx: Context, item: ItemId) -> Message:
    """SuppressReadReceipt: the request for a receipt is settled without one."""
    change = ItemChange(item, set={"is_read_receipt_requested": False})

    async def update(changes: tuple[ItemChange, ...]) -> Any:
        return await ctx.execute(
            UpdateItems(changes, resolution="always_overwrite", suppress_receipts=True)
        )

    result = (await each([change], lambda c: c, update))[0]
    return failure(result, Items=[]) if isinstance(result, EwsError) else success(Items=[])


@operation("SendItem")
async def send_item(request: Any, ctx: Context) -> Message:
    """Send saved drafts (MS-OXWSCORE 3.1.4.8)."""
    if not request.SaveItemToFolder and request.SavedItemFolderId is not None:
        error = EwsError("ErrorInvalidSendItemSaveSettings")
        return response("SendItem", [failure(error) for _ in request.ItemIds])
    saved_to = request.SavedItemFolderId
    folder = ctx.target(saved_to) if saved_to is not None else None

    async def send(items: tuple[tuple[ItemId, int | None], ...]) -> Any:
        return await ctx.execute(SendItems(items, bool(request.SaveItemToFolder), folder))

    results = await each(request.ItemIds, lambda pair: _sent_id(ctx, pair), send)
    return response(
        "SendItem", (failure(r) if isinstance(r, EwsError) else success() for r in results)
    )


def _sent_id(ctx: Context, pair: tuple[str, Any]) -> tuple[ItemId, int | None]:
    _, node = pair
    return ctx.ids.read_item(node.Id), read_change_key(node.ChangeKey)
