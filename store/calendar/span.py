"""The span of a calendar item: from its first start to its last end, in classes of length.

A window's candidates are found by ranges of an index, one for each class: what starts no longer
before the window than items of the class last. So the cost of a view depends on what lies in it and
near it, not on the calendar.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store.calendar.occurrences import Series, is_master
from store.errors import StoreError
from store.instant import Instant, from_instant, to_instant
from store.model import Properties

# The greatest length of each class but the last, which takes all that is longer or without end.
CLASSES: tuple[timedelta, ...] = tuple(timedelta(hours=4**n) for n in range(9))
ENDLESS = "9999-12-31T23:59:59.999999Z"

Span = tuple[int, Instant, Instant]


def span_of(properties: Properties) -> Span | None:
    """(class, start, end) of an item with times, None for others."""
    start, end = properties.get("start"), properties.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    if is_master(properties):
        start, end = _of_series(properties, start, end)
    return _class(start, end), start, end


def _of_series(properties: Properties, start: Instant, end: Instant) -> tuple[Instant, Instant]:
    try:
        series = Series(properties)
    except (StoreError, KeyError, ValueError, TypeError):
        return start, ENDLESS  # a series that cannot be read is a candidate always
    moved = series.modified()
    last_day = series.pattern.last()
    last = ENDLESS
    if not series.pattern.is_endless and last_day is not None:
        number = series.pattern.number(last_day) or 1
        found = series.nth(number)
        last = found.end if found is not None else end
    return (
        min([start, *(each.start for each in moved)]),
        max([last, end, *(each.end for each in moved)]),
    )


def _class(start: Instant, end: Instant) -> int:
    try:
        length = from_instant(end) - from_instant(start)
    except ValueError:
        return len(CLASSES)
    return next((n for n, most in enumerate(CLASSES) if length <= most), len(CLASSES))


def ranges(start: Instant) -> list[tuple[int, Instant]]:
    """For each class, the earliest span start that may reach into a window that begins then."""
    low = from_instant(start)
    found: list[tuple[int, Instant]] = []
    for number, length in enumerate(CLASSES):
        try:
            found.append((number, to_instant(low - length)))
        except OverflowError:
            found.append((number, ""))
    return [*found, (len(CLASSES), "")]


def columns(properties: Properties) -> dict[str, Any]:
    """The item table's span columns."""
    span = span_of(properties)
    if span is None:
        return {"span_class": None, "span_start": None, "span_end": None}
    return dict(zip(("span_class", "span_start", "span_end"), span, strict=True))
