"""MS-ASTASK: tasks made, changed, searched and fetched; how they recur."""

from __future__ import annotations

from functools import partial

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.mailing import rare_word, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.scenarios.search import found_by, query, searched
from conformance.eas.things import (
    CONVERSION,
    OK,
    TASKS,
    Rule,
    add_status,
    added,
    body,
    changed,
    check_schema,
    fetched,
    list_of,
    listed,
    place,
    recurrence,
    recurrence_of,
    synced,
    words_of,
)
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASTASK", "Tasks"
_rule, _rule_of = partial(recurrence, _P), partial(recurrence_of, _P)
_SUBJECT, _CATEGORIES = f"{_P}:Subject", f"{_P}:Categories"
_START = "2027-03-01T00:00:00.000Z"
_DAILY: Rule = {"Type": 0, "Start": _START, "Occurrences": 3, "Interval": 1}
_WEEKLY = _DAILY | {"Type": 1, "DayOfWeek": 2}
_MONTHLY = _DAILY | {"Type": 2, "DayOfMonth": 10}
_NTH_OF_MONTH = _DAILY | {"Type": 3, "DayOfWeek": 2, "WeekOfMonth": 2}
_YEARLY = _DAILY | {"Type": 5, "DayOfMonth": 10, "MonthOfYear": 5}
_NTH_OF_YEAR = _DAILY | {"Type": 6, "DayOfWeek": 2, "WeekOfMonth": 2, "MonthOfYear": 5}


def _task(device: Device, *data: Node) -> str:
    return added(device, TASKS, node(_SUBJECT, unique("Task")), *data)


@each(
    _S,
    {
        "S01_TC04": (_MONTHLY, {"Type": "2", "DayOfMonth": "10"}),
        "S01_TC05": (_YEARLY, {"Type": "5", "DayOfMonth": "10", "MonthOfYear": "5"}),
        "S01_TC06": (_WEEKLY, {"Type": "1", "DayOfWeek": "2"}),
        "S01_TC10": (
            _NTH_OF_YEAR,
            {"Type": "6", "DayOfWeek": "2", "WeekOfMonth": "2", "MonthOfYear": "5"},
        ),
        "S01_TC12": (_NTH_OF_MONTH, {"Type": "3", "DayOfWeek": "2", "WeekOfMonth": "2"}),
    },
    parameter="case",
    requirements=(
        "MS-ASTASK_R404", "MS-ASTASK_R409", "MS-ASTASK_R366", "MS-ASTASK_R406", "MS-ASTASK_R410",
        "MS-ASTASK_R417", "MS-ASTASK_R135", "MS-ASTASK_R531", "MS-ASTASK_R418", "MS-ASTASK_R431",
        "MS-ASTASK_R433", "MS-ASTASK_R530", "MS-ASTASK_R430", "MS-ASTASK_R319",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_rule_comes_back_as_it_was_set(
    device: Device, second: Device, case: tuple[Rule, dict[str, str]]
) -> None:
    """With all that its Type has, and no day of another Type."""
    asked, due = case
    rule = _rule_of(synced(second, TASKS, _task(device, _rule(asked))))
    check(due.items() <= rule.items(), f"the rule is {rule}")
    days = {"DayOfMonth", "DayOfWeek", "WeekOfMonth", "MonthOfYear"}
    check(days & set(rule) == days & set(due), f"the rule is {rule}")
    check(rule.get("Occurrences") == "3", "the number of occurrences differs")


@scenario(
    _S,
    "S01_TC01",
    requirements=("MS-ASTASK_R631", "MS-ASTASK_R158", "MS-ASTASK_R264"),
    registry=REGISTRY,
)
def a_daily_task_needs_no_days_of_the_week(device: Device, second: Device) -> None:
    """What is not said is nothing dead, and of normal sensitivity."""
    data = synced(second, TASKS, _task(device, _rule(_DAILY)))
    rule = _rule_of(data)
    check(rule.get("Type") == "0", f"the rule is {rule}")
    check(rule.get("DeadOccur", "0") == "0", "an occurrence is dead")
    check(words_of(data, f"{_P}:Sensitivity") in ("", "0"), "it is sensitive")


def _without(values: Rule, name: str) -> Rule:
    return {key: value for key, value in values.items() if key != name}


@each(
    _S,
    {
        "S01_TC02": _without(_DAILY, "Start"),
        "S01_TC03": _DAILY | {"DayOfMonth": 10},
        "S01_TC07 monthly": _MONTHLY | {"DayOfWeek": 1},
        "S01_TC07 yearly": _YEARLY | {"DayOfWeek": 1},
        "S01_TC08": _WEEKLY | {"FirstDayOfWeek": 7},
        "S01_TC13": _DAILY | {"WeekOfMonth": 2},
        "S01_TC14": _WEEKLY | {"CalendarType": 1},
        "S01_TC16": _without(_DAILY, "Type"),
    },
    parameter="rule",
    requirements=(
        "MS-ASTASK_R37011", "MS-ASTASK_R132", "MS-ASTASK_R532", "MS-ASTASK_R533", "MS-ASTASK_R171",
        "MS-ASTASK_R320", "MS-ASTASK_R81", "MS-ASTASK_R289",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_rule_with_what_it_must_not_have_is_status_6(device: Device, rule: Rule) -> None:
    """Or without what it must have; the task is not made."""
    if "FirstDayOfWeek" in rule:
        needs(device, "14.1", "FirstDayOfWeek")
    if "CalendarType" in rule:
        needs(device, "14.0", "CalendarType")
    status, id = add_status(device, TASKS, node(_SUBJECT, unique("Task")), _rule(rule))
    check(status == CONVERSION, f"status {status}")
    check(not id, "there is an id of what was not made")


@scenario(_S, "S01_TC09", requirements=("MS-ASTASK_R187",), registry=REGISTRY)
def an_importance_that_is_none_is_kept(device: Device, second: Device) -> None:
    """It is told again as it came."""
    data = synced(second, TASKS, _task(device, node(f"{_P}:Importance", 3)))
    check(words_of(data, f"{_P}:Importance") == "3", "the number is another one")


@scenario(_S, "S01_TC11", requirements=("MS-ASTASK_R252",), registry=REGISTRY)
def a_reminder_is_set_or_not(device: Device) -> None:
    """Another value is status 6."""
    reminder = node(f"{_P}:ReminderSet", 3)
    status, _ = add_status(device, TASKS, node(_SUBJECT, unique("Task")), reminder)
    check(status == CONVERSION, f"status {status}")


@scenario(_S, "S01_TC15", requirements=("MS-ASTASK_R37013",), registry=REGISTRY)
def a_number_counts_more_than_an_end(device: Device, second: Device) -> None:
    """Of Occurrences and Until, Until is ignored."""
    rule = _rule(_DAILY | {"Until": "2027-03-20T00:00:00.000Z"})
    shown = _rule_of(synced(second, TASKS, _task(device, rule)))
    check(shown.get("Occurrences") == "3", f"the rule is {shown}")
    check("Until" not in shown, "the end is kept")


@scenario(_S, "S01_TC17", requirements=("MS-ASTASK_R124",), registry=REGISTRY)
def what_is_done_says_when(device: Device, second: Device) -> None:
    """DateCompleted goes with Complete."""
    when = "2026-03-01T08:00:00.000Z"
    done = [node(f"{_P}:Complete", 1), node(f"{_P}:DateCompleted", when)]
    data = synced(second, TASKS, _task(device, *done))
    check(words_of(data, f"{_P}:Complete") == "1", "it is not done")
    check(words_of(data, f"{_P}:DateCompleted")[:10] == when[:10], "it does not say when")


@scenario(
    _S,
    "S01_TC18",
    requirements=("MS-ASTASK_R438", "MS-ASTASK_R368", "MS-ASTASK_R369", "MS-ASTASK_R370"),
    registry=REGISTRY,
)
def a_change_leaves_what_it_does_not_name(device: Device, second: Device) -> None:
    """A new subject takes neither importance nor reminder away."""
    more = [
        node(f"{_P}:Importance", 2),
        node(f"{_P}:ReminderSet", 1),
        node(f"{_P}:ReminderTime", "2027-03-01T08:00:00.000Z"),
    ]
    id = _task(device, *more)
    data = synced(second, TASKS, id)
    check(words_of(data, f"{_P}:Importance") == "2", "the importance differs")
    after = unique("Renamed")
    changed(device, TASKS, id, node(_SUBJECT, after))
    data = synced(second, TASKS, id)
    check(words_of(data, _SUBJECT) == after, "the subject is not changed")
    check(words_of(data, f"{_P}:Importance") == "2", "the importance is gone")
    check(words_of(data, f"{_P}:ReminderSet") == "1", "the reminder is gone")


@scenario(_S, "S01_TC19", requirements=("MS-ASTASK_R436",), registry=REGISTRY)
def empty_categories_take_all_away(device: Device, second: Device) -> None:
    """A Categories without a Category."""
    id = _task(device, listed(_CATEGORIES, f"{_P}:Category", ["Red", "Blue"]))
    had = list_of(synced(second, TASKS, id), _CATEGORIES)
    check(set(had) == {"Red", "Blue"}, f"there are {had}")
    changed(device, TASKS, id, node(_CATEGORIES))
    second.begin(second.folder_of_type(TASKS))
    left = list_of(synced(second, TASKS, id), _CATEGORIES)
    check(left == [], f"there are {left} still")


@each(
    _S,
    {
        "S01_TC20": _MONTHLY,
        "S01_TC21": _NTH_OF_MONTH,
        "S01_TC22": _YEARLY,
        "S01_TC23": _NTH_OF_YEAR,
    },
    parameter="rule",
    requirements=(
        "MS-ASTASK_R82", "MS-ASTASK_R8211", "MS-ASTASK_R8212", "MS-ASTASK_R8213", "MS-ASTASK_R204",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_rule_of_months_says_its_calendar(device: Device, second: Device, rule: Rule) -> None:
    """CalendarType comes where the device said none; no month is a leap month."""
    needs(device, "14.0", "CalendarType")
    shown = _rule_of(synced(second, TASKS, _task(device, _rule(rule))))
    check("CalendarType" in shown, f"the rule is {shown}")
    check(shown.get("IsLeapMonth", "0") == "0", "it is of a leap month")


@scenario(_S, "S01_TC24", requirements=("MS-ASTASK_R167",), registry=REGISTRY)
def a_week_says_where_it_begins(device: Device, second: Device) -> None:
    """FirstDayOfWeek comes where the device said none."""
    needs(device, "14.1", "FirstDayOfWeek")
    shown = _rule_of(synced(second, TASKS, _task(device, _rule(_WEEKLY))))
    check(shown.get("FirstDayOfWeek", "") in set("0123456"), f"the rule is {shown}")
    check("FirstDayOfWeek" in shown, f"the rule is {shown}")


@scenario(
    _S,
    "S02_TC01",
    requirements=("MS-ASTASK_R356", "MS-ASTASK_R358", "MS-ASTASK_R359"),
    registry=REGISTRY,
)
def a_fetch_gives_the_task_and_no_more_than_its_schema(device: Device) -> None:
    """Whole, and then of it subject and words."""
    subject = unique("Task")
    id = added(device, TASKS, node(_SUBJECT, subject), body("Words"), node(f"{_P}:Importance", 2))
    (whole,) = fetched(device, TASKS, id, options=(body_preference(1),))
    check(whole.text(_SUBJECT) == subject, "the subject differs")
    check(whole.text(f"{_P}:Importance") == "2", "the importance differs")
    check(check_schema(device, TASKS, id, _SUBJECT) == subject, "the subject differs")


@scenario(_S, "S03_TC01", requirements=("MS-ASTASK_R361", "MS-ASTASK_R363"), registry=REGISTRY)
def a_search_gives_the_task(device: Device) -> None:
    """With its elements."""
    word = rare_word()
    added(device, TASKS, node(_SUBJECT, word), node(f"{_P}:Importance", 2))
    (found,) = found_by(device, *place(device, _P, TASKS), node("Search:FreeText", word))
    check(found.text("Search:Properties", _SUBJECT) == word, f"it gives {found}")
    check(found.text("Search:Properties", f"{_P}:Importance") == "2", f"it gives {found}")


@scenario(_S, "S03_TC02", requirements=("MS-ASTASK_R364",), registry=REGISTRY)
def elements_of_tasks_are_no_query(device: Device) -> None:
    """A Subject in it is status 2 of the store."""
    parts = [*place(device, _P, TASKS), node("Search:FreeText", "x"), node(_SUBJECT, "x")]
    store = searched(device, query(node("Search:And", *parts)))
    told = store.text("Search:Status")
    check(told == "2", f"the store has status {told}")
    fine = searched(device, query(node("Search:And", *parts[:-1])))
    check(fine.text("Search:Status") == OK, "a query without it is refused, too")
