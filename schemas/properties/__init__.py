"""The property registry: every property of every kind of item, once.

What reads it: the store (columns, records, restrictions), EWS reading and writing, shapes, and the
extended properties that are another view of a property (``schemas.mapi``). To add one is to add a
row, and, where it is computed, a function.

Kinds may share a name (``mileage`` of contacts and tasks): then type, column and MAPI view agree.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.ews.contract import rank
from schemas.properties.calendar import CALENDAR_ROWS
from schemas.properties.contact import CONTACT_ROWS
from schemas.properties.folder import FOLDER_ROWS
from schemas.properties.item import ITEM, PARTS
from schemas.properties.make import MESSAGES
from schemas.properties.message import MESSAGE
from schemas.properties.order import FOLDER_TYPES, TYPES, elements
from schemas.properties.task import TASK_ROWS
from schemas.property import Kind, Named, P

__all__ = [
    "DICTIONARIES",
    "FLAG_PARTS",
    "FOLDER_ROWS",
    "NOT_YET",
    "REMINDER_OF_FLAG",
    "ROWS",
    "by_element",
    "by_indexed_uri",
    "by_mapi",
    "by_name",
    "by_uri",
    "column_rows",
    "find_name",
    "folder_by_uri",
    "folder_rows",
    "folder_shape",
    "is_flag",
    "is_read_state",
    "of_kind",
    "shape",
    "since",
]


def _widen(rows: Iterable[P]) -> tuple[P, ...]:
    """Notes and items of unknown class are written as messages, so they have what messages have."""
    return tuple(
        msgspec.structs.replace(row, kinds=(*row.kinds, Kind.NOTE, Kind.ITEM))
        if Kind.MESSAGE in row.kinds and Kind.NOTE not in row.kinds
        else row
        for row in rows
    )


ROWS: tuple[P, ...] = _widen((*ITEM, *MESSAGE, *CALENDAR_ROWS, *CONTACT_ROWS, *TASK_ROWS, *PARTS))

# Paths of items and folders that the contract names and no row has, and why.
NOT_YET: dict[str, str] = {
    "item:MimeContentUTF8": "the contract has no element of that name",
    "item:FirstBody": "the contract has no element of that name",
    "sharingMessage:SharingMessageAction": "sharing messages are not built",
}

# Dictionaries: URI of an entry -> (property, part of the entry, or "" for the entry itself).
DICTIONARIES: dict[str, tuple[str, str]] = {
    "contacts:EmailAddress": ("email_addresses", ""),
    "contacts:ImAddress": ("im_addresses", ""),
    "contacts:PhoneNumber": ("phone_numbers", ""),
    "contacts:PhysicalAddress:Street": ("physical_addresses", "street"),
    "contacts:PhysicalAddress:City": ("physical_addresses", "city"),
    "contacts:PhysicalAddress:State": ("physical_addresses", "state"),
    "contacts:PhysicalAddress:CountryOrRegion": ("physical_addresses", "country_or_region"),
    "contacts:PhysicalAddress:PostalCode": ("physical_addresses", "postal_code"),
    "distributionlist:Members:Member": ("members", ""),
    "item:InternetMessageHeader": ("internet_message_headers", ""),
}

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
_FOLDER_BY_URI: dict[str, P] = {row.ews.uri: row for row in FOLDER_ROWS if row.ews is not None}


def _in_order(type: str, rows: dict[str, P]) -> tuple[P, ...]:
    return tuple(rows[element] for element in elements(type) if element in rows)


_OF_KIND: dict[Kind, tuple[P, ...]] = {
    kind: _in_order(TYPES[kind], _BY_ELEMENT[kind]) for kind in Kind
}
_OF_FOLDER: dict[str, tuple[P, ...]] = {
    element: _in_order(type, {row.ews.element: row for row in FOLDER_ROWS if row.ews is not None})
    for element, type in FOLDER_TYPES.items()
}
_COLUMNS = tuple(row for row in _BY_NAME.values() if row.column)

_SHAPED_AS_MESSAGE = frozenset(
    {
        Kind.ITEM,
        Kind.NOTE,
        Kind.POST,
        Kind.MEETING_MESSAGE,
        Kind.MEETING_REQUEST,
        Kind.MEETING_RESPONSE,
        Kind.MEETING_CANCELLATION,
    }
)


def by_name(name: str) -> P:
    """The row of a neutral name. Raises KeyError."""
    return _BY_NAME[name]


def find_name(name: str) -> P | None:
    """The row of a neutral name, None where there is none."""
    return _BY_NAME.get(name)


def by_uri(uri: str) -> P | None:
    """The row of a field URI (``item:Subject``, ``folder:DisplayName``)."""
    return _BY_URI.get(uri) or _FOLDER_BY_URI.get(uri)


def by_indexed_uri(uri: str, index: str) -> tuple[P, str] | None:
    """The dictionary that an indexed URI leads into, and the path of the entry inside it."""
    found = DICTIONARIES.get(uri)
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


def since(row: P, kind: Kind) -> str:
    """First version in which items of a kind show a property (responses have Start since 2013)."""
    assert row.ews is not None
    return max(row.ews.since, elements(TYPES[kind])[row.ews.element], key=rank)


def column_rows() -> tuple[P, ...]:
    """Rows whose value is a column of the item table."""
    return _COLUMNS


def shape(kind: Kind, name: str, *, find: bool = False) -> tuple[P, ...]:
    """Rows of a base shape (MS-OXWSCDATA 2.2.5.5), in the contract's order.

    ``name``: IdOnly, Default, AllProperties (PcxPeopleSearch as Default). ``find``: as FindItem and
    SyncFolderItems give it, without what only GetItem loads.
    """
    wanted = _marks(name, Kind.MESSAGE if kind in _SHAPED_AS_MESSAGE else kind)
    return tuple(
        row for row in _OF_KIND[kind] if wanted.intersection(row.shapes) and (row.find or not find)
    )


def _marks(name: str, of: str) -> frozenset[str]:
    if name == "IdOnly":
        return frozenset({"id"})
    if name == "AllProperties":
        return frozenset({"all"})
    return frozenset({"default", f"default:{of}"})


def folder_by_uri(uri: str) -> P | None:
    """The row of a folder's field URI."""
    return _FOLDER_BY_URI.get(uri)


def folder_rows(element: str) -> tuple[P, ...]:
    """All rows of a folder element (``CalendarFolder``) in the contract's order."""
    return _OF_FOLDER[element]


def folder_shape(element: str, name: str) -> tuple[P, ...]:
    """Rows of a base shape for a folder element, in the contract's order."""
    wanted = _marks(name, element)
    return tuple(row for row in _OF_FOLDER[element] if wanted.intersection(row.shapes))


FLAG_PARTS = tuple(row.name for row in PARTS if row.name.startswith("flag_"))
"""Neutral names of what a flag says, its status first."""
REMINDER_OF_FLAG = ("reminder_is_set", "reminder_due", "reminder_next")
"""What reminds of a message does so for its flag (MS-ASEMAIL 2.2.2.34)."""
_FLAGS = frozenset({*FLAG_PARTS, "categories"})
_FLAGS_OF_MAIL = _FLAGS | {*REMINDER_OF_FLAG}


def is_read_state(name: str) -> bool:
    """Whether a change of the property is a change of the read state alone."""
    return name == "is_read"


def is_flag(name: str, kind: str) -> bool:
    """Whether a change of the property leaves the content of an item of that kind as it is."""
    return name in (_FLAGS_OF_MAIL if kind in MESSAGES else _FLAGS)
