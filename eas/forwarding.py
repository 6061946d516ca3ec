"""Meetings that a device passes on: the server invites the others (MS-ASCMD 2.2.1.19)."""

from __future__ import annotations

import asyncio
from typing import Any

from eas.compose import Composed, once, original, source_of, token_of
from eas.context import Context
from eas.errors import EasError
from eas.quoting import joined
from eas.reading.bodies import body_in
from eas.wbxml import Element
from schemas.property import Kind
from store.commands import ForwardMeeting
from store.mime import parse
from store.model import Body, Item, ItemDraft

_P = "ComposeMail"
_BODY = "AirSyncBase:Body"
_NO_RECIPIENT, _NOT_COMBINED, _BAD_FORWARDEES = 119, 178, 179
# What does not go with Forwardees or a Body (MS-ASCMD 2.2.3.169).
_APART = (f"{_P}:Mime", f"{_P}:SaveInSentItems", f"{_P}:ReplaceMime", "RightsManagement:TemplateID")
_FORWARDEES_MAX = 500


def names_forwardees(ctx: Context) -> bool:
    """Whether a request says who is to come, instead of a message to them."""
    document = ctx.root
    if document is None or not ctx.is_at_least("16.0"):
        return False
    return any(document.find(name) is not None for name in (f"{_P}:Forwardees", _BODY))


async def forward_to_named(ctx: Context) -> None:
    """Pass a meeting on to the Forwardees. Raises EasError 178 for what is no meeting or comes with
    a message, 179 for forwardees that are none, and those of ``forward_by_message``."""
    document = ctx.document()
    listed = document.find(f"{_P}:Forwardees")
    people = _forwardees(listed) if listed is not None else []
    if any(document.find(name) is not None for name in _APART):
        raise EasError(_NOT_COMBINED, "Forwardees, or a Body, beside a message")
    source, occurrence = source_of(ctx, document)
    named = Composed(b"", token_of(document), saves=True, source=source, occurrence=occurrence)
    item, old = await original(ctx, named)
    if not is_meeting(item):
        raise EasError(_NOT_COMBINED, "only appointments have Forwardees, or a Body")
    if not people:
        raise EasError(_NO_RECIPIENT, "there are no Forwardees")
    await _forward(ctx, named, people, body_in(document, _BAD_FORWARDEES), old)


def _forwardees(listed: Element) -> list[dict[str, Any]]:
    """Raises EasError 179."""
    people = [
        {
            "name": each.text(f"{_P}:ForwardeeName") or each.text(f"{_P}:ForwardeeEmail"),
            "address": each.text(f"{_P}:ForwardeeEmail"),
        }
        for each in listed.children
    ]
    if not 0 < len(people) <= _FORWARDEES_MAX or not all(each["address"] for each in people):
        raise EasError(_BAD_FORWARDEES, "Forwardees without addresses")
    return people


def is_meeting(item: Item) -> bool:
    """Whether it is passed on as an invitation, not as mail about it."""
    return item.kind == Kind.CALENDAR


async def forward_by_message(ctx: Context, composed: Composed, old: ItemDraft) -> None:
    """Pass a meeting on to those to whom the device's message goes, with its words. Raises
    EasError."""
    new = await asyncio.to_thread(parse, composed.mime)
    people = [*(new.properties.get("to") or ()), *(new.properties.get("cc") or ())]
    if not people:
        raise EasError(_NO_RECIPIENT, "the message names nobody")
    subject = str(new.properties.get("subject") or "")
    await _forward(ctx, composed, people, new.body, old, subject)


async def _forward(
    ctx: Context,
    composed: Composed,
    people: list[dict[str, Any]],
    words: Body | None,
    old: ItemDraft,
    subject: str = "",
) -> None:
    assert composed.source is not None  # ``original`` has found it
    command = ForwardMeeting(
        composed.source,
        tuple(people),
        occurrence=composed.occurrence,
        subject=subject,
        body=joined(words, old.body) if words and (words.text or words.html) else None,
        disposition="send_and_save" if composed.saves else "send",
    )
    await once(ctx, composed.token, command)
