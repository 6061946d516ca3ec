"""Invitations by mail alone, of the lines that a scenario wants (RFC 5545, RFC 6047)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.events import compact, tomorrow
from conformance.eas.mailing import arrived, unique
from conformance.eas.meetings import calendar_mail
from conformance.eas.things import words_of
from conformance.eas.wbxml import Node

MEETING_REQUEST = "Email:MeetingRequest"


class Invitation:
    """One that ``other`` writes to ``device``'s user; may be written again, changed."""

    def __init__(
        self, device: Device, other: Device, *, uid: str = "", organizer: str = ""
    ) -> None:
        self.device, self.other = device, other
        self.uid = uid or str(uuid.uuid4())
        self.start = tomorrow()
        self._organizer = organizer or other.identity.user
        self._count = 0

    def mime(
        self, *lines: str, start: datetime | None = None, days: bool = False, rsvp: bool = True
    ) -> tuple[str, bytes]:
        """The subject, and the message; ``days``: the meeting is of a whole day."""
        subject, begin = unique("Meeting"), start or self.start
        first, last = f"{begin:%Y%m%d}", f"{begin + timedelta(days=1):%Y%m%d}"
        span = [f"DTSTART:{compact(begin)}", f"DTEND:{compact(begin + timedelta(hours=1))}"]
        if days:
            span = [f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{last}"]
        event_ = [
            f"UID:{self.uid}", f"DTSTAMP:{compact(datetime.now().astimezone())}", *span,
            f"SUMMARY:{subject}", f"ORGANIZER:mailto:{self._organizer}",
            f"ATTENDEE;RSVP={str(rsvp).upper()}:mailto:{self.device.identity.user}",
            f"SEQUENCE:{self._count}", *lines,
        ]  # fmt: skip
        self._count += 1
        return subject, calendar_mail(self.other, self.device, subject, "REQUEST", *event_)

    def write(self, *lines: str, **how: Any) -> str:
        """Send it; the subject."""
        subject, mime = self.mime(*lines, **how)
        self.other.send(mime, saves=False)
        return subject

    def come(self, *lines: str, **how: Any) -> Node:
        """The MeetingRequest of the message, once it has come. Raises Failure."""
        return request_of(self.device, self.write(*lines, **how))


def request_of(device: Device, subject: str) -> Node:
    """The MeetingRequest of a message in the inbox. Raises Failure."""
    _, _, data = arrived(device, subject)
    kind = words_of(data, "Email:MessageClass")
    check(kind == "IPM.Schedule.Meeting.Request", f"the class is {kind}")
    check(MEETING_REQUEST in data, "there is no MeetingRequest")
    return data[MEETING_REQUEST]
