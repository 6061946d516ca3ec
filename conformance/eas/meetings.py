"""Meetings between two users' devices, in the ways of their version: from 16.0 on the server writes
the mails, before the devices do (MS-ASCAL 3.1.4, MS-ASCMD 2.2.1.11)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from conformance.checks import Failure, check
from conformance.eas.device import Device
from conformance.eas.documents import body_preference
from conformance.eas.events import SUBJECT, P, attendees, compact, event, is_new, times, tomorrow
from conformance.eas.mailing import ARRIVES_S_MAX, arrived, unique
from conformance.eas.things import CALENDAR, INBOX, words_of
from conformance.eas.wbxml import Node, node

_M = "MeetingResponse"
ACCEPT, TENTATIVE, DECLINE = 1, 2, 3
_PARTSTAT = {ACCEPT: "ACCEPTED", TENTATIVE: "TENTATIVE", DECLINE: "DECLINED"}


def calendar_mail(author: Device, to: Device, subject: str, method: str, *event: str) -> bytes:
    """A message with an event in iCalendar, of its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//conformance//EN", f"METHOD:{method}",
             "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    made = EmailMessage(SMTP)
    made["From"], made["To"] = author.identity.user, to.identity.user
    made["Subject"] = subject
    made.set_content("Words")
    text = "\r\n".join(lines)
    made.add_alternative(text, subtype="calendar", params={"method": method})
    return made.as_bytes()


def answer_status(attendee: Device, folder: str, request: str, answer: int, *words: Node) -> str:
    """The status of a device's answer to an invitation, by its id; from 16.0 on the organiser is
    told, with ``words``."""
    asked = node(
        f"{_M}:Request",
        node(f"{_M}:UserResponse", answer),
        node(f"{_M}:CollectionId", folder),
        node(f"{_M}:RequestId", request),
        node(f"{_M}:SendResponse", *words) if is_new(attendee) else None,
    )
    result = attendee.ask(_M, node(f"{_M}:{_M}", asked)).find(f"{_M}:Result")
    return result.text(f"{_M}:Status") if result is not None else ""


class Meeting:
    """One that ``organizer``'s device makes with ``attendee``'s user. ``type``: AttendeeType."""

    def __init__(
        self, organizer: Device, attendee: Device, *data: Node, type: int = 1, rule: str = ""
    ) -> None:
        self.organizer, self.attendee = organizer, attendee
        self.subject, self.start = unique("Meeting"), tomorrow()
        self._uid, self._rule = str(uuid.uuid4()), rule
        own = [] if is_new(organizer) else [
            node(f"{P}:UID", self._uid),
            node(f"{P}:MeetingStatus", 1),
            node(f"{P}:DtStamp", compact(self.start - timedelta(days=1))),
        ]  # fmt: skip
        self.id = event(
            organizer,
            node(SUBJECT, self.subject),
            *times(self.start),
            attendees((attendee.identity.user, type)),
            *own,
            *data,
        )
        self.tell("REQUEST")
        _, self.request, _ = arrived(attendee, self.subject)

    def tell(self, method: str, *more: str) -> None:
        """What an organiser's device writes before 16.0."""
        if is_new(self.organizer):
            return
        subject = f"Canceled: {self.subject}" if method == "CANCEL" else self.subject
        lines = [*([f"RRULE:{self._rule}"] if self._rule else []), *more]
        mail = self._mail(self.organizer, self.attendee, subject, method, "NEEDS-ACTION", *lines)
        self.organizer.send(mail, saves=False)

    def _mail(
        self, author: Device, to: Device, subject: str, method: str, state: str, *more: str
    ) -> bytes:
        end = self.start + timedelta(hours=1)
        lines = [
            f"UID:{self._uid}", f"DTSTAMP:{compact(datetime.now().astimezone())}",
            f"DTSTART:{compact(self.start)}", f"DTEND:{compact(end)}", f"SUMMARY:{self.subject}",
            f"ORGANIZER:mailto:{self.organizer.identity.user}",
            f"ATTENDEE;PARTSTAT={state};RSVP=TRUE:mailto:{self.attendee.identity.user}",
            f"SEQUENCE:{1 if method == 'CANCEL' else 0}", *more,
        ]  # fmt: skip
        return calendar_mail(author, to, subject, method, *lines)

    def answer(self, answer: int, *words: Node) -> None:
        """The attendee's device answers, and the organiser is told. ``words``: a Body that
        goes with it, from 16.0 on. Raises Failure."""
        inbox = self.attendee.folder_of_type(INBOX)
        told = answer_status(self.attendee, inbox, self.request, answer, *words)
        check(told == "1", f"the answer has status {told!r}")
        if not is_new(self.attendee):
            subject = f"Answer: {self.subject}"
            mail = self._mail(self.attendee, self.organizer, subject, "REPLY", _PARTSTAT[answer])
            self.attendee.send(mail, saves=False)

    def answered(self, device: Device) -> tuple[str, Mapping[str, Node]]:
        """Id and data of the answer in the organiser's inbox. Raises Failure."""
        found: list[tuple[str, Mapping[str, Node]]] = []

        def has_come() -> bool:
            options = node("AirSync:Options", body_preference(1))
            held = device.sync_all(device.folder_of_type(INBOX), options=options)
            found.extend((id, data) for id, data in held.items.items() if self._is_answer(data))
            return bool(found)

        until(f"no answer to {self.subject!r} comes", has_come)
        return found[0]

    def _is_answer(self, data: Mapping[str, Node]) -> bool:
        subject, kind = (words_of(data, f"Email:{name}") for name in ("Subject", "MessageClass"))
        return subject.endswith(self.subject) and kind.startswith("IPM.Schedule.Meeting.Resp")

    def entry(self, device: Device) -> Mapping[str, Node]:
        """The meeting in a device's calendar. Raises Failure where it has none."""
        found = self.find(device)
        check(found is not None, f"there is no {self.subject!r} in the calendar")
        return found or {}

    def find(self, device: Device) -> Mapping[str, Node] | None:
        """The meeting in a device's calendar, None where it has none."""
        options = node("AirSync:Options", body_preference(1))
        held = device.sync_all(device.folder_of_type(CALENDAR), options=options)
        for data in held.items.values():
            if words_of(data, SUBJECT).removeprefix("Canceled: ") == self.subject:
                return data
        return None


def attendee_of(data: Mapping[str, Node]) -> Node:
    """The only attendee. Raises Failure."""
    listed = data.get(f"{P}:Attendees")
    people = list(listed.all(f"{P}:Attendee")) if listed is not None else []
    check(len(people) == 1, f"there are {len(people)} attendees")
    return people[0] if people else node(f"{P}:Attendee")


def until(what: str, is_so: Callable[[], bool]) -> None:
    """Wait for mail between users to do its work. Raises Failure."""
    end = time.monotonic() + ARRIVES_S_MAX
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.2)
    raise Failure(what)
