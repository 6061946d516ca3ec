"""MAPI property names as EWS paths say them, and extended properties that are views of others.

An extended property is named by tag and type, or by a property set with an id or a name and a type
(MS-OXWSXPROP 2.1.5). Its ``key`` is how the store keeps it: ``0x10f3:String``,
``{guid}:34160:Integer``, ``{guid}:n:Name:String``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.property import Named

PROPERTY_SETS: dict[str, str] = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}

# Name of a property type -> its MAPI type code.
TYPES: dict[str, int] = {
    "ApplicationTime": 0x0007,
    "ApplicationTimeArray": 0x1007,
    "Binary": 0x0102,
    "BinaryArray": 0x1102,
    "Boolean": 0x000B,
    "CLSID": 0x0048,
    "CLSIDArray": 0x1048,
    "Currency": 0x0006,
    "CurrencyArray": 0x1006,
    "Double": 0x0005,
    "DoubleArray": 0x1005,
    "Error": 0x000A,
    "Float": 0x0004,
    "FloatArray": 0x1004,
    "Integer": 0x0003,
    "IntegerArray": 0x1003,
    "Long": 0x0014,
    "LongArray": 0x1014,
    "Null": 0x0001,
    "Object": 0x000D,
    "ObjectArray": 0x100D,
    "Short": 0x0002,
    "ShortArray": 0x1002,
    "SystemTime": 0x0040,
    "SystemTimeArray": 0x1040,
    "String": 0x001F,
    "StringArray": 0x101F,
}
_UNSUPPORTED = frozenset({"Object", "ObjectArray", "Error", "Null"})


class MapiError(Exception):
    """A name or value that cannot be; ``code`` is the ResponseCode that says so."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text


class ExtendedName(msgspec.Struct, frozen=True):
    """An extended property's name as a request gave it; ``echo`` is what answers repeat."""

    key: str
    type: str
    tag: int | None
    named: Named | None
    echo: tuple[tuple[str, str], ...]

    @property
    def tag_or_named(self) -> int | Named:
        """What the registry finds its row by."""
        if self.tag is not None:
            return self.tag << 16 | TYPES[self.type]
        assert self.named is not None
        return self.named

    @property
    def is_array(self) -> bool:
        return self.type.endswith("Array")


def read_name(node: Any) -> ExtendedName:
    """The name in an ExtendedFieldURI (a mapping by attribute).

    Raises MapiError: ErrorInvalidExtendedProperty for a combination that cannot be,
    ErrorNoPropertyTagForCustomProperties for a tag of 0x8000 and above,
    ErrorUnsupportedMapiPropertyType.
    """
    type = node.get("PropertyType")
    tag, id, name = node.get("PropertyTag"), node.get("PropertyId"), node.get("PropertyName")
    distinguished, guid = node.get("DistinguishedPropertySetId"), node.get("PropertySetId")
    if type in _UNSUPPORTED or type not in TYPES:
        raise MapiError("ErrorUnsupportedMapiPropertyType")
    if tag is not None:
        if distinguished or guid or id is not None or name is not None:
            raise MapiError("ErrorInvalidExtendedProperty")
        number = read_tag(str(tag))
        if number >= 0x8000:
            raise MapiError("ErrorNoPropertyTagForCustomProperties")
        text = f"0x{number:x}"
        echo = (("PropertyTag", text), ("PropertyType", type))
        return ExtendedName(f"{text}:{type}", type, number, None, echo)
    return _named(type, distinguished, guid, id, name)


def _named(
    type: str, distinguished: str | None, guid: str | None, id: Any, name: str | None
) -> ExtendedName:
    if bool(distinguished) == bool(guid) or (id is None) == (name is None):
        raise MapiError("ErrorInvalidExtendedProperty")
    set_id = PROPERTY_SETS[distinguished] if distinguished else str(guid).lower().strip("{}")
    head = (
        ("DistinguishedPropertySetId", distinguished)
        if distinguished
        else ("PropertySetId", set_id)
    )
    if id is not None:
        number = int(id)
        echo = (head, ("PropertyId", str(number)), ("PropertyType", type))
        return ExtendedName(
            f"{{{set_id}}}:{number}:{type}", type, None, Named(set_id, number, type), echo
        )
    assert name is not None
    echo = (head, ("PropertyName", name), ("PropertyType", type))
    key = f"{{{set_id}}}:n:{name.lower() if set_id == _HEADERS else name}:{type}"
    return ExtendedName(key, type, None, Named(set_id, name, type), echo)


_HEADERS = PROPERTY_SETS["InternetHeaders"]


def read_tag(text: str) -> int:
    """A property tag in hex (``0x0E07``, any case) or decimal (``3591``), trap 29."""
    text = text.strip().lower()
    try:
        number = int(text, 16) if text.startswith("0x") else int(text)
    except ValueError as error:
        raise MapiError("ErrorInvalidExtendedProperty") from error
    if not 0 <= number <= 0xFFFF:
        raise MapiError("ErrorInvalidExtendedProperty")
    return number


# -- values ------------------------------------------------------------------------------------

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$", re.ASCII)


def _integer(bits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not -(1 << (bits - 1)) <= number < (1 << bits):
            raise ValueError(f"{number} does not fit in {bits} bits")
        return number

    return read


def _boolean(text: str) -> bool:
    values = {"true": True, "1": True, "false": False, "0": False}
    return values[text.strip().lower()]


def _instant(text: str) -> str:
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a date-time: {text!r}")
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z".rjust(27, "0")


def _binary(text: str) -> str:
    return base64.b64encode(base64.b64decode(text.strip(), validate=True)).decode()


def _guid(text: str) -> str:
    text = text.strip().strip("{}").lower()
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is None:
        raise ValueError(f"not a GUID: {text!r}")
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "ApplicationTime": float,
    "Binary": _binary,
    "Boolean": _boolean,
    "CLSID": _guid,
    "Currency": _integer(64),
    "Double": float,
    "Float": float,
    "Integer": _integer(32),
    "Long": _integer(64),
    "Short": _integer(16),
    "SystemTime": _instant,
    "String": str,
}


def read_value(type: str, text: str) -> Any:
    """A plain value from its text. Raises MapiError ErrorInvalidExtendedPropertyValue."""
    try:
        return _READERS[type.removesuffix("Array")](text)
    except (ValueError, KeyError, binascii.Error, OverflowError) as error:
        raise MapiError("ErrorInvalidExtendedPropertyValue") from error


def write_value(type: str, value: Any) -> str:
    """The text of one plain value."""
    base = type.removesuffix("Array")
    if base == "Boolean":
        return "true" if value else "false"
    if base == "SystemTime":
        return f"{value[:19]}Z"
    return str(value)


# -- aliases -----------------------------------------------------------------------------------


class Alias(msgspec.Struct, frozen=True):
    """An extended property that shows (and, with ``write``, sets) registry properties.

    ``read`` takes the item's properties; None: it has no value. ``write`` gives the properties to
    set for a value.
    """

    name: str
    read: Callable[[dict[str, Any]], Any]
    write: Callable[[Any], dict[str, Any]] | None = None


def _plain(name: str, *, writable: bool = True) -> Alias:
    return Alias(name, lambda p: p.get(name), (lambda v: {name: v}) if writable else None)


def _ordinal(name: str, ordinals: dict[str, int]) -> Alias:
    names = {number: member for member, number in ordinals.items()}

    def write(value: Any) -> dict[str, Any]:
        if value not in names:
            raise MapiError("ErrorInvalidExtendedPropertyValue")
        return {name: names[value]}

    return Alias(name, lambda p: ordinals.get(p.get(name, "")), write)


READ, UNMODIFIED, SUBMITTED, UNSENT, HAS_ATTACHMENTS = 0x1, 0x2, 0x4, 0x8, 0x10


def _message_flags(p: dict[str, Any]) -> int:
    flags = READ if p.get("is_read") else 0
    flags |= UNSENT if p.get("is_draft") else UNMODIFIED
    return flags | (HAS_ATTACHMENTS if p.get("has_attachments") else 0)


def _set_message_flags(value: int) -> dict[str, Any]:
    return {"is_read": bool(value & READ), "is_draft": bool(value & UNSENT)}


def _name_of(name: str) -> Alias:
    return Alias(name, lambda p: (p.get(name) or {}).get("name") or None)


def _address_of(name: str) -> Alias:
    return Alias(name, lambda p: (p.get(name) or {}).get("address") or None)


def _percent(p: dict[str, Any]) -> float | None:
    value = p.get("percent_complete")
    return None if value is None else value / 100


_FLAG_ORDINALS = {"not_flagged": 0, "complete": 1, "flagged": 2}
_TASK_STATUS = {
    "not_started": 0,
    "in_progress": 1,
    "completed": 2,
    "waiting_on_others": 3,
    "deferred": 4,
}

ALIASES: dict[str, Alias] = {
    "0x1a:String": _plain("item_class"),
    "0x37:String": _plain("subject"),
    "0xe1d:String": _plain("subject", writable=False),
    "0x36:Integer": _ordinal(
        "sensitivity", {"normal": 0, "personal": 1, "private": 2, "confidential": 3}
    ),
    "0x17:Integer": _ordinal("importance", {"low": 0, "normal": 1, "high": 2}),
    "0x29:Boolean": _plain("is_read_receipt_requested"),
    "0x23:Boolean": _plain("is_delivery_receipt_requested"),
    "0x39:SystemTime": _plain("sent"),
    "0xe06:SystemTime": _plain("received"),
    "0xe07:Integer": Alias("is_read", _message_flags, _set_message_flags),
    "0xe08:Integer": _plain("size", writable=False),
    "0xe08:Long": _plain("size", writable=False),
    "0xe1b:Boolean": _plain("has_attachments", writable=False),
    "0xe23:Integer": _plain("imap_uid", writable=False),
    "0xe69:Boolean": _plain("is_read"),
    "0xe02:String": _plain("display_bcc", writable=False),
    "0xe03:String": _plain("display_cc", writable=False),
    "0xe04:String": _plain("display_to", writable=False),
    "0x70:String": _plain("conversation_topic", writable=False),
    "0x71:Binary": _plain("conversation_index", writable=False),
    "0x1035:String": _plain("message_id"),
    "0x1039:String": _plain("references"),
    "0x1042:String": _plain("in_reply_to"),
    "0x1090:Integer": _ordinal("flag_status", _FLAG_ORDINALS),
    "0x1091:SystemTime": _plain("flag_completed"),
    "0x3007:SystemTime": _plain("created", writable=False),
    "0x3008:SystemTime": _plain("modified", writable=False),
    "0x3ffa:String": _plain("last_modified_name", writable=False),
    "0xc1a:String": _name_of("sender"),
    "0xc1f:String": _address_of("sender"),
    "0x5d01:String": _address_of("sender"),
    "0x42:String": _name_of("from"),
    "0x65:String": _address_of("from"),
    "0x5d02:String": _address_of("from"),
    f"{{{PROPERTY_SETS['PublicStrings']}}}:n:Keywords:StringArray": _plain("categories"),
    f"{{{PROPERTY_SETS['Task']}}}:33026:Double": Alias(
        "percent_complete", _percent, lambda v: {"percent_complete": v * 100}
    ),
    f"{{{PROPERTY_SETS['Task']}}}:33025:Integer": _ordinal("status", _TASK_STATUS),
    f"{{{PROPERTY_SETS['Task']}}}:33028:SystemTime": _plain("start_date"),
    f"{{{PROPERTY_SETS['Task']}}}:33029:SystemTime": _plain("due_date"),
    f"{{{PROPERTY_SETS['Task']}}}:33039:SystemTime": _plain("complete_date"),
}


def alias_of(name: ExtendedName) -> Alias | None:
    """The registry property that an extended property is another view of."""
    return ALIASES.get(name.key)


def header_of(name: ExtendedName) -> str | None:
    """The Internet header that a string of the InternetHeaders set names."""
    named = name.named
    if named is not None and named.set == _HEADERS and isinstance(named.id, str):
        return named.id
    return None
