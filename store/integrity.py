"""The store's own inspection: do counters, references and indexes say what the data says?"""

from __future__ import annotations

from sqlalchemy import func, select, text

from store import tables
from store.commands import CheckIntegrity
from store.executor import Tx, reads
from store.items.insert import UNREAD_KINDS

_item = tables.item
_folder = tables.folder


@reads(CheckIntegrity)
def check_integrity(tx: Tx, command: CheckIntegrity) -> list[str]:
    """What is wrong, one sentence each; empty for a sound store."""
    del command
    wrong = _engine(tx)
    for mailbox_id in tx.conn.scalars(select(tables.mailbox.c.id)).all():
        wrong += _counters(tx, mailbox_id)
        wrong += _orphans(tx, mailbox_id)
        wrong += _blob_references(tx, mailbox_id)
        wrong += _numbers(tx, mailbox_id)
    return wrong


def _engine(tx: Tx) -> list[str]:
    if tx.dialect != "sqlite":
        return []
    found = tx.conn.execute(text("PRAGMA integrity_check")).scalars().all()
    return [f"database: {line}" for line in found if line != "ok"]


def _counters(tx: Tx, mailbox_id: int) -> list[str]:
    counted = {
        row.folder_id: row
        for row in tx.conn.execute(
            select(
                _item.c.folder_id,
                func.count().filter(_item.c.is_associated.is_(False)).label("total"),
                func.count().filter(_item.c.is_associated.is_(True)).label("associated"),
                func.count()
                .filter(
                    _item.c.is_associated.is_(False),
                    _item.c.is_read.is_(False),
                    _item.c.kind.in_(UNREAD_KINDS),
                )
                .label("unread"),
                func.coalesce(func.sum(_item.c.size), 0).label("size"),
            )
            .where(_item.c.mailbox_id == mailbox_id)
            .group_by(_item.c.folder_id)
        )
    }
    wrong: list[str] = []
    for folder in tx.conn.execute(select(_folder).where(_folder.c.mailbox_id == mailbox_id)):
        row = counted.pop(folder.id, None)
        real = (row.total, row.unread, row.associated, row.size) if row else (0, 0, 0, 0)
        kept = (
            folder.total_count,
            folder.unread_count,
            folder.associated_count,
            folder.size,
        )
        if real != kept:
            wrong.append(
                f"mailbox {mailbox_id}, folder {folder.name}: counters (items, unread, hidden,"
                f" bytes) say {kept}, the items say {real}"
            )
    wrong += [f"mailbox {mailbox_id}: items in folder {id}, which is not there" for id in counted]
    return wrong


def _orphans(tx: Tx, mailbox_id: int) -> list[str]:
    items = set(tx.conn.scalars(select(_item.c.id).where(_item.c.mailbox_id == mailbox_id)))
    wrong: list[str] = []
    content = tables.content
    with_content = set(
        tx.conn.scalars(select(content.c.item_id).where(content.c.mailbox_id == mailbox_id))
    )
    if items != with_content:
        wrong.append(
            f"mailbox {mailbox_id}: {len(items - with_content)} items without content,"
            f" {len(with_content - items)} contents without item"
        )
    attachment = tables.attachment
    attached = set(
        tx.conn.scalars(select(attachment.c.item_id).where(attachment.c.mailbox_id == mailbox_id))
    )
    if attached - items:
        wrong.append(f"mailbox {mailbox_id}: {len(attached - items)} attachments without item")
    return wrong


def _blob_references(tx: Tx, mailbox_id: int) -> list[str]:
    counted: dict[str, int] = {}
    content, attachment = tables.content, tables.attachment
    for row in tx.conn.execute(
        select(content.c.mime, content.c.html).where(content.c.mailbox_id == mailbox_id)
    ):
        for key in row:
            counted[key] = counted.get(key, 0) + 1
    for key in tx.conn.scalars(
        select(attachment.c.blob).where(attachment.c.mailbox_id == mailbox_id)
    ):
        counted[key] = counted.get(key, 0) + 1
    counted.pop("", None)
    kept = {
        row.hash: row.refs
        for row in tx.conn.execute(
            select(tables.blob.c.hash, tables.blob.c.refs).where(
                tables.blob.c.mailbox_id == mailbox_id
            )
        )
    }
    return [
        f"mailbox {mailbox_id}: blob {key} counts {kept.get(key)} references, the rows hold"
        f" {counted.get(key)}"
        for key in sorted(counted.keys() | kept.keys())
        if counted.get(key) != kept.get(key)
    ]


def _numbers(tx: Tx, mailbox_id: int) -> list[str]:
    state = tx.conn.execute(select(tables.mailbox).where(tables.mailbox.c.id == mailbox_id)).one()
    highest = tx.conn.execute(
        select(
            func.coalesce(func.max(_item.c.seq), 0),
            func.coalesce(func.max(_item.c.id), 0),
        ).where(_item.c.mailbox_id == mailbox_id)
    ).one()
    wrong: list[str] = []
    if highest[0] > state.modseq:
        wrong.append(f"mailbox {mailbox_id}: an item's change number is above the mailbox's")
    if highest[1] >= state.next_id:
        wrong.append(f"mailbox {mailbox_id}: an item's id is above the next one")
    return wrong
