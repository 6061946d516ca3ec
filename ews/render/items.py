"""Writers of items, compiled once for each kind and shape.

The elements come in the contract's order whatever the order of the request; extended properties
keep the order in which they were asked for (trap 32).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ews.context import Context
from ews.ids import change_key
from ews.paths import Path
from ews.render.computed import COMPUTED, Computed
from ews.render.extended import extended_element
from ews.render.values import simple_format
from ews.render.view import HEAD, View, view_of_row
from ews.shapes import ItemShape
from schemas import mapi
from schemas.classes import element_of
from schemas.ews import contract
from schemas.properties import of_kind, since
from schemas.properties import shape as base_shape
from schemas.property import Kind, P
from store.results import Row

Write = Callable[[View], str]

# Extended properties stand behind this element (types.xsd, ItemType).
_BEFORE_EXTENDED = "HasAttachments"


def rows_of(kind: Kind, shape: ItemShape, version: str, *, find: bool) -> tuple[P, ...]:
    """The registry rows of a shape for items of a kind, in the contract's order.

    Rows that another kind has, or that are younger than the client's version, are passed over.
    """
    return _rows_of(kind, shape.base, _asked(shape), version, find)


def _asked(shape: ItemShape) -> frozenset[str]:
    """The elements that a shape names beside its base."""
    asked = {row.ews.element for row in shape.rows if row.ews is not None}
    if shape.include_mime:
        asked.add("MimeContent")
    return frozenset(asked | {"ItemId"})


@lru_cache(maxsize=4096)
def _rows_of(
    kind: Kind, base: str, asked: frozenset[str], version: str, find: bool
) -> tuple[P, ...]:
    of_base = {row.ews.element for row in base_shape(kind, base, find=find) if row.ews}
    wanted = asked | of_base
    return tuple(
        row
        for row in of_kind(kind)
        if row.ews is not None
        and row.ews.element in wanted
        and contract.rank(version) >= contract.rank(since(row, kind))
    )


def needs(shape: ItemShape, version: str) -> tuple[str, ...]:
    """The neutral properties that rows of FindItems must carry for this shape."""
    names = dict.fromkeys(_stored(shape.base, _asked(shape), version))
    for path in shape.extended:
        names.update(dict.fromkeys(_extended_needs(path)))
    return tuple(names)


@lru_cache(maxsize=1024)
def _stored(base: str, asked: frozenset[str], version: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for kind in Kind:
        for row in _rows_of(kind, base, asked, version, True):
            if row.computed:
                names.update(dict.fromkeys(COMPUTED[row.computed].needs))
            if not row.computed or row.computed in _NAMED:
                names[row.name] = None
    return tuple(names)


# Computed rows whose stored property bears the row's own name.
_NAMED = frozenset({"dictionary", "time_zone", "attendees", "members"})


def _extended_needs(path: Path) -> tuple[str, ...]:
    if path.name.startswith("x:"):
        return (path.name,)
    alias = mapi.alias_of(path.extended) if path.extended is not None else None
    return alias.needs if alias is not None else (path.name,)


class ItemWriter:
    """Writes items for one request: one shape, one version."""

    def __init__(self, ctx: Context, shape: ItemShape, *, find: bool) -> None:
        self._ctx = ctx
        self._shape = shape
        self._find = find
        self._plans: dict[str, tuple[str, list[Write]]] = {}
        self._row_plans: dict[str, Callable[[int, Row], str]] = {}
        self.names: tuple[str, ...] = needs(shape, ctx.version) if find else ()
        self.rights = 0

    def write(self, view: View) -> tuple[str, str]:
        """(element name, XML) of an item."""
        element, plan = self._plan(view.kind)
        return element, f"<t:{element}>{''.join([write(view) for write in plan])}</t:{element}>"

    def write_row(self, mailbox_id: int, row: Row) -> str:
        """XML of a row that carries ``names``; ``rights`` are those on its folder."""
        kind = row[4]
        plan = self._row_plans.get(kind)
        if plan is None:
            plan = self._row_plans[kind] = self._compile_rows(kind)
        return plan(mailbox_id, row)

    def _plan(self, kind: str) -> tuple[str, list[Write]]:
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = (element_of(kind), self._compile(Kind(kind)))
        return plan

    def _compile(self, kind: Kind) -> list[Write]:
        plan: list[Write] = []
        extended = [_extended_writer(path) for path in self._shape.extended]
        order = [row.ews.element for row in of_kind(kind) if row.ews]
        split = order.index(_BEFORE_EXTENDED)
        for row in rows_of(kind, self._shape, self._ctx.version, find=self._find):
            assert row.ews is not None
            if extended and order.index(row.ews.element) > split:
                plan += extended
                extended = []
            plan.append(_row_writer(row, milliseconds=self._ctx.milliseconds))
        return plan + extended

    def _compile_rows(self, kind: str) -> Callable[[int, Row], str]:
        """A writer for rows: plain values by position, the rest through a view."""
        places = {name: HEAD + place for place, name in enumerate(self.names)}
        element = element_of(kind)
        start, end = f"<t:{element}>", f"</t:{element}>"
        steps: list[tuple[int, Any]] = []
        for write in self._compile(Kind(kind)):
            row = getattr(write, "simple", None)
            place = places.get(row.name) if row is not None else None
            steps.append((place, write.format) if place is not None else (0, write))  # type: ignore[attr-defined]
        is_plain = all(place for place, _ in steps[1:])
        ctx, names, options = self._ctx, self.names, self._shape.options
        item_id = ctx.ids.item
        plain = steps[1:]

        def write_plain(mailbox_id: int, row: Row) -> str:
            parts = [
                f'{start}<t:ItemId Id="{item_id(mailbox_id, row[0])}"'
                f' ChangeKey="{change_key(row[1])}"/>'
            ]
            for place, format in plain:
                value = row[place]
                if value is not None:
                    parts.append(format(value))
            parts.append(end)
            return "".join(parts)

        def write_any(mailbox_id: int, row: Row) -> str:
            view = view_of_row(ctx, mailbox_id, row, names, options)
            view.properties.setdefault("item_class", view.item_class)
            view.rights = self.rights
            parts = [start]
            for place, step in steps:
                if place:
                    value = row[place]
                    if value is not None:
                        parts.append(step(value))
                else:
                    parts.append(step(view))
            parts.append(end)
            return "".join(parts)

        return write_plain if is_plain else write_any


def _row_writer(row: P, *, milliseconds: bool) -> Write:
    if row.computed:
        computed: Computed = COMPUTED[row.computed]
        compute = computed.compute
        return lambda view: compute(view, row)
    return _SimpleWriter(row, milliseconds=milliseconds)


class _SimpleWriter:
    """The writer of a plain value; rows use its ``format`` without a view."""

    __slots__ = ("_name", "format", "simple")

    def __init__(self, row: P, *, milliseconds: bool) -> None:
        self.simple = row
        self._name = row.name
        self.format = simple_format(row, milliseconds=milliseconds)

    def __call__(self, view: View) -> str:
        value = view.properties.get(self._name)
        return "" if value is None else self.format(value)


def _extended_writer(path: Path) -> Write:
    return lambda view: extended_element(path, view)
