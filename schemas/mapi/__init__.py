"""MAPI: names and values of extended properties, and which are views of registry properties."""

from schemas.mapi.aliases import (
    ALIASES,
    CONTENT,
    FLAG_BITS,
    FOLDER_ALIASES,
    NEVER_KEPT,
    Alias,
    alias_of,
    folder_alias_of,
    merge,
    remove,
)
from schemas.mapi.names import (
    TYPE_NAMES,
    TYPES,
    ExtendedName,
    MapiError,
    extended_key,
    header_of,
    read_guid,
    read_key,
    read_name,
    read_tag,
    set_name,
)
from schemas.mapi.values import read_value, write_value
from schemas.property_sets import PROPERTY_SETS

__all__ = [
    "ALIASES",
    "CONTENT",
    "FLAG_BITS",
    "FOLDER_ALIASES",
    "NEVER_KEPT",
    "PROPERTY_SETS",
    "TYPES",
    "TYPE_NAMES",
    "Alias",
    "ExtendedName",
    "MapiError",
    "alias_of",
    "extended_key",
    "folder_alias_of",
    "header_of",
    "merge",
    "read_guid",
    "read_key",
    "read_name",
    "read_tag",
    "read_value",
    "remove",
    "set_name",
    "write_value",
]
