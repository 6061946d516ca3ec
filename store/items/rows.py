"""The statements on item rows that several commands share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, insert, select

from store import blobs, tables
from store.calendar import reminder_queue
from store.calendar.private import is_hidden
from store.errors import AccessDenied, NotFound, NotSupported, StoreError
from store.executor import Tx, WriteTx
from store.model import ItemId
from store.record import decode_record
from store.rights import Right
from store.search import words

_item = tables.item
_content = tables.content
_attachment = tables.attachment

# SQLite takes some 32,000 parameters in one statement, PostgreSQL 65,535.
IDS_MAX = 10_000


class _OfItems:
    """Reads a table's rows of some items of a mailbox. Of one item, which clients ask for most,
    by a statement that need not be written anew for the number of ids."""

    def __init__(self, table: Table, id: ColumnElement[int], *order: ColumnElement[Any]) -> None:
        here = select(table).where(table.c.mailbox_id == bindparam("mailbox_id")).order_by(*order)
        self._one = here.where(id == bindparam("id"))
        self._many = here.where(id.in_(bindparam("ids", expanding=True)))

    def rows(self, tx: Tx, mailbox_id: int, ids: Sequence[int]) -> Iterable[Row[Any]]:
        """The rows, in the table's order."""
        if len(ids) == 1:
            yield from tx.conn.execute(self._one, {"mailbox_id": mailbox_id, "id": ids[0]})
            return
        for start in range(0, len(ids), IDS_MAX):
            keys = {"mailbox_id": mailbox_id, "ids": ids[start : start + IDS_MAX]}
            yield from tx.conn.execute(self._many, keys)


_ITEMS = _OfItems(_item, _item.c.id)
_CONTENTS = _OfItems(_content, _content.c.item_id)
_ATTACHMENTS = _OfItems(_attachment, _attachment.c.item_id, _attachment.c.item_id, _attachment.c.id)
_OF_ITEMS = {
    table: delete(table).where(
        table.c.mailbox_id == bindparam("b_mailbox"), column == bindparam("b_item")
    )
    for table, column in (
        (_item, _item.c.id),
        (_content, _content.c.item_id),
        (_attachment, _attachment.c.item_id),
    )
}
_INSERT_ITEM = insert(_item)
_INSERT_CONTENT = insert(_content)
_INSERT_ATTACHMENT = insert(_attachment)
_INSERT_TOMBSTONE = insert(tables.tombstone)


def item_rows(tx: Tx, mailbox_id: int, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Rows of the item table by id; ids that are not there are missing."""
    return {row.id: row for row in _ITEMS.rows(tx, mailbox_id, ids)}


def content_rows(tx: Tx, mailbox_id: int, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Rows of the content table by item id."""
    return {row.item_id: row for row in _CONTENTS.rows(tx, mailbox_id, ids)}


def attachment_rows(tx: Tx, mailbox_id: int, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Rows of the attachment table by item id, in order."""
    found: dict[int, list[Row[Any]]] = {}
    for row in _ATTACHMENTS.rows(tx, mailbox_id, ids):
        found.setdefault(row.item_id, []).append(row)
    return found


def permitted(
    tx: Tx,
    items: Sequence[ItemId],
    need: Right,
    owned: Right = Right.NONE,
    *,
    occurrences: bool = False,
    private: bool = False,
) -> list[Row[Any] | StoreError]:
    """The row of each item on which the asker has ``need`` (or, on own items, ``owned``).

    In place of a row stands NotFound or AccessDenied. Items of foreign folders that the asker may
    not read are not found. ``occurrences``: the caller takes ids of single occurrences, whose row
    is the master's; else they are refused. ``private``: the caller conceals what is private; else
    that is refused to others than the owner.
    """
    by_mailbox: dict[int, list[int]] = {}
    for item in items:
        by_mailbox.setdefault(item.mailbox_id, []).append(item.id)
    found = {key: item_rows(tx, key, ids) for key, ids in by_mailbox.items()}
    return [
        NotSupported("this cannot be done to a single occurrence", role="occurrence")
        if item.original and not occurrences
        else _permit(tx, found[item.mailbox_id].get(item.id), need, owned, private=private)
        for item in items
    ]


def _permit(
    tx: Tx, row: Row[Any] | None, need: Right, owned: Right, *, private: bool
) -> Row[Any] | StoreError:
    if row is None:
        return NotFound("the item was not found", role="item")
    if tx.access.owns(row.mailbox_id):
        return row
    rights = tx.access.rights(row.mailbox_id, row.folder_id)
    is_own = bool(owned) and created_by(row) == tx.principal.account_id
    if need & ~rights and not (is_own and not owned & ~rights):
        if not rights & Right.READ_ALL and not is_own:
            return NotFound("the item was not found", role="item")
        return AccessDenied("the right on this item is missing", role="item")
    if not private and is_hidden(tx, row):
        return AccessDenied("the item is private", role="item")
    return row


def created_by(row: Row[Any]) -> int:
    """The account that made an item; 0 where the record does not say."""
    return int(decode_record(row.record)[0].get("creator", 0))


class NewRows:
    """Rows gathered for one insert each: items with content, attachments, blobs and words."""

    def __init__(self, mailbox_id: int) -> None:
        self.mailbox_id = mailbox_id
        self.items: list[dict[str, Any]] = []
        self.contents: list[dict[str, Any]] = []
        self.attachments: list[dict[str, Any]] = []
        self.blobs: list[blobs.PackedBlob] = []
        self.retained: Counter[str] = Counter()

    def write(self, tx: WriteTx) -> None:
        """Insert all that was gathered."""
        if not self.items:
            return
        conn = tx.conn
        conn.execute(_INSERT_ITEM, self.items)
        conn.execute(_INSERT_CONTENT, self.contents)
        if self.attachments:
            conn.execute(_INSERT_ATTACHMENT, self.attachments)
        reminder_queue.note_new(tx, self.mailbox_id, self.items)
        blobs.save(conn, self.mailbox_id, self.blobs)
        blobs.change_references(conn, self.mailbox_id, self.retained)
        words.index_many(
            conn,
            tx.dialect,
            self.mailbox_id,
            [
                (
                    row["id"],
                    row["subject"] or "",
                    text["people"],
                    text["text"],
                    text["names"],
                )
                for row, text in zip(self.items, self.contents, strict=True)
            ],
        )


def remove_rows(tx: WriteTx, mailbox_id: int, rows: Sequence[Row[Any]]) -> None:
    """Delete items for good: rows, words, references to blobs. Tombstones are the caller's."""
    ids = [row.id for row in rows]
    contents = content_rows(tx, mailbox_id, ids)
    released: Counter[str] = Counter()
    for content in contents.values():
        released[content.mime] -= 1
        released[content.html] -= 1
    for attachments in attachment_rows(tx, mailbox_id, ids).values():
        for attachment in attachments:
            released[attachment.blob] -= 1
    unindex(tx, mailbox_id, rows, contents)
    keys = [{"b_mailbox": mailbox_id, "b_item": key} for key in ids]
    for statement in _OF_ITEMS.values():
        tx.conn.execute(statement, keys)
    blobs.change_references(tx.conn, mailbox_id, released)


def unindex(
    tx: WriteTx,
    mailbox_id: int,
    rows: Sequence[Row[Any]],
    contents: dict[int, Row[Any]],
) -> None:
    """Take items out of the word index, with the very values that went in."""
    words.unindex_many(
        tx.conn,
        tx.dialect,
        mailbox_id,
        [
            (row.id, row.subject or "", text.people, text.text, text.names)
            for row in rows
            if (text := contents.get(row.id)) is not None
        ],
    )


def bury(tx: WriteTx, rows: Sequence[Row[Any]], moved_to: int = 0, first_item: int = 0) -> None:
    """Leave a tombstone for each item that leaves its folder. ``first_item``: the new id of the
    first of them where they moved, those of the others follow it."""
    if not rows:
        return
    seq = tx.bump(rows[0].mailbox_id)
    tx.conn.execute(
        _INSERT_TOMBSTONE,
        [
            {
                "mailbox_id": row.mailbox_id,
                "folder_id": row.folder_id,
                "seq": seq,
                "item_id": row.id,
                "created_seq": row.created_seq,
                "is_associated": row.is_associated,
                "kind": row.kind,
                "moved_to": moved_to,
                "received": row.received,
                "until": row.until,
                "until_id": row.until_id,
                "moved_item": first_item + place if first_item else 0,
                "at": tx.now,
                "conversation_id": row.conversation_id,
            }
            for place, row in enumerate(rows)
        ],
    )
