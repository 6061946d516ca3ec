"""The life of a recurring meeting: its organiser on a desktop, one attendee on a phone, a room, and
somebody elsewhere by iCalendar in mail; later a guest and a deputy. After each step all hold the
same times."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from dateutil import rrule
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.items import SEND_ONLY_TO_ALL, SEND_TO_ALL_AND_SAVE_COPY, CalendarItem
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import Recurrence, WeeklyPattern

from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node, node
from entrepot.testing import Exchange, Person
from tests.clients.zeep_client import Soap
from tests.clients.zeep_others import delegate_of
from tests.eas.conftest import NewDevice

BERLIN, UTC = EWSTimeZone("Europe/Berlin"), EWSTimeZone("UTC")
CARLA = "carla@elsewhere.example"
_M, _C = "MeetingResponse", "Calendar"
# Six Mondays at ten, over the end of summer time.
_FIRST = EWSDateTime(2027, 10, 11, 10, tzinfo=BERLIN)
_WINDOW = (EWSDateTime(2027, 10, 1, tzinfo=BERLIN), EWSDateTime(2027, 12, 31, tzinfo=BERLIN))

Times = list[tuple[str, str]]


def _said(moment: dt.datetime) -> str:
    zone = UTC if isinstance(moment, EWSDateTime) else dt.UTC
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _week(number: int, hour: int = 10) -> EWSDateTime:
    day = _FIRST.date() + dt.timedelta(weeks=number)
    return EWSDateTime(day.year, day.month, day.day, hour, tzinfo=BERLIN)


class _Outsider:
    """Somebody whose calendar knows of the meeting what the organiser's mails say, read by another
    library than ours."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], Any] = {}
        self._seen: set[str] = set()

    def read(self, organizer: Any) -> None:
        """Take what was sent since."""
        for item in organizer.sent.all().order_by("datetime_created"):
            people = [*(item.to_recipients or ()), *(item.cc_recipients or ())]
            if item.id in self._seen or CARLA not in [p.email_address for p in people]:
                continue
            self._seen.add(item.id)
            message = icalendar_in(item.mime_content)
            for event in message.walk("VEVENT"):
                self._take(str(message["METHOD"]), event)

    def _take(self, method: str, event: Any) -> None:
        key = (
            str(event["UID"]),
            str(event["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in event else "",
        )
        if method == "CANCEL" and not key[1]:
            self.events.clear()
        elif method == "CANCEL":
            self.events.pop(key, None)
            self.events[(key[0], "")].add("EXDATE", event["RECURRENCE-ID"].dt)
        else:
            if not key[1]:
                self.events.clear()  # a new series says all that there is
            self.events[key] = event

    def times(self) -> Times:
        calendar = icalendar.Calendar()
        for event in self.events.values():
            calendar.add_component(event)
        found = recurring_ical_events.of(calendar).between(*_WINDOW)
        return sorted((_said(e["DTSTART"].dt), _said(e["DTEND"].dt)) for e in found)

    def reply(
        self,
        organizer: Person,
        status: str,
        number: int | None = None,
        hour: int = 10,
        **moved: Any,
    ) -> None:
        """Answer the series, or one Monday of it, which was to start at ``hour``; ``moved``:
        propose another time."""
        (event,) = [event for key, event in self.events.items() if not key[1]]
        if number is not None:  # one that was told of by itself counts its own changes
            at = _week(number, hour)
            own = (e for e in self.events.values() if "RECURRENCE-ID" in e)
            event = next((e for e in own if e["RECURRENCE-ID"].dt == at), event)
        method = "COUNTER" if moved else "REPLY"
        lines = [f"UID:{event['UID']}", "DTSTAMP:20271001T080000Z",
                 f"SEQUENCE:{event.get('SEQUENCE', 0)}", f"ORGANIZER:mailto:{organizer.address}",
                 f"ATTENDEE;PARTSTAT={status}:mailto:{CARLA}"]  # fmt: skip
        start, end = moved.get("start", _FIRST), moved.get("end", _week(0, 11))
        if number is not None:
            at = _week(number, hour)
            lines.append(f"RECURRENCE-ID:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
            start, end = moved.get("start", at), moved.get("end", _week(number, hour + 1))
        lines += [f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                  f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}"]  # fmt: skip
        text = "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"METHOD:{method}", "BEGIN:VEVENT",
             *lines, "END:VEVENT", "END:VCALENDAR", ""]
        )  # fmt: skip
        mime = (
            f"From: <{CARLA}>\r\nTo: <{organizer.address}>\r\nSubject: Answer\r\n"
            f"Message-ID: <{time.monotonic_ns()}@elsewhere.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n{text}"
        )
        organizer.receives(mime=mime.encode(), sender=CARLA)


def icalendar_in(mime: bytes) -> Any:
    """The calendar part of a message."""
    import email

    for part in email.message_from_bytes(mime).walk():
        if part.get_content_type() == "text/calendar":
            return icalendar.Calendar.from_ical(part.get_payload(decode=True))
    raise AssertionError("the message has no calendar")


def _moment(text: str) -> dt.datetime:
    text = text.replace("-", "").replace(":", "").replace(".000", "")
    return dt.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)


class _Phone:
    """The attendee's device, which expands series as devices do: by weeks of local time."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def items(self) -> dict[str, dict[str, Node]]:
        asked: Any = options(body_preference(1))
        return self.device.sync_all(self.device.folder_of_type(8), options=asked).items

    def times(self) -> Times:
        found: Times = []
        for data in self.items().values():
            if int(data[f"{_C}:MeetingStatus"].value) & 4:
                continue  # it is crossed out
            found += self._expanded(data)
        return sorted(found)

    def _expanded(self, data: dict[str, Node]) -> Times:
        start, end = (_moment(str(data[f"{_C}:{n}"].value)) for n in ("StartTime", "EndTime"))
        if f"{_C}:Recurrence" not in data:
            return [(_said(start), _said(end))]
        rule = data[f"{_C}:Recurrence"]
        assert rule.text(f"{_C}:Type") == "1"
        local = start.astimezone(BERLIN).replace(tzinfo=None)
        days = rrule.rrule(
            rrule.WEEKLY,
            dtstart=local,
            count=int(rule.text(f"{_C}:Occurrences")),
            interval=int(rule.text(f"{_C}:Interval") or 1),
        )
        times = {}
        for day in days:
            at = day.replace(tzinfo=BERLIN)
            times[_said(at)] = (_said(at), _said(at + (end - start)))
        changed = data.get(f"{_C}:Exceptions")
        for each in changed.all(f"{_C}:Exception") if changed is not None else ():
            original = _said(_moment(each.text("AirSyncBase:InstanceId")))
            was = times.pop(original)
            is_crossed_out = int(each.text(f"{_C}:MeetingStatus") or 0) & 4
            if each.text(f"{_C}:Deleted") != "1" and not is_crossed_out:
                begins, ends = (each.text(f"{_C}:{n}") for n in ("StartTime", "EndTime"))
                times[original] = (
                    _said(_moment(begins)) if begins else was[0],
                    _said(_moment(ends)) if ends else was[1],
                )
        return list(times.values())

    def answer(self, answer: int, subject_of: str = "") -> str:
        """Answer the newest invitation in the Inbox; the Status."""
        inbox = self.device.sync_all(self.device.folder_of_type(2)).items
        requests = [
            id for id, data in inbox.items()
            if data["Email:MessageClass"].value == "IPM.Schedule.Meeting.Request"
            and subject_of in str(data["Email:Subject"].value)
        ]  # fmt: skip
        told = self.device.ask(
            _M,
            node(
                f"{_M}:MeetingResponse",
                node(
                    f"{_M}:Request",
                    node(f"{_M}:UserResponse", answer),
                    node(f"{_M}:CollectionId", self.device.folder_of_type(2)),
                    node(f"{_M}:RequestId", requests[-1]),
                    node(f"{_M}:SendResponse"),
                ),
            ),
        )
        result = told.find(f"{_M}:Result")
        assert result is not None
        return result.text(f"{_M}:Status")

    def series(self) -> str:
        """The ServerId of the one series."""
        (item,) = [id for id, data in self.items().items() if f"{_C}:Recurrence" in data]
        return item

    def propose(self, original: EWSDateTime, start: EWSDateTime, end: EWSDateTime) -> str:
        """Say that another time would be better for one Monday; the Status."""
        told = self.device.ask(
            _M,
            node(
                f"{_M}:MeetingResponse",
                node(
                    f"{_M}:Request",
                    node(f"{_M}:UserResponse", 2),
                    node(f"{_M}:CollectionId", self.device.folder_of_type(8)),
                    node(f"{_M}:RequestId", self.series()),
                    node(f"{_M}:InstanceId", f"{original.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"),
                    node(
                        f"{_M}:SendResponse",
                        node(f"{_M}:ProposedStartTime", f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"),
                        node(f"{_M}:ProposedEndTime", f"{end.astimezone(UTC):%Y%m%dT%H%M%SZ}"),
                    ),
                ),
            ),
        )
        result = told.find(f"{_M}:Result")
        assert result is not None
        return result.text(f"{_M}:Status")

    def remind(self, minutes: int) -> None:
        """Set a reminder of one's own."""
        change = documents.change(self.series(), node(f"{_C}:Reminder", minutes))
        self.device.change(self.device.folder_of_type(8), change)

    def forward(self, address: str) -> int:
        """Pass the meeting on to somebody; the HTTP status."""
        calendar = self.device.folder_of_type(8)
        forwardee = node("ComposeMail:Forwardee", node("ComposeMail:ForwardeeEmail", address))
        reply = self.device.post(
            "SmartForward",
            node(
                "ComposeMail:SmartForward",
                node("ComposeMail:ClientId", f"forward {address}"),
                node(
                    "ComposeMail:Source",
                    node("ComposeMail:FolderId", calendar),
                    node("ComposeMail:ItemId", self.series()),
                ),
                node("ComposeMail:Forwardees", forwardee),
            ),
        )
        assert reply.body == b""
        return reply.status


class _World:
    """The four, and the meeting."""

    def __init__(self, anna: Person, phone: _Phone, room: Person, ben: Person) -> None:
        self.anna, self.ben, self.room_of, self.phone = anna, ben, room, phone
        self.desktop, self.room = anna.account(), room.account()
        self.carla = _Outsider()
        self.guest: Any = None
        self.series_id = ""
        self.answers_of_room = 0

    def invite(self) -> None:
        people = [self.ben.address, CARLA]
        item = CalendarItem(
            account=self.desktop,
            folder=self.desktop.calendar,
            subject="Plan",
            start=_FIRST,
            end=_week(0, 11),
            required_attendees=[_attendee(address) for address in people],
            resources=[_attendee(self.room_of.address)],
            recurrence=Recurrence(
                pattern=WeeklyPattern(interval=1, weekdays=["Monday"]),
                start=_FIRST.date(),
                number=6,
            ),
        )
        self.series_id = item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY).id

    def series(self) -> Any:
        return self.desktop.calendar.get(id=self.series_id)

    def monday(self, number: int) -> Any:
        """The occurrence of a Monday, wherever in that week it is now."""
        start = _week(number, 0)
        (found,) = self.desktop.calendar.view(start=start, end=start + dt.timedelta(days=6))
        return self.desktop.calendar.get(id=found.id)

    def change(self, item: Any, **values: Any) -> None:
        for name, value in values.items():
            setattr(item, name, value)
        item.save(update_fields=list(values), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)

    def response_of(self, address: str, item: Any | None = None) -> str:
        item = self.series() if item is None else item
        lists = (item.required_attendees, item.optional_attendees, item.resources)
        people = [person for each in lists for person in each or ()]
        return next(p.response_type for p in people if p.mailbox.email_address == address)

    def room_says(self, answer: str) -> None:
        """The room's answer comes through the queue."""
        _until(lambda: self.response_of(self.room_of.address) == answer)

    def hold(self, expected: Times) -> None:
        """All four hold these times and no others."""
        self.carla.read(self.desktop)
        held = {
            "organiser": self.times_of(self.desktop),
            "phone": self.phone.times(),
            "room": self.times_of(self.room),
            "outsider": self.carla.times(),
        }
        if self.guest is not None:
            held["guest"] = self.times_of(self.guest)
        assert held == dict.fromkeys(held, sorted(expected))

    def times_of(self, account: Any) -> Times:
        """What somebody's desktop holds."""
        found = account.calendar.view(start=_WINDOW[0], end=_WINDOW[1])
        return sorted((_said(i.start), _said(i.end)) for i in found if not i.is_cancelled)


def _attendee(address: str) -> Attendee:
    return Attendee(mailbox=Mailbox(email_address=address), response_type="Unknown")


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it has not come")


def _time(number: int, hour: int = 10) -> tuple[str, str]:
    return (_said(_week(number, hour)), _said(_week(number, hour + 1)))


@pytest.fixture
def world(server: Exchange, anna: Person, ben: Person, new_device: NewDevice) -> Iterator[_World]:
    """Nobody knows of the meeting yet."""
    room = server.person(f"room-{anna.address.partition('@')[0]}", role="room")
    yield _World(anna, _Phone(new_device(ben)), room, ben)


def test_a_recurring_meeting_from_invitation_to_cancellation(
    world: _World, server: Exchange
) -> None:
    times = [_time(number) for number in range(6)]

    # Invite, and three answers.
    world.invite()
    world.room_says("Accept")
    world.hold(times)
    assert world.phone.answer(1) == "1"
    assert world.response_of(world.ben.address) == "Accept"
    world.hold(times)
    world.carla.reply(world.anna, "TENTATIVE")
    assert world.response_of(CARLA) == "Tentative"
    world.hold(times)

    # The second Monday moves; the phone says yes to it alone.
    world.change(world.monday(1), start=_week(1, 14), end=_week(1, 15))
    times[1] = _time(1, 14)
    world.hold(times)
    assert world.phone.answer(1) == "1"
    world.hold(times)
    assert world.response_of(world.ben.address, world.monday(1)) == "Accept"

    # The third is cancelled.
    world.monday(2).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    del times[2]
    world.hold(times)

    # The outsider proposes another time for the fourth, and the organiser takes it.
    world.carla.reply(world.anna, "TENTATIVE", 3, start=_week(3, 16), end=_week(3, 17))
    world.hold(times)
    proposed = [a.proposed_start for a in world.monday(3).required_attendees if a.proposed_start]
    assert proposed == [_week(3, 16)]
    world.change(world.monday(3), start=_week(3, 16), end=_week(3, 17))
    times[2] = _time(3, 16)
    world.hold(times)

    # A new place changes no time, and no answer is asked for anew.
    world.change(world.series(), location="Quay 2")
    world.hold(times)
    shown = [d["AirSyncBase:Location"] for d in world.phone.items().values()]
    assert [place.text("AirSyncBase:DisplayName") for place in shown] == ["Quay 2"]
    assert world.response_of(world.ben.address) == "Accept"

    # The phone passes the series on; whoever comes along is one of them from now on.
    dora = server.person(f"dora-{world.anna.address.partition('@')[0]}")
    assert world.phone.forward(dora.address) == 200
    world.guest = dora.account()
    world.hold(times)
    assert world.response_of(dora.address) == "Unknown"
    (invitation,) = world.guest.inbox.all()
    invitation.accept()
    assert world.response_of(dora.address) == "Accept"
    world.hold(times)

    # Somebody else wants the room at that time, and does not get it.
    other = world.ben.account()
    rival = CalendarItem(
        account=other, folder=other.trash, subject="Rival", start=_week(4), end=_week(4, 11),
        resources=[_attendee(world.room_of.address)],
    )  # fmt: skip
    rival.save(send_meeting_invitations=SEND_ONLY_TO_ALL)
    _until(lambda: any("Declined" in (i.subject or "") for i in other.inbox.all()))
    world.hold(times)

    # The organiser makes the fifth Monday longer; everybody follows.
    world.change(world.monday(4), end=_week(4, 12))
    times[3] = (times[3][0], _said(_week(4, 12)))
    world.hold(times)

    # The outsider comes after all.
    world.carla.reply(world.anna, "ACCEPTED")
    assert world.response_of(CARLA) == "Accept"
    world.hold(times)

    # The whole series moves to another hour: it begins anew, without its exceptions, and everybody
    # is asked again.
    world.change(world.series(), start=_week(0, 8), end=_week(0, 9))
    times = [_time(number, 8) for number in range(6)]
    world.room_says("Accept")
    world.hold(times)
    assert {world.response_of(address) for address in (world.ben.address, CARLA)} == {"Unknown"}
    assert world.phone.answer(2) == "1"
    assert world.response_of(world.ben.address) == "Tentative"
    world.hold(times)

    # The phone's owner lets a deputy answer: for all Mondays, then for one of them.
    deputy = server.person(f"emil-{world.anna.address.partition('@')[0]}")
    levels = {"CalendarFolderPermissionLevel": "Editor"}
    copies = {"ReceiveCopiesOfMeetingMessages": True, "DelegatePermissions": levels}
    delegate_of(Soap(world.ben), deputy, "DelegatesOnly", **copies)
    world.change(world.series(), start=_week(0, 9), end=_week(0, 10))
    times = [_time(number, 9) for number in range(6)]
    world.room_says("Accept")
    world.hold(times)
    assert world.response_of(world.ben.address) == "Unknown"
    (request,) = deputy.account().inbox.all()
    request.accept()
    assert world.response_of(world.ben.address) == "Accept"
    world.hold(times)
    world.change(world.monday(2), start=_week(2, 13), end=_week(2, 14))
    times[2] = _time(2, 13)
    (request,) = deputy.account().inbox.all()
    request.tentatively_accept()
    assert world.response_of(world.ben.address, world.monday(2)) == "Tentative"
    assert world.response_of(world.ben.address) == "Accept"
    world.hold(times)
    owner = {"EmailAddress": world.ben.address}
    users = {"UserId": [{"PrimarySmtpAddress": deputy.address}]}
    Soap(world.ben).ask("RemoveDelegate", Mailbox=owner, UserIds=users)

    # One Monday has a subject of its own, and the outsider does not come then.
    world.change(world.monday(1), subject="Plan, with cake")
    world.hold(times)
    (held,) = [d for d in world.phone.items().values() if f"{_C}:Recurrence" in d]
    subjects = [e.text(f"{_C}:Subject") for e in held[f"{_C}:Exceptions"].all(f"{_C}:Exception")]
    assert "Plan, with cake" in subjects
    world.carla.reply(world.anna, "DECLINED", 1, hour=9)
    assert world.response_of(CARLA, world.monday(1)) == "Decline"
    assert world.response_of(CARLA) == "Unknown"
    world.hold(times)

    # Somebody is asked along, says yes, and need not come after all.
    frida = server.person(f"frida-{world.anna.address.partition('@')[0]}")
    extra = frida.account()
    guests = list(world.series().optional_attendees)
    world.change(world.series(), optional_attendees=[*guests, _attendee(frida.address)])
    world.hold(times)
    (request,) = extra.inbox.all()
    request.accept()
    assert world.response_of(frida.address) == "Accept"
    assert world.times_of(extra) == sorted(times)
    world.change(world.series(), optional_attendees=guests)
    world.hold(times)
    assert world.times_of(extra) == []

    # The phone proposes another time for one Monday, from its calendar; the organiser takes it.
    at, better = _week(3, 9), _week(3, 11)
    assert world.phone.propose(at, better, _week(3, 12)) == "1"
    world.hold(times)
    proposed = [a.proposed_start for a in world.monday(3).required_attendees if a.proposed_start]
    assert better in proposed
    world.change(world.monday(3), start=better, end=_week(3, 12))
    times[3] = _time(3, 11)
    world.hold(times)

    # A reminder of the phone's owner is nobody else's business.
    before = world.desktop.inbox.all().count()
    world.phone.remind(5)
    world.hold(times)
    assert world.desktop.inbox.all().count() == before

    # The room is let go, and wanted again.
    world.change(world.series(), resources=None)
    assert world.times_of(world.room) == []
    world.change(world.series(), resources=[_attendee(world.room_of.address)])
    world.room_says("Accept")
    world.hold(times)

    # The phone declines the last Monday alone when that is changed: it is gone from there only.
    world.change(world.monday(5), start=_week(5, 20), end=_week(5, 21))
    times[5] = _time(5, 20)
    world.hold(times)
    assert world.phone.answer(3) == "1"
    assert world.response_of(world.ben.address, world.monday(5)) == "Decline"
    assert world.response_of(world.ben.address) == "Accept"
    assert world.phone.times() == times[:5]

    # The end.
    world.series().delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.hold([])
