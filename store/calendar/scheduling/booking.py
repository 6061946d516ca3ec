"""Rooms and things that answer invitations themselves (MS-OXOCAL 3.1.4.9, automatic processing).

What is free is accepted, what is taken is declined with the times that are in the way; by its
policy a room may also hold the time until a person decides, or leave everything to one. What a
room keeps of a meeting is who booked it and when, unless it is told to keep more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from store import tables
from store.calendar.exceptions import with_exception
from store.calendar.occurrences import Series, is_master, overlaps
from store.calendar.scheduling.found import Found, change_found, found_again
from store.calendar.scheduling.messages import address_of, response
from store.calendar.view import placed, rows_of
from store.calendar.zones import local, zone_of
from store.commands import ItemChange
from store.executor import WriteTx
from store.instant import Instant, from_instant, to_instant
from store.items.attach import mirror_attachments
from store.items.change import edit_of
from store.items.relocate import discard
from store.model import Body, ItemId, Properties
from store.record import decode_record, properties_of
from store.submission.automatic import answer_for
from store.submission.recipients import Reader

POLICY = "booking"
"""The account's property that names its policy."""
POLICIES = ("automatic", "tentative", "by_hand")
"""Accept or decline; hold what is free until a person decides; leave all of it to a person."""
KEEPS = "booking_keeps"
"""The account's property that names what is kept of the meetings it takes."""
KEPT = ("organizer", "subject", "everything")
"""The organiser's name in place of the subject; the subject; text and files too."""
BOOKED_ROLES = ("room", "equipment")
"""Accounts that may answer themselves."""
# A series is looked through this far: what lies beyond is nobody's plan yet.
_HORIZON = timedelta(days=366)
_TIMES_MAX = 1000
_NAMED_MAX = 5
_NAMES = ("start", "end", "busy_status", "organizer")

_folder, _account = tables.folder, tables.account
_CALENDAR = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.role == "calendar"
)
_RECORD = select(_account.c.record).where(_account.c.id == bindparam("id"))


class _Taken(msgspec.Struct, frozen=True):
    """A time at which the room is somebody else's."""

    start: Instant
    end: Instant
    organizer: str


def policy_of(tx: WriteTx, reader: Reader) -> tuple[str, str]:
    """One of POLICIES, ``by_hand`` for people, and one of KEPT."""
    if reader.role not in BOOKED_ROLES:
        return "by_hand", "everything"
    record = tx.conn.execute(_RECORD, {"id": reader.id}).scalar()
    said = decode_record(record)[0] if record is not None else {}
    policy, keeps = said.get(POLICY), said.get(KEEPS)
    return (
        policy if policy in POLICIES else POLICIES[0],
        keeps if keeps in KEPT else KEPT[0],
    )


def book(tx: WriteTx, reader: Reader, found: Found) -> None:
    """Answer an invitation that was just put into a room's calendar, by the room's policy."""
    policy, keeps = policy_of(tx, reader)
    if policy == "by_hand" or not address_of(found.properties.get("organizer")):
        return
    conflicts = _conflicts(tx, reader.mailbox_id, found)
    if conflicts:
        answer, text = "decline", _refusal(found.properties, conflicts)
    elif policy == "tentative":
        answer, text = "tentative", "The time is held until somebody decides."
    else:
        answer, text = "accept", "The time is booked."
    _answer(tx, reader, found.properties, answer, text)
    if answer == "decline":
        _vacate(tx, found)
        return
    intended = found.properties.get("intended_free_busy_status") or "busy"
    busy = "tentative" if answer == "tentative" else intended
    booked: Properties = {
        "my_response_type": answer,
        "busy_status": busy,
        "appointment_reply_time": tx.now,
        "reminder_is_set": False,
    }
    _keep(tx, found, booked, keeps)


def _keep(tx: WriteTx, found: Found, booked: Properties, keeps: str) -> None:
    """Note a meeting that was taken, and let go what the room does not keep of it."""
    if keeps == "everything":
        change_found(tx, found, booked)
        return
    if mirror_attachments(tx, found.row, (), removes=True):
        found = found_again(tx, found)
    if keeps == "organizer":
        booked["subject"] = _name(found.properties["organizer"])
    exceptions = found.properties.get("exceptions")
    if exceptions and not found.original:
        booked["exceptions"] = [_kept_of(record, keeps) for record in exceptions]
    change_found(tx, found, booked, body=Body())


def _kept_of(record: dict[str, Any], keeps: str) -> dict[str, Any]:
    if record.get("is_deleted"):
        return record
    gone = ("subject",) if keeps == "organizer" else ()
    own = {name: value for name, value in record["properties"].items() if name not in gone}
    kept = {name: value for name, value in record.items() if name != "body"}
    return {**kept, "properties": own}


def _times(tx: WriteTx, properties: Properties, *, is_one: bool) -> list[tuple[Instant, Instant]]:
    """When the meeting takes place, a series within the horizon."""
    if is_one or not is_master(properties):
        return [(properties["start"], properties["end"])]
    series = Series(properties)
    first = max(tx.now, properties["start"])
    until = to_instant(from_instant(first) + _HORIZON)
    return [(each.start, each.end) for each in series.between(first, until)][:_TIMES_MAX]


def _conflicts(tx: WriteTx, mailbox_id: int, found: Found) -> list[_Taken]:
    """What else lies in the room's calendar at the meeting's times, in order."""
    times = _times(tx, found.properties, is_one=bool(found.original))
    folder = tx.conn.execute(_CALENDAR, {"mailbox_id": mailbox_id}).first()
    if not times or folder is None:
        return []
    window = (min(start for start, _ in times), max(end for _, end in times))
    there = [each for each in placed(tx, folder, *window) if each[1] != found.row.id]
    conflicts: list[_Taken] = []
    at = 0
    for row in rows_of(tx, mailbox_id, there, _NAMES):
        start, end, busy, organizer = row[-len(_NAMES) :]
        while at < len(times) and times[at][1] <= start:
            at += 1
        is_taken = any(overlaps(start, end, *time) for time in times[at:] if time[0] < end)
        if is_taken and busy != "free":
            conflicts.append(_Taken(start, end, _name(organizer)))
    return conflicts


def _name(organizer: Any) -> str:
    return str(organizer.get("name") or organizer.get("address") or "") if organizer else ""


def _refusal(properties: Properties, conflicts: list[_Taken]) -> str:
    """Why it is declined, in the meeting's own zone."""
    zone = zone_of(properties.get("start_time_zone"))
    lines = ["The time is taken:"]
    for each in conflicts[:_NAMED_MAX]:
        start, end = (local(from_instant(moment), zone) for moment in (each.start, each.end))
        who = f" ({each.organizer})" if each.organizer else ""
        lines.append(f"{start:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M}{who}")
    if len(conflicts) > _NAMED_MAX:
        lines.append(f"and {len(conflicts) - _NAMED_MAX} more.")
    return "\n".join(lines)


def _answer(tx: WriteTx, reader: Reader, properties: Properties, answer: str, text: str) -> None:
    who = {"name": reader.name, "address": reader.address}
    draft = response(properties, answer, who, Body(text=text), tx.now)
    answer_for(tx, reader, draft, draft.properties["to"][0]["address"])


def _vacate(tx: WriteTx, found: Found) -> None:
    """Remove a meeting, or the occurrence of it that was found, for good."""
    if not found.original:
        discard(tx, [found.row])
        return
    properties = properties_of(found.row)[0]
    gone = {"original": found.original, "is_deleted": True}
    series = ItemId(found.row.mailbox_id, found.row.id)
    exceptions = with_exception(properties, gone)
    edit_of(tx, found.row, ItemChange(series, set={"exceptions": exceptions})).write()
