"""Conversations that somebody wants to have in one folder: what there is of them, and what comes.

The wish is a hidden item in the Inbox (as MS-OXOCFG 2.2.8 has it), found by its uid: a delivery
asks for it once, whatever the length of the conversation.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from schemas.classes import is_sendable
from schemas.folders import MESSAGE_ROOT
from store import tables
from store.access import FolderRow
from store.commands import Command, FolderRef
from store.errors import Damaged, NotFound, StoreError, WrongFolderClass
from store.executor import Tx, WriteTx, writes
from store.folders.read import below, tree
from store.items.insert import insert_item
from store.items.relocate import discard, move_to
from store.model import ItemDraft, ItemId
from store.record import decode_record
from store.rights import Right

_item = tables.item
_CLASS = "IPM.ConversationAction"
_TARGET = "{00020329-0000-0000-c000-000000000046}:n:ConversationTarget:Integer"
_MESSAGES = "IPF.NOTE"
# Nobody looks for mail there.
_NO_TARGETS = frozenset({"drafts", "outbox"})
# What one sent stays where it is (MS-ASCON 2.2.2.8), and so does what is not written to its end.
_STAYS = frozenset({"sentitems", "drafts", "outbox"})
_OF_CONVERSATION = select(_item.c.id, _item.c.folder_id, _item.c.item_class).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.conversation_id == bindparam("conversation_id"),
    _item.c.is_associated.is_(False),
)
_WISH = select(_item).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.uid == bindparam("uid"),
    _item.c.item_class == _CLASS,
    _item.c.is_associated.is_(True),
)


class KeepConversation(Command, frozen=True):
    """Move a conversation of the asker's mailbox to a folder, and what is delivered of it later
    -> int, how many items were moved. ``conversation_id`` in hex."""

    conversation_id: str
    target: FolderRef


@writes(KeepConversation)
def keep_conversation(tx: WriteTx, command: KeepConversation) -> int:
    """All or nothing. Raises NotFound (role ``item``: no such conversation; ``target``),
    AccessDenied, WrongFolderClass for a folder that is none for mail."""
    mailbox_id = tx.access.mailbox_id("")
    folder = tx.held_folder(command.target, Right.CREATE_ITEMS, "target", (mailbox_id,))
    places = _places(tx, mailbox_id)
    if folder.id not in places or folder.mailbox_id != mailbox_id or folder.role in _NO_TARGETS:
        raise WrongFolderClass(f"{folder.name} takes no conversations")
    keys = {"mailbox_id": mailbox_id, "conversation_id": command.conversation_id}
    found = [
        row
        for row in tx.conn.execute(_OF_CONVERSATION, keys)
        if is_sendable(row.item_class) and row.folder_id in places
    ]
    if not found:
        raise NotFound("the mailbox has no message of that conversation", role="item")
    items = [
        ItemId(mailbox_id, row.id)
        for row in found
        if row.folder_id != folder.id and places[row.folder_id].role not in _STAYS
    ]
    for outcome in move_to(tx, items, folder) if items else ():
        if isinstance(outcome, StoreError):
            raise outcome
    inbox = next(place for place in places.values() if place.role == "inbox")
    _keep_wish(tx, command.conversation_id, folder, inbox)
    return len(items)


def _places(tx: Tx, mailbox_id: int) -> dict[int, FolderRow]:
    """The folders of a mailbox in which its owner sees mail."""
    rows = tree(tx, mailbox_id)
    root = next(row for row in rows.values() if row.role == MESSAGE_ROOT)
    return {
        row.id: row
        for row in below(rows, root.id)
        if row.folder_class.upper().startswith(_MESSAGES)
    }


def _keep_wish(tx: WriteTx, conversation_id: str, folder: FolderRow, inbox: FolderRow) -> None:
    before = _wish(tx, folder.mailbox_id, conversation_id)
    if before is not None:
        if _target(before) == folder.id:
            return
        discard(tx, [before])
    draft = ItemDraft(
        item_class=_CLASS,
        properties={"subject": _CLASS, "is_read": True, "uid": _uid(conversation_id)},
        extended={_TARGET: folder.id},
    )
    insert_item(tx, inbox.mailbox_id, inbox.id, draft, associated=True)


def kept_in(tx: Tx, mailbox_id: int, conversation_id: str | None) -> int | None:
    """The folder that takes what is delivered of a conversation; None for the Inbox, as also
    where that folder was deleted."""
    wish = _wish(tx, mailbox_id, conversation_id) if conversation_id else None
    target = _target(wish) if wish is not None else None
    if target is None:
        return None
    rows = tree(tx, mailbox_id)
    gone = {
        row.id for bin in rows.values() if bin.role == "deleteditems" for row in below(rows, bin.id)
    }
    return target if target in _places(tx, mailbox_id) and target not in gone else None


def _wish(tx: Tx, mailbox_id: int, conversation_id: str) -> Row[Any] | None:
    keys = {"mailbox_id": mailbox_id, "uid": _uid(conversation_id)}
    return tx.conn.execute(_WISH, keys).first()


def _target(wish: Row[Any]) -> int | None:
    try:
        value = decode_record(wish.record)[1].get(_TARGET)
    except Damaged:
        return None  # mail is delivered, wherever
    return value if isinstance(value, int) else None


def _uid(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"
