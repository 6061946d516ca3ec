"""What a meeting message does to its reader's calendar (RFC 5546 3.2; MS-OXOCAL 3.1.5)."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from schemas.property import Kind
from store import tables
from store.calendar.inbox_reminders import with_own_reminders
from store.calendar.occurrences import Series
from store.calendar.scheduling.booking import book
from store.calendar.scheduling.floating import at_home
from store.calendar.scheduling.found import Found, change_found, find_meeting, rows_of_uid
from store.calendar.scheduling.imip import each_event
from store.calendar.scheduling.messages import (
    ANSWER_OF,
    ATTENDEES,
    CANCELLED_PREFIX,
    MEETING_SUBJECT,
    address_of,
    people_of,
)
from store.calendar.settle import CANCELLED, MEETING, RECEIVED, settled
from store.executor import WriteTx
from store.instant import Instant
from store.items.attach import mirror_attachments
from store.items.insert import insert_items
from store.model import AttachmentDraft, ItemDraft, Properties
from store.record import decode_record, encode_record, pack
from store.submission.arrivals import Handler, on_arrival
from store.submission.recipients import Reader, reader_at

_folder, _item = tables.folder, tables.item
_CALENDAR = select(_folder.c.id).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.role == "calendar"
)
_MARK = (
    update(_item)
    .where(_item.c.mailbox_id == bindparam("b_mailbox"), _item.c.id == bindparam("b_id"))
    .values(record=bindparam("b_record"), seq=bindparam("b_seq"), changed_seq=bindparam("b_seq"))
)

# What a request says about a meeting: an attendee's item takes all of it, and nothing else.
_TAKEN = (
    "subject", "start", "end", "is_all_day", "location", "places", "start_time_zone",
    "end_time_zone", "appointment_sequence_number", "sensitivity", "importance", "organizer",
    "required_attendees", "optional_attendees", "allow_new_time_proposal", "is_response_requested",
    "is_online_meeting", "conference_type", "meeting_workspace_url", "net_show_url",
    "join_online_meeting_url", "do_not_forward_meeting", "date_time_stamp",
    "intended_free_busy_status",
)  # fmt: skip
_OF_TIME = ("start", "end", "recurrence", "is_all_day")


def for_each_event(handler: Handler) -> Handler:
    """A handler of messages that may tell of several events; what it says of the first stands at
    the message. Times that float are the reader's."""

    def handle(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
        events = [at_home(tx, reader.mailbox_id, each) for each in each_event(draft)]
        first, *others = [handler(tx, reader, each) for each, _ in events]
        del others
        return events[0][1] | first

    return handle


# -- requests ----------------------------------------------------------------------------------


@on_arrival(Kind.MEETING_REQUEST)
@for_each_event
def arrive_request(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
    told = draft.properties
    if not told.get("uid") or not told.get("start"):
        return {}
    original = told.get("recurrence_id") or ""
    found = find_meeting(tx, reader.mailbox_id, told["uid"], original)
    if found is not None and is_own(found.properties):
        return {"has_been_processed": True, "meeting_request_type": "none"}
    if found is None:
        if original and _is_deleted_here(tx, reader, told["uid"], original):
            return {"has_been_processed": True, "meeting_request_type": "full_update"}
        _make(tx, reader, draft)
        kind = "new_meeting_request"
    elif not _is_from_organizer(found.properties, draft):
        return {"meeting_request_type": "outdated", "is_out_of_date": True}
    elif is_older(told, found.properties):
        return {
            "has_been_processed": True,
            "meeting_request_type": "outdated",
            "is_out_of_date": True,
        }
    else:
        kind = _renew(tx, found, draft)
    _date_out(tx, reader.mailbox_id, told)
    meeting = find_meeting(tx, reader.mailbox_id, told["uid"], original)
    if meeting is not None and found is not None and _take_files(tx, meeting, draft):
        meeting = find_meeting(tx, reader.mailbox_id, told["uid"], original)
    if meeting is not None:
        book(tx, reader, meeting)
    return {"has_been_processed": True, "meeting_request_type": kind, "is_out_of_date": False}


def is_own(properties: Properties) -> bool:
    """Whether it is an organiser's, or nobody's meeting."""
    return not int(properties.get("appointment_state") or 0) & RECEIVED


def _is_deleted_here(tx: WriteTx, reader: Reader, uid: str, original: Instant) -> bool:
    """Whether the reader has the series but deleted that occurrence: it stays deleted."""
    whole = find_meeting(tx, reader.mailbox_id, uid)
    if whole is None:
        return False
    deleted = [
        e["original"] for e in whole.properties.get("exceptions") or () if e.get("is_deleted")
    ]
    return original in deleted


def _is_from_organizer(properties: Properties, draft: ItemDraft) -> bool:
    """Whether news of a meeting come from whoever organises it, or sent the invitation on the
    organiser's behalf, or write so at least: anybody else who knows its UID changes nothing."""
    known = address_of(properties.get("organizer"))
    said = {address_of(draft.properties.get(name)) for name in ("from", "sender")}
    return not known or known in said or properties.get(_INVITED_BY, "") in said


# The author of the invitation where that is not the organiser: iCloud writes from one address for
# everybody, secretaries from their own.
_INVITED_BY = "invited_by"


def is_older(told: Properties, known: Properties) -> bool:
    """By SEQUENCE, then DTSTAMP (RFC 5546 2.1.5); what says neither is news."""
    said, had = (int(p.get("appointment_sequence_number") or 0) for p in (told, known))
    if said != had:
        return said < had
    stamp, stamped = told.get("date_time_stamp"), known.get("date_time_stamp")
    return bool(stamp and stamped and stamp < stamped)


def taken(draft: ItemDraft) -> Properties:
    """What an attendee's item takes over from a request."""
    told = draft.properties
    values = {name: told[name] for name in _TAKEN if name in told}
    if told.get(MEETING_SUBJECT):
        values["subject"] = told[MEETING_SUBJECT]
    if not told.get("recurrence_id"):
        values |= {k: told[k] for k in ("recurrence", "exceptions") if told.get(k)}
    return values


def _make(tx: WriteTx, reader: Reader, draft: ItemDraft) -> None:
    """The attendee's item: tentative until there is an answer."""
    told = draft.properties
    properties: Properties = {
        **taken(draft),
        "uid": told["uid"],
        "appointment_state": MEETING | RECEIVED,
        "my_response_type": "no_response_received",
        "busy_status": tentative_of(told),
        "meeting_request_was_sent": True,
        "reminder_is_set": told.get("reminder_is_set", True),
        "reminder_minutes": told.get("reminder_minutes", 15),
        "is_read": True,
        "is_draft": False,
        "received": tx.now,
        "sent": tx.now,
    }
    author = address_of(told.get("from"))
    if author and author != address_of(told.get("organizer")):
        properties[_INVITED_BY] = author
    if told.get("recurrence_id"):
        properties["recurrence_id"] = told["recurrence_id"]
        properties["original_start"] = told["recurrence_id"]
    item = ItemDraft(
        "IPM.Appointment",
        settled(properties, tx.now),
        {},
        draft.body,
        _files(draft),
    )
    folder = tx.conn.execute(_CALENDAR, {"mailbox_id": reader.mailbox_id}).scalar()
    if folder is None:
        return
    insert_items(tx, reader.mailbox_id, folder, [pack(item, tx.now)])


def _files(draft: ItemDraft) -> tuple[AttachmentDraft, ...]:
    return tuple(a for a in draft.attachments if a.content_type != "text/calendar")


def _take_files(tx: WriteTx, found: Found, draft: ItemDraft) -> bool:
    """The files of a meeting as its news have them. Organisers elsewhere leave them out of news:
    then they stay; and so do those of a series in news of one of it."""
    files = tuple(
        msgspec.structs.replace(each, properties={**each.properties, "original": found.original})
        if found.original
        else each
        for each in _files(draft)
    )
    is_whole = not found.original
    organizer = address_of(found.properties.get("organizer"))
    removes = is_whole and (bool(files) or reader_at(tx, organizer) is not None)
    return mirror_attachments(tx, found.row, files, removes=removes)


def tentative_of(told: Properties) -> str:
    """The busy status until there is an answer: what is free stays free."""
    return "free" if told.get("intended_free_busy_status") == "free" else "tentative"


def _renew(tx: WriteTx, found: Found, draft: ItemDraft) -> str:
    """Take over news of a meeting; which kind of update it is. Where times or the place change,
    the answer is asked for anew."""
    news = taken(draft)
    known = found.properties
    _keep_reminders(news, known)
    unset = [n for n in (*_TAKEN, "recurrence", "exceptions") if n in known and n not in news]
    if found.original:
        unset = [name for name in unset if name not in ("recurrence", "exceptions")]
    kept = tuple(n for n in unset if n not in ("start", "end", "organizer", "date_time_stamp"))
    is_new = any(news.get(name) != known.get(name) for name in _OF_TIME if _counts(name, found))
    was_cancelled = bool(int(known.get("appointment_state") or 0) & CANCELLED)
    answered = known.get("my_response_type") in ("accept", "tentative")
    if is_new or was_cancelled:
        news |= {
            "my_response_type": "no_response_received",
            "busy_status": tentative_of(draft.properties),
        }
    if was_cancelled:
        told = draft.properties
        news |= {"is_cancelled": False, "reminder_is_set": told.get("reminder_is_set", True)}
    news["appointment_state"] = MEETING | RECEIVED
    change_found(tx, found, news, kept, draft.body)
    return "informational_update" if answered and not (is_new or was_cancelled) else "full_update"


def _keep_reminders(news: Properties, known: Properties) -> None:
    """An attendee's own reminders by mail of single occurrences stay where these do."""
    before = known.get("exceptions")
    if before and news.get("recurrence"):
        series = Series({**known, **news, "exceptions": ()})
        exceptions = with_own_reminders(news.get("exceptions") or (), before, series)
        news |= {"exceptions": exceptions} if exceptions else {}


def _counts(name: str, found: Found) -> bool:
    return not (found.original and name == "recurrence")


def _date_out(tx: WriteTx, mailbox_id: int, told: Properties) -> None:
    """Older requests for the same meeting are out of date, those that were answered and put away
    too: nobody shall answer them."""
    for row in rows_of_uid(tx, mailbox_id, told["uid"], "meeting_request", with_bins=True):
        properties, extended = decode_record(row.record)
        is_same = properties.get("recurrence_id") == told.get("recurrence_id")
        is_same = is_same and not properties.get("is_delegated")
        if is_same and not properties.get("is_out_of_date"):
            mark = {"is_out_of_date": True, "meeting_request_type": "outdated"}
            tx.conn.execute(
                _MARK,
                {
                    "b_mailbox": mailbox_id,
                    "b_id": row.id,
                    "b_record": encode_record(properties | mark, extended),
                    "b_seq": tx.bump(mailbox_id),
                },
            )
            tx.emit(mailbox_id, "modified", row.folder_id, row.id)


# -- cancellations -----------------------------------------------------------------------------


@on_arrival(Kind.MEETING_CANCELLATION)
@for_each_event
def arrive_cancellation(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
    told = draft.properties
    uid, original = told.get("uid") or "", told.get("recurrence_id") or ""
    found = find_meeting(tx, reader.mailbox_id, uid, original)
    done: Properties = {"has_been_processed": True, "is_out_of_date": False}
    if found is None or is_own(found.properties):
        return done
    if not _is_from_organizer(found.properties, draft):
        return {"is_out_of_date": True}
    said, had = (int(p.get("appointment_sequence_number") or 0) for p in (told, found.properties))
    if said < had:
        return {**done, "is_out_of_date": True}
    subject = str(found.properties.get("subject") or "")
    change_found(
        tx,
        found,
        {
            "appointment_state": MEETING | RECEIVED | CANCELLED,
            "is_cancelled": True,
            "busy_status": "free",
            "reminder_is_set": False,
            "appointment_sequence_number": said,
            "subject": subject
            if subject.startswith(CANCELLED_PREFIX)
            else f"{CANCELLED_PREFIX}{subject}",
        },
    )
    _date_out(tx, reader.mailbox_id, told)
    return done


# -- answers -----------------------------------------------------------------------------------


@on_arrival(Kind.MEETING_RESPONSE)
@for_each_event
def arrive_answer(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
    """Note an answer at the attendee's entry; somebody who was not invited is an optional one."""
    told = draft.properties
    answer = told.get("response_type") or ANSWER_OF.get(draft.item_class.upper(), "")
    who = _who(told)
    uid, original = told.get("uid") or "", told.get("recurrence_id") or ""
    found = find_meeting(tx, reader.mailbox_id, uid, original)
    done: Properties = {"has_been_processed": True, "is_out_of_date": False}
    if found is None or not is_own(found.properties) or not address_of(who):
        return done
    had = int(found.properties.get("appointment_sequence_number") or 0)
    said = told.get("appointment_sequence_number")  # programs leave it out
    if said is not None and int(said) < had:
        return {**done, "is_out_of_date": True}
    entry: Properties = {
        "response": answer,
        "time": told.get("date_time_stamp") or tx.now,
    }
    if told.get("proposed_start") and told.get("proposed_end"):
        entry |= {"proposed_start": told["proposed_start"], "proposed_end": told["proposed_end"]}
    changes = _noted(found.properties, _invited(found.properties, told, who), entry)
    if changes:
        change_found(tx, found, changes)
    return done


def _who(told: Properties) -> dict[str, Any]:
    return told.get("from") or told.get("sender") or {}


def _invited(properties: Properties, told: Properties, who: dict[str, Any]) -> dict[str, Any]:
    """Who answers: the author, or the attendee that the answer names where the author, who wrote
    from another address, is none of those invited."""
    invited = {address_of(person) for person in people_of(properties)}
    named: dict[str, Any] = told.get("answered_by") or {}
    if address_of(who) not in invited and address_of(named) in invited:
        return named
    return who


def _noted(properties: Properties, who: dict[str, Any], entry: dict[str, Any]) -> Properties:
    """The lists of attendees with an answer in its place; empty where a newer one stands there."""
    address = address_of(who)
    for name in ATTENDEES:
        people: list[dict[str, Any]] = list(properties.get(name) or ())
        for place, person in enumerate(people):
            if address_of(person.get("mailbox")) != address:
                continue
            if str(person.get("time") or "") > entry["time"]:
                return {}
            people[place] = {"mailbox": person["mailbox"], **entry}
            return {name: people}
    others = list(properties.get("optional_attendees") or ())
    return {"optional_attendees": [*others, {"mailbox": who, **entry}]}
