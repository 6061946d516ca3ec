"""Series of appointments and tasks by the ids of their parts, and reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance import kinds, requests
from conformance.checks import check, equal, present, refused, success
from conformance.mailbox import Mailbox
from conformance.meetings import invite
from conformance.node import Node, Ref
from conformance.scenario import scenario
from conformance.xml import Element, t

OCCURRENCES = 5
RECURRENCE = ("recurrence",)


def _first_start() -> datetime:
    """Where the appointments of `kinds` start, at the full hour in two days."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now + timedelta(days=2)


def _daily(start: datetime) -> Element:
    """Every day, five times."""
    return t.Recurrence(
        t.DailyRecurrence(t.Interval(1)),
        t.NumberedRecurrence(t.StartDate(start.date()), t.NumberOfOccurrences(OCCURRENCES)),
    )


def _series(ews: Mailbox, calendar: Ref) -> Node:
    """A series of appointments, read."""
    wanted = kinds.APPOINTMENT.make(ews.unique("Series"), _daily(_first_start()))
    return ews.get_item(ews.make_item(wanted, calendar))


def _occurrence(master: Ref, index: int) -> Element:
    return t.OccurrenceItemId(RecurringMasterId=master.id, InstanceIndex=index)


def _one(ews: Mailbox, item_id: Element) -> Node:
    answer = ews.call(requests.get_item([item_id]))
    success(answer)
    return answer.items[0]


@scenario("MS-OXWSCORE", "S05_TC17", requirements=("MS-OXWSITEMID_R67",), needs=RECURRENCE)
def get_parts_of_a_series(ews: Mailbox, calendar: Ref) -> None:
    """By item id, by index, and the master by the id of an occurrence."""
    master = _series(ews, calendar)
    present(master, "FirstOccurrence/ItemId@Id", "LastOccurrence/ItemId@Id")
    equal(master.text("CalendarItemType"), "RecurringMaster", "CalendarItemType")
    first = _one(ews, _occurrence(master.id, 1))
    equal(first.text("CalendarItemType"), "Occurrence", "CalendarItemType of the first")
    equal(first.id.id, master.ref("FirstOccurrence/ItemId").id, "id of the first")
    again = _one(ews, t.RecurringMasterItemId(OccurrenceId=first.id.id))
    equal(again.id.id, master.id.id, "id of the master")


@scenario("MS-OXWSCORE", "S05_TC18", requirements=("MS-OXWSCORE_R341",), needs=RECURRENCE)
def delete_parts_of_a_series(ews: Mailbox, calendar: Ref) -> None:
    """The series by item id or through an occurrence, or one occurrence by its index."""
    by_id = _series(ews, calendar).id
    ews.delete_items(by_id)
    refused(ews.call(requests.get_item([by_id])), "ErrorItemNotFound")

    master = _series(ews, calendar)
    occurrence = master.ref("FirstOccurrence/ItemId")
    through = t.RecurringMasterItemId(OccurrenceId=occurrence.id)
    success(ews.call(requests.delete_item([through])))
    refused(ews.call(requests.get_item([master.id])), "ErrorItemNotFound")

    master = _series(ews, calendar)
    success(ews.call(requests.delete_item([_occurrence(master.id, 1)])))
    left = ews.get_item(master.id.keyless)
    equal(len(left.nodes("DeletedOccurrences/DeletedOccurrence")), 1, "deleted occurrences")


@scenario("MS-OXWSCORE", "S05_TC19", requirements=("MS-OXWSCORE_R1616", "MS-OXWSCORE_R1617"))
def appointments_with_and_without_a_reminder(ews: Mailbox, calendar: Ref) -> None:
    """ReminderIsSet is what it was set to."""
    made = ews.make_items(
        kinds.APPOINTMENT.make(ews.unique("Reminder"), ReminderIsSet=True),
        kinds.APPOINTMENT.make(ews.unique("No reminder"), ReminderIsSet=False),
        folder=calendar,
    )
    answer = ews.call(requests.get_item(made))
    success(answer, 2)
    equal([item.text("ReminderIsSet") for item in answer.items], ["true", "false"], "reminders")


@scenario("MS-OXWSCORE", "S05_TC21", requirements=("MS-OXWSCORE_R2302",), needs=("calendar",))
def an_attendee_may_propose_a_new_time(ews: Mailbox, other: Mailbox) -> None:
    """A meeting request offers ProposeNewTime."""
    subject = ews.unique("Meeting")
    invite(ews, other, subject)
    request = other.get_item(other.arrived("inbox", subject)[0].id)
    present(request, "ResponseObjects/ProposeNewTime")


@scenario(
    "MS-OXWSCORE",
    "S05_TC22",
    requirements=("MS-OXWSCORE_R1697", "MS-OXWSCORE_R1698"),
    needs=RECURRENCE,
)
def ranges_by_original_or_present_start(ews: Mailbox, calendar: Ref) -> None:
    """A moved occurrence is in the range by its new start, not by its original one."""
    master = _series(ews, calendar)
    start = _first_start()
    first = _one(ews, _occurrence(master.id, 1))
    later = t.CalendarItem(t.Start(start + timedelta(minutes=20)))
    ews.update(first.id, requests.set_field("calendar:Start", later))

    def found(compare_original: bool) -> int:
        """Items of the range that begins ten minutes after the original start."""
        span = t.Range(
            Start=start + timedelta(minutes=10),
            End=start + timedelta(days=OCCURRENCES),
            Count=OCCURRENCES,
            CompareOriginalStartTime=compare_original,
        )
        ids = t.RecurringMasterItemIdRanges(t.Ranges(span), Id=master.id.id)
        answer = ews.call(requests.get_item([ids]))
        success(answer)
        return len(answer.items)

    equal(found(True), OCCURRENCES, "master and four occurrences by original start")
    equal(found(False), OCCURRENCES + 1, "master and five occurrences by present start")


def _recurring_task(ews: Mailbox, tasks: Ref) -> Ref:
    wanted = kinds.TASK.make(ews.unique("Series of tasks"), _daily(_first_start()))
    return ews.make_item(wanted, tasks)


@scenario("MS-OXWSCORE", "S07_TC16", requirements=("MS-OXWSCORE_R387",), needs=RECURRENCE)
def a_series_of_tasks_by_two_kinds_of_id(ews: Mailbox, tasks: Ref) -> None:
    """By item id, and by ranges of its occurrences."""
    made = _recurring_task(ews, tasks)
    present(ews.get_item(made), "Recurrence/DailyRecurrence")
    start = _first_start()
    span = t.Range(
        Start=start,
        End=start + timedelta(days=OCCURRENCES),
        Count=OCCURRENCES,
        CompareOriginalStartTime=True,
    )
    ids = t.RecurringMasterItemIdRanges(t.Ranges(span), Id=made.id)
    answer = ews.call(requests.get_item([ids]))
    success(answer)
    check(answer.items, "no task for the ranges")


@scenario("MS-OXWSCORE", "S07_TC17", requirements=("MS-OXWSCORE_R1917",), needs=RECURRENCE)
def the_icon_of_a_recurring_task(ews: Mailbox, tasks: Ref) -> None:
    """IconIndex is TaskRecur."""
    made = _recurring_task(ews, tasks)
    read = ews.get_item(made, paths=["item:IconIndex"])
    equal(read.text("IconIndex"), "TaskRecur", "IconIndex")
