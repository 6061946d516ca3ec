"""exchangelib: free and busy time of oneself, of others, and of those who cannot be asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.errors import ErrorTimeIntervalTooBig
from exchangelib.items import CalendarItem
from exchangelib.recurrence import DailyPattern, Recurrence

from entrepot.testing import Person

BERLIN = EWSTimeZone("Europe/Berlin")


def _at(day: int, hour: int, minute: int = 0) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, minute, tzinfo=BERLIN)


def _busy(account: Any, day: int, start: int, end: int, **more: Any) -> None:
    values = {"subject": "Dentist", "location": "Town", **more}
    CalendarItem(
        account=account, folder=account.calendar, start=_at(day, start), end=_at(day, end), **values
    ).save()


def _asked(account: Any, *people: Any, view: str = "DetailedMerged", **more: Any) -> list[Any]:
    window = {"start": _at(5, 8), "end": _at(5, 16), "merged_free_busy_interval": 60} | more
    accounts = [(person, "Required", False) for person in people]
    return list(
        account.protocol.get_free_busy_info(accounts=accounts, requested_view=view, **window)
    )


def test_ones_own_day_is_told_in_detail(account: Any) -> None:
    _busy(account, 5, 9, 11)
    _busy(account, 5, 10, 12, legacy_free_busy_status="OOF", subject="Trip", sensitivity="Private")
    _busy(account, 5, 13, 14, legacy_free_busy_status="Tentative")
    _busy(account, 5, 14, 15, legacy_free_busy_status="Free")
    (view,) = _asked(account, account)
    assert view.view_type == "DetailedMerged"
    assert view.merged == "02330100"
    shown = [(e.start, e.end, e.busy_type, e.details.subject) for e in view.calendar_events]
    assert shown == [
        (_at(5, 9), _at(5, 11), "Busy", "Dentist"),
        (_at(5, 10), _at(5, 12), "OOF", "Trip"),
        (_at(5, 13), _at(5, 14), "Tentative", "Dentist"),
        (_at(5, 14), _at(5, 15), "Free", "Dentist"),
    ]
    assert view.calendar_events[1].details.is_private
    (period,) = view.working_hours
    assert (period.start, period.end) == (dt.time(8), dt.time(17))
    assert period.weekdays == [1, 2, 3, 4, 5]


def test_others_see_when_and_not_what(account: Any, ben: Person) -> None:
    other = ben.account()
    _busy(other, 5, 9, 10)
    (view,) = _asked(account, other.primary_smtp_address)
    assert view.view_type == "FreeBusyMerged"
    assert view.merged == "02000000"
    (event,) = view.calendar_events
    assert event.details is None


def test_series_are_busy_on_each_of_their_days(account: Any) -> None:
    daily = Recurrence(pattern=DailyPattern(interval=1), start=_at(1, 9).date(), number=60)
    CalendarItem(
        account=account, folder=account.calendar, start=_at(1, 9), end=_at(1, 10), recurrence=daily
    ).save()
    (view,) = _asked(account, account, start=_at(1, 0), end=_at(1, 0) + dt.timedelta(days=30))
    assert len(view.calendar_events) == 30
    assert all(event.details.is_recurring for event in view.calendar_events)
    starts = {event.start.hour for event in view.calendar_events}
    assert starts == {9}  # by the clock, also after the end of summer time


def test_an_unknown_address_is_its_own_error(account: Any, ben: Person) -> None:
    nobody, view = _asked(account, "nobody@demo.example", ben.address)
    assert type(nobody).__name__ == "ErrorMailRecipientNotFound" or nobody.view_type == "None"
    assert view.view_type == "FreeBusyMerged"


def test_a_window_has_bounds(account: Any) -> None:
    with pytest.raises(ErrorTimeIntervalTooBig):
        _asked(account, account, end=_at(5, 8) + dt.timedelta(days=63))
