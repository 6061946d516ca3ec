"""What scenarios of appointments are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conformance import kinds, requests
from conformance.checks import success
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.xml import Element, t

SPEC = "MS-OXWSMTGS"
RECURRENCE = ("recurrence",)
MEETINGS = ("calendar",)
OCCURRENCES = 5


def rows(*numbers: int) -> tuple[str, ...]:
    """Requirements of MS-OXWSMTGS by their numbers."""
    return tuple(f"{SPEC}_R{number}" for number in numbers)


def start() -> datetime:
    """Where the appointments of `kinds` start."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now + timedelta(days=2)


def single(ews: Mailbox, calendar: Ref) -> Ref:
    """An appointment that comes once."""
    return ews.make_item(kinds.APPOINTMENT.make(ews.unique("Single")), calendar)


def every_day() -> Element:
    """The pattern of a series of five days."""
    return t.Recurrence(
        t.DailyRecurrence(t.Interval(1)),
        t.NumberedRecurrence(t.StartDate(start().date()), t.NumberOfOccurrences(OCCURRENCES)),
    )


def daily(ews: Mailbox, calendar: Ref) -> Ref:
    """The master of a series of five days."""
    return ews.make_item(kinds.APPOINTMENT.make(ews.unique("Series"), every_day()), calendar)


def occurrence(master: Ref, index: int = 1) -> Element:
    """The id of an occurrence by its number, from 1."""
    return t.OccurrenceItemId(RecurringMasterId=master.id, InstanceIndex=index)


def master_of(item: Ref) -> Element:
    """The id of a series by the id of an occurrence."""
    return t.RecurringMasterItemId(OccurrenceId=item.id)


def read(ews: Mailbox, item_id: Element) -> Node:
    """What an id that is written out stands for."""
    answer = ews.call(requests.get_item([item_id]))
    success(answer)
    return answer.items[0]
