"""What a device changes of an item, in the store's words: contacts, tasks, notes."""

from __future__ import annotations

from typing import Any

import msgspec

from eas.errors import EasError
from eas.reading.moments import CONVERSION
from eas.render.entries import ENTRIES_MAX
from eas.render.text import line
from eas.wbxml import Element
from store.model import Body, Properties

# An empty flag counts as set (MS-ASDTYPE 2.1).
_BOOLEANS = {"": True, "1": True, "true": True, "0": False, "false": False}


class Change(msgspec.Struct, frozen=True):
    """A change of an item, or a new one: properties by neutral name (``name.entry`` inside a
    dictionary), and a new body.

    ``picture``: a contact's new photo; None for the old one. ``item_class``: of a new item, where
    the device says one.
    """

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    picture: bytes | None = None
    item_class: str = ""


def change_of(
    values: Properties, body: Body | None, *, picture: bytes | None = None, item_class: str = ""
) -> Change:
    """The change that sets ``values``; those that are None are taken away."""
    return Change(
        {name: value for name, value in values.items() if value is not None},
        tuple(name for name, value in values.items() if value is None),
        body,
        picture,
        item_class,
    )


def read_entries(element: Element, child: str) -> list[str] | None:
    """Categories or children, each once; None for none. Raises EasError 6 for too many."""
    values = [line(each.as_text()).strip() for each in element.all(child)]
    if len(values) > ENTRIES_MAX:
        raise EasError(CONVERSION, f"more than {ENTRIES_MAX} {child}")
    return list(dict.fromkeys(value for value in values if value)) or None


def read_boolean(element: Element, status: int = CONVERSION) -> bool:
    """0 or 1. Raises EasError ``status`` for anything else."""
    value = _BOOLEANS.get(element.as_text())
    if value is None:
        raise EasError(status, f"{element.name} is 0 or 1")
    return value


def read_member(element: Element, members: dict[str, Any]) -> str:
    """The name of an enumeration's number. Raises EasError 6 for one that it does not have."""
    for name, number in members.items():
        if element.as_text() == str(number):
            return name
    raise EasError(CONVERSION, f"{element.name} has no such value")
