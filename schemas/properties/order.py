"""The elements of each kind of item and of each folder element, in the contract's order."""

from functools import cache

from schemas.ews.contract import Element, Group, effective
from schemas.property import Kind

TYPES: dict[Kind, str] = {
    # Items of unknown class and notes are written as messages.
    Kind.ITEM: "MessageType",
    Kind.MESSAGE: "MessageType",
    Kind.NOTE: "MessageType",
    Kind.POST: "PostItemType",
    Kind.CONTACT: "ContactItemType",
    Kind.DIST_LIST: "DistributionListType",
    Kind.CALENDAR: "CalendarItemType",
    Kind.MEETING_MESSAGE: "MeetingMessageType",
    Kind.MEETING_REQUEST: "MeetingRequestMessageType",
    Kind.MEETING_RESPONSE: "MeetingResponseMessageType",
    Kind.MEETING_CANCELLATION: "MeetingCancellationMessageType",
    Kind.TASK: "TaskType",
}

FOLDER_TYPES: dict[str, str] = {
    "Folder": "FolderType",
    "CalendarFolder": "CalendarFolderType",
    "ContactsFolder": "ContactsFolderType",
    "TasksFolder": "TasksFolderType",
    "SearchFolder": "SearchFolderType",
}


@cache
def elements(type: str) -> tuple[str, ...]:
    """The elements of a complex type in order, what it inherits first."""
    return tuple(name for group in effective(type).content for name in _names(group))


def _names(group: Group) -> list[str]:
    names: list[str] = []
    for particle in group.particles:
        if isinstance(particle, Element):
            names.append(particle.name)
        elif isinstance(particle, Group):
            names += _names(particle)
    return names
