"""The search that each device pages through (Find): only its first page may begin a search."""

from __future__ import annotations

from collections import OrderedDict

# A process that has forgotten a device's search asks it to begin anew (Status 4).
DEVICES_MAX = 20_000


class LastFinds:
    """The search that each device pages through; the oldest go first."""

    def __init__(self) -> None:
        self._searches: OrderedDict[tuple[int, str], tuple[str, ...]] = OrderedDict()

    def keep(self, mailbox_id: int, device: str, search: tuple[str, ...]) -> None:
        """Remember what a device searches for."""
        key = (mailbox_id, device)
        self._searches[key] = search
        self._searches.move_to_end(key)
        if len(self._searches) > DEVICES_MAX:
            self._searches.popitem(last=False)

    def is_last(self, mailbox_id: int, device: str, search: tuple[str, ...]) -> bool:
        """Whether a device has begun that search, and none since."""
        return self._searches.get((mailbox_id, device)) == search
