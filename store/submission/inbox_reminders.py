"""Sending the reminders that come by mail (MS-OXWSMTGS 2.2.4.13) when they are due.

They come from the owner of the calendar, to the owner, or from its organiser to all who take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from store import tables
from store.calendar.inbox_reminders import ALL_ATTENDEES, Due, due, just_after, next_due
from store.calendar.reminder_queue import postpone
from store.calendar.scheduling.found import BINS, rows_of_uid
from store.calendar.scheduling.messages import ATTENDEES, address_of, people_of
from store.calendar.settle import RECEIVED
from store.calendar.zones import local, zone_label, zone_of
from store.commands import SendInboxReminders
from store.directory.names import require_system
from store.errors import Damaged, StoreError
from store.executor import Tx, WriteTx, writes
from store.instant import from_instant
from store.items.rows import item_rows
from store.mime.build import build, new_identity, with_headers
from store.mime.parse import parse
from store.model import Body, ItemDraft, Properties
from store.record import properties_of
from store.results import InboxRemindersSent
from store.submission.delivery import distribute
from store.submission.inbox import arriving
from store.submission.recipients import Reader, default_domain, reader_at, reader_of, resolve

_queue, _folder = tables.inbox_reminder, tables.folder
_DUE = (
    select(_queue)
    .where(_queue.c.at <= bindparam("now"))
    .order_by(_queue.c.at, _queue.c.mailbox_id, _queue.c.item_id)
    .limit(bindparam("rows"))
)
_NEXT = select(func.min(_queue.c.at))
_FOLDER = select(_folder.c.parent_id, _folder.c.role, _folder.c.folder_class).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.id == bindparam("id")
)
_CALENDARS = "ipf.appointment"
# What one transaction sends, but that all that is due of an item at one moment goes together.
_MAILS_AT_ONCE = 50
# What reading a record that is none raises.
_FAULTS = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
_MARKS = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))


@writes(SendInboxReminders)
def send_inbox_reminders(tx: WriteTx, command: SendInboxReminders) -> InboxRemindersSent:
    """Send what is due of at most ``limit`` items and note when each of them is due next, all in
    one transaction: nothing is sent twice, and what a crash undoes is sent later.

    What is late is sent unless it is over by now. What cannot be sent is given up and told of.
    """
    require_system(tx)
    keys = {"now": tx.now, "rows": command.limit}
    tx.hold(row.mailbox_id for row in tx.conn.execute(_DUE, keys).all())
    taken = tx.conn.execute(_DUE, keys).all()  # others may have sent some until we held them
    rows = _rows(tx, taken)
    mails, refused = 0, list[str]()
    for queued in taken:
        if not tx.holds(queued.mailbox_id) or mails >= _MAILS_AT_ONCE:
            continue
        row = rows.get((queued.mailbox_id, queued.item_id))
        outcome = tx.attempt(lambda queued=queued, row=row: _remind(tx, queued, row))
        if isinstance(outcome, StoreError):
            postpone(tx, queued.mailbox_id, queued.item_id, "")
            refused.append(f"item {queued.item_id} of mailbox {queued.mailbox_id}: {outcome}")
        else:
            mails += outcome
    return InboxRemindersSent(mails, tx.conn.execute(_NEXT).scalar() or "", tuple(refused))


def _rows(tx: WriteTx, taken: Sequence[Any]) -> dict[tuple[int, int], Any]:
    """The items of queued rows, by mailbox and id."""
    by_mailbox: dict[int, list[int]] = {}
    for queued in taken:
        by_mailbox.setdefault(queued.mailbox_id, []).append(queued.item_id)
    return {
        (mailbox_id, id): row
        for mailbox_id, ids in by_mailbox.items()
        for id, row in item_rows(tx, mailbox_id, ids).items()
    }


def _remind(tx: WriteTx, queued: Any, row: Any) -> int:
    """Send what is due of one item (``row`` None: it is gone); how many mails that were. Raises
    Damaged."""
    mailbox_id, item_id = queued.mailbox_id, queued.item_id
    if row is None:
        postpone(tx, mailbox_id, item_id, "")
        return 0
    properties, _ = properties_of(row)
    try:
        found = due(properties, queued.at, tx.now)
        at = next_due(properties, just_after(tx.now))
    except _FAULTS as error:
        raise Damaged("its reminders cannot be read") from error
    now, later = _portion(found)
    owner = reader_of(tx, mailbox_id)
    is_alive = owner is not None and not owner.is_disabled and _is_kept(tx, row)
    postpone(tx, mailbox_id, item_id, later[0].at if later and is_alive else at)
    if owner is None or not is_alive:
        return 0
    for each in now:
        _send(tx, owner, each, _told(tx, queued, owner, each))
    return len(now)


def _portion(found: list[Due]) -> tuple[list[Due], list[Due]]:
    """What is sent now, and what later: what is due at one moment stays together."""
    end = _MAILS_AT_ONCE
    while 0 < end < len(found) and found[end].at == found[end - 1].at:
        end += 1
    return found[:end], found[end:]


def _is_kept(tx: Tx, row: Any) -> bool:
    """Whether an item lies in a calendar, and that in no bin."""
    keys = {"mailbox_id": row.mailbox_id, "id": row.folder_id}
    folder = tx.conn.execute(_FOLDER, keys).first()
    if folder is None or not (folder.folder_class or "").lower().startswith(_CALENDARS):
        return False
    while folder is not None:
        if folder.role in BINS:
            return False
        keys["id"] = folder.parent_id
        folder = tx.conn.execute(_FOLDER, keys).first() if folder.parent_id else None
    return True


# -- to whom -----------------------------------------------------------------------------------


def _told(tx: WriteTx, queued: Any, owner: Reader, each: Due) -> list[dict[str, Any]]:
    """Who gets a reminder beside the owner: all who take part and did not decline, where they are
    meant and it is the organiser's to tell them. Of several copies of a meeting the first speaks.
    """
    meeting = each.properties
    if each.reminder["send_option"] != ALL_ATTENDEES or not queued.to_attendees:
        return []
    if int(meeting.get("appointment_state") or 0) & RECEIVED:
        return []
    organizer = reader_at(tx, address_of(meeting.get("organizer")))
    copies = rows_of_uid(tx, queued.mailbox_id, meeting.get("uid") or "")
    is_first = not copies or copies[0].id == queued.item_id
    if organizer is None or organizer.id != owner.id or not is_first:
        return []
    people = people_of({**meeting, **_taking_part(meeting)}, *_LISTS)
    return people if len(people) < tx.limits.recipients_max else []


_LISTS = ATTENDEES[:2]


def _taking_part(meeting: Properties) -> Properties:
    return {
        name: [each for each in meeting.get(name) or () if each.get("response") != "decline"]
        for name in _LISTS
    }


# -- the mail ----------------------------------------------------------------------------------


def _send(tx: WriteTx, owner: Reader, each: Due, others: list[dict[str, Any]]) -> None:
    """One mail, here and elsewhere. Nobody hears of one that does not arrive."""
    domain = default_domain(tx)
    own = {"name": owner.name, "address": owner.address}
    draft = ItemDraft(
        properties={
            "subject": f"Reminder: {each.properties.get('subject') or ''}".strip(),
            "from": own,
            "sender": own,
            "to": [own, *others],
            "message_id": new_identity(domain),
            "sent": tx.now,
            "sensitivity": each.properties.get("sensitivity") or "normal",
        },
        body=Body(text=reminder_text(each)),
    )
    mime = with_headers(build(draft, domain=domain, now=from_instant(tx.now)), add=_MARKS)
    reaches = resolve(tx, [person["address"] for person in draft.properties["to"]])
    distribute(tx, arriving(parse(mime), tx.now, ""), mime, "", reaches)


def reminder_text(each: Due) -> str:
    """What a reminder says: its message, then what, when and where."""
    meeting = each.properties
    facts = (
        ("What", meeting.get("subject")),
        ("When", _when(meeting)),
        ("Where", meeting.get("location")),
    )
    told = "\n".join(f"{name}: {value}" for name, value in facts if value)
    message = str(each.reminder.get("message") or "").strip()
    return f"{message}\n\n{told}\n" if message else f"{told}\n"


def _when(meeting: Properties) -> str:
    """Start and end by the meeting's own clock, with its name."""
    record = meeting.get("start_time_zone")
    zone = zone_of(record)
    start, end = (local(from_instant(meeting[name]), zone) for name in ("start", "end"))
    if meeting.get("is_all_day"):
        last = max(start, end - timedelta(days=1))
        return _day(start) if last.date() == start.date() else f"{_day(start)} to {_day(last)}"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end)}, {end:%H:%M}"
    return f"{_day(start)}, {start:%H:%M} to {until}, {zone_label(record) or 'UTC'}"


def _day(moment: Any) -> str:
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"
