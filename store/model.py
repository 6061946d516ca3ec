"""What travels through the store's door: items, folders, attachments, people. Protocol-free.

``properties`` maps neutral names of the property registry (``schemas.properties``) to plain
values that JSON can hold:

=============  ==================================================================
type           value
=============  ==================================================================
string         str
boolean        bool
integer        int
double         float
instant        ``store.instant.Instant`` text (UTC, fixed form)
date           ``YYYY-MM-DD``
binary         base64 text
enum           the member's name in snake_case lower case (``high``, ``private``)
mailbox        ``{"name": str, "address": str}``; ``"routing"`` only when not SMTP
mailboxes      list of mailbox
strings        list of str
record         dict with plain values (recurrence, physical address, ...)
=============  ==================================================================

A property that is absent from ``properties`` is not set; ``None`` never stands for a value.
``extended`` holds MAPI and named properties that no registry row covers, keyed by
``schemas.mapi.extended_key`` (``0x10f3:String``, ``{guid}:34160:Integer``,
``{guid}:n:Name:String``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from store.instant import Instant

Properties = dict[str, Any]


class Body(msgspec.Struct, frozen=True):
    """The body as it was given: HTML, plain text, or both (multipart/alternative)."""

    html: str | None = None
    text: str | None = None


class AttachmentDraft(msgspec.Struct, frozen=True):
    """An attachment to store, or one loaded with its content.

    ``kind``: ``file`` (``content``), ``item`` (``item``), ``reference`` (``properties``).
    """

    kind: str
    name: str
    content_type: str = ""
    content_id: str = ""
    content_location: str = ""
    is_inline: bool = False
    is_contact_photo: bool = False
    content: bytes | None = None
    item: ItemDraft | None = None
    properties: Properties = {}


class ItemDraft(msgspec.Struct, frozen=True):
    """All that an item is, apart from where it lies: what MIME is parsed into and built from.

    ``mime``: the bytes that arrived, kept byte for byte; None where the item was made from
    properties. ``headers``: the raw header block of ``mime`` as text (for searches and
    InternetMessageHeaders).
    """

    item_class: str = "IPM.Note"
    properties: Properties = {}
    extended: dict[str, Any] = {}
    body: Body = Body()
    attachments: tuple[AttachmentDraft, ...] = ()
    mime: bytes | None = None
    headers: str = ""


class FolderId(msgspec.Struct, frozen=True):
    """A folder's identity: stays through renames and moves."""

    mailbox_id: int
    id: int


class ItemId(msgspec.Struct, frozen=True):
    """An item's identity inside a mailbox: a move gives a new one.

    ``original``: of one occurrence of the series ``id``, when it starts or would have started.
    """

    mailbox_id: int
    id: int
    original: Instant = ""


class AttachmentId(msgspec.Struct, frozen=True):
    """An attachment of an item; ``path`` leads through item attachments, outermost first."""

    item: ItemId
    path: tuple[int, ...]


class Attachment(msgspec.Struct, frozen=True):
    """An attachment as listed: all but the content."""

    id: AttachmentId
    kind: str
    name: str
    content_type: str
    content_id: str
    content_location: str
    is_inline: bool
    is_contact_photo: bool
    size: int
    modified: Instant
    properties: Properties = {}


class Item(msgspec.Struct, frozen=True):
    """An item as read. ``change`` is its change number (wire: ChangeKey)."""

    id: ItemId
    change: int
    folder: FolderId
    item_class: str
    kind: str
    is_associated: bool
    properties: Properties
    extended: dict[str, Any]
    immutable_id: int = 0
    body: Body | None = None
    attachments: tuple[Attachment, ...] | None = None
    mime: bytes | None = None
    headers: str | None = None
    rights: int = 0
    views_private: bool = False


class Folder(msgspec.Struct, frozen=True):
    """A folder as read. ``role`` is its distinguished name, empty for a person's own;
    ``views_private``: the asker sees what is private in it."""

    id: FolderId
    change: int
    parent: FolderId | None
    name: str
    folder_class: str
    role: str
    total_count: int
    unread_count: int
    child_count: int
    properties: Properties
    extended: dict[str, Any]
    rights: int
    permissions: tuple[Permission, ...] | None = None
    views_private: bool = False


class Permission(msgspec.Struct, frozen=True):
    """One entry of a folder's permission set.

    ``subject``: ``default``, ``anonymous`` or ``account``; ``rights`` are ``store.rights`` bits.
    """

    subject: str
    rights: int
    address: str = ""
    name: str = ""
    account_id: int | None = None


class Delegate(msgspec.Struct, frozen=True):
    """Somebody who may act for the owner of a mailbox, by address and name.

    ``rights``: ``store.rights`` bits by the role of the folder, of those on which there is an
    entry. ``receives_copies``: gets the owner's meeting messages; ``views_private``: sees what is
    private.
    """

    address: str
    name: str
    rights: dict[str, int] = {}
    receives_copies: bool = False
    views_private: bool = False


class Principal(msgspec.Struct, frozen=True):
    """Who asks: an authenticated account. ``mailbox_id`` is 0 for one without a mailbox;
    ``may_use_devices``: whether ActiveSync is open to it."""

    account_id: int
    address: str
    name: str
    mailbox_id: int
    role: str = "user"
    may_use_devices: bool = True


class Account(msgspec.Struct, frozen=True):
    """An entry of the directory. ``role``: user, admin, room, equipment, shared or list."""

    id: int
    address: str
    name: str
    role: str
    mailbox_id: int
    is_disabled: bool = False
    aliases: tuple[str, ...] = ()
    properties: Properties = {}


class Event(msgspec.Struct, frozen=True):
    """One committed change, as the notification bus tells it.

    ``kind``: created, new_mail, modified, deleted, moved, copied. ``item_id`` 0 marks an event of
    the folder itself, then ``folder_id`` is that folder and ``parent_id`` its parent.
    """

    mailbox_id: int
    seq: int
    n: int
    kind: str
    folder_id: int
    item_id: int = 0
    parent_id: int = 0
    old_folder_id: int = 0
    old_item_id: int = 0
    old_parent_id: int = 0
    unread_count: int = -1
    at: Instant = ""
    origin: str = ""
