"""Events that scenarios make from a device, in the words of its version (MS-ASCAL 2.2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from conformance.eas.device import Device
from conformance.eas.mailing import unique
from conformance.eas.things import CALENDAR, add_status, added, recurrence, recurrence_of
from conformance.eas.wbxml import Node, node

P = "Calendar"
SUBJECT, START, END = f"{P}:Subject", f"{P}:StartTime", f"{P}:EndTime"
rule = partial(recurrence, P)
"""A Recurrence, of a Rule."""
rule_of = partial(recurrence_of, P)
"""A Recurrence as it is told: children by name."""
_ZONE_BYTES = 172


def now() -> datetime:
    """This moment, in UTC, without its fraction."""
    return datetime.now(UTC).replace(microsecond=0)


def compact(moment: datetime) -> str:
    """A moment as events say it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def moment_of(text: str) -> datetime:
    """What an event says, as a moment. Raises ValueError."""
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def tomorrow(hour: int = 10) -> datetime:
    """A full hour of the next day."""
    return now().replace(hour=hour, minute=0, second=0) + timedelta(days=1)


def is_new(device: Device) -> bool:
    """Whether the device's version has events in their new form."""
    return float(device.version) >= 16.0


def location(device: Device, name: str) -> Node:
    """A place."""
    if is_new(device):
        return node("AirSyncBase:Location", node("AirSyncBase:DisplayName", name))
    return node(f"{P}:Location", name)


def place_of(data: Mapping[str, Node]) -> str:
    """The name of an event's place, in either form."""
    found = data.get(f"{P}:Location")
    if found is not None:
        return str(found.value or "")
    found = data.get("AirSyncBase:Location")
    return found.text("AirSyncBase:DisplayName") if found is not None else ""


def times(start: datetime | None = None, hours: float = 1) -> list[Node]:
    """Start and end."""
    begin = start or tomorrow()
    end = begin + timedelta(hours=hours)
    return [node(START, compact(begin)), node(END, compact(end))]


def attendees(*people: tuple[str, int]) -> Node:
    """Addresses and AttendeeTypes."""
    return node(
        f"{P}:Attendees",
        *(
            node(
                f"{P}:Attendee",
                node(f"{P}:Email", address),
                node(f"{P}:Name", address),
                node(f"{P}:AttendeeType", type),
            )
            for address, type in people
        ),
    )


def _names(data: Iterable[Node]) -> set[str]:
    return {each.name for each in data}


def event_data(*data: Node) -> list[Node]:
    """The data with a subject and times where it has none."""
    names = _names(data)
    made = [] if SUBJECT in names else [node(SUBJECT, unique("Event"))]
    return [*made, *([] if {START, END} & names else times()), *data]


def event(device: Device, *data: Node) -> str:
    """The ServerId of a new event. Raises Failure."""
    return added(device, CALENDAR, *event_data(*data))


def event_status(device: Device, *data: Node) -> str:
    """The Status of an event that may not be made."""
    return add_status(device, CALENDAR, *event_data(*data))[0]


def exceptions(*each: Node) -> Node:
    """Exceptions of a series, before 16.0."""
    return node(f"{P}:Exceptions", *each)


def exception(original: datetime, *data: Node) -> Node:
    """One of them."""
    return node(f"{P}:Exception", node(f"{P}:ExceptionStartTime", compact(original)), *data)


def exceptions_of(data: Mapping[str, Node]) -> list[dict[str, Node]]:
    """Exceptions as they are told: children by name."""
    found = data.get(f"{P}:Exceptions")
    listed = found.all(f"{P}:Exception") if found is not None else ()
    return [{child.name: child for child in each.children} for each in listed]
