"""The kinds of item that scenarios are run over, each with what it needs to be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.things import message, thing
from conformance.xml import Content, Element, t


@dataclass(frozen=True)
class Kind:
    """A kind of item: the element it is made as, and the one it comes back as."""

    title: str
    made_as: str
    read_as: str
    item_class: str
    folder: str
    make: Callable[..., Element]
    wrong_classes: tuple[str, ...] = ()
    has_mime: bool = True

    def __str__(self) -> str:
        return self.title

    def of(self, **values: Any) -> Element:
        """An item with only these properties, for updates."""
        return thing(self.made_as, **values)


def _item(subject: str, *content: Content, **values: Any) -> Element:
    return thing("Item", content, Subject=subject, **values)


def _contact(subject: str, *content: Content, **values: Any) -> Element:
    return thing("Contact", content, Subject=subject, FileAs=subject, **values)


def _list(subject: str, *content: Content, **values: Any) -> Element:
    return thing("DistributionList", content, Subject=subject, DisplayName=subject, **values)


def _post(subject: str, *content: Content, **values: Any) -> Element:
    return thing("PostItem", content, Subject=subject, **values)


def _task(subject: str, *content: Content, **values: Any) -> Element:
    return thing("Task", content, Subject=subject, **values)


def _appointment(subject: str, *content: Content, **values: Any) -> Element:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    times = (t.Start(start), t.End(start + timedelta(hours=1)))
    return thing("CalendarItem", times, content, Subject=subject, **values)


ITEM = Kind("item", "Item", "Message", "IPM.Note", "Folder", _item)
MESSAGE = Kind(
    "message",
    "Message",
    "Message",
    "IPM.Note",
    "Folder",
    message,
    ("IPM.Appointment", "IPM.Contact", "IPM.DistList", "IPM.Post", "IPM.Task"),
)
CONTACT = Kind(
    "contact",
    "Contact",
    "Contact",
    "IPM.Contact",
    "ContactsFolder",
    _contact,
    ("IPM.Appointment", "IPM.DistList", "IPM.Post", "IPM.Task", "random"),
)
DISTRIBUTION_LIST = Kind(
    "distribution list",
    "DistributionList",
    "DistributionList",
    "IPM.DistList",
    "ContactsFolder",
    _list,
    ("IPM.Appointment", "IPM.Contact", "IPM.Post", "IPM.Task", "random"),
)
APPOINTMENT = Kind(
    "appointment",
    "CalendarItem",
    "CalendarItem",
    "IPM.Appointment",
    "CalendarFolder",
    _appointment,
    ("IPM.Contact", "IPM.DistList", "IPM.Post", "IPM.Task", "random"),
)
POST = Kind(
    "post",
    "PostItem",
    "PostItem",
    "IPM.Post",
    "Folder",
    _post,
    ("IPM.Appointment", "IPM.Contact", "IPM.DistList", "IPM.Task", "random"),
)
TASK = Kind(
    "task",
    "Task",
    "Task",
    "IPM.Task",
    "TasksFolder",
    _task,
    ("IPM.Appointment", "IPM.Contact", "IPM.DistList", "IPM.Post", "random"),
)
ALL = (ITEM, MESSAGE, CONTACT, DISTRIBUTION_LIST, APPOINTMENT, POST, TASK)
