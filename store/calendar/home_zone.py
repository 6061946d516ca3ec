"""The clock by which the owner of a mailbox lives, for what names none: days that a device of 16.x
sends float, and have to begin somewhere (MS-ASCAL 2.2.2.1)."""

from __future__ import annotations

from schemas.property import Kind
from store import tables
from store.calendar.availability.hours import working_hours
from store.calendar.model import ZoneRecord
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
    """The zone of the working hours, else that of the newest event of the owner's that names one;
    None where nothing tells."""
    hours = working_hours(tx, mailbox_id)
    if hours.zone:
        return hours.zone
    keys = {"mailbox_id": mailbox_id, "role": "calendar"}
    for record in tx.conn.execute(_NEWEST, keys).scalars():
        zone = decode_record(record)[0].get("start_time_zone")
        if zone and zone.get("id") not in _NOWHERE:
            return zone
    return None


_NOWHERE = frozenset({"UTC", "Etc/UTC", ""})
