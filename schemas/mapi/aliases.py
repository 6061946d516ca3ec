"""Extended properties that are another view of registry properties: one store, two views.

Every row with a MAPI name has its view; here stand those that say a property in another way (flags
in bits, per cent as a fraction, entries of a dictionary), and second names (traps 67, 68).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from schemas.mapi.names import TYPES, ExtendedName, MapiError, extended_key
from schemas.properties import FOLDER_ROWS, ROWS, by_name
from schemas.properties.make import named
from schemas.property import Named, P, Type

Values = dict[str, Any]


class Alias(msgspec.Struct, frozen=True):
    """An extended property that shows (and, with ``write``, sets) registry properties.

    ``name``: the property, ``name.entry`` inside a dictionary: what a search or an order by it
    means. ``read`` takes the item's properties; None: it has no value. ``write`` gives the values
    to set, by name or ``name.entry``; it raises MapiError ErrorInvalidExtendedPropertyValue. None:
    clients may not set it. ``needs``: the properties that ``read`` looks at.
    """

    name: str
    read: Callable[[Values], Any]
    write: Callable[[Any], Values] | None = None
    needs: tuple[str, ...] = ()


def _plain(name: str, *, writable: bool = True) -> Alias:
    return Alias(name, lambda p: p.get(name), (lambda v: {name: v}) if writable else None, (name,))


def _ordinal(name: str, *, writable: bool = True) -> Alias:
    ordinals = by_name(name).ordinals
    members = {number: member for member, number in ordinals.items()}

    def write(value: Any) -> Values:
        if value not in members:
            raise MapiError("ErrorInvalidExtendedPropertyValue", f"{name} has no value {value}.")
        return {name: members[value]}

    return Alias(
        name, lambda p: ordinals.get(p.get(name, "")), write if writable else None, (name,)
    )


# -- message flags (MS-OXCMSG 2.2.1.6) ---------------------------------------------------------

READ, UNMODIFIED, SUBMITTED, UNSENT, HAS_ATTACHMENTS, FROM_ME = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
RESEND, READ_PENDING = 0x80, 0x100


# Bit -> the property, and the value, that sets it.
FLAG_BITS: dict[int, tuple[str, bool]] = {
    READ: ("is_read", True),
    UNMODIFIED: ("is_draft", False),
    SUBMITTED: ("is_submitted", True),
    UNSENT: ("is_draft", True),
    HAS_ATTACHMENTS: ("has_attachments", True),
    RESEND: ("is_resend", True),
    READ_PENDING: ("is_read_receipt_requested", True),
}


def _message_flags(p: Values) -> int:
    flags = READ if p.get("is_read") else 0
    flags |= UNSENT if p.get("is_draft") else UNMODIFIED
    flags |= SUBMITTED if p.get("is_submitted") else 0
    flags |= HAS_ATTACHMENTS if p.get("has_attachments") else 0
    flags |= RESEND if p.get("is_resend") else 0
    return flags | (READ_PENDING if p.get("is_read_receipt_requested") else 0)


def _set_message_flags(value: int) -> Values:
    return {"is_read": bool(value & READ), "is_draft": bool(value & UNSENT)}


# -- people ------------------------------------------------------------------------------------


def _person(p: Values, name: str) -> Values:
    value = p.get(name)
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _name_of(name: str) -> Alias:
    return Alias(name, lambda p: _person(p, name).get("name") or None, None, (name,))


def _address_of(name: str) -> Alias:
    return Alias(name, lambda p: _person(p, name).get("address") or None, None, (name,))


def _routing_of(name: str) -> Alias:
    def read(p: Values) -> str | None:
        person = _person(p, name)
        return person.get("routing", "SMTP") if person else None

    return Alias(name, read, None, (name,))


# -- subject -----------------------------------------------------------------------------------

_PREFIX = re.compile(r"[^\s\d:]{1,3}: ")


def _subject_prefix(p: Values) -> str | None:
    subject = p.get("subject")
    if not isinstance(subject, str):
        return None
    found = _PREFIX.match(subject)
    return found[0] if found else ""


def _normal_subject(p: Values) -> str | None:
    """The subject without its prefix (MS-OXCMSG 2.2.1.10)."""
    subject = p.get("subject")
    return None if subject is None else subject[len(_subject_prefix(p) or "") :]


# -- tasks, flags, calendar --------------------------------------------------------------------


def _percent(p: Values) -> float | None:
    value = p.get("percent_complete")
    return None if value is None else value / 100


def _set_percent(value: float) -> Values:
    if not 0 <= value <= 1:
        raise MapiError("ErrorInvalidExtendedPropertyValue", "Per cent complete is 0 to 1 here.")
    return {"percent_complete": value * 100}


def _either(task: str, flag: str) -> Alias:
    """A date that tasks have as their own and messages as their flag's (MS-OXOFLAG 2.2.3)."""
    return Alias(
        task, lambda p: p.get(task) or p.get(flag), lambda v: {task: v, flag: v}, (task, flag)
    )


def _is_complete(p: Values) -> bool:
    return p.get("status") == "completed"


def _set_is_private(value: bool) -> Values:
    return {"sensitivity": "private" if value else "normal"}


def _disallows_proposal(p: Values) -> bool | None:
    value = p.get("allow_new_time_proposal")
    return None if value is None else not value


# -- dictionaries of contacts ------------------------------------------------------------------


def _entry(dictionary: str, *path: str) -> Alias:
    name = ".".join((dictionary, *path))

    def read(p: Values) -> Any:
        value: Any = p.get(dictionary)
        for key in path:
            value = _part(value, key)
        return value or None

    def write(value: Any) -> Values:
        return {name: value}

    return Alias(name, read, write, (dictionary,))


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None  # pyright: ignore


_PHONES = {
    0x3A02: "Callback",
    0x3A08: "BusinessPhone",
    0x3A09: "HomePhone",
    0x3A1A: "PrimaryPhone",
    0x3A1B: "BusinessPhone2",
    0x3A1C: "MobilePhone",
    0x3A1D: "RadioPhone",
    0x3A1E: "CarPhone",
    0x3A1F: "OtherTelephone",
    0x3A21: "Pager",
    0x3A24: "BusinessFax",
    0x3A25: "HomeFax",
    0x3A23: "OtherFax",
    0x3A2C: "Telex",
    0x3A2D: "Isdn",
    0x3A2E: "AssistantPhone",
    0x3A2F: "HomePhone2",
    0x3A4B: "TtyTddPhone",
    0x3A57: "CompanyMainPhone",
}
_ADDRESSES: dict[int | Named, tuple[str, str]] = {
    0x3A59001F: ("Home", "city"),
    0x3A5A001F: ("Home", "country_or_region"),
    0x3A5B001F: ("Home", "postal_code"),
    0x3A5C001F: ("Home", "state"),
    0x3A5D001F: ("Home", "street"),
    0x3A5F001F: ("Other", "city"),
    0x3A60001F: ("Other", "country_or_region"),
    0x3A61001F: ("Other", "postal_code"),
    0x3A62001F: ("Other", "state"),
    0x3A63001F: ("Other", "street"),
    named("Address", 0x8045): ("Business", "street"),
    named("Address", 0x8046): ("Business", "city"),
    named("Address", 0x8047): ("Business", "state"),
    named("Address", 0x8048): ("Business", "postal_code"),
    named("Address", 0x8049): ("Business", "country_or_region"),
}
_EMAILS = {1: 0x8080, 2: 0x8090, 3: 0x80A0}


def _contact_aliases() -> dict[int | Named, Alias]:
    aliases: dict[int | Named, Alias] = {}
    for tag, key in _PHONES.items():
        aliases[tag << 16 | TYPES["String"]] = _entry("phone_numbers", key)
    for name, path in _ADDRESSES.items():
        aliases[name] = _entry("physical_addresses", *path)
    for number, base in _EMAILS.items():
        key = f"EmailAddress{number}"
        for id in (base + 3, base + 4):
            aliases[named("Address", id)] = _entry("email_addresses", key, "address")
        aliases[named("Address", base)] = _entry("email_addresses", key, "name")
    aliases[named("Address", 0x8062)] = _entry("im_addresses", "ImAddress1")
    return aliases


# -- the table ---------------------------------------------------------------------------------

# What a client may not set by its element, but by its MAPI name: mail is imported so (DavMail,
# Thunderbird), and calendars too.
_SETTABLE_BY_MAPI = frozenset(
    {
        "received",
        "sent",
        "conversation_index",
        "conversation_topic",
        "message_id",
        "flag_completed",
        "display_bcc",
        "appointment_state",
        "appointment_sequence_number",
        "appointment_reply_time",
        "is_recurring",
        "intended_free_busy_status",
        "time_zone",
        "owner",
    }
)

# Types whose plain value is MAPI's too (enums by their ordinals).
_VIEWED = frozenset(
    {
        Type.STRING,
        Type.BOOLEAN,
        Type.INTEGER,
        Type.DOUBLE,
        Type.INSTANT,
        Type.BINARY,
        Type.ENUM,
        Type.STRINGS,
    }
)


def _of_row(row: P) -> Alias:
    writable = "u" in row.writable or "c" in row.writable or row.name in _SETTABLE_BY_MAPI
    return (_ordinal if row.type is Type.ENUM else _plain)(row.name, writable=writable)


_SPECIAL: dict[int | Named, Alias] = {
    0x0E070003: Alias(
        "is_read",
        _message_flags,
        _set_message_flags,
        ("is_read", "is_draft", "is_submitted", "has_attachments", "is_resend",
         "is_read_receipt_requested"),
    ),
    0x0E080014: _plain("size", writable=False),
    0x0E1D001F: Alias("subject", _normal_subject, None, ("subject",)),
    0x003D001F: Alias("subject", _subject_prefix, None, ("subject",)),
    0x0C1A001F: _name_of("sender"),
    0x0C1E001F: _routing_of("sender"),
    0x0C1F001F: _address_of("sender"),
    0x5D01001F: _address_of("sender"),
    0x0042001F: _name_of("from"),
    0x0064001F: _routing_of("from"),
    0x0065001F: _address_of("from"),
    0x5D02001F: _address_of("from"),
    0x0040001F: _name_of("received_by"),
    0x0076001F: _address_of("received_by"),
    0x5D07001F: _address_of("received_by"),
    0x0044001F: _name_of("received_representing"),
    0x0078001F: _address_of("received_representing"),
    0x5D08001F: _address_of("received_representing"),
    0x00600040: _plain("start"),
    0x00610040: _plain("end"),
    named("Common", 0x8516, "SystemTime"): _plain("start"),
    named("Common", 0x8517, "SystemTime"): _plain("end"),
    named("Common", 0x8506, "Boolean"): Alias(
        "sensitivity",
        lambda p: p.get("sensitivity") in ("private", "confidential"),
        _set_is_private,
        ("sensitivity",),
    ),
    named("Appointment", 0x825A, "Boolean"): Alias(
        "allow_new_time_proposal",
        _disallows_proposal,
        lambda v: {"allow_new_time_proposal": not v},
        ("allow_new_time_proposal",),
    ),
    named("PublicStrings", "urn:schemas:calendar:uid"): _plain("uid"),
    named("Task", 0x8102, "Double"): Alias(
        "percent_complete", _percent, _set_percent, ("percent_complete",)
    ),
    named("Task", 0x8104, "SystemTime"): _either("start_date", "flag_start"),
    named("Task", 0x8105, "SystemTime"): _either("due_date", "flag_due"),
    named("Task", 0x811C, "Boolean"): Alias("status", _is_complete, None, ("status",)),
}  # fmt: skip

ALIASES: dict[str, Alias] = {
    **{
        extended_key(row.mapi): _of_row(row)
        for row in reversed(ROWS)
        if row.mapi is not None and row.type in _VIEWED
    },
    **{extended_key(name): alias for name, alias in _contact_aliases().items()},
    **{extended_key(name): alias for name, alias in _SPECIAL.items()},
}

# Folders: ``read`` takes the folder's properties by neutral name, with ``name``, ``folder_class``,
# the three counts, ``size``, ``created``, ``modified`` and what else the store knows.
FOLDER_ALIASES: dict[str, Alias] = {
    **{
        extended_key(row.mapi): _plain(row.name, writable=bool(row.writable))
        for row in FOLDER_ROWS
        if row.mapi is not None
    },
    "0xe08:Integer": _plain("size", writable=False),
    "0xe08:Long": _plain("size", writable=False),
    "0x3007:SystemTime": _plain("created", writable=False),
    "0x3008:SystemTime": _plain("modified", writable=False),
    "0x3004:String": _plain("comment"),
    "0x3601:Integer": Alias(
        "folder_class", lambda p: 2 if p.get("folder_class") == "IPF.Search" else 1, None,
        ("folder_class",),
    ),
    "0x360a:Boolean": Alias(
        "child_count", lambda p: bool(p.get("child_count")), None, ("child_count",)
    ),
    "0x3617:Integer": _plain("associated_count", writable=False),
    "0x10f4:Boolean": Alias(
        "is_hidden", lambda p: bool(p.get("is_hidden")), lambda v: {"is_hidden": bool(v)},
        ("is_hidden",),
    ),
    "0x670a:SystemTime": Alias(
        "content_modified", lambda p: p.get("content_modified") or p.get("modified"), None,
        ("content_modified", "modified"),
    ),
    "0x6751:Integer": _plain("imap_uid_next", writable=False),
    "0x6752:Integer": Alias(
        "imap_uid_next",
        lambda p: p["imap_uid_next"] - 1 if p.get("imap_uid_next") else None,
        None,
        ("imap_uid_next",),
    ),
}  # fmt: skip

# PidLidReminderFileParameter: the path of a sound. One on a network makes a mail program sign in
# there and give away what opens the reader's account (CVE-2023-23397), so it is never kept.
NEVER_KEPT = frozenset({extended_key(named("Common", 0x851F))})

# Extended properties that are the item's content, for whoever loads it: key -> which part.
CONTENT: dict[str, str] = {
    "0x7d:String": "headers",
    "0x1000:String": "body_text",
    "0x1013:String": "body_html",
    "0x1013:Binary": "body_html",
}


def alias_of(name: ExtendedName) -> Alias | None:
    """The registry property that an item's extended property is another view of."""
    return ALIASES.get(name.key)


def folder_alias_of(name: ExtendedName) -> Alias | None:
    """The property that a folder's extended property is another view of."""
    return FOLDER_ALIASES.get(name.key)


def merge(properties: Values, values: Values) -> None:
    """Put what ``Alias.write`` gave into properties: ``name.entry`` into its dictionary."""
    for name, value in values.items():
        *path, last = name.split(".")
        holder = properties
        for key in path:
            holder[key] = dict(holder.get(key) or {})
            holder = holder[key]
        holder[last] = value


def remove(properties: Values, name: str) -> None:
    """Take ``name`` (``name.entry``, at any depth) away; a dictionary without entries goes too.

    Nothing happens where it is not there.
    """
    key, _, rest = name.partition(".")
    if not rest or name in properties:  # members of a list are named by their addresses
        properties.pop(name, None)
        return
    inner = dict(properties.get(key) or {})
    remove(inner, rest)
    if inner:
        properties[key] = inner
    else:
        properties.pop(key, None)
