"""exchangelib: what its guide shows of calendars, meetings, contacts, absence and times, in the
order of its chapters and with nothing but what its examples say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from exchangelib import (
    CalendarItem,
    Contact,
    EWSTimeZone,
    FileAttachment,
    OofSettings,
)
from exchangelib.fields import MONDAY, WEDNESDAY
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.items import (
    SEND_ONLY_TO_CHANGED,
    SEND_TO_ALL_AND_SAVE_COPY,
    MeetingCancellation,
    MeetingRequest,
)
from exchangelib.properties import EWS_ID, OWA_ID, AlternateId
from exchangelib.recurrence import Recurrence, WeeklyPattern

from entrepot.testing import Person

BERLIN = EWSTimeZone("Europe/Berlin")


def _open(person: Person) -> Any:
    account = person.account()
    account.default_timezone = BERLIN
    assert account.version.api_version == "Exchange2016"  # asks the server first, as it must
    return account


@pytest.fixture
def a(anna: Person) -> Any:
    """The account of the guide's examples."""
    return _open(anna)


@pytest.fixture
def b(ben: Person) -> Any:
    """Somebody who is invited."""
    return _open(ben)


def _meeting(a: Any, *others: Any) -> CalendarItem:
    item = CalendarItem(
        account=a,
        folder=a.calendar,
        start=dt.datetime(2027, 1, 31, 8, 15, tzinfo=BERLIN),
        end=dt.datetime(2027, 1, 31, 8, 45, tzinfo=BERLIN),
        subject="Subject of Meeting",
        body="Please come to my meeting",
        required_attendees=[other.primary_smtp_address for other in others],
    )
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    return item


def _latest(folder: Any, kind: type) -> Any:
    return next(
        item for item in folder.all().order_by("-datetime_received")[:5] if isinstance(item, kind)
    )


# -- creating, updating, deleting --------------------------------------------------------------


def test_invitations_go_to_the_changed_and_cancellations_to_all(a: Any, b: Any) -> None:
    item: Any = CalendarItem(
        account=a, folder=a.calendar, subject="foo",
        start=dt.datetime(2027, 2, 1, 8, tzinfo=BERLIN),
        end=dt.datetime(2027, 2, 1, 9, tzinfo=BERLIN),
    )  # fmt: skip
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    assert not a.sent.all().exists()
    item.subject = "bar"
    item.save(update_fields=["subject"])
    item.required_attendees = [b.primary_smtp_address]
    item.save(update_fields=["required_attendees"], send_meeting_invitations=SEND_ONLY_TO_CHANGED)
    assert _latest(b.inbox, MeetingRequest).subject == "bar"
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    assert _latest(b.inbox, MeetingCancellation).subject == "Canceled: bar"


# -- meetings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "body", "response"),
    [
        ("accept", "Sure, I'll come", "Accept"),
        ("decline", "No way!", "Decline"),
        ("tentatively_accept", "Maybe...", "Tentative"),
    ],
)
def test_a_request_is_answered_in_the_inbox(
    a: Any, b: Any, answer: str, body: str, response: str
) -> None:
    _meeting(a, b)
    getattr(_latest(b.inbox, MeetingRequest), answer)(body=body)
    (mine,) = a.calendar.all()
    assert [each.response_type for each in mine.required_attendees] == [response]
    (reply,) = a.inbox.all()
    assert reply.text_body.strip() == body


def test_a_request_is_answered_in_the_calendar(a: Any, b: Any) -> None:
    _meeting(a, b)
    for calendar_item in b.calendar.all().order_by("-datetime_received")[:1]:
        calendar_item.decline()
    assert not b.calendar.all().exists()
    (mine,) = a.calendar.all()
    assert mine.required_attendees[0].response_type == "Decline"


def test_a_meeting_is_cancelled_and_the_attendee_takes_it_away(a: Any, b: Any) -> None:
    _meeting(a, b)
    for calendar_item in a.calendar.all().order_by("-datetime_received")[:5]:
        if calendar_item.organizer.email_address == a.primary_smtp_address:
            calendar_item.cancel()
    assert not a.calendar.all().exists()
    item = _latest(b.inbox, MeetingCancellation)
    assert item.associated_calendar_item_id
    calendar_item = b.inbox.get(
        id=item.associated_calendar_item_id.id,
        changekey=item.associated_calendar_item_id.changekey,
    )
    calendar_item.delete()
    item.move_to_trash()
    assert not b.calendar.all().exists()


# -- contacts ----------------------------------------------------------------------------------


def test_a_contact_with_numbers_addresses_notes_and_a_photo(a: Any) -> None:
    phones = [
        PhoneNumber(label=label, phone_number="123456")
        for label in ("MobilePhone", "BusinessPhone", "OtherTelephone")
    ]
    emails = [
        EmailAddress(label="EmailAddress1", email="test@test.si"),
        EmailAddress(label="EmailAddress2", email="test2@test.si"),
    ]
    home = PhysicalAddress(
        label="Home", street="Test 30", city="TestCity", country="TestCountry", zipcode="8237"
    )
    Contact(
        account=a, folder=a.contacts, given_name="Test", surname="Lockt",
        display_name="Test Lockt", phone_numbers=phones, email_addresses=emails,
        physical_addresses=[home], company_name="Blue Anon Airlines",
    ).save()  # fmt: skip
    contact = a.contacts.get(given_name="Test")
    contact.body = "This is a note"
    contact.save(update_fields=["body"])
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    contact.attach(
        FileAttachment(
            name="ContactPicture.jpg", content_type="image/png", is_inline=False,
            is_contact_photo=True, content=picture,
        )
    )  # fmt: skip
    found = a.contacts.get(email_addresses=EmailAddress(email="test@test.si"))
    assert found.text_body.strip() == "This is a note" and found.has_picture
    assert sorted(found.phone_numbers, key=str) == sorted(phones, key=str)
    assert [e.email for e in found.email_addresses] == [e.email for e in emails]
    assert found.physical_addresses == [home]
    assert found.attachments[0].is_contact_photo and found.attachments[0].content == picture
    near = a.contacts.filter(email_addresses__contains=EmailAddress(email="test.si"))
    assert [e.email for c in near for e in c.email_addresses] == [e.email for e in emails]
    people = a.contacts.people().only("display_name").filter(display_name="Test Lockt")
    assert [p.display_name for p in people.order_by("display_name")] == ["Test Lockt"]


# -- recurring calendar items ------------------------------------------------------------------


def test_a_series_its_occurrences_and_its_master(a: Any) -> None:
    start = dt.datetime(2017, 9, 1, 11, tzinfo=BERLIN)
    end = start + dt.timedelta(hours=2)
    master_recurrence: Any = CalendarItem(
        folder=a.calendar,
        start=start,
        end=end,
        subject="Hello Recurrence",
        recurrence=Recurrence(
            pattern=WeeklyPattern(interval=3, weekdays=[MONDAY, WEDNESDAY]),
            start=start.date(),
            number=7,
        ),
    ).save()
    i = a.calendar.get(id=master_recurrence.id)
    assert (i.first_occurrence.start, i.modified_occurrences, i.deleted_occurrences) == (
        dt.datetime(2017, 9, 18, 11, tzinfo=BERLIN), None, None,
    )  # fmt: skip
    window = {"start": start, "end": start + dt.timedelta(days=4 * 3 * 7)}
    shown = [each.start.astimezone(BERLIN).date() for each in a.calendar.view(**window)]
    assert shown[:3] == [dt.date(2017, 9, 18), dt.date(2017, 9, 20), dt.date(2017, 10, 9)]
    assert len(shown) == 7
    for number, occurrence in enumerate(a.calendar.view(**window)):
        if number % 2:
            occurrence.start = occurrence.start.astimezone(a.default_timezone)
            occurrence.start += dt.timedelta(minutes=30)
            occurrence.end = occurrence.end.astimezone(a.default_timezone)
            occurrence.end += dt.timedelta(minutes=30)
            occurrence.subject = "My new subject"
            occurrence.save()
        elif number:
            occurrence.delete()
    i = a.calendar.get(id=master_recurrence.id)
    assert (len(i.modified_occurrences), len(i.deleted_occurrences)) == (3, 3)
    fourth_occurrence: Any = master_recurrence.occurrence(index=4)
    fourth_occurrence.refresh()
    before = fourth_occurrence.start
    fourth_occurrence.start -= dt.timedelta(hours=3)
    fourth_occurrence.save(update_fields=["start"])
    fourth_occurrence.refresh()
    assert fourth_occurrence.start == before - dt.timedelta(hours=3)
    master: Any = fourth_occurrence.recurring_master()
    master.subject = "An update"
    master.save(update_fields=["subject"])
    assert a.calendar.get(id=master_recurrence.id).subject == "An update"


# -- absence, services without a mailbox --------------------------------------------------------


def test_absence_is_planned_and_ended(a: Any) -> None:
    start = dt.datetime(2117, 11, 1, 11, tzinfo=BERLIN)
    a.oof_settings = OofSettings(
        state=OofSettings.SCHEDULED,
        external_audience="Known",
        internal_reply="I'm in the pub. See ya guys!",
        external_reply="I'm having a business dinner in town",
        start=start,
        end=start + dt.timedelta(days=30),
    )
    assert a.oof_settings.start == start
    a.oof_settings = OofSettings(state=OofSettings.DISABLED, internal_reply="", external_reply="")
    assert a.oof_settings.state == OofSettings.DISABLED


def test_names_and_ids(a: Any) -> None:
    address = a.primary_smtp_address
    assert [m.email_address for m in a.protocol.resolve_names([address])] == [address]
    ((mailbox, contact),) = a.protocol.resolve_names([address], return_full_contact_data=True)
    assert mailbox.email_address == address and contact.display_name
    (converted,) = a.protocol.convert_ids(
        [AlternateId(id=a.inbox.id, format=EWS_ID, mailbox=address)], destination_format=OWA_ID
    )
    assert converted.format == OWA_ID


def test_free_and_busy_in_the_zone_of_whoever_is_asked_about(a: Any) -> None:
    start = dt.datetime(2027, 1, 31, 6, tzinfo=BERLIN)
    _meeting(a)
    timezones = list(a.protocol.get_timezones(return_full_timezone_data=True))
    accounts = [(a, "Organizer", False)]
    (busy_info,) = a.protocol.get_free_busy_info(
        accounts=accounts, start=start, end=start + dt.timedelta(hours=6)
    )
    ms_id = busy_info.working_hours_timezone.to_server_timezone(timezones, start.year)
    assert EWSTimeZone.from_ms_id(ms_id).utcoffset(start) == dt.timedelta()
    assert busy_info.working_hours
    (event,) = busy_info.calendar_events
    assert event.start == dt.datetime(2027, 1, 31, 8, 15, tzinfo=BERLIN)
