"""Working hours, their zone, and busy states as availability answers write them (MS-OXWAVLS)."""

from __future__ import annotations

from typing import Any

from schemas.properties import by_name
from store.calendar.model import ZoneRecord
from store.calendar.zones import rule_in
from store.results import WorkingHours

_BUSY = by_name("busy_status").members
_NEVER: dict[str, Any] = {
    "Bias": 0,
    "Time": "00:00:00",
    "DayOrder": 0,
    "Month": 0,
    "DayOfWeek": "Sunday",
}


def wire_busy(busy: str) -> str:
    """A busy status by its wire name."""
    return _BUSY.get(busy, "Busy")


def hours_of(hours: WorkingHours, year: int) -> dict[str, Any]:
    """A WorkingHours element."""
    days = [day.capitalize() for day in hours.days]
    period = {
        "DayOfWeek": days,
        "StartTimeInMinutes": hours.start,
        "EndTimeInMinutes": hours.end,
    }
    return {
        "TimeZone": serializable(hours.zone, year),
        "WorkingPeriodArray": {"WorkingPeriod": [period]},
    }


def serializable(zone: ZoneRecord, year: int) -> dict[str, Any]:
    """A zone as a SerializableTimeZone with the rules of a year; biases count west as positive."""
    rule = rule_in(zone, year)
    bias = -rule["standard"]
    standard, daylight = dict(_NEVER), dict(_NEVER)
    if "daylight" in rule:
        standard |= _change(rule["to_standard"], year)
        daylight |= {"Bias": -rule["daylight"] - bias, **_change(rule["to_daylight"], year)}
    return {"Bias": bias, "StandardTime": standard, "DaylightTime": daylight}


def _change(change: dict[str, Any], year: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"Time": _clock(change["minutes"]), "Month": change["month"]}
    if "day_of_month" in change:
        return {**shown, "DayOrder": change["day_of_month"], "Year": str(year)}
    order = 5 if change["occurrence"] < 0 else change["occurrence"]
    return {**shown, "DayOrder": order, "DayOfWeek": change["day"].capitalize()}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"
