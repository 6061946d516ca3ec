"""Moves that a device makes: it learns the new ids by the answer, and is not told of them again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from store import tables
from store.devices.collection import load_own, newest_position, save_own
from store.devices.commands import MoveForDevice
from store.devices.follow import OWN_DELETION, TO_BE_TOLD_GONE
from store.devices.model import Entry, Moved
from store.devices.owner import own_mailbox
from store.devices.rounds import is_remembered, note, remember
from store.errors import IntoItself, NotFound, StoreError
from store.executor import WriteTx, writes
from store.items.relocate import move_to
from store.items.rows import item_rows
from store.model import FolderId, ItemId
from store.rights import Right

_tombstone = tables.tombstone
_BURIED = (
    select(_tombstone)
    .where(
        _tombstone.c.mailbox_id == bindparam("mailbox_id"),
        _tombstone.c.item_id == bindparam("item_id"),
        _tombstone.c.folder_id == bindparam("folder_id"),
    )
    .order_by(_tombstone.c.seq.desc())
    .limit(1)
)


@writes(MoveForDevice)
def move_for_device(tx: WriteTx, command: MoveForDevice) -> list[Moved | StoreError]:
    """Move items one by one: each has its own result."""
    mailbox_id = own_mailbox(tx)
    tx.lock(mailbox_id)
    results: list[Moved | StoreError] = []
    log: list[Entry] = []
    for item, source, target in command.items:
        result = tx.attempt(
            lambda item=item, source=source, target=target: _move(
                tx, command.device, item, source, target
            )
        )
        if isinstance(result, Moved):
            log.append(Entry("delete", item.id, f"its own move to folder {target}"))
            log.append(Entry("add", result.item.id, f"its own move from folder {source}"))
        results.append(result)
    if log:
        note(tx, mailbox_id, command.device, "move", entries=log)
    return results


def _move(tx: WriteTx, device: str, item: ItemId, source: int, target: int) -> Moved:
    """One item. Raises NotFound (role ``item``, ``target``), IntoItself, AccessDenied."""
    mailbox_id = own_mailbox(tx)
    folder = tx.access.folder(FolderId(mailbox_id, target), Right.CREATE_ITEMS, role="target")
    row = item_rows(tx, mailbox_id, [item.id]).get(item.id)
    if item.mailbox_id != mailbox_id or row is None or row.folder_id != source:
        return _moved_before(tx, device, item, source, target)
    if source == target:
        raise IntoItself("the item lies in that folder already")
    own = load_own(tx, mailbox_id, device, source)
    is_known = own.get(item.id, 0) >= row.seq or not _is_unseen(tx, device, source, row)
    saved = move_to(tx, [item], folder)[0]
    if isinstance(saved, StoreError):
        raise saved
    if saved.id is None:
        raise NotFound("the item left the mailbox", role="item")
    remember(tx, mailbox_id, device, _token(item, target))
    own[item.id] = OWN_DELETION
    save_own(tx, mailbox_id, device, source, own)
    there = load_own(tx, mailbox_id, device, target)
    # What others changed in it meanwhile is still to be told.
    there[saved.id.id] = saved.change if is_known else 0
    save_own(tx, mailbox_id, device, target, there)
    return Moved(saved.id)


def _is_unseen(tx: WriteTx, device: str, folder_id: int, row: Any) -> bool:
    """Whether the item changed since the device's newest state of the folder."""
    position = newest_position(tx, own_mailbox(tx), device, folder_id)
    return position is not None and (row.seq, row.id) > (position.seq, position.at)


def _token(item: ItemId, target: int) -> str:
    """An id is given once: a device moves it to a folder once."""
    return f"move:{item.id}:{target}"


def _moved_before(tx: WriteTx, device: str, item: ItemId, source: int, target: int) -> Moved:
    """Where the very same move of this device took the item: its answer was lost.

    Raises NotFound, also where it was another's move: then the device hears of that by itself.
    If the item has gone from there meanwhile, the device is told so after it has learned of it.
    """
    mailbox_id = own_mailbox(tx)
    buried = tx.conn.execute(
        _BURIED, {"mailbox_id": mailbox_id, "item_id": item.id, "folder_id": source}
    ).first()
    is_own = is_remembered(tx, mailbox_id, device, _token(item, target))
    if buried is None or not is_own or buried.moved_to != target or not buried.moved_item:
        raise NotFound("the item was not found", role="item")
    now = item_rows(tx, mailbox_id, [buried.moved_item]).get(buried.moved_item)
    if now is None or now.folder_id != target:
        there = load_own(tx, mailbox_id, device, target)
        there[buried.moved_item] = TO_BE_TOLD_GONE
        save_own(tx, mailbox_id, device, target, there)
        tx.bump(mailbox_id)  # there is something to be told
    return Moved(ItemId(mailbox_id, buried.moved_item), again=True)
