"""Short forms for the rows of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from schemas.property import Field, Kind, Named, P, Tag, Type
from schemas.property_sets import PROPERTY_SETS

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


def numbered(*names: str) -> dict[str, int]:
    """Ordinals of an enum: its neutral names from 0 on."""
    return {name: number for number, name in enumerate(names)}


def row(
    uri: str,
    type: Type,
    kinds: Iterable[Kind],
    name: str = "",
    *,
    since: str = "Exchange2007",
    element: str = "",
    eas: str = "",
    **more: Any,
) -> P:
    """A row with a field URI; element and neutral name follow from it where not given.

    ``eas``: names in the ActiveSync code pages, ``@`` and the first version where it is not 2.5.
    """
    element = element or uri.partition(":")[2]
    tag, _, eas_since = eas.partition("@")
    return P(
        name=name or snake(element),
        type=type,
        kinds=tuple(kinds),
        ews=Field(uri=uri, since=since, element=element),
        eas=Tag(tag, eas_since or "2.5") if tag else None,
        **more,
    )


def rows(
    prefix: str, type: Type, kinds: Iterable[Kind], elements: str, **more: Any
) -> tuple[P, ...]:
    """Rows alike but for their element: ``elements`` separated by blanks."""
    return tuple(row(f"{prefix}:{element}", type, kinds, **more) for element in elements.split())


def named(set: str, id: int | str, type: str = "String") -> Named:
    """A named property of one of the distinguished sets."""
    return Named(PROPERTY_SETS[set], id, type)


READ_ONLY: dict[str, Any] = {"writable": ""}
BY_PATH: dict[str, Any] = {"shapes": ()}
COMPUTED: dict[str, Any] = {"writable": "", "query": False}
# Only GetItem loads it, and only when it is asked for by its path.
LOADED: dict[str, Any] = {"writable": "", "query": False, "find": False, "shapes": ()}
# A property that Exchange has and nothing here makes yet: it is never there.
ABSENT: dict[str, Any] = {**LOADED, "computed": "nothing"}

DEFAULT: dict[str, Any] = {"shapes": ("default", "all")}
DEFAULT_OF_MESSAGE: dict[str, Any] = {"shapes": ("default:message", "all")}
