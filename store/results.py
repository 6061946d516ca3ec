"""What commands give back, where it is not a plain item or folder of ``store.model``."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from store.errors import StoreError
from store.model import (
    Account,
    Attachment,
    AttachmentDraft,
    AttachmentId,
    Delegate,
    Event,
    Folder,
    FolderId,
    ItemId,
)

# The fixed first fields of every row of FindItems and SyncItems.
ROW_HEAD = ("id", "seq", "folder_id", "item_class", "kind")

Row = tuple[Any, ...]


class FolderPage(msgspec.Struct, frozen=True):
    """``next_offset`` as the view counts it; ``is_last``: the page reaches the end of the set."""

    folders: tuple[Folder, ...]
    total: int
    next_offset: int
    is_last: bool


class ItemPage(msgspec.Struct, frozen=True):
    """Rows of ROW_HEAD plus the properties asked for. ``groups`` instead of ``rows`` where the
    command grouped: (value, rows). ``total`` counts the set before paging (with groups: rows and
    groups). ``rights``: the asker's on the folder; ``views_private``: what is private there too."""

    mailbox_id: int
    rows: list[Row]
    total: int
    next_offset: int
    is_last: bool
    groups: list[tuple[Any, list[Row]]] | None = None
    rights: int = 0
    views_private: bool = False


class Photo(msgspec.Struct, frozen=True):
    """Somebody's picture: a JPEG of at most 648 pixels a side (``store.directory.pictures``)."""

    etag: str
    content: bytes


class SavedItem(msgspec.Struct, frozen=True):
    """Where an item is now. ``id`` None: nothing was kept, or it left this mailbox."""

    id: ItemId | None
    change: int = 0
    kind: str = "message"
    attachments: tuple[Attachment, ...] = ()
    conflicts: int = 0


class BusyEvent(msgspec.Struct, frozen=True):
    """Something in a calendar as others see it. The rest is told only to who may see details;
    ``item``, ``subject``, ``location`` of what is private only to its owner."""

    start: str
    end: str
    busy: str
    item: ItemId | None = None
    subject: str = ""
    location: str = ""
    is_meeting: bool = False
    is_recurring: bool = False
    is_exception: bool = False
    is_reminder_set: bool = False
    is_private: bool = False


class WorkingHours(msgspec.Struct, frozen=True):
    """When somebody works: weekdays by name, minutes after midnight in ``zone`` (a zone record of
    ``store.calendar.model``; an empty one is UTC)."""

    days: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    start: int = 8 * 60
    end: int = 17 * 60
    zone: dict[str, Any] = {}


class Availability(msgspec.Struct, frozen=True):
    """``level``: ``time`` or ``details``. ``members``: of a list, the events of each."""

    level: Literal["time", "details"]
    events: tuple[BusyEvent, ...]
    hours: WorkingHours = WorkingHours()
    members: tuple[tuple[BusyEvent, ...], ...] = ()


class Responded(msgspec.Struct, frozen=True):
    """What an answer to a meeting left: the calendar item (None where it went away), the message
    that was saved (None: none was), and where the request lies now."""

    calendar: SavedItem | None = None
    message: SavedItem | None = None
    request: SavedItem | None = None


class SavedAttachment(msgspec.Struct, frozen=True):
    """A new attachment and its root item with the item's new change number."""

    id: AttachmentId
    root: ItemId
    change: int
    attachment: Attachment


class LoadedAttachment(msgspec.Struct, frozen=True):
    """An attachment with its content; of an item attachment ``draft.item``."""

    attachment: Attachment
    draft: AttachmentDraft


class ItemChanges(msgspec.Struct, frozen=True):
    """A step of item synchronisation. ``changes``: (kind, row) in order; kind is ``create``,
    ``update`` (row of ROW_HEAD plus properties), ``read`` (id, is_read, seq) or ``delete`` (id,).
    ``state`` is the position after it (``store.sync.ItemState``)."""

    mailbox_id: int
    folder: FolderId
    changes: list[tuple[str, Row]]
    state: Any
    is_last: bool
    rights: int = 0
    views_private: bool = False


class FolderChanges(msgspec.Struct, frozen=True):
    """A step of hierarchy synchronisation: parents before children; ``seq`` is the new number."""

    root: FolderId
    created: tuple[Folder, ...]
    updated: tuple[Folder, ...]
    deleted: tuple[FolderId, ...]
    seq: int


class EventPage(msgspec.Struct, frozen=True):
    events: list[Event]
    seq: int
    n: int
    more: bool


class SubscriptionStart(msgspec.Struct, frozen=True):
    """``folders`` empty: the whole message tree."""

    mailbox_id: int
    folders: tuple[int, ...]
    seq: int


class OutboundMail(msgspec.Struct, frozen=True):
    """A message for one or more remote recipients; ``attempts`` by recipient."""

    id: int
    sender: str
    mime: bytes
    created: str
    recipients: tuple[tuple[str, int, str], ...]


class InboxRemindersSent(msgspec.Struct, frozen=True):
    """How many reminders by mail were sent; ``next``: when the next is due (an instant that may be
    past where more is due, empty where none is to come); ``refused``: what was given up, and why.
    """

    mails: int
    next: str
    refused: tuple[str, ...] = ()


class ResolvedName(msgspec.Struct, frozen=True):
    """One candidate: of the directory (``account``) or of a contacts folder (``item``, its kind
    and its change number)."""

    name: str
    address: str
    account: Account | None = None
    item: ItemId | None = None
    kind: str = ""
    change: int = 0
    properties: dict[str, Any] = {}


class ResolvedNames(msgspec.Struct, frozen=True):
    names: tuple[ResolvedName, ...]
    is_complete: bool


class Delegation(msgspec.Struct, frozen=True):
    """Delegates of a mailbox, each or why not. ``delivery``: of ``store.commands.DELIVERIES``."""

    delivery: str
    delegates: tuple[Delegate | StoreError, ...]


class MailboxState(msgspec.Struct, frozen=True):
    """Sizes in bytes; quota 0: none."""

    mailbox_id: int
    size: int
    quota: int
    culture: str


class Credentials(msgspec.Struct, frozen=True):
    """An account as sign-in sees it. ``stamp`` changes whenever password or state does."""

    account: Account
    password_hash: str
    stamp: str
