"""The schema, once, for SQLite and PostgreSQL. Migrations in ``store/migrations`` lead to it.

``mailbox_id`` leads every primary key and every index of mailbox data, and no statement touches
two mailboxes except through the directory tables, so the schema shards by mailbox. Instants are
text of one fixed form (``store.instant``), records are JSON text.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

# JSON text; the engine hands strings through as they are, so records are encoded by msgspec only.
Record = Text().with_variant(JSONB(), "postgresql")
Key = BigInteger().with_variant(Integer, "sqlite")

# -- directory ---------------------------------------------------------------------------------

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

domain = Table(
    "domain",
    metadata,
    Column("name", String, primary_key=True),
    Column("is_default", Boolean, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Key, primary_key=True),
    Column("address", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("mailbox_id", BigInteger, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("password_changed", String, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("created", String, nullable=False),
    Column("record", Record, nullable=False),
)

# Every address that reaches an account: its primary one and the aliases.
address = Table(
    "address",
    metadata,
    Column("address", String, primary_key=True),
    Column("account_id", BigInteger, nullable=False, index=True),
)

# A picture of somebody, a JPEG; ``etag`` tells one from the next.
account_photo = Table(
    "account_photo",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("etag", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# Words of a name, an alias or an address, lower case: what ResolveNames searches by prefix.
directory_word = Table(
    "directory_word",
    metadata,
    Column("word", String, primary_key=True),
    Column("account_id", BigInteger, primary_key=True),
)

# Full access to somebody else's mailbox (shared mailboxes).
mailbox_grant = Table(
    "mailbox_grant",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rights", Integer, nullable=False),
)

# Who may act for the owner of a mailbox, and sees what; what they may in its folders is in
# folder_permission.
delegate = Table(
    "delegate",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("receives_copies", Boolean, nullable=False),
    Column("views_private", Boolean, nullable=False),
)

# -- mailboxes ---------------------------------------------------------------------------------

mailbox = Table(
    "mailbox",
    metadata,
    Column("id", Key, primary_key=True),
    Column("guid", String, nullable=False, unique=True),
    Column("account_id", BigInteger, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("next_id", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("quota", BigInteger, nullable=False),
    Column("culture", String, nullable=False),
    # Whether meeting messages go to delegates, to the owner, or both (store.commands.DELIVERIES).
    Column(
        "meeting_delivery",
        String,
        nullable=False,
        server_default="delegates_and_send_information_to_me",
    ),
)

folder = Table(
    "folder",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("parent_id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("folder_class", String, nullable=False),
    Column("role", String, nullable=False),
    Column("created_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("content_seq", BigInteger, nullable=False),
    Column("total_count", Integer, nullable=False),
    Column("unread_count", Integer, nullable=False),
    Column("associated_count", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", String, nullable=False),
    Column("modified", String, nullable=False),
    Column("record", Record, nullable=False),
    Index("folder_by_name", "mailbox_id", "parent_id", "name_key", unique=True),
)

# What happened to the tree: ``kind`` is created, moved or deleted; with it the tree at any
# earlier seq can be rebuilt.
folder_log = Table(
    "folder_log",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("old_parent_id", BigInteger, nullable=False),
)

folder_permission = Table(
    "folder_permission",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    # 0: default, -1: anonymous, else an account
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rights", Integer, nullable=False),
)

# ``seq`` is the largest of created_seq, changed_seq, flags_seq, categories_seq and read_seq.
item = Table(
    "item",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("immutable_id", BigInteger, nullable=False),
    Column("imap_uid", BigInteger, nullable=False),
    Column("item_class", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("is_associated", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("created_seq", BigInteger, nullable=False),
    Column("changed_seq", BigInteger, nullable=False),
    Column("flags_seq", BigInteger, nullable=False),
    Column("categories_seq", BigInteger, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("subject", Text),
    Column("from_name", Text),
    Column("display_to", Text),
    Column("display_cc", Text),
    Column("received", String),
    Column("sent", String),
    Column("created", String, nullable=False),
    Column("modified", String, nullable=False),
    Column("start", String),
    Column("end", String),
    # From the first start to the last end, and how long that is (store.calendar.span).
    Column("span_class", Integer),
    Column("span_start", String),
    Column("span_end", String),
    # The order in which devices follow calendars and tasks (store.until); None of other kinds.
    Column("until", String),
    Column("until_id", BigInteger),
    Column("uid", String),
    Column("is_read", Boolean, nullable=False),
    Column("is_draft", Boolean, nullable=False),
    Column("importance", Integer),
    Column("sensitivity", Integer),
    Column("flag_status", Integer),
    Column("size", BigInteger, nullable=False),
    Column("has_attachments", Boolean, nullable=False),
    Column("message_id", Text),
    Column("conversation_id", String),
    Column("record", Record, nullable=False),
    Index("item_by_seq", "mailbox_id", "folder_id", "seq", "id"),
    # is_associated last: a page far into a folder skips along the index alone. Undated items come
    # first, as SQLite has it.
    Index("item_by_received", "mailbox_id", "folder_id", "received", "id", "is_associated").ddl_if(
        dialect="sqlite"
    ),
    Index(
        "item_by_received_nulls_first",
        "mailbox_id",
        "folder_id",
        text("received NULLS FIRST"),
        "id",
        "is_associated",
    ).ddl_if(dialect="postgresql"),
    Index("item_by_start", "mailbox_id", "folder_id", "start", "id"),
    Index("item_by_message_id", "mailbox_id", "message_id"),
    Index("item_by_conversation", "mailbox_id", "conversation_id"),
    Index("item_by_uid", "mailbox_id", "uid"),
    Index(
        "item_by_until",
        "mailbox_id",
        "folder_id",
        "until",
        "until_id",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
    Index(
        "item_by_span",
        "mailbox_id",
        "folder_id",
        "span_class",
        "span_start",
        "span_end",
        "id",
        sqlite_where=text("span_class IS NOT NULL"),
        postgresql_where=text("span_class IS NOT NULL"),
    ),
)

# Content outside the hot row: hashes of blobs, the plain text and what the word index holds.
# ``key`` is mailbox_id << 40 | item_id, the rowid of the word index.
content = Table(
    "content",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mime", String, nullable=False),
    Column("html", String, nullable=False),
    Column("has_text", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("people", Text, nullable=False),
    Column("names", Text, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("content_location", Text, nullable=False),
    Column("is_inline", Boolean, nullable=False),
    Column("is_contact_photo", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified", String, nullable=False),
    Column("blob", String, nullable=False),
    Column("record", Record, nullable=False),
)

# Where an item was in the order of ``until`` before a change moved it to another place there.
item_renewed = Table(
    "item_renewed",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("until", String, nullable=False),
    Column("until_id", BigInteger, nullable=False),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_seq", BigInteger, nullable=False),
    Column("is_associated", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("moved_to", BigInteger, nullable=False),
    # What a follower with a filter must know of an item that is gone, and where it went.
    Column("received", String),
    Column("until", String),
    Column("until_id", BigInteger),
    Column("moved_item", BigInteger, nullable=False, server_default="0"),
    Column("at", String, nullable=False),
    Column("conversation_id", String),
    Index("tombstone_by_item", "mailbox_id", "item_id"),
    Index("tombstone_by_conversation", "mailbox_id", "conversation_id"),
    Index("tombstone_by_received", "mailbox_id", "folder_id", "received"),
)

blob = Table(
    "blob",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("refs", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# The committed change log as clients see it: what notifications are told from.
event = Table(
    "event",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    Column("parent_id", BigInteger, nullable=False),
    Column("old_folder_id", BigInteger, nullable=False),
    Column("old_item_id", BigInteger, nullable=False),
    Column("old_parent_id", BigInteger, nullable=False),
    Column("unread_count", Integer, nullable=False),
    Column("at", String, nullable=False),
)

# The last event of a mailbox that was dropped for its age: whoever stands before it missed some.
event_floor = Table(
    "event_floor",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
)

# -- mail on its way out -----------------------------------------------------------------------

outbound_message = Table(
    "outbound_message",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sender", String, nullable=False),
    Column("created", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

outbound_recipient = Table(
    "outbound_recipient",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("address", String, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String, nullable=False),
    Column("expires", String, nullable=False),
    Column("last_reply", Text, nullable=False),
    Index("outbound_due", "next_at"),
)

# When the next reminder by mail of a calendar item is due, and whether it may go to attendees
# (``store.calendar.reminder_queue``).
inbox_reminder = Table(
    "inbox_reminder",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("to_attendees", Boolean, nullable=False),
    Index("inbox_reminder_due", "at"),
)

# -- devices -----------------------------------------------------------------------------------

# A device that follows a mailbox. ``key`` is its own id, folded; ``access``: allowed or blocked;
# ``wipe``: what it was told to erase, and how far that is. ``record``: what it says of itself and
# what it last asked for.
device = Table(
    "device",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("device_id", String, nullable=False),
    Column("type", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("created", String, nullable=False),
    Column("seen", String, nullable=False),
    Column("access", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("wipe", String, nullable=False),
    Column("wipe_state", String, nullable=False),
    Column("policy_key", BigInteger, nullable=False),
    Column("pending_key", BigInteger, nullable=False),
    Column("policy_mark", String, nullable=False),
    Column("record", Record, nullable=False),
)

# The tree as a device was given it, under each number that it may come back with. ``own``: what
# the device did to the tree itself, so that it is not told of it.
device_tree = Table(
    "device_tree",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("own", Text, nullable=False),
    Column("created", String, nullable=False),
)

# A folder as a device holds it: the state that it last came with, and the one that it was given
# then. ``position``: how far it has been told; ``options``: what it wants (the front-end's words);
# ``entries``: what the step that led here told, for saying it again; ``done``: its own changes
# of that step and what came of each.
device_collection = Table(
    "device_collection",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("token", String, nullable=False),
    Column("position", String, nullable=False),
    Column("options", Text, nullable=False),
    Column("entries", Text, nullable=False),
    Column("more", Boolean, nullable=False),
    Column("done", Text, nullable=False),
    Column("created", String, nullable=False),
)

# Changes that a device made itself, by the change number that each got: not told back to it.
# ``seq`` 0: the device knows the item, but not how it looks now.
device_own = Table(
    "device_own",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

# What a device was told, step by step, and why.
device_round = Table(
    "device_round",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("what", String, nullable=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("entries", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# What a device asked to be done once, by the name that it gave the request.
device_once = Table(
    "device_once",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("token", String, primary_key=True),
    Column("at", String, nullable=False),
)

# Who was told of which absence (its ``since``) of a mailbox's owner.
oof_reply = Table(
    "oof_reply",
    metadata,
    Column("mailbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("address", String, primary_key=True),
    Column("since", String, nullable=False),
)
