"""What can be asked about devices. ``device`` is always a device's folded id (``Device.key``)."""

from __future__ import annotations

from typing import Any, Literal

from store.commands import Command
from store.devices.model import Access, StatePart, Wipe, WipeState
from store.instant import Instant
from store.model import ItemId

# -- who they are ------------------------------------------------------------------------------


class MeetDevice(Command, frozen=True):
    """The device of the asker's mailbox, made at its first call -> Device.

    What it says of itself is kept; it is written at most once an hour where nothing changed.
    """

    device_id: str
    type: str
    agent: str
    protocol: str


class FetchDevice(Command, frozen=True):
    """-> Device | None."""

    device: str


class ChangeDevice(Command, frozen=True):
    """Change what is kept of a device; None leaves a thing as it is -> Device. Raises NotFound.

    ``record`` entries replace those of the same name, a None entry removes one.
    """

    device: str
    mailbox_id: int = 0
    access: Access | None = None
    reason: str | None = None
    wipe: Wipe | None = None
    wipe_state: WipeState | None = None
    policy_key: int | None = None
    pending_key: int | None = None
    policy_mark: str | None = None
    record: dict[str, Any] | None = None
    note: str = ""


class ListDevices(Command, frozen=True):
    """Devices of a mailbox, or (system) of all -> list[Device]."""

    mailbox_id: int = 0


class RemoveDevice(Command, frozen=True):
    """Forget a device and all that it holds -> None. It starts anew when it comes back.

    Raises NotFound."""

    device: str
    mailbox_id: int = 0


# -- the tree ----------------------------------------------------------------------------------


class StepTree(Command, frozen=True):
    """What changed in the folder tree since ``number`` (0: from empty) -> TreeStep.

    ``classes``: prefixes of folder classes that the device can show; where they are others than
    at that number, the folders that it can show now are new to it. Where nothing changed the
    number stays. Raises InvalidState for a number that the device was not given.
    """

    device: str
    number: int
    classes: tuple[str, ...]


class ReadTree(Command, frozen=True):
    """The folder tree as a device that knows nothing would be given it -> TreeStep with number 0.

    It is not noted that it was given. ``classes`` as for StepTree."""

    classes: tuple[str, ...]


class PeekTree(Command, frozen=True):
    """Whether the tree has something for a device since its newest number -> bool.

    True for a device that was never given the tree: it has all of it to learn."""

    device: str
    classes: tuple[str, ...]


class ChangeTree(Command, frozen=True):
    """Make, change or delete a folder in a device's name -> TreeChange.

    ``changes`` name one folder each (``CreateFolders``, ``UpdateFolders``, ``MoveFolders``,
    ``DeleteFolders``) and are carried out all or none. The device is not told of what it did. A
    creation that was carried out, but whose answer was lost, gives the same folder again.
    Raises InvalidState for an unknown number, and what the changes themselves raise.
    """

    device: str
    number: int
    changes: tuple[Command, ...]


# -- collections -------------------------------------------------------------------------------


class DeviceChange(Command, frozen=True):
    """A device's own change of an item in a step.

    ``token`` is the same when the device repeats it. ``commands`` carry it out, all or nothing;
    each names one item (``CreateItems``, ``UpdateItems``, ``DeleteItems``, ...). ``item`` is None
    for a new one. ``touches``: which of ``content``, ``flags``, ``categories`` and ``read`` it
    sets, for conflicts. ``of_draft``: only a draft may be changed so. ``tells_back``: the item
    becomes other than the device said, and it is to be told. ``adopts``: the device adds it, not
    knowing that it is there: it has it from then on, and is told how it is. ``says``: a second
    token of a new item, by what is in it, for devices that give it another name when they repeat
    it; empty for none.
    """

    token: str
    commands: tuple[Command, ...]
    item: ItemId | None = None
    touches: tuple[str, ...] = ()
    is_deletion: bool = False
    of_draft: bool = False
    tells_back: bool = False
    adopts: bool = False
    says: str = ""


class BeginCollection(Command, frozen=True):
    """Hold a folder from empty -> Step with the first number and nothing told.

    ``kinds``: the device is shown items of these kinds alone, from here on; empty means all. Where
    it has just begun (its answer was lost), it is the same beginning again.
    Raises NotFound, AccessDenied (role ``sync``).
    """

    device: str
    folder: int
    options: str = ""
    kinds: tuple[str, ...] = ()


class PeekCollections(Command, frozen=True):
    """Whether folders have something for a device -> list[Pending], in order.

    ``numbers``: (folder, token, number); an empty token means the newest state. ``cutoffs`` by
    folder: the instant from which items count, "" for all; a folder without one is looked at as
    far down as the device holds it. ``gathers`` by folder: whether conversations count whole, where
    that is another than the device said. ``limit``: count at most that many. ``blind``: parts of
    the state of messages of which the device cannot be told.
    """

    device: str
    numbers: tuple[tuple[int, str, int], ...]
    cutoffs: dict[int, Instant] = {}
    gathers: dict[int, bool] = {}
    limit: int = 1
    blind: tuple[StatePart, ...] = ()


class StepCollection(Command, frozen=True):
    """One step of a folder's synchronisation with a device -> Step.

    The device comes with (``token``, ``number``). A number that it came with before gives the
    same step again, and changes of its own that were carried out then are not carried out twice.
    ``window`` and ``bytes_max`` bound what is told, where of each item at most ``item_bytes`` are
    (0: all of it); ``cutoff``: items received before it are left out, ``gathers``: unless they are
    of a conversation with a later message in the folder. ``options`` None: as before.
    ``wins``: whose change counts where both changed an item. ``gets`` False: only the device's
    own changes. ``blind`` as for PeekCollections.
    Raises NotFound, AccessDenied (role ``sync``), InvalidState for a number not known.
    """

    device: str
    folder: int
    token: str
    number: int
    window: int
    bytes_max: int
    item_bytes: int = 0
    cutoff: Instant = ""
    gathers: bool = False
    options: str | None = None
    changes: tuple[DeviceChange, ...] = ()
    wins: Literal["device", "server"] = "server"
    gets: bool = True
    blind: tuple[StatePart, ...] = ()


class MoveForDevice(Command, frozen=True):
    """Move items in a device's name -> each Moved: the device is not told of it again.

    ``items``: (item, folder it lies in, target folder). Raises nothing as a whole.
    """

    device: str
    items: tuple[tuple[ItemId, int, int], ...]


class Once(Command, frozen=True):
    """Carry out ``command`` unless the device had it done under that ``token`` -> its result.

    ``forgets``: tokens that begin so are forgotten then, so that of those the last alone counts.
    Raises AlreadyDone (``where``: the token).
    """

    device: str
    token: str
    command: Command
    forgets: str = ""


# -- the log -----------------------------------------------------------------------------------


class NoteRound(Command, frozen=True):
    """Write a line into a device's log -> None."""

    device: str
    what: str
    status: int
    note: str = ""
    folder: int = 0


class ListRounds(Command, frozen=True):
    """A device's log, newest first -> list[Round]. ``item``: only rounds that tell of it."""

    device: str
    mailbox_id: int = 0
    item: int = 0
    limit: int = 200


class TraceItem(Command, frozen=True):
    """The ids under which an item was, is and will be known: moves give new ones -> tuple[int].

    In the order in which it had them. Of the system only."""

    mailbox_id: int
    item: int


class PruneDevices(Command, frozen=True):
    """Drop log lines older than ``log_before`` and devices not seen since ``seen_before`` -> int.

    Of the system only."""

    log_before: Instant
    seen_before: Instant
    limit: int = 2_000
