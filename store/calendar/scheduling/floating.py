"""Days of a calendar that names no zone: they are the reader's (RFC 5545 3.3.4, 3.3.5)."""

from __future__ import annotations

from typing import Any

import msgspec

from store.calendar.home_zone import home_zone
from store.calendar.zones import to_utc, zone_of
from store.executor import Tx
from store.instant import Instant, from_instant, to_instant
from store.model import ItemDraft, Properties

FLOATS = "floats"
"""Whether what a message says of times is by no clock; they stand as if it were that of UTC."""
_TIMES = ("start", "end", "recurrence_id", "proposed_start", "proposed_end")
_ZONES = ("start_time_zone", "end_time_zone")


def at_home(tx: Tx, mailbox_id: int, draft: ItemDraft) -> tuple[ItemDraft, Properties]:
    """A meeting message with times that float put into the zone of a mailbox's owner, and what of
    its properties is other by that."""
    if not draft.properties.get(FLOATS):
        return draft, {}
    record = home_zone(tx, mailbox_id)
    if record is None:
        return draft, {}
    zone = zone_of(record)

    def put(moment: Instant) -> Instant:
        return to_instant(to_utc(from_instant(moment).replace(tzinfo=None), zone))

    told = draft.properties
    moved: Properties = {name: put(told[name]) for name in _TIMES if told.get(name)}
    moved |= {name: record for name in _ZONES if told.get(name)}
    if told.get("exceptions"):
        moved["exceptions"] = [_exception(each, put, record) for each in told["exceptions"]]
    return msgspec.structs.replace(draft, properties=told | moved), moved


def _exception(exception: dict[str, Any], put: Any, record: Any) -> dict[str, Any]:
    made = {**exception, "original": put(exception["original"])}
    own: Properties = exception.get("properties") or {}
    if own:
        times = {name: put(own[name]) for name in ("start", "end") if own.get(name)}
        made["properties"] = own | times | {name: record for name in _ZONES if name in own}
    return made
