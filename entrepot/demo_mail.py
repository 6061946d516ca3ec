"""The demo organisation's 200 messages: threads, pages, attachments, pictures, many languages.

Deterministic: the same people and the same day give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random
from typing import Any

MESSAGES = 200


@dataclass(frozen=True)
class Person:
    """Somebody of the demo, inside or outside."""

    name: str
    address: str

    @property
    def header(self) -> Address:
        """As a message's header names the person."""
        return Address(self.name, addr_spec=self.address)


@dataclass(frozen=True)
class Placed:
    """A message in a mailbox. ``folder``: a role, or a path below the inbox (``Projects/Harbour``).

    ``marks``: properties that a reader gave it (read, flag, categories, draft).
    """

    owner: str
    folder: str
    mime: bytes
    marks: dict[str, Any] = field(default_factory=dict)


OUTSIDERS = (
    Person("Clara Weiß", "clara.weiss@partner.example"),
    Person("Dmitri Орлов", "dmitri@shipyard.example"),
    Person("Eiko 田中", "eiko@lens.example"),
    Person("Farid Haddad", "farid@customs.example"),
    Person("Grace O'Neill", "grace@insurance.example"),
    Person("Hồ Minh", "minh@freight.example"),
)

_TOPICS = (
    ("Quay wall, section 4", "Projects/Harbour", "The divers want to begin on Monday."),
    ("Lamp for the north tower", "Projects/Lighthouse", "The lens arrived without a scratch."),
    ("Budget for the second half", "inbox", "We are three percent below the plan."),
    ("Night shift in week 12", "inbox", "Two people are ill, who can step in?"),
    ("Цены на сталь", "Projects/Harbour", "Предложение действует до пятницы."),
    ("レンズの納期について", "Projects/Lighthouse", "来週の火曜日に発送します。"),
    ("Versicherung für den Kran", "inbox", "Die Prämie steigt um vier Prozent."),
    ("Dredger: who pays for the fuel?", "Projects/Harbour", "The contract says nothing on it."),
    ("Visit of the school class", "inbox", "Twenty-four children and three teachers."),
    ("Keys of the boathouse", "inbox", "One of the four is missing since Friday."),
    ("Fog horn: complaints", "Projects/Lighthouse", "Seven letters this month, all polite."),
    ("Photo for the web page", "inbox", "The one with the gull is my favourite."),
)
_REPLIES = (
    "That suits me. I shall tell the others.",
    "Not quite: the numbers in the second table are last year's.",
    "Agreed. Could you put it into the calendar?",
    "I am on the ferry until four, let us speak after that.",
    "Thank you! One question: does that include the VAT?",
    "Here is the corrected version, please have a look.",
)
_NOTICES = (
    ("Tide table for the week", "The table is attached as CSV."),
    ("Weekly report", "See the attached report."),
    ("Invoice 2{n:03}", "Please find the invoice attached. It is due in 30 days."),
    ("Delivery note {n}", "Two pallets arrived at the east gate."),
    ("Your parcel is on its way", "It is expected tomorrow between 9 and 12."),
    ("Newsletter: ropes & knots no. {n}", "This month: the bowline and its cousins."),
    ("Reminder: fire drill", "Please leave the building by the nearest stairs."),
    ("Minutes of the meeting", "Present: all. Absent: none."),
)
_CATEGORIES = ("Harbour", "Lighthouse", "Money", "People")


class _Writer:
    """Builds messages that look as if programs of this world had sent them."""

    def __init__(self, people: tuple[Person, Person], today: datetime) -> None:
        self.people = people
        self.today = today
        self.random = Random(1851)
        self.count = 0

    def message(
        self,
        sender: Person,
        to: list[Person],
        subject: str,
        text: str,
        *,
        ago: timedelta,
        cc: list[Person] | None = None,
        parent: EmailMessage | None = None,
        html: bool = False,
    ) -> EmailMessage:
        """A message with plain text, and HTML beside it where asked for."""
        self.count += 1
        message = EmailMessage(policy=SMTP)
        message["From"] = sender.header
        message["To"] = [person.header for person in to]
        if cc:
            message["Cc"] = [person.header for person in cc]
        message["Subject"] = subject
        message["Date"] = format_datetime(self.today - ago)
        message["Message-ID"] = f"<demo-{self.count:04}@{sender.address.partition('@')[2]}>"
        if parent is not None:
            message["In-Reply-To"] = parent["Message-ID"]
            root = parent.get("References", "")
            message["References"] = f"{root} {parent['Message-ID']}".strip()
            quoted = "\n".join(f"> {line}" for line in _text_of(parent).splitlines())
            text = f"{text}\n\n{quoted}"
        message.set_content(f"{text}\n\n{sender.name}\n")
        if html:
            message.add_alternative(_page(subject, text, sender), subtype="html")
        return message

    def bytes(self, message: EmailMessage) -> bytes:
        """The message as it travels, boundaries fixed so that a second run gives the same."""
        parts = [part for part in message.walk() if part.is_multipart()]
        for number, part in enumerate(parts):
            if part.get_content_type() != "message/rfc822":
                part.set_boundary(f"=_demo_{self.count}_{number}_=")
        return message.as_bytes()


def messages(people: tuple[Person, Person], today: datetime) -> list[Placed]:
    """The demo's messages, oldest threads first."""
    writer = _Writer(people, today)
    placed = [
        *_threads(writer),
        *_pictures(writer),
        *_invitation(writer),
        *_forwarded(writer),
        *_drafts(writer),
    ]
    placed += _notices(writer, MESSAGES - len(placed))
    return placed[:MESSAGES]


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()).strip() if body is not None else ""


def _page(subject: str, text: str, sender: Person) -> str:
    paragraphs = "".join(f"<p>{_escaped(line)}</p>" for line in text.splitlines() if line)
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><style>body{font-family:sans-serif}"
        f"h1{{font-size:1.2em;color:#135}}</style></head><body><h1>{_escaped(subject)}</h1>"
        f"{paragraphs}<p style='color:#666'>{_escaped(sender.name)}</p></body></html>\n"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _threads(writer: _Writer) -> Iterator[Placed]:
    anna, ben = writer.people
    for number, (topic, folder, opening) in enumerate(_TOPICS):
        outsider = OUTSIDERS[number % len(OUTSIDERS)]
        everybody = [anna, ben, outsider]
        parent: EmailMessage | None = None
        for turn in range(3 + number % 4):
            sender = everybody[(number + turn) % 3]
            to = [person for person in everybody if person is not sender]
            message = writer.message(
                sender,
                to[:1],
                topic if parent is None else f"Re: {topic}",
                opening if parent is None else writer.random.choice(_REPLIES),
                cc=to[1:],
                parent=parent,
                html=number % 2 == 0,
                ago=timedelta(days=2 * (12 - number), hours=-3 * turn, minutes=-7 * number),
            )
            parent = message
            mime = writer.bytes(message)
            for owner in (anna, ben):
                if owner is sender:
                    yield Placed(owner.address, "sentitems", mime, {"is_read": True})
                else:
                    yield Placed(owner.address, folder, mime, _marks(writer, number, turn))


def _marks(writer: _Writer, number: int, turn: int) -> dict[str, Any]:
    marks: dict[str, Any] = {"is_read": number < 9 or turn == 0}
    if (number + turn) % 7 == 0:
        marks["flag_status"] = "flagged"
    elif (number + turn) % 11 == 0:
        marks["flag_status"] = "complete"
    if turn == 1:
        marks["categories"] = [_CATEGORIES[number % len(_CATEGORIES)]]
    if number % 5 == 0 and turn == 0:
        marks["importance"] = "high"
    return marks


def _pictures(writer: _Writer) -> Iterator[Placed]:
    """Pages with pictures inside."""
    for number, owner in enumerate((*writer.people, *writer.people)):
        sender = OUTSIDERS[2 + number]
        name = f"picture{number}@demo"
        message = writer.message(
            sender,
            [owner],
            f"How it looks now ({number + 1})",
            "The picture is in the page.",
            ago=timedelta(days=number + 1, hours=2),
        )
        message.add_alternative(
            f"<html><body><p>How it looks now:</p><img src='cid:{name}' alt='a square'>"
            "</body></html>",
            subtype="html",
        )
        page = message.get_body(("html",))
        assert page is not None
        page.add_related(  # type: ignore[attr-defined]
            picture(24, (40 + 50 * number, 90, 160)),
            maintype="image",
            subtype="png",
            cid=f"<{name}>",
            filename=f"square{number}.png",
            disposition="inline",
        )
        yield Placed(owner.address, "inbox", writer.bytes(message), {"is_read": number > 1})


def picture(side: int, colour: tuple[int, int, int]) -> bytes:
    """A square of one colour as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + bytes(colour) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _invitation(writer: _Writer) -> Iterator[Placed]:
    """A meeting request as another organisation's server sends it (RFC 5546, RFC 6047)."""
    anna, ben = writer.people
    organiser = OUTSIDERS[0]
    start = (writer.today + timedelta(days=6)).replace(hour=9, minute=0)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partner//Calendar//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:demo-inspection@partner.example",
        f"DTSTAMP:{writer.today - timedelta(days=1):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1, minutes=30):%Y%m%dT%H%M%SZ}",
        "SUMMARY:Inspection of the quay wall",
        "LOCATION:East gate",
        f"ORGANIZER;CN={organiser.name}:mailto:{organiser.address}",
        *(
            f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION;CN={person.name}:mailto:{person.address}"
            for person in (anna, ben)
        ),
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    message = writer.message(
        organiser,
        [anna, ben],
        "Inspection of the quay wall",
        "Please come, and bring boots.",
        ago=timedelta(days=1),
    )
    message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": "REQUEST"})
    mime = writer.bytes(message)
    for owner in (anna, ben):
        yield Placed(owner.address, "inbox", mime)


def _forwarded(writer: _Writer) -> Iterator[Placed]:
    """A message inside a message."""
    anna, ben = writer.people
    inner = writer.message(
        OUTSIDERS[3], [anna], "Customs form 7", "The form is missing a stamp.", ago=timedelta(9)
    )
    outer = writer.message(
        anna, [ben], "Fwd: Customs form 7", "What do you make of this?", ago=timedelta(8)
    )
    outer.add_attachment(inner)
    mime = writer.bytes(outer)
    yield Placed(ben.address, "inbox", mime, {"is_read": False})
    yield Placed(anna.address, "sentitems", mime, {"is_read": True})


def _drafts(writer: _Writer) -> Iterator[Placed]:
    anna, ben = writer.people
    for owner, other, subject in (
        (anna, ben, "Holiday in July"),
        (anna, OUTSIDERS[1], "Order of 40 bolts"),
        (ben, anna, "About yesterday"),
        (ben, OUTSIDERS[4], "Claim: broken window"),
    ):
        message = writer.message(owner, [other], subject, "(to be finished)", ago=timedelta(0, 900))
        marks = {"is_draft": True, "is_read": True}
        yield Placed(owner.address, "drafts", writer.bytes(message), marks)


def _notices(writer: _Writer, count: int) -> Iterator[Placed]:
    """Single messages from programs and firms, many with something attached."""
    for number in range(count):
        owner = writer.people[number % 2]
        subject, text = _NOTICES[number % len(_NOTICES)]
        sender = OUTSIDERS[(number * 5) % len(OUTSIDERS)]
        message = writer.message(
            sender,
            [owner],
            subject.format(n=number),
            text,
            ago=timedelta(days=40 - number // 4, hours=number % 11, minutes=number % 60),
            html=number % 3 == 0,
        )
        _attach(message, number)
        folder = ("inbox", "inbox", "Receipts", "Travel", "deleteditems", "junkemail")[number % 6]
        marks = {"is_read": number % 4 != 0}
        if number % 9 == 0:
            marks["categories"] = ["Money"]  # type: ignore[assignment]
        yield Placed(owner.address, folder, writer.bytes(message), marks)


def _attach(message: EmailMessage, number: int) -> None:
    kind = number % len(_NOTICES)
    if kind == 0:
        rows = "\r\n".join(f"{hour:02}:00,{(hour * 37 + number) % 410}" for hour in range(24))
        message.add_attachment(f"hour,cm\r\n{rows}\r\n", subtype="csv", filename="tides.csv")
    elif kind == 1:
        message.add_attachment(
            _pdf(f"Weekly report {number}"),
            maintype="application",
            subtype="pdf",
            filename=f"Bericht Nr. {number} – Größe.pdf",
        )
    elif kind == 2:
        message.add_attachment(
            _pdf(f"Invoice 2{number:03}"),
            maintype="application",
            subtype="pdf",
            filename=f"invoice-2{number:03}.pdf",
        )
    elif kind == 7:
        message.add_attachment(
            picture(16, (200, number % 256, 60)),
            maintype="image",
            subtype="png",
            filename="whiteboard.png",
        )


def _pdf(title: str) -> bytes:
    """The smallest page with a line of text."""
    stream = f"BT /F1 18 Tf 40 740 Td ({title}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )
