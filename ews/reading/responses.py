"""Replies and forwards: what they take over from the message answered (MS-OXWSCORE 2.2.4)."""

from __future__ import annotations

import html
import re
from typing import Any

from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import read_change_key
from ews.loading import FULL
from ews.reading.items import read_body, read_item
from schemas.property import Kind
from store.calendar.scheduling.messages import people_of
from store.commands import CreateItems, FetchAttachments, FetchItems, ForwardMeeting
from store.conversation_index import answer_to
from store.errors import StoreError
from store.model import AttachmentDraft, Body, Item, ItemDraft, ItemId, Properties
from store.text import html_to_text, text_to_html

RESPONSES = frozenset(
    {"ReplyToItem", "ReplyAllToItem", "ForwardItem", "SuppressReadReceipt", "PostReplyItem"}
)

_ANSWERS = frozenset({"ReplyToItem", "ReplyAllToItem"})
# PidTagLastVerbExecuted and PidTagIconIndex that mark the original are the client's to set.
_PREFIXES = {"ForwardItem": "FW: "}
_PREFIX = "RE: "
_HAS_PREFIX = re.compile(r"^\s*(re|fw|fwd|aw|wg|sv|antw)\s*:\s*", re.IGNORECASE)
# A longer subject of a post's reply is cut, and ends in dots (MS-OXWSPOST 2.2.4.2).
_SUBJECT_MAX, _CUT_AT = 255, 252
_BODY_START = re.compile(r"<body[^>]*>", re.IGNORECASE)


async def read_response(
    ctx: Context, name: str, node: Any
) -> ItemDraft | ItemId | ForwardMeeting | CreateItems:
    """The message that a response object makes; the item itself for SuppressReadReceipt; of a
    meeting the command that invites others to it, of a post the one that posts a reply beside it.

    Raises EwsError.
    """
    item_id, original = await _reference(ctx, node)
    if name == "PostReplyItem":
        return _post_reply(ctx, node, original)
    if name == "SuppressReadReceipt":
        properties = original.properties
        if not properties.get("is_read_receipt_requested") or properties.get("is_read"):
            raise EwsError("ErrorReadReceiptNotPending")
        return item_id
    is_meeting = original.kind == Kind.CALENDAR
    if not is_meeting and (original.properties.get("is_draft") or original.kind not in _ANSWERABLE):
        raise EwsError("ErrorInvalidReferenceItem")
    own = _own_words(ctx, node)
    properties = {**_taken_over(ctx, name, original), **own.properties}
    words = _new_body(node, own)
    body = _quoted(words, original)
    if is_meeting and name == "ForwardItem":
        return _forwarded(item_id, properties, body if words.text or words.html else None)
    attachments = own.attachments
    if name == "ForwardItem":
        attachments = (*await _attachments(ctx, original), *attachments)
    return ItemDraft("IPM.Note", properties, own.extended, body, attachments)


def _post_reply(ctx: Context, node: Any, original: Item) -> CreateItems:
    """A post in the conversation of another, and in its folder. Body is all of it, NewBodyContent
    stands before the original."""
    if original.kind != Kind.POST:
        raise EwsError("ErrorInvalidReferenceItem")
    properties = _taken_over(ctx, "PostReplyItem", original)
    subject = node.Subject if node.Subject is not None else properties["subject"]
    if len(subject) > _SUBJECT_MAX:
        subject = f"{subject[:_CUT_AT]}..."
    properties["subject"] = subject
    if node.NewBodyContent is not None or node.Body is None:
        words = read_body(node.NewBodyContent) if node.NewBodyContent is not None else Body()
        body = _quoted(words, original)
    else:
        body = read_body(node.Body)
    draft = ItemDraft("IPM.Post", properties, body=body)
    return CreateItems((draft,), original.folder)


def _forwarded(item: ItemId, properties: Properties, body: Body | None) -> ForwardMeeting:
    people = [person for name in ("to", "cc", "bcc") for person in properties.get(name) or ()]
    return ForwardMeeting(item, tuple(people), subject=properties["subject"], body=body)


_ANSWERABLE = frozenset(
    {"message", "post", "meeting_message", "meeting_request", "meeting_response",
     "meeting_cancellation"}
)  # fmt: skip


async def _reference(ctx: Context, node: Any) -> tuple[ItemId, Item]:
    reference = node.ReferenceItemId
    if reference is None:
        raise EwsError("ErrorInvalidReferenceItem")
    item_id = ctx.ids.read_item(reference.Id)
    read_change_key(reference.ChangeKey)
    item = (await ctx.execute(FetchItems((item_id,), FULL)))[0]
    if isinstance(item, StoreError):
        raise ews_error(item)
    return item_id, item


# What a response object says beside the message that it makes.
_BESIDE = frozenset(
    {"ReferenceItemId", "NewBodyContent", "ObjectName", "Message", "ReceivedBy",
     "ReceivedRepresenting"}
)  # fmt: skip


def _own_words(ctx: Context, node: Any) -> ItemDraft:
    """What the client says itself: flat, or (Outlook for Mac) in a nested Message (trap 46)."""
    nested = node.Message
    inner = (
        nested
        if nested is not None
        else type(node)({key: value for key, value in node.items() if key not in _BESIDE})
    )
    return read_item(ctx, "Message", inner)


def _taken_over(ctx: Context, name: str, original: Item) -> Properties:
    old = original.properties
    subject = str(old.get("subject", ""))
    topic = _HAS_PREFIX.sub("", subject)
    properties: Properties = {"subject": _PREFIXES.get(name, _PREFIX) + topic}
    if old.get("message_id"):
        properties["in_reply_to"] = old["message_id"]
        properties["references"] = f"{old.get('references', '')} {old['message_id']}".strip()
    if old.get("conversation_topic"):
        properties["conversation_topic"] = old["conversation_topic"]
    index = answer_to(old, ctx.now)
    if index is not None:
        properties["conversation_index"] = index
    if name in _ANSWERS:
        properties["to"] = _answered(old)
    if name == "ReplyAllToItem":
        _add_everybody(ctx, properties, old)
    return properties


def _answered(old: Properties) -> list[dict[str, Any]]:
    author = old.get("from") or old.get("sender") or old.get("organizer")
    return old.get("reply_to") or ([author] if author else [])


def _add_everybody(ctx: Context, properties: Properties, old: Properties) -> None:
    """To all but oneself, each once."""
    seen = {_key(person) for person in properties["to"]}
    seen.add(ctx.session.principal.address.lower())
    for target, source in (("to", "to"), ("cc", "cc")):
        people = properties.setdefault(target, [])
        for person in [*old.get(source, ()), *people_of(old, *_ATTENDEES[source])]:
            if _key(person) not in seen:
                seen.add(_key(person))
                people.append(person)
    if not properties["cc"]:
        del properties["cc"]


# Those who take part in a meeting, as a mail to all of them names them.
_ATTENDEES = {"to": ("required_attendees",), "cc": ("optional_attendees",)}


def _key(person: dict[str, Any]) -> str:
    return str(person.get("address", person.get("name", ""))).lower()


def _new_body(node: Any, own: ItemDraft) -> Body:
    return read_body(node.NewBodyContent) if node.NewBodyContent is not None else own.body


def _quoted(new: Body, original: Item) -> Body:
    """The new words before the original, in the new words' format where they have one."""
    old = original.body or Body()
    head = _head_lines(original.properties)
    if new.html is None and new.text is not None:
        text = old.text if old.text is not None else html_to_text(old.html or "")
        lines = "\r\n".join(f"{label}: {value}" for label, value in head)
        return Body(text=f"{new.text}\r\n\r\n{'_' * 32}\r\n{lines}\r\n\r\n{text}")
    rows = "<br>".join(f"<b>{label}:</b> {html.escape(value)}" for label, value in head)
    quoted = f'<hr><div id="divRplyFwdMsg">{rows}</div><br>'
    page = old.html if old.html is not None else text_to_html(old.text or "")
    addition = (new.html or "") + quoted
    found = _BODY_START.search(page)
    at = found.end() if found else 0
    return Body(html=page[:at] + addition + page[at:])


def _head_lines(p: Properties) -> list[tuple[str, str]]:
    author = p.get("from") or p.get("sender") or p.get("organizer") or {}
    lines = [
        ("From", f"{author.get('name', '')} <{author.get('address', '')}>"),
        ("Sent", str(p.get("sent", p.get("received", "")))[:16].replace("T", " ")),
        ("To", str(p.get("display_to", ""))),
        ("Cc", str(p.get("display_cc", ""))),
        ("Subject", str(p.get("subject", ""))),
    ]
    return [(label, value) for label, value in lines if value.strip(" <>")]


async def _attachments(ctx: Context, original: Item) -> tuple[AttachmentDraft, ...]:
    ids = tuple(attachment.id for attachment in original.attachments or ())
    if not ids:
        return ()
    loaded = await ctx.execute(FetchAttachments(ids))
    return tuple(entry.draft for entry in loaded if not isinstance(entry, StoreError))
