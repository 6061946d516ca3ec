"""exchangelib: rooms that accept what is free, decline what is taken, and free themselves."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone, FileAttachment
from exchangelib.items import SEND_ONLY_TO_ALL, CalendarItem, MeetingResponse
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import Recurrence, WeeklyPattern

from entrepot.testing import Exchange, Person

BERLIN = EWSTimeZone("Europe/Berlin")
_DAY = EWSDateTime.now(tz=BERLIN).date() + dt.timedelta(days=30)


def _at(day: int, hour: int) -> EWSDateTime:
    on = _DAY + dt.timedelta(days=day)
    return EWSDateTime(on.year, on.month, on.day, hour, tzinfo=BERLIN)


@pytest.fixture
def room(server: Exchange, anna: Person) -> Person:
    """A room that only this test books."""
    return server.person(f"room-{anna.address.partition('@')[0]}", role="room")


def _book(organizer: Person, room: Person, day: int, hour: int, **more: Any) -> CalendarItem:
    account = organizer.account()
    item = CalendarItem(
        account=account,
        folder=account.calendar,
        subject=f"Plan of {organizer.address}",
        start=_at(day, hour),
        end=_at(day, hour + 1),
        resources=[Attendee(mailbox=Mailbox(email_address=room.address), response_type="Unknown")],
        **more,
    )
    return item.save(send_meeting_invitations=SEND_ONLY_TO_ALL)


def _answers(item: CalendarItem, count: int = 1) -> list[MeetingResponse]:
    """The answers in the organiser's Inbox once there are so many, oldest first."""
    for _ in range(100):
        found = list(item.account.inbox.all().order_by("datetime_received"))
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{count} answers are due, {found}")


def _said(item: CalendarItem) -> str:
    (resource,) = item.account.calendar.get(id=item.id).resources
    return resource.response_type


def _busy(room: Person) -> list[tuple[Any, str]]:
    return sorted((i.start, i.legacy_free_busy_status) for i in room.account().calendar.all())


def test_a_free_room_accepts(anna: Person, room: Person) -> None:
    item = _book(anna, room, 0, 10)
    (answer,) = _answers(item)
    assert isinstance(answer, MeetingResponse)
    assert answer.subject.startswith("Accepted: ")
    assert _said(item) == "Accept"
    assert _busy(room) == [(_at(0, 10), "Busy")]


def test_a_taken_room_declines_and_says_why(anna: Person, ben: Person, room: Person) -> None:
    _answers(_book(anna, room, 0, 10))
    second = _book(ben, room, 0, 10)
    (answer,) = _answers(second)
    assert answer.subject.startswith("Declined: ")
    assert f"{_at(0, 10):%Y-%m-%d} 10:00 - {_at(0, 10):%Y-%m-%d} 11:00" in answer.text_body
    assert _said(second) == "Decline"
    assert _busy(room) == [(_at(0, 10), "Busy")]
    third = _book(ben, room, 0, 11)
    _answers(third, 2)
    assert _said(third) == "Accept"


def test_a_meeting_that_moves_onto_another_loses_its_room(
    anna: Person, ben: Person, room: Person
) -> None:
    _answers(_book(anna, room, 0, 10))
    item = _book(ben, room, 0, 14)
    _answers(item)
    item = item.account.calendar.get(id=item.id)
    item.start, item.end = _at(0, 10), _at(0, 11)
    item.save(update_fields=["start", "end"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    assert _answers(item, 2)[-1].subject.startswith("Declined: ")
    assert (_said(item), _busy(room)) == ("Decline", [(_at(0, 10), "Busy")])


def test_a_series_needs_all_its_times(anna: Person, ben: Person, room: Person) -> None:
    _answers(_book(anna, room, 14, 10))
    weekday = f"{_at(0, 10):%A}"
    rule = Recurrence(pattern=WeeklyPattern(interval=1, weekdays=[weekday]), start=_DAY, number=4)
    taken = _book(ben, room, 0, 10, recurrence=rule)
    assert _answers(taken)[0].subject.startswith("Declined: ")
    free = _book(ben, room, 0, 12, recurrence=rule)
    assert _answers(free, 2)[1].subject.startswith("Accepted: ")
    # One time of it moves to where the room is taken: that time alone is declined.
    third = next(
        i
        for i in free.account.calendar.view(start=_at(13, 0), end=_at(15, 0))
        if i.start == _at(14, 12)
    )
    third.start, third.end = _at(14, 10), _at(14, 11)
    third.save(update_fields=["start", "end"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    assert _answers(free, 3)[2].subject.startswith("Declined: ")
    shown = [
        (i.start, i.organizer.email_address)
        for i in room.account().calendar.view(start=_at(0, 0), end=_at(30, 0))
    ]
    assert shown == [
        (_at(0, 12), ben.address),
        (_at(7, 12), ben.address),
        (_at(14, 10), anna.address),
        (_at(21, 12), ben.address),
    ]


def test_what_is_cancelled_frees_the_room(anna: Person, ben: Person, room: Person) -> None:
    item = _book(anna, room, 0, 10)
    _answers(item)
    item.account.calendar.get(id=item.id).delete(send_meeting_cancellations=SEND_ONLY_TO_ALL)
    second = _book(ben, room, 0, 10)
    _answers(second)
    assert _said(second) == "Accept"


def test_a_room_keeps_only_who_booked_it(anna: Person, room: Person) -> None:
    """Neither subject, text nor files of a series, nor of one of it that says something else."""
    rule = Recurrence(pattern=WeeklyPattern(interval=1, weekdays=[f"{_DAY:%A}"]), start=_DAY)
    series = _book(anna, room, 0, 10, recurrence=rule, body="Wages")
    _answers(series)
    series = series.account.calendar.get(id=series.id)
    series.attach(FileAttachment(name="wages.txt", content=b"all of them"))
    one = series.occurrence(index=2)
    one.subject, one.body = "Of one", "Wages of one"
    one.save(update_fields=["subject", "body"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    _answers(series, 2)
    series.refresh()
    series.location = "Second floor"
    series.save(update_fields=["location"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    _answers(series, 3)
    (kept,) = room.account().calendar.all()
    one = kept.occurrence(index=2)
    one.refresh()
    shown = [kept, one]
    name = series.account.calendar.get(id=series.id).organizer.name
    told = [(i.subject, (i.text_body or "").strip(), i.attachments) for i in shown]
    assert told == [(name, "", [])] * 2
    assert [i.location for i in shown] == ["Second floor"] * 2


def test_people_do_not_answer_by_themselves(anna: Person, ben: Person) -> None:
    item = _book(anna, ben, 0, 10)
    (request,) = ben.account().inbox.all()
    assert request.subject == item.subject
    assert _said(item) == "Unknown"
