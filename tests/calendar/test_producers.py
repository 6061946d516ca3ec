"""Meetings with people elsewhere, as Google, Apple, Exchange and Thunderbird write them: each case
from each of them."""

from __future__ import annotations

import base64
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from store.commands import AddAccount, AddDomain, DeliverMail, RespondToMeeting
from store.mime import parse
from store.model import Principal
from store.store import Store
from tests.calendar.test_imip import ANNA, CARLA, World, _own

pytestmark = pytest.mark.anyio
_NUMBERS = itertools.count(1)

_BERLIN_RULES = (
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST",
    "DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET",
    "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
)  # fmt: skip
# Exchange begins its rules in 1601, with the interval that it never leaves out.
_EXCHANGE_RULES = (
    "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT",
)  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """What one event is to say; ``start`` by the clock of Berlin, an hour long. ``status``: of who
    answers; ``sequence`` and ``stamp``: None is not said."""

    uid: str = "one@elsewhere.example"
    start: str = "20260701T100000"
    rule: str = ""
    of: str = ""
    sequence: int | None = 0
    stamp: str | None = "20260601T080000Z"
    status: str = ""
    organizer: str = CARLA
    attendee: str = ANNA


class Producer(msgspec.Struct, frozen=True):
    """A program: how it writes people, zones, and mail."""

    name: str
    prodid: str
    tzid: str
    rules: tuple[str, ...]
    organizer: str
    attendee: str
    extra: tuple[str, ...]
    mail: Callable[[str, str, str, str], bytes]
    author: str = ""

    def calendar(self, method: str, *events: Event) -> str:
        zone = ("BEGIN:VTIMEZONE", f"TZID:{self.tzid}", *self.rules, "END:VTIMEZONE")
        lines = [
            "BEGIN:VCALENDAR", f"PRODID:{self.prodid}", "VERSION:2.0", "CALSCALE:GREGORIAN",
            f"METHOD:{method}", *zone,
            *(line for event in events for line in self._event(method, event)),
            "END:VCALENDAR", "",
        ]  # fmt: skip
        return "\r\n".join(_folded(line) for line in lines)

    def _event(self, method: str, event: Event) -> list[str]:
        at = f";TZID={self.tzid}:"
        end = f"{event.start[:9]}{int(event.start[9:11]) + 1:02}{event.start[11:]}"
        lines = ["BEGIN:VEVENT", f"DTSTART{at}{event.start}", f"DTEND{at}{end}"]
        if event.rule:
            lines.append(f"RRULE:{event.rule}")
        if event.stamp is not None:
            lines.append(f"DTSTAMP:{event.stamp}")
        lines.append(self.organizer.format(event.organizer))
        lines += [f"UID:{event.uid}", self.attendee.format(event.attendee, _status(event, method))]
        if event.of:
            lines.append(f"RECURRENCE-ID{at}{event.of}")
        if event.sequence is not None:
            lines.append(f"SEQUENCE:{event.sequence}")
        cancelled = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
        return [*lines, "SUMMARY:Lunch", "LOCATION:Quay 5", f"STATUS:{cancelled}", *self.extra,
                "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:REMINDER",
                "TRIGGER;RELATED=START:-PT30M", "END:VALARM", "END:VEVENT"]  # fmt: skip


def _status(event: Event, method: str) -> str:
    return event.status or ("NEEDS-ACTION" if method == "REQUEST" else "TENTATIVE")


def _folded(line: str) -> str:
    return "\r\n ".join(line[n : n + 73] for n in range(0, len(line), 73)) or line


def _head(author: str, reply_to: str, kind: str) -> str:
    return (
        f"From: {author}\r\nTo: <{ANNA}>\r\nReply-To: <{reply_to}>\r\n"
        f"Subject: Lunch\r\nMessage-ID: <{next(_NUMBERS)}@elsewhere>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\n\r\n"
    )


def _part(kind: str, text: str, *more: str) -> str:
    encoded = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    lines = (f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *more)
    return "--b\r\n" + "\r\n".join(lines) + f"\r\n\r\n{encoded}\r\n"


def _google(author: str, sender: str, method: str, calendar: str) -> bytes:
    """Three alternatives, and the calendar once more as a file."""
    inner = (
        "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
        + _part("text/plain; charset=UTF-8", "You are invited").replace("--b", "--c", 1)
        + _part("text/html; charset=UTF-8", "<p>You are invited</p>").replace("--b", "--c", 1)
        + f"--c\r\nContent-Type: text/calendar; charset=UTF-8; method={method}\r\n"
        f"Content-Transfer-Encoding: 7bit\r\n\r\n{calendar}\r\n--c--\r\n"
    )
    file = _part('application/ics; name="invite.ics"', calendar,
                 'Content-Disposition: attachment; filename="invite.ics"')  # fmt: skip
    head = _head(author, sender, 'multipart/mixed; boundary="b"')
    return (
        f"Sender: <calendar-notification@google.example>\r\n{head}{inner}{file}--b--\r\n".encode()
    )


def _apple(author: str, sender: str, method: str, calendar: str) -> bytes:
    """The calendar is a file beside the words."""
    words = _part("text/plain; charset=utf-8", "Carla invites you")
    file = _part(f'text/calendar; charset=utf-8; method={method}; name="iCal.ics"', calendar,
                 'Content-Disposition: attachment; filename="iCal.ics"')  # fmt: skip
    return f"{_head(author, sender, 'multipart/mixed; boundary=b')}{words}{file}--b--\r\n".encode()


def _exchange(author: str, sender: str, method: str, calendar: str) -> bytes:
    """The calendar is an alternative, in base64."""
    words = _part("text/plain; charset=us-ascii", "Lunch?")
    part = _part(f'text/calendar; charset="utf-8"; method={method}', calendar)
    kind = "multipart/alternative; boundary=b"
    return f"{_head(author, sender, kind)}{words}{part}--b--\r\n".encode()


def _thunderbird(author: str, sender: str, method: str, calendar: str) -> bytes:
    words = _part("text/plain; charset=utf-8", "Carla invites you")
    part = _part(f"text/calendar; method={method}; charset=UTF-8", calendar)
    file = _part('application/ics; name="invite.ics"', calendar,
                 'Content-Disposition: attachment; filename="invite.ics"')  # fmt: skip
    kind = "multipart/alternative; boundary=b"
    return f"{_head(author, sender, kind)}{words}{part}{file}--b--\r\n".encode()


_PRODUCERS = (
    Producer(
        "google", "-//Google Inc//Google Calendar 70.9054//EN", "Europe/Berlin", _BERLIN_RULES,
        "ORGANIZER;CN=Carla:mailto:{}",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={1};RSVP=TRUE;CN={0};"
        "X-NUM-GUESTS=0:mailto:{0}",
        ("X-GOOGLE-CONFERENCE:https://meet.google.example/abc", "CREATED:20260601T080000Z",
         "LAST-MODIFIED:20260601T080000Z", "TRANSP:OPAQUE", "DESCRIPTION:Hungry?\\nReally?"),
        _google,
    ),
    Producer(
        "apple", "-//Apple Inc.//macOS 15.0//EN", "Europe/Berlin", _BERLIN_RULES,
        'ORGANIZER;CN="Carla";EMAIL="{0}":/aMTIzNDU2Nzg5/principal/',
        'ATTENDEE;CN="Anna";CUTYPE=INDIVIDUAL;EMAIL="{0}";PARTSTAT={1};ROLE=REQ-PARTICIPANT;'
        "RSVP=TRUE:mailto:{0}",
        ("X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "TRANSP:OPAQUE", "CLASS:PUBLIC"),
        _apple,
        author="Carla <noreply@email.apple.example>",
    ),
    Producer(
        "exchange", "Microsoft Exchange Server 2010", "W. Europe Standard Time", _EXCHANGE_RULES,
        "ORGANIZER;CN=Carla:MAILTO:{}",
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={1};RSVP=TRUE;CN=Anna:MAILTO:{0}",
        ("DESCRIPTION;LANGUAGE=de-DE:Hungry?\\n", "CLASS:PUBLIC", "PRIORITY:5", "TRANSP:OPAQUE",
         "X-MICROSOFT-CDO-APPT-SEQUENCE:0", "X-MICROSOFT-CDO-OWNERAPPTID:2112345",
         "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
         "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE", "X-MICROSOFT-CDO-IMPORTANCE:1",
         "X-MICROSOFT-CDO-INSTTYPE:0", "X-MICROSOFT-DISALLOW-COUNTER:FALSE"),
        _exchange,
    ),
    Producer(
        "thunderbird", "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "Europe/Berlin",
        _BERLIN_RULES,
        "ORGANIZER;CN=Carla;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:{}",
        "ATTENDEE;RSVP=TRUE;CN=Anna;PARTSTAT={1};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:{0}",
        ("CREATED:20260601T080000Z", "LAST-MODIFIED:20260601T080000Z", "TRANSP:OPAQUE",
         "X-MOZ-SEND-INVITATIONS-UNDISCLOSED:FALSE"),
        _thunderbird,
    ),
)  # fmt: skip


@pytest.fixture(params=_PRODUCERS, ids=lambda p: p.name)
def by(request: pytest.FixtureRequest) -> Producer:
    return request.param


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Principal]:
    """A database with Anna in it, from which each test begins."""
    path = tmp_path_factory.mktemp("house") / "store.db"

    async def make() -> Principal:
        store = await Store.open(f"sqlite:///{path}")
        await store.system().execute(AddDomain("demo.example", is_default=True))
        account = await store.system().execute(AddAccount(ANNA, "Anna"))
        await store.close()
        return Principal(account.id, account.address, account.name, account.mailbox_id)

    return path, anyio.run(make)


@pytest.fixture
async def world(house: tuple[Path, Principal], tmp_path: Path) -> AsyncIterator[World]:
    path, anna = house
    shutil.copy(path, tmp_path / "store.db")
    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    yield World(store, store.session(anna))
    await store.close()


async def _arrive(world: World, by: Producer, method: str, *events: Event, **more: Any) -> None:
    calendar = by.calendar(method, *events)
    sender = more.get("sender", CARLA)
    author = by.author if sender == CARLA and by.author else f"Carla <{sender}>"
    draft = parse(by.mail(author, sender, method, calendar))
    (outcome,) = await world.store.system().execute(DeliverMail(draft, (ANNA,), sender))
    assert not isinstance(outcome, Exception), outcome


async def test_an_invitation(world: World, by: Producer) -> None:
    await _arrive(world, by, "REQUEST", Event())
    p = (await world.meeting()).properties
    assert (p["subject"], p["location"]) == ("Lunch", "Quay 5")
    assert (p["start"], p["end"]) == ("2026-07-01T08:00:00.000000Z", "2026-07-01T09:00:00.000000Z")
    assert p["start_time_zone"]["id"] == by.tzid
    assert p["organizer"] == {"name": "Carla", "address": CARLA}
    assert [a["mailbox"]["address"] for a in p["required_attendees"]] == [ANNA]
    assert (p["busy_status"], p["intended_free_busy_status"]) == ("tentative", "busy")
    assert (p["reminder_minutes"], p["is_response_requested"]) == (30, True)
    (request,) = await world.items("inbox")
    assert request.item_class == "IPM.Schedule.Meeting.Request"
    assert not request.properties["is_out_of_date"]


@pytest.mark.parametrize("answer", ["accept", "tentative", "decline"])
async def test_the_answer_reaches_whoever_invites(world: World, by: Producer, answer: Any) -> None:
    """Not the address that a service writes from."""
    await _arrive(world, by, "REQUEST", Event(sequence=2))
    item = await world.meeting()
    await world.session.execute(RespondToMeeting(item.id, answer, disposition="send_and_save"))
    (sent,) = await world.items("sentitems")
    assert [to["address"] for to in sent.properties["to"]] == [CARLA]
    (reply,) = await world.left()
    p = reply.events[0].properties
    assert (reply.method, p["uid"]) == ("REPLY", Event().uid)
    assert p["appointment_sequence_number"] == 2
    (attendee,) = p["required_attendees"]
    assert attendee == {"mailbox": {"name": "Anna", "address": ANNA}, "response": answer}


@pytest.mark.parametrize(
    ("sequence", "stamp", "moves"),
    [
        (2, "20260602T080000Z", True),
        (2, None, True),
        (1, "20260602T080000Z", True),  # not raised, but written later
        (1, None, True),
        (1, "20260531T080000Z", False),  # an older one that was late
        (0, "20260602T080000Z", False),
        (None, "20260602T080000Z", False),
    ],
)
async def test_an_update(
    world: World, by: Producer, sequence: int | None, stamp: str | None, moves: bool
) -> None:
    await _arrive(world, by, "REQUEST", Event(sequence=1))
    await world.session.execute(RespondToMeeting((await world.meeting()).id, "accept"))
    moved = Event(start="20260702T140000", sequence=sequence, stamp=stamp)
    await _arrive(world, by, "REQUEST", moved)
    p = (await world.meeting()).properties
    assert (p["start"] == "2026-07-02T12:00:00.000000Z") is moves
    assert p["my_response_type"] == ("no_response_received" if moves else "accept")


async def test_an_update_of_one_that_never_numbered(world: World, by: Producer) -> None:
    await _arrive(world, by, "REQUEST", Event(sequence=None, stamp=None))
    moved = Event(start="20260702T140000", sequence=None, stamp=None)
    await _arrive(world, by, "REQUEST", moved)
    assert (await world.meeting()).properties["start"] == "2026-07-02T12:00:00.000000Z"


async def test_a_cancellation(world: World, by: Producer) -> None:
    await _arrive(world, by, "REQUEST", Event())
    await _arrive(world, by, "CANCEL", Event(sequence=1))
    p = (await world.meeting()).properties
    assert p["is_cancelled"] and p["busy_status"] == "free"
    assert p["subject"] == "Canceled: Lunch"


async def test_a_stranger_neither_moves_nor_cancels(world: World, by: Producer) -> None:
    await _arrive(world, by, "REQUEST", Event())
    stranger = {"sender": "mallory@elsewhere.example"}
    moved = Event(start="20260702T140000", sequence=9)
    await _arrive(world, by, "REQUEST", moved, **stranger)
    await _arrive(world, by, "REQUEST", moved, **stranger)
    await _arrive(world, by, "CANCEL", Event(sequence=9), **stranger)
    p = (await world.meeting()).properties
    assert p["start"] == "2026-07-01T08:00:00.000000Z" and not p["is_cancelled"]


_DAILY = Event(rule="FREQ=DAILY;COUNT=5")


async def test_single_instances(world: World, by: Producer) -> None:
    """One is moved, one is cancelled, and an answer to one names it."""
    await _arrive(world, by, "REQUEST", _DAILY)
    await world.session.execute(RespondToMeeting((await world.meeting()).id, "accept"))
    moved = Event(of="20260702T100000", start="20260702T150000", sequence=1)
    await _arrive(world, by, "REQUEST", moved)
    gone = Event(of="20260703T100000", start="20260703T100000", sequence=1)
    await _arrive(world, by, "CANCEL", gone)
    series = await world.meeting()
    first, second = series.properties["exceptions"]
    assert first["properties"]["start"] == "2026-07-02T13:00:00.000000Z"
    assert second["original"] == "2026-07-03T08:00:00.000000Z"
    assert second["properties"]["is_cancelled"]
    assert not series.properties["is_cancelled"]
    assert series.properties["my_response_type"] == "accept"
    (_, request, _) = sorted(await world.items("inbox"), key=lambda each: each.id.id)
    decline = RespondToMeeting(request.id, "decline", disposition="send_and_save")
    await world.session.execute(decline)
    (reply,) = await world.left()
    assert reply.events[0].properties["recurrence_id"] == "2026-07-02T08:00:00.000000Z"


async def test_a_series_with_its_exceptions_in_one_message(world: World, by: Producer) -> None:
    await _arrive(
        world, by, "REQUEST", _DAILY, Event(of="20260702T100000", start="20260702T150000")
    )
    (exception,) = (await world.meeting()).properties["exceptions"]
    assert exception["original"] == "2026-07-02T08:00:00.000000Z"
    assert exception["properties"]["start"] == "2026-07-02T13:00:00.000000Z"
    assert not exception.get("removed")


async def test_a_series_ends_earlier(world: World, by: Producer) -> None:
    """An organiser changes "this and all that follow": the old series ends the day before, what
    follows is another meeting."""
    await _arrive(world, by, "REQUEST", _DAILY)
    ended = Event(rule="FREQ=DAILY;UNTIL=20260702T080000Z", sequence=1)
    await _arrive(world, by, "REQUEST", ended)
    rest = Event(uid="two@elsewhere.example", start="20260703T110000", rule="FREQ=DAILY;COUNT=3")
    await _arrive(world, by, "REQUEST", rest)
    found = {i.properties["uid"][:3]: i.properties for i in await world.items("calendar")}
    assert found["one"]["recurrence"]["until"] == "2026-07-02"
    assert found["two"]["start"] == "2026-07-03T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("status", "response"),
    [("ACCEPTED", "accept"), ("DECLINED", "decline"), ("TENTATIVE", "tentative")],
)
async def test_a_reply_is_tracked(world: World, by: Producer, status: str, response: str) -> None:
    uid = (await _own(world)).properties["uid"]
    reply = Event(uid=uid, status=status, organizer=ANNA, attendee=CARLA)
    await _arrive(world, by, "REPLY", reply)
    (attendee,) = (await world.meeting()).properties["required_attendees"]
    assert (attendee["mailbox"]["address"], attendee["response"]) == (CARLA, response)
    assert "optional_attendees" not in (await world.meeting()).properties


async def test_a_reply_to_one_of_a_series(world: World, by: Producer) -> None:
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 4}
    uid = (await _own(world, recurrence=daily)).properties["uid"]
    reply = Event(uid=uid, of="20260702T100000", start="20260702T100000", status="DECLINED",
                  organizer=ANNA, attendee=CARLA)  # fmt: skip
    await _arrive(world, by, "REPLY", reply)
    (exception,) = (await world.meeting()).properties["exceptions"]
    assert exception["original"] == "2026-07-02T08:00:00.000000Z"
    assert exception["properties"]["required_attendees"][0]["response"] == "decline"


async def test_a_counter(world: World, by: Producer) -> None:
    uid = (await _own(world)).properties["uid"]
    other = Event(uid=uid, start="20260701T160000", organizer=ANNA, attendee=CARLA)
    await _arrive(world, by, "COUNTER", other)
    p = (await world.meeting()).properties
    (attendee,) = p["required_attendees"]
    assert attendee["proposed_start"] == "2026-07-01T14:00:00.000000Z"
    assert attendee["proposed_end"] == "2026-07-01T15:00:00.000000Z"
    assert p["start"] == "2026-07-01T08:00:00.000000Z"


async def test_a_counter_to_one_of_a_series(world: World, by: Producer) -> None:
    daily = {"type": "daily", "interval": 1, "start": "2026-07-01", "count": 4}
    uid = (await _own(world, recurrence=daily)).properties["uid"]
    other = Event(uid=uid, of="20260702T100000", start="20260702T160000", organizer=ANNA,
                  attendee=CARLA)  # fmt: skip
    await _arrive(world, by, "COUNTER", other)
    series = (await world.meeting()).properties
    (exception,) = series["exceptions"]
    (attendee,) = exception["properties"]["required_attendees"]
    assert attendee["proposed_start"] == "2026-07-02T14:00:00.000000Z"
    assert "proposed_start" not in series["required_attendees"][0]


async def test_what_was_cancelled_takes_place_after_all(world: World, by: Producer) -> None:
    """One of a series, and a whole meeting."""
    await _arrive(world, by, "REQUEST", _DAILY)
    await world.session.execute(RespondToMeeting((await world.meeting()).id, "accept"))
    one = Event(of="20260703T100000", start="20260703T100000", sequence=1)
    await _arrive(world, by, "CANCEL", one)
    again = msgspec.structs.replace(one, sequence=2)
    await _arrive(world, by, "REQUEST", again)
    (exception,) = (await world.meeting()).properties["exceptions"]
    assert not exception["properties"].get("is_cancelled")
    assert exception["properties"].get("subject", "Lunch") == "Lunch"
    assert exception["properties"]["my_response_type"] == "no_response_received"
    assert exception["properties"].get("reminder_is_set", True)
    await _arrive(world, by, "CANCEL", msgspec.structs.replace(_DAILY, sequence=3))
    await _arrive(world, by, "REQUEST", msgspec.structs.replace(_DAILY, sequence=4))
    p = (await world.meeting()).properties
    assert (p["is_cancelled"], p["subject"], p["busy_status"]) == (False, "Lunch", "tentative")
    assert p["reminder_is_set"]


async def test_a_series_is_changed_after_one_of_it(world: World, by: Producer) -> None:
    """News of the whole series that no longer name the exception make it regular again."""
    await _arrive(world, by, "REQUEST", _DAILY)
    moved = Event(of="20260702T100000", start="20260702T150000", sequence=1)
    await _arrive(world, by, "REQUEST", moved)
    await _arrive(world, by, "REQUEST", msgspec.structs.replace(_DAILY, sequence=2))
    assert "exceptions" not in (await world.meeting()).properties
    await _arrive(world, by, "REQUEST", msgspec.structs.replace(_DAILY, sequence=3), moved)
    (exception,) = (await world.meeting()).properties["exceptions"]
    assert exception["properties"]["start"] == "2026-07-02T13:00:00.000000Z"
