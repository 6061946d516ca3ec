"""Reminders: what is due in a window, dismissed and put off, and those that come by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from conformance import kinds, requests
from conformance.checks import absent, check, equal, holds, present, success
from conformance.mailbox import Mailbox
from conformance.meetings import invite, received
from conformance.node import Node, Ref
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import (
    MEETINGS,
    RECURRENCE,
    SPEC,
    every_day,
    occurrence,
    read,
    rows,
    start,
)
from conformance.things import thing
from conformance.xml import Element, m, t

MINUTES = 30
REMINDS = {"ReminderIsSet": True, "ReminderMinutesBeforeStart": MINUTES}
WINDOW = timedelta(hours=2)


def _reminders(ews: Mailbox, at: datetime, subject: str) -> list[Node]:
    """The reminders with that subject due around a time."""
    asked = m.GetReminders(
        m.BeginTime(at - WINDOW), m.EndTime(at + WINDOW), m.MaxItems(200), m.ReminderType("All")
    )
    answer = ews.call(asked)
    success(answer)
    found = answer.messages[0].nodes("Reminders/Reminder")
    return [reminder for reminder in found if reminder.text("Subject") == subject]


def _one(ews: Mailbox, at: datetime, subject: str) -> Node:
    found = _reminders(ews, at, subject)
    equal(len(found), 1, f"reminders of {subject!r}")
    return found[0]


def _act(ews: Mailbox, item: Ref, action: str, again: datetime) -> None:
    """Dismiss a reminder or put it off; the answer names what was changed."""
    when = t.NewReminderTime(again)
    told = t.ReminderItemAction(t.ActionType(action), item.element, when)
    answer = ews.call(m.PerformReminderAction(m.ReminderItemActions(told)))
    success(answer)
    updated = answer.messages[0].nodes("UpdatedItemIds/ItemId")
    equal([each.text("@Id") for each in updated], [item.id], "UpdatedItemIds")


@scenario(
    SPEC,
    "S01_TC27",
    requirements=rows(
        *(2032, 2033, 2055, 2072, 2077, 2079, 2081, 2083, 2085, 2087, 2093, 2099, 2198, 20911)
    ),
)
def a_reminder_of_an_appointment(ews: Mailbox) -> None:
    """It tells what it reminds of, when that is, and when to remind."""
    subject = ews.unique("Remembered")
    wanted = kinds.APPOINTMENT.make(subject, Location="Room 7", **REMINDS)
    made = ews.get_item(ews.make_item(wanted, disposition=None))
    at = start() - timedelta(minutes=MINUTES)
    equal(made.text("ReminderNextTime"), t.ReminderTime(at).text, "ReminderNextTime")
    expected = {
        "Location": "Room 7",
        "ReminderTime": t.ReminderTime(at).text,
        "StartDate": made.text("Start"),
        "EndDate": made.text("End"),
        "ItemId@Id": made.id.id,
        "ReminderGroup": "Calendar",
        "UID": made.text("UID"),
    }
    holds(_one(ews, at, subject), expected)
    quiet = requests.set_field("item:ReminderIsSet", thing("CalendarItem", ReminderIsSet=False))
    ews.update(made.id, quiet)
    equal(_reminders(ews, at, subject), [], "reminders of what does not remind")


@scenario(SPEC, "S01_TC28", requirements=rows(2077, 2089), needs=RECURRENCE)
def reminders_of_a_series(ews: Mailbox) -> None:
    """Each occurrence has its own; it names the occurrence and the series."""
    subject = ews.unique("Remembered")
    wanted = kinds.APPOINTMENT.make(subject, every_day(), **REMINDS)
    master = ews.make_item(wanted, disposition=None)
    for index in (1, 2):
        at = start() + timedelta(days=index - 1, minutes=-MINUTES)
        one = read(ews, occurrence(master, index))
        expected = {"ItemId@Id": one.id.id, "RecurringMasterItemId@Id": master.id}
        holds(_one(ews, at, subject), expected)


@scenario(SPEC, "S01_TC29", requirements=rows(2100, 20912))
def a_reminder_of_a_task(ews: Mailbox) -> None:
    """It is of the group Task, and due when the task says so."""
    subject = ews.unique("Remembered")
    at = start()
    dates = {"StartDate": start(), "DueDate": start() + timedelta(days=1)}
    wanted = kinds.TASK.make(subject, ReminderIsSet=True, ReminderDueBy=at, **dates)
    made = ews.make_item(wanted, meetings=None)
    expected = {"ReminderGroup": "Task", "ReminderTime": t.ReminderTime(at).text}
    holds(_one(ews, at, subject), expected | {"ItemId@Id": made.id})


@scenario(SPEC, "S01_TC35", requirements=rows(2124, 2125, 2145, 2200))
def reminders_are_put_off_and_dismissed(ews: Mailbox) -> None:
    """Put off it comes later, dismissed it comes no more."""
    subject = ews.unique("Remembered")
    made = ews.make_item(kinds.APPOINTMENT.make(subject, **REMINDS), disposition=None)
    at = start() - timedelta(minutes=MINUTES)
    later = at + timedelta(minutes=10)
    _act(ews, made, "Snooze", later)
    put_off = _one(ews, at, subject)
    equal(put_off.text("ReminderTime"), t.ReminderTime(later).text, "ReminderTime")
    told = ews.get_item(put_off.ref("ItemId")).text("ReminderNextTime")
    equal(told, t.ReminderTime(later).text, "ReminderNextTime")
    _act(ews, put_off.ref("ItemId"), "Dismiss", later)
    equal(_reminders(ews, at, subject), [], "reminders that were dismissed")
    absent(ews.get_item(made.keyless), "ReminderNextTime")


# --- reminders by mail ---------------------------------------------------------------------------

MAIL = (*MEETINGS, "inbox reminders")
SAID = "Bring a pen"


def _inbox_reminder(**values: Any) -> Element:
    """One reminder by mail, a quarter of an hour before."""
    told = {"ReminderOffset": 15, "Message": SAID, "IsOrganizerReminder": False} | values
    order = (
        "ReminderOffset",
        "Message",
        "IsOrganizerReminder",
        "OccurrenceChange",
        "SendOption",
    )
    parts = [t(name, told[name]) for name in order if name in told]
    return t.InboxReminders(t.InboxReminder(parts))


def _with_reminder(ews: Mailbox, other: Mailbox, **values: Any) -> Ref:
    subject = ews.unique("By mail")
    meeting = invite(ews, other, subject, _inbox_reminder(**values))
    received(other, subject, "MeetingRequest")
    return meeting


def _check_reminder(ews: Mailbox, meeting: Ref, expected: dict[str, Any]) -> None:
    kept = ews.get_item(meeting.keyless).nodes("InboxReminders/InboxReminder")
    equal(len(kept), 1, "InboxReminders")
    holds(kept[0], expected)


@scenario(
    SPEC,
    "S01_TC26",
    requirements=rows(1061, 1063, 1065, 1340, 200612, 2004001),
    needs=MAIL,
)
def a_reminder_by_mail(ews: Mailbox, other: Mailbox) -> None:
    """It is kept with its offset and what it says, and gets an id."""
    meeting = _with_reminder(ews, other)
    kept = ews.get_item(meeting.keyless).node("InboxReminders/InboxReminder")
    check(kept is not None, "the meeting has no InboxReminders")
    if kept is not None:
        present(kept, "Id")
    expected = {"ReminderOffset": 15, "Message": SAID, "IsOrganizerReminder": False}
    _check_reminder(ews, meeting, expected | {"IsImportedFromOLC": False})


@scenario(
    SPEC,
    "S01_TC32",
    requirements=rows(1163, 1164, 1165, 1166, 1170, 1171, 1339),
    needs=MAIL,
)
def changes_of_a_reminder_by_mail(ews: Mailbox, other: Mailbox) -> None:
    """What an update sets is read again, each kind of change."""
    values = {"IsOrganizerReminder": True, "OccurrenceChange": "Added", "SendOption": "User"}
    meeting = _with_reminder(ews, other, **values)
    _check_reminder(ews, meeting, values)
    for change in ("Override", "None", "Deleted"):
        values = values | {"OccurrenceChange": change, "SendOption": "AllAttendees"}
        told = thing("CalendarItem", _inbox_reminder(**values))
        ews.update(meeting.keyless, requests.set_field("calendar:InboxReminders", told))
        _check_reminder(ews, meeting, values)


@each(
    SPEC,
    {"S01_TC33": (False, "AllAttendees", "AllAttendees")},
    parameter="case",
    requirements=rows(1171),
    needs={"S01_TC33": MAIL},
)
@each(
    SPEC,
    {"S01_TC34": (True, "NotSet", "AllAttendees")},
    parameter="case",
    requirements=rows(116902, 116903),
    needs={"S01_TC34": MAIL},
)
def whom_a_reminder_by_mail_reaches(
    ews: Mailbox, other: Mailbox, case: tuple[bool, str, str]
) -> None:
    """What is set stays; what is not depends on whose reminder it is."""
    is_organizers, said, expected = case
    meeting = _with_reminder(ews, other, IsOrganizerReminder=is_organizers, SendOption=said)
    _check_reminder(ews, meeting, {"SendOption": expected})
    if said == "NotSet":
        told = thing("CalendarItem", _inbox_reminder(IsOrganizerReminder=False, SendOption=said))
        ews.update(meeting.keyless, requests.set_field("calendar:InboxReminders", told))
        _check_reminder(ews, meeting, {"SendOption": "User"})
