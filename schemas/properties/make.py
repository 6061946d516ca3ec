"""Short forms for the rows of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from schemas.property import Field, Kind, P, Type

MESSAGES = (
    Kind.MESSAGE,
    Kind.MEETING_MESSAGE,
    Kind.MEETING_REQUEST,
    Kind.MEETING_RESPONSE,
    Kind.MEETING_CANCELLATION,
)
MEETINGS = MESSAGES[1:]
ALL = tuple(Kind)
CALENDAR = (Kind.CALENDAR,)
CALENDAR_AND_REQUEST = (Kind.CALENDAR, Kind.MEETING_REQUEST)


def snake(name: str) -> str:
    """``ReminderDueBy`` -> ``reminder_due_by``."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def members(*wire: str) -> dict[str, str]:
    """Members of an enum by neutral name, from their wire names."""
    return {snake(name): name for name in wire}


def row(
    uri: str,
    type: Type,
    kinds: Iterable[Kind],
    name: str = "",
    *,
    since: str = "Exchange2007",
    element: str = "",
    **more: Any,
) -> P:
    """A row with a field URI; element and neutral name follow from it where not given."""
    element = element or uri.partition(":")[2]
    return P(
        name=name or snake(element),
        type=type,
        kinds=tuple(kinds),
        ews=Field(uri=uri, since=since, element=element),
        **more,
    )


def rows(
    prefix: str, type: Type, kinds: Iterable[Kind], elements: str, **more: Any
) -> tuple[P, ...]:
    """Rows alike but for their element: ``elements`` separated by blanks."""
    return tuple(row(f"{prefix}:{element}", type, kinds, **more) for element in elements.split())


READ_ONLY: dict[str, Any] = {"writable": ""}
NOT_FOUND: dict[str, Any] = {"find": False}
BY_PATH: dict[str, Any] = {"shapes": ()}
COMPUTED: dict[str, Any] = {"writable": "", "query": False}
