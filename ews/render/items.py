"""Writers of items, compiled once for each kind and shape.

The elements come in the contract's order whatever the order of the request; extended properties
keep the order in which they were asked for (trap 32).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import structlog

from ews.context import Context
from ews.ids import change_key
from ews.paths import Path
from ews.render.compute import Computed
from ews.render.computed import COMPUTED
from ews.render.extended import extended_element
from ews.render.values import simple_format
from ews.render.view import HEAD, OCCURRENCE, Entries, View, view_of_row
from ews.shapes import ItemShape
from schemas import mapi
from schemas.classes import element_of
from schemas.ews import contract
from schemas.properties import of_kind, since
from schemas.properties import shape as base_shape
from schemas.property import Kind, P
from store.results import Row

_log = structlog.get_logger("ews")

Write = Callable[[View], str]

# Extended properties stand behind this element (types.xsd, ItemType).
_BEFORE_EXTENDED = "HasAttachments"


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


def _entries(shape: ItemShape, *, find: bool) -> Entries:
    """The single entries that IndexedFieldURI elements name of dictionaries not asked for whole."""
    named = [(p.row.name, p) for p in shape.paths if p.row is not None and not p.is_extended]
    if all(not path.key for _, path in named):
        return {}
    whole = {name for name, path in named if not path.key}
    whole |= {row.name for kind in Kind for row in base_shape(kind, shape.base, find=find)}
    keys: dict[str, set[str]] = {}
    for name, path in named:
        if name not in whole:
            keys.setdefault(name, set()).add(path.key)
    return {name: frozenset(found) for name, found in keys.items()}


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
_NAMED = frozenset({"dictionary", "time_zone", "attendees", "members", "inbox_reminders"})


def _extended_needs(path: Path) -> tuple[str, ...]:
    if path.name.startswith("x:"):
        return (path.name,)
    alias = mapi.alias_of(path.extended) if path.extended is not None else None
    return alias.needs if alias is not None else (path.name,)


class ItemWriter:
    """Writes items for one request: one shape, one version. ``occurrences``: the rows are those
    of a calendar view, where an item may stand several times."""

    def __init__(
        self, ctx: Context, shape: ItemShape, *, find: bool, occurrences: bool = False
    ) -> None:
        self._ctx = ctx
        self._shape = shape
        self._find = find
        self._asked = _asked(shape)
        self._entries = _entries(shape, find=find)
        self._plans: dict[str, tuple[str, tuple[Write, ...]]] = {}
        self._row_plans: dict[str, Callable[[int, Row], str]] = {}
        self.names: tuple[str, ...] = needs(shape, ctx.version) if find else ()
        if occurrences:
            self.names = (*self.names, OCCURRENCE)
        self.rights, self.views_private = 0, False

    def write(self, view: View) -> tuple[str, str]:
        """(element name, XML) of an item."""
        element, plan = self._plan(view.kind)
        view.entries = self._entries
        return element, f"<t:{element}>{''.join([write(view) for write in plan])}</t:{element}>"

    def write_row(self, mailbox_id: int, row: Row) -> str:
        """XML of a row that carries ``names``; ``rights`` are those on its folder.

        A row with a value that cannot be written shows its id alone, so that one damaged item never
        blocks a folder (lesson 13).
        """
        kind = row[4]
        plan = self._row_plans.get(kind)
        if plan is None:
            plan = self._row_plans[kind] = self._compile_rows(kind)
        try:
            return plan(mailbox_id, row)
        except Exception:
            _log.exception("damaged item", mailbox=mailbox_id, item=row[0])
            original = row[-1] or "" if OCCURRENCE in self.names else ""
            id, key = self._ctx.ids.item(mailbox_id, row[0], original), change_key(row[1])
            element = element_of(kind)
            return f'<t:{element}><t:ItemId Id="{id}" ChangeKey="{key}"/></t:{element}>'

    def _plan(self, kind: str) -> tuple[str, tuple[Write, ...]]:
        plan = self._plans.get(kind)
        if plan is None:
            ctx = self._ctx
            before, behind = _writers(
                Kind(kind), self._shape.base, self._asked, ctx.version, self._find, ctx.milliseconds
            )
            extended = [_extended_writer(path) for path in self._shape.extended]
            plan = self._plans[kind] = (element_of(kind), (*before, *extended, *behind))
        return plan

    def _compile_rows(self, kind: str) -> Callable[[int, Row], str]:
        """A writer for rows: plain values by position, the rest through a view."""
        ctx, names = self._ctx, self.names
        element, plan = self._plan(kind)
        places = {name: HEAD + place for place, name in enumerate(names)}
        steps: list[tuple[int, Any]] = []
        for write in plan:
            place = places.get(write.name, 0) if isinstance(write, _SimpleWriter) else 0
            steps.append((place, write.format if place else write))  # type: ignore[union-attr]
        start, end = f"<t:{element}>", f"</t:{element}>"
        options, item_id = self._shape.options, ctx.ids.item
        plain = [(place, step) for place, step in steps[1:] if place]
        which = places.get(OCCURRENCE, 0)

        def write_plain(mailbox_id: int, row: Row) -> str:
            original = row[which] or "" if which else ""
            head = (
                f'{start}<t:ItemId Id="{item_id(mailbox_id, row[0], original)}"'
                f' ChangeKey="{change_key(row[1])}"/>'
            )
            values = [format(value) for place, format in plain if (value := row[place]) is not None]
            return f"{head}{''.join(values)}{end}"

        def write_any(mailbox_id: int, row: Row) -> str:
            view = view_of_row(ctx, mailbox_id, row, names, options)
            view.properties.setdefault("item_class", view.item_class)
            view.rights, view.views_private = self.rights, self.views_private
            view.entries = self._entries
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

        return write_plain if len(plain) == len(steps) - 1 else write_any


@lru_cache(maxsize=4096)
def _writers(
    kind: Kind, base: str, asked: frozenset[str], version: str, find: bool, milliseconds: bool
) -> tuple[list[Write], list[Write]]:
    """The writers of a kind's elements in a shape, in the contract's order: those before the
    extended properties, and those behind them."""
    order = [row.ews.element for row in of_kind(kind) if row.ews]
    split = order.index(_BEFORE_EXTENDED)
    before: list[Write] = []
    behind: list[Write] = []
    for row in _rows_of(kind, base, asked, version, find):
        assert row.ews is not None
        place = behind if order.index(row.ews.element) > split else before
        place.append(_row_writer(row, milliseconds=milliseconds))
    return before, behind


def _row_writer(row: P, *, milliseconds: bool) -> Write:
    if row.computed:
        computed: Computed = COMPUTED[row.computed]
        compute = computed.compute
        return lambda view: compute(view, row)
    return _SimpleWriter(row, milliseconds=milliseconds)


class _SimpleWriter:
    """The writer of a plain value; rows use its ``format`` without a view."""

    __slots__ = ("format", "name")

    def __init__(self, row: P, *, milliseconds: bool) -> None:
        self.name = row.name
        self.format = simple_format(row, milliseconds=milliseconds)

    def __call__(self, view: View) -> str:
        value = view.properties.get(self.name)
        return "" if value is None else self.format(value)


def _extended_writer(path: Path) -> Write:
    return lambda view: extended_element(path, view)
