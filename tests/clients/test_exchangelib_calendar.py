"""exchangelib: views, series and their occurrences, exceptions, zones, all-day events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from exchangelib import EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.errors import (
    ErrorCalendarEndDateIsEarlierThanStartDate,
    ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange,
    ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    ErrorItemNotFound,
)
from exchangelib.items import SEND_TO_NONE, CalendarItem
from exchangelib.recurrence import (
    AbsoluteMonthlyPattern,
    AbsoluteYearlyPattern,
    DailyPattern,
    DeletedOccurrence,
    FirstOccurrence,
    LastOccurrence,
    Occurrence,
    Recurrence,
    RelativeMonthlyPattern,
    RelativeYearlyPattern,
    WeeklyPattern,
)

BERLIN = EWSTimeZone("Europe/Berlin")
NEW_YORK = EWSTimeZone("America/New_York")


def _at(day: int, hour: int, minute: int = 0, month: int = 10, tz: Any = BERLIN) -> EWSDateTime:
    return EWSDateTime(2026, month, day, hour, minute, tzinfo=tz)


def _series(account: Any, pattern: Any = None, count: int | None = 5, **more: Any) -> CalendarItem:
    start = _at(23, 9)
    recurrence = Recurrence(
        pattern=pattern or DailyPattern(interval=1), start=start.date(), number=count
    )
    values = {"subject": "Stand-up", "start": start, "end": _at(23, 9, 15)} | more
    item = CalendarItem(account=account, folder=account.calendar, recurrence=recurrence, **values)
    return item.save(send_meeting_invitations=SEND_TO_NONE)


def _nth(master: CalendarItem, index: int) -> CalendarItem:
    """An occurrence as it is now."""
    found = master.occurrence(index=index)
    found.refresh()
    return found


def _shown(account: Any, **view: Any) -> list[tuple[str, str, str]]:
    window = {"start": _at(1, 0), "end": _at(1, 0, month=12)} | view
    return [
        (i.start.astimezone(BERLIN).strftime("%d %H:%M"), i.subject, i.type)
        for i in account.calendar.view(**window)
    ]


def test_a_view_shows_what_happens_when(account: Any) -> None:
    _series(account)
    CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Once",
        start=_at(24, 9, 5),
        end=_at(24, 10),
    ).save()
    assert _shown(account) == [
        ("23 09:00", "Stand-up", "Occurrence"),
        ("24 09:00", "Stand-up", "Occurrence"),
        ("24 09:05", "Once", "Single"),
        ("25 09:00", "Stand-up", "Occurrence"),  # the clock went back in the night
        ("26 09:00", "Stand-up", "Occurrence"),
        ("27 09:00", "Stand-up", "Occurrence"),
    ]
    assert len(_shown(account, max_items=2)) == 2
    assert {i.type for i in account.calendar.all()} == {"RecurringMaster", "Single"}


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        (DailyPattern(interval=3), ["23", "26", "29"]),
        (WeeklyPattern(interval=1, weekdays=["Monday", "Friday"]), ["23", "26", "30"]),
        (AbsoluteMonthlyPattern(interval=1, day_of_month=31), ["31", "30"]),
        (RelativeMonthlyPattern(interval=1, weekday="Friday", week_number="Last"), ["30", "27"]),
        (AbsoluteYearlyPattern(day_of_month=24, month="November"), ["24"]),
        (RelativeYearlyPattern(weekday="Weekday", week_number="First", month="November"), ["02"]),
    ],
)
def test_every_pattern_is_kept_and_unfolds(account: Any, pattern: Any, days: list[str]) -> None:
    saved = _series(account, pattern, count=3)
    item = account.calendar.get(id=saved.id, changekey=saved.changekey)
    assert item.recurrence.pattern == pattern
    assert item.recurrence.boundary.number == 3
    assert [day[:2] for day, _, _ in _shown(account)] == days


def test_an_occurrence_is_addressed_by_its_index(account: Any) -> None:
    master = _series(account)
    third = _nth(master, 3)
    assert third.start == _at(25, 9)
    with pytest.raises(ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange):
        master.occurrence(index=6).refresh()
    third.delete(send_meeting_cancellations=SEND_TO_NONE)
    with pytest.raises(ErrorCalendarOccurrenceIsDeletedFromRecurrence):
        master.occurrence(index=3).refresh()
    assert _nth(master, 4).start == _at(26, 9)
    again = account.calendar.get(id=master.id)
    assert [d.start for d in again.deleted_occurrences] == [_at(25, 9)]
    assert isinstance(again.deleted_occurrences[0], DeletedOccurrence)


def test_an_exception_is_told_by_its_series(account: Any) -> None:
    master = _series(account)
    (id,) = (i.id for i in account.calendar.view(start=_at(24, 0), end=_at(25, 0)))
    second = _nth(master, 2)
    second.subject, second.start, second.end = "Long one", _at(24, 14), _at(24, 16)
    second.save(update_fields=["subject", "start", "end"], send_meeting_invitations=SEND_TO_NONE)
    again = account.calendar.get(id=master.id)
    assert isinstance(again.first_occurrence, FirstOccurrence)
    assert again.first_occurrence.start == _at(23, 9)
    assert isinstance(again.last_occurrence, LastOccurrence)
    assert again.last_occurrence.start == _at(27, 9)
    (changed,) = again.modified_occurrences
    assert isinstance(changed, Occurrence)
    assert (changed.start, changed.original_start) == (_at(24, 14), _at(24, 9))
    assert changed.id == id
    assert ("24 14:00", "Long one", "Exception") in _shown(account)
    found = account.calendar.get(id=changed.id)
    assert (found.subject, found.type) == ("Long one", "Exception")
    series = found.recurring_master()
    series.refresh()
    assert (series.type, series.subject) == ("RecurringMaster", "Stand-up")


def test_a_series_is_changed_as_a_whole_and_deleted(account: Any) -> None:
    master = _series(account)
    master.subject = "Daily"
    master.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    assert {subject for _, subject, _ in _shown(account)} == {"Daily"}
    master.recurrence.boundary.number = 2
    master.save(update_fields=["recurrence"], send_meeting_invitations=SEND_TO_NONE)
    assert len(_shown(account)) == 2
    first = _nth(master, 1)
    master.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert _shown(account) == []
    with pytest.raises(ErrorItemNotFound):
        first.refresh()


def test_an_endless_series_has_no_last_occurrence(account: Any) -> None:
    master = _series(account, count=None)
    again = account.calendar.get(id=master.id)
    assert again.last_occurrence is None
    assert again.recurrence.boundary.__class__.__name__ == "NoEndPattern"
    start, end = _at(1, 0).replace(year=2031), _at(4, 0).replace(year=2031)
    assert len(list(account.calendar.view(start=start, end=end))) == 3


def test_an_all_day_event_is_a_date(account: Any) -> None:
    item = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Holiday",
        start=EWSDate(2026, 10, 3),
        end=EWSDate(2026, 10, 4),
        is_all_day=True,
    ).save()
    again = account.calendar.get(id=item.id)
    assert (again.start, again.end) == (dt.date(2026, 10, 3), dt.date(2026, 10, 4))


def test_an_appointment_keeps_its_zones(account: Any) -> None:
    item = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Flight",
        start=_at(5, 10),
        end=_at(5, 13, tz=NEW_YORK),
    ).save()
    again = account.calendar.get(id=item.id)
    assert (again.start, again.end) == (_at(5, 10), _at(5, 13, tz=NEW_YORK))
    assert again._start_timezone == BERLIN
    assert again._end_timezone == NEW_YORK


def test_an_end_before_the_start_is_refused(account: Any) -> None:
    item = CalendarItem(
        account=account, folder=account.calendar, start=_at(5, 10), end=_at(5, 11)
    ).save()
    item.end = _at(5, 9)
    with pytest.raises((ErrorCalendarEndDateIsEarlierThanStartDate, ValueError)):
        item.save(update_fields=["end"], send_meeting_invitations=SEND_TO_NONE)
    assert account.calendar.get(id=item.id).end == _at(5, 11)


def test_reminders_are_due_before_the_start(account: Any) -> None:
    item = CalendarItem(
        account=account, folder=account.calendar, start=_at(5, 10), end=_at(5, 11),
        reminder_is_set=True, reminder_minutes_before_start=30,
    ).save()  # fmt: skip
    again = account.calendar.get(id=item.id)
    assert (again.reminder_is_set, again.reminder_minutes_before_start) == (True, 30)
    assert again.reminder_due_by == _at(5, 10)


def test_meetings_that_collide_or_touch_are_told(account: Any) -> None:
    def make(subject: str, start: int, end: int, busy: str = "Busy") -> CalendarItem:
        return CalendarItem(
            account=account, folder=account.calendar, subject=subject, start=_at(6, start),
            end=_at(6, end), legacy_free_busy_status=busy,
        ).save()  # fmt: skip

    item = make("Here", 10, 12)
    make("Before", 9, 10)
    make("Inside", 11, 12)
    make("Free", 10, 11, "Free")
    make("Elsewhere", 14, 15)
    again = account.calendar.get(id=item.id)
    assert [m.subject for m in again.conflicting_meetings] == ["Inside"]
    assert [m.subject for m in again.adjacent_meetings] == ["Before"]
    assert (again.conflicting_meeting_count, again.adjacent_meeting_count) == (1, 1)
