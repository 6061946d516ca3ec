"""What a device wants of items: Options, BodyPreference and their kin (MS-ASCMD 2.2.3.125)."""

from __future__ import annotations

import msgspec

from eas.errors import EasError
from eas.wbxml import Element

_INVALID, _BODY_PART_TYPE, _PROTOCOL = 103, 164, 4
_TYPES = (1, 2, 3, 4)
_HTML = 2
_FILTERS_MAX = 8
_PREVIEW_MAX = 255
_U32 = 0xFFFFFFFF
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
    """What a device wants. It is kept as JSON with the device's state of a folder."""

    filter_type: int = 0
    conflict: int = 1
    mime_support: int = 0
    mime_truncation: int | None = None
    bodies: tuple[BodyPreference, ...] = ()
    body_part: BodyPreference | None = None
    rights_management: bool = False
    content_class: str = ""
    max_items: int | None = None


def read_options(element: Element, version: str) -> Options:
    """The options in an element of Sync, GetItemEstimate, ItemOperations or Search.

    Raises EasError: 103 a value out of its range, 164 a BodyPartPreference that is not HTML.
    """
    del version
    bodies = tuple(_preference(each) for each in element.all("AirSyncBase:BodyPreference"))
    if len({body.type for body in bodies}) != len(bodies):
        raise EasError(_PROTOCOL, "two BodyPreferences of one Type")
    part = element.find("AirSyncBase:BodyPartPreference")
    body_part = None if part is None else _preference(part)
    if body_part is not None and body_part.type != _HTML:
        raise EasError(_BODY_PART_TYPE, "a BodyPartPreference is HTML")
    truncation = element.find("AirSync:MIMETruncation")
    most = element.find("AirSync:MaxItems")
    return Options(
        filter_type=_number(element, "AirSync:FilterType", 0, _FILTERS_MAX),
        conflict=_number(element, "AirSync:Conflict", 1, 1),
        mime_support=_number(element, "AirSync:MIMESupport", 0, 2),
        mime_truncation=(
            None
            if truncation is None
            else MIME_TRUNCATION[_number(element, "AirSync:MIMETruncation", 8, 8)]
        ),
        bodies=bodies,
        body_part=body_part,
        rights_management=element.text("RightsManagement:RightsManagementSupport") == "1",
        content_class=element.text("AirSync:Class"),
        max_items=None if most is None else _number(element, "AirSync:MaxItems", 0, _U32),
    )


def _preference(element: Element) -> BodyPreference:
    size = element.find("AirSyncBase:TruncationSize")
    type = _number(element, "AirSyncBase:Type", 0, _TYPES[-1])
    if type not in _TYPES:
        raise EasError(_INVALID, "a BodyPreference without Type")
    return BodyPreference(
        type=type,
        truncation=None
        if size is None
        else _number(element, "AirSyncBase:TruncationSize", 0, _U32),
        # Without a size it means nothing (MS-ASAIRS 2.2.2.1).
        all_or_none=size is not None
        and element.find("AirSyncBase:AllOrNone") is not None
        and element.text("AirSyncBase:AllOrNone") not in ("0", "false"),
        preview=_number(element, "AirSyncBase:Preview", 0, _PREVIEW_MAX),
    )


def _number(element: Element, name: str, absent: int, most: int) -> int:
    """The number of a child. Raises EasError 103."""
    child = element.find(name)
    if child is None:
        return absent
    value = child.as_text()
    if not (value.isascii() and value.isdigit() and len(value) <= 10 and int(value) <= most):
        raise EasError(_INVALID, f"{name} is no number from 0 to {most}")
    return int(value)
