"""The command model: one frozen struct for each thing that somebody can ask of the store.

``await session.execute(command)`` is the only door. The annotation ``-> X`` in a docstring's first
line is the result; ``each`` means a list with one result or ``StoreError`` for each element asked
for, in order: one bad element neither fails nor half-writes the others.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from store.model import (
    AttachmentDraft,
    AttachmentId,
    Body,
    FolderId,
    ItemDraft,
    ItemId,
    Permission,
    Properties,
)
from store.restriction import Group, Order, Page, Restriction

How = Literal["hard", "soft", "to_deleted_items"]
Resolution = Literal["never_overwrite", "auto_resolve", "always_overwrite"]
# "all": everybody; "changed": who came or went. With "copy" the sender keeps one in Sent Items.
Invitations = Literal["none", "all", "all_and_copy", "changed", "changed_and_copy"]
Answer = Literal["accept", "tentative", "decline"]
Disposition = Literal["save", "send", "send_and_save"]


class Command(msgspec.Struct, frozen=True):
    """Base of all commands."""


class FolderRole(msgspec.Struct, frozen=True):
    """A distinguished folder by role (``inbox``), of the asker or of the mailbox ``address``."""

    role: str
    address: str = ""


FolderRef = FolderId | FolderRole

# -- folders -----------------------------------------------------------------------------------


class FetchFolders(Command, frozen=True):
    """Read folders -> each Folder. ``permissions``: with their permission sets."""

    folders: tuple[FolderRef, ...]
    permissions: bool = False


class FindFolders(Command, frozen=True):
    """Folders below each parent -> each FolderPage."""

    parents: tuple[FolderRef, ...]
    deep: bool = False
    restriction: Restriction | None = None
    page: Page = Page()
    permissions: bool = False


class FolderDraft(msgspec.Struct, frozen=True):
    """A folder to make."""

    name: str
    folder_class: str = "IPF.Note"
    properties: Properties = {}
    extended: dict[str, Any] = {}
    permissions: tuple[Permission, ...] | None = None


class CreateFolders(Command, frozen=True):
    """Make folders below ``parent`` -> each Folder. ``existing``: return one of that name."""

    parent: FolderRef
    folders: tuple[FolderDraft, ...]
    existing: bool = False


class FolderChange(msgspec.Struct, frozen=True):
    """Changes of one folder; ``set`` and ``unset`` by neutral name or ``x:`` extended key."""

    folder: FolderRef
    name: str | None = None
    folder_class: str | None = None
    set: Properties = {}
    unset: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] | None = None


class UpdateFolders(Command, frozen=True):
    """Rename, reclass or re-permit folders -> each Folder."""

    changes: tuple[FolderChange, ...]


class DeleteFolders(Command, frozen=True):
    """Delete folders with all below -> each None."""

    folders: tuple[FolderRef, ...]
    how: How


class EmptyFolders(Command, frozen=True):
    """Delete what lies in folders -> each None."""

    folders: tuple[FolderRef, ...]
    how: How
    subfolders: bool = False


class MoveFolders(Command, frozen=True):
    """Move folders, ids kept -> each Folder."""

    folders: tuple[FolderRef, ...]
    target: FolderRef


class CopyFolders(Command, frozen=True):
    """Copy folders with all below, new ids -> each Folder."""

    folders: tuple[FolderRef, ...]
    target: FolderRef


class MarkAllRead(Command, frozen=True):
    """Set every item of folders read or unread -> each None."""

    folders: tuple[FolderRef, ...]
    read: bool = True
    suppress_receipts: bool = True


# -- items -------------------------------------------------------------------------------------


class Want(msgspec.Struct, frozen=True):
    """Which costly parts of an item to load."""

    body: bool = False
    mime: bool = False
    attachments: bool = False
    headers: bool = False


class FetchItems(Command, frozen=True):
    """Read items -> each Item."""

    items: tuple[ItemId, ...]
    want: Want = Want()


class FindItems(Command, frozen=True):
    """Search folders -> each ItemPage.

    ``properties``: neutral names (or ``x:`` keys) that the rows carry, in that order, after the
    fixed head of ``store.results.ROW_HEAD``. ``query`` is AQS text. ``associated`` searches the
    hidden items instead of the normal ones.
    """

    folders: tuple[FolderRef, ...]
    properties: tuple[str, ...] = ()
    restriction: Restriction | None = None
    query: str = ""
    order: tuple[Order, ...] = ()
    group: Group | None = None
    page: Page = Page()
    associated: bool = False
    deep: bool = False


class ViewCalendar(Command, frozen=True):
    """What lies in a window of calendars -> each ItemPage: single items, occurrences and
    exceptions by start, never masters. Rows as those of FindItems; the property ``occurrence`` is
    the original start of an occurrence, which makes its ItemId."""

    folders: tuple[FolderRef, ...]
    start: str
    end: str
    properties: tuple[str, ...] = ()
    limit: int | None = None


class FetchHomeZone(Command, frozen=True):
    """The zone by whose clock the asker lives -> a zone record of ``store.calendar.model``, None
    where nothing tells."""


class ReadAvailability(Command, frozen=True):
    """When people, rooms and lists are free -> each Availability; of a list that of its members.

    Everything that overlaps the window from ``start`` to ``end`` (instants) is told whole. A list
    of more than ``members_max`` is TooMany.
    """

    addresses: tuple[str, ...]
    start: str
    end: str
    members_max: int = 100


class FindMeeting(Command, frozen=True):
    """The calendar item with a UID in a mailbox -> its ItemId, None where there is none or the
    asker may not see it. ``original``: the occurrence that was to start then. ``owner``: look into
    the mailbox of that address instead."""

    mailbox_id: int
    uid: str
    original: str = ""
    owner: str = ""


class CreateItems(Command, frozen=True):
    """Save items, send them, or both -> each SavedItem (its ``id`` None where nothing is kept).

    ``folder`` None: the default folder of each item's kind (Sent Items where it is sent).
    ``extended``, ``properties`` win over what the MIME says. ``invitations``: what the attendees of
    new meetings are sent.
    """

    items: tuple[ItemDraft, ...]
    folder: FolderRef | None = None
    disposition: Disposition = "save"
    associated: bool = False
    invitations: Invitations = "none"


class ItemChange(msgspec.Struct, frozen=True):
    """Changes of one item, all or nothing.

    ``set``: new values by neutral name, ``name.key`` for a dictionary entry, or ``x:`` key.
    ``body``: new body. ``append``: values added to lists (recipients) and dictionaries (members of
    a list), and text added to the body (``body_html``, ``body_text``). ``unset``: names removed.
    ``change``: the change number that the asker saw, None for none. ``draft``: replaces the whole
    content (MIME set anew).
    """

    item: ItemId
    set: Properties = {}
    append: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    draft: ItemDraft | None = None
    change: int | None = None


class UpdateItems(Command, frozen=True):
    """Change items, and send them where ``disposition`` says so -> each SavedItem.

    ``invitations``: what the attendees of meetings that change are sent.
    """

    changes: tuple[ItemChange, ...]
    resolution: Resolution = "auto_resolve"
    disposition: Disposition = "save"
    save_to: FolderRef | None = None
    suppress_receipts: bool = False
    invitations: Invitations = "none"


class SendItems(Command, frozen=True):
    """Send saved drafts -> each SavedItem. ``save_to`` None with ``save``: Sent Items."""

    items: tuple[tuple[ItemId, int | None], ...]
    save: bool = True
    save_to: FolderRef | None = None


class DeleteItems(Command, frozen=True):
    """Delete items -> each None. ``cancellations``: what the attendees of meetings that go are
    sent; an attendee declines so. ``task_occurrence``: of recurring tasks only the current time
    goes (NotSupported, role ``task_occurrence``, for one that has no other)."""

    items: tuple[ItemId, ...]
    how: How
    suppress_receipts: bool = False
    cancellations: Invitations = "none"
    task_occurrence: bool = False


class RespondToMeeting(Command, frozen=True):
    """Answer an invitation -> Responded.

    ``item``: the request, or the attendee's calendar item (or an occurrence of it). ``occurrence``:
    of a series' request, the occurrence that is meant. ``body`` None: no words.
    ``disposition`` None: the calendar is changed and nobody is told. ``proposed``: start and end of
    another time.
    """

    item: ItemId
    answer: Answer
    occurrence: str = ""
    body: Body | None = None
    disposition: Disposition | None = None
    save_to: FolderRef | None = None
    proposed: tuple[str, str] | None = None


class ForwardMeeting(Command, frozen=True):
    """Invite others to a meeting that somebody has -> SavedItem of the draft, None once it is sent.

    An organiser invites them like everybody else; an attendee passes the invitation on, and the
    organiser is told. ``item``: the calendar item (or an occurrence of it); ``occurrence``: of a
    series, the one that is meant. ``to``: mailboxes. ``body`` None: the meeting's own.
    """

    item: ItemId
    to: tuple[dict[str, Any], ...]
    occurrence: str = ""
    subject: str = ""
    body: Body | None = None
    disposition: Disposition = "send_and_save"
    save_to: FolderRef | None = None


class CancelMeeting(Command, frozen=True):
    """Cancel an own meeting, or an occurrence of it: the attendees are told, it goes to Deleted
    Items -> Responded."""

    item: ItemId
    body: Body | None = None
    disposition: Disposition | None = "send_and_save"


class RemoveMeeting(Command, frozen=True):
    """Remove what a cancellation cancelled from the calendar -> Responded. ``item``: the
    cancellation, or the cancelled calendar item."""

    item: ItemId


class MoveItems(Command, frozen=True):
    """Move items: a new id for each, the immutable id stays -> each SavedItem."""

    items: tuple[ItemId, ...]
    target: FolderRef


class CopyItems(Command, frozen=True):
    """Copy items -> each SavedItem."""

    items: tuple[ItemId, ...]
    target: FolderRef


class ArchiveItems(Command, frozen=True):
    """Move items to the folder of the same path below the archive folder -> each SavedItem."""

    items: tuple[ItemId, ...]
    source: FolderRef


# -- attachments -------------------------------------------------------------------------------


class CreateAttachments(Command, frozen=True):
    """Attach to an item or to an item attachment -> each SavedAttachment."""

    parent: ItemId | AttachmentId
    attachments: tuple[AttachmentDraft, ...]
    change: int | None = None


class FetchAttachments(Command, frozen=True):
    """Read attachments with content -> each LoadedAttachment."""

    attachments: tuple[AttachmentId, ...]
    content: bool = True


class DeleteAttachments(Command, frozen=True):
    """Remove attachments -> each SavedItem (the root item)."""

    attachments: tuple[AttachmentId, ...]


# -- synchronisation ---------------------------------------------------------------------------


class SyncItems(Command, frozen=True):
    """What changed in a folder since a position -> ItemChanges (``store.sync``).

    ``state`` None: from empty. ``ignore``: ids passed over and counted as seen.
    """

    folder: FolderRef
    state: Any = None
    limit: int = 512
    associated: bool = False
    ignore: tuple[int, ...] = ()
    properties: tuple[str, ...] = ()


class SyncFolders(Command, frozen=True):
    """What changed in the tree below ``root`` (not itself) since a number -> FolderChanges."""

    root: FolderRef
    since: int | None = None


class FetchEvents(Command, frozen=True):
    """The committed change log after ``seq`` (and ``n`` within it) -> EventPage. Raises
    InvalidWatermark where events after it were dropped for their age.

    ``folders`` empty: all folders of the message tree."""

    mailbox_id: int
    seq: int
    n: int = 0
    folders: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    limit: int = 50


class PruneEvents(Command, frozen=True):
    """Drop at most ``limit`` of the events that are older than ``Limits.event_days`` -> int, how
    many. Of the system only."""

    limit: int = 5_000


class OpenSubscription(Command, frozen=True):
    """Check rights for watching folders -> SubscriptionStart (resolved folders, current seq)."""

    folders: tuple[FolderRef, ...]
    all_folders: bool = False


# -- mail --------------------------------------------------------------------------------------


class DeliverMail(Command, frozen=True):
    """Put a message into the Inbox of local recipients -> each SavedItem (per recipient).

    ``seen_before``: a delivery of the very same bytes before this instant may have gone
    unanswered, so this is the same one again and is not stored twice. Only the mail flow's own
    session may ask this.
    """

    draft: ItemDraft
    recipients: tuple[str, ...]
    sender: str = ""
    seen_before: str = ""


class CheckRecipients(Command, frozen=True):
    """Whether mail for each address is taken -> list[bool | StoreError]: True here, False where
    it is another server's. Mail flow only."""

    addresses: tuple[str, ...]


class SubmitMail(Command, frozen=True):
    """Send MIME in the asker's name without keeping a copy -> None (SMTP submission)."""

    mime: bytes
    recipients: tuple[str, ...]
    sender: str


class TakeOutbound(Command, frozen=True):
    """Messages for other servers that are due -> list[OutboundMail]. Mail flow only."""

    limit: int = 20


class SettleOutbound(Command, frozen=True):
    """What became of one recipient -> None. ``outcome``: sent, failed, deferred. Mail flow only."""

    message_id: int
    address: str
    outcome: str
    reply: str
    retry_at: str = ""


class SendInboxReminders(Command, frozen=True):
    """Send the reminders by mail that are due, of at most so many items -> InboxRemindersSent.
    Mail flow only."""

    limit: int = 20


# -- configuration, directory ------------------------------------------------------------------


class FetchConfiguration(Command, frozen=True):
    """A named configuration object of a folder (IPM.Configuration.*) -> Item."""

    folder: FolderRef
    name: str


class SaveConfiguration(Command, frozen=True):
    """Create (``create``) or change a configuration object -> SavedItem. None: left as it is."""

    folder: FolderRef
    name: str
    create: bool
    dictionary: Any = None
    xml: bytes | None = None
    binary: bytes | None = None


class DeleteConfiguration(Command, frozen=True):
    """Remove a configuration object -> None."""

    folder: FolderRef
    name: str


class ResolveNames(Command, frozen=True):
    """Directory entries and contacts that fit a typed name -> ResolvedNames.

    ``scope``: ``directory``, ``contacts``, ``directory_contacts``, ``contacts_directory``."""

    text: str
    scope: str = "directory_contacts"
    folder: FolderRef | None = None
    limit: int = 100


class LookUpAddresses(Command, frozen=True):
    """The directory's account for each address -> list[Account | None]."""

    addresses: tuple[str, ...]


class ListRoomLists(Command, frozen=True):
    """-> list[Account]: the lists of rooms, by name."""


class MailboxStatus(Command, frozen=True):
    """Size and quota of the mailbox that ``address`` reaches -> MailboxState."""

    address: str = ""


# -- delegates ---------------------------------------------------------------------------------

DELEGATED_FOLDERS = ("calendar", "tasks", "inbox", "contacts", "notes", "journal")
"""Roles of the folders in which delegates have rights."""
DELIVERIES = (
    "delegates_only",
    "delegates_and_me",
    "delegates_and_send_information_to_me",
    "no_forward",
)
"""Whose meeting messages become where there are delegates who receive them: theirs, theirs and the
owner's, theirs with a copy for the owner to know, the owner's."""


class DelegateDraft(msgspec.Struct, frozen=True):
    """Somebody to become a delegate, or changes of one; None and missing folders: as it was.

    ``rights``: ``store.rights`` bits by role of ``DELEGATED_FOLDERS``; 0 takes the entry away.
    """

    address: str
    rights: dict[str, int] = {}
    receives_copies: bool | None = None
    views_private: bool | None = None


class FetchDelegates(Command, frozen=True):
    """Who acts for the owner of ``mailbox`` (empty: the asker's) -> Delegation.

    ``addresses`` empty: all of them. Raises AccessDenied for a mailbox that is not the asker's, as
    the commands below do, and NoSuchMailbox.
    """

    mailbox: str = ""
    addresses: tuple[str, ...] = ()


class AddDelegates(Command, frozen=True):
    """Make people delegates -> each Delegate. ``delivery``: one of DELIVERIES, None as it was."""

    mailbox: str
    delegates: tuple[DelegateDraft, ...]
    delivery: str | None = None


class UpdateDelegates(Command, frozen=True):
    """Change delegates -> each Delegate."""

    mailbox: str
    delegates: tuple[DelegateDraft, ...]
    delivery: str | None = None


class RemoveDelegates(Command, frozen=True):
    """End delegations and the rights of DELEGATED_FOLDERS -> each None."""

    mailbox: str
    addresses: tuple[str, ...]


# -- administration (system sessions only) -----------------------------------------------------


class AddDomain(Command, frozen=True):
    """Serve a mail domain -> None. AlreadyExists where it is served."""

    name: str
    is_default: bool = False


class ListDomains(Command, frozen=True):
    """-> list[(name, is_default)]."""


class AddAccount(Command, frozen=True):
    """Make an account, and its mailbox with all distinguished folders -> Account.

    ``password_hash`` is argon2id text, empty for one that nobody signs in to."""

    address: str
    name: str
    role: str = "user"
    password_hash: str = ""
    aliases: tuple[str, ...] = ()
    properties: Properties = {}
    quota: int = 0


class UpdateAccount(Command, frozen=True):
    """Change an account; None leaves a thing as it is -> Account."""

    address: str
    name: str | None = None
    role: str | None = None
    password_hash: str | None = None
    is_disabled: bool | None = None
    aliases: tuple[str, ...] | None = None
    properties: Properties | None = None
    quota: int | None = None


class RemoveAccount(Command, frozen=True):
    """Remove an account and its mailbox for good -> None."""

    address: str


class ChangeMembers(Command, frozen=True):
    """Put addresses into a distribution list, and take some out of it -> Account."""

    address: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class SetPhoto(Command, frozen=True):
    """Set the photo of an account, one's own or as administrator -> Photo; ``content`` None: take
    it away -> None."""

    address: str
    content: bytes | None


class SetCertificates(Command, frozen=True):
    """Set the certificates by which others encrypt for an account, PEM or DER, as administrator ->
    Account; ``content`` None: take them away."""

    address: str
    content: bytes | None


class FetchPhotos(Command, frozen=True):
    """-> each Photo, None where there is none."""

    addresses: tuple[str, ...]


class ListAccounts(Command, frozen=True):
    """-> list[Account], by address."""


class FetchCredentials(Command, frozen=True):
    """What sign-in needs -> Credentials | None. ``login``: address, DOMAIN\\user or user."""

    login: str


class GrantMailbox(Command, frozen=True):
    """Give (or with ``rights`` 0 take away) full access to a mailbox -> None."""

    mailbox: str
    account: str
    rights: int


class FetchSecret(Command, frozen=True):
    """The installation's own random secret of that name, made on first use -> bytes (32)."""

    name: str


class CheckIntegrity(Command, frozen=True):
    """Compare counts, references and indexes with the data -> list[str] of what is wrong."""
