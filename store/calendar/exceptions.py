"""A change of one occurrence, as a change of its series (MS-OXOCAL 2.2.1.44.2, 3.1.4.6)."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.mapi import merge, remove
from store.calendar.model import OF_SERIES, ExceptionRecord
from store.calendar.occurrences import Occurrence, Series, body_of, is_deleted, is_master
from store.calendar.settle import check_place, settled_occurrence
from store.commands import ItemChange
from store.errors import InvalidValue, NotFound
from store.instant import Instant
from store.items.bodies import changed_body
from store.model import Body, Properties

# What every occurrence has of its own, and what is the whole series' alone.
_MADE = frozenset(
    {
        "original_start",
        "recurrence_id",
        "calendar_item_type",
        "is_recurring",
        "last_modified_name",
        "modified",
        "created",
        "size",
        "has_attachments",
        "is_unmodified",
    }
)
_OF_SERIES = frozenset({*OF_SERIES, "uid"})


def occurrence_in(properties: Properties, original: Instant) -> tuple[Series, Occurrence]:
    """A living occurrence of a series and the series. Raises NotFound."""
    if not is_master(properties):
        raise NotFound("the item is no series", role="item")
    series = Series(properties)
    found = series.at(original)
    if found is None:
        found = next((each for each in series.modified() if each.original == original), None)
    if found is None or is_deleted(found):
        raise NotFound("the series has no such occurrence", role="item")
    return series, found


def as_change_of_master(
    stored: tuple[Properties, dict[str, Any]], change: ItemChange, body: Body | None, now: Instant
) -> ItemChange:
    """The change of the series that a change of one occurrence is. ``body``: the master's, where
    the change appends to it.

    Raises NotFound; InvalidValue, also for what only a whole series has.
    """
    master, _ = stored
    series, occurrence = occurrence_in(master, change.item.original)
    for name in (*change.set, *change.unset):
        if name in _OF_SERIES:
            raise InvalidValue(f"{name} is the whole series' alone", where=name)
    if change.draft is not None:
        raise InvalidValue("an occurrence is not made from MIME", where="mime_content")
    record: ExceptionRecord = {"original": occurrence.original}
    natural = series.properties_of(series.regular(occurrence))
    after = series.properties_of(occurrence)
    _apply(change, after)
    after = settled_occurrence(after, now)
    if after["start"] != occurrence.start:
        check_place(series, occurrence.original, after["start"])
    record["properties"] = {
        name: value
        for name, value in after.items()
        if name not in _MADE and natural.get(name) != value
    }
    removed = [name for name in natural if name not in _MADE and name not in after]
    if removed:
        record["removed"] = removed
    _keep_extended(change, occurrence, record)
    _keep_body(change, occurrence, record, body)
    return ItemChange(
        msgspec.structs.replace(change.item, original=""),
        set={"exceptions": with_exception(master, record)},
        change=change.change,
    )


def with_exception(master: Properties, record: ExceptionRecord) -> list[ExceptionRecord]:
    """The exceptions of a series with one put in, in place of what was said of that occurrence."""
    others = [r for r in master.get("exceptions") or () if r["original"] != record["original"]]
    return sorted([*others, record], key=lambda each: each["original"])


def _apply(change: ItemChange, properties: Properties) -> None:
    for name, value in change.set.items():
        if not name.startswith("x:"):
            merge(properties, {name: value})
    for name, value in change.append.items():
        if not name.startswith("body"):
            properties[name] = [*properties.get(name, []), *value]
    for name in change.unset:
        if not name.startswith("x:"):
            remove(properties, name)


def _keep_extended(change: ItemChange, occurrence: Occurrence, record: ExceptionRecord) -> None:
    """Extended properties that differ; None for one that only the master has."""
    extended = dict((occurrence.exception or {}).get("extended") or {})
    extended |= {name[2:]: v for name, v in change.set.items() if name.startswith("x:")}
    extended |= {name[2:]: None for name in change.unset if name.startswith("x:")}
    if extended:
        record["extended"] = extended


def _keep_body(
    change: ItemChange, occurrence: Occurrence, record: ExceptionRecord, master: Body | None
) -> None:
    own = (occurrence.exception or {}).get("body")
    touches = change.body is not None or "body" in change.unset
    if touches or any(name.startswith("body") for name in change.append):
        body = changed_body(change, body_of(occurrence, master) or Body())
        record["body"] = {k: v for k, v in msgspec.to_builtins(body).items() if v is not None}
    elif own is not None:
        record["body"] = own
