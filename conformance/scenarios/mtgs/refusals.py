"""What is refused of appointments and meetings, and that nothing comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from conformance import kinds, requests
from conformance.checks import equal, refused, success
from conformance.mailbox import Mailbox
from conformance.meetings import invite, reference
from conformance.node import Ref
from conformance.scenario import each, scenario
from conformance.scenarios.mtgs.parts import (
    MEETINGS,
    OCCURRENCES,
    RECURRENCE,
    SPEC,
    daily,
    master_of,
    occurrence,
    read,
    rows,
    single,
    start,
)
from conformance.things import thing
from conformance.xml import Element, m, t

TOO_LONG = timedelta(days=366 * 6)
BACKWARDS = -timedelta(hours=1)


def _lasting(subject: str, length: timedelta) -> Element:
    return thing("CalendarItem", Subject=subject, Start=start(), End=start() + length)


@each(
    SPEC,
    {"S01_TC18": (TOO_LONG, "ErrorCalendarDurationIsTooLong")},
    parameter="case",
    requirements=rows(1200, 1203),
)
@each(
    SPEC,
    {"S01_TC19": (BACKWARDS, "ErrorCalendarEndDateIsEarlierThanStartDate")},
    parameter="case",
    requirements=rows(1200, 1204),
)
def a_length_that_is_none(ews: Mailbox, calendar: Ref, case: tuple[timedelta, str]) -> None:
    """An appointment lasts for five years at most, and does not end before it starts."""
    length, code = case
    create = requests.create_item(_lasting(ews.unique("Length"), length), folder=calendar)
    refused(ews.call(create), code)
    equal(ews.find(calendar), [], "appointments that were made")


@each(
    SPEC,
    {"S02_TC12": (TOO_LONG, "ErrorCalendarDurationIsTooLong")},
    parameter="case",
    requirements=rows(1237, 1244),
)
@each(
    SPEC,
    {"S02_TC13": (BACKWARDS, "ErrorCalendarEndDateIsEarlierThanStartDate")},
    parameter="case",
    requirements=rows(1237),
)
def a_change_to_such_a_length(ews: Mailbox, calendar: Ref, case: tuple[timedelta, str]) -> None:
    """The change is refused, and the appointment ends when it did."""
    length, code = case
    made = single(ews, calendar)
    before = ews.get_item(made).text("End")
    end = requests.set_field("calendar:End", thing("CalendarItem", End=start() + length))
    refused(ews.call(requests.update_item(requests.item_change(made, end))), code)
    equal(ews.get_item(made).text("End"), before, "End")


@scenario(SPEC, "S01_TC20", requirements=rows(1200, 12052), needs=RECURRENCE)
def days_that_are_none_of_a_week(ews: Mailbox, calendar: Ref) -> None:
    """A week's pattern names its days; Day, Weekday and WeekendDay are none, nor is what no
    contract knows."""
    for day in ("Day", "Weekday", "WeekendDay", "Random"):
        recurrence = t.Recurrence(
            t.WeeklyRecurrence(t.Interval(1), t.DaysOfWeek(day)),
            t.NumberedRecurrence(t.StartDate(start().date()), t.NumberOfOccurrences(OCCURRENCES)),
        )
        wanted = kinds.APPOINTMENT.make(ews.unique(day), recurrence)
        create = requests.create_item(wanted, folder=calendar)
        answer = ews.call(create, deliberate=day == "Random")
        refused(answer, "ErrorCalendarInvalidDayForWeeklyRecurrence")
    equal(ews.find(calendar), [], "series that were made")


@scenario(SPEC, "S01_TC21", requirements=rows(1209, 1213))
def deleting_says_what_attendees_hear(ews: Mailbox, calendar: Ref) -> None:
    """Without SendMeetingCancellations an appointment is not deleted."""
    made = single(ews, calendar)
    delete = m.DeleteItem(requests.item_ids([made]), DeleteType="HardDelete")
    refused(ews.call(delete), "ErrorSendMeetingCancellationsRequired")
    equal(ews.get_item(made).id.id, made.id, "the appointment")


@scenario(SPEC, "S01_TC23", requirements=rows(1342), needs=MEETINGS)
def an_answer_says_where_it_goes(ews: Mailbox, other: Mailbox) -> None:
    """Without MessageDisposition no answer to an invitation is taken, nor a cancellation."""
    subject = ews.unique("Meeting")
    meeting = invite(ews, other, subject)
    asked = reference(other.arrived("inbox", subject)[0].id)
    for answer in ("AcceptItem", "TentativelyAcceptItem", "DeclineItem"):
        create = requests.create_item(t(answer, asked), disposition=None, meetings="SendOnlyToAll")
        refused(other.call(create), "ErrorMessageDispositionRequired")
    cancellation = t.CancelCalendarItem(reference(meeting))
    create = requests.create_item(cancellation, disposition=None, meetings="SendOnlyToAll")
    refused(ews.call(create), "ErrorMessageDispositionRequired")
    equal(ews.get_item(meeting.keyless).text("IsCancelled"), "false", "IsCancelled")


@scenario(SPEC, "S01_TC24", requirements=rows(2301))
def is_online_meeting_is_read_only(ews: Mailbox, calendar: Ref) -> None:
    """It is refused when set."""
    wanted = kinds.APPOINTMENT.make(ews.unique("Online"), IsOnlineMeeting=False)
    refused(ews.call(requests.create_item(wanted, folder=calendar)), "ErrorInvalidPropertySet")
    equal(ews.find(calendar), [], "appointments that were made")


NO_MASTER = "ErrorCalendarCannotUseIdForRecurringMasterId"
NO_OCCURRENCE = "ErrorCalendarCannotUseIdForOccurrenceId"


@scenario(SPEC, "S01_TC25", requirements=rows(1194, 1223), needs=RECURRENCE)
def a_single_appointment_is_no_master(ews: Mailbox, calendar: Ref) -> None:
    """It has no occurrences; a series has."""
    refused(ews.call(requests.get_item([occurrence(single(ews, calendar))])), NO_MASTER)
    equal(
        read(ews, occurrence(daily(ews, calendar))).text("CalendarItemType"),
        "Occurrence",
        "CalendarItemType",
    )


@scenario(SPEC, "S01_TC30", requirements=rows(1222), needs=RECURRENCE)
def a_single_appointment_is_no_occurrence(ews: Mailbox, calendar: Ref) -> None:
    """It has no master; an occurrence has."""
    refused(ews.call(requests.get_item([master_of(single(ews, calendar))])), NO_OCCURRENCE)
    master = daily(ews, calendar)
    one = read(ews, occurrence(master)).id
    equal(read(ews, master_of(one)).id.id, master.id, "the master")


@scenario(SPEC, "S01_TC31", requirements=rows(1209, 1212), needs=RECURRENCE)
def deleting_by_such_an_id(ews: Mailbox, calendar: Ref) -> None:
    """Nothing is deleted."""
    made = single(ews, calendar)
    refused(ews.call(requests.delete_item([master_of(made)])), NO_OCCURRENCE)
    equal(ews.get_item(made).id.id, made.id, "the appointment")


@scenario(SPEC, "S02_TC11", requirements=rows(1237, 1240, 1241))
def a_change_of_a_message_says_what_to_do(ews: Mailbox, folder: Ref) -> None:
    """Without MessageDisposition it is refused, and the message stays as it was."""
    made = ews.make_item(kinds.MESSAGE.make(ews.unique("Message")), folder)
    subject = requests.set_field("item:Subject", t.Message(t.Subject("Another")))
    update = requests.update_item(requests.item_change(made, subject), disposition=None)
    refused(ews.call(update), "ErrorMessageDispositionRequired")
    equal(ews.get_item(made).text("Subject"), ews.unique("Message"), "Subject")


@each(
    SPEC,
    {"S03_TC04": requests.copy_item},
    parameter="operation",
    requirements=rows(1190, 1193),
    needs={"S03_TC04": RECURRENCE},
)
@each(
    SPEC,
    {"S04_TC04": requests.move_item},
    parameter="operation",
    requirements=rows(1228, 1231),
    needs={"S04_TC04": RECURRENCE},
)
def an_occurrence_stays(
    ews: Mailbox, calendar: Ref, folder: Ref, operation: Callable[..., Element]
) -> None:
    """One occurrence is neither copied nor moved."""
    master = daily(ews, calendar)
    answer = ews.call(operation([occurrence(master)], folder))
    refused(answer, "ErrorCalendarCannotMoveOrCopyOccurrence")
    equal(ews.find(folder), [], "items in the other folder")
    equal(len(ews.find(calendar)), 1, "items in the calendar")


@scenario(SPEC, "S03_TC05", requirements=rows(1190, 1194), needs=RECURRENCE)
def copying_what_has_no_occurrence(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """A single appointment is no master."""
    answer = ews.call(requests.copy_item([occurrence(single(ews, calendar))], folder))
    refused(answer, NO_MASTER)
    equal(ews.find(folder), [], "items in the other folder")


@scenario(SPEC, "S04_TC05", requirements=rows(1228, 1232), needs=RECURRENCE)
def moving_what_has_no_master(ews: Mailbox, calendar: Ref, folder: Ref) -> None:
    """A single appointment is no occurrence."""
    made = single(ews, calendar)
    refused(ews.call(requests.move_item([master_of(made)], folder)), NO_OCCURRENCE)
    equal(ews.get_item(made).ref("ParentFolderId").id, calendar.id, "ParentFolderId")


@scenario(SPEC, "S05_TC01", requirements=rows(1198, 1199, 1207, 1208, 1217, 1218))
def several_appointments_are_read(ews: Mailbox, calendar: Ref) -> None:
    """Two with a request each for creating, reading and deleting."""
    names = [ews.unique("First"), ews.unique("Second")]
    made = ews.make_items(*[kinds.APPOINTMENT.make(name) for name in names], folder=calendar)
    answer = ews.call(requests.get_item(made))
    success(answer, 2)
    equal([item.text("Subject") for item in answer.items], names, "subjects")
    ews.delete_items(*made)
    refused(ews.call(requests.get_item(made)), "ErrorItemNotFound", count=2)
