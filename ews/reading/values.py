"""Values of item elements in the store's words, by the registry's types.

A reader gives the neutral properties that an element sets: mostly one, for a Flag several.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.places import ADDRESS, POSTAL
from ews.reading.recurrence import read_recurrence
from ews.reading.time_zones import read_meeting_zone, read_zone
from schemas.properties import by_name
from schemas.properties.make import snake
from schemas.property import P, Type
from store.model import Properties

Read = Callable[[Context, P, Any], Properties]


def read_value(ctx: Context, row: P, value: Any) -> Properties:
    """The properties that an element with ``value`` sets. Raises EwsError."""
    special = _SPECIAL.get(row.computed)
    if special is not None:
        return special(ctx, row, value)
    return {row.name: plain_value(ctx, row, value)}


def plain_value(ctx: Context, row: P, value: Any) -> Any:
    """One value of a row's type. Raises EwsError ErrorInvalidValueForProperty."""
    if row.type is Type.INSTANT:
        return ctx.to_instant(value)
    if row.type is Type.ENUM:
        for name, wire in row.members.items():
            if wire == value:
                return name
        raise EwsError("ErrorInvalidValueForProperty")
    if row.type is Type.MAILBOX:
        return mailbox(value.Mailbox)
    if row.type is Type.MAILBOXES:
        return [mailbox(node) for _, node in value]
    if row.type is Type.STRINGS:
        return strings(value)
    if row.type is Type.BINARY:
        return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
    return value


def strings(value: Any) -> list[str]:
    """The values of an array of strings."""
    return listed(value)


def mailbox(node: Any) -> dict[str, Any]:
    """A t:Mailbox; parts that it does not have are left out."""
    found: dict[str, Any] = {}
    if node is None:
        return found
    address = (node.EmailAddress or "").strip()
    if node.Name or address:
        found["name"] = node.Name or address
    if address:
        found["address"] = address
    if node.RoutingType and node.RoutingType.upper() != "SMTP":
        found["routing"] = node.RoutingType
    if node.MailboxType and node.MailboxType != "Mailbox":
        found["mailbox_type"] = node.MailboxType
    return found


_STATUS = {"NotFlagged": "not_flagged", "Flagged": "flagged", "Complete": "complete"}
FLAG_PROPERTIES = ("flag_status", "flag_start", "flag_due", "flag_completed")


def _flag(ctx: Context, row: P, node: Any) -> Properties:
    """A Flag with the rules of its dates (MS-OXWSCORE FlagType): else ErrorInvalidArgument."""
    del row
    start, due, done = node.StartDate, node.DueDate, node.CompleteDate
    status = node.FlagStatus
    is_wrong = {
        "NotFlagged": bool(start or due or done),
        "Flagged": bool(done) or bool(start) != bool(due),
        "Complete": bool(start or due),
    }[status]
    if is_wrong:
        raise EwsError("ErrorInvalidArgument", "The dates of the flag do not fit its status.")
    properties: Properties = dict.fromkeys(FLAG_PROPERTIES)
    properties["flag_status"] = _STATUS[status]
    dates = {"flag_start": start, "flag_due": due, "flag_completed": done}
    for name, date in dates.items():
        if isinstance(date, datetime):
            properties[name] = ctx.to_instant(date)
    if status == "Complete" and not done:
        properties["flag_completed"] = ctx.now
    return properties


def _time_zone(ctx: Context, row: P, node: Any) -> Properties:
    del ctx
    return {row.name: read_zone(node)}


def _meeting_zone(ctx: Context, row: P, node: Any) -> Properties:
    """The zone of clients of 2007: it is that of the start."""
    del ctx, row
    return {"start_time_zone": read_meeting_zone(node)}


def _recurrence(ctx: Context, row: P, node: Any) -> Properties:
    del ctx
    return {row.name: read_recurrence(node)}


def _enhanced_location(ctx: Context, row: P, node: Any) -> Properties:
    del ctx, row
    place: dict[str, Any] = {"name": node.DisplayName or ""}
    if node.Annotation:
        place["annotation"] = node.Annotation
    address = node.PostalAddress
    for element, name in POSTAL:
        if address is not None and address.get(element) is not None:
            place[name] = address[element]
    return {"location": place["name"], "places": [place] if len(place) > 1 else None}


# What an organiser's client says of an answer that it knows.
_RESPONSES = {wire: name for name, wire in by_name("my_response_type").members.items()}


def _attendees(ctx: Context, row: P, value: Any) -> Properties:
    del ctx
    people: list[dict[str, Any]] = []
    for node in listed(value):
        person: dict[str, Any] = {"mailbox": mailbox(node.Mailbox)}
        if node.ResponseType and node.ResponseType != "Unknown":
            person["response"] = _RESPONSES[node.ResponseType]
        people.append(person)
    return {row.name: people}


_REMINDER = (
    ("Id", "id"),
    ("ReminderOffset", "minutes"),
    ("Message", "message"),
    ("IsOrganizerReminder", "is_organizer"),
    ("IsImportedFromOLC", "is_imported"),
)


def _inbox_reminders(ctx: Context, row: P, value: Any) -> Properties:
    """Reminders by mail. What no reminder may say is refused by the store."""
    del ctx
    reminders: list[dict[str, Any]] = []
    for node in listed(value):
        told = {name: node[wire] for wire, name in _REMINDER if node.get(wire) is not None}
        for wire, name in (("OccurrenceChange", "change"), ("SendOption", "send_option")):
            if node.get(wire):
                told[name] = snake(node[wire])
        reminders.append(told)
    return {row.name: reminders}


def read_entry(name: str, node: Any) -> Any:
    """The value of one entry of a dictionary."""
    if name == "physical_addresses":
        return {part: node[wire] for wire, part in ADDRESS if node.get(wire)}
    text = node.value or ""
    if name != "email_addresses":
        return text
    entry: dict[str, Any] = {"address": text}
    if node.Name:
        entry["name"] = node.Name
    if node.RoutingType:
        entry["routing"] = node.RoutingType
    return entry


def _dictionary(ctx: Context, row: P, value: Any) -> Properties:
    del ctx
    entries: dict[str, Any] = {}
    for node in listed(value):
        entries[node.Key] = read_entry(row.name, node)
    return {row.name: entries}


def _members(ctx: Context, row: P, value: Any) -> Properties:
    del ctx
    members: dict[str, Any] = {}
    for node in listed(value):
        person = mailbox(node.Mailbox)
        members[node.Key or f"SMTP:{person.get('address', person.get('name', ''))}"] = person
    return {row.name: members}


_SPECIAL: dict[str, Read] = {
    "flag": _flag,
    "time_zone": _time_zone,
    "meeting_zone": _meeting_zone,
    "recurrence": _recurrence,
    "enhanced_location": _enhanced_location,
    "attendees": _attendees,
    "inbox_reminders": _inbox_reminders,
    "dictionary": _dictionary,
    "members": _members,
}
