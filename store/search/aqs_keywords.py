"""The keywords of queries in words, and what their values ask (MS-OXWSSRCH, QueryString)."""

from __future__ import annotations

from store.restriction import And, Compare, Contains, Or, Restriction
from store.search.words import Part

PARTS: dict[str, Part] = {
    "subject": "subject", "body": "text", "content": "text", "contents": "text",
    "attachment": "names", "attachments": "names", "attachmentnames": "names",
    "participants": "people", "people": "people",
}  # fmt: skip
PEOPLE = {
    "from": ("from",), "to": ("to",), "cc": ("cc",), "bcc": ("bcc",),
    "recipients": ("to", "cc", "bcc"),
}  # fmt: skip
TEXTS = {
    "category": "categories", "categories": "categories", "keywords": "categories",
}  # fmt: skip
DATES = {
    "received": "received", "date": "received", "sent": "sent",
    "created": "created", "modified": "modified",
}  # fmt: skip
BOOLEANS = {
    "hasattachment": "has_attachments", "hasattachments": "has_attachments",
    "isread": "is_read", "read": "is_read", "isdraft": "is_draft",
}  # fmt: skip
IMPORTANCES = {"importance": "importance", "priority": "importance"}
OTHERS = ("kind", "size", "isflagged", "flag", "flagged", "flagstatus", "has", "is")
KEYWORDS = frozenset([*PARTS, *PEOPLE, *TEXTS, *DATES, *BOOLEANS, *IMPORTANCES, *OTHERS])
TRUE = frozenset({"true", "yes", "1"})
FALSE = frozenset({"false", "no", "0"})

FLAGGED = Compare("flag_status", "eq", "flagged")
UNFLAGGED = Compare("flag_status", "ne", "flagged")
FLAGS: dict[str, Restriction] = {
    "flagged": FLAGGED,
    "true": FLAGGED,
    "yes": FLAGGED,
    "completed": Compare("flag_status", "eq", "complete"),
    "complete": Compare("flag_status", "eq", "complete"),
    "unflagged": And((UNFLAGGED, Compare("flag_status", "ne", "complete"))),
    "false": UNFLAGGED,
    "no": UNFLAGGED,
}
IS: dict[str, Restriction] = {
    "read": Compare("is_read", "eq", True),
    "unread": Compare("is_read", "eq", False),
    "draft": Compare("is_draft", "eq", True),
    "flagged": FLAGGED,
}


def _kinds(*names: str) -> Restriction:
    return Or(tuple(Compare("item_kind", "eq", name) for name in names))


def _class(prefix: str) -> Restriction:
    return Contains("item_class", prefix, "prefix", ignore_case=True)


KINDS: dict[str, Restriction] = {
    "email": _kinds("message"),
    "meetings": _kinds(
        "calendar", "meeting_message", "meeting_request", "meeting_response",
        "meeting_cancellation",
    ),
    "tasks": _kinds("task"),
    "notes": _kinds("note"),
    "contacts": _kinds("contact", "dist_list"),
    "posts": _kinds("post"),
    "docs": _class("IPM.Document"),
    "journals": _class("IPM.Activity"),
    "im": _class("IPM.Note.Microsoft.Conversation"),
    "voicemail": _class("IPM.Note.Microsoft.Voicemail"),
    "faxes": _class("IPM.Note.Microsoft.Fax"),
    "rssfeeds": _class("IPM.Post.RSS"),
}  # fmt: skip
