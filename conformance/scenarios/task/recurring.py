"""Tasks that recur: the ten patterns, the three ranges, and the end of one occurrence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from conformance import requests
from conformance.checks import equal, holds, present, refused, success
from conformance.kinds import TASK
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import each, scenario
from conformance.xml import Element, m, t

SPEC = "MS-OXWSTASK"
RECURRENCE = ("recurrence",)
START = date(2030, 1, 1)
COUNT = 5


@dataclass(frozen=True)
class Pattern:
    """A pattern and a range, each with the values that it has to come back with."""

    name: str
    values: dict[str, str]
    range_name: str = "NumberedRecurrence"

    def __str__(self) -> str:
        return self.name

    @property
    def range_values(self) -> dict[str, str]:
        """The range begins at START; two of the three kinds say when it ends."""
        ends = {
            "NumberedRecurrence": {"NumberOfOccurrences": str(COUNT)},
            "EndDateRecurrence": {"EndDate": (START + timedelta(days=30)).isoformat()},
            "NoEndRecurrence": {},
        }
        return {"StartDate": START.isoformat()} | ends[self.range_name]

    @property
    def element(self) -> Element:
        """The task's Recurrence."""
        pattern = t(self.name, [t(key, value) for key, value in self.values.items()])
        span = t(self.range_name, [t(key, value) for key, value in self.range_values.items()])
        return t.Recurrence(pattern, span)


_EACH = {"Interval": "2"}
_RELATIVE = {"DaysOfWeek": "Monday", "DayOfWeekIndex": "First"}
PATTERNS: dict[str, tuple[Pattern, tuple[int, ...], tuple[int, ...]]] = {
    # case: what is sent, rows of MS-OXWSTASK, rows of MS-OXWSCDATA
    "TC01": (Pattern("DailyRegeneration", _EACH), (70, 127, 241), (1179, 1354)),
    "TC02": (
        Pattern("DailyRecurrence", _EACH, "EndDateRecurrence"),
        (125, 240),
        (1109, 1179, 1353),
    ),
    "TC03": (
        Pattern("MonthlyRegeneration", _EACH, "NoEndRecurrence"),
        (73, 131, 243),
        (1179, 1352),
    ),
    "TC04": (Pattern("WeeklyRegeneration", _EACH), (78, 129, 242), (1179,)),
    "TC05": (Pattern("YearlyRegeneration", _EACH), (81, 133, 244), (1179,)),
    "TC06": (
        Pattern("RelativeYearlyRecurrence", _RELATIVE | {"Month": "March"}),
        (115, 235),
        (1259, 1260, 1261, 1262, 1263, 1264, 1265),
    ),
    "TC07": (
        Pattern("AbsoluteYearlyRecurrence", {"DayOfMonth": "9", "Month": "March"}),
        (117, 236),
        (999, 1001, 1003),
    ),
    "TC08": (
        Pattern("RelativeMonthlyRecurrence", _EACH | _RELATIVE),
        (119, 237),
        (1179, 1255, 1256, 1257),
    ),
    "TC09": (
        Pattern("AbsoluteMonthlyRecurrence", _EACH | {"DayOfMonth": "9"}),
        (121, 238),
        (995, 997, 1179),
    ),
    "TC10": (
        Pattern(
            "WeeklyRecurrence",
            _EACH | {"DaysOfWeek": "Monday Thursday", "FirstDayOfWeek": "Sunday"},
        ),
        (123, 239),
        (1179, 1307, 1308, 4005),
    ),
}


def _task(ews: Mailbox, tasks: Ref, pattern: Pattern) -> Ref:
    due = datetime(START.year, START.month, START.day, tzinfo=UTC)
    wanted = TASK.make(ews.unique("Recurring"), pattern.element, StartDate=due, DueDate=due)
    return ews.make_item(wanted, tasks)


def _declare(case: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    pattern, own, shared = PATTERNS[case]
    rows = [f"MS-OXWSTASK_R{row}" for row in (*own, 112)]
    rows += [f"MS-OXWSCDATA_R{row}" for row in shared]
    name = f"S01_{case}"
    return each(
        SPEC,
        {name: pattern},
        parameter="pattern",
        requirements=rows,
        needs={name: RECURRENCE},
    )


def a_pattern_and_its_range(ews: Mailbox, tasks: Ref, pattern: Pattern) -> None:
    """They come back as sent, and nothing is left of the task that is deleted."""
    made = _task(ews, tasks, pattern)
    read = ews.get_item(made)
    recurrence = read.node("Recurrence")
    equal(recurrence.names if recurrence else [], [pattern.name, pattern.range_name], "Recurrence")
    holds(
        read, {f"Recurrence/{pattern.name}/{key}": value for key, value in pattern.values.items()}
    )
    for key, value in pattern.range_values.items():
        told = read.text(f"Recurrence/{pattern.range_name}/{key}") or ""
        # A date may bear a zone: 2030-01-01Z.
        equal(told[: len(value)], value, f"{key} of the range")
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


for _case in PATTERNS:
    _declare(_case)(a_pattern_and_its_range)


def _delete(item: Ref, occurrences: str) -> Element:
    return m.DeleteItem(
        requests.item_ids([item]),
        DeleteType="HardDelete",
        AffectedTaskOccurrences=occurrences,
    )


@scenario(
    SPEC,
    "S02_TC01",
    requirements=("MS-OXWSTASK_R174", "MS-OXWSTASK_R175"),
    needs=RECURRENCE,
)
def one_occurrence_or_all(ews: Mailbox, tasks: Ref) -> None:
    """SpecifiedOccurrenceOnly leaves the task at its next day, AllOccurrences leaves nothing."""
    interval = 2
    made = _task(ews, tasks, Pattern("DailyRecurrence", {"Interval": str(interval)}))
    companies = t.Companies(t.String("Company3"), t.String("Company4"))
    made = ews.update(made, requests.set_field("task:Companies", t.Task(companies)))
    equal(ews.get_item(made).texts("Companies/String"), ["Company3", "Company4"], "Companies")

    success(ews.call(_delete(made, "SpecifiedOccurrenceOnly")))
    left = ews.find(tasks, ews.unique("Recurring"))
    equal(len(left), 1, "tasks that are left")
    read = ews.get_item(left[0].id)
    present(read, "Recurrence/DailyRecurrence")
    following = (START + timedelta(days=interval)).isoformat()
    equal((read.text("StartDate") or "")[:10], following, "StartDate of the next occurrence")

    success(ews.call(_delete(read.id, "AllOccurrences")))
    refused(ews.call(requests.get_item([read.id])), "ErrorItemNotFound")
    equal(ews.find(tasks, ews.unique("Recurring")), [], "tasks that are left")


@scenario(
    SPEC,
    "S06_TC04",
    requirements=("MS-OXWSTASK_R5666", "MS-OXWSTASK_R5667"),
    needs=RECURRENCE,
)
def is_recurring(ews: Mailbox, tasks: Ref) -> None:
    """True of a task that comes again, false of one that does not."""
    again = _task(ews, tasks, Pattern("DailyRegeneration", _EACH))
    once = ews.make_item(TASK.make(ews.unique("Once")), tasks)
    equal(ews.get_item(again).text("IsRecurring"), "true", "IsRecurring of a recurring task")
    equal(ews.get_item(once).text("IsRecurring"), "false", "IsRecurring of another task")
