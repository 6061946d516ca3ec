"""Putting a message into the Inbox of people here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select

from store import tables
from store.calendar import span
from store.calendar.scheduling.imip import with_calendar
from store.calendar.scheduling.messages import address_of
from store.delegates.copies import Copies, copies_of
from store.errors import NotFound, StoreError
from store.executor import Tx, WriteTx
from store.instant import Instant, from_instant, to_instant
from store.items.insert import check_quota, insert_item
from store.model import ItemDraft, ItemId, Properties
from store.record import PackedItem, decode_record, encode_record, pack
from store.results import SavedItem
from store.submission.absence import reply_for
from store.submission.arrivals import arrived, is_awaited
from store.submission.conversations import kept_in
from store.submission.recipients import Reader

Outcome = SavedItem | StoreError

_folder = tables.folder
_INBOXES = select(_folder.c.mailbox_id, _folder.c.id).where(
    _folder.c.role == "inbox",
    _folder.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)),
)


_item, _content = tables.item, tables.content
_SAME = (
    select(_item.c.id, _item.c.seq, _item.c.kind, _item.c.record)
    .join(
        _content,
        and_(_content.c.mailbox_id == _item.c.mailbox_id, _content.c.item_id == _item.c.id),
    )
    .where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.message_id == bindparam("message_id"),
        _item.c.received < bindparam("before"),
        _item.c.received > bindparam("since"),
        _content.c.mime == bindparam("mime"),
    )
)
# How long servers try again (RFC 5321 4.5.4.1: four to five days).
_TRIED_AGAIN = timedelta(days=5)

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
    if is_awaited(draft.item_class):
        draft = with_calendar(draft)
    properties: dict[str, Any] = {
        "importance": "normal",
        "sensitivity": "normal",
        **draft.properties,
        "received": now,
        "is_read": False,
        "is_draft": False,
        "is_submitted": False,
        "is_from_me": False,
        "is_unmodified": True,
        "envelope_from": sender,
    }
    whole = msgspec.structs.replace(draft, properties=properties)
    packed = pack(whole, now)
    packed.draft = whole if is_awaited(draft.item_class) else None
    return packed


def deliver(
    tx: WriteTx,
    packed: PackedItem,
    readers: Iterable[Reader],
    *,
    seen_before: Instant = "",
    copies: dict[int, Copies] | None = None,
) -> dict[int, Outcome]:
    """Put a message (from ``arriving``) into each reader's Inbox, or into the folder where its
    conversation is kept; what became of it by account id.

    A reader who cannot take it (quota) has an error there and does not disturb the others: all
    that can be refused is checked before the first write for that reader. One who got the very
    same before ``seen_before`` does not get it again. Delegates get what the reader wants them to;
    ``copies``: which, where somebody has looked already.
    """
    distinct = {reader.id: reader for reader in readers}
    if copies is None:
        copies = copies_of(tx, packed.draft, distinct.values())
    mailboxes = sorted(concerned(distinct.values(), copies))
    for mailbox_id in mailboxes:
        tx.lock(mailbox_id)
    inboxes = {
        row.mailbox_id: row.id for row in tx.conn.execute(_INBOXES, {"mailboxes": mailboxes})
    }
    return {
        reader.id: _seen(tx, packed, reader, seen_before)
        or _deliver_one(tx, packed, reader, inboxes, copies.get(reader.mailbox_id))
        for reader in distinct.values()
    }


def concerned(readers: Iterable[Reader], copies: dict[int, Copies]) -> set[int]:
    """The mailboxes into which a delivery writes: those of readers and of their delegates."""
    delegates = [delegate for each in copies.values() for delegate in each.delegates]
    return {reader.mailbox_id for reader in (*readers, *delegates) if reader.mailbox_id}


def _seen(tx: WriteTx, packed: PackedItem, reader: Reader, before: Instant) -> SavedItem | None:
    """The same bytes from the same sender, where they came before: after a crash between our
    commit and our answer the sending server tries again (RFC 1047)."""
    message_id = packed.row["message_id"]
    if not before or not message_id or not reader.mailbox_id:
        return None
    keys = {
        "mailbox_id": reader.mailbox_id,
        "message_id": message_id,
        "mime": packed.content["mime"],
        "before": before,
        "since": to_instant(from_instant(tx.now) - _TRIED_AGAIN),
    }
    sender = decode_record(packed.row["record"])[0]["envelope_from"]
    for row in tx.conn.execute(_SAME, keys):
        if decode_record(row.record)[0].get("envelope_from") == sender:
            return SavedItem(ItemId(reader.mailbox_id, row.id), row.seq, row.kind)
    return None


def _deliver_one(
    tx: WriteTx,
    packed: PackedItem,
    reader: Reader,
    inboxes: dict[int, int],
    copies: Copies | None,
) -> Outcome:
    inbox_id = inboxes.get(reader.mailbox_id)
    if inbox_id is None:
        return NotFound(f"{reader.address} has no mailbox", where=reader.address)
    try:
        check_quota(tx, reader.mailbox_id, packed.size)
    except StoreError as error:
        return error
    marks = arrived(tx, reader, packed.draft) if packed.draft is not None else {}
    if copies is not None and packed.draft is not None:
        is_handed_on = _hand_on(tx, packed, reader, inboxes, copies, marks)
        if is_handed_on and copies.are_alone:
            return SavedItem(None)
        if is_handed_on:
            marks = marks | copies.owners(packed.draft)
    folder_id = kept_in(tx, reader.mailbox_id, packed.row["conversation_id"]) or inbox_id
    own = _addressed(packed, reader, reader, marks)
    saved = insert_item(tx, reader.mailbox_id, folder_id, own, new_mail=True)
    reply_for(tx, reader, own)
    return saved


def _hand_on(
    tx: WriteTx,
    packed: PackedItem,
    owner: Reader,
    inboxes: dict[int, int],
    copies: Copies,
    marks: Properties,
) -> bool:
    """Put a copy into the Inbox of each delegate; whether anybody got one. A delegate whose mailbox
    is full gets none: the owner hears of the meeting in any case."""
    is_handed_on = False
    for delegate in copies.delegates:
        inbox_id = inboxes.get(delegate.mailbox_id)
        if inbox_id is None:
            continue
        try:
            check_quota(tx, delegate.mailbox_id, packed.size)
        except StoreError:
            continue
        copy = _addressed(packed, delegate, owner, marks)
        insert_item(tx, delegate.mailbox_id, inbox_id, copy, new_mail=True)
        is_handed_on = True
    return is_handed_on


def _addressed(packed: PackedItem, reader: Reader, owner: Reader, marks: Properties) -> PackedItem:
    """The message with whose it is: ReceivedBy, and ReceivedRepresenting for whom that is, the
    ``owner`` (MS-OXWSMSG 2.2.4.3). ``marks``: what became of it on arrival."""
    properties, extended = decode_record(packed.row["record"])
    # Days that float are the reader's: their times have columns of their own.
    times = {name: marks[name] for name in ("start", "end") if name in marks}
    properties |= {name: value for name, value in marks.items() if name not in times}
    properties["received_by"] = {"name": reader.name, "address": reader.address}
    properties["received_representing"] = {"name": owner.name, "address": owner.address}
    if reader.is_hidden:
        properties["is_received_as_bcc"] = True
    author = address_of(properties.get("from"))
    if packed.draft is not None:
        properties |= _whose_meeting(properties, reader, owner)
    properties["is_from_me"] = bool(author) and author == reader.address
    row = {**packed.row, "record": encode_record(properties, extended), **times}
    if times:
        row |= span.columns(properties | times)
    return PackedItem(row, packed.content, packed.blobs, packed.attachments)


def _whose_meeting(properties: Properties, reader: Reader, owner: Reader) -> Properties:
    """Whether a meeting message is a delegate's copy, and its owner the organiser."""
    told: Properties = {"is_delegated": reader is not owner}
    organizer = address_of(properties.get("organizer"))
    return {**told, "is_organizer": organizer == owner.address} if organizer else told
