"""Time zones of requests as records of the store (MS-OXWSCDATA TimeZoneDefinitionType).

A zone whose id is known is that zone, whatever the rules that came with it: clients send those of
one year. One with an id of its own is kept by its rules.
"""

from __future__ import annotations

import re
from typing import Any

from ews.codec import listed
from ews.errors import EwsError
from ews.reading.recurrence import MONTHS
from schemas.time_zones import DAYS, iana
from store.calendar.model import ZoneRecord
from store.calendar.zones import check_zone
from store.errors import InvalidValue

_DURATION = re.compile(
    r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?"
)


def minutes_of(duration: str | None) -> int:
    """The minutes of an xs:duration without years and months. Raises EwsError ErrorTimeZone."""
    match = _DURATION.fullmatch((duration or "").strip())
    if match is None:
        raise EwsError("ErrorTimeZone", f"{duration!r} is no difference of time.")
    sign, *parts = match.groups()
    days, hours, minutes, seconds = (int(part or 0) for part in parts)
    total = (days * 24 + hours) * 60 + minutes + seconds // 60
    return -total if sign else total


def read_zone(node: Any) -> ZoneRecord:
    """The zone of a TimeZoneDefinition. Raises EwsError ErrorTimeZone."""
    zone: ZoneRecord = {}
    if node.Id:
        zone["id"] = node.Id
    if node.Name:
        zone["name"] = node.Name
    if iana(zone.get("id", "")) is not None:
        return zone
    if node.Periods is None:
        raise EwsError("ErrorTimeZone", f"No time zone is called {node.Id!r}.")
    zone["rules"] = _rules(node)
    return _checked(zone)


def _checked(zone: ZoneRecord) -> ZoneRecord:
    try:
        check_zone(zone)
    except InvalidValue as error:
        raise EwsError("ErrorTimeZone", error.message) from error
    return zone


def _rules(node: Any) -> list[dict[str, Any]]:
    offsets = {period.Id: -minutes_of(period.Bias) for period in listed(node.Periods)}
    if not offsets:
        raise EwsError("ErrorTimeZone", "The time zone has no period.")
    groups = {group.Id: group for group in listed(node.TransitionsGroups)}
    rules: list[dict[str, Any]] = []
    for name, transition in node.Transitions or ():
        target = transition.To
        year = 0
        if name == "AbsoluteDateTransition":
            year = transition.DateTime.year
        if target.Kind == "Group":
            rules.append(_rule(year, groups.get(target.value), offsets))
        else:
            rules.append({"from": year, "standard": _offset(offsets, target.value)})
    if not rules:
        rules = [_rule(0, group, offsets) for group in list(groups.values())[:1]]
    return rules or [{"from": 0, "standard": next(iter(offsets.values()))}]


def _offset(offsets: dict[str, int], id: str) -> int:
    if id not in offsets:
        raise EwsError("ErrorTimeZone", f"The time zone has no period {id!r}.")
    return offsets[id]


def _rule(year: int, group: Any, offsets: dict[str, int]) -> dict[str, Any]:
    """The rule that a group of yearly transitions makes: one period, or two that take turns."""
    if group is None:
        raise EwsError("ErrorTimeZone", "The time zone lacks a group of transitions.")
    turns = [(name, turn, _offset(offsets, turn.To.value)) for name, turn in group]
    if not turns:
        raise EwsError("ErrorTimeZone", "A group of transitions is empty.")
    recurring = [turn for turn in turns if turn[0].startswith("Recurring")]
    values = sorted({offset for _, _, offset in recurring})
    if len(recurring) < 2 or len(values) < 2:
        return {"from": year, "standard": turns[-1][2]}
    standard, daylight = values[0], values[-1]
    rule: dict[str, Any] = {"from": year, "standard": standard, "daylight": daylight}
    for name, turn, offset in recurring:
        key = "to_standard" if offset == standard else "to_daylight"
        rule[key] = _change(name, turn)
    return rule


def _change(name: str, turn: Any) -> dict[str, Any]:
    change: dict[str, Any] = {"month": turn.Month, "minutes": minutes_of(turn.TimeOffset)}
    if name == "RecurringDateTransition":
        change["day_of_month"] = turn.Day
        is_sound = 1 <= turn.Day <= 31
    else:
        change |= {"day": str(turn.DayOfWeek).lower(), "occurrence": turn.Occurrence}
        is_sound = turn.DayOfWeek in DAYS and turn.Occurrence in (-1, 1, 2, 3, 4, 5)
    if not (is_sound and 1 <= turn.Month <= 12 and 0 <= change["minutes"] < 24 * 60):
        raise EwsError("ErrorTimeZone", "A transition of the time zone falls on no day.")
    return change


_INDEXES = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}


def read_meeting_zone(node: Any) -> ZoneRecord:
    """The zone of a MeetingTimeZone, as clients of 2007 send it. Raises EwsError ErrorTimeZone."""
    zone: ZoneRecord = {}
    if node.TimeZoneName:
        zone = {"id": node.TimeZoneName}
    if iana(zone.get("id", "")) is not None:
        return zone
    if node.BaseOffset is None:
        raise EwsError("ErrorTimeZone", f"No time zone is called {node.TimeZoneName!r}.")
    base = -minutes_of(node.BaseOffset)
    rule: dict[str, Any] = {"from": 0, "standard": base}
    if node.Standard is not None and node.Daylight is not None:
        rule["standard"] = base - minutes_of(node.Standard.Offset)
        rule["daylight"] = base - minutes_of(node.Daylight.Offset)
        rule["to_standard"] = _meeting_change(node.Standard)
        rule["to_daylight"] = _meeting_change(node.Daylight)
        if rule["standard"] == rule["daylight"]:
            rule = {"from": 0, "standard": rule["standard"]}
    zone["rules"] = [rule]
    return _checked(zone)


def _meeting_change(node: Any) -> dict[str, Any]:
    hours, minutes = str(node.Time)[:5].split(":")
    change: dict[str, Any] = {"minutes": int(hours) * 60 + int(minutes)}
    yearly = node.RelativeYearlyRecurrence
    if yearly is None:
        day = node.AbsoluteDate
        if day is None:
            raise EwsError("ErrorTimeZone", "The time zone does not say when it changes.")
        return {**change, "month": day.month, "day_of_month": day.day}
    days = yearly.DaysOfWeek
    day = days[0] if isinstance(days, list) else days
    if day not in DAYS:
        raise EwsError("ErrorTimeZone", "A time zone changes on a day of the week.")
    return {
        **change,
        "month": MONTHS.index(yearly.Month) + 1,
        "day": day.lower(),
        "occurrence": _INDEXES[yearly.DayOfWeekIndex],
    }
