"""The last Sync of each device, for requests that repeat it in few words or none."""

from __future__ import annotations

from collections import OrderedDict

from eas.sync.request import SyncRequest

# A process that has forgotten, or never knew, asks the device to say everything (Status 13).
DEVICES_MAX = 20_000


class LastSyncs:
    """Requests by mailbox and device; the oldest go first."""

    def __init__(self) -> None:
        self._requests: OrderedDict[tuple[int, str], SyncRequest] = OrderedDict()

    def keep(self, mailbox_id: int, device: str, request: SyncRequest) -> None:
        """Remember a request."""
        key = (mailbox_id, device)
        self._requests[key] = request
        self._requests.move_to_end(key)
        if len(self._requests) > DEVICES_MAX:
            self._requests.popitem(last=False)

    def find(self, mailbox_id: int, device: str) -> SyncRequest | None:
        """The last request of a device."""
        return self._requests.get((mailbox_id, device))
