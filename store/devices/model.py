"""What devices are, and what the steps of their synchronisation say. Protocol-free."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from store.instant import Instant
from store.model import Folder, ItemId

Access = Literal["allowed", "blocked"]
# "" nothing; what a device was told to erase: what it holds of this account, or all.
Wipe = Literal["", "account", "full"]
# "" none; asked: it will be told; sent: it was told; done, failed: what it answered.
WipeState = Literal["", "asked", "sent", "done", "failed"]


class Device(msgspec.Struct, frozen=True):
    """A device that follows a mailbox.

    ``key`` is its id folded, ``record`` what it said of itself and what it last asked for.
    ``policy_key`` is 0 until it took the policies of ``policy_mark``; ``pending_key`` is the one
    under which they were offered.
    """

    mailbox_id: int
    key: str
    device_id: str
    type: str
    agent: str
    protocol: str
    created: Instant
    seen: Instant
    access: Access = "allowed"
    reason: str = ""
    wipe: Wipe = ""
    wipe_state: WipeState = ""
    policy_key: int = 0
    pending_key: int = 0
    policy_mark: str = ""
    record: dict[str, Any] = {}


# What a step tells of an item; ``state``: its content is as before, but parts of its state changed.
# ``read`` and ``flags`` stand in steps from before 0008: the read state, flag or categories.
EntryKind = Literal["add", "change", "read", "flags", "state", "delete", "soft_delete"]
StatePart = Literal["read", "flags", "categories"]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One item in a step, and why it is there. ``parts``: of ``state``, those that changed."""

    kind: EntryKind
    item_id: int
    cause: str
    parts: tuple[StatePart, ...] = ()


class Done(msgspec.Struct, frozen=True):
    """What came of a device's own change: the error's class and role, or the item saved.

    ``attachments``: numbers of the attachments that the change added, in order.
    """

    item_id: int = 0
    error: str = ""
    role: str = ""
    attachments: tuple[int, ...] = ()


# Above every instant: nothing is held yet.
ABOVE_ALL = "~"


class Reach(msgspec.Struct, frozen=True, array_like=True):
    """Which items a device holds with their conversations, though they lie below its edge.

    An item up to ``top`` is held where a message of its conversation, up to ``top`` as well, was
    received at ``edge`` or later. While the reach moves, items up to ``at`` are held as by
    ``to_edge`` and ``to_top``, the others as before.
    """

    edge: str = ABOVE_ALL
    top: int = 0
    to_edge: str = ABOVE_ALL
    to_top: int = 0
    at: int = 0

    @property
    def is_moving(self) -> bool:
        return (self.edge, self.top) != (self.to_edge, self.to_top)


class Position(msgspec.Struct, frozen=True, array_like=True):
    """How much of a folder a device has been told.

    It holds the items with places up to ``top`` that lie at or above the edge (``edge``, then
    ``edge_id``, in the order of ``store.devices.order``), as of change ``seq`` and inside it up to
    item ``at``. The edge moves down as older items are handed out, and up as they leave the
    filter. ``base`` is the
    number up to which the log was told to its end (``store.sync.ItemState``). ``kinds``: of which
    kinds the items are that the device is shown at all; empty means all. ``gathers``: whether it
    wants conversations whole that have a message within the filter; ``reach``: what it holds so.
    """

    seq: int
    at: int
    top: int
    edge: str
    edge_id: int
    base: int = 0
    kinds: tuple[str, ...] = ()
    gathers: bool = False
    reach: Reach = Reach()


class CollectionState(msgspec.Struct, frozen=True):
    """A device's state of a folder under one number. ``options`` are the front-end's words."""

    token: str
    number: int
    position: Position
    options: str
    more: bool
    created: Instant


class Step(msgspec.Struct, frozen=True):
    """What a step told: the state it leads to, items in order, results of the device's changes.

    ``is_repeat``: it is the same step again. ``number``: the one that the device came with where
    there was nothing to tell.
    """

    token: str
    number: int
    entries: tuple[Entry, ...] = ()
    more: bool = False
    done: tuple[Done, ...] = ()
    is_repeat: bool = False


class Pending(msgspec.Struct, frozen=True):
    """Whether a folder has something for a device.

    ``state`` None: the device does not hold it under that number. ``is_told``: the step from that
    number was given before. ``count``: how much there is, as far as was looked. ``is_behind``: the
    device went on from that number long ago: it was restored, or another one uses its id.
    ``is_gone``: it held the folder, which is there no longer.
    """

    folder_id: int
    state: CollectionState | None = None
    is_told: bool = False
    count: int = 0
    is_behind: bool = False
    is_gone: bool = False


class TreeStep(msgspec.Struct, frozen=True):
    """A step of the folder tree: the number that it leads to, parents before children.

    A folder's ``parent`` is None where that is the root, or nothing that the device is shown.
    """

    number: int
    created: tuple[Folder, ...] = ()
    updated: tuple[Folder, ...] = ()
    deleted: tuple[int, ...] = ()


class TreeChange(msgspec.Struct, frozen=True):
    """What a device's change of the tree led to: the next number, and the folder made (0: none)."""

    number: int
    folder_id: int = 0


class Moved(msgspec.Struct, frozen=True):
    """Where an item is after a move. ``again``: an earlier try had moved it."""

    item: ItemId
    again: bool = False


class Round(msgspec.Struct, frozen=True):
    """A line of a device's log: what it was told, and why."""

    id: int
    at: Instant
    what: str
    folder_id: int
    number: int
    status: int
    entries: tuple[Entry, ...]
    note: str
