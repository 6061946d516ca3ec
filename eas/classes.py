"""The classes of collections: which folders and items each has, and how they are read and written
(MS-ASCMD 2.2.3.27). A class more is a row here and the two modules that it names."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from eas.reading.options import Options
from eas.render.calendar import calendar_data
from eas.render.contacts import contact_data
from eas.render.mail import application_data as mail_data
from eas.render.notes import note_data
from eas.render.tasks import task_data
from eas.wbxml import Element
from schemas.property import Kind
from store.model import Folder, Item

Render = Callable[[Item, Options, str], list[Element]]


class Class(msgspec.Struct, frozen=True):
    """A class. ``folder_class``: prefix of its folders'; ``types``: Type of a distinguished folder
    by role, ``own_type`` of somebody's own, ``created``: the Types by which devices make one.
    ``kinds``: of which kinds its items are, empty for all; ``item_class`` of new ones; ``since``:
    the first version that has the class."""

    name: str
    folder_class: str
    types: dict[str, int]
    own_type: int
    created: tuple[int, ...]
    render: Render
    item_class: str
    kinds: tuple[str, ...] = ()
    is_mail: bool = False
    since: str = "12.1"


_ROWS = (
    Class(
        "Email",
        "IPF.Note",
        {"inbox": 2, "drafts": 3, "deleteditems": 4, "sentitems": 5, "outbox": 6},
        12,
        (1, 12),
        mail_data,
        "IPM.Note",
        is_mail=True,
    ),
    Class(
        "Calendar",
        "IPF.Appointment",
        {"calendar": 8},
        13,
        (13,),
        calendar_data,
        "IPM.Appointment",
        (Kind.CALENDAR.value,),
    ),
    Class(
        "Contacts",
        "IPF.Contact",
        {"contacts": 9},
        14,
        (14,),
        contact_data,
        "IPM.Contact",
        (Kind.CONTACT.value,),
    ),
    Class(
        "Tasks",
        "IPF.Task",
        {"tasks": 7},
        15,
        (15,),
        task_data,
        "IPM.Task",
        (Kind.TASK.value,),
    ),
    Class(
        "Notes",
        "IPF.StickyNote",
        {"notes": 10},
        17,
        (17,),
        note_data,
        "IPM.StickyNote",
        (Kind.NOTE.value,),
        since="14.0",
    ),
)
EMAIL = _ROWS[0]
CLASSES: dict[str, Class] = {row.name: row for row in _ROWS}


def folder_classes(version: str) -> tuple[str, ...]:
    """Prefixes of the folder classes that devices of a version are shown."""
    return tuple(row.folder_class for row in _ROWS if row.since <= version)


# The class of new folders by the Type that a device says.
CREATED: dict[int, str] = {type: row.folder_class for row in _ROWS for type in row.created}
_BY_KIND = {kind: row for row in _ROWS for kind in row.kinds}


def class_of_folder(folder_class: str) -> Class:
    """The class of a folder's collection; mail where no other fits."""
    upper = folder_class.upper()
    for row in _ROWS:
        prefix = row.folder_class.upper()
        if upper == prefix or upper.startswith(f"{prefix}."):
            return row
    return EMAIL


def class_of_item(item: Item) -> Class:
    """The class of an item that is asked for by itself."""
    return _BY_KIND.get(item.kind, EMAIL)


def class_named(name: str) -> Class:
    """A class by its name; mail for what is none."""
    return CLASSES.get(name, EMAIL)


def folder_type(folder: Folder) -> int:
    """Type of a folder: that of its role, else that of somebody's own of its class (MS-ASCMD
    2.2.3.186.3)."""
    row = class_of_folder(folder.folder_class)
    return row.types.get(folder.role, row.own_type)
