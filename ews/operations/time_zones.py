"""GetServerTimeZones (MS-OXWSGTZ 3.1.4.1)."""

from __future__ import annotations

from typing import Any

from ews.codec import Choices, listed
from ews.context import Context
from ews.messages import Message, response, success
from ews.registry import operation
from schemas.time_zones import UTC_NAMES, WINDOWS, Rules, Transition, rules, windows


@operation("GetServerTimeZones")
async def get_server_time_zones(request: Any, ctx: Context) -> Message:
    """Zones by Windows name, with the rules of this year where asked for.

    A name that is not known is left out, as Exchange does (survey of operations, 6.6).
    """
    year = int(ctx.now[:4])
    wanted = _wanted(request.Ids)
    full = bool(request.ReturnFullTimeZoneData)
    definitions: list[Message] = []
    for name in wanted:
        found = rules(name, year)
        if found is not None:
            definitions.append(time_zone_definition(found, full=full))
    return response(
        "GetServerTimeZones",
        [success(TimeZoneDefinitions={"TimeZoneDefinition": definitions})],
    )


def _wanted(node: Any) -> list[str]:
    if node is None:
        return list(WINDOWS)
    return [_windows_name(name) for name in listed(node)]


def _windows_name(name: str) -> str:
    if name.lower() in UTC_NAMES:
        return name
    return name if name in WINDOWS else windows(name) or name


def _duration(minutes: int) -> str:
    """Minutes as an xs:duration of hours and minutes."""
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "PT0M"
    return f"{sign}PT{hours}H" * bool(hours) + (
        f"{'' if hours else sign + 'PT'}{rest}M" * bool(rest)
    )


def time_zone_definition(zone: Rules, *, full: bool) -> Message:
    """A TimeZoneDefinition: periods named Standard and Daylight, a group of one or two yearly
    transitions, and the transition to that group (survey of clients, trap 53)."""
    definition: Message = {"Id": zone.id, "Name": zone.name}
    if not full:
        return definition
    standard, daylight = f"{zone.id}/Standard", f"{zone.id}/Daylight"
    periods = [{"Bias": _duration(zone.standard_bias), "Name": "Standard", "Id": standard}]
    if zone.transitions:
        periods.append({"Bias": _duration(zone.daylight_bias), "Name": "Daylight", "Id": daylight})
    ids = {"Standard": standard, "Daylight": daylight}
    group = [("RecurringDayTransition", _recurring(t, ids)) for t in zone.transitions] or [
        ("Transition", {"To": {"Kind": "Period", "value": standard}})
    ]
    definition["Periods"] = {"Period": periods}
    definition["TransitionsGroups"] = {"TransitionsGroup": [Choices(group, attributes={"Id": "0"})]}
    definition["Transitions"] = Choices([("Transition", {"To": {"Kind": "Group", "value": "0"}})])
    return definition


def _recurring(transition: Transition, ids: dict[str, str]) -> Message:
    return {
        "To": {"Kind": "Period", "value": ids[transition.period]},
        "TimeOffset": _duration(transition.minutes),
        "Month": transition.month,
        "DayOfWeek": transition.day,
        "Occurrence": transition.occurrence,
    }
