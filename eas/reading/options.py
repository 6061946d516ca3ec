"""What a device wants of items: Options, BodyPreference and their kin (MS-ASCMD 2.2.3.125)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from eas.errors import EasError
from eas.reading.change import read_boolean
from eas.wbxml import Element
from schemas.eas.codepages import tag_named

_INVALID, _BODY_PART_TYPE = 103, 164
# A preference that is none is a protocol error of the command (MS-ASAIRS 3.2.5.1).
_PROTOCOL_OF_SYNC = 4
_PROTOCOL = {"ItemOperations:Options": 2, "Search:Options": 2}
# What a preference says, in this order (MS-ASAIRS 2.2.2.12; to break it is an error, 3.2.5.1).
_PREFERENCE = ("Type", "TruncationSize", "AllOrNone", "Preview")
_TYPES_MAX = 4
_HTML = 2
_FILTERS_MAX = 8
_PREVIEW_MAX = 255
_U32 = 0xFFFFFFFF
# The classes of which one collection may have options each (MS-ASCMD 2.2.3.27).
TOGETHER = frozenset({"Email", "SMS"})
# MS-ASCMD 2.2.3.101: MIMETruncation in characters; 8 is no truncation.
MIME_TRUNCATION: dict[int, int | None] = {
    0: 0, 1: 4096, 2: 5120, 3: 7168, 4: 10240, 5: 20480, 6: 51200, 7: 102400, 8: None,
}  # fmt: skip


class BodyPreference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A form of body that the device takes (MS-ASAIRS 2.2.2.12). ``type``: 1 text, 2 HTML, 3 RTF,
    4 MIME. ``truncation`` in bytes, None for all. ``preview`` in characters."""

    type: int
    truncation: int | None = None
    all_or_none: bool = False
    preview: int = 0


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device wants. It is kept as JSON with the device's state of a folder.

    ``bodies`` in the order in which they were said. ``mime_truncation`` in bytes, None for all.
    ``converses``: whether conversations come whole, which the collection says (ConversationMode).
    ``kind``: the class of the collection (``eas.classes``), which its folder says; empty for mail.
    ``supported``: the elements that the device said it supports, None where it said none.
    """

    filter_type: int = 0
    conflict: int = 1
    mime_support: int = 0
    mime_truncation: int | None = None
    bodies: tuple[BodyPreference, ...] = ()
    body_part: BodyPreference | None = None
    rights_management: bool = False
    content_class: str = ""
    max_items: int | None = None
    converses: bool = False
    kind: str = ""
    supported: tuple[str, ...] | None = None


def read_options(element: Element, version: str) -> Options:
    """The options in an element of Sync, GetItemEstimate, ItemOperations or Search.

    What the version does not know is passed over. Raises EasError: 103 a FilterType that is none,
    164 a BodyPartPreference that is not HTML, the command's own protocol error (4; 2 in
    ItemOperations and Search) for any other value that is none, and for two preferences of one
    Type.
    """
    protocol = _PROTOCOL.get(element.name, _PROTOCOL_OF_SYNC)
    truncation = _number(element, "AirSync:MIMETruncation", 8, protocol)
    return Options(
        filter_type=_number(element, "AirSync:FilterType", _FILTERS_MAX, _INVALID) or 0,
        conflict=_number(element, "AirSync:Conflict", 1, protocol, absent=1) or 0,
        mime_support=_number(element, "AirSync:MIMESupport", 2, protocol) or 0,
        mime_truncation=None if truncation is None else MIME_TRUNCATION[truncation],
        bodies=_preferences(element, "AirSyncBase:BodyPreference", version, protocol),
        body_part=_body_part(element, version, protocol),
        rights_management=_boolean(element, "RightsManagement:RightsManagementSupport", protocol),
        content_class=element.text("AirSync:Class"),
        max_items=_number(element, "AirSync:MaxItems", _U32, protocol),
    )


def _body_part(element: Element, version: str, protocol: int) -> BodyPreference | None:
    parts = _preferences(element, "AirSyncBase:BodyPartPreference", version, protocol)
    if any(part.type != _HTML for part in parts):
        raise EasError(_BODY_PART_TYPE, "a BodyPartPreference is HTML")
    return parts[0] if parts else None


def _preferences(
    element: Element, name: str, version: str, protocol: int
) -> tuple[BodyPreference, ...]:
    if not tag_named(name).is_known_to(version):
        return ()
    read = tuple(_preference(each, version, protocol) for each in element.all(name))
    if len({preference.type for preference in read}) != len(read):
        raise EasError(protocol, f"two {name} of one Type")
    return read


def _preference(element: Element, version: str, protocol: int) -> BodyPreference:
    if not in_order(element, "AirSyncBase", _PREFERENCE):
        raise EasError(protocol, f"a preference says {', '.join(_PREFERENCE)}: each once, in order")
    type = _number(element, "AirSyncBase:Type", _TYPES_MAX, protocol)
    if not type:
        raise EasError(protocol, "a preference without a Type")
    size = _number(element, "AirSyncBase:TruncationSize", _U32, protocol)
    is_whole = _boolean(element, "AirSyncBase:AllOrNone", protocol)
    preview = _number(element, "AirSyncBase:Preview", _PREVIEW_MAX, protocol) or 0
    return BodyPreference(
        type=type,
        truncation=size,
        all_or_none=is_whole and size is not None,  # alone it means nothing (2.2.2.3.2)
        preview=preview if tag_named("AirSyncBase:Preview").is_known_to(version) else 0,
    )


def in_order(element: Element, page: str, names: Sequence[str]) -> bool:
    """Whether the children are some of these, each once, in this order."""
    places = {f"{page}:{name}": place for place, name in enumerate(names)}
    last = -1
    for child in element.children:
        place = places.get(child.name, -1)
        if place <= last:
            return False
        last = place
    return True


def _boolean(element: Element, name: str, status: int) -> bool:
    """Whether a child is set: an empty one is (MS-ASDTYPE 2.1). Raises EasError ``status``."""
    child = element.find(name)
    return child is not None and read_boolean(child, status)


def _number(
    element: Element, name: str, most: int, status: int, absent: int | None = None
) -> int | None:
    """The number of a child; ``absent`` where it is not there. Raises EasError ``status``."""
    child = element.find(name)
    if child is None:
        return absent
    value = child.as_text()
    if not (value.isascii() and value.isdigit() and len(value) <= 10 and int(value) <= most):
        raise EasError(status, f"{name} is no number from 0 to {most}")
    return int(value)
