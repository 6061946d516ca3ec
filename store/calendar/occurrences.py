"""A series as single occurrences: which there are, when, and what each of them says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from store.calendar.model import OF_SERIES, ExceptionRecord
from store.calendar.recurrence import Pattern
from store.calendar.zones import local, to_utc, zone_of
from store.instant import Instant, from_instant, to_instant
from store.model import Body, Properties

# No zone is farther from UTC, and no exception of a day is looked for farther off.
_DAY = timedelta(days=1)


class Occurrence(msgspec.Struct, frozen=True):
    """One occurrence. ``number`` counts the pattern's days from 1, deleted ones too; 0 for one
    that the pattern no longer has. ``exception``: how it differs from the master."""

    number: int
    original: Instant
    start: Instant
    end: Instant
    exception: ExceptionRecord | None = None


class Series:
    """The occurrences of a master, by its properties."""

    def __init__(self, properties: Properties) -> None:
        self.properties = properties
        self.zone: tzinfo = zone_of(properties.get("start_time_zone"))
        start = local(from_instant(properties["start"]), self.zone)
        end = local(from_instant(properties["end"]), self.zone)
        self.pattern = Pattern(properties["recurrence"])
        self._time: time = start.time()
        self._length: timedelta = end - start
        self.exceptions: dict[Instant, ExceptionRecord] = {
            record["original"]: record for record in properties.get("exceptions") or ()
        }

    # -- one ---------------------------------------------------------------------------------

    def original_of(self, day: date) -> Instant:
        """When the occurrence of a day starts, or would have."""
        return to_instant(to_utc(datetime.combine(day, self._time), self.zone))

    def day_of(self, original: Instant) -> date:
        """The day of an occurrence by the item's own clock."""
        return local(from_instant(original), self.zone).date()

    def nth(self, number: int) -> Occurrence | None:
        """By number, deleted ones too; None beyond the end."""
        day = self.pattern.nth(number)
        return None if day is None else self._on(number, day)

    def at(self, original: Instant) -> Occurrence | None:
        """By original start, deleted ones too; None where the series has no such occurrence."""
        day = self.day_of(original)
        number = self.pattern.number(day)
        if number is None or self.original_of(day) != original:
            return None
        return self._on(number, day)

    def regular(self, occurrence: Occurrence) -> Occurrence:
        """The occurrence as it was before anything was changed in it."""
        end = self._end_of(self.day_of(occurrence.original))
        return Occurrence(occurrence.number, occurrence.original, occurrence.original, end)

    def near(self, moment: Instant) -> Occurrence | None:
        """The occurrence that starts then, or on the same day: clients keep originals in many ways
        (survey of devices, 10)."""
        exact = self.at(moment)
        if exact is not None:
            return exact
        day = self.day_of(moment)
        number = self.pattern.number(day)
        return None if number is None else self._on(number, day)

    def first(self) -> Occurrence | None:
        """The first that is not deleted."""
        return next(self._from(1), None)

    def last(self) -> Occurrence | None:
        """The last that is not deleted; None where there is no end."""
        day = self.pattern.last()
        number = self.pattern.number(day) if day is not None else None
        while number:
            found = self.nth(number)
            if found is not None and not is_deleted(found):
                return found
            number -= 1
        return None

    def next_after(self, moment: Instant) -> Occurrence | None:
        """The first that begins after a moment and is not deleted."""
        day = self.day_of(moment) - _DAY
        for candidate in self.pattern.between(day, date.max):
            number = self.pattern.number(candidate)
            assert number is not None
            found = self._on(number, candidate)
            if not is_deleted(found) and found.start > moment:
                return found
        return None

    def _from(self, number: int) -> Iterator[Occurrence]:
        while (found := self.nth(number)) is not None:
            if not is_deleted(found):
                yield found
            number += 1

    def _on(self, number: int, day: date) -> Occurrence:
        original = self.original_of(day)
        record = self.exceptions.get(original)
        if record is None or record.get("is_deleted"):
            return Occurrence(number, original, original, self._end_of(day), record)
        changed = record.get("properties", {})
        return Occurrence(
            number,
            original,
            changed.get("start", original),
            changed.get("end", self._end_of(day)),
            record,
        )

    def _end_of(self, day: date) -> Instant:
        wall = datetime.combine(day, self._time) + self._length
        return to_instant(to_utc(wall, self.zone))

    # -- many --------------------------------------------------------------------------------

    def between(self, start: Instant, end: Instant) -> list[Occurrence]:
        """Those that overlap a window, by start; the one that ends at its start is outside, unless
        it has no length."""
        low, high = from_instant(start), from_instant(end)
        first = _date(low - self._length - _DAY)
        last = _date(high + _DAY)
        found: list[Occurrence] = []
        for day in self.pattern.between(first, last):
            original = self.original_of(day)
            if original in self.exceptions:
                continue
            number = self.pattern.number(day)
            assert number is not None
            found.append(self._on(number, day))
        found += self.modified()
        return sorted(
            (each for each in found if overlaps(each.start, each.end, start, end)),
            key=lambda each: (each.start, each.original),
        )

    def modified(self) -> list[Occurrence]:
        """The exceptions that are not deleted, by original start."""
        found: list[Occurrence] = []
        for original, record in sorted(self.exceptions.items()):
            if record.get("is_deleted"):
                continue
            day = self.day_of(original)
            number = self.pattern.number(day) or 0
            found.append(self._on(number, day) if number else _orphan(record))
        return found

    def deleted(self) -> list[Instant]:
        """The original starts of deleted occurrences."""
        return sorted(o for o, record in self.exceptions.items() if record.get("is_deleted"))

    # -- what they say -----------------------------------------------------------------------

    def properties_of(self, occurrence: Occurrence) -> Properties:
        """The properties of an occurrence: the master's but where it differs."""
        own = {k: v for k, v in self.properties.items() if k not in OF_SERIES}
        record = occurrence.exception or {}
        for name in record.get("removed", ()):
            own.pop(name, None)
        own |= record.get("properties", {})
        own |= {
            "start": occurrence.start,
            "end": occurrence.end,
            "original_start": occurrence.original,
            "recurrence_id": occurrence.original,
            "calendar_item_type": "exception" if record else "occurrence",
            "is_recurring": True,
        }
        if own.get("reminder_is_set"):
            own["reminder_due"] = occurrence.start
        return own


def is_deleted(occurrence: Occurrence) -> bool:
    """Whether it was taken out of its series."""
    return bool(occurrence.exception and occurrence.exception.get("is_deleted"))


def body_of(occurrence: Occurrence, master: Body | None) -> Body | None:
    """The body of an occurrence: its own, or the master's."""
    own = (occurrence.exception or {}).get("body")
    return msgspec.convert(own, Body) if own is not None else master


def extended_of(occurrence: Occurrence, master: dict[str, Any]) -> dict[str, Any]:
    """The extended properties of an occurrence: the master's but where it differs."""
    own: dict[str, Any] = (occurrence.exception or {}).get("extended") or {}
    return {k: v for k, v in {**master, **own}.items() if v is not None}


def overlaps(start: Instant, end: Instant, low: Instant, high: Instant) -> bool:
    """Whether something from ``start`` to ``end`` lies in the window (survey of operations 4.5)."""
    return start < high and (end > low or (start == end and start >= low))


def _orphan(record: ExceptionRecord) -> Occurrence:
    changed: dict[str, Any] = record.get("properties", {})
    original = record["original"]
    return Occurrence(
        0, original, changed.get("start", original), changed.get("end", original), record
    )


def _date(moment: datetime) -> date:
    """The day of a moment; what lies beyond the calendar is its end."""
    return moment.astimezone(UTC).date()


def is_master(properties: Properties) -> bool:
    """Whether an item is a series."""
    return bool(properties.get("recurrence")) and "start" in properties
