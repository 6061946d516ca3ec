"""Moving, copying and deleting items.

A move gives the item a new id in its new folder and leaves a tombstone in the old one, so that
both folders' synchronisation tells of it; the immutable id stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from store import blobs, tables
from store.access import FolderRow
from store.calendar import reminder_queue
from store.commands import (
    ArchiveItems,
    CopyItems,
    FolderRef,
    FolderRole,
    MoveItems,
)
from store.errors import (
    AccessDenied,
    NotFound,
    NotSupported,
    StoreError,
)
from store.executor import WriteTx, writes
from store.folders.tree import ensure_path, path_names
from store.items.insert import check_quota, count_rows, fresh_row
from store.items.rows import (
    NewRows,
    attachment_rows,
    bury,
    content_rows,
    permitted,
    remove_rows,
    unindex,
)
from store.model import ItemId
from store.record import mapping_of
from store.results import SavedItem
from store.rights import READ_OWNED, Right
from store.search import words

_item = tables.item

_MOVE = (
    update(_item)
    .where(_item.c.mailbox_id == bindparam("b_mailbox"), _item.c.id == bindparam("b_old"))
    .values(
        id=bindparam("b_id"),
        imap_uid=bindparam("b_id"),
        until_id=bindparam("b_place"),
        folder_id=bindparam("b_folder"),
        seq=bindparam("b_seq"),
        created_seq=bindparam("b_seq"),
        changed_seq=bindparam("b_seq"),
        flags_seq=bindparam("b_seq"),
        categories_seq=bindparam("b_seq"),
        read_seq=bindparam("b_seq"),
        modified=bindparam("b_now"),
    )
)
_FOLLOW = [
    update(table)
    .where(
        table.c.mailbox_id == bindparam("b_mailbox"),
        table.c.item_id == bindparam("b_old"),
    )
    .values(item_id=bindparam("b_id"))
    for table in (tables.content, tables.attachment)
]

Outcome = SavedItem | StoreError


@writes(MoveItems)
def move_items(tx: WriteTx, command: MoveItems) -> list[Outcome]:
    """Move items, keeping each one's content (MS-OXWSCORE 3.1.4.7)."""
    beside = (item.mailbox_id for item in command.items)
    target = tx.held_folder(command.target, Right.CREATE_ITEMS, "target", beside)
    return move_to(tx, command.items, target)


@writes(ArchiveItems)
def archive_items(tx: WriteTx, command: ArchiveItems) -> list[Outcome]:
    """Move items below the archive folder, to the path that they had (MS-OXWSARCH)."""
    source = tx.held_folder(command.source, Right.READ_ALL)
    archive = tx.access.folder(FolderRole("archive", _address(command.source)), role="target")
    target = ensure_path(tx, archive, path_names(tx, source), source.folder_class)
    return move_to(tx, command.items, target)


def _address(ref: FolderRef) -> str:
    return ref.address if isinstance(ref, FolderRole) else ""


def move_to(tx: WriteTx, items: Sequence[ItemId], target: FolderRow) -> list[Outcome]:
    """Move items into a folder on which the asker's rights were checked."""
    tx.hold([target.mailbox_id, *(item.mailbox_id for item in items)])
    rows = once(permitted(tx, items, Right.DELETE_ALL, owned=Right.DELETE_OWNED))
    rows = [_fits(row, target) for row in rows]
    inside = [
        r for r in rows if not isinstance(r, StoreError) and r.mailbox_id == target.mailbox_id
    ]
    across = [
        r for r in rows if not isinstance(r, StoreError) and r.mailbox_id != target.mailbox_id
    ]
    moved = dict(zip([row.id for row in inside], _move_inside(tx, inside, target), strict=True))
    if across:
        copy_rows(tx, across, target)
        discard(tx, across, moved_to=0)
    gone = SavedItem(None)
    return [
        row
        if isinstance(row, StoreError)
        else (moved[row.id] if row.mailbox_id == target.mailbox_id else gone)
        for row in rows
    ]


def once(rows: Sequence[Row[Any] | StoreError]) -> list[Row[Any] | StoreError]:
    """The second mention of an item in one batch finds it gone."""
    seen: set[tuple[int, int]] = set()
    result: list[Row[Any] | StoreError] = []
    for row in rows:
        if not isinstance(row, StoreError):
            key = (row.mailbox_id, row.id)
            if key in seen:
                row = NotFound("the item was not found", role="item")
            seen.add(key)
        result.append(row)
    return result


def _fits(row: Row[Any] | StoreError, target: FolderRow) -> Row[Any] | StoreError:
    if isinstance(row, StoreError):
        return row
    # Moves and copies may take anything anywhere; only new items are bound to a folder's class.
    if row.is_associated:
        return NotSupported("a hidden item stays in its folder")
    return row


def _move_inside(tx: WriteTx, rows: Sequence[Row[Any]], target: FolderRow) -> list[SavedItem]:
    if not rows:
        return []
    mailbox_id = target.mailbox_id
    seq = tx.bump(mailbox_id)
    first = tx.allocate(mailbox_id, len(rows))
    contents = content_rows(tx, mailbox_id, [row.id for row in rows])
    count_rows(tx, rows, -1)
    bury(tx, rows, moved_to=target.id, first_item=first)
    unindex(tx, mailbox_id, rows, contents)
    keys = [
        {
            "b_mailbox": mailbox_id,
            "b_old": row.id,
            "b_id": id,
            "b_place": None if row.until is None else id,
            "b_folder": target.id,
            "b_seq": seq,
            "b_now": tx.now,
        }
        for id, row in enumerate(rows, first)
    ]
    tx.conn.execute(_MOVE, keys)
    for follow in _FOLLOW:
        tx.conn.execute(
            follow,
            [{k: key[k] for k in ("b_mailbox", "b_old", "b_id")} for key in keys],
        )
    reminder_queue.follow(tx, mailbox_id, rows, first)
    _index_moved(tx, mailbox_id, rows, contents, first)
    saved: list[SavedItem] = []
    for id, row in enumerate(rows, first):
        count_rows(tx, [{**mapping_of(row), "folder_id": target.id}], 1)
        tx.emit(
            mailbox_id,
            "moved",
            target.id,
            id,
            old_folder_id=row.folder_id,
            old_item_id=row.id,
        )
        saved.append(SavedItem(ItemId(mailbox_id, id), seq, row.kind))
    return saved


def _index_moved(
    tx: WriteTx,
    mailbox_id: int,
    rows: Sequence[Row[Any]],
    contents: dict[int, Row[Any]],
    first: int,
) -> None:
    words.index_many(
        tx.conn,
        tx.dialect,
        mailbox_id,
        [
            (id, row.subject or "", text.people, text.text, text.names)
            for id, row in enumerate(rows, first)
            if (text := contents.get(row.id)) is not None
        ],
    )


@writes(CopyItems)
def copy_items(tx: WriteTx, command: CopyItems) -> list[Outcome]:
    """Copy items; blobs are shared (MS-OXWSCORE 3.1.4.1)."""
    target = tx.held_folder(command.target, Right.CREATE_ITEMS, "target")
    rows = [
        _fits(row, target) for row in permitted(tx, command.items, Right.READ_ALL, owned=READ_OWNED)
    ]
    good = [row for row in rows if not isinstance(row, StoreError)]
    copies = iter(copy_rows(tx, good, target))
    return [row if isinstance(row, StoreError) else next(copies) for row in rows]


def copy_rows(tx: WriteTx, rows: Sequence[Row[Any]], target: FolderRow) -> list[SavedItem]:
    """Copies in ``target``, in order. Events say ``copied`` inside a mailbox, else ``created``."""
    if not rows:
        return []
    mailbox_id = target.mailbox_id
    check_quota(tx, mailbox_id, sum(row.size for row in rows))
    seq = tx.bump(mailbox_id)
    first = tx.allocate(mailbox_id, len(rows))
    new = NewRows(mailbox_id)
    by_mailbox: dict[int, list[int]] = {}
    for row in rows:
        by_mailbox.setdefault(row.mailbox_id, []).append(row.id)
    contents = {key: content_rows(tx, key, ids) for key, ids in by_mailbox.items()}
    attachments = {key: attachment_rows(tx, key, ids) for key, ids in by_mailbox.items()}
    saved: list[SavedItem] = []
    for id, row in enumerate(rows, first):
        new.items.append(fresh_row(dict(mapping_of(row)), mailbox_id, target.id, id, id, seq))
        content = contents[row.mailbox_id][row.id]
        new.contents.append({**mapping_of(content), "mailbox_id": mailbox_id, "item_id": id})
        hashes = [content.mime, content.html]
        for attachment in attachments[row.mailbox_id].get(row.id, []):
            keys = {"mailbox_id": mailbox_id, "item_id": id}
            new.attachments.append({**mapping_of(attachment), **keys})
            hashes.append(attachment.blob)
        _share_blobs(tx, new, row.mailbox_id, hashes)
        saved.append(SavedItem(ItemId(mailbox_id, id), seq, row.kind))
    new.write(tx)
    count_rows(tx, new.items, 1)
    for row, copy in zip(rows, new.items, strict=True):
        if row.mailbox_id == mailbox_id:
            tx.emit(
                mailbox_id,
                "copied",
                target.id,
                copy["id"],
                old_folder_id=row.folder_id,
                old_item_id=row.id,
            )
        else:
            tx.emit(mailbox_id, "created", target.id, copy["id"])
    return saved


def _share_blobs(tx: WriteTx, new: NewRows, mailbox_id: int, hashes: Sequence[str]) -> None:
    """Refer to the same blobs; from another mailbox they are carried over."""
    if mailbox_id == new.mailbox_id:
        new.retained.update(Counter(key for key in hashes if key))
        return
    for content in blobs.load(tx.conn, mailbox_id, hashes).values():
        new.blobs.append(blobs.pack_blob(content))


def discard(tx: WriteTx, rows: Sequence[Row[Any]], moved_to: int = 0) -> None:
    """Delete items for good, with tombstones and events. All of one mailbox each group."""
    by_mailbox: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_mailbox.setdefault(row.mailbox_id, []).append(row)
    for mailbox_id, group in by_mailbox.items():
        tx.lock(mailbox_id)
        count_rows(tx, group, -1)
        bury(tx, group, moved_to)
        remove_rows(tx, mailbox_id, group)
        for row in group:
            tx.emit(mailbox_id, "deleted", row.folder_id, row.id)


def move_to_bin(tx: WriteTx, rows: Sequence[Row[Any]], how: str) -> None:
    """Move to Deleted Items or the dumpster; what lies there already is deleted for good."""
    role = "deleteditems" if how == "to_deleted_items" else "recoverableitemsdeletions"
    by_mailbox: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_mailbox.setdefault(row.mailbox_id, []).append(row)
    for mailbox_id, group in by_mailbox.items():
        target = bin_of(tx, mailbox_id, role)
        discard(tx, [row for row in group if row.folder_id == target.id])
        _move_inside(tx, [row for row in group if row.folder_id != target.id], target)


def bin_of(tx: WriteTx, mailbox_id: int, role: str) -> FolderRow:
    """The folder of that role in a mailbox; who may delete there may fill the bin."""
    row = tx.conn.execute(
        select(tables.folder).where(
            tables.folder.c.mailbox_id == mailbox_id, tables.folder.c.role == role
        )
    ).first()
    if row is None:
        raise AccessDenied(f"the mailbox has no folder {role}")
    return row
