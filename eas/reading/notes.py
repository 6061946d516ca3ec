"""What a device changes of a note (MS-ASNOTE 2.2.2)."""

from __future__ import annotations

import msgspec

from eas.errors import EasError
from eas.reading.calendar import read_body
from eas.reading.moments import CONVERSION
from eas.render.text import line
from eas.wbxml import Element
from store.model import Body, Properties

_P = "Notes"
_CATEGORIES_MAX = 300
_CLASS = "IPM.StickyNote"


class NoteChange(msgspec.Struct, frozen=True):
    """A change of a note, or a new one."""

    set: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    item_class: str = _CLASS


def read_note_change(data: Element) -> NoteChange:
    """The change that an ApplicationData says; what is absent stays. Raises EasError 6."""
    changed: Properties = {}
    unset: tuple[str, ...] = ()
    body: Body | None = None
    item_class = _CLASS
    for element in data.children:
        if element.name == f"{_P}:Subject":
            changed["subject"] = line(element.as_text())
        elif element.name == f"{_P}:Categories":
            names = [line(each.as_text()).strip() for each in element.all(f"{_P}:Category")]
            if len(names) > _CATEGORIES_MAX:
                raise EasError(CONVERSION, "too many categories")
            listed = list(dict.fromkeys(name for name in names if name))
            unset = () if listed else ("categories",)
            changed |= {"categories": listed} if listed else {}
        elif element.name == f"{_P}:MessageClass":
            item_class = element.as_text()
            if not item_class.upper().startswith(_CLASS.upper()):
                raise EasError(CONVERSION, f"a note's class begins with {_CLASS}")
        elif element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name not in (f"{_P}:LastModifiedDate", "AirSyncBase:NativeBodyType"):
            raise EasError(CONVERSION, f"a note has no {element.name}")
    return NoteChange(changed, unset, body, item_class)
