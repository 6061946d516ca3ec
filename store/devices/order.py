"""The orders in which devices are handed items: mail as it was received, calendars and tasks by
until when they count (``store.until``).

A place in an order never changes. An item that moves there gets a new one, and ``item_renewed``
says where it was.
"""

from __future__ import annotations

import msgspec

from store.until import KINDS


class Order(msgspec.Struct, frozen=True):
    """An order by the column ``key``, by which items are cut off, then by ``place``, a number given
    once. ``grave``: the place's column of tombstones; ``left``: why an item leaves, in a log."""

    key: str
    place: str
    grave: str
    left: str
    is_renewed: bool = False

    def why_left(self, key: str | None, cutoff: str) -> str:
        """Why an item leaves: a line for the device's log."""
        return f"{self.left} {key or 'never'}, before the filter's {cutoff}"


RECEIVED = Order("received", "id", "item_id", "received")
UNTIL = Order("until", "until_id", "until_id", "counts until", is_renewed=True)


def order_of(kinds: tuple[str, ...]) -> Order:
    """The order in which a device that is shown items of these kinds is handed them."""
    return UNTIL if kinds and KINDS.issuperset(kinds) else RECEIVED
