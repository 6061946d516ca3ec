"""The clock by which the owner of a mailbox lives, for what names none: days that a device of 16.x
sends float, and have to begin somewhere (MS-ASCAL 2.2.2.1)."""

from __future__ import annotations

from schemas.property import Kind
from store import tables
from store.calendar.availability.hours import working_hours
from store.calendar.model import ZoneRecord
from store.calendar.settle import RECEIVED
from store.commands import FetchHomeZone
from store.configured import lying_in
from store.executor import Tx, reads
from store.record import decode_record

_item = tables.item
_LOOKS_MAX = 20
_NEWEST = (
    lying_in(_item.c.record)
    .where(_item.c.kind == Kind.CALENDAR.value)
    .order_by(_item.c.id.desc())
    .limit(_LOOKS_MAX)
)


@reads(FetchHomeZone, small=lambda command: True)
def fetch_home_zone(tx: Tx, command: FetchHomeZone) -> ZoneRecord | None:
    del command
    return home_zone(tx, tx.principal.mailbox_id)


def home_zone(tx: Tx, mailbox_id: int) -> ZoneRecord | None:
    """The zone of the working hours, else that of the newest event of the owner's that names one,
    rather than of others' meetings; None where nothing tells."""
    hours = working_hours(tx, mailbox_id)
    if hours.zone:
        return hours.zone
    keys = {"mailbox_id": mailbox_id, "role": "calendar"}
    of_others: ZoneRecord | None = None
    for record in tx.conn.execute(_NEWEST, keys).scalars():
        properties = decode_record(record)[0]
        zone = properties.get("start_time_zone")
        if not zone or zone.get("id") in _NOWHERE:
            continue
        if not int(properties.get("appointment_state") or 0) & RECEIVED:
            return zone
        of_others = of_others or zone
    return of_others


_NOWHERE = frozenset({"UTC", "Etc/UTC", ""})
