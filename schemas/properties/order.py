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
def elements(type: str) -> dict[str, str]:
    """The elements of a complex type in order, what it inherits first, with their first version."""
    found: dict[str, str] = {}
    for group in effective(type).content:
        _add(found, group)
    return found


def _add(found: dict[str, str], group: Group) -> None:
    for particle in group.particles:
        if isinstance(particle, Element):
            found[particle.name] = particle.since
        elif isinstance(particle, Group):
            _add(found, particle)
