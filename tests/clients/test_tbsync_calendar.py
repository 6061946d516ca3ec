"""TbSync's calendars: series with single occurrences, and meetings, by what all sides hold then."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY, CalendarItem
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from entrepot.testing import Person
from tests.clients.tbsync_client import BOTH_MODELS, TbSync, ical

pytestmark = pytest.mark.parametrize("tbsync_version", BOTH_MODELS)
BERLIN = EWSTimeZone("Europe/Berlin")


def _at(day: int, hour: int) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, tzinfo=BERLIN)


def _series(account: Any) -> Any:
    """Four days at ten, from the 5th of October on."""
    return CalendarItem(
        folder=account.calendar,
        subject="Stand-up",
        start=_at(5, 10),
        end=_at(5, 11),
        recurrence=Recurrence(
            pattern=DailyPattern(interval=1), start=EWSDate(2026, 10, 5), number=4
        ),
    ).save()


def _view(account: Any) -> list[tuple[str, Any]]:
    found = account.calendar.view(start=_at(1, 0), end=_at(31, 0))
    return [(item.subject, item.start) for item in found]


def test_a_series_of_the_desktop_and_its_single_occurrences(
    thunderbird: TbSync, anna: Person
) -> None:
    account = anna.account()
    series = _series(account)
    moved = series.occurrence(index=2)
    moved.start, moved.end = _at(6, 14), _at(6, 15)
    moved.subject = "Later"
    moved.save(update_fields=["start", "end", "subject"])
    series.occurrence(index=3).delete()
    thunderbird.synchronise()
    master, single = thunderbird.only("calendars")
    assert master["SUMMARY"] == "Stand-up" and master["DTSTART"].dt == _at(5, 10)
    assert master["RRULE"]["FREQ"] == ["DAILY"] and master["RRULE"]["COUNT"] == [4]
    assert [each.dt for each in master["EXDATE"].dts] == [_at(7, 10)]
    assert single["RECURRENCE-ID"].dt == _at(6, 10)
    assert (single["SUMMARY"], single["DTSTART"].dt) == ("Later", _at(6, 14))
    # One more is cancelled, one more is moved.
    series.occurrence(index=4).delete()
    series.refresh()
    thunderbird.synchronise()
    master, _ = thunderbird.only("calendars")
    gone = master["EXDATE"] if isinstance(master["EXDATE"], list) else [master["EXDATE"]]
    assert {each.dt for exdate in gone for each in exdate.dts} == {_at(7, 10), _at(8, 10)}


def test_a_series_of_the_client_and_its_single_occurrences(
    thunderbird: TbSync, anna: Person
) -> None:
    single = "\r\n".join(
        (
            "BEGIN:VEVENT",
            "UID:series-of-the-client",
            "DTSTAMP:20261001T000000Z",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261006T100000",
            "DTSTART;TZID=Europe/Berlin:20261006T140000",
            "DTEND;TZID=Europe/Berlin:20261006T150000",
            "SUMMARY:Later",
            "END:VEVENT\r\n",
        )
    )
    thunderbird.save(
        "calendars",
        ical(
            "VEVENT",
            "UID:series-of-the-client",
            "DTSTART;TZID=Europe/Berlin:20261005T100000",
            "DTEND;TZID=Europe/Berlin:20261005T110000",
            "RRULE:FREQ=DAILY;COUNT=4",
            "EXDATE;TZID=Europe/Berlin:20261007T100000",
            "SUMMARY:Stand-up",
            more=single,
        ),
    )
    thunderbird.synchronise()
    account = anna.account()
    told = [("Stand-up", _at(5, 10)), ("Later", _at(6, 14)), ("Stand-up", _at(8, 10))]
    assert _view(account) == told
    thunderbird.synchronise()
    _, other = thunderbird.only("calendars")
    assert (other["SUMMARY"], other["DTSTART"].dt) == ("Later", _at(6, 14))
    # The next change moves the single occurrence again and drops the last one.
    (text,) = thunderbird.items("calendars").values()
    changed = text.replace("20261006T140000", "20261006T160000").replace(
        "20261006T150000", "20261006T170000"
    )
    rule = "RRULE:FREQ=DAILY"
    gone = "EXDATE;TZID=Europe/Berlin:20261008T100000"
    thunderbird.save("calendars", changed.replace(rule, f"{gone}\r\n{rule}"))
    thunderbird.synchronise()
    assert _view(account) == [("Stand-up", _at(5, 10)), ("Later", _at(6, 16))]


def _responses(account: Any, subject: str) -> dict[str, str]:
    """What the organiser's calendar says that the attendees answered."""
    item = account.calendar.get(subject=subject)
    return {each.mailbox.email_address: each.response_type for each in item.required_attendees}


def test_an_invitation_is_answered_from_the_calendar(
    thunderbird: TbSync, anna: Person, ben: Person
) -> None:
    """By MeetingResponse in 16.1, where the server answers the organiser; by a change of the item
    and a mail of the client's own before."""
    organiser = ben.account()
    CalendarItem(
        account=organiser,
        folder=organiser.calendar,
        subject="Review",
        start=_at(5, 10),
        end=_at(5, 11),
        required_attendees=[Attendee(mailbox=Mailbox(email_address=anna.address))],
    ).save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    thunderbird.synchronise()
    (event,) = thunderbird.only("calendars")
    assert str(event["ORGANIZER"]).lower() == f"mailto:{ben.address}"
    attendee = event["ATTENDEE"]
    assert str(attendee).lower() == f"mailto:{anna.address}"
    assert attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    (text,) = thunderbird.items("calendars").values()
    thunderbird.save("calendars", text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED"))
    thunderbird.synchronise()
    assert _responses(organiser, "Review") == {anna.address: "Accept"}
    item = anna.account().calendar.get(subject="Review")
    assert item.my_response_type == "Accept"
    answers = organiser.inbox.filter(item_class="IPM.Schedule.Meeting.Resp.Pos")
    assert [answer.sender.email_address for answer in answers] == [anna.address]
    thunderbird.synchronise()
    (event,) = thunderbird.only("calendars")
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_a_meeting_of_the_client_invites_once(
    thunderbird: TbSync, anna: Person, ben: Person
) -> None:
    """Before 16.0 the client sends the invitations, from then on the server."""
    id = thunderbird.save(
        "calendars",
        ical(
            "VEVENT",
            "DTSTART;TZID=Europe/Berlin:20261005T100000",
            "DTEND;TZID=Europe/Berlin:20261005T110000",
            "SUMMARY:Kickoff",
            f"ORGANIZER:mailto:{anna.address}",
            f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{ben.address}",
        ),
    )
    thunderbird.synchronise()
    attendee = ben.account()
    invitations = list(attendee.inbox.all())
    assert [mail.item_class for mail in invitations] == ["IPM.Schedule.Meeting.Request"]
    meeting = attendee.calendar.get(subject="Kickoff")
    assert meeting.start == _at(5, 10) and meeting.organizer.email_address == anna.address
    meeting.accept()
    assert _responses(anna.account(), "Kickoff") == {ben.address: "Accept"}
    thunderbird.synchronise()
    (event,) = thunderbird.only("calendars")
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    held = thunderbird.items("calendars")[id]
    later = held.replace("20261005T10", "20261005T12").replace("20261005T11", "20261005T13")
    thunderbird.save("calendars", later)
    thunderbird.synchronise()
    assert attendee.calendar.get(subject="Kickoff").start == _at(5, 12)
    requests = attendee.inbox.filter(item_class="IPM.Schedule.Meeting.Request")
    assert requests.count() <= 2, "an update is sent once"
