"""MeetingResponse: answers to invitations (MS-ASCMD 2.2.1.11).

From 16.0 on the server tells the organiser, where SendResponse asks for it; before, the device
writes to the organiser itself, and the server must not (lesson 24).
"""

from __future__ import annotations

import re
from typing import Any

from eas.answers import Answer, node, root, text
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import item_server_id, read_folder_id, read_item_id
from eas.reading.bodies import body_in
from eas.reading.moments import read_moment
from eas.registry import command
from eas.render.substitute import is_substituted
from eas.wbxml import Element
from store.commands import FetchItems, RespondToMeeting
from store.errors import StoreError
from store.instant import Instant
from store.model import Item, ItemId
from store.results import Responded

_P = "MeetingResponse"
_OK, _INVALID, _MAILBOX, _SERVER = 1, 2, 3, 4
_PROTOCOL, _BAD_INSTANCE, _NO_SERIES = 103, 104, 146
_REQUESTS_MAX = 100
_ANSWERS: dict[str, Any] = {"1": "accept", "2": "tentative", "3": "decline"}
_WORDS = {
    "NotFound": _INVALID,
    "AccessDenied": _INVALID,
    "WrongClass": _INVALID,
    "NotSupported": _INVALID,
    "InvalidValue": _INVALID,
    "QuotaReached": _MAILBOX,
}
_INSTANCE = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d(\.\d{1,6})?Z")


@command("MeetingResponse")
async def meeting_response(ctx: Context) -> Answer:
    """Answer invitations, each by itself; devices name the request or the calendar item."""
    requests = list(ctx.document().all(f"{_P}:Request"))
    if not requests or len(requests) > _REQUESTS_MAX:
        raise EasError(_PROTOCOL, f"1 to {_REQUESTS_MAX} requests are expected")
    results = [await _result(ctx, request) for request in requests]
    return root("MeetingResponse", results)


async def _result(ctx: Context, request: Element) -> Element:
    instance = request.text(f"{_P}:InstanceId")
    calendar = ""
    try:
        calendar = await _respond(ctx, request, instance)
        status = _OK
    except (EasError, StoreError) as error:
        status = in_words_of(error, _WORDS).status
        if isinstance(error, StoreError) and status not in (_INVALID, _MAILBOX):
            status = _SERVER
    id = request.text(f"{_P}:RequestId")[:64]
    return node(
        f"{_P}:Result",
        text(f"{_P}:RequestId", id) if id else None,
        text(f"{_P}:Status", status),
        text(f"{_P}:CalendarId", calendar) if calendar else None,
        text(f"{_P}:InstanceId", instance) if instance and status == _OK else None,
    )


async def _respond(ctx: Context, request: Element, instance: str) -> str:
    """The ServerId of the calendar item that is left, empty for none.

    Raises EasError, StoreError.
    """
    answer = _ANSWERS.get(request.text(f"{_P}:UserResponse"))
    if answer is None:
        raise EasError(_INVALID, "UserResponse is 1, 2 or 3")
    item = _item(ctx, request)
    (found,) = await ctx.execute(FetchItems((item,)))
    named = found if isinstance(found, Item) else None
    if named is not None and is_substituted(named):
        raise EasError(_INVALID, "the letter is no invitation")
    occurrence = _occurrence(instance, named) if instance else ""
    asked = request.find(f"{_P}:SendResponse") if ctx.is_at_least("16.0") else None
    done: Responded = await ctx.execute(
        RespondToMeeting(
            item,
            answer,
            occurrence=occurrence,
            body=body_in(asked, _PROTOCOL) if asked is not None else None,
            disposition="send_and_save" if asked is not None else None,
            proposed=_proposed(asked) if asked is not None else None,
        )
    )
    if done.calendar is None or done.calendar.id is None:
        return ""
    left = done.calendar.id
    (entry,) = await ctx.execute(FetchItems((ItemId(left.mailbox_id, left.id),)))
    return item_server_id(entry.folder.id, left.id) if isinstance(entry, Item) else ""


def _item(ctx: Context, request: Element) -> ItemId:
    """Raises EasError 2."""
    long_id = request.text("Search:LongId")
    name = long_id or request.text(f"{_P}:RequestId")
    lies_in, item = read_item_id(name, ctx.mailbox_id, _INVALID)
    folder = request.text(f"{_P}:CollectionId")
    if folder and read_folder_id(folder, ctx.mailbox_id, _INVALID).id != lies_in:
        raise EasError(_INVALID, "the request does not lie in that folder")
    return item


def _occurrence(instance: str, named: Item | None) -> Instant:
    """The original start that InstanceId names. Raises EasError 104, 146."""
    if not _INSTANCE.fullmatch(instance):
        raise EasError(_BAD_INSTANCE, "InstanceId is a time")
    try:
        moment = read_moment(instance)
    except EasError as error:
        raise EasError(_BAD_INSTANCE, "InstanceId is a time") from error
    if named is not None and not named.properties.get("recurrence"):
        raise EasError(_NO_SERIES, "the meeting does not recur")
    return moment


def _proposed(asked: Element) -> tuple[Instant, Instant] | None:
    """Raises EasError 103 for half of a time."""
    start, end = asked.text(f"{_P}:ProposedStartTime"), asked.text(f"{_P}:ProposedEndTime")
    if not start and not end:
        return None
    if not start or not end:
        raise EasError(_PROTOCOL, "another time has a start and an end")
    try:
        return read_moment(start), read_moment(end)
    except EasError as error:
        raise EasError(_PROTOCOL, "another time is a time") from error
