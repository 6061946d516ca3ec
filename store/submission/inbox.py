"""Putting a message into the Inbox of people here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from store import tables
from store.errors import NotFound, StoreError
from store.executor import Tx, WriteTx
from store.instant import Instant
from store.items.insert import check_quota, insert_item
from store.model import ItemDraft
from store.record import PackedItem, decode_record, encode_record, pack
from store.results import SavedItem
from store.submission.recipients import Reader

Outcome = SavedItem | StoreError

_folder = tables.folder
_INBOXES = select(_folder.c.mailbox_id, _folder.c.id).where(
    _folder.c.role == "inbox",
    _folder.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)),
)


_QUOTA = select(tables.mailbox.c.size, tables.mailbox.c.quota).where(
    tables.mailbox.c.id == bindparam("id")
)


def is_full(tx: Tx, mailbox_id: int) -> bool:
    """Whether a mailbox takes nothing more."""
    row = tx.conn.execute(_QUOTA, {"id": mailbox_id}).first()
    return row is not None and bool(row.quota) and row.size >= row.quota


def arriving(draft: ItemDraft, now: Instant, sender: str) -> PackedItem:
    """A message as it lies in an Inbox, but for whose it is. ``sender`` is the envelope's.

    Pure: hashing and compressing happen here, before the transaction.
    """
    properties: dict[str, Any] = {
        "importance": "normal",
        "sensitivity": "normal",
        **draft.properties,
        "received": now,
        "is_read": False,
        "is_draft": False,
        "is_submitted": False,
        "is_from_me": False,
        "envelope_from": sender,
    }
    return pack(msgspec.structs.replace(draft, properties=properties), now)


def deliver(tx: WriteTx, packed: PackedItem, readers: Iterable[Reader]) -> dict[int, Outcome]:
    """Put a message (from ``arriving``) into each reader's Inbox; what became of it by account id.

    A reader who cannot take it (quota) has an error there and does not disturb the others: all
    that can be refused is checked before the first write for that reader.
    """
    distinct = {reader.id: reader for reader in readers}
    mailboxes = sorted(reader.mailbox_id for reader in distinct.values() if reader.mailbox_id)
    for mailbox_id in mailboxes:
        tx.lock(mailbox_id)
    inboxes = {
        row.mailbox_id: row.id for row in tx.conn.execute(_INBOXES, {"mailboxes": mailboxes})
    }
    return {
        reader.id: _deliver_one(tx, packed, reader, inboxes.get(reader.mailbox_id))
        for reader in distinct.values()
    }


def _deliver_one(tx: WriteTx, packed: PackedItem, reader: Reader, inbox_id: int | None) -> Outcome:
    if inbox_id is None:
        return NotFound(f"{reader.address} has no mailbox", where=reader.address)
    try:
        check_quota(tx, reader.mailbox_id, packed.size)
    except StoreError as error:
        return error
    return insert_item(tx, reader.mailbox_id, inbox_id, _addressed(packed, reader), new_mail=True)


def address_in(mailbox: Any) -> str:
    """The address of a mailbox value, empty for anything else."""
    return str(mailbox.get("address") or "") if isinstance(mailbox, dict) else ""


def _addressed(packed: PackedItem, reader: Reader) -> PackedItem:
    """The message with whose it is: ReceivedBy and ReceivedRepresenting (MS-OXWSMSG 2.2.4.1)."""
    properties, extended = decode_record(packed.row["record"])
    who = {"name": reader.name, "address": reader.address}
    properties["received_by"] = properties["received_representing"] = who
    author = address_in(properties.get("from"))
    properties["is_from_me"] = bool(author) and author.lower() == reader.address
    row = {**packed.row, "record": encode_record(properties, extended)}
    return PackedItem(row, packed.content, packed.blobs, packed.attachments)
