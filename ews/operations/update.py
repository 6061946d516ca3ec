"""UpdateItem (MS-OXWSCORE 3.1.4.9)."""

from __future__ import annotations

from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, each, failure, response, success
from ews.operations.create import DISPOSITIONS
from ews.operations.items import saved_item
from ews.operations.references import Reference, read_references, taken
from ews.reading.changes import read_change, reference_in
from ews.reading.meetings import INVITATIONS
from ews.registry import operation
from store.commands import FetchItems, ItemChange, UpdateItems
from store.model import Item
from store.results import SavedItem

_RESOLUTIONS: dict[str, Any] = {
    "NeverOverwrite": "never_overwrite",
    "AutoResolve": "auto_resolve",
    "AlwaysOverwrite": "always_overwrite",
}
_SENDABLE = frozenset(
    {
        "message",
        "meeting_message",
        "meeting_request",
        "meeting_response",
        "meeting_cancellation",
    }
)


@operation(
    "UpdateItem",
    missing="AutoResolve property by property",
)
async def update_item(request: Any, ctx: Context) -> Message:
    """Change items, then send them where MessageDisposition says so."""
    saved_to = request.SavedItemFolderId
    folder = ctx.target(saved_to) if saved_to is not None else None
    disposition = DISPOSITIONS[request.MessageDisposition or "SaveOnly"]

    async def update(asked: tuple[_Asked, ...]) -> Any:
        changes = tuple(change for change, _ in asked)
        refused = await _needing(ctx, asked, request)
        good = tuple(c for n, c in enumerate(changes) if n not in refused)
        command = UpdateItems(
            good,
            resolution=_RESOLUTIONS[request.ConflictResolution],
            disposition=disposition,
            save_to=folder,
            suppress_receipts=bool(request.SuppressReadReceipts),
            invitations=INVITATIONS[request.SendMeetingInvitationsOrCancellations or "SendToNone"],
        )
        results = iter(await ctx.execute(command) if good else ())
        return [refused[n] if n in refused else next(results) for n in range(len(changes))]

    changes = listed(request.ItemChanges)
    references = await read_references(ctx, [reference_in(node) for node in changes])

    def read(pair: tuple[Reference, Any]) -> _Asked:
        reference, node = pair
        return read_change(ctx, taken(reference), node), _elements(node)

    results = await each(list(zip(references, changes, strict=True)), read, update)
    return response("UpdateItem", (_message(ctx, result) for result in results))


def _message(ctx: Context, result: SavedItem | EwsError) -> Message:
    if isinstance(result, EwsError):
        return failure(result, Items=[])
    return success(Items=saved_item(ctx, result), ConflictResults={"Count": result.conflicts})


# Elements that hold properties of one sort of item alone -> kinds. Clients mark anything read in
# a Message.
_KINDS = {
    "Contact": frozenset({"contact"}),
    "DistributionList": frozenset({"dist_list"}),
    "Task": frozenset({"task"}),
    "CalendarItem": _SENDABLE - {"message"} | {"calendar"},
    "PostItem": frozenset({"post"}),
}
_Asked = tuple[ItemChange, frozenset[str]]


def _elements(node: Any) -> frozenset[str]:
    """Which of these elements the updates of an ItemChange use."""
    return frozenset(
        name for _, update in node.Updates or () for name in _KINDS if update.get(name) is not None
    )


async def _needing(ctx: Context, asked: tuple[_Asked, ...], request: Any) -> dict[int, EwsError]:
    """Changes that do not fit their item: its kind needs an attribute that the request lacks, the
    update's element is another kind's, or the message is sent (survey, 5.2)."""
    changes = [change for change, _ in asked]
    needs: dict[str, str] = {}
    if request.MessageDisposition is None:
        needs.update(dict.fromkeys(_SENDABLE, "ErrorMessageDispositionRequired"))
    if request.SendMeetingInvitationsOrCancellations is None:
        needs["calendar"] = "ErrorSendMeetingInvitationsOrCancellationsRequired"
    of_settled = {number: found for number, c in enumerate(changes) if (found := _settled_by(c))}
    of_kinds = {number: names for number, (_, names) in enumerate(asked) if names}
    if not needs and not of_settled and not of_kinds:
        return {}
    found = await ctx.execute(FetchItems(tuple(change.item for change in changes)))
    refused = {
        number: EwsError(needs[item.kind])
        for number, item in enumerate(found)
        if isinstance(item, Item) and item.kind in needs
    }
    for number, names in of_kinds.items():
        item = found[number]
        if isinstance(item, Item) and any(item.kind not in _KINDS[name] for name in names):
            refused.setdefault(number, EwsError("ErrorInvalidPropertyRequest"))
    for number, codes in of_settled.items():
        item = found[number]
        if isinstance(item, Item) and not item.properties.get("is_draft") and item.kind in codes:
            refused.setdefault(number, EwsError(codes[item.kind]))
    return refused


# What is settled once an item is sent or posted -> code by kind: what a message asks of its
# recipients, and from whom a post is (MS-OXWSPOST 2.2.4.1).
_SETTLED = {
    "is_read_receipt_requested": {"message": "ErrorInvalidPropertyUpdateSentMessage"},
    "is_delivery_receipt_requested": {"message": "ErrorInvalidPropertyUpdateSentMessage"},
    "from": {"post": "ErrorInvalidPropertySet"},
}


def _settled_by(change: ItemChange) -> dict[str, str]:
    """The code by kind with which a change is refused that comes too late."""
    names = (*change.set, *change.unset)
    return {kind: code for name in names for kind, code in _SETTLED.get(name, {}).items()}
