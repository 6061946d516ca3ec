"""What lies in a window of a calendar (MS-OXWSSRCH CalendarView)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Select, bindparam, select, union_all

from store import tables
from store.access import FolderRow
from store.calendar import span
from store.calendar.occurrences import Occurrence, Series, extended_of, is_master, overlaps
from store.calendar.private import concealed, is_private
from store.commands import ViewCalendar
from store.errors import Damaged, StoreError
from store.executor import Tx, reads
from store.instant import Instant
from store.items.rows import IDS_MAX
from store.model import Properties
from store.record import decode_record, properties_of
from store.results import ItemPage, Row
from store.rights import Right
from store.search.fields import Place, field_of

_item = tables.item


def _of_class(number: int) -> Select[Any, Any, Any, Any]:
    return select(_item.c.id, _item.c.start, _item.c.end, _item.c.record).where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.folder_id == bindparam("folder_id"),
        _item.c.is_associated.is_(False),
        _item.c.kind == "calendar",
        _item.c.span_class == number,
        _item.c.span_start >= bindparam(f"low_{number}"),
        _item.c.span_start < bindparam("high"),
        _item.c.span_end >= bindparam("low"),
    )


# One range of the index for each class: in one WHERE with OR, SQLite reads the whole folder.
CANDIDATES = union_all(*(_of_class(number) for number in range(len(span.CLASSES) + 1)))


@reads(ViewCalendar)
def view_calendar(tx: Tx, command: ViewCalendar) -> list[ItemPage | StoreError]:
    """One page for each folder: singles, occurrences and exceptions by start, never masters."""
    results: list[ItemPage | StoreError] = []
    for ref in command.folders:
        try:
            folder = tx.access.folder(ref, Right.READ_ALL)
            results.append(_page(tx, folder, command))
        except StoreError as error:
            results.append(error)
    return results


def _page(tx: Tx, folder: FolderRow, command: ViewCalendar) -> ItemPage:
    found = placed(tx, folder, command.start, command.end)
    cap = tx.limits.find_rows_max
    shown = found[: min(cap, command.limit or cap)]
    conceals = not tx.access.sees_private(folder.mailbox_id)
    rows = rows_of(tx, folder.mailbox_id, shown, command.properties, conceals=conceals)
    rights = int(tx.access.rights(folder.mailbox_id, folder.id))
    return ItemPage(
        folder.mailbox_id,
        rows,
        len(found),
        len(shown),
        len(shown) == len(found),
        rights=rights,
        views_private=not conceals,
    )


def placed(
    tx: Tx, folder: FolderRow, start: Instant, end: Instant
) -> list[tuple[Instant, int, Instant]]:
    """(start, item id, original start or empty) of all that overlaps a window, in order."""
    keys: dict[str, Any] = {
        "mailbox_id": folder.mailbox_id,
        "folder_id": folder.id,
        "low": start,
        "high": end,
        **{f"low_{number}": low for number, low in span.ranges(start)},
    }
    found: list[tuple[Instant, int, Instant]] = []
    for row in tx.conn.execute(CANDIDATES, keys):
        found += _within(row, start, end)
    return sorted(found)


_MASTER_MARK = '"recurrence"'


def _within(row: Any, start: Instant, end: Instant) -> Iterable[tuple[Instant, int, Instant]]:
    record = row.record
    if isinstance(record, str) and _MASTER_MARK not in record:
        # Single ones need not be decoded to be placed.
        return [(row.start, row.id, "")] if overlaps(row.start, row.end, start, end) else []
    series = series_of(row)
    if series is None:
        return [(row.start, row.id, "")] if overlaps(row.start, row.end, start, end) else []
    return [(each.start, row.id, each.original) for each in series.between(start, end)]


def series_of(row: Any) -> Series | None:
    """The series in a row with ``record``, ``start``, ``end``; None for a single item or one
    whose series cannot be read (it is shown as single: lesson 13)."""
    try:
        properties = decode_record(row.record)[0]
        properties |= {"start": row.start, "end": row.end}
        return Series(properties) if is_master(properties) else None
    except (Damaged, KeyError, ValueError, TypeError):
        return None


_ROWS = select(_item).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.id.in_(bindparam("ids", expanding=True)),
)


def rows_of(
    tx: Tx,
    mailbox_id: int,
    shown: Sequence[tuple[Instant, int, Instant]],
    names: tuple[str, ...],
    *,
    conceals: bool = False,
) -> list[Row]:
    """Rows of ROW_HEAD and the properties of what was placed, in that order. ``conceals``: of what
    is private little more than the time."""
    ids = list({id for _, id, _ in shown})
    rows: dict[int, Any] = {}
    for at in range(0, len(ids), IDS_MAX):
        keys = {"mailbox_id": mailbox_id, "ids": ids[at : at + IDS_MAX]}
        rows |= {row.id: row for row in tx.conn.execute(_ROWS, keys)}
    takers = [_taker(name) for name in names]
    made: list[Row] = []
    loaded: dict[int, tuple[Properties, dict[str, Any], Series | None]] = {}
    for _, id, original in shown:
        row = rows[id]
        if id not in loaded:
            loaded[id] = _load(row)
        properties, extended, series = loaded[id]
        if series is not None and original:
            found = series.at(original) or _moved(series, original)
            if found is not None:
                properties = {**series.properties_of(found), "occurrence": original}
                extended = extended_of(found, extended)
        if conceals and is_private(row.kind, properties):
            properties, extended = concealed(properties), {}
        head = (row.id, row.seq, row.folder_id, row.item_class, row.kind)
        made.append((*head, *(take(properties, extended) for take in takers)))
    return made


def _moved(series: Series, original: Instant) -> Occurrence | None:
    """An exception of which the pattern knows nothing any more."""
    return next((each for each in series.modified() if each.original == original), None)


def _load(row: Any) -> tuple[Properties, dict[str, Any], Series | None]:
    try:
        properties, extended = properties_of(row)
    except Damaged:
        return {}, {}, None
    return properties, extended, Series(properties) if is_master(properties) else None


def _taker(name: str) -> Callable[[Properties, dict[str, Any]], Any]:
    """What takes a property's value out of (properties, extended)."""
    path = name.split(".") if _is_deep(name) else [name]

    def take_extended(_properties: Properties, extended: dict[str, Any]) -> Any:
        return extended.get(name[2:])

    def take(properties: Properties, _extended: dict[str, Any]) -> Any:
        value: Any = properties
        for part in path:
            value = cast("dict[str, Any]", value).get(part) if isinstance(value, dict) else None
        return value

    return take_extended if name.startswith("x:") else take


def _is_deep(name: str) -> bool:
    try:
        return field_of(name).place is Place.RECORD and "." in name
    except StoreError:
        return False
