"""What requests say about meetings: whom to tell, and answers to invitations (MS-OXWSMTGS)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.ids import read_change_key
from ews.reading.items import read_body
from store.commands import CancelMeeting, Command, Invitations, RemoveMeeting, RespondToMeeting
from store.model import Body, ItemId

INVITATIONS: dict[str, Invitations] = {
    "SendToNone": "none",
    "SendOnlyToAll": "all",
    "SendToAllAndSaveCopy": "all_and_copy",
    "SendOnlyToChanged": "changed",
    "SendToChangedAndSaveCopy": "changed_and_copy",
}
_DISPOSITIONS: dict[str, Any] = {
    "SaveOnly": "save",
    "SendOnly": "send",
    "SendAndSaveCopy": "send_and_save",
}


def read_meeting_response(ctx: Context, name: str, node: Any, disposition: str | None) -> Command:
    """The command that a response object of a meeting is. Raises EwsError."""
    if name not in _READERS:
        raise EwsError("ErrorInvalidOperation", f"{name} is not available yet.")
    if disposition is None and name not in _WITHOUT_DISPOSITION:
        raise EwsError("ErrorMessageDispositionRequired")
    return _READERS[name](ctx, node, _DISPOSITIONS[disposition or "SaveOnly"])


def _reference(ctx: Context, node: Any) -> ItemId:
    reference = node.ReferenceItemId
    if reference is None:
        raise EwsError("ErrorInvalidReferenceItem")
    read_change_key(reference.ChangeKey)
    return ctx.ids.read_item(reference.Id)


def _body(node: Any) -> Body | None:
    words = node.NewBodyContent if node.get("NewBodyContent") is not None else node.Body
    return read_body(words) if words is not None else None


def _answer(answer: Any) -> Callable[[Context, Any, Any], Command]:
    def read(ctx: Context, node: Any, disposition: Any) -> Command:
        start, end = node.ProposedStart, node.ProposedEnd
        if (start is None) != (end is None):
            raise EwsError("ErrorInvalidOperation", "Another time has a start and an end.")
        proposed = (ctx.to_instant(start), ctx.to_instant(end)) if start is not None else None
        return RespondToMeeting(
            _reference(ctx, node),
            answer,
            body=_body(node),
            disposition=disposition,
            proposed=proposed,
        )

    return read


def _cancel(ctx: Context, node: Any, disposition: Any) -> Command:
    return CancelMeeting(_reference(ctx, node), _body(node), disposition)


def _remove(ctx: Context, node: Any, disposition: Any) -> Command:
    del disposition
    return RemoveMeeting(_reference(ctx, node))


_READERS: dict[str, Callable[[Context, Any, Any], Command]] = {
    "AcceptItem": _answer("accept"),
    "TentativelyAcceptItem": _answer("tentative"),
    "DeclineItem": _answer("decline"),
    "CancelCalendarItem": _cancel,
    "RemoveItem": _remove,
}
_WITHOUT_DISPOSITION = frozenset({"RemoveItem"})
# Response objects that are about meetings; those that are not available answer so.
MEETING_RESPONSES = frozenset(
    {*_READERS, "AddItemToMyCalendar", "AcceptSharingInvitation", "ProposeNewTime"}
)
