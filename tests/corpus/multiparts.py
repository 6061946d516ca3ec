"""Kinds of messages in several parts: alternatives, attachments, messages, calendars, reports."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable, Iterator
from random import Random

from tests.corpus.sample import Sample, attachment
from tests.corpus.writer import (
    SENDER,
    b_word,
    encoded,
    file,
    head,
    leaf,
    multipart,
    prose,
    q_word,
    rfc2231,
)

Kind = Callable[[Random, int], Sample]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540000000004945"
)


def _text(random: Random, word: str) -> bytes:
    return leaf("text/plain; charset=utf-8", f"{word}\r\n{prose(random)}".encode(), "8bit")


def _html(word: str) -> bytes:
    page = f"<html><body><p>{word}</p><img src='cid:logo@x'></body></html>"
    return leaf("text/html; charset=utf-8", page.encode(), "quoted-printable")


def alternative(random: Random, n: int) -> Sample:
    """Text and HTML; every second one with the images it shows."""
    word = f"The velvet curtain {n}"
    html = _html(word)
    files = []
    if n % 2:
        image = leaf("image/png; name=logo.png", PNG, "base64",
                     "Content-ID: <logo@x>\r\nContent-Disposition: inline\r\n")  # fmt: skip
        html = multipart("related", [html, image], f"rel{n}", '; type="text/html"')
        files = [attachment("logo.png", PNG)]
    mime = head(f"Alternative {n}") + multipart(
        "alternative", [_text(random, word), html], f"alt{n}"
    )
    return Sample(f"alternative {n}", mime, f"Alternative {n}", SENDER, word, files, 0)


_NAMES = ("Übersicht.pdf", "Протокол совещания от двадцать пятого ноября.docx", "見積書.xlsx",
          "résumé & notes.txt.gz", "naïve \"quoted\" name.bin", "a;b=c.bin")  # fmt: skip


def named(random: Random, n: int) -> Sample:
    """File names by RFC 2231, RFC 2047, quoted and bare."""
    name = _NAMES[n % len(_NAMES)]
    content = random.randbytes(random.randint(1, 4000))
    way = n % 3
    if way == 0:
        parameter = rfc2231("filename", name)
    elif way == 1:
        parameter = f'filename="{b_word(name)}"'
    else:
        parameter = f'filename="{q_word(name)}"'
    part = leaf("application/octet-stream", content, "base64",
                f"Content-Disposition: attachment;\r\n {parameter}\r\n")  # fmt: skip
    word = f"A name of a file {n}"
    mime = head(f"Named {n}") + multipart("mixed", [_text(random, word), part], f"n{n}")
    return Sample(f"named {n}", mime, f"Named {n}", SENDER, word, [attachment(name, content)], 0)


def attached(random: Random, n: int) -> Sample:
    """One to fifty files: equal names, none of a byte, text that is no body."""
    files = [(f"file{i % 7}.bin", random.randbytes(random.randint(0, 300)))
             for i in range((1, 3, 50)[n % 3])]  # fmt: skip
    files.append(("empty.dat", b""))
    notes = f"These notes are no body {n}.\r\n".encode()
    word = f"Find the files below {n}"
    parts = [_text(random, word), *(file(name, content) for name, content in files)]
    parts.append(file("notes.bin", notes))
    wanted = [attachment(name, content) for name, content in [*files, ("notes.bin", notes)]]
    mime = head(f"Attached {n}") + multipart("mixed", parts, f"----=_Part_{n}.x'()+_,./:=?")
    return Sample(f"attached {n}", mime, f"Attached {n}", SENDER, word, wanted, 0)


def _inner(random: Random, depth: int, n: int) -> bytes:
    subject = head(q_word(f"Inner größe {depth}"))
    text = _text(random, f"Inside at depth {depth}")
    if depth == 0:
        return subject + text
    inner = leaf("message/rfc822", _inner(random, depth - 1, n))
    return subject + multipart("mixed", [text, inner], f"in{depth}.{n}")


def messages(random: Random, n: int) -> Sample:
    """A message in a message in a message, and digests."""
    word = f"Forwarded below {n}"
    if n % 2:
        parts = [b"\r\n" + _inner(random, 0, i) for i in range(3)]
        digest = multipart("digest", parts, f"dig{n}")
        mime = head(f"Digest {n}") + multipart("mixed", [_text(random, word), digest], f"m{n}")
        return Sample(f"digest {n}", mime, f"Digest {n}", SENDER, word, [], 3)
    inner = leaf("message/rfc822", _inner(random, n % 6, n),
                 extra="Content-Disposition: attachment\r\n")  # fmt: skip
    mime = head(f"Forward {n}") + multipart("mixed", [_text(random, word), inner], f"m{n}")
    return Sample(f"forward {n}", mime, f"Forward {n}", SENDER, word, [], 1)


def nested(random: Random, n: int) -> Sample:
    """Multiparts in multiparts, with similar boundaries, preamble and epilogue."""
    word = f"Deep inside {n}"
    part = _text(random, word)
    content = random.randbytes(64)
    for depth in range(2 + n % 8):
        parts = [part, file("deep.bin", content)] if depth == 0 else [part]
        part = multipart("mixed", parts, "b" * (20 - depth))
    begin, rest = part.split(b"\r\n\r\n", 1)
    mime = head(f"Nested {n}") + begin + b"\r\n\r\nThis is a preamble.\r\n" + rest
    mime += b"This is an epilogue.\r\n"
    return Sample(f"nested {n}", mime, f"Nested {n}", SENDER, word,
                  [attachment("deep.bin", content)], 0)  # fmt: skip


def unfinished(random: Random, n: int) -> Sample:
    """The last boundary is missing: the message was cut off on the way."""
    content = random.randbytes(90)
    word = f"Cut off here {n}"
    parts = [_text(random, word), file("cut.bin", content)]
    mime = head(f"Unfinished {n}") + multipart("mixed", parts, f"u{n}", closed=False)
    return Sample(f"unfinished {n}", mime, f"Unfinished {n}", SENDER, word,
                  [attachment("cut.bin", content)], 0)  # fmt: skip


def footer(random: Random, n: int) -> Sample:
    """Texts with something between: mailing lists, pictures in the middle of a text."""
    image = file("picture.png", PNG, "image/png")
    parts = [_text(random, f"Above it all {n}"), image, _text(random, "And the rest below")]
    mime = head(f"Footer {n}") + multipart("mixed", parts, f"f{n}")
    return Sample(f"footer {n}", mime, f"Footer {n}", SENDER, "And the rest below",
                  [attachment("picture.png", PNG)], 0)  # fmt: skip


_PARTSTAT = ("ACCEPTED", "DECLINED", "TENTATIVE")


def calendar(random: Random, n: int) -> Sample:
    """Invitations, answers, cancellations, and a calendar that is only a file."""
    method = ("REQUEST", "REPLY", "CANCEL")[n % 3]
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n"
        f"UID:uid-{n}@example.org\r\nDTSTAMP:20261125T080000Z\r\nDTSTART:20261201T090000Z\r\n"
        f"DTEND:20261201T100000Z\r\nSUMMARY:Round {n}\r\nORGANIZER:mailto:{SENDER}\r\n"
        f"ATTENDEE;PARTSTAT={_PARTSTAT[n % 3]}:mailto:anna@example.com\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
    word = f"Please come round {n}"
    part = leaf(f"text/calendar; method={method}; charset=utf-8", text, "base64")
    mime = head(f"Calendar {n}")
    mime += multipart("alternative", [_text(random, word), _html(word), part], f"c{n}")
    return Sample(f"calendar {n}", mime, f"Calendar {n}", SENDER, word, None, 0)


def _tnef(files: list[tuple[str, bytes]], subject: str) -> bytes:
    """A winmail.dat as Outlook writes it (MS-OXTNEF 2.1)."""

    def item(level: int, attribute: int, kind: int, value: bytes) -> bytes:
        return (
            struct.pack("<BHHI", level, attribute, kind, len(value))
            + value
            + struct.pack("<H", sum(value) & 0xFFFF)
        )

    out = struct.pack("<IH", 0x223E9F78, 1)
    out += item(1, 0x9006, 8, struct.pack("<I", 0x10000))
    out += item(1, 0x9007, 6, struct.pack("<II", 1252, 0))
    out += item(1, 0x8004, 1, subject.encode("cp1252") + b"\0")
    for name, content in files:
        out += item(2, 0x9002, 6, b"\x01\x00" + b"\xff" * 12)
        out += item(2, 0x8010, 1, name.encode("cp1252") + b"\0")
        out += item(2, 0x800F, 6, content)
    return out


def winmail(random: Random, n: int) -> Sample:
    """Outlook's winmail.dat: its files are the attachments."""
    files = [("Größe.txt", b"Gr\xf6\xdfe\r\n"), (f"data{n}.bin", random.randbytes(500))]
    data = _tnef(files, f"Winmail {n}")
    part = leaf("application/ms-tnef; name=winmail.dat", data, "base64",
                "Content-Disposition: attachment; filename=winmail.dat\r\n")  # fmt: skip
    word = f"Outlook wrote this {n}"
    mime = head(f"Winmail {n}") + multipart("mixed", [_text(random, word), part], f"w{n}")
    wanted = [attachment(name, content) for name, content in files]
    return Sample(f"winmail {n}", mime, f"Winmail {n}", SENDER, word, wanted, 0)


def uuencoded(random: Random, n: int) -> Sample:
    """A file in the text, as before MIME."""
    content = random.randbytes(100 + n)
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    body = f"Before the file {n}\r\n".encode() + f"begin 644 old{n}.bin\n".encode() + lines
    body = (body + b"`\nend\n").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    mime = head(f"Old {n}") + leaf("text/plain", body)
    return Sample(f"uuencoded {n}", mime, f"Old {n}", SENDER, f"Before the file {n}",
                  [attachment(f"old{n}.bin", content)], 0)  # fmt: skip


def signed(random: Random, n: int) -> Sample:
    """Signed by S/MIME: the signature is a file beside the text."""
    signature = random.randbytes(300)
    part = leaf("application/pkcs7-signature; name=smime.p7s", signature, "base64",
                "Content-Disposition: attachment; filename=smime.p7s\r\n")  # fmt: skip
    word = f"Signed by hand {n}"
    parameters = '; protocol="application/pkcs7-signature"; micalg=sha-256'
    mime = head(f"Signed {n}") + multipart(
        "signed", [_text(random, word), part], f"s{n}", parameters
    )
    return Sample(f"signed {n}", mime, f"Signed {n}", SENDER, word,
                  [attachment("smime.p7s", signature)], 0)  # fmt: skip


def report(random: Random, n: int) -> Sample:
    """Bounces and receipts."""
    if n % 2:
        kind, type = "disposition-notification", "message/disposition-notification"
        lines = (
            "Final-Recipient: rfc822; a@b.example\r\nDisposition: manual-action/x; displayed\r\n"
        )
    else:
        kind, type = "delivery-status", "message/delivery-status"
        lines = "Reporting-MTA: dns; x.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n"
        lines += "Action: failed\r\nStatus: 5.1.1\r\n"
    word = f"It could not be said {n}"
    parts = [_text(random, word), leaf(type, lines.encode())]
    parts.append(leaf("message/rfc822", _inner(random, 0, n)))
    mime = head(f"Report {n}") + multipart("report", parts, f"r{n}", f"; report-type={kind}")
    return Sample(f"report {n}", mime, f"Report {n}", SENDER, word, None, 1)


def large(random: Random, n: int) -> Sample:
    """A file of 20 MB."""
    content = random.randbytes(20 * 1024 * 1024)
    word = f"The large one {n}"
    parts = [_text(random, word), leaf("application/zip; name=large.zip", encoded_large(content),
             extra="Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;"
                   " filename=large.zip\r\n")]  # fmt: skip
    mime = head(f"Large {n}") + multipart("mixed", parts, f"l{n}")
    return Sample(f"large {n}", mime, f"Large {n}", SENDER, word,
                  [attachment("large.zip", content)], 0, large=True)  # fmt: skip


def encoded_large(content: bytes) -> bytes:
    return encoded(content, "base64")


KINDS: tuple[Kind, ...] = (alternative, named, attached, messages, nested, unfinished, footer,
                           calendar, winmail, uuencoded, signed, report)  # fmt: skip


def multiparts(random: Random) -> Iterator[Sample]:
    """Messages in several parts, of every kind in turn, without end."""
    n = 0
    while True:
        for kind in KINDS:
            yield kind(random, n)
        n += 1
