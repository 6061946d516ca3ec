"""Which columns carry the properties that an asker wants, and how rows are made of them.

The hot path of FindItems and SyncItems. Columns come as the database gives them; enums get their
names in SQL; the JSON record is read only where a property lies in it, once for each row, and
only the wanted members of it are decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

import msgspec
import structlog
from sqlalchemy import ColumnElement, Text, case, type_coerce

from store.errors import InvalidRestriction
from store.results import ROW_HEAD, Row
from store.search.fields import Family, Field, Place, field_of
from store.tables import item

MakeRows = Callable[[Iterable[Sequence[Any]]], list[Row]]


class Projection(msgspec.Struct, frozen=True):
    """``columns`` to select, in this order and first; ``make_rows`` turns what comes into rows
    of ROW_HEAD and the properties. Columns selected after them are left out of the rows."""

    columns: tuple[ColumnElement[Any], ...]
    make_rows: MakeRows


@lru_cache(maxsize=256)
def projection(properties: tuple[str, ...]) -> Projection:
    """The projection of properties by neutral name, ``name.key``, ``x:`` or ``header:`` key.

    What an item lacks, and what no row can carry (bodies, attachments, unknown names), is None.
    """
    columns: list[ColumnElement[Any]] = [item.c[name] for name in ROW_HEAD]
    head = len(columns)
    inner: list[Field | None] = []
    places: list[int | None] = []
    for name in properties:
        field = _known(name)
        if field is not None and field.place is Place.COLUMN:
            places.append(len(columns))
            columns.append(_column(field))
        else:
            places.append(None)
            inner.append(field if field is not None and _is_inside(field) else None)
    width = len(columns)
    if not any(inner):
        return Projection(tuple(columns), _plain_rows(width, places, head))
    columns.append(type_coerce(item.c.record, Text))
    return Projection(tuple(columns), _record_rows(width, places, head, inner))


def _known(name: str) -> Field | None:
    try:
        return field_of(name)
    except InvalidRestriction:
        return None


def _is_inside(field: Field) -> bool:
    """Whether the record holds it; headers only as far as a client gave them as properties."""
    return field.place is Place.RECORD or (field.place is Place.HEADER and bool(field.path))


def _column(field: Field) -> ColumnElement[Any]:
    column = item.c[field.column]
    if field.family is not Family.ENUM:
        return column
    names = {ordinal: name for name, ordinal in field.ordinals.items()}
    return case(names, value=column).label(field.column)


def _plain_rows(width: int, places: list[int | None], head: int) -> MakeRows:
    """Rows that need no record: the columns as they are, or with None between them."""
    if None not in places:
        return lambda rows: [tuple(row[:width]) for row in rows]
    pick = _picker(head, [width if place is None else place for place in places])
    return lambda rows: [pick((*row[:width], None)) for row in rows]


def _record_rows(
    width: int, places: list[int | None], head: int, inner: list[Field | None]
) -> MakeRows:
    """Rows whose last column is the record."""
    paths = [field.path for field in inner if field is not None]
    keys = {section: _keys(paths, section) for section in ("properties", "extended")}
    decode, take = _decoder(keys)
    members = [(section, key) for section in keys for key in keys[section]]
    deep: list[tuple[str, ...]] = [path for path in dict.fromkeys(paths) if len(path) > 2]
    at = {member: width + n for n, member in enumerate(members)}
    dug: dict[tuple[str, ...], int] = {
        path: width + len(members) + n for n, path in enumerate(deep)
    }
    nothing = width + len(members) + len(deep)
    sources = [
        nothing if field is None else dug.get(field.path, at[field.path[0], field.path[1]])
        for field in inner
    ]
    waiting = iter(sources)
    pick = _picker(head, [next(waiting) if place is None else place for place in places])

    def make_rows(rows: Iterable[Sequence[Any]]) -> list[Row]:
        made: list[Row] = []
        for row in rows:
            try:
                taken = take(decode(row[width]))
            except msgspec.MsgspecError as error:  # the row is there, with what its columns say
                _log.error("damaged item", item=row[0], exc_info=error)
                taken = (None,) * len(members)
            values = (*row[:width], *taken)
            more = [_dig(values[at[path[0], path[1]]], path[2:]) for path in deep]
            made.append(pick((*values, *more, None)))
        return made

    return make_rows


def _picker(head: int, sources: list[int]) -> Callable[[Sequence[Any]], Row]:
    return itemgetter(*range(head), *sources)


def _keys(paths: list[tuple[str, ...]], section: str) -> list[str]:
    return list(dict.fromkeys(path[1] for path in paths if path[0] == section))


_log = structlog.get_logger("store")
_ODD = re.compile(r'[\\"\x00-\x1f]')

Members = Callable[[Any], tuple[Any, ...]]


def _section(name: str, keys: list[str]) -> tuple[Any, Members]:
    """A type that decodes the wanted members of a section, and what takes them out of it.

    A struct: the decoder skips other members without building them. It takes no keys with quotes
    or backslashes: where one is wanted, the whole section is decoded.
    """
    if any(map(_ODD.search, keys)):
        return dict[str, Any], lambda section: tuple(map(section.get, keys))
    fields = [(f"f{n}", Any, None) for n in range(len(keys))]
    rename = {f"f{n}": key for n, key in enumerate(keys)}
    return msgspec.defstruct(name, fields, rename=rename), msgspec.structs.astuple


def _decoder(keys: dict[str, list[str]]) -> tuple[Callable[[str], Any], Members]:
    """A decoder of records, and what takes the wanted members out of one, in order of sections."""
    sections = {name: _section(name, wanted) for name, wanted in keys.items()}
    fields = [
        (name, kind, msgspec.field(default_factory=kind)) for name, (kind, _) in sections.items()
    ]
    properties, extended = (take for _, take in sections.values())

    def members(record: Any) -> tuple[Any, ...]:
        return properties(record.properties) + extended(record.extended)

    return msgspec.json.Decoder(msgspec.defstruct("record", fields)).decode, members


def _dig(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    return value
