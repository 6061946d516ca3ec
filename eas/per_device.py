"""What a process remembers of each device between its requests, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from eas.context import Context

T = TypeVar("T")
DEVICES_MAX = 20_000


class PerDevice(Generic[T]):
    """A value by mailbox and device. The oldest go first, and all with the process: whoever asks
    must have an answer for a device of which nothing is known."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[int, str], T] = OrderedDict()

    def keep(self, ctx: Context, value: T) -> None:
        """Remember something of the request's device."""
        key = (ctx.mailbox_id, ctx.device.key)
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > DEVICES_MAX:
            self._values.popitem(last=False)

    def find(self, ctx: Context) -> T | None:
        """What was remembered last."""
        return self._values.get((ctx.mailbox_id, ctx.device.key))

    def forget(self, ctx: Context) -> None:
        """Remember nothing any more."""
        self._values.pop((ctx.mailbox_id, ctx.device.key), None)
