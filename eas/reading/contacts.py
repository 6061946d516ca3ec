"""What a device changes of a contact (MS-ASCNTC 2.2.2).

What is absent stays, but for elements that the device said it supports: those it takes away by
leaving them out. An empty picture is not a wish to have none (devices, 6).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from eas.contacts import DATES, EMAILS, LINES, LISTS, PICTURE, PICTURE_CHARS_MAX, TEXTS, day_of
from eas.errors import EasError
from eas.reading.bodies import read_body
from eas.reading.change import Change, change_of, read_entries
from eas.reading.moments import CONVERSION, read_moment
from eas.render.text import clean, line
from eas.wbxml import Element
from schemas.eas.codepages import is_known_tag
from store.instant import Instant
from store.mime.headers import mailboxes
from store.model import Body, Properties

_PASSED_OVER = frozenset({"Contacts:Alias", "Contacts:WeightedRank", "AirSyncBase:NativeBodyType"})


def read_contact_change(
    data: Element, version: str, supported: frozenset[str] | None = None, *, is_new: bool = False
) -> Change:
    """The change that an ApplicationData says. Raises EasError 6 for a value that is none."""
    values: Properties = {}
    body: Body | None = None
    picture: bytes | None = None
    for element in data.children:
        if not is_known_tag(element.name, version):
            raise EasError(CONVERSION, f"a contact has no {element.name}")
        if element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name == PICTURE:
            picture = _picture(element)
        elif element.name not in _PASSED_OVER:
            values |= _value(element)
    if supported is not None and not is_new:
        values |= _left_out({each.name for each in data.children}, supported)
    if is_new and "file_as" not in values:
        values["file_as_mapping"] = "last_comma_first"
    return change_of(values, body, picture=picture)


def _value(element: Element) -> Properties:
    name = element.name
    if name in TEXTS:
        words = element.as_text()
        return {TEXTS[name]: (clean(words).strip() if name in LINES else line(words)) or None}
    if name in EMAILS:
        return {EMAILS[name]: _email(element.as_text())}
    if name in DATES:
        return {DATES[name]: _day(element.as_text())}
    if name in LISTS:
        key, child = LISTS[name]
        return {key: read_entries(element, child)}
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
    """The day that a device means."""
    if not value:
        return None
    return day_of(read_moment(value))


def _picture(element: Element) -> bytes | None:
    words = "".join(element.as_text().split())
    if len(words) > PICTURE_CHARS_MAX:
        raise EasError(CONVERSION, f"a picture has at most {PICTURE_CHARS_MAX:,} characters")
    try:
        return base64.b64decode(words, validate=True) or None
    except (binascii.Error, ValueError) as error:
        raise EasError(CONVERSION, "a picture is base64") from error
