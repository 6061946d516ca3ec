"""The demo's contacts, appointments, tasks and notes, as typed items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from entrepot.demo_mail import OUTSIDERS, Person
from store.instant import to_instant
from store.model import Body, ItemDraft

# Owner's address, role of the folder, the item.
Entry = tuple[str, str, ItemDraft]

_FIRMS = ("Partner GmbH", "Shipyard", "Lens works", "Customs", "Mutual Insurance", "Freight")

# Days from today, hour, minutes, subject, place.
_APPOINTMENTS = (
    (-3, 9, 60, "Weekly round", "Harbour Room"),
    (0, 14, 30, "Call with the shipyard", "by telephone"),
    (1, 8, 120, "Dive inspection", "Quay 4"),
    (2, 12, 60, "Lunch with Eiko", "Lighthouse café"),
    (4, 9, 60, "Weekly round", "Harbour Room"),
    (9, 16, 90, "Budget, second reading", "Town hall"),
)

# Subject, days until due, percent complete.
_TASKS = (
    ("Order the spare lamp", 3, 0),
    ("Answer the seven letters about the fog horn", 1, 40),
    ("Renew the insurance of the crane", 12, 0),
    ("Count the keys of the boathouse", -2, 100),
)

_NOTES = (
    ("Tide table", "High water is 50 minutes later each day."),
    ("Wi-Fi for guests", "The password hangs beside the door."),
)


def items(people: tuple[Person, Person], now: datetime) -> Iterator[Entry]:
    """Everything but mail, for both people."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for owner, other in (people, people[::-1]):
        yield from _contacts(owner, other)
        yield from _appointments(owner, today)
        yield from _tasks(owner, today)
        yield from _notes(owner)


def _contacts(owner: Person, other: Person) -> Iterator[Entry]:
    for person, firm in zip((*OUTSIDERS, other), (*_FIRMS, "Demo"), strict=True):
        given, _, surname = person.name.partition(" ")
        properties: dict[str, Any] = {
            "subject": person.name,
            "display_name": person.name,
            "file_as": f"{surname}, {given}",
            "given_name": given,
            "surname": surname,
            "company_name": firm,
            "email_addresses": {
                "EmailAddress1": {"name": person.name, "address": person.address},
            },
        }
        yield owner.address, "contacts", ItemDraft("IPM.Contact", properties)


def _appointments(owner: Person, today: datetime) -> Iterator[Entry]:
    for days, hour, minutes, subject, location in _APPOINTMENTS:
        start = today + timedelta(days=days, hours=hour)
        properties: dict[str, Any] = {
            "subject": subject,
            "location": location,
            "start": to_instant(start),
            "end": to_instant(start + timedelta(minutes=minutes)),
            "is_all_day": False,
            "busy_status": "busy",
            "uid": f"demo-{days + 10}-{owner.address}",
        }
        body = Body(text=f"{subject}\r\n{location}\r\n")
        yield owner.address, "calendar", ItemDraft("IPM.Appointment", properties, body=body)


def _tasks(owner: Person, today: datetime) -> Iterator[Entry]:
    for subject, days, percent in _TASKS:
        status = {0: "not_started", 100: "completed"}.get(percent, "in_progress")
        properties: dict[str, Any] = {
            "subject": subject,
            "due_date": to_instant(today + timedelta(days=days)),
            "percent_complete": float(percent),
            "status": status,
        }
        if status == "completed":
            properties["complete_date"] = to_instant(today - timedelta(days=1))
        yield owner.address, "tasks", ItemDraft("IPM.Task", properties)


def _notes(owner: Person) -> Iterator[Entry]:
    for subject, text in _NOTES:
        draft = ItemDraft("IPM.StickyNote", {"subject": subject}, body=Body(text=text))
        yield owner.address, "notes", draft
