"""Replies of people who are away: to each sender once, and never to machines (RFC 3834)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, cast, delete, insert, select

from store import tables
from store.configured import configured_xml
from store.executor import WriteTx
from store.mime.headers import fields
from store.model import Body, ItemDraft
from store.oof import CONFIGURATION, Audience, Oof, OofMessage, decode_oof, is_away
from store.record import PackedItem, decode_record
from store.submission.automatic import answer_for
from store.submission.recipients import Reader, reader_at

_item, _replied = tables.item, tables.oof_reply
_WAS_TOLD = select(_replied.c.since).where(
    _replied.c.mailbox_id == bindparam("mailbox_id"), _replied.c.address == bindparam("address")
)
_FORGET = delete(_replied).where(
    _replied.c.mailbox_id == bindparam("b_mailbox"), _replied.c.address == bindparam("b_address")
)
_CONTACTS = select(_item.c.record).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.kind == "contact",
    cast(_item.c.record, Text).ilike(bindparam("like"), escape="\\"),
)
# Who writes so is a machine, or a list (RFC 3834 2; MS-OXCMAIL X-Auto-Response-Suppress).
_MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "listserv", "majordomo")
_LIST_HEADERS = frozenset({"list-id", "list-help", "list-unsubscribe", "list-post", "list-owner"})
_SUPPRESSED = frozenset({"oof", "all", "autoreply"})


def reply_for(tx: WriteTx, reader: Reader, packed: PackedItem) -> None:
    """Answer a message that was just delivered, where its reader is away."""
    oof = _settings(tx, reader.mailbox_id)
    if oof is None or not is_away(oof, tx.now):
        return
    properties = decode_record(packed.row["record"])[0]
    sender = str(properties.get("envelope_from") or "").strip()
    if not _may_answer(reader, sender, packed.content["headers"]):
        return
    message = oof.messages.get(_audience(tx, reader.mailbox_id, sender))
    if message is None or not message.enabled or not message.text.strip():
        return
    if not _is_first(tx, reader.mailbox_id, sender.lower(), oof.since):
        return
    subject = str(packed.row["subject"] or "")
    reply = _reply(sender, subject, str(packed.row["message_id"] or ""), message)
    answer_for(tx, reader, reply, sender)


def _settings(tx: WriteTx, mailbox_id: int) -> Oof | None:
    kept = configured_xml(tx, mailbox_id, "inbox", CONFIGURATION)
    try:
        return decode_oof(kept) if kept is not None else None
    except ValueError:
        return None


def _may_answer(reader: Reader, sender: str, headers: str) -> bool:
    """Whether a person wrote, to a person."""
    name = sender.partition("@")[0].lower()
    if "@" not in sender or sender.lower() == reader.address.lower():
        return False
    if name.startswith(_MACHINES) or name.endswith(("-request", "-bounces")):
        return False
    for header, value in fields(headers):
        said = value.strip().lower()
        header = header.lower()
        if header == "auto-submitted" and not said.startswith("no"):
            return False
        if header == "precedence" and said in ("bulk", "list", "junk"):
            return False
        if header in _LIST_HEADERS:
            return False
        if header == "x-auto-response-suppress":
            words = {word.strip() for word in said.split(",")}
            if words & _SUPPRESSED:
                return False
    return True


def _audience(tx: WriteTx, mailbox_id: int, sender: str) -> Audience:
    if reader_at(tx, sender) is not None:
        return "internal"
    like = sender.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    keys = {"mailbox_id": mailbox_id, "like": f"%{like}%"}
    for record in tx.conn.execute(_CONTACTS, keys).scalars():
        entries: dict[str, Any] = decode_record(record)[0].get("email_addresses") or {}
        if any(str(e.get("address", "")).lower() == sender.lower() for e in entries.values()):
            return "external_known"
    return "external_unknown"


def _is_first(tx: WriteTx, mailbox_id: int, address: str, since: str) -> bool:
    """Whether the sender hears of this absence for the first time; noted."""
    keys = {"mailbox_id": mailbox_id, "address": address}
    if tx.conn.execute(_WAS_TOLD, keys).scalar() == since:
        return False
    tx.conn.execute(_FORGET, {"b_mailbox": mailbox_id, "b_address": address})
    tx.conn.execute(insert(_replied), [{**keys, "since": since}])
    return True


def _reply(sender: str, subject: str, message_id: str, message: OofMessage) -> ItemDraft:
    body = Body(html=message.text) if message.type == "HTML" else Body(text=message.text)
    return ItemDraft(
        properties={
            "subject": f"Automatic reply: {subject}",
            "to": [{"name": sender, "address": sender}],
            "in_reply_to": message_id,
            "references": message_id,
        },
        body=body,
    )
