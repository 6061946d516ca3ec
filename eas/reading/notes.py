"""What a device changes of a note (MS-ASNOTE 2.2.2)."""

from __future__ import annotations

import re

from eas.errors import EasError
from eas.reading.bodies import read_body
from eas.reading.change import Change, change_of, read_entries
from eas.reading.moments import CONVERSION
from eas.render.text import line
from eas.wbxml import Element
from store.model import Body, Properties

_P = "Notes"
_CLASS = re.compile(r"IPM\.StickyNote(\.[^\s.][^\r\n]{0,200})?", re.IGNORECASE)
_PASSED_OVER = (f"{_P}:LastModifiedDate", "AirSyncBase:NativeBodyType")


def read_note_change(data: Element, *, is_new: bool = False) -> Change:
    """The change that an ApplicationData says. Raises EasError 6.

    What is absent stays; but notes have no ghosted elements, and a change names all categories:
    those that it leaves out are gone (MS-ASNOTE 3.2.5.3).
    """
    values: Properties = {} if is_new else {"categories": None}
    body: Body | None = None
    item_class = ""
    for element in data.children:
        if element.name == f"{_P}:Subject":
            values["subject"] = line(element.as_text())
        elif element.name == f"{_P}:Categories":
            values["categories"] = read_entries(element, f"{_P}:Category")
        elif element.name == f"{_P}:MessageClass":
            item_class = element.as_text()
            if not _CLASS.fullmatch(item_class):
                raise EasError(CONVERSION, "a note's class is IPM.StickyNote, or begins with it")
        elif element.name == "AirSyncBase:Body":
            body = read_body(element)
        elif element.name not in _PASSED_OVER:
            raise EasError(CONVERSION, f"a note has no {element.name}")
    if item_class and not is_new:
        values["item_class"] = item_class
    return change_of(values, body, item_class=item_class)
