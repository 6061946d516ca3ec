"""Changing items: property by property, all or nothing for each item, with conflict rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, insert, select, update

from schemas.mapi import merge, remove
from schemas.properties import is_flag, is_read_state
from schemas.properties.make import MESSAGES
from schemas.property import Kind
from store import blobs, tables
from store.access import FolderRow
from store.calendar.exceptions import as_change_of_master
from store.calendar.reminder_queue import note_change, reminds
from store.calendar.settle import settled
from store.commands import ItemChange, MarkAllRead, Resolution
from store.contacts.settle import settled_contact
from store.errors import ChangeRequired, Conflict, StoreError, UnsupportedMime
from store.executor import WriteTx, writes
from store.items.bodies import changed_body
from store.items.create import RECIPIENTS, check_sizes, check_subject, named
from store.items.flags import settled_flag
from store.items.insert import check_quota, counts_as_unread
from store.items.rows import attachment_rows, content_rows, permitted, unindex
from store.model import Body, ItemDraft, ItemId
from store.record import PackedItem, columns_of, mapping_of, pack, properties_of
from store.results import SavedItem
from store.rights import Right
from store.search import words
from store.submission import receipts
from store.tasks.settle import settled_task

_item = tables.item

# The change numbers of parts that are told by themselves; those of flags have flags_seq.
_NUMBERS = {"is_read": "read_seq", "categories": "categories_seq"}
_EDITABLE = [
    column
    for column in _item.c
    if column.name
    not in {
        "mailbox_id",
        "id",
        "folder_id",
        "immutable_id",
        "imap_uid",
        "created_seq",
        "created",
    }
]
_UPDATE = (
    update(_item)
    .where(_item.c.mailbox_id == bindparam("b_mailbox"), _item.c.id == bindparam("b_id"))
    .values({column.name: bindparam(f"v_{column.name}") for column in _EDITABLE})
)
_UPDATE_CONTENT = (
    update(tables.content)
    .where(
        tables.content.c.mailbox_id == bindparam("b_mailbox"),
        tables.content.c.item_id == bindparam("b_id"),
    )
    .values(
        {
            name: bindparam(f"v_{name}")
            for name in (
                "mime",
                "html",
                "has_text",
                "text",
                "headers",
                "people",
                "names",
            )
        }
    )
)
_MARK = (
    update(_item)
    .where(
        _item.c.mailbox_id == bindparam("b_mailbox"),
        _item.c.folder_id == bindparam("b_folder"),
        _item.c.is_read != bindparam("b_read"),
        _item.c.is_associated.is_(False),
    )
    .values(is_read=bindparam("b_read"), read_seq=bindparam("b_seq"), seq=bindparam("b_seq"))
    .returning(_item.c.id, _item.c.kind)
)

_renewed = tables.item_renewed
_RENEWED = select(_renewed.c.seq).where(
    _renewed.c.mailbox_id == bindparam("mailbox_id"),
    _renewed.c.folder_id == bindparam("folder_id"),
    _renewed.c.seq == bindparam("seq"),
    _renewed.c.item_id == bindparam("item_id"),
)

Outcome = SavedItem | StoreError


def editable(tx: WriteTx, items: Sequence[ItemId]) -> list[Row[Any] | StoreError]:
    """The row of each item that the asker may change; of an occurrence its master's."""
    return permitted(tx, items, Right.EDIT_ALL, owned=Right.EDIT_OWNED, occurrences=True)


def edit_of(tx: WriteTx, row: Row[Any], change: ItemChange) -> Edit:
    """A change worked out, not written; of an occurrence as a change of its series.

    Raises NotFound, InvalidValue.
    """
    if change.item.original:
        body = stored_body(tx, row) if change.append else None
        change = as_change_of_master(properties_of(row), change, body, tx.now)
    return Edit(tx, row, change)


def check_change(tx: WriteTx, row: Row[Any], change: ItemChange, resolution: Resolution) -> int:
    """Compare change numbers; the number of conflicts resolved (always 0: nothing is merged away).

    Raises ChangeRequired, Conflict.
    """
    if resolution == "always_overwrite":
        return 0
    if change.change is None:
        if resolution == "auto_resolve" and _only_flags(row.kind, change):
            return 0
        raise ChangeRequired("this change needs the item's change number", role="item")
    if change.change != row.seq:
        # An occurrence has its series' number, which a change of any other one raises too.
        is_apart = bool(change.item.original) or _only_flags(row.kind, change)
        if resolution == "auto_resolve" and is_apart:
            return 0
        raise Conflict("the item was changed since that change number", role="item")
    return 0


def _only_flags(kind: str, change: ItemChange) -> bool:
    """A change of read state, flag and categories alone disturbs nobody's edit."""
    if change.body is not None or change.append or change.draft is not None:
        return False
    names = [*change.set, *change.unset]
    return all(is_read_state(name) or is_flag(name, kind) for name in names)


class Edit:
    """One item's change, worked out before anything is written."""

    def __init__(self, tx: WriteTx, row: Row[Any], change: ItemChange) -> None:
        self._tx = tx
        self._row = row
        self._change = change
        self.was_read = bool(row.is_read)
        self._properties, self._extended = properties_of(row)
        self._before = dict(self._properties)
        self._apply()
        self.became_read = bool(self._properties.get("is_read")) and not self.was_read

    @property
    def properties(self) -> dict[str, Any]:
        """What the item will say."""
        return self._properties

    def _apply(self) -> None:
        check_subject(self._tx, self._change.set)
        for name, value in self._change.set.items():
            self._set(name, value)
        for name, value in self._change.append.items():
            if isinstance(value, dict):
                self._properties[name] = {**self._properties.get(name, {}), **value}
            elif not name.startswith("body"):
                self._properties[name] = [*self._properties.get(name, []), *value]
        for name in self._change.unset:
            self._unset(name)
        if self._row.kind in MESSAGES:
            self._properties = settled_flag(self._properties, self._change)
        if any(name in RECIPIENTS for name in (*self._change.set, *self._change.append)):
            self._properties = named(self._tx, self._properties)
        if self._tx.principal.name:
            self._properties["last_modified_name"] = self._tx.principal.name
        if self._touches_content:
            self._properties.pop("is_unmodified", None)
            if self._row.kind == Kind.CALENDAR:
                self._properties = settled(self._properties, self._tx.now, self._before)
            elif self._row.kind == Kind.TASK:
                self._properties = settled_task(self._properties, self._tx.now, self._before)
            elif self._row.kind == Kind.CONTACT:
                self._properties = settled_contact(self._properties, self._before)

    def _set(self, name: str, value: Any) -> None:
        if name.startswith("x:"):
            self._extended[name[2:]] = value
        else:
            merge(self._properties, {name: value})

    def _unset(self, name: str) -> None:
        if name.startswith("x:"):
            self._extended.pop(name[2:], None)
        else:
            remove(self._properties, name)

    @property
    def _touches_content(self) -> bool:
        change = self._change
        if change.body is not None or change.draft is not None or change.append:
            return True
        return any(
            not (name.startswith("x:") or is_read_state(name) or is_flag(name, self._row.kind))
            for name in (*change.set, *change.unset)
        )

    @property
    def _numbers(self) -> set[str]:
        """Which of the item's change numbers tell of it."""
        names = (*self._change.set, *self._change.unset)
        if self._touches_content or any(name.startswith("x:") for name in names):
            return {"changed_seq"}
        return {_NUMBERS.get(name, "flags_seq") for name in names} or {"read_seq"}

    def write(self) -> int:
        """Write the change; the item's new change number."""
        if self._touches_content:
            return self._write_all()
        return self._write_row(columns_of(self._properties, self._extended, self._tx.now))

    def _write_row(self, values: dict[str, Any]) -> int:
        tx, row = self._tx, self._row
        seq = tx.bump(row.mailbox_id)
        before = mapping_of(row)
        kept = {column.name: before[column.name] for column in _EDITABLE}
        merged = {**kept, **{k: v for k, v in values.items() if k in kept}}
        if merged["size"] > row.size:
            check_quota(tx, row.mailbox_id, merged["size"] - row.size)
        self._renew(merged, seq)
        merged["modified"] = tx.now
        merged["seq"] = seq
        merged |= dict.fromkeys(self._numbers, seq)
        tx.conn.execute(
            _UPDATE,
            {
                "b_mailbox": row.mailbox_id,
                "b_id": row.id,
                **{f"v_{name}": value for name, value in merged.items()},
            },
        )
        delta = tx.folder(row.mailbox_id, row.folder_id)
        delta.size += merged["size"] - row.size
        if not row.is_associated:
            delta.unread += counts_as_unread(merged["kind"], merged["is_read"])
            delta.unread -= counts_as_unread(row.kind, row.is_read)
        if self._touches_content and (reminds(before) or reminds(merged)):
            note_change(tx, row.mailbox_id, row.id, self._before, self._properties)
        tx.emit(row.mailbox_id, "modified", row.folder_id, row.id)
        return seq

    def _renew(self, merged: dict[str, Any], seq: int) -> None:
        """Give the item a new place in the order of ``until`` where it moved there, and keep for
        followers where it was."""
        tx, row = self._tx, self._row
        if merged["until"] == row.until:
            return
        merged["until_id"] = None if merged["until"] is None else tx.allocate(row.mailbox_id)
        keys = {"mailbox_id": row.mailbox_id, "folder_id": row.folder_id, "item_id": row.id}
        is_known = tx.conn.execute(_RENEWED, {**keys, "seq": seq}).first() is not None
        if row.until is None or row.is_associated or is_known:  # the first place of a command
            return
        was = {"kind": row.kind, "until": row.until, "until_id": row.until_id}
        tx.conn.execute(insert(_renewed), [{**keys, "seq": seq, **was}])

    def _write_all(self) -> int:
        """Content changed: pack the item anew, keeping blobs and attachments that stay."""
        tx, row, change = self._tx, self._row, self._change
        content = content_rows(tx, row.mailbox_id, [row.id])[row.id]
        attachments = attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, [])
        body = self._body(content)
        draft = ItemDraft(
            item_class=self._properties.pop("item_class", row.item_class),
            properties=self._properties,
            extended=self._extended,
            body=body,
        )
        if change.draft is not None:
            draft = self._anew(draft, change.draft)
        packed = pack(draft, tx.now, associated=row.is_associated)
        check_sizes(tx, packed)
        if change.draft is None:
            packed.row["has_attachments"] = any(not a.is_inline for a in attachments)
            packed.row["size"] += sum(a.size for a in attachments)
            packed.content["names"] = " ".join(a.name for a in attachments)
            packed.content["headers"] = content.headers
            if not self._mime_is_stale():
                packed.content["mime"] = content.mime
                packed.row["size"] = row.size
        seq = self._write_row(packed.row)
        self._write_content(content, packed, replace_attachments=change.draft is not None)
        return seq

    def _anew(self, edited: ItemDraft, given: ItemDraft) -> ItemDraft:
        """The message that new MIME says, with all that lives beside it.

        What the same change sets itself wins. Raises UnsupportedMime.
        """
        if self._row.kind not in _WITH_MIME:
            raise UnsupportedMime("items of this kind are not made from MIME")
        # MIME tells classes of mail apart; of a post it does not say that it is one.
        is_told = self._row.kind == Kind.MESSAGE and given.item_class != "IPM.Note"
        own = set(self._change.set)
        kept = {k: v for k, v in edited.properties.items() if k not in _IN_MIME}
        said = {k: v for k, v in given.properties.items() if k not in own}
        named = {k: v for k, v in edited.properties.items() if k in own}
        return msgspec.structs.replace(
            given,
            item_class=given.item_class if is_told else edited.item_class,
            properties={**kept, **said, **named},
            extended={**edited.extended, **given.extended},
        )

    def _mime_is_stale(self) -> bool:
        """Whether the stored MIME no longer says what the item does: then it is made anew when
        asked for."""
        change = self._change
        if change.body is not None or change.append:
            return True
        return any(name in _IN_MIME for name in (*change.set, *change.unset))

    def _body(self, content: Row[Any]) -> Body:
        return changed_body(self._change, body_in(self._tx, self._row, content))

    def _write_content(
        self, old: Row[Any], packed: PackedItem, *, replace_attachments: bool
    ) -> None:
        tx, row = self._tx, self._row
        released: Counter[str] = Counter()
        fresh = {blob.hash for blob in packed.blobs}
        if old.mime != packed.content["mime"] or old.mime in fresh:
            released[old.mime] -= 1
        released[old.html] -= 1
        blobs.save(tx.conn, row.mailbox_id, packed.blobs)
        if replace_attachments:
            released.update(self._replace_attachments(packed))
        unindex(tx, row.mailbox_id, [row], {row.id: old})
        tx.conn.execute(
            _UPDATE_CONTENT,
            {
                "b_mailbox": row.mailbox_id,
                "b_id": row.id,
                **{f"v_{name}": value for name, value in packed.content.items()},
            },
        )
        words.index_many(
            tx.conn,
            tx.dialect,
            row.mailbox_id,
            [
                (
                    row.id,
                    packed.row["subject"] or "",
                    packed.content["people"],
                    packed.content["text"],
                    packed.content["names"],
                )
            ],
        )
        blobs.change_references(tx.conn, row.mailbox_id, released)

    def _replace_attachments(self, packed: PackedItem) -> Counter[str]:
        tx, row = self._tx, self._row
        released: Counter[str] = Counter()
        for attachment in attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, []):
            released[attachment.blob] -= 1
        table = tables.attachment
        tx.conn.execute(
            table.delete().where(table.c.mailbox_id == row.mailbox_id, table.c.item_id == row.id)
        )
        rows = [
            {**a.row, "mailbox_id": row.mailbox_id, "item_id": row.id, "id": number}
            for number, a in enumerate(packed.attachments, 1)
        ]
        if rows:
            tx.conn.execute(insert(table), rows)
        return released


def stored_body(tx: WriteTx, row: Row[Any]) -> Body:
    """The body of a stored item."""
    return body_in(tx, row, content_rows(tx, row.mailbox_id, [row.id])[row.id])


def body_in(tx: WriteTx, row: Row[Any], content: Row[Any]) -> Body:
    """The body in an item's content row."""
    html = None
    if content.html:
        html = blobs.load(tx.conn, row.mailbox_id, [content.html])[content.html]
    return Body(
        html=html.decode("utf-8") if html is not None else None,
        text=content.text if content.has_text else None,
    )


_WITH_MIME = frozenset({"message", "post", "note", "item"})

# What a message's MIME says itself; everything else lives beside it.
_IN_MIME = frozenset(
    {
        "subject",
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "reply_to",
        "importance",
        "sensitivity",
        "message_id",
        "in_reply_to",
        "references",
        "body",
        "is_read_receipt_requested",
        "is_delivery_receipt_requested",
    }
)


@writes(MarkAllRead)
def mark_all_read(tx: WriteTx, command: MarkAllRead) -> list[StoreError | None]:
    """Set every item of folders read or unread, in one statement for each folder."""
    results: list[StoreError | None] = []
    for ref in command.folders:
        try:
            folder = tx.access.folder(ref, Right.READ_ALL | Right.EDIT_ALL)
        except StoreError as error:
            results.append(error)
            continue
        _mark(tx, folder, command)
        results.append(None)
    return results


def _mark(tx: WriteTx, folder: FolderRow, command: MarkAllRead) -> None:
    mailbox_id = folder.mailbox_id
    tx.lock(mailbox_id)
    if command.read and not command.suppress_receipts:
        receipts.all_read(tx, folder)
    marked = tx.conn.execute(
        _MARK,
        {
            "b_mailbox": mailbox_id,
            "b_folder": folder.id,
            "b_read": command.read,
            "b_seq": tx.bump(mailbox_id),
        },
    ).all()
    delta = tx.folder(mailbox_id, folder.id)
    for row in marked:
        if counts_as_unread(row.kind, False):
            delta.unread += -1 if command.read else 1
        tx.emit(mailbox_id, "modified", folder.id, row.id)
