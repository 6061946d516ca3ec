"""Attachments: adding them to items and to item attachments, and removing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, insert, update

from store import blobs, tables
from store.commands import CreateAttachments, DeleteAttachments
from store.errors import Conflict, InvalidValue, NotFound, StoreError, TooLarge, TooMany
from store.executor import WriteTx, writes
from store.items.fetch import attachment_draft, embedded
from store.items.insert import check_quota
from store.items.rows import attachment_rows, content_rows, permitted, unindex
from store.model import AttachmentDraft, AttachmentId, ItemDraft, ItemId
from store.record import PackedAttachment, clean, content_of, pack_attachment
from store.results import SavedAttachment, SavedItem
from store.rights import Right
from store.search import words

_attachment = tables.attachment
_item = tables.item
_content = tables.content

_TOUCH = (
    update(_item)
    .where(_item.c.mailbox_id == bindparam("b_mailbox"), _item.c.id == bindparam("b_id"))
    .values(
        has_attachments=bindparam("b_has"),
        size=bindparam("b_size"),
        modified=bindparam("b_now"),
        seq=bindparam("b_seq"),
        changed_seq=bindparam("b_seq"),
    )
)
_TOUCH_CONTENT = (
    update(_content)
    .where(
        _content.c.mailbox_id == bindparam("b_mailbox"),
        _content.c.item_id == bindparam("b_id"),
    )
    .values(mime="", names=bindparam("b_names"))
)
_REPLACE = (
    update(_attachment)
    .where(
        _attachment.c.mailbox_id == bindparam("b_mailbox"),
        _attachment.c.item_id == bindparam("b_item"),
        _attachment.c.id == bindparam("b_id"),
    )
    .values(blob=bindparam("b_blob"), size=bindparam("b_size"), modified=bindparam("b_now"))
)
_DELETE = delete(_attachment).where(
    _attachment.c.mailbox_id == bindparam("b_mailbox"),
    _attachment.c.item_id == bindparam("b_item"),
    _attachment.c.id == bindparam("b_id"),
)


def prepare_attachments(tx: Any, command: CreateAttachments) -> list[PackedAttachment | StoreError]:
    """Hash and compress beforehand."""
    return [_packed(tx, draft) for draft in command.attachments]


def _packed(tx: Any, draft: AttachmentDraft) -> PackedAttachment | StoreError:
    size = len(draft.content or b"")
    if size > tx.limits.item_bytes_max:
        return TooLarge(
            f"{size:,} bytes: an attachment has at most {tx.limits.item_bytes_max:,}",
            role="attachment",
        )
    return pack_attachment(draft, tx.now)


@writes(CreateAttachments, prepare=prepare_attachments)
def create_attachments(
    tx: WriteTx, command: CreateAttachments, packed: list[PackedAttachment | StoreError]
) -> list[SavedAttachment | StoreError]:
    """Attach to an item or an item attachment (MS-OXWSATT 3.1.4.1).

    Raises NotFound, AccessDenied, Conflict (a stale change number).
    """
    parent = command.parent
    root_id = parent if isinstance(parent, ItemId) else parent.item
    tx.lock(root_id.mailbox_id)
    row = permitted(tx, [root_id], Right.EDIT_ALL, owned=Right.EDIT_OWNED)[0]
    if isinstance(row, StoreError):
        raise row
    if command.change is not None and command.change != row.seq:
        raise Conflict("the item was changed since that change number", role="item")
    good = [a for a in packed if not isinstance(a, StoreError)]
    check_quota(tx, row.mailbox_id, sum(a.row["size"] for a in good))
    if isinstance(parent, AttachmentId):
        ids = _attach_inside(tx, row, parent, command.attachments)
    else:
        ids = _attach(tx, row, good)
    seq = touch(tx, row)
    return _saved(row, root_id, seq, command, packed, ids)


def _saved(
    row: Row[Any],
    root_id: ItemId,
    seq: int,
    command: CreateAttachments,
    packed: list[PackedAttachment | StoreError],
    ids: list[AttachmentId],
) -> list[SavedAttachment | StoreError]:
    remaining = iter(ids)
    results: list[SavedAttachment | StoreError] = []
    for draft, attachment in zip(command.attachments, packed, strict=True):
        if isinstance(attachment, StoreError):
            results.append(attachment)
            continue
        id = next(remaining)
        listed = embedded(draft, id, attachment.row["modified"])
        results.append(SavedAttachment(id, root_id, seq, listed))
    return results


def _attach(tx: WriteTx, row: Row[Any], packed: Sequence[PackedAttachment]) -> list[AttachmentId]:
    existing = attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, [])
    first = max((a.id for a in existing), default=0) + 1
    keys = {"mailbox_id": row.mailbox_id, "item_id": row.id}
    rows = [{**a.row, **keys, "id": id} for id, a in enumerate(packed, first)]
    if rows:
        tx.conn.execute(insert(_attachment), rows)
        blobs.save(tx.conn, row.mailbox_id, [a.blob for a in packed])
    item = ItemId(row.mailbox_id, row.id)
    return [AttachmentId(item, (entry["id"],)) for entry in rows]


def _attach_inside(
    tx: WriteTx, row: Row[Any], parent: AttachmentId, drafts: Sequence[AttachmentDraft]
) -> list[AttachmentId]:
    if len(parent.path) >= tx.limits.attachment_depth_max:
        raise TooMany("attachments nest too deep", role="attachment_depth")

    def add(item: ItemDraft) -> ItemDraft:
        return msgspec.structs.replace(item, attachments=(*item.attachments, *drafts), mime=None)

    before = _edit_inside(tx, row, parent, add)
    return [
        AttachmentId(parent.item, (*parent.path, number))
        for number in range(before + 1, before + 1 + len(drafts))
    ]


def _edit_inside(tx: WriteTx, row: Row[Any], parent: AttachmentId, edit: Any) -> int:
    """Change the item in an item attachment; how many attachments it had before.

    Raises NotFound, InvalidValue (role ``item_attachment``).
    """
    stored = _row_of(tx, row, parent.path[0])
    data = blobs.load(tx.conn, row.mailbox_id, [stored.blob])[stored.blob]
    draft = attachment_draft(stored, data)
    counts: list[int] = []

    def descend(current: AttachmentDraft, path: Sequence[int]) -> AttachmentDraft:
        if current.item is None:
            raise InvalidValue("that attachment is no item", role="item_attachment")
        if not path:
            counts.append(len(current.item.attachments))
            return msgspec.structs.replace(current, item=edit(current.item))
        inner = list(current.item.attachments)
        if not 1 <= path[0] <= len(inner):
            raise NotFound("the attachment was not found", role="attachment")
        inner[path[0] - 1] = descend(inner[path[0] - 1], path[1:])
        item = msgspec.structs.replace(current.item, attachments=tuple(inner), mime=None)
        return msgspec.structs.replace(current, item=item)

    packed = pack_attachment(descend(draft, parent.path[1:]), tx.now)
    blobs.save(tx.conn, row.mailbox_id, [packed.blob])
    tx.conn.execute(
        _REPLACE,
        {
            "b_mailbox": row.mailbox_id,
            "b_item": row.id,
            "b_id": stored.id,
            "b_blob": packed.blob.hash,
            "b_size": packed.row["size"],
            "b_now": tx.now,
        },
    )
    blobs.change_references(tx.conn, row.mailbox_id, {stored.blob: -1})
    return counts[0]


def mirror_attachments(
    tx: WriteTx, row: Row[Any], drafts: Sequence[AttachmentDraft], *, removes: bool
) -> bool:
    """Give an item the attachments of another: those that it lacks are added; ``removes``: those
    that the other has not are removed. Whether anything changed. Rights were checked."""
    existing = {
        (a.name, a.blob): a for a in attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, [])
    }
    wanted = {(clean(d.name), blobs.hash_of(content_of(d))): d for d in drafts}
    gone = [a for key, a in existing.items() if removes and key not in wanted]
    added = [pack_attachment(d, tx.now) for key, d in wanted.items() if key not in existing]
    if not gone and not added:
        return False
    _attach(tx, row, added)
    for attachment in gone:
        _remove(tx, row, attachment)
    touch(tx, row)
    return True


def _remove(tx: WriteTx, row: Row[Any], attachment: Row[Any]) -> None:
    keys = {"b_mailbox": row.mailbox_id, "b_item": row.id, "b_id": attachment.id}
    tx.conn.execute(_DELETE, keys)
    blobs.change_references(tx.conn, row.mailbox_id, {attachment.blob: -1})


def _row_of(tx: WriteTx, row: Row[Any], number: int) -> Row[Any]:
    rows = attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, [])
    found = next((a for a in rows if a.id == number), None)
    if found is None:
        raise NotFound("the attachment was not found", role="attachment")
    return found


def touch(tx: WriteTx, row: Row[Any]) -> int:
    """The item after its attachments changed: flags, size, words, a new change number."""
    mailbox_id = row.mailbox_id
    seq = tx.bump(mailbox_id)
    attachments = attachment_rows(tx, mailbox_id, [row.id]).get(row.id, [])
    content = content_rows(tx, mailbox_id, [row.id])[row.id]
    names = " ".join(a.name for a in attachments)
    size = 512 + len(row.record) + len(content.text) + sum(a.size for a in attachments)
    tx.conn.execute(
        _TOUCH,
        {
            "b_mailbox": mailbox_id,
            "b_id": row.id,
            "b_has": any(not a.is_inline for a in attachments),
            "b_size": size,
            "b_now": tx.now,
            "b_seq": seq,
        },
    )
    unindex(tx, mailbox_id, [row], {row.id: content})
    tx.conn.execute(_TOUCH_CONTENT, {"b_mailbox": mailbox_id, "b_id": row.id, "b_names": names})
    words.index_many(
        tx.conn,
        tx.dialect,
        mailbox_id,
        [(row.id, row.subject or "", content.people, content.text, names)],
    )
    released = Counter({content.mime: -1})
    blobs.change_references(tx.conn, mailbox_id, released)
    tx.folder(mailbox_id, row.folder_id).size += size - row.size
    tx.emit(mailbox_id, "modified", row.folder_id, row.id)
    return seq


@writes(DeleteAttachments)
def delete_attachments(tx: WriteTx, command: DeleteAttachments) -> list[SavedItem | StoreError]:
    """Remove attachments (MS-OXWSATT 3.1.4.2); the root item's new change number comes back."""
    return [tx.attempt(lambda id=id: _delete_attachment(tx, id)) for id in command.attachments]


def _delete_attachment(tx: WriteTx, id: AttachmentId) -> SavedItem:
    tx.lock(id.item.mailbox_id)
    row = permitted(tx, [id.item], Right.EDIT_ALL, owned=Right.EDIT_OWNED)[0]
    if isinstance(row, StoreError):
        raise NotFound("the attachment was not found", role="attachment")
    first, *rest = id.path
    if rest:
        _delete_inside(tx, row, id)
    else:
        _remove(tx, row, _row_of(tx, row, first))
    return SavedItem(id.item, touch(tx, row), row.kind)


def _delete_inside(tx: WriteTx, row: Row[Any], id: AttachmentId) -> None:
    number = id.path[-1]

    def remove(item: ItemDraft) -> ItemDraft:
        if not 1 <= number <= len(item.attachments):
            raise NotFound("the attachment was not found", role="attachment")
        kept = item.attachments[: number - 1] + item.attachments[number:]
        return msgspec.structs.replace(item, attachments=kept, mime=None)

    _edit_inside(tx, row, AttachmentId(id.item, id.path[:-1]), remove)
