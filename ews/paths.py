"""Property paths: how requests name properties, and what the registry calls them.

A path is a FieldURI, an IndexedFieldURI (one entry of a dictionary, or one Internet header) or an
ExtendedFieldURI (MS-OXWSCDATA 2.2.4.28, 2.2.4.42, 2.2.5.15).
"""

from __future__ import annotations

from typing import Any

import msgspec

from ews.errors import EwsError
from schemas import mapi
from schemas.properties import by_indexed_uri, by_mapi, by_uri
from schemas.property import P

Pair = tuple[str, Any]


class Path(msgspec.Struct, frozen=True):
    """A property that a request names.

    ``name`` is what the store calls it: a registry name, ``name.key`` for a dictionary entry,
    ``header:Name``, or ``x:`` and an extended key. ``row`` is its registry row, None for extended
    properties that the registry does not know. ``key`` is the entry, or the header's name in
    lower case, of an IndexedFieldURI. ``extended`` is the element to echo, for paths by
    MAPI tag or name.
    """

    name: str
    row: P | None
    pair: Pair
    key: str = ""
    extended: mapi.ExtendedName | None = None

    @property
    def is_extended(self) -> bool:
        """Whether the request named it as an extended property."""
        return self.extended is not None


def read_path(pair: Pair) -> Path:
    """The property that a path element names. Raises EwsError for one that cannot be."""
    name, node = pair
    if name == "FieldURI":
        row = by_uri(node.FieldURI)
        if row is None:
            raise unknown(pair)
        return Path(row.name, row, pair)
    if name == "IndexedFieldURI":
        return _indexed(pair)
    return _extended(pair)


def _indexed(pair: Pair) -> Path:
    _, node = pair
    if node.FieldURI == "item:InternetMessageHeader":
        name = node.FieldIndex
        return Path(f"header:{name}", by_uri("item:InternetMessageHeaders"), pair, name.lower())
    found = by_indexed_uri(node.FieldURI, node.FieldIndex)
    if found is None:
        raise unknown(pair)
    row, key = found
    return Path(f"{row.name}.{key}", row, pair, key)


def _extended(pair: Pair) -> Path:
    _, node = pair
    try:
        extended = mapi.read_name(node)
    except mapi.MapiError as error:
        raise EwsError(error.code, error.text, [pair]) from error
    row = by_mapi(extended.tag_or_named)
    alias = mapi.alias_of(extended)
    if alias is not None:
        return Path(alias.name, row, pair, extended=extended)
    return Path(f"x:{extended.key}", None, pair, extended=extended)


def unknown(pair: Pair) -> EwsError:
    """The error for a path that names no property of the kind of item at hand."""
    return EwsError("ErrorInvalidPropertyRequest", xml=[pair])
