"""exchangelib: each way to say who is told of a meeting that is made, changed or taken away, and
whether the sender keeps a copy; of whole meetings and of one of a series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import (
    SEND_ONLY_TO_ALL,
    SEND_ONLY_TO_CHANGED,
    SEND_TO_ALL_AND_SAVE_COPY,
    SEND_TO_CHANGED_AND_SAVE_COPY,
    SEND_TO_NONE,
    CalendarItem,
)
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from entrepot.testing import Person

BERLIN = EWSTimeZone("Europe/Berlin")
_START = EWSDateTime(2026, 10, 5, 10, tzinfo=BERLIN)
_END = EWSDateTime(2026, 10, 5, 11, tzinfo=BERLIN)


class House:
    """An organiser, and two who may take part."""

    def __init__(self, anna: Person, ben: Person, cara: Person) -> None:
        self.anna, self.ben, self.cara = (each.account() for each in (anna, ben, cara))

    def meeting(self, invitations: str, **more: Any) -> Any:
        """A meeting with Ben."""
        item = CalendarItem(
            account=self.anna, folder=self.anna.calendar, subject="Plan", start=_START, end=_END,
            required_attendees=[_attendee(self.ben)], **more,
        )  # fmt: skip
        item.save(send_meeting_invitations=invitations)
        return item

    def heard(self) -> tuple[int, int, int]:
        """How many messages lie with Ben, with Cara, and among what Anna sent."""
        folders = (self.ben.inbox, self.cara.inbox, self.anna.sent)
        return tuple(folder.all().count() for folder in folders)  # type: ignore[return-value]


def _attendee(account: Any) -> Attendee:
    mailbox = Mailbox(email_address=account.primary_smtp_address)
    return Attendee(mailbox=mailbox, response_type="Unknown")


@pytest.fixture
def house(new_person: Callable[[str], Person]) -> House:
    return House(new_person("anna"), new_person("ben"), new_person("cara"))


_ALL_OR_NONE = [
    (SEND_TO_NONE, (0, 0, 0)),
    (SEND_ONLY_TO_ALL, (1, 0, 0)),
    (SEND_TO_ALL_AND_SAVE_COPY, (1, 0, 1)),
]
_TO_CHANGED = [
    (SEND_TO_NONE, (0, 0, 0)),
    (SEND_ONLY_TO_ALL, (1, 1, 0)),
    (SEND_TO_ALL_AND_SAVE_COPY, (1, 1, 1)),
    (SEND_ONLY_TO_CHANGED, (0, 1, 0)),
    (SEND_TO_CHANGED_AND_SAVE_COPY, (0, 1, 1)),
]


def _since(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(b - a for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(("how", "heard"), _ALL_OR_NONE)
def test_who_is_invited(house: House, how: str, heard: tuple[int, ...]) -> None:
    house.meeting(how)
    assert house.heard() == heard


def _one_of(house: House, item: Any, *, is_one: bool) -> Any:
    if not is_one:
        return house.anna.calendar.get(id=item.id)
    found = house.anna.calendar.get(id=item.id).occurrence(index=2)
    found.refresh()
    return found


_DAILY = Recurrence(pattern=DailyPattern(interval=1), start=_START.date(), number=3)


@pytest.mark.parametrize("is_one", [False, True], ids=["all of it", "one of a series"])
@pytest.mark.parametrize(("how", "heard"), _TO_CHANGED)
def test_who_hears_of_a_change(
    house: House, how: str, heard: tuple[int, ...], is_one: bool
) -> None:
    """Cara is added, and the place is another."""
    item = house.meeting(SEND_ONLY_TO_ALL, **({"recurrence": _DAILY} if is_one else {}))
    before = house.heard()
    item = _one_of(house, item, is_one=is_one)
    item.required_attendees = [_attendee(house.ben), _attendee(house.cara)]
    item.location = "Room 2"
    item.save(update_fields=["required_attendees", "location"], send_meeting_invitations=how)
    assert _since(before, house.heard()) == heard
    told = [i.location for i in house.cara.calendar.view(start=_START, end=_END.replace(day=9))]
    assert told == (["Room 2"] if heard[1] else [])


@pytest.mark.parametrize("is_one", [False, True], ids=["all of it", "one of a series"])
@pytest.mark.parametrize(("how", "heard"), _ALL_OR_NONE)
def test_who_hears_of_the_end(house: House, how: str, heard: tuple[int, ...], is_one: bool) -> None:
    item = house.meeting(SEND_ONLY_TO_ALL, **({"recurrence": _DAILY} if is_one else {}))
    before = house.heard()
    _one_of(house, item, is_one=is_one).delete(send_meeting_cancellations=how)
    assert _since(before, house.heard()) == heard
    view = house.ben.calendar.view(start=_START, end=_END.replace(day=9))
    gone = [bool(i.is_cancelled) for i in view]
    ended = bool(heard[0])
    assert gone == ([False, ended, False] if is_one else [ended])
