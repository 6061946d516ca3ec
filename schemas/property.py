"""The shape of a registry row: one property of an item or folder and how each world names it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Item kinds; an item's class decides by its longest known prefix (``schemas.classes``)."""

    ITEM = "item"
    MESSAGE = "message"
    POST = "post"
    CONTACT = "contact"
    DIST_LIST = "dist_list"
    CALENDAR = "calendar"
    MEETING_MESSAGE = "meeting_message"
    MEETING_REQUEST = "meeting_request"
    MEETING_RESPONSE = "meeting_response"
    MEETING_CANCELLATION = "meeting_cancellation"
    TASK = "task"
    NOTE = "note"


class Type(StrEnum):
    """Value types; ``store.model`` says how each stands in Python and JSON."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DOUBLE = "double"
    INSTANT = "instant"
    DATE = "date"
    BINARY = "binary"
    ENUM = "enum"
    MAILBOX = "mailbox"
    MAILBOXES = "mailboxes"
    STRINGS = "strings"
    BODY = "body"
    RECORD = "record"


class Field(msgspec.Struct, frozen=True):
    """EWS side: field URI, element (default: after the colon), first version, complex type.

    ``index``: the FieldIndex of an indexed URI (dictionary entry), None for a plain one.
    """

    uri: str
    since: str = "Exchange2007"
    element: str = ""
    index: str | None = None


class Tag(msgspec.Struct, frozen=True):
    """ActiveSync side: ``Page:Element`` and first protocol version.

    Where classes name the property each in their own page: all names, separated by blanks.
    """

    tag: str
    since: str = "2.5"


class Named(msgspec.Struct, frozen=True):
    """A MAPI named property: property set GUID (lower case) and id or name."""

    set: str
    id: int | str
    type: str = "String"


class P(msgspec.Struct, frozen=True, kw_only=True):
    """One property. Everything else in the code that depends on a property reads its row.

    ``kinds``: the item kinds that carry it; empty: folders do. ``column``: the item table's column
    that holds it ("" = in the JSON record). ``writable``: letters of the operations that a client
    may use on it: ``c`` create, ``u`` update (set), ``d`` delete, ``a`` append. ``find``: FindItem
    and SyncFolderItems may return it. ``query``: may stand in a restriction, a sort order and a
    group. ``shapes``: base shapes with it: ``id`` (IdOnly), ``default`` (Default of every kind),
    ``default:<kind>`` (of one), ``all`` (AllProperties); none: only by its path. ``computed``: name
    of the function that makes it, where it is not stored. ``members``: of an enum, wire name by
    neutral name; ``ordinals``: the members as MAPI and the columns have them, as numbers. ``mapi``:
    property tag (id << 16 | type) or a named property; the extended property of that name is
    another view of this one.
    """

    name: str
    type: Type
    kinds: tuple[Kind, ...]
    ews: Field | None = None
    eas: Tag | None = None
    mapi: int | Named | None = None
    column: str = ""
    writable: str = "cud"
    find: bool = True
    query: bool = True
    shapes: tuple[str, ...] = ("all",)
    computed: str = ""
    members: dict[str, str] = {}
    ordinals: dict[str, int] = {}
    source: str = ""
