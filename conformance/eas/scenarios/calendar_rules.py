"""MS-ASCAL: how events recur, and rules that are none."""

from __future__ import annotations

from datetime import timedelta

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.events import compact, event, event_status, rule, rule_of, tomorrow
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import CALENDAR, CONVERSION, Rule, synced
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P = "MS-ASCAL", "Calendar"
_DAILY: Rule = {"Type": 0, "Interval": 1, "Occurrences": 3}
_WEEKLY: Rule = _DAILY | {"Type": 1, "DayOfWeek": 2}
_MONTHLY: Rule = _DAILY | {"Type": 2, "DayOfMonth": 10}
_NTH_OF_MONTH: Rule = _DAILY | {"Type": 3, "DayOfWeek": 2, "WeekOfMonth": 2}
_YEARLY: Rule = _DAILY | {"Type": 5, "DayOfMonth": 10, "MonthOfYear": 5}
_LAST_OF_MONTH_OF_YEAR: Rule = _DAILY | {
    "Type": 6, "DayOfWeek": 2, "WeekOfMonth": 5, "MonthOfYear": 5,
}  # fmt: skip
_DAYS = {"DayOfMonth", "DayOfWeek", "WeekOfMonth", "MonthOfYear"}


def _shown(device: Device, second: Device, values: Rule) -> dict[str, str]:
    return rule_of(synced(second, CALENDAR, event(device, rule(values))))


@each(
    _S,
    {
        "S01_TC11": _DAILY,
        "S01_TC12": _WEEKLY,
        "S01_TC13": _MONTHLY,
        "S01_TC14": _NTH_OF_MONTH,
        "S01_TC15": _YEARLY,
        "S01_TC16": _LAST_OF_MONTH_OF_YEAR,
    },
    parameter="values",
    requirements=(
        "MS-ASCAL_R37211", "MS-ASCAL_R19511", "MS-ASCAL_R32811", "MS-ASCAL_R454",
        "MS-ASCAL_R19512", "MS-ASCAL_R32812", "MS-ASCAL_R455", "MS-ASCAL_R19011",
        "MS-ASCAL_R456", "MS-ASCAL_R143", "MS-ASCAL_R32813", "MS-ASCAL_R19513",
        "MS-ASCAL_R32814", "MS-ASCAL_R457", "MS-ASCAL_R47311", "MS-ASCAL_R14311",
        "MS-ASCAL_R19012", "MS-ASCAL_R32311", "MS-ASCAL_R458", "MS-ASCAL_R14312",
        "MS-ASCAL_R19514", "MS-ASCAL_R32312", "MS-ASCAL_R47312", "MS-ASCAL_R459",
        "MS-ASCAL_R14313", "MS-ASCAL_R477",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_rule_comes_back_as_it_was_set(device: Device, second: Device, values: Rule) -> None:
    """With all that its Type has, and no day of another Type; of months with their calendar."""
    told = _shown(device, second, values)
    due = {name: str(value) for name, value in values.items()}
    check(due.items() <= told.items(), f"the rule is {told}")
    check(_DAYS & set(told) == _DAYS & set(due), f"the rule is {told}")
    if due["Type"] in "2356" and device.version != "12.1":
        check("CalendarType" in told, f"the rule is {told}")


@scenario(
    _S,
    "S01_TC17",
    requirements=("MS-ASCAL_R272", "MS-ASCAL_R52523", "MS-ASCAL_R11028"),
    registry=REGISTRY,
)
def a_week_says_where_it_begins(device: Device, second: Device) -> None:
    """As the device said it, or as the server has it."""
    needs(device, "14.1", "FirstDayOfWeek")
    told = _shown(device, second, _WEEKLY | {"FirstDayOfWeek": 1})
    check(told.get("FirstDayOfWeek") == "1", f"the rule is {told}")
    told = _shown(device, second, _WEEKLY)
    check(told.get("FirstDayOfWeek") in {"0", "1", "2", "3", "4", "5", "6"}, f"the rule is {told}")


@scenario(
    _S,
    "S01_TC19",
    requirements=("MS-ASCAL_R53911", "MS-ASCAL_R467", "MS-ASCAL_R341", "MS-ASCAL_R345"),
    registry=REGISTRY,
)
def a_number_counts_more_than_an_end(device: Device, second: Device) -> None:
    """Up to 999; a thousand are status 6."""
    until = compact(tomorrow() + timedelta(days=30))
    told = _shown(device, second, _DAILY | {"Occurrences": 999, "Until": until})
    check(told.get("Occurrences") == "999", f"the rule is {told}")
    check("Until" not in told, f"the rule is {told}")
    status = event_status(device, rule(_DAILY | {"Occurrences": 1000}))
    check(status == CONVERSION, f"a thousand occurrences have status {status}")


@scenario(
    _S,
    "S01_TC20",
    requirements=(
        "MS-ASCAL_R608", "MS-ASCAL_R28411", "MS-ASCAL_R288", "MS-ASCAL_R293", "MS-ASCAL_R290",
        "MS-ASCAL_R609",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_leap_month_is_one_of_a_calendar_that_has_it(device: Device, second: Device) -> None:
    """Of the Chinese lunar calendar it is kept; what is not said is none."""
    needs(device, "14.0", "IsLeapMonth")
    lunar = _YEARLY | {"CalendarType": 15}
    for said, due in ((1, "1"), (0, "0"), (None, "0")):
        values = lunar if said is None else lunar | {"IsLeapMonth": said}
        told = _shown(device, second, values)
        check(told.get("IsLeapMonth", "0") == due, f"{said} is told as {told}")
    told = _shown(device, second, _YEARLY)
    check(told.get("IsLeapMonth", "0") == "0", f"the rule is {told}")


def _twice(values: Rule, name: str, value: int) -> Node:
    made = rule(values | {name: value})
    return node(made.name, *made.children, node(f"{_P}:{name}", value))


@each(
    _S,
    {
        "S01_TC21 monthly": _MONTHLY,
        "S01_TC21 nth of month": _NTH_OF_MONTH,
        "S01_TC21 yearly": _YEARLY,
        "S01_TC21 nth of year": _LAST_OF_MONTH_OF_YEAR,
    },
    parameter="values",
    requirements=("MS-ASCAL_R53912",),
    registry=REGISTRY,
)
def a_rule_has_one_calendar(device: Device, values: Rule) -> None:
    """Two are status 6."""
    needs(device, "14.0", "CalendarType")
    status = event_status(device, _twice(values, "CalendarType", 1))
    check(status == CONVERSION, f"status {status}")


@each(
    _S,
    {f"S01_TC22 {number}": number for number in (13, 16, 17, 18, 19, 21, 22, 23)},
    parameter="number",
    requirements=("MS-ASCAL_R53913",),
    registry=REGISTRY,
)
def some_calendars_are_none(device: Device, number: int) -> None:
    """They are status 6."""
    needs(device, "14.0", "CalendarType")
    status = event_status(device, rule(_MONTHLY | {"CalendarType": number}))
    check(status == CONVERSION, f"status {status}")


@each(
    _S,
    {
        "S01_TC23": _DAILY | {"FirstDayOfWeek": 7},
        "S01_TC24 daily": _DAILY | {"DayOfMonth": 10},
        "S01_TC24 weekly": _WEEKLY | {"DayOfMonth": 10},
        "S01_TC24 nth of month": _NTH_OF_MONTH | {"DayOfMonth": 10},
        "S01_TC24 nth of year": _LAST_OF_MONTH_OF_YEAR | {"DayOfMonth": 10},
        "S01_TC25 monthly": _MONTHLY | {"DayOfWeek": 1},
        "S01_TC25 yearly": _YEARLY | {"DayOfWeek": 1},
        "S01_TC26 daily": _DAILY | {"MonthOfYear": 1},
        "S01_TC26 weekly": _WEEKLY | {"MonthOfYear": 1},
        "S01_TC26 monthly": _MONTHLY | {"MonthOfYear": 1},
        "S01_TC26 nth of month": _NTH_OF_MONTH | {"MonthOfYear": 1},
        "S01_TC27 daily": _DAILY | {"WeekOfMonth": 1},
        "S01_TC27 weekly": _WEEKLY | {"WeekOfMonth": 1},
        "S01_TC27 monthly": _MONTHLY | {"WeekOfMonth": 1},
        "S01_TC27 yearly": _YEARLY | {"WeekOfMonth": 1},
    },
    parameter="values",
    requirements=(
        "MS-ASCAL_R53914", "MS-ASCAL_R53916", "MS-ASCAL_R53917", "MS-ASCAL_R53918",
        "MS-ASCAL_R53919",
    ),
    registry=REGISTRY,
)  # fmt: skip
def a_rule_with_what_it_must_not_have_is_status_6(device: Device, values: Rule) -> None:
    """A day of another Type, or one that the week does not have."""
    if "FirstDayOfWeek" in values:
        needs(device, "14.1", "FirstDayOfWeek")
    status = event_status(device, rule(values))
    check(status == CONVERSION, f"status {status}")


@scenario(_S, "S01_TC35", requirements=("MS-ASCAL_R5",), registry=REGISTRY)
def no_interval_is_one(device: Device, second: Device) -> None:
    """An Interval of 0 comes back as 1."""
    told = _shown(device, second, _DAILY | {"Interval": 0})
    check(told.get("Interval") == "1", f"the rule is {told}")


@scenario(_S, "S01_TC36", requirements=("MS-ASCAL_R3",), registry=REGISTRY)
def the_gregorian_calendar_is_the_usual_one(device: Device, second: Device) -> None:
    """CalendarType 1 comes back as 0."""
    needs(device, "14.0", "CalendarType")
    told = _shown(device, second, _MONTHLY | {"CalendarType": 1})
    check(told.get("CalendarType") == "0", f"the rule is {told}")
