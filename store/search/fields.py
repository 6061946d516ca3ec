"""How searches see a property: its family of values and where they lie."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import msgspec

from schemas.mapi import PROPERTY_SETS, TYPES
from schemas.properties import by_mapi, by_name
from schemas.property import Named, P, Type
from store.errors import InvalidRestriction


class Family(StrEnum):
    """What values can be compared with one another, and how."""

    TEXT = "text"
    EXACT = "exact"
    BINARY = "binary"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    ENUM = "enum"
    MAILBOX = "mailbox"
    RECORD = "record"


class Place(StrEnum):
    """Where values lie."""

    COLUMN = "column"
    RECORD = "record"
    BODY = "body"
    HEADER = "header"
    HEADERS = "headers"
    ATTACHMENTS = "attachments"


class Field(msgspec.Struct, frozen=True):
    """A property as searches see it.

    ``column`` of the item table, also where a mailbox stands whole in the record and its name in
    a column; of a header its name. ``path`` in the record; of a header, where a client that made
    the item from properties put it. ``ordinals`` of an enum, by neutral name.
    """

    name: str
    family: Family
    place: Place
    column: str = ""
    path: tuple[str, ...] = ()
    many: bool = False
    ordinals: dict[str, int] = {}
    is_queryable: bool = True


_FAMILIES = {
    Type.STRING: Family.TEXT,
    Type.STRINGS: Family.TEXT,
    Type.BOOLEAN: Family.BOOLEAN,
    Type.INTEGER: Family.NUMBER,
    Type.DOUBLE: Family.NUMBER,
    Type.INSTANT: Family.INSTANT,
    Type.DATE: Family.INSTANT,
    Type.BINARY: Family.BINARY,
    Type.ENUM: Family.ENUM,
    Type.MAILBOX: Family.MAILBOX,
    Type.MAILBOXES: Family.MAILBOX,
}

# Types of extended properties (MS-OXWSCDATA MapiPropertyTypeType) without their Array.
_EXTENDED = {
    "String": Family.TEXT,
    "Boolean": Family.BOOLEAN,
    "Integer": Family.NUMBER,
    "Short": Family.NUMBER,
    "Long": Family.NUMBER,
    "Double": Family.NUMBER,
    "Float": Family.NUMBER,
    "Currency": Family.NUMBER,
    "ApplicationTime": Family.NUMBER,
    "Error": Family.NUMBER,
    "SystemTime": Family.INSTANT,
    "Binary": Family.BINARY,
    "CLSID": Family.EXACT,
}

_SPECIAL = {
    "body": Field("body", Family.TEXT, Place.BODY),
    "transport_headers": Field("transport_headers", Family.TEXT, Place.HEADERS),
    "internet_message_headers": Field("internet_message_headers", Family.TEXT, Place.HEADERS),
    "attachments": Field("attachments", Family.TEXT, Place.ATTACHMENTS, many=True),
    # The word-query's own view of what kind of item it is.
    "item_kind": Field("item_kind", Family.EXACT, Place.COLUMN, column="kind"),
}
_TAG = re.compile(r"0x([0-9a-fA-F]{1,4}):(\w+)")
_NAMED_BY_ID = re.compile(r"\{([0-9a-f-]{36})\}:([0-9]{1,9}):(\w+)")
_NAMED = re.compile(r"\{([0-9a-f-]{36})\}:n:(.*):(\w+)", re.DOTALL)
_DICTIONARY_KEY = re.compile(r"[A-Za-z0-9_.\- ]+")
_HEADER_NAME = re.compile(r"[!-9;-~]{1,200}")
_HEADERS = PROPERTY_SETS["InternetHeaders"]
_NAME_MAX = 1000


@lru_cache(maxsize=2048)
def field_of(name: str) -> Field:
    """The field of a property's name. Raises InvalidRestriction for one that nobody knows."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name.startswith("x:"):
        return _extended(name)
    if name.startswith("header:"):
        header = name.removeprefix("header:")
        if not _HEADER_NAME.fullmatch(header):
            raise unknown(name)
        return Field(name, Family.TEXT, Place.HEADER, column=header)
    row = _row(name)
    if row is not None:
        return _of_row(row)
    base, _, key = name.partition(".")
    row = _row(base)
    if row is None or not _DICTIONARY_KEY.fullmatch(key):
        raise unknown(name)
    is_mailbox = base == "email_addresses" and "." not in key
    return Field(
        name,
        Family.MAILBOX if is_mailbox else Family.TEXT,
        Place.RECORD,
        path=("properties", base, *key.split(".")),
        is_queryable=row.query,
    )


def _row(name: str) -> P | None:
    try:
        return by_name(name)
    except KeyError:
        return None


def _of_row(row: P) -> Field:
    is_attendees = row.computed == "attendees"
    family = Family.MAILBOX if is_attendees else _FAMILIES.get(row.type, Family.RECORD)
    if family is Family.RECORD and row.column:
        family = Family.EXACT
    in_record = not row.column or family is Family.MAILBOX
    return Field(
        row.name,
        family,
        Place.RECORD if in_record else Place.COLUMN,
        column=row.column,
        path=("properties", row.name),
        many=is_attendees or row.type in (Type.STRINGS, Type.MAILBOXES),
        ordinals=row.ordinals or {name: n for n, name in enumerate(row.members)},
        is_queryable=row.query,
    )


def _extended(name: str) -> Field:
    key = name.removeprefix("x:")
    kind = key.rpartition(":")[2]
    family = _EXTENDED.get(kind.removesuffix("Array"))
    if family is None or len(key) > _NAME_MAX or not is_storable(key):
        raise unknown(name)
    many = kind.endswith("Array")
    path = ("extended", key)
    seen = _view_of(key)
    if isinstance(seen, str):
        return Field(name, family, Place.HEADER, column=seen, path=path)
    if seen is None:
        return Field(name, family, Place.RECORD, path=path, many=many)
    field = msgspec.structs.replace(_of_row(seen), name=name)
    if field.family is Family.ENUM and field.place is Place.COLUMN and family is Family.NUMBER:
        return msgspec.structs.replace(field, family=family)  # MAPI knows enums as numbers
    if field.family is not family or field.many is not many:
        raise unknown(name)
    return field


def _view_of(key: str) -> P | str | None:
    """What an extended property is another view of: a registry row, or a header by its name."""
    found = _TAG.fullmatch(key)
    if found is not None and found[2] in TYPES:
        return by_mapi(int(found[1], 16) << 16 | TYPES[found[2]])
    found = _NAMED_BY_ID.fullmatch(key)
    if found is not None:
        return by_mapi(Named(found[1], int(found[2]), found[3]))
    found = _NAMED.fullmatch(key)
    if found is None:
        return None
    is_header = found[1] == _HEADERS and found[3] == "String" and _HEADER_NAME.fullmatch(found[2])
    return found[2] if is_header else by_mapi(Named(found[1], found[2], found[3]))


def is_storable(text: str) -> bool:
    """Whether both databases take the text: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def unknown(name: str) -> InvalidRestriction:
    """The refusal of a property that nobody knows."""
    return InvalidRestriction(f"no search knows the property {name[:100]!r}", where=name)
