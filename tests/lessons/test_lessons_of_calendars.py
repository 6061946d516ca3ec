"""Lessons on calendar and mail semantics (``field-lessons.md``), by number, as a desktop (EWS) and
devices meet them; the same numbers stand at the tests of the parts, in ``tests/eas``."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_ONLY_TO_ALL, SEND_TO_ALL_AND_SAVE_COPY, CalendarItem
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import DailyPattern, Recurrence

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person

BERLIN = EWSTimeZone("Europe/Berlin")
_NUMBERS = itertools.count(1)
_C, _A, _M = "Calendar", "AirSync", "MeetingResponse"
_ZEROES = base64.b64encode(bytes(172)).decode()
_CLASSIC = ("12.1", "14.1")
_ALL = (*_CLASSIC, "16.1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with Exchange(tmp_path_factory.mktemp("calendars")) as exchange:
        yield exchange


@pytest.fixture
def anna(server: Exchange) -> Person:
    return server.person(f"anna{next(_NUMBERS)}")


@pytest.fixture
def ben(server: Exchange) -> Person:
    return server.person(f"ben{next(_NUMBERS)}")


def _device(person: Person, version: str) -> Device:
    identity = Identity(device_id=f"calendar{next(_NUMBERS)}", version=version)
    device = Device(person.exchange.eas, person.address, person.password, identity)
    device.provision()
    device.folder_sync()
    return device


def _at(day: int, hour: int, minute: int = 0) -> EWSDateTime:
    return EWSDateTime(2026, 10, day, hour, minute, tzinfo=BERLIN)


def _meeting(organizer: Any, *people: Person, **more: Any) -> CalendarItem:
    values = {
        "subject": "Plan",
        "start": _at(5, 10),
        "end": _at(5, 11),
        "location": "Room 1",
    } | more
    item = CalendarItem(
        account=organizer,
        folder=organizer.calendar,
        required_attendees=[
            Attendee(mailbox=Mailbox(email_address=p.address), response_type="Unknown")
            for p in people
        ],
        **values,
    )
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    return item


def _series(account: Any, count: int = 5, interval: int = 1, **more: Any) -> CalendarItem:
    start = more.get("start", _at(5, 10))
    day = start if not isinstance(start, EWSDateTime) else start.date()
    recurrence = Recurrence(pattern=DailyPattern(interval=interval), start=day, number=count)
    values = {"subject": "Stand-up", "start": start, "end": _at(5, 11)} | more
    item = CalendarItem(account=account, folder=account.calendar, recurrence=recurrence, **values)
    item.save()
    return item


def _only(person: Person) -> Any:
    (item,) = person.account().calendar.all()
    return item


def _held(device: Device) -> dict[str, dict[str, Node]]:
    asked: Any = options(body_preference(1))
    return device.sync_all(device.folder_of_type(8), options=asked).items


def _add(device: Device, *data: Node) -> str:
    """The ServerId of a new event of the device."""
    calendar = device.folder_of_type(8)
    device.begin(calendar)
    answer = device.change(calendar, documents.add(f"c{next(_NUMBERS)}", *data))
    assert answer is not None
    responses = answer.find(f"{_A}:Responses")
    assert responses is not None
    (added,) = responses.all(f"{_A}:Add")
    assert added.text(f"{_A}:Status") == "1"
    return added.text(f"{_A}:ServerId")


def _change(device: Device, id: str, *data: Node, instance: str = "") -> None:
    change = documents.change(id, *data)
    if instance:
        change.children.insert(1, node("AirSyncBase:InstanceId", instance))
    device.change(device.folder_of_type(8), change)


# -- 19, 20: zones -----------------------------------------------------------------------------


@pytest.mark.parametrize("version", _CLASSIC)
def test_lesson_19_no_zone_is_ever_a_blob_of_zeroes(anna: Person, version: str) -> None:
    """Neither of an event by UTC nor of one that never said where it is."""
    account = anna.account()
    utc = EWSTimeZone("UTC")
    CalendarItem(
        account=account, folder=account.calendar, subject="UTC",
        start=_at(5, 10).astimezone(utc), end=_at(5, 11).astimezone(utc),
    ).save()  # fmt: skip
    _add(_device(anna, "16.1"), node(f"{_C}:StartTime", "20261005T080000Z"),
         node(f"{_C}:EndTime", "20261005T090000Z"), node(f"{_C}:Subject", "Nowhere"))  # fmt: skip
    held = _held(_device(anna, version))
    assert len(held) == 2
    for data in held.values():
        assert any(base64.b64decode(str(data[f"{_C}:Timezone"].value)))


@pytest.mark.parametrize("version", _CLASSIC)
def test_lesson_19_zeroes_are_the_clock_of_the_owner(anna: Person, version: str) -> None:
    """A series whose device names no zone keeps its hour when the clocks change; a day is a day."""
    account = anna.account()
    _meeting(account)  # by which the owner's zone is known
    rule = node(f"{_C}:Recurrence", node(f"{_C}:Type", 0), node(f"{_C}:Interval", 1))
    device = _device(anna, version)
    nowhere = node(f"{_C}:Timezone", _ZEROES)
    _add(device, nowhere, node(f"{_C}:StartTime", "20261024T080000Z"),
         node(f"{_C}:EndTime", "20261024T090000Z"), node(f"{_C}:Subject", "Daily"),
         rule)  # fmt: skip
    _add(device, nowhere, node(f"{_C}:AllDayEvent", 1),
         node(f"{_C}:StartTime", "20261030T000000Z"), node(f"{_C}:EndTime", "20261031T000000Z"),
         node(f"{_C}:Subject", "Holiday"))  # fmt: skip
    view = account.calendar.view(start=_at(24, 0), end=_at(27, 0))
    hours = [i.start.astimezone(BERLIN).hour for i in view]
    assert hours == [10, 10, 10]
    (holiday,) = account.calendar.filter(subject="Holiday")
    assert (holiday.start, holiday.end) == (dt.date(2026, 10, 30), dt.date(2026, 10, 30))
    assert holiday._start_timezone == BERLIN


# -- 21: days ----------------------------------------------------------------------------------


def _weekly_day(account: Any) -> None:
    """Three Mondays, all day."""
    day = dt.date(2026, 10, 5)
    _series(account, start=day, end=day, is_all_day=True, count=3, interval=7)


@pytest.mark.parametrize("version", _ALL)
def test_lesson_21_a_day_that_is_moved_stays_one_day_and_nobodys_meeting(
    anna: Person, version: str
) -> None:
    """A day of a series moves on the desktop: devices take it away from where it was to start, have
    it where it is, and it lasts all day in every zone."""
    account = anna.account()
    _weekly_day(account)
    monday = next(
        i for i in account.calendar.view(start=_at(1, 0), end=_at(30, 0)) if i.start.day == 12
    )
    monday.start = monday.end = dt.date(2026, 10, 15)
    monday.save(update_fields=["start", "end"])
    ((_, data),) = _held(_device(anna, version)).items()
    assert data[f"{_C}:AllDayEvent"].value == "1"
    assert data[f"{_C}:MeetingStatus"].value == "0"
    (moved,) = data[f"{_C}:Exceptions"].children
    assert moved.text(f"{_C}:AllDayEvent") in ("", "1")
    assert moved.text(f"{_C}:MeetingStatus") in ("", "0")
    if version >= "16.0":
        assert moved.text("AirSyncBase:InstanceId")[:8] == "20261012"
        times = [moved.text(f"{_C}:{name}") for name in ("StartTime", "EndTime")]
        assert times == ["20261015T000000Z", "20261016T000000Z"]
    else:
        blob_zone = account.calendar.get(subject="Stand-up")._start_timezone
        original = EWSDateTime(2026, 10, 12, tzinfo=blob_zone).astimezone(EWSTimeZone("UTC"))
        assert moved.text(f"{_C}:ExceptionStartTime") == f"{original:%Y%m%dT%H%M%SZ}"
    again = _only(anna)
    assert (again.is_all_day, again.is_meeting) == (True, False)


def test_lesson_21_a_device_moves_a_day(anna: Person) -> None:
    account = anna.account()
    _weekly_day(account)
    device = _device(anna, "16.1")
    ((id, _),) = _held(device).items()
    times = (
        node(f"{_C}:AllDayEvent", 1),
        node(f"{_C}:StartTime", "20261015T000000Z"),
        node(f"{_C}:EndTime", "20261016T000000Z"),
    )
    _change(device, id, *times, instance="20261012T000000Z")
    view = list(account.calendar.view(start=_at(1, 0), end=_at(30, 0)))
    assert [(i.start.day, i.end.day) for i in view] == [(5, 5), (15, 15), (19, 19)]
    assert {(i.is_all_day, bool(i.is_meeting)) for i in view} == {(True, False)}
    (changed,) = _only(anna).modified_occurrences
    assert changed.original_start.astimezone(BERLIN).day in (
        11,
        12,
    )  # midnight by the series' clock


# -- 22, 23: whose a meeting is, and what is not said ------------------------------------------


@pytest.mark.parametrize("version", _ALL)
def test_lesson_22_an_attendees_device_mails_nobody(
    anna: Person, ben: Person, version: str
) -> None:
    """It sends all of the event back, with changes: there is still one event, nobody hears of it,
    and what is the organiser's stays."""
    account = anna.account()
    _meeting(account, ben)
    device = _device(ben, version)
    ((id, data),) = _held(device).items()
    people = data[f"{_C}:Attendees"]
    attendee = node(
        f"{_C}:Attendees",
        *(
            node(f"{_C}:Attendee", node(f"{_C}:Email", p.text(f"{_C}:Email")),
                 node(f"{_C}:Name", "x"))
            for p in people.children
        ),
    )  # fmt: skip
    _change(
        device,
        id,
        node(f"{_C}:Subject", "Mine now"),
        node(f"{_C}:StartTime", "20261006T080000Z"),
        node(f"{_C}:EndTime", "20261006T090000Z"),
        attendee,
        node(f"{_C}:Reminder", 5),
    )
    mine = _only(ben)
    assert (mine.subject, mine.start, mine.reminder_minutes_before_start) == ("Plan", _at(5, 10), 5)
    assert list(account.inbox.all()) == [] and list(ben.account().sent.all()) == []
    assert len(list(ben.account().inbox.all())) == 1
    assert _only(anna).subject == "Plan"


def test_lesson_22_an_attendees_desktop_mails_nobody_either(anna: Person, ben: Person) -> None:
    _meeting(anna.account(), ben)
    mine = _only(ben)
    mine.subject = "Mine now"
    mine.save(update_fields=["subject"], send_meeting_invitations=SEND_ONLY_TO_ALL)
    assert list(anna.account().inbox.all()) == [] and list(ben.account().sent.all()) == []
    assert _only(anna).subject == "Plan"


@pytest.mark.parametrize("version", _ALL)
def test_lesson_23_people_who_are_not_named_still_take_part(
    anna: Person, ben: Person, version: str
) -> None:
    account = anna.account()
    _meeting(account, ben)
    device = _device(anna, version)
    ((id, _),) = _held(device).items()
    _change(device, id, node(f"{_C}:Subject", "Better plan"))
    assert [a.mailbox.email_address for a in _only(anna).required_attendees] == [ben.address]
    assert not _only(ben).is_cancelled


# -- 24: one sender ----------------------------------------------------------------------------


def test_lesson_24_the_server_invites_from_16_on_and_once(anna: Person, ben: Person) -> None:
    """A device that says the same again and again, as some do while nobody has answered."""
    device = _device(anna, "16.1")
    person = node(f"{_C}:Attendee", node(f"{_C}:Email", ben.address), node(f"{_C}:Name", "Ben"),
                  node(f"{_C}:AttendeeType", 1))  # fmt: skip
    id = _add(device, node(f"{_C}:StartTime", "20261005T080000Z"),
              node(f"{_C}:EndTime", "20261005T090000Z"), node(f"{_C}:Subject", "Plan"),
              node(f"{_C}:Attendees", person))  # fmt: skip
    for _ in range(5):
        _change(device, id, node(f"{_C}:Subject", "Plan"), node(f"{_C}:Attendees", person),
                node(f"{_C}:StartTime", "20261005T080000Z"))  # fmt: skip
    assert len(list(ben.account().inbox.all())) == 1


def _invitation(
    organizer: Person, *to: Person, sequence: int = 0, hour: int = 10, method: str = "REQUEST"
) -> bytes:
    """As a device before 16.0 writes it, anew each time."""
    number = next(_NUMBERS)
    people = "\r\n".join(f"ATTENDEE;RSVP=TRUE:mailto:{p.address}" for p in to)
    return (
        f"From: <{organizer.address}>\r\nTo: {', '.join(f'<{p.address}>' for p in to)}\r\n"
        f"Subject: Plan\r\nMessage-ID: <{number}@phone>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n"
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nMETHOD:{method}\r\n"
        f"BEGIN:VEVENT\r\nUID:phone-1\r\nDTSTAMP:20261001T{number % 24:02}0000Z\r\n"
        f"SEQUENCE:{sequence}\r\nDTSTART:20261005T{hour:02}0000Z\r\nDURATION:PT1H\r\n"
        f"ORGANIZER:mailto:{organizer.address}\r\n{people}\r\nSUMMARY:Plan\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


@pytest.mark.parametrize("version", _CLASSIC)
def test_lesson_24_the_same_invitation_leaves_once(
    anna: Person, ben: Person, version: str, server: Exchange
) -> None:
    """A device before 16.0 sends its own; what it repeats, with nothing but a new DTSTAMP, it has
    sent. Its log says so. News, and others who are invited, are no repeat."""
    cara = server.person(f"cara{next(_NUMBERS)}")
    device = _device(anna, version)

    def send(*to: Person, **more: Any) -> None:
        sent = device.send(_invitation(anna, *to, **more), client_id=f"id{next(_NUMBERS)}")
        assert sent.status == 200 and not sent.body

    for _ in range(4):
        send(ben)
    assert len(list(ben.account().inbox.all())) == 1
    again = [line for line in server.log if "invitation again" in line and anna.address in line]
    assert len(again) == 3
    send(ben, sequence=1, hour=11)
    send(ben, sequence=1, hour=11)
    send(cara, sequence=1, hour=11)
    assert len(list(ben.account().inbox.all())) == 2
    assert len(list(cara.account().inbox.all())) == 1
    send(ben, sequence=2, hour=10)
    send(ben, hour=10)  # the first one again, after others: it is news
    assert len(list(ben.account().inbox.all())) == 4
    send(ben, method="CANCEL")
    send(ben, hour=10)  # and whoever was told not to come is invited again
    assert len(list(ben.account().inbox.all())) == 6


# -- 25, 28: answers and methods ---------------------------------------------------------------


@pytest.mark.parametrize("answer", ["accept", "tentatively_accept"])
def test_lesson_25_an_answer_keeps_the_whole_meeting(
    anna: Person, ben: Person, server: Exchange, answer: str
) -> None:
    """The request says nothing of people, place or words: all of that stays as it was."""
    cara = server.person(f"cara{next(_NUMBERS)}")
    account = anna.account()
    _meeting(account, ben, cara, body="Agenda", categories=["Red"])
    before = _only(ben)
    (request,) = ben.account().inbox.all()
    getattr(request, answer)(message_disposition="SendOnly")
    after = _only(ben)
    names = ("subject", "start", "end", "location", "text_body", "organizer", "uid")
    assert [getattr(after, n) for n in names] == [getattr(before, n) for n in names]
    people = [a.mailbox.email_address for a in after.required_attendees]
    assert people == [ben.address, cara.address]
    mine = _only(anna)
    assert [a.mailbox.email_address for a in mine.required_attendees] == people
    assert mine.text_body.strip() == "Agenda" and mine.location == "Room 1"


def _methods(mime: bytes) -> tuple[str, ...]:
    """The method of a message's header, and that of its calendar."""
    text = mime.decode("utf-8", "replace")
    header = re.search(r'method="?(\w+)', text, re.I)
    parts = re.findall(r"\r\n\r\n([A-Za-z0-9+/=\r\n]{60,})", text)
    plain = text + "".join(
        base64.b64decode("".join(p.split()) + "==").decode("utf-8", "replace") for p in parts
    )
    inner = re.search(r"METHOD:(\w+)", plain)
    return (header[1] if header else "", inner[1] if inner else "")


def _latest(folder: Any) -> Any:
    return folder.all().order_by("-datetime_created")[0]


def test_lesson_28_each_message_of_a_meeting_has_its_method(anna: Person, ben: Person) -> None:
    """What is done, who does it, and the method that leaves: a cell each."""
    account, other = anna.account(), ben.account()
    item = _meeting(account, ben)
    told = {"invite": _methods(_latest(account.sent).mime_content)}
    item = account.calendar.get(id=item.id)
    item.location = "Room 2"
    item.save(update_fields=["location"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    told["change"] = _methods(_latest(account.sent).mime_content)
    for name, answer, more in (
        ("tentative", "tentatively_accept", {}),
        ("accept", "accept", {}),
        ("propose", "tentatively_accept",
         {"proposed_start": _at(6, 10), "proposed_end": _at(6, 11)}),
    ):  # fmt: skip
        getattr(_only(ben), answer)(message_disposition="SendAndSaveCopy", **more)
        told[name] = _methods(_latest(other.sent).mime_content)
    _only(ben).decline(message_disposition="SendAndSaveCopy")
    told["decline"] = _methods(_latest(other.sent).mime_content)
    account.calendar.get(id=item.id).cancel()
    told["cancel"] = _methods(_latest(account.sent).mime_content)
    lone = CalendarItem(
        account=account, folder=account.calendar, subject="Alone", start=_at(7, 10), end=_at(7, 11)
    ).save()
    told["appointment"] = _methods(account.calendar.get(id=lone.id).mime_content)[1:]
    assert told == {
        "invite": ("REQUEST", "REQUEST"),
        "change": ("REQUEST", "REQUEST"),
        "tentative": ("REPLY", "REPLY"),
        "accept": ("REPLY", "REPLY"),
        "propose": ("COUNTER", "COUNTER"),
        "decline": ("REPLY", "REPLY"),
        "cancel": ("CANCEL", "CANCEL"),
        "appointment": ("PUBLISH",),
    }
