"""The classes of collections: which folders and items each has, and how they are read and written
(MS-ASCMD 2.2.3.27). A class more is a row here and the two modules that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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

# The FilterType that leaves tasks out which are done (MS-ASCMD 2.2.3.68).
OPEN_TASKS = 8
Render = Callable[[Item, Options, str], list[Element]]


class Class(msgspec.Struct, frozen=True):
    """A class. ``folder_class``: prefix of its folders'; ``types``: Type of a distinguished folder
    by role, ``own_type`` of somebody's own, ``created``: the Types by which devices make one.
    ``kinds``: of which kinds its items are; ``item_class`` of new ones; ``filters``: its
    FilterTypes, None where any is taken and means nothing; ``is_ghosting``: whether devices say
    which elements they support; ``since``: the first version that has the class."""

    name: str
    folder_class: str
    types: dict[str, int]
    own_type: int
    created: tuple[int, ...]
    render: Render
    item_class: str
    kinds: tuple[str, ...]
    filters: frozenset[int] | None = None
    is_ghosting: bool = False
    is_mail: bool = False
    since: str = "12.1"

    def is_known_to(self, version: str) -> bool:
        """Whether a protocol version has the class."""
        return version >= self.since


_MAIL = (
    Kind.ITEM,
    Kind.MESSAGE,
    Kind.POST,
    Kind.MEETING_MESSAGE,
    Kind.MEETING_REQUEST,
    Kind.MEETING_RESPONSE,
    Kind.MEETING_CANCELLATION,
)

_ROWS = (
    Class(
        "Email",
        "IPF.Note",
        {"inbox": 2, "drafts": 3, "deleteditems": 4, "sentitems": 5, "outbox": 6},
        12,
        (1, 12),
        mail_data,
        "IPM.Note",
        tuple(kind.value for kind in _MAIL),
        filters=frozenset(range(6)),
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
        filters=frozenset({0, 4, 5, 6, 7}),
        is_ghosting=True,
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
        is_ghosting=True,
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
        filters=frozenset({0, OPEN_TASKS}),
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
    return tuple(row.folder_class for row in _ROWS if row.is_known_to(version))


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


def class_of_item(item: Item, version: str) -> Class | None:
    """The class of an item that is asked for by itself; None where the version has none for it."""
    row = _BY_KIND.get(item.kind)
    return row if row is not None and row.is_known_to(version) else None


def kinds_of(names: Iterable[str], version: str) -> frozenset[str]:
    """The kinds of the items of some classes, of all that a version has where none is named."""
    wanted = set(names)
    rows = (row for row in _ROWS if row.is_known_to(version))
    return frozenset(k for row in rows if not wanted or row.name in wanted for k in row.kinds)


def class_named(name: str) -> Class:
    """A class by its name; mail for what is none."""
    return CLASSES.get(name, EMAIL)


def folder_type(folder: Folder) -> int:
    """Type of a folder: that of its role, else that of somebody's own of its class (MS-ASCMD
    2.2.3.186.3)."""
    row = class_of_folder(folder.folder_class)
    return row.types.get(folder.role, row.own_type)
