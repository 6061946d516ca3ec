"""The queue of reminders by mail: one row for each item that has another to send, kept true by
whoever writes items. Rows of items that are gone fall out when they are due.

``to_attendees`` says whether reminders may go to others than the owner: those who may write in the
owner's name said them, and nobody else changed them or asked more people along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from schemas.property import Kind
from store import tables
from store.calendar.inbox_reminders import NAME, is_for_attendees, next_due, parts, said_of
from store.calendar.scheduling.messages import address_of, people_of
from store.executor import WriteTx
from store.model import Properties
from store.record import decode_record, mapping_of

_queue = tables.inbox_reminder
_THIS = (
    _queue.c.mailbox_id == bindparam("b_mailbox"),
    _queue.c.item_id == bindparam("b_item"),
)
_QUEUED = select(_queue.c.at, _queue.c.to_attendees).where(*_THIS)
_ADD = insert(_queue)
_DROP = delete(_queue).where(*_THIS)
_POSTPONE = update(_queue).where(*_THIS).values(at=bindparam("b_at"))
_FOLLOW = update(_queue).where(*_THIS).values(item_id=bindparam("b_new"))
_MARK = f'"{NAME}"'


def reminds(row: Mapping[str, Any]) -> bool:
    """Whether an item's row may speak of reminders by mail; for nearly all it is one comparison."""
    return row["kind"] == Kind.CALENDAR and _MARK in row["record"] and not row["is_associated"]


def note_new(tx: WriteTx, mailbox_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Queue new items, as their rows were inserted, whose reminders are still to come."""
    queued: list[dict[str, Any]] = []
    for row in rows:
        if not reminds(row):
            continue
        properties = decode_record(row["record"])[0] | {"start": row["start"], "end": row["end"]}
        at = next_due(properties, tx.now)
        if at:
            keys = {"mailbox_id": mailbox_id, "item_id": row["id"]}
            is_told = is_for_attendees(properties) and _may_tell(tx, mailbox_id)
            queued.append({**keys, "at": at, "to_attendees": is_told})
    if queued:
        tx.conn.execute(_ADD, queued)


def note_change(
    tx: WriteTx, mailbox_id: int, item_id: int, before: Properties, after: Properties
) -> None:
    """Queue an item anew after a change. What is due and was not sent yet stays due."""
    keys = {"b_mailbox": mailbox_id, "b_item": item_id}
    old = tx.conn.execute(_QUEUED, keys).first()
    since = tx.now if old is None else min(old.at, tx.now)
    at = next_due(after, since)
    if old is not None:
        tx.conn.execute(_DROP, keys)
    if at:
        was_told = old is not None and bool(old.to_attendees)
        is_told = is_for_attendees(after) and (
            _may_tell(tx, mailbox_id) or (was_told and not _tells_more(tx, before, after))
        )
        row = {"mailbox_id": mailbox_id, "item_id": item_id, "at": at, "to_attendees": is_told}
        tx.conn.execute(_ADD, [row])


def follow(tx: WriteTx, mailbox_id: int, rows: Sequence[Row[Any]], first: int) -> None:
    """Items moved inside a mailbox; the new ids count from ``first`` on."""
    moved = [
        {"b_mailbox": mailbox_id, "b_item": row.id, "b_new": id}
        for id, row in enumerate(rows, first)
        if reminds(mapping_of(row))
    ]
    if moved:
        tx.conn.execute(_FOLLOW, moved)


def postpone(tx: WriteTx, mailbox_id: int, item_id: int, at: str) -> None:
    """An item reminds next at ``at``; empty: no more."""
    keys = {"b_mailbox": mailbox_id, "b_item": item_id}
    if at:
        tx.conn.execute(_POSTPONE, {**keys, "b_at": at})
    else:
        tx.conn.execute(_DROP, keys)


def _may_tell(tx: WriteTx, mailbox_id: int) -> bool:
    """Whether the asker may write in the name of the mailbox's owner."""
    return tx.access.owns(mailbox_id) or tx.access.acts_for(mailbox_id)


def _tells_more(tx: WriteTx, before: Properties, after: Properties) -> bool:
    """Whether a change has reminders say something else, or reach people who did not take part;
    an attendee who answers may add themselves."""
    added = _addresses(after) - _addresses(before) - {tx.principal.address.lower()}
    return said_of(after) != said_of(before) or bool(added)


def _addresses(properties: Properties) -> set[str]:
    return {address_of(person) for said in parts(properties) for person in people_of(said)}
