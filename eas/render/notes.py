"""A note as ApplicationData (MS-ASNOTE 2.2.2; from 14.0 on)."""

from __future__ import annotations

from eas.answers import text
from eas.reading.options import Options
from eas.render.bodies import body_of, native_type
from eas.render.calendar import compact
from eas.render.entries import entries
from eas.render.text import line
from eas.wbxml import Element
from store.model import Body, Item

_P = "Notes"


def note_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData of a note."""
    del version
    properties = item.properties
    changed = properties.get("modified") or properties.get("created") or ""
    made = [
        text(f"{_P}:Subject", line(str(properties.get("subject") or ""))),
        text(f"{_P}:MessageClass", line(item.item_class)),
        text(f"{_P}:LastModifiedDate", compact(changed)) if changed else None,
        entries(f"{_P}:Categories", properties.get("categories"), f"{_P}:Category"),
        body_of(item, options, previews=False),
        text("AirSyncBase:NativeBodyType", native_type(item.body or Body())),
    ]
    return [each for each in made if each is not None]
