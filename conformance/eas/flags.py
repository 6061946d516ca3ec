"""Flags of messages that scenarios set from a device (MS-ASEMAIL 2.2.2.34)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from conformance.eas.device import Device
from conformance.eas.events import tomorrow
from conformance.eas.mailing import received
from conformance.eas.things import INBOX, changed, synced
from conformance.eas.wbxml import Node, node

FLAG = "Email:Flag"
TYPE = "Flag for follow up"
_OF_MAIL = frozenset({"Status", "FlagType", "CompleteTime"})  # the rest is as tasks have it


def _name(child: str) -> str:
    return f"Email:{child}" if child in _OF_MAIL else f"Tasks:{child}"


def dotted(moment: datetime) -> str:
    """A moment as mail says it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


START, DUE = dotted(tomorrow(9)), dotted(tomorrow(17))
DATES: dict[str, str | int] = {
    "StartDate": dotted(tomorrow(11)), "UtcStartDate": START,
    "DueDate": dotted(tomorrow(19)), "UtcDueDate": DUE,
}  # fmt: skip
"""All four that a flag has together, of a device whose clock is two hours before UTC."""
REMINDER: dict[str, str | int] = {"ReminderSet": 1, "ReminderTime": dotted(tomorrow(8))}
ACTIVE: dict[str, str | int] = {"Status": 2, "FlagType": TYPE}
COMPLETE: dict[str, str | int] = {"Status": 1, "CompleteTime": START, "DateCompleted": START}


def flag(said: Mapping[str, str | int], *twice: tuple[str, str | int]) -> Node:
    """A Flag of its children by name, and ``twice`` some more of them."""
    children = [*said.items(), *twice]
    return node(FLAG, *(node(_name(child), value) for child, value in children))


def flag_of(data: Mapping[str, Node]) -> dict[str, str]:
    """A Flag as it is told: children by name."""
    found = data.get(FLAG)
    children = found.children if found is not None else []
    return {each.name.partition(":")[2]: str(each.value) for each in children}


def flagged(device: Device, said: Mapping[str, str | int]) -> str:
    """The ServerId of a new message with a flag. Raises Failure."""
    _, id, _ = received(device)
    changed(device, INBOX, id, flag(said))
    return id


def told_flag(second: Device, id: str) -> dict[str, str]:
    """The flag of a message as another device holds it. Raises Failure."""
    return flag_of(synced(second, INBOX, id))
