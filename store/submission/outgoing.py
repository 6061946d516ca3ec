"""The queue of mail for other servers: rows that outlive a crash."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import insert

from store import tables
from store.directory.secrets import next_number
from store.executor import WriteTx
from store.instant import from_instant, to_instant


def enqueue(tx: WriteTx, mime: bytes, sender: str, addresses: Iterable[str]) -> None:
    """Queue ``mime`` for addresses elsewhere; the worker is told after the commit.

    ``sender`` empty: nothing ever comes back (RFC 5321 4.5.5). Addresses are compared without case.
    """
    distinct = {address.lower(): address for address in addresses}
    if not distinct:
        return
    id = next_number(tx, "outbound")
    tx.conn.execute(
        insert(tables.outbound_message),
        {"id": id, "sender": sender, "created": tx.now, "data": mime},
    )
    expires = to_instant(from_instant(tx.now) + timedelta(days=tx.limits.queue_days))
    tx.conn.execute(
        insert(tables.outbound_recipient),
        [
            {
                "message_id": id,
                "address": address,
                "attempts": 0,
                "next_at": tx.now,
                "expires": expires,
                "last_reply": "",
            }
            for address in distinct.values()
        ],
    )
    tx.wakes_outbound = True
