"""ReadAvailability: what the calendars of people, rooms and lists say to the asker."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from store import tables
from store.calendar.availability.hours import working_hours
from store.calendar.view import placed, rows_of
from store.commands import ReadAvailability
from store.errors import AccessDenied, NoSuchMailbox, StoreError, TooMany
from store.executor import Tx, reads
from store.model import ItemId
from store.results import Availability, BusyEvent
from store.rights import Right
from store.submission.recipients import resolve

_folder, _permission = tables.folder, tables.folder_permission
_CALENDAR = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.role == "calendar"
)
_DEFAULT = select(_permission.c.rights).where(
    _permission.c.mailbox_id == bindparam("mailbox_id"),
    _permission.c.folder_id == bindparam("folder_id"),
    _permission.c.account_id == 0,
)
_NAMES = (
    "start", "end", "busy_status", "subject", "location", "is_meeting", "is_recurring",
    "calendar_item_type", "reminder_is_set", "sensitivity", "occurrence",
)  # fmt: skip
EVENTS_MAX = 1000


@reads(ReadAvailability)
def read_availability(tx: Tx, command: ReadAvailability) -> list[Availability | StoreError]:
    """Events of each address in the window; of a list those of all its members together."""
    results: list[Availability | StoreError] = []
    for address in command.addresses:
        try:
            results.append(_of_address(tx, address, command))
        except StoreError as error:
            results.append(error)
    return results


def _of_address(tx: Tx, address: str, command: ReadAvailability) -> Availability:
    """Raises NoSuchMailbox, AccessDenied, TooMany."""
    (reach,) = resolve(tx, [address])
    if reach.error is not None or not (reach.readers or reach.remote):
        raise NoSuchMailbox(f"no mailbox has the address {address}", where=address)
    members = [reader for reader in reach.readers if reader.mailbox_id]
    count = len(reach.readers) + len(reach.remote)
    if not members:
        raise NoSuchMailbox(f"{address} is another server's", where=address)
    if count == 1:
        return _of_mailbox(tx, members[0].mailbox_id, command)
    if count > command.members_max:
        raise TooMany(f"{address} has more than {command.members_max} members", role="members")
    found = [_of_mailbox(tx, reader.mailbox_id, command) for reader in members]
    events = sorted((e for each in found for e in each.events), key=lambda e: (e.start, e.end))
    return Availability("time", tuple(events), found[0].hours, tuple(each.events for each in found))


def _of_mailbox(tx: Tx, mailbox_id: int, command: ReadAvailability) -> Availability:
    folder = tx.conn.execute(_CALENDAR, {"mailbox_id": mailbox_id}).first()
    if folder is None:
        raise AccessDenied("the mailbox has no calendar", role="free_busy")
    rights = tx.access.rights(mailbox_id, folder.id)
    seen = rights & (Right.READ_ALL | Right.FREE_BUSY_DETAILS)
    if not seen and not rights & Right.FREE_BUSY_TIME and not _is_open(tx, folder):
        raise AccessDenied("the calendar is closed to the asker", role="free_busy")
    found = placed(tx, folder, command.start, command.end)
    if len(found) > EVENTS_MAX:
        raise TooMany(f"the window holds more than {EVENTS_MAX} events", role="events")
    rows = rows_of(tx, mailbox_id, found, _NAMES)
    sees = tx.access.sees_private(mailbox_id)
    events = tuple(_event(mailbox_id, row, has_details=bool(seen), sees=sees) for row in rows)
    return Availability("details" if seen else "time", events, working_hours(tx, mailbox_id))


def _is_open(tx: Tx, folder: Any) -> bool:
    """Everybody here may see when others are free, unless somebody said otherwise."""
    keys = {"mailbox_id": folder.mailbox_id, "folder_id": folder.id}
    return tx.conn.execute(_DEFAULT, keys).first() is None


def _event(mailbox_id: int, row: Any, *, has_details: bool, sees: bool) -> BusyEvent:
    said = dict(zip(_NAMES, row[-len(_NAMES) :], strict=True))
    busy = said["busy_status"] or "busy"
    is_private = said["sensitivity"] in ("private", "confidential")
    if not has_details:
        return BusyEvent(said["start"], said["end"], busy)
    shows = sees or not is_private
    return BusyEvent(
        said["start"],
        said["end"],
        busy,
        item=ItemId(mailbox_id, row[0], said["occurrence"] or "") if shows else None,
        subject=str(said["subject"] or "") if shows else "",
        location=str(said["location"] or "") if shows else "",
        is_meeting=bool(said["is_meeting"]),
        is_recurring=bool(said["is_recurring"]),
        is_exception=said["calendar_item_type"] == "exception",
        is_reminder_set=bool(said["reminder_is_set"]),
        is_private=is_private,
    )
