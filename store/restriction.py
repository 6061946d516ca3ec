"""Search expressions, protocol-free. A front-end parses its own grammar into these.

A property is named by its registry name (``subject``), by ``name.key`` for one entry of a
dictionary (``email_addresses.EmailAddress1``), by ``header:Name`` for an Internet header, or by
``x:`` and the extended key (``x:0x10f3:String``).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Operator = Literal["eq", "ne", "gt", "ge", "lt", "le"]
Mode = Literal["full", "prefix", "substring", "prefix_on_words", "exact_phrase"]


class PropertyName(msgspec.Struct, frozen=True, tag=True):
    """The other side of a comparison of one property with another."""

    name: str


class And(msgspec.Struct, frozen=True, tag=True):
    parts: tuple[Restriction, ...]


class Or(msgspec.Struct, frozen=True, tag=True):
    parts: tuple[Restriction, ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    part: Restriction


class Compare(msgspec.Struct, frozen=True, tag=True):
    """``value`` is a plain value of the property's type (enums by neutral name), or a
    PropertyName. A missing property fails every comparison but ``ne``. Text compares without
    case."""

    name: str
    operator: Operator
    value: Any


class Exists(msgspec.Struct, frozen=True, tag=True):
    name: str


class Excludes(msgspec.Struct, frozen=True, tag=True):
    """True where (value & mask) = 0, and where the property is missing."""

    name: str
    mask: int


class Contains(msgspec.Struct, frozen=True, tag=True):
    """``text`` within a string property, any value of a list, names and addresses of mailboxes."""

    name: str
    text: str
    mode: Mode = "full"
    ignore_case: bool = False
    ignore_accents: bool = False


Restriction = And | Or | Not | Compare | Exists | Excludes | Contains


class Order(msgspec.Struct, frozen=True):
    """One field of a sort order. Missing values come first ascending, last descending."""

    name: str
    descending: bool = False


class Group(msgspec.Struct, frozen=True):
    """Grouping: by ``name``, the groups ordered by the minimum or maximum of ``aggregate_on``."""

    name: str
    aggregate_on: str
    aggregate: Literal["minimum", "maximum"]
    descending: bool = False


class Page(msgspec.Struct, frozen=True):
    """Which rows. ``kind`` ``indexed``: ``offset`` rows from the beginning or the end;
    ``fraction``: from ``offset``/``denominator`` of the set. ``limit`` None: all that the cap
    allows."""

    kind: Literal["indexed", "fraction"] = "indexed"
    offset: int = 0
    denominator: int = 1
    from_end: bool = False
    limit: int | None = None
