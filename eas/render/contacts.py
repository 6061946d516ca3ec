"""A contact as ApplicationData (MS-ASCNTC 2.2.2)."""

from __future__ import annotations

from typing import Any, cast

from eas.answers import text
from eas.contacts import DATES, EMAILS, LINES, LISTS, PICTURE, TEXTS, day_of
from eas.reading.options import Options
from eas.render.bodies import body_of, native_type
from eas.render.entries import entries
from eas.render.people import address
from eas.render.text import clean, line
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.model import Body, Item, Properties


def contact_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData of a contact. ``picture`` among its properties is the
    content of its photo (``eas.loading``)."""
    properties = item.properties
    made = [
        *(_text(name, at(properties, path)) for name, path in TEXTS.items()),
        *(_email(name, at(properties, path)) for name, path in EMAILS.items()),
        *(_date(name, properties.get(key)) for name, key in DATES.items()),
        *(entries(name, properties.get(key), child) for name, (key, child) in LISTS.items()),
    ]
    if properties.get("picture"):
        made.append(text(PICTURE, properties["picture"]))
    # Also an empty one: without it a device keeps the notes that it has (MS-ASCMD 2.2.3.24).
    made.append(body_of(item, options, previews=False))
    made.append(text("AirSyncBase:NativeBodyType", native_type(item.body or Body())))
    return [each for each in made if each is not None and tag_named(each.name).is_known_to(version)]


def at(properties: Properties, path: str) -> Any:
    """What stands at a path; None for nothing."""
    value: Any = properties
    for key in path.split("."):
        value = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    return value


def _text(name: str, value: Any) -> Element | None:
    if not value:
        return None
    return text(name, clean(str(value)) if name in LINES else line(str(value)))


def _email(name: str, value: Any) -> Element | None:
    """An address; with its name where that says more (MS-ASCNTC 2.2.2.28)."""
    if not isinstance(value, dict):
        return None
    entry = cast("dict[str, Any]", value)
    mail = line(str(entry.get("address") or ""))
    if not mail:
        return None
    own = str(entry.get("name") or "")
    return text(name, address(entry) if own and own != mail else mail)


def _date(name: str, instant: Any) -> Element | None:
    """A day, at an hour at which it is that day nearly everywhere."""
    return text(name, f"{day_of(instant)[:19]}.000Z") if instant else None
