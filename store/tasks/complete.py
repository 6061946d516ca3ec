"""A recurring task that is done: a finished copy stays, and the task moves to its next time."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row

from store.commands import ItemChange
from store.executor import WriteTx
from store.items.bodies import changed_body
from store.items.change import Edit
from store.items.fetch import load_draft
from store.items.insert import insert_items
from store.model import ItemId
from store.record import pack, properties_of
from store.tasks.recurring import advanced, completed_copy, is_recurring


def done_once(tx: WriteTx, row: Row[Any], change: ItemChange) -> ItemChange:
    """A change that completes a recurring task, as the change to its next time; any other as it
    is. A task that has no next time is completed for good."""
    properties, _ = properties_of(row)
    if not is_recurring(properties) or properties.get("status") == "completed":
        return change
    after = Edit(tx, row, change).properties
    if after.get("status") != "completed" or not is_recurring(after):
        return change
    further = advanced(after, tx.now)
    if further is None:
        return change
    whole = load_draft(tx, row)
    copy = msgspec.structs.replace(
        whole,
        properties=completed_copy(after, tx.now),
        body=changed_body(change, whole.body),
        mime=None,
    )
    insert_items(tx, row.mailbox_id, row.folder_id, [pack(copy, tx.now)])
    gone = tuple(name for name in ("complete_date",) if name in after)
    kept = {k: v for k, v in change.set.items() if k not in _OF_COMPLETION}
    return msgspec.structs.replace(change, set=kept | further, unset=(*change.unset, *gone))


_OF_COMPLETION = frozenset({"status", "percent_complete", "complete_date", "reminder_is_set"})


def skip_once(tx: WriteTx, row: Row[Any]) -> bool:
    """Take the current time out of a recurring task: it moves to its next one. False where the
    task does not recur, or has no next time."""
    properties, _ = properties_of(row)
    further = advanced(properties, tx.now) if is_recurring(properties) else None
    if further is None:
        return False
    Edit(tx, row, ItemChange(ItemId(row.mailbox_id, row.id), set=further)).write()
    return True
