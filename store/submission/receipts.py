"""Receipts that a sender asked for: the message was read, or deleted unread (RFC 8098).

Sent once for each message, and only where the address that asks is the one the message came from:
else anybody could make us write to a third person (RFC 8098 2.1).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, select, update

from store import tables
from store.executor import WriteTx
from store.instant import from_instant
from store.mime.build import new_identity
from store.mime.headers import fields, mailboxes
from store.record import decode_record, encode_record
from store.submission.bounces import send_report
from store.submission.recipients import default_domain, reader_of
from store.submission.reports import Envelope, read_report

READ = "REPORT.IPM.Note.IPNRN"
NOT_READ = "REPORT.IPM.Note.IPNNRN"
# Receipts that one sweep over a folder sends at most.
AT_ONCE = 200

_item = tables.item
_REQUESTED = "is_read_receipt_requested"
_SENT = "read_receipt_sent"

_HEADERS = select(tables.content.c.headers).where(
    tables.content.c.mailbox_id == bindparam("mailbox_id"),
    tables.content.c.item_id == bindparam("item_id"),
)
_RECORD = select(_item.c.record).where(
    _item.c.mailbox_id == bindparam("mailbox_id"), _item.c.id == bindparam("id")
)
_MARK_SENT = (
    update(_item)
    .where(_item.c.mailbox_id == bindparam("b_mailbox"), _item.c.id == bindparam("b_id"))
    .values(record=bindparam("b_record"))
)
_WAITING = (
    select(_item)
    .where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.folder_id == bindparam("folder_id"),
        _item.c.is_read.is_(False),
        _item.c.is_associated.is_(False),
        cast(_item.c.record, Text).contains(_REQUESTED),
    )
    .order_by(_item.c.id)
    .limit(AT_ONCE)
)


def read(tx: WriteTx, row: Row[Any]) -> None:
    """A message (its row from before) was read: send the receipt that its sender waits for."""
    _send(tx, row, READ)


def deleted(tx: WriteTx, row: Row[Any]) -> None:
    """A message is about to be deleted: where it was not read, its sender may want to know."""
    if not row.is_read:
        _send(tx, row, NOT_READ)


def all_read(tx: WriteTx, folder: Row[Any]) -> None:
    """Every message of a folder is about to be marked read."""
    keys = {"mailbox_id": folder.mailbox_id, "folder_id": folder.id}
    for row in tx.conn.execute(_WAITING, keys).all():
        _send(tx, row, READ)


def _send(tx: WriteTx, row: Row[Any], item_class: str) -> None:
    if row.is_draft or row.kind != "message" or _REQUESTED not in row.record:
        return
    current = tx.conn.execute(_RECORD, {"mailbox_id": row.mailbox_id, "id": row.id}).scalar()
    properties, extended = decode_record(current or row.record)
    if not properties.get(_REQUESTED) or properties.get(_SENT):
        return
    properties[_SENT] = True
    tx.conn.execute(
        _MARK_SENT,
        {
            "b_mailbox": row.mailbox_id,
            "b_id": row.id,
            "b_record": encode_record(properties, extended),
        },
    )
    recipient = _asker(tx, row, properties)
    if recipient:
        send_report(tx, _report(tx, row, recipient, item_class), item_class, recipient)


def _asker(tx: WriteTx, row: Row[Any], properties: dict[str, Any]) -> str:
    """The address that gets the receipt; empty where none may be sent unasked."""
    headers = tx.conn.execute(_HEADERS, {"mailbox_id": row.mailbox_id, "item_id": row.id}).scalar()
    named = [
        value
        for name, value in fields(headers or "")
        if name.lower() == "disposition-notification-to"
    ]
    asking = {str(m.get("address", "")) for m in mailboxes(named)}
    origin = str(properties.get("envelope_from", ""))
    if len(asking) != 1:
        return ""
    address = asking.pop()
    return address if address and address.lower() == origin.lower() else ""


def _report(tx: WriteTx, row: Row[Any], recipient: str, item_class: str) -> bytes:
    domain = default_domain(tx)
    owner = reader_of(tx, row.mailbox_id)
    envelope = Envelope(
        host=domain,
        sender_name=owner.name if owner else "",
        sender_address=owner.address if owner else f"postmaster@{domain}",
        recipient=recipient,
        message_id=new_identity(domain),
        now=tx.now,
    )
    sent = f"{from_instant(row.sent):%Y-%m-%d %H:%M} UTC" if row.sent else ""
    return read_report(
        envelope,
        row.subject or "",
        row.message_id or "",
        was_read=item_class == READ,
        sent=sent,
    )
