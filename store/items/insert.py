"""Putting new items into folders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.errors import QuotaReached
from store.executor import WriteTx
from store.items.rows import NewRows
from store.model import Attachment, AttachmentId, ItemDraft, ItemId
from store.record import PackedItem, decode_record, mapping_of, pack
from store.results import SavedItem


def insert_item(
    tx: WriteTx,
    mailbox_id: int,
    folder_id: int,
    draft: ItemDraft | PackedItem,
    *,
    new_mail: bool = False,
    associated: bool = False,
) -> SavedItem:
    """Save one item. Raises QuotaReached."""
    packed = draft if isinstance(draft, PackedItem) else pack(draft, tx.now, associated=associated)
    return insert_items(tx, mailbox_id, folder_id, [packed], new_mail=new_mail)[0]


def insert_items(
    tx: WriteTx,
    mailbox_id: int,
    folder_id: int,
    items: Sequence[PackedItem],
    *,
    new_mail: bool = False,
) -> list[SavedItem]:
    """Save packed items in one folder: one statement for each table, whatever their number.

    ``new_mail``: they arrived by mail, and listeners hear so. Raises QuotaReached for all.
    """
    seq = tx.bump(mailbox_id)
    check_quota(tx, mailbox_id, sum(item.size for item in items))
    first = tx.allocate(mailbox_id, len(items))
    new = NewRows(mailbox_id)
    saved: list[SavedItem] = []
    for id, packed in enumerate(items, first):
        new.items.append(fresh_row(packed.row, mailbox_id, folder_id, id, id, seq))
        new.contents.append({**packed.content, "mailbox_id": mailbox_id, "item_id": id})
        for number, attachment in enumerate(packed.attachments, 1):
            keys = {"mailbox_id": mailbox_id, "item_id": id, "id": number}
            new.attachments.append({**attachment.row, **keys})
        new.blobs += packed.blobs
        saved.append(_saved(mailbox_id, id, seq, packed))
    new.write(tx)
    count_rows(tx, new.items, 1)
    for row in new.items:
        tx.emit(mailbox_id, "created", folder_id, row["id"])
        if new_mail:
            tx.emit(mailbox_id, "new_mail", folder_id, row["id"])
    return saved


def fresh_row(
    row: dict[str, Any],
    mailbox_id: int,
    folder_id: int,
    id: int,
    immutable_id: int,
    seq: int,
) -> dict[str, Any]:
    """An item's row with the keys and numbers of something new in its folder."""
    return {
        **row,
        "mailbox_id": mailbox_id,
        "folder_id": folder_id,
        "id": id,
        "immutable_id": immutable_id,
        "imap_uid": id,
        "until_id": None if row["until"] is None else id,
        "seq": seq,
        "created_seq": seq,
        "changed_seq": seq,
        "flags_seq": seq,
        "categories_seq": seq,
        "read_seq": seq,
    }


def check_quota(tx: WriteTx, mailbox_id: int, size: int) -> None:
    """Raises QuotaReached where ``size`` bytes more do not fit."""
    state = tx.lock(mailbox_id)
    if state.quota and state.size + size > state.quota:
        raise QuotaReached(
            f"{size:,} bytes do not fit: {state.size:,} of {state.quota:,} in use",
            remedy="raise the quota of the mailbox, or empty Deleted Items",
        )


def count_rows(tx: WriteTx, rows: Sequence[Any], sign: int) -> None:
    """Add rows (mappings or Row) to their folders' counters, or take them off (``sign`` -1)."""
    for row in rows:
        mapping = mapping_of(row)
        delta = tx.folder(mapping["mailbox_id"], mapping["folder_id"])
        delta.size += sign * mapping["size"]
        if mapping["is_associated"]:
            delta.associated += sign
            continue
        delta.total += sign
        if counts_as_unread(mapping["kind"], mapping["is_read"]):
            delta.unread += sign


def counts_as_unread(kind: str, is_read: bool) -> bool:
    """Only messages and posts count as unread (MS-OXWSFOLD UnreadCount)."""
    return not is_read and kind in UNREAD_KINDS


UNREAD_KINDS = frozenset(
    {
        "message",
        "post",
        "item",
        "meeting_message",
        "meeting_request",
        "meeting_response",
        "meeting_cancellation",
    }
)


def _saved(mailbox_id: int, id: int, seq: int, packed: PackedItem) -> SavedItem:
    item = ItemId(mailbox_id, id)
    return SavedItem(
        item,
        seq,
        packed.row["kind"],
        tuple(
            attachment_of(item, number, attachment.row)
            for number, attachment in enumerate(packed.attachments, 1)
        ),
    )


def attachment_of(item: ItemId, number: int, row: Any) -> Attachment:
    """The attachment in a row (mapping or Row)."""
    mapping = mapping_of(row)
    return Attachment(
        id=AttachmentId(item, (number,)),
        kind=mapping["kind"],
        name=mapping["name"],
        content_type=mapping["content_type"],
        content_id=mapping["content_id"],
        content_location=mapping["content_location"],
        is_inline=mapping["is_inline"],
        is_contact_photo=mapping["is_contact_photo"],
        size=mapping["size"],
        modified=mapping["modified"],
        properties=decode_record(mapping["record"])[0],
    )
