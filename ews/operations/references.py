"""Items that requests name: by id, by index in a series, by one of a series' occurrences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError, ews_error
from ews.ids import read_change_key
from store.calendar.occurrences import Occurrence, Series, is_deleted, is_master
from store.commands import FetchItems
from store.errors import StoreError
from store.instant import from_instant, to_instant
from store.model import Item, ItemId

Pair = tuple[str, Any]
Reference = ItemId | EwsError


def read_item_id(ctx: Context, pair: Pair) -> ItemId:
    """The item that an ItemId names; its ChangeKey must parse. Raises EwsError.

    For operations whose requests hold plain ids alone.
    """
    name, node = pair
    if name != "ItemId":
        raise EwsError("ErrorInvalidOperation", f"{name} has no meaning here.")
    id = ctx.ids.read_item(node.Id)
    read_change_key(node.ChangeKey)
    return id


async def read_references(ctx: Context, pairs: Sequence[Pair]) -> list[Reference]:
    """The item that each ItemId, OccurrenceItemId or RecurringMasterItemId names, or the error.

    One that names a series by an occurrence's index, or the other way round, costs a look at the
    series (MS-OXWSCDATA 2.2.4.37, 2.2.4.55).
    """
    found: list[Reference] = []
    for pair in pairs:
        try:
            found.append(await read_reference(ctx, pair))
        except (EwsError, StoreError) as error:
            found.append(ews_error(error))
    return found


def taken(reference: Reference) -> ItemId:
    """The item of a reference. Raises its EwsError: for ``ews.messages.each``."""
    if isinstance(reference, EwsError):
        raise reference
    return reference


async def read_reference(ctx: Context, pair: Pair) -> ItemId:
    """The item that one reference names. Raises EwsError, StoreError."""
    name, node = pair
    if name == "OccurrenceItemId":
        read_change_key(node.ChangeKey)
        return await _occurrence(ctx, node)
    if name == "RecurringMasterItemId":
        read_change_key(node.ChangeKey)
        return await _master(ctx, node)
    if name == "RecurringMasterItemIdRanges":
        raise EwsError("ErrorInvalidOperation", "Only GetItem takes ranges of a series.")
    return read_item_id(ctx, pair)


async def _fetched(ctx: Context, id: ItemId) -> Item:
    (item,) = await ctx.execute(FetchItems((id,)))
    if isinstance(item, StoreError):
        raise item
    return item


async def series_of(ctx: Context, id: ItemId) -> Series:
    """The series that a master's id names. Raises EwsError, StoreError."""
    if id.original:
        raise EwsError("ErrorCalendarCannotUseIdForRecurringMasterId")
    item = await _fetched(ctx, id)
    if item.kind != "calendar" or not is_master(item.properties):
        raise EwsError("ErrorCalendarCannotUseIdForRecurringMasterId")
    return Series(item.properties)


async def _occurrence(ctx: Context, node: Any) -> ItemId:
    master = ctx.ids.read_item(node.RecurringMasterId)
    series = await series_of(ctx, master)
    found = series.nth(node.InstanceIndex)
    if found is None:
        raise EwsError("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange")
    if is_deleted(found):
        raise EwsError("ErrorCalendarOccurrenceIsDeletedFromRecurrence")
    return ItemId(master.mailbox_id, master.id, found.original)


async def _master(ctx: Context, node: Any) -> ItemId:
    id = ctx.ids.read_item(node.OccurrenceId)
    if not id.original:
        raise EwsError("ErrorCalendarCannotUseIdForOccurrenceId")
    await _fetched(ctx, id)  # an occurrence that is gone leads nowhere
    return ItemId(id.mailbox_id, id.id)


# How many occurrences one range, and all ranges of a request, may ask for; how far one without an
# end reaches.
_RANGE_MAX, _RANGES_MAX = 500, 1000
_DAYS_MAX = 50 * 366


async def read_ranges(ctx: Context, node: Any) -> list[ItemId]:
    """The master and the occurrences that a RecurringMasterItemIdRanges names (MS-OXWSCORE
    2.2.4.36). Raises EwsError, StoreError."""
    master = ctx.ids.read_item(node.Id)
    read_change_key(node.ChangeKey)
    item = await _fetched(ctx, master)
    if item.kind == "task" and item.properties.get("recurrence"):
        return [master]  # a recurring task is one item, whatever its times
    series = await series_of(ctx, master)
    found: dict[str, None] = {}
    for each in listed(node.Ranges):
        count = 1 if each.Count is None else each.Count
        if not 0 <= count <= _RANGE_MAX:
            raise EwsError("ErrorInvalidArgument", f"A range has at most {_RANGE_MAX} items.")
        for occurrence in _within(ctx, series, each)[:count]:
            found[occurrence.original] = None
        if len(found) > _RANGES_MAX:
            raise EwsError("ErrorInvalidArgument", f"Ranges have at most {_RANGES_MAX} items.")
    return [master, *(ItemId(master.mailbox_id, master.id, original) for original in found)]


def _within(ctx: Context, series: Series, node: Any) -> list[Occurrence]:
    """The occurrences in a range: by when they were to start, or by when they take place."""
    start = series.properties["start"] if node.Start is None else ctx.to_instant(node.Start)
    farthest = to_instant(from_instant(start) + timedelta(days=_DAYS_MAX))
    end = farthest if node.End is None else min(ctx.to_instant(node.End), farthest)
    if not node.CompareOriginalStartTime:
        return series.between(start, end)
    moved = {each.original: each for each in series.modified()}
    gone = set(series.deleted())
    regular = Series({**series.properties, "exceptions": ()}).between(start, end)
    return [
        moved.get(each.original, each)
        for each in regular
        if each.original >= start and each.original not in gone
    ]
