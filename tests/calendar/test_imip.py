"""Meetings with people elsewhere: what leaves, what others' messages do (RFC 5546, 6047)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.calendar.ical.read import Calendar, read_calendar
from store.calendar.occurrences import Series
from store.commands import (
    AddAccount,
    AddDomain,
    CreateItems,
    DeleteItems,
    DeliverMail,
    FetchItems,
    FindItems,
    FolderRole,
    ItemChange,
    RespondToMeeting,
    UpdateItems,
    Want,
)
from store.instant import to_instant
from store.mime import parse, parse_all
from store.model import Body, Item, ItemDraft, ItemId, Principal
from store.store import Session, Store

pytestmark = pytest.mark.anyio
CARLA = "carla@elsewhere.example"
ANNA = "anna@demo.example"


class World:
    """Anna's mailbox, and what goes between it and the world."""

    def __init__(self, store: Store, session: Session) -> None:
        self.store = store
        self.session = session

    async def arrive(self, calendar: str, sender: str = CARLA, subject: str = "Mail") -> None:
        method = calendar.partition("METHOD:")[2].partition("\r\n")[0] or "REQUEST"
        mime = (
            f"From: <{sender}>\r\nTo: <{ANNA}>\r\nSubject: {subject}\r\n"
            f"Message-ID: <{id(calendar)}@x>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/calendar; charset=utf-8; method={method}"
            f"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{calendar}"
        ).encode()
        deliver = DeliverMail(draft=parse(mime), sender=sender, recipients=(ANNA,))
        (outcome,) = await self.store.system().execute(deliver)
        assert not isinstance(outcome, Exception), outcome

    async def items(self, role: str) -> list[Item]:
        (page,) = await self.session.execute(FindItems((FolderRole(role),), ("subject",)))
        mailbox = self.session.principal.mailbox_id
        ids = tuple(ItemId(mailbox, row[0]) for row in page.rows)
        return [
            item
            for item in await self.session.execute(FetchItems(ids, Want(body=True, mime=True)))
            if isinstance(item, Item)
        ]

    async def meeting(self) -> Item:
        (item,) = await self.items("calendar")
        return item

    async def left(self) -> list[Calendar]:
        """The calendars of the messages in Sent Items, oldest first."""
        sent = await self.items("sentitems")
        return [read_calendar(parse_all(item.mime or b"").calendar) for item in sent]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    await store.system().execute(AddDomain("demo.example", is_default=True))
    account = await store.system().execute(AddAccount(ANNA, "Anna"))
    principal = Principal(account.id, account.address, account.name, account.mailbox_id)
    yield World(store, store.session(principal))
    await store.close()


def _calendar(method: str, *lines: str, start: str = "20260701T100000", more: str = "") -> str:
    inner = "\r\n".join(lines)
    extra = f"\r\n{more}" if more else ""
    return (
        f"BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\n"
        f"METHOD:{method}\r\nBEGIN:VEVENT\r\nUID:abc@google.com\r\n"
        f"DTSTART;TZID=Europe/Berlin:{start}\r\nDURATION:PT1H\r\nORGANIZER;CN=Carla:mailto:{CARLA}"
        f"\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{ANNA}\r\nSUMMARY:Lunch\r\n{inner}"
        f"\r\nEND:VEVENT{extra}\r\nEND:VCALENDAR\r\n"
    )


async def test_an_outsiders_invitation_is_in_the_calendar(world: World) -> None:
    await world.arrive(_calendar("REQUEST", "SEQUENCE:0", "LOCATION:Café", "DESCRIPTION:Hungry?"))
    (request,) = await world.items("inbox")
    assert request.item_class == "IPM.Schedule.Meeting.Request"
    assert request.properties["has_been_processed"]
    assert request.properties["subject"] == "Mail"  # as its author wrote it
    item = await world.meeting()
    p = item.properties
    assert (p["subject"], p["location"]) == ("Lunch", "Café")
    assert p["start"] == "2026-07-01T08:00:00.000000Z"
    assert (p["busy_status"], p["my_response_type"]) == ("tentative", "no_response_received")
    assert p["organizer"] == {"name": "Carla", "address": CARLA}
    assert p["start_time_zone"] == {"id": "Europe/Berlin"}
    assert item.body == Body(text="Hungry?")


async def test_the_answer_goes_to_the_organiser_as_a_reply(world: World) -> None:
    await world.arrive(_calendar("REQUEST", "SEQUENCE:3"))
    item = await world.meeting()
    await world.session.execute(RespondToMeeting(item.id, "accept", disposition="send_and_save"))
    (reply,) = await world.left()
    assert reply.method == "REPLY"
    (event,) = reply.events
    assert event.properties["uid"] == "abc@google.com"
    assert event.properties["appointment_sequence_number"] == 3
    (attendee,) = event.properties["required_attendees"]
    assert attendee["response"] == "accept"
    assert attendee["mailbox"]["address"] == ANNA
    assert (await world.meeting()).properties["my_response_type"] == "accept"


async def test_another_time_goes_out_as_a_counter(world: World) -> None:
    await world.arrive(_calendar("REQUEST"))
    item = await world.meeting()
    times = ("2026-07-01T12:00:00.000000Z", "2026-07-01T13:00:00.000000Z")
    command = RespondToMeeting(item.id, "tentative", disposition="send_and_save", proposed=times)
    await world.session.execute(command)
    (counter,) = await world.left()
    assert counter.method == "COUNTER"
    assert (counter.events[0].properties["start"], counter.events[0].properties["end"]) == times


@pytest.mark.parametrize(
    ("lines", "moves"),
    [
        (("SEQUENCE:2",), True),
        (("SEQUENCE:1", "DTSTAMP:20260102T000000Z"), True),
        (("SEQUENCE:1", "DTSTAMP:20251231T000000Z"), False),
        (("SEQUENCE:0",), False),
        ((), False),
    ],
)
async def test_news_count_by_sequence_and_stamp(
    world: World, lines: tuple[str, ...], moves: bool
) -> None:
    await world.arrive(_calendar("REQUEST", "SEQUENCE:1", "DTSTAMP:20260101T000000Z"))
    await world.arrive(_calendar("REQUEST", *lines, start="20260702T100000"))
    start = (await world.meeting()).properties["start"]
    assert (start == "2026-07-02T08:00:00.000000Z") is moves


async def test_only_the_organiser_changes_and_cancels(world: World) -> None:
    await world.arrive(_calendar("REQUEST"))
    mallory = "mallory@elsewhere.example"
    await world.arrive(_calendar("REQUEST", "SEQUENCE:9", start="20260702T100000"), mallory)
    await world.arrive(_calendar("CANCEL", "SEQUENCE:9"), mallory)
    p = (await world.meeting()).properties
    assert p["start"] == "2026-07-01T08:00:00.000000Z"
    assert not p["is_cancelled"]
    await world.arrive(_calendar("CANCEL", "SEQUENCE:1", "STATUS:CANCELLED"))
    p = (await world.meeting()).properties
    assert p["is_cancelled"] and p["busy_status"] == "free"
    assert p["subject"] == "Canceled: Lunch"


async def test_one_occurrence_is_moved_and_another_cancelled(world: World) -> None:
    await world.arrive(_calendar("REQUEST", "RRULE:FREQ=DAILY;COUNT=5", "SEQUENCE:0"))
    series = await world.meeting()
    await world.session.execute(RespondToMeeting(series.id, "accept"))
    at = "RECURRENCE-ID;TZID=Europe/Berlin:20260702T100000"
    await world.arrive(_calendar("REQUEST", at, "SEQUENCE:1", start="20260702T150000"))
    at = "RECURRENCE-ID;TZID=Europe/Berlin:20260703T100000"
    await world.arrive(_calendar("CANCEL", at, "SEQUENCE:1", start="20260703T100000"))
    series = await world.meeting()
    moved, gone = series.properties["exceptions"]
    assert moved["properties"]["start"] == "2026-07-02T13:00:00.000000Z"
    assert moved["properties"]["my_response_type"] == "no_response_received"
    assert gone["properties"]["is_cancelled"]
    assert series.properties["my_response_type"] == "accept"


async def test_a_meeting_on_several_days_is_on_all_of_them(world: World) -> None:
    """By RDATE: a series with exceptions, of which one day can be cancelled."""
    days = "RDATE;TZID=Europe/Berlin:20260708T100000,20260722T100000"
    await world.arrive(_calendar("REQUEST", days, "SEQUENCE:0"))
    (request,) = await world.items("inbox")
    assert request.properties["is_recurring"]
    series = Series((await world.meeting()).properties)
    window = ("2026-07-01T00:00:00.000000Z", "2026-12-31T00:00:00.000000Z")
    assert [each.start[8:10] for each in series.between(*window)] == ["01", "08", "22"]
    at = "RECURRENCE-ID;TZID=Europe/Berlin:20260722T100000"
    await world.arrive(_calendar("CANCEL", at, "SEQUENCE:1", start="20260722T100000"))
    series = Series((await world.meeting()).properties)
    gone = [series.properties_of(each).get("is_cancelled") for each in series.between(*window)]
    assert gone == [False, False, True]


async def test_who_was_invited_to_one_occurrence_has_only_that(world: World) -> None:
    at = "RECURRENCE-ID;TZID=Europe/Berlin:20260702T100000"
    await world.arrive(_calendar("REQUEST", at, start="20260702T100000"))
    p = (await world.meeting()).properties
    assert p["recurrence_id"] == "2026-07-02T08:00:00.000000Z"
    assert p["calendar_item_type"] == "single"
    await world.arrive(_calendar("REQUEST", at, "SEQUENCE:1", start="20260702T110000"))
    assert (await world.meeting()).properties["start"] == "2026-07-02T09:00:00.000000Z"


async def _own(world: World, **more: Any) -> Item:
    properties = {
        "subject": "Review",
        "start": "2026-07-01T08:00:00.000000Z",
        "end": "2026-07-01T09:00:00.000000Z",
        "start_time_zone": {"id": "Europe/Berlin"},
        "required_attendees": [{"mailbox": {"name": "Carla", "address": CARLA}}],
        **more,
    }
    draft = ItemDraft("IPM.Appointment", properties, body=Body(text="Agenda"))
    create = CreateItems((draft,), invitations="all_and_copy")
    (saved,) = await world.session.execute(create)
    assert not isinstance(saved, Exception), saved
    return await world.meeting()


def _reply(uid: str, *lines: str, method: str = "REPLY", start: str = "20260701T100000") -> str:
    inner = "\r\n".join(lines)
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"DTSTART;TZID=Europe/Berlin:{start}\r\nDURATION:PT1H\r\nORGANIZER:mailto:{ANNA}\r\n"
        f"{inner}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


async def test_an_invitation_leaves_with_all_that_others_need(world: World) -> None:
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 3}
    await _own(world, recurrence=daily, location="Room 1")
    (request,) = await world.left()
    assert request.method == "REQUEST"
    (event,) = request.events
    p = event.properties
    assert (p["subject"], p["location"]) == ("Review", "Room 1")
    assert p["recurrence"]["count"] == 3
    assert p["organizer"]["address"] == ANNA
    assert p["start_time_zone"] == {"id": "Europe/Berlin"}
    assert event.body == Body(text="Agenda")


async def test_a_cancellation_leaves_with_the_names_of_whom_it_is_for(world: World) -> None:
    """RFC 5546 3.2.5: all who took part, or those who no longer do."""
    dora = {"mailbox": {"name": "Dora", "address": "dora@elsewhere.example"}}
    carla = {"mailbox": {"name": "Carla", "address": CARLA}}
    item = await _own(world, optional_attendees=[dora])
    change = ItemChange(item.id, unset=("optional_attendees",))
    update = UpdateItems((change,), resolution="always_overwrite", invitations="all_and_copy")
    await world.session.execute(update)
    delete = DeleteItems((item.id,), "hard", cancellations="all_and_copy")
    await world.session.execute(delete)
    told = [c.events[0].properties for c in await world.left() if c.method == "CANCEL"]
    names = ("required_attendees", "optional_attendees")
    people = [[p.get(name) for name in names] for p in told]
    assert len(people) == 2 and [None, [dora]] in people and [[carla], None] in people


@pytest.mark.parametrize(
    ("status", "response"),
    [("ACCEPTED", "accept"), ("DECLINED", "decline"), ("TENTATIVE", "tentative")],
)
async def test_an_outsiders_answer_is_tracked(world: World, status: str, response: str) -> None:
    item = await _own(world)
    await world.arrive(
        _reply(item.properties["uid"], f"ATTENDEE;PARTSTAT={status}:mailto:{CARLA}", "SEQUENCE:0")
    )
    (attendee,) = (await world.meeting()).properties["required_attendees"]
    assert attendee["response"] == response


async def test_an_answer_from_another_address_counts_for_who_it_names(world: World) -> None:
    item = await _own(world)
    text = _reply(item.properties["uid"], f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{CARLA}")
    await world.arrive(text, "carla@private.example")
    p = (await world.meeting()).properties
    assert [a["response"] for a in p["required_attendees"]] == ["accept"]
    assert "optional_attendees" not in p


async def test_who_comes_uninvited_is_an_optional_guest(world: World) -> None:
    item = await _own(world)
    dora = "dora@elsewhere.example"
    text = _reply(item.properties["uid"], f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{dora}")
    await world.arrive(text, dora)
    (guest,) = (await world.meeting()).properties["optional_attendees"]
    assert (guest["mailbox"]["address"], guest["response"]) == (dora, "accept")


async def test_an_old_answer_changes_nothing(world: World) -> None:
    item = await _own(world)
    change = ItemChange(item.id, set={"start": "2026-07-01T07:00:00.000000Z"})
    update = UpdateItems((change,), resolution="always_overwrite", invitations="all")
    await world.session.execute(update)
    text = _reply(
        item.properties["uid"], f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{CARLA}", "SEQUENCE:0"
    )
    await world.arrive(text)
    (attendee,) = (await world.meeting()).properties["required_attendees"]
    assert "response" not in attendee


async def test_an_answer_may_say_no_more_than_it_must(world: World) -> None:
    """Neither when the meeting is nor which request is answered (RFC 5546 3.2.3)."""
    item = await _own(world)
    change = ItemChange(item.id, set={"start": "2026-07-01T07:00:00.000000Z"})
    update = UpdateItems((change,), resolution="always_overwrite", invitations="all")
    await world.session.execute(update)
    await world.arrive(
        f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{item.properties['uid']}\r\n"
        f"DTSTAMP:20300101T000000Z\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{CARLA}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    (attendee,) = (await world.meeting()).properties["required_attendees"]
    assert attendee["response"] == "accept"


async def test_a_cancellation_may_say_no_more_than_what_it_is_of(world: World) -> None:
    await world.arrive(_calendar("REQUEST"))
    uid = (await world.meeting()).properties["uid"]
    await world.arrive(
        f"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:1\r\n"
        f"ORGANIZER:mailto:{CARLA}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert (await world.meeting()).properties["is_cancelled"]


async def test_a_counter_proposes_another_time(world: World) -> None:
    item = await _own(world)
    attendee = f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{CARLA}"
    text = _reply(item.properties["uid"], attendee, method="COUNTER", start="20260701T160000")
    await world.arrive(text)
    p = (await world.meeting()).properties
    (attendee,) = p["required_attendees"]
    assert attendee["proposed_start"] == "2026-07-01T14:00:00.000000Z"
    assert p["start"] == "2026-07-01T08:00:00.000000Z"


async def test_an_invitation_that_cannot_be_read_is_mail(world: World) -> None:
    await world.arrive("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:x\r\nno")
    assert len(await world.items("inbox")) == 1
    assert await world.items("calendar") == []


async def test_a_published_calendar_is_no_invitation(world: World) -> None:
    await world.arrive(_calendar("PUBLISH"))
    (mail,) = await world.items("inbox")
    assert mail.item_class == "IPM.Note"
    assert await world.items("calendar") == []


def _events(*texts: str) -> str:
    """One calendar with the events of several."""
    inner = [text.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0] for text in texts]
    head = texts[0].partition("BEGIN:VEVENT")[0]
    events = "".join(f"BEGIN:VEVENT{each}END:VEVENT\r\n" for each in inner)
    return f"{head}{events}END:VCALENDAR\r\n"


def _day(method: str, day: int, *lines: str, hour: int = 10) -> str:
    at = f"RECURRENCE-ID;TZID=Europe/Berlin:202607{day:02}T100000"
    return _calendar(method, at, *lines, start=f"202607{day:02}T{hour:02}0000")


async def test_news_of_several_occurrences_in_one_message_all_count(world: World) -> None:
    await world.arrive(_calendar("REQUEST", "RRULE:FREQ=DAILY;COUNT=5", "SEQUENCE:0"))
    await world.session.execute(RespondToMeeting((await world.meeting()).id, "accept"))
    two = [_day("REQUEST", day, "SEQUENCE:1", hour=15) for day in (2, 3)]
    await world.arrive(_events(*two))
    await world.arrive(_events(*[_day("CANCEL", day, "SEQUENCE:1") for day in (4, 5)]))
    exceptions = [e["properties"] for e in (await world.meeting()).properties["exceptions"]]
    assert [p.get("start", "")[8:13] for p in exceptions[:2]] == ["02T13", "03T13"]
    assert [bool(p.get("is_cancelled")) for p in exceptions] == [False, False, True, True]


async def test_an_answer_to_such_a_message_is_one_to_each(world: World) -> None:
    await world.arrive(_calendar("REQUEST", "RRULE:FREQ=DAILY;COUNT=5", "SEQUENCE:0"))
    series = await world.meeting()
    await world.session.execute(RespondToMeeting(series.id, "accept"))
    await world.arrive(_events(*[_day("REQUEST", d, "SEQUENCE:1", hour=15) for d in (2, 3)]))
    (request,) = [i for i in await world.items("inbox") if i.properties.get("recurrence_id")]
    answer = RespondToMeeting(request.id, "tentative", disposition="send_and_save")
    await world.session.execute(answer)
    exceptions = [e["properties"] for e in (await world.meeting()).properties["exceptions"]]
    assert [p["my_response_type"] for p in exceptions] == ["tentative", "tentative"]
    told = [c.events[0].properties["recurrence_id"][8:10] for c in await world.left()]
    assert sorted(told) == ["02", "03"]


async def test_an_outsider_answers_several_occurrences_at_once(world: World) -> None:
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 4}
    uid = (await _own(world, recurrence=daily)).properties["uid"]
    answers = [
        _reply(
            uid,
            f"ATTENDEE;PARTSTAT={status}:mailto:{CARLA}",
            f"RECURRENCE-ID;TZID=Europe/Berlin:202607{day:02}T100000",
            start=f"202607{day:02}T100000",
        )
        for day, status in ((2, "ACCEPTED"), (3, "DECLINED"))
    ]
    await world.arrive(_events(*answers))
    exceptions = [e["properties"] for e in (await world.meeting()).properties["exceptions"]]
    assert [p["required_attendees"][0]["response"] for p in exceptions] == ["accept", "decline"]


async def test_two_new_meetings_in_one_message_do_not_mix(world: World) -> None:
    first = _calendar("REQUEST", "LOCATION:Room 1")
    second = _calendar("REQUEST", start="20260708T120000").replace("abc@google", "def@google")
    await world.arrive(_events(first, second))
    found = {i.properties["uid"][:3]: i.properties for i in await world.items("calendar")}
    assert found["abc"]["location"] == "Room 1" and "location" not in found["def"]
    assert found["def"]["start"] == "2026-07-08T10:00:00.000000Z"


def _all_day(method: str, *lines: str, day: str = "20260701") -> str:
    """As Google writes it: of no zone."""
    text = _calendar(method, *lines)
    timed = "DTSTART;TZID=Europe/Berlin:20260701T100000\r\nDURATION:PT1H"
    return text.replace(timed, f"DTSTART;VALUE=DATE:{day}")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
async def test_a_day_of_no_zone_is_its_readers(world: World, zone: str) -> None:
    """Lesson 21: a date, not an instant. So are the days of a series, and what happens to one."""
    own = {"start": "2026-06-01T08:00:00.000000Z", "end": "2026-06-01T09:00:00.000000Z",
           "subject": "Own", "start_time_zone": {"id": zone}}  # fmt: skip
    await world.session.execute(CreateItems((ItemDraft("IPM.Appointment", own),)))
    await world.arrive(
        _all_day("REQUEST", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260702")
    )
    lunch = {i.properties["subject"]: i for i in await world.items("calendar")}["Lunch"]
    p = lunch.properties
    assert (p["is_all_day"], p["start_time_zone"]) == (True, {"id": zone})
    midnight = datetime(2026, 7, 1, tzinfo=ZoneInfo(zone))
    assert p["start"] == to_instant(midnight.astimezone(UTC))
    assert p["end"] == to_instant((midnight + timedelta(days=1)).astimezone(UTC))
    (request,) = await world.items("inbox")
    assert request.properties["start"] == p["start"]
    window = ("2026-06-30T00:00:00.000000Z", "2026-07-09T00:00:00.000000Z")
    third = midnight + timedelta(days=2)
    assert [each.start for each in Series(p).between(*window)] == [
        p["start"], to_instant(third.astimezone(UTC)),
    ]  # fmt: skip
    await world.session.execute(RespondToMeeting(lunch.id, "accept", disposition="send_and_save"))
    (sent,) = await world.items("sentitems")
    assert "DTSTART;VALUE=DATE:20260701" in parse_all(sent.mime or b"").calendar
    at = "RECURRENCE-ID;VALUE=DATE:20260703"
    await world.arrive(_all_day("CANCEL", at, "SEQUENCE:1", day="20260703"))
    lunch = {i.properties["subject"]: i for i in await world.items("calendar")}["Lunch"]
    gone = [each for each in lunch.properties["exceptions"] if not each.get("is_deleted")]
    assert [each["original"] for each in gone] == [to_instant(third.astimezone(UTC))]
    assert gone[0]["properties"]["is_cancelled"]


async def test_a_meeting_from_afar_does_not_move_its_readers_home(world: World) -> None:
    own = {"start": "2026-06-01T08:00:00.000000Z", "end": "2026-06-01T09:00:00.000000Z",
           "subject": "Own", "start_time_zone": {"id": "Asia/Tokyo"}}  # fmt: skip
    await world.session.execute(CreateItems((ItemDraft("IPM.Appointment", own),)))
    await world.arrive(_calendar("REQUEST"))
    await world.arrive(_all_day("REQUEST").replace("abc@", "day@"))
    zones = {i.properties["start_time_zone"]["id"] for i in await world.items("calendar")}
    assert zones == {"Asia/Tokyo", "Europe/Berlin"}
    (day,) = [i for i in await world.items("calendar") if i.properties["is_all_day"]]
    assert day.properties["start_time_zone"] == {"id": "Asia/Tokyo"}


async def test_without_a_zone_of_the_readers_a_day_is_that_of_utc(world: World) -> None:
    await world.arrive(_all_day("REQUEST"))
    p = (await world.meeting()).properties
    assert (p["start"], p["is_all_day"]) == ("2026-07-01T00:00:00.000000Z", True)


async def test_an_answer_for_one_day_of_a_series_is_for_that_day(world: World) -> None:
    """Anna lives in New York, where the day begins later than the same one of UTC."""
    zone = {"id": "America/New_York"}
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 4}
    item = await _own(
        world, recurrence=daily, is_all_day=True, start="2026-07-01T04:00:00.000000Z",
        end="2026-07-02T04:00:00.000000Z", start_time_zone=zone, end_time_zone=zone,
    )  # fmt: skip
    answer = _reply(
        item.properties["uid"],
        f"ATTENDEE;PARTSTAT=DECLINED:mailto:{CARLA}",
        "RECURRENCE-ID;VALUE=DATE:20260702",
    )
    timed = "DTSTART;TZID=Europe/Berlin:20260701T100000\r\nDURATION:PT1H"
    await world.arrive(answer.replace(timed, "DTSTART;VALUE=DATE:20260702"))
    (exception,) = (await world.meeting()).properties["exceptions"]
    assert exception["original"] == "2026-07-02T04:00:00.000000Z"
