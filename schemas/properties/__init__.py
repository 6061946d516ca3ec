"""The property registry: every property of every kind of item, once.

What reads it: the store (columns, records, restrictions), EWS reading and writing, shapes, and the
extended properties that are another view of a property. To add one is to add a row (and its place
in ``order``), and, where it is computed, a function.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.properties.calendar import CALENDAR_ROWS
from schemas.properties.contact import CONTACT_ROWS
from schemas.properties.item import ITEM, MESSAGE, PARTS
from schemas.properties.order import ELEMENTS
from schemas.properties.task import TASK_ROWS
from schemas.property import Kind, Named, P

ROWS: tuple[P, ...] = (*ITEM, *MESSAGE, *CALENDAR_ROWS, *CONTACT_ROWS, *TASK_ROWS, *PARTS)


def _widen(rows: Iterable[P]) -> tuple[P, ...]:
    """Notes and items of unknown class are written as messages, so they have what messages have."""
    widened: list[P] = []
    for row in rows:
        if Kind.MESSAGE in row.kinds and Kind.NOTE not in row.kinds:
            row = _with_kinds(row, (*row.kinds, Kind.NOTE, Kind.ITEM))
        widened.append(row)
    return tuple(widened)


def _with_kinds(row: P, kinds: tuple[Kind, ...]) -> P:
    return msgspec.structs.replace(row, kinds=kinds)


ROWS = _widen(ROWS)

_BY_NAME: dict[str, P] = {}
_BY_URI: dict[str, P] = {}
_BY_MAPI: dict[int | Named, P] = {}
_BY_ELEMENT: dict[Kind, dict[str, P]] = {kind: {} for kind in Kind}
for _row in ROWS:
    _BY_NAME.setdefault(_row.name, _row)
    if _row.mapi is not None:
        _BY_MAPI.setdefault(_row.mapi, _row)
    if _row.ews is not None:
        _BY_URI[_row.ews.uri] = _row
        for _kind in _row.kinds:
            _BY_ELEMENT[_kind].setdefault(_row.ews.element, _row)
_OF_KIND: dict[Kind, tuple[P, ...]] = {
    kind: tuple(
        _BY_ELEMENT[kind][element] for element in ELEMENTS[kind] if element in _BY_ELEMENT[kind]
    )
    for kind in Kind
}
_COLUMNS = tuple(row for row in _BY_NAME.values() if row.column)

# Dictionaries: URI of an entry -> (property, part of the entry, or "" for the entry itself).
_DICTIONARIES: dict[str, tuple[str, str]] = {
    "contacts:EmailAddress": ("email_addresses", ""),
    "contacts:ImAddress": ("im_addresses", ""),
    "contacts:PhoneNumber": ("phone_numbers", ""),
    "contacts:PhysicalAddress:Street": ("physical_addresses", "street"),
    "contacts:PhysicalAddress:City": ("physical_addresses", "city"),
    "contacts:PhysicalAddress:State": ("physical_addresses", "state"),
    "contacts:PhysicalAddress:CountryOrRegion": ("physical_addresses", "country_or_region"),
    "contacts:PhysicalAddress:PostalCode": ("physical_addresses", "postal_code"),
    "distributionlist:Members:Member": ("members", ""),
}


def by_name(name: str) -> P:
    """The row of a neutral name. Raises KeyError."""
    return _BY_NAME[name]


def find_name(name: str) -> P | None:
    """The row of a neutral name, None where there is none."""
    return _BY_NAME.get(name)


def by_uri(uri: str) -> P | None:
    """The row of a field URI (``item:Subject``)."""
    return _BY_URI.get(uri)


def by_indexed_uri(uri: str, index: str) -> tuple[P, str] | None:
    """The dictionary that an indexed URI leads into, and the path of the entry inside it."""
    found = _DICTIONARIES.get(uri)
    if found is None:
        return None
    name, part = found
    return _BY_NAME[name], f"{index}.{part}" if part else index


def by_mapi(name: int | Named) -> P | None:
    """The row that a property tag (id << 16 | type) or named property is another view of."""
    return _BY_MAPI.get(name)


def by_element(kind: Kind, element: str) -> P | None:
    """The row of an element inside an item of that kind."""
    return _BY_ELEMENT[kind].get(element)


def of_kind(kind: Kind) -> tuple[P, ...]:
    """All rows of a kind in the contract's order."""
    return _OF_KIND[kind]


def column_rows() -> tuple[P, ...]:
    """Rows whose value is a column of the item table."""
    return _COLUMNS


def shape(kind: Kind, name: str, *, find: bool = False) -> tuple[P, ...]:
    """Rows of a base shape (MS-OXWSCDATA 2.2.5.5), in the contract's order.

    ``name``: IdOnly, Default, AllProperties (PcxPeopleSearch as Default). ``find``: as FindItem and
    SyncFolderItems give it, without what only GetItem loads.
    """
    wanted = {"IdOnly": {"id"}, "AllProperties": {"all"}}.get(
        name, {"default", f"default:{_base_kind(kind)}"}
    )
    return tuple(
        row for row in _OF_KIND[kind] if wanted.intersection(row.shapes) and (row.find or not find)
    )


def _base_kind(kind: Kind) -> Kind:
    return Kind.CALENDAR if kind is Kind.CALENDAR else _SHAPED_AS.get(kind, kind)


_SHAPED_AS = {
    kind: Kind.MESSAGE
    for kind in (
        Kind.ITEM,
        Kind.NOTE,
        Kind.POST,
        Kind.MEETING_MESSAGE,
        Kind.MEETING_REQUEST,
        Kind.MEETING_RESPONSE,
        Kind.MEETING_CANCELLATION,
    )
}

_FLAGS = frozenset({"flag_status", "flag_start", "flag_due", "flag_completed", "categories"})


def is_read_state(name: str) -> bool:
    """Whether a change of the property is a change of the read state alone."""
    return name == "is_read"


def is_flag(name: str) -> bool:
    """Whether a change of the property leaves the item's content as it is."""
    return name in _FLAGS
