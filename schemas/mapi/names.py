"""MAPI property names as EWS paths say them (MS-OXWSXPROP 2.1.5).

An extended property is named by tag and type, or by a property set with an id or a name and a type.
Its **key** is how the store and restrictions call it:

- ``0x10f3:String``: tag, lower-case hex without leading zeros;
- ``{00062008-0000-0000-c000-000000000046}:34160:Integer``: set (lower case), id (decimal);
- ``{00020329-0000-0000-c000-000000000046}:n:Keywords:StringArray``: set, ``n``, the name as given.

Header names (the set ``InternetHeaders``) know no case: theirs is lowered in the key.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from schemas.property import Named
from schemas.property_sets import PROPERTY_SETS

# Name of a property type -> its MAPI type code (MS-OXCDATA 2.11.1).
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
TYPE_NAMES: dict[int, str] = {code: name for name, code in TYPES.items()}
UNSUPPORTED = frozenset({"Object", "ObjectArray", "Error", "Null"})

# Tags from here on belong to named properties (MS-OXCDATA 2.9).
CUSTOM_TAG_MIN = 0x8000
ID_MAX = 0xFFFFFFFF
NAME_CHARS_MAX = 255

_HEADERS = PROPERTY_SETS["InternetHeaders"]
_SET_NAMES = {guid: name for name, guid in PROPERTY_SETS.items()}
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG_KEY = re.compile(r"(0x[1-9a-f][0-9a-f]{0,3}|0x0):([A-Za-z]+)")
_NAMED_KEY = re.compile(r"\{([0-9a-f-]{36})\}:(?:n:(.+)|([0-9]{1,10})):([A-Za-z]+)", re.DOTALL)


class MapiError(Exception):
    """A name or value that cannot be; ``code`` is the ResponseCode that says so."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text


class ExtendedName(msgspec.Struct, frozen=True):
    """An extended property's name as a request gave it; ``echo`` is what answers repeat.

    ``echo``: attributes of ExtendedFieldURI in canonical form: tags in lower-case hex without
    leading zeros, ids in decimal, set GUIDs in lower case, names as asked, a distinguished set by
    its name where it was asked for so, PropertyType always (survey of clients, traps 30, 31).
    """

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
        """Whether the value is a list."""
        return self.type.endswith("Array")


def extended_key(name: int | Named) -> str:
    """The key of a property tag with its type (``0x0E070003``) or of a named property."""
    if isinstance(name, Named):
        return _named_key(name.set, name.id, name.type)
    return f"0x{name >> 16:x}:{TYPE_NAMES[name & 0xFFFF]}"


def _named_key(guid: str, id: int | str, type: str) -> str:
    if isinstance(id, int):
        return f"{{{guid}}}:{id}:{type}"
    return f"{{{guid}}}:n:{id.lower() if guid == _HEADERS else id}:{type}"


def read_key(key: str) -> ExtendedName:
    """The name that a key stands for. Raises ValueError for a text that is no key."""
    found = _TAG_KEY.fullmatch(key)
    if found is not None and found[2] in TYPES:
        return _tagged(int(found[1], 16), found[2])
    found = _NAMED_KEY.fullmatch(key)
    if found is None or found[4] not in TYPES or _GUID.fullmatch(found[1]) is None:
        raise ValueError(f"no key of an extended property: {key!r}")
    id: int | str = found[2] if found[2] is not None else int(found[3])
    return _named(found[1], "", id, found[4])


def read_name(node: Any) -> ExtendedName:
    """The name in an ExtendedFieldURI (a mapping by attribute).

    Allowed are a tag alone, or one set (distinguished or GUID) with an id or a name. Raises
    MapiError: ErrorInvalidExtendedProperty for another combination (MS-OXWSCDATA 2.2.4.37),
    ErrorNoPropertyTagForCustomProperties for a tag of 0x8000 and above,
    ErrorUnsupportedMapiPropertyType.
    """
    type = node.get("PropertyType")
    tag, id, name = node.get("PropertyTag"), node.get("PropertyId"), node.get("PropertyName")
    distinguished, guid = node.get("DistinguishedPropertySetId"), node.get("PropertySetId")
    if type not in TYPES or type in UNSUPPORTED:
        raise MapiError("ErrorUnsupportedMapiPropertyType")
    if tag is not None:
        if distinguished or guid or id is not None or name is not None:
            raise _invalid("A property tag stands alone.")
        return _tagged(_checked_tag(str(tag)), type)
    if bool(distinguished) == bool(guid):
        raise _invalid("A named property needs one property set.")
    if (id is None) == (name is None):
        raise _invalid("A named property needs an id or a name.")
    found = PROPERTY_SETS.get(distinguished) if distinguished else read_guid(str(guid))
    if found is None:
        raise _invalid(f"There is no property set {distinguished or guid}.")
    if id is not None:
        return _named(found, distinguished or "", _checked_id(id), type)
    if not 0 < len(name) <= NAME_CHARS_MAX:
        raise _invalid(f"A property's name has 1 to {NAME_CHARS_MAX} characters.")
    return _named(found, distinguished or "", str(name), type)


def _checked_tag(text: str) -> int:
    tag = read_tag(text)
    if tag >= CUSTOM_TAG_MIN:
        raise MapiError("ErrorNoPropertyTagForCustomProperties")
    return tag


def _checked_id(value: Any) -> int:
    try:
        id = int(value)
    except ValueError as error:
        raise _invalid(f"{value!r} is no property id.") from error
    if not 0 <= id <= ID_MAX:
        raise _invalid(f"{id} is no property id.")
    return id


def _tagged(tag: int, type: str) -> ExtendedName:
    text = f"0x{tag:x}"
    echo = (("PropertyTag", text), ("PropertyType", type))
    return ExtendedName(f"{text}:{type}", type, tag, None, echo)


def _named(guid: str, distinguished: str, id: int | str, type: str) -> ExtendedName:
    head = (
        ("DistinguishedPropertySetId", distinguished) if distinguished else ("PropertySetId", guid)
    )
    own = ("PropertyId", str(id)) if isinstance(id, int) else ("PropertyName", id)
    return ExtendedName(
        _named_key(guid, id, type),
        type,
        None,
        Named(guid, id, type),
        (head, own, ("PropertyType", type)),
    )


def read_tag(text: str) -> int:
    """A property tag in hex (``0x0E07``, any case, padded) or decimal (``3591``), trap 29."""
    text = text.strip().lower()
    try:
        tag = int(text, 16) if text.startswith("0x") else int(text)
    except ValueError as error:
        raise _invalid(f"{text!r} is no property tag.") from error
    if not 0 <= tag <= 0xFFFF:
        raise _invalid(f"{text} is no property tag.")
    return tag


def read_guid(text: str) -> str | None:
    """A GUID in lower case without braces; None for a text that is none."""
    text = text.strip().strip("{}").lower()
    return text if _GUID.fullmatch(text) else None


def set_name(guid: str) -> str | None:
    """The distinguished name of a property set."""
    return _SET_NAMES.get(guid)


def header_of(name: ExtendedName) -> str | None:
    """The Internet header that a string of the InternetHeaders set names."""
    named = name.named
    if named is not None and named.set == _HEADERS and isinstance(named.id, str):
        return named.id
    return None


def _invalid(text: str) -> MapiError:
    return MapiError("ErrorInvalidExtendedProperty", text)
