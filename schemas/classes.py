"""Item and folder classes: which kind an item is, which element shows it, which folder takes it.

A class decides by its longest known prefix, without case (MS-OXWSCORE 2.2.4.24, ItemClass).
"""

from __future__ import annotations

from schemas.property import Kind

# Prefix of an item class -> kind. IPM.Note and everything unknown are messages.
_KINDS: dict[str, Kind] = {
    "IPM.NOTE": Kind.MESSAGE,
    "IPM.POST": Kind.POST,
    "IPM.CONTACT": Kind.CONTACT,
    "IPM.DISTLIST": Kind.DIST_LIST,
    "IPM.APPOINTMENT": Kind.CALENDAR,
    "IPM.SCHEDULE.MEETING": Kind.MEETING_MESSAGE,
    "IPM.SCHEDULE.MEETING.REQUEST": Kind.MEETING_REQUEST,
    "IPM.SCHEDULE.MEETING.RESP": Kind.MEETING_RESPONSE,
    "IPM.SCHEDULE.MEETING.CANCELED": Kind.MEETING_CANCELLATION,
    "IPM.TASK": Kind.TASK,
    "IPM.STICKYNOTE": Kind.NOTE,
}

ELEMENTS: dict[Kind, str] = {
    Kind.ITEM: "Message",
    Kind.MESSAGE: "Message",
    Kind.NOTE: "Message",
    Kind.POST: "PostItem",
    Kind.CONTACT: "Contact",
    Kind.DIST_LIST: "DistributionList",
    Kind.CALENDAR: "CalendarItem",
    Kind.MEETING_MESSAGE: "MeetingMessage",
    Kind.MEETING_REQUEST: "MeetingRequest",
    Kind.MEETING_RESPONSE: "MeetingResponse",
    Kind.MEETING_CANCELLATION: "MeetingCancellation",
    Kind.TASK: "Task",
}

# Element of a request -> class of the item it makes, and the kinds that its ItemClass may be.
_CREATABLE: dict[str, tuple[str, frozenset[Kind]]] = {
    "Item": ("IPM.Note", frozenset({Kind.MESSAGE, Kind.NOTE, Kind.ITEM})),
    "Message": ("IPM.Note", frozenset({Kind.MESSAGE, Kind.NOTE, Kind.ITEM})),
    "PostItem": ("IPM.Post", frozenset({Kind.POST})),
    "Contact": ("IPM.Contact", frozenset({Kind.CONTACT})),
    "DistributionList": ("IPM.DistList", frozenset({Kind.DIST_LIST})),
    "CalendarItem": ("IPM.Appointment", frozenset({Kind.CALENDAR})),
    "Task": ("IPM.Task", frozenset({Kind.TASK})),
}

_ROLES: dict[Kind, str] = {
    Kind.ITEM: "drafts",
    Kind.MESSAGE: "drafts",
    Kind.NOTE: "notes",
    Kind.POST: "drafts",
    Kind.CALENDAR: "calendar",
    Kind.CONTACT: "contacts",
    Kind.DIST_LIST: "contacts",
    Kind.TASK: "tasks",
    Kind.MEETING_MESSAGE: "drafts",
    Kind.MEETING_REQUEST: "drafts",
    Kind.MEETING_RESPONSE: "drafts",
    Kind.MEETING_CANCELLATION: "drafts",
}

# What must lie in a folder of its own class; everything else lies where it likes.
_BOUND: dict[Kind, str] = {
    Kind.CALENDAR: "IPF.Appointment",
    Kind.CONTACT: "IPF.Contact",
    Kind.DIST_LIST: "IPF.Contact",
    Kind.TASK: "IPF.Task",
}

_FOLDER_ELEMENTS: dict[str, str] = {
    "IPF.APPOINTMENT": "CalendarFolder",
    "IPF.CONTACT": "ContactsFolder",
    "IPF.TASK": "TasksFolder",
    "IPF.SEARCH": "SearchFolder",
}
FOLDER_CLASSES: dict[str, str] = {
    "Folder": "IPF.Note",
    "CalendarFolder": "IPF.Appointment",
    "ContactsFolder": "IPF.Contact",
    "TasksFolder": "IPF.Task",
    "SearchFolder": "IPF.Search",
}


def _prefixes(name: str) -> list[str]:
    parts = name.upper().split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def kind_of(item_class: str) -> Kind:
    """The kind of items of a class."""
    for prefix in _prefixes(item_class):
        kind = _KINDS.get(prefix)
        if kind is not None:
            return kind
    return Kind.MESSAGE


def element_of(kind: Kind | str) -> str:
    """The EWS element that shows an item of a kind; ``Item`` itself is never used in answers."""
    return ELEMENTS[Kind(kind)]


def default_class(element: str) -> str | None:
    """The class of a new item by its element; None where such items cannot be made directly."""
    found = _CREATABLE.get(element)
    return found[0] if found else None


def may_carry(element: str, item_class: str) -> bool:
    """Whether an element may make an item of that class (``ErrorObjectTypeChanged`` else).

    A class that is no known one passes as a message only when it begins with IPM or REPORT.
    """
    _, kinds = _CREATABLE[element]
    if kind_of(item_class) not in kinds:
        return False
    return item_class.upper().startswith(("IPM", "REPORT"))


def default_role(kind: Kind | str) -> str:
    """The folder that new items of a kind go to; empty where it must be named."""
    return _ROLES.get(Kind(kind), "")


def folder_takes(folder_class: str, kind: Kind | str, role: str = "") -> bool:
    """Whether items of a kind may be made in, or moved to, a folder of a class."""
    if role in OPEN_ROLES:
        return True
    kind = Kind(kind)
    needed = _BOUND.get(kind)
    if needed is not None:
        return folder_class.upper().startswith(needed.upper())
    if kind is Kind.POST:
        return not folder_class or folder_class.upper().startswith("IPF.NOTE")
    return True


# Deleted items come from everywhere.
OPEN_ROLES = frozenset(
    {
        "deleteditems",
        "recoverableitemsdeletions",
        "recoverableitemspurges",
        "recoverableitemsversions",
        "archive",
    }
)


def is_sendable(item_class: str) -> bool:
    """Whether sending makes sense for an item of that class."""
    return kind_of(item_class) in _SENDABLE


_SENDABLE = frozenset(
    {
        Kind.MESSAGE,
        Kind.MEETING_MESSAGE,
        Kind.MEETING_REQUEST,
        Kind.MEETING_RESPONSE,
        Kind.MEETING_CANCELLATION,
    }
)


def folder_element(folder_class: str) -> str:
    """The EWS element of folders of a class."""
    for prefix in _prefixes(folder_class or "IPF.Note"):
        element = _FOLDER_ELEMENTS.get(prefix)
        if element is not None:
            return element
    return "Folder"
