"""What a device changes of a contact (MS-ASCNTC 2.2.2).

What is absent stays, but for elements that the device said it supports: those it takes away by
leaving them out. An empty picture is not a wish to have none (devices, 6).
"""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

import msgspec

from eas.contacts import DATES, EMAILS, LISTS, PICTURE, PICTURE_BYTES_MAX, TEXTS
from eas.errors import EasError
from eas.reading.calendar import read_body
from eas.reading.moments import CONVERSION, read_moment
from eas.render.text import line
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.instant import Instant, from_instant, to_instant
from store.mime.headers import mailboxes
from store.model import Body, Properties

_ENTRIES_MAX = 300
_PASSED_OVER = frozenset({"Contacts:Alias", "Contacts:WeightedRank", "AirSyncBase:NativeBodyType"})


class ContactChange(msgspec.Struct, frozen=True):
    """A change of a contact, or a new one. ``picture``: a new photo; None for the old one."""

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    picture: bytes | None = None


def read_contact_change(
    data: Element, version: str, supported: frozenset[str] | None = None, *, is_new: bool = False
) -> ContactChange:
    """The change that an ApplicationData says. Raises EasError 6 for a value that is none."""
    changed: Properties = {}
    body: Body | None = None
    picture: bytes | None = None
    for element in data.children:
        if not tag_named(element.name).is_known_to(version):
            raise EasError(CONVERSION, f"a contact has no {element.name}")
        if element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name == PICTURE:
            picture = _picture(element)
        elif element.name not in _PASSED_OVER:
            changed |= _value(element)
    if supported is not None and not is_new:
        changed |= _left_out({each.name for each in data.children}, supported)
    return ContactChange(
        {name: value for name, value in changed.items() if value is not None},
        tuple(name for name, value in changed.items() if value is None),
        body,
        picture,
    )


def _value(element: Element) -> Properties:
    name = element.name
    if name in TEXTS:
        return {TEXTS[name]: line(element.as_text()) or None}
    if name in EMAILS:
        return {EMAILS[name]: _email(element.as_text())}
    if name in DATES:
        return {DATES[name]: _day(element.as_text())}
    if name in LISTS:
        key, child = LISTS[name]
        values = [line(each.as_text()).strip() for each in element.all(child)]
        if len(values) > _ENTRIES_MAX:
            raise EasError(CONVERSION, f"too many of {name}")
        return {key: list(dict.fromkeys(value for value in values if value)) or None}
    raise EasError(CONVERSION, f"a contact has no {name}")


def _left_out(names: set[str], supported: frozenset[str]) -> Properties:
    """Elements that the device supports and does not send are gone (MS-ASCMD 2.2.3.179)."""
    paths = {**TEXTS, **EMAILS, **DATES, **{name: key for name, (key, _) in LISTS.items()}}
    return {
        path: None
        for name, path in paths.items()
        if name not in names and name.rpartition(":")[2] in supported
    }


def _email(value: str) -> dict[str, Any] | None:
    """``"Name" <address>``, or the address alone; what is neither is kept as it is."""
    words = line(value).strip()
    if not words:
        return None
    found = mailboxes([words])
    if len(found) == 1 and found[0].get("address"):
        entry: dict[str, Any] = {"address": found[0]["address"]}
        name = found[0].get("name")
        if name and name != entry["address"]:
            entry["name"] = name
        return entry
    return {"address": words}


def _day(value: str) -> Instant | None:
    """The day that a device means: it sends midnight of its own clock, noon, or eight o'clock
    (devices, 27)."""
    if not value:
        return None
    moment = from_instant(read_moment(value)) + timedelta(hours=12)
    return to_instant(moment.replace(hour=0, minute=0, second=0, microsecond=0))


def _picture(element: Element) -> bytes | None:
    try:
        data = base64.b64decode(element.as_text(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EasError(CONVERSION, "a picture is base64") from error
    if len(data) > PICTURE_BYTES_MAX:
        raise EasError(CONVERSION, f"a picture has at most {PICTURE_BYTES_MAX:,} bytes")
    return data or None
