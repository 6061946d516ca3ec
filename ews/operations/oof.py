"""GetUserOofSettings, SetUserOofSettings (MS-OXWOOF 3.1.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.messages import Message, failure, success
from ews.registry import operation
from store.commands import FolderRole
from store.errors import StoreError
from store.instant import from_instant, to_instant
from store.oof import OFF, ON, TIMED, Oof, OofMessage, fetch_oof, save_oof
from store.text import html_to_text

_STATES = {OFF: "Disabled", ON: "Enabled", TIMED: "Scheduled"}
_BY_STATE = {name: state for state, name in _STATES.items()}
_TEXT_MAX = 128 * 1024


def _inbox(node: Any) -> FolderRole:
    return FolderRole("inbox", (node.Address or "").strip())


@operation("GetUserOofSettings")
async def get_user_oof_settings(request: Any, ctx: Context) -> Message:
    """What a mailbox says while its owner is away. Only the owner may ask."""
    try:
        oof = await fetch_oof(ctx.execute, _inbox(request.Mailbox))
    except (EwsError, StoreError) as error:
        return {"ResponseMessage": failure(_refused(error))}
    return {
        "ResponseMessage": success(),
        "OofSettings": _shown(ctx, oof),
        "AllowExternalOof": "All",
    }


def _refused(error: EwsError | StoreError) -> EwsError:
    """Another's absence is nobody's business, known or not."""
    refused = ews_error(error)
    if refused.code in ("ErrorNonExistentMailbox", "ErrorFolderNotFound", "ErrorItemNotFound"):
        return EwsError("ErrorAccessDenied")
    return refused


def _shown(ctx: Context, oof: Oof) -> Message:
    known = oof.messages.get("external_known", OofMessage())
    unknown = oof.messages.get("external_unknown", OofMessage())
    audience = "All" if unknown.enabled else "Known" if known.enabled else "None"
    start = from_instant(oof.start or ctx.now)
    end = from_instant(oof.end) if oof.end else _next_day(start)
    outside = unknown if unknown.text else known
    return {
        "OofState": _STATES[oof.state],
        "ExternalAudience": audience,
        "Duration": {"StartTime": start, "EndTime": end},
        "InternalReply": {"Message": _words(oof.messages.get("internal", OofMessage()))},
        "ExternalReply": {"Message": _words(outside)},
    }


def _next_day(start: datetime) -> datetime:
    return datetime.fromtimestamp(start.timestamp() + 24 * 3600, UTC)


def _words(message: OofMessage) -> str:
    return message.text


@operation("SetUserOofSettings")
async def set_user_oof_settings(request: Any, ctx: Context) -> Message:
    """Set what a mailbox says while its owner is away, and when."""
    try:
        inbox = _inbox(request.Mailbox)
        before = await fetch_oof(ctx.execute, inbox)
        oof = _read(ctx, request.UserOofSettings, before)
        await save_oof(ctx.execute, inbox, oof, before, ctx.now)
    except (EwsError, StoreError) as error:
        return {"ResponseMessage": failure(_refused(error))}
    return {"ResponseMessage": success()}


def _read(ctx: Context, node: Any, before: Oof) -> Oof:
    """Raises EwsError ErrorInvalidScheduledOofDuration, ErrorInvalidUserOofSettings."""
    state = _BY_STATE[node.OofState]
    start = end = ""
    if state == TIMED:
        start, end = _times(ctx, node.Duration)
    inside, outside = _message(node.InternalReply), _message(node.ExternalReply)
    audience = node.ExternalAudience
    if state != OFF and node.InternalReply is None and node.ExternalReply is None:
        raise EwsError("ErrorInvalidUserOofSettings")
    messages = {
        "internal": _enabled(inside, is_on=True),
        "external_known": _enabled(outside, is_on=audience in ("Known", "All")),
        "external_unknown": _enabled(outside, is_on=audience == "All"),
    }
    return Oof(state, start, end, messages, before.since)


def _times(ctx: Context, node: Any) -> tuple[str, str]:
    if node is None:
        raise EwsError("ErrorInvalidScheduledOofDuration")
    utc = ctx.in_zone({"id": "UTC"})
    start, end = utc.to_instant(node.StartTime), utc.to_instant(node.EndTime)
    if end <= start or end <= to_instant(from_instant(ctx.now)):
        raise EwsError("ErrorInvalidScheduledOofDuration")
    return start, end


def _message(node: Any) -> str:
    words = (node.Message or "") if node is not None else ""
    if len(words) > _TEXT_MAX:
        raise EwsError("ErrorInvalidUserOofSettings", "The reply is too long.")
    return words


def _enabled(words: str, *, is_on: bool) -> OofMessage:
    """A reply as it is kept: one that looks like a page is HTML; an empty one is never sent."""
    is_page = "<" in words and html_to_text(words).strip() != words.strip()
    return OofMessage(is_on and bool(words.strip()), words, "HTML" if is_page else "TEXT")
