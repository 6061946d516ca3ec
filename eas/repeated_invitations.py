"""Invitations that a device sends again and again, as some do while nobody has answered: before
16.0 devices write them themselves (lesson 24). The same one leaves once."""

from __future__ import annotations

import hashlib
import re

import structlog

from eas.context import Context
from schemas.classes import kind_of
from schemas.property import Kind
from store.commands import Command
from store.devices.commands import NoteRound, Once
from store.mime import parse_all
from store.model import ItemDraft

_log = structlog.get_logger("eas")
_FOLD = re.compile(r"\r?\n[ \t]")
# What two writings of one invitation do not share, and what says which meeting it is of.
_OF_WRITING = ("DTSTAMP", "LAST-MODIFIED", "CREATED")
_OF_MEETING = ("UID", "RECURRENCE-ID")
_PREFIX = "invite:"
_SENT = 1


def once_each(ctx: Context, draft: ItemDraft, command: Command) -> Command:
    """The command that sends a message; of an invitation only unless the device's last one to the
    same people for the same meeting said the same, and the meeting was not cancelled since. That
    raises AlreadyDone, ``where`` a token for ``is_invitation``."""
    kind = kind_of(draft.item_class)
    if kind not in (Kind.MEETING_REQUEST, Kind.MEETING_CANCELLATION) or draft.mime is None:
        return command
    lines = _FOLD.sub("", parse_all(draft.mime).calendar).splitlines()
    meeting = _digest(*(line for line in lines if line.upper().startswith(_OF_MEETING)))
    if kind is Kind.MEETING_CANCELLATION:
        token = _digest(draft.mime.decode("utf-8", "replace"))
        whose = f"{_PREFIX}{meeting}:"
        return Once(ctx.device.key, f"{whose}cancelled:{token}", command, forgets=whose)
    people = sorted(
        str(mailbox.get("address") or "").lower()
        for name in ("to", "cc", "bcc")
        for mailbox in draft.properties.get(name) or ()
    )
    told = [line for line in lines if not line.upper().startswith(_OF_WRITING)]
    whose = f"{_PREFIX}{meeting}:{_digest(*people)}:"
    return Once(ctx.device.key, f"{whose}{_digest(*told)}", command, forgets=whose)


def is_invitation(token: str) -> bool:
    """Whether what was done already is the sending of an invitation."""
    return token.startswith(_PREFIX)


async def note_repeat(ctx: Context) -> None:
    """Tell the administrator, and the device's log, that an invitation came again."""
    _log.warning(
        "a device sends an invitation again",
        device=ctx.device.device_id,
        user=ctx.session.principal.address,
    )
    text = "the same invitation to the same people was sent before: it is not sent again"
    await ctx.execute(NoteRound(ctx.device.key, "invitation again", _SENT, text))


def _digest(*parts: str) -> str:
    text = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
