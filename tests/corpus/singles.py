"""Kinds of messages in one part: charsets, encodings, header habits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.corpus.sample import Sample
from tests.corpus.writer import HEAD, MIME, SENDER, b_word, encoded, head, leaf, prose, q_word

Kind = Callable[[Random, int], Sample]

# charset, transfer encoding, text, a word of it
_CHARSETS = (
    ("utf-8", "quoted-printable", "Grüße aus Köln, 你好 und 😀", "Grüße aus Köln"),
    ("utf-8", "base64", "Смета на ремонт крана готова", "ремонт крана"),
    ("utf-8", "8bit", "Příliš žluťoučký kůň úpěl", "žluťoučký"),
    ("iso-8859-1", "8bit", "Dänische Brücke, größer als früher", "größer als"),
    ("iso-8859-1", "quoted-printable", "Le café est fermé à midi", "fermé à midi"),
    ("iso-8859-15", "quoted-printable", "Das kostet 20 € im Œuvre", "20 € im"),
    ("windows-1252", "8bit", "„Anführung“ – und … Ende", "„Anführung“"),
    ("windows-1251", "8bit", "Встреча завтра в девять", "завтра в девять"),
    ("koi8-r", "base64", "Счёт за электричество", "электричество"),
    ("iso-8859-2", "quoted-printable", "Zażółć gęślą jaźń", "gęślą jaźń"),
    ("iso-8859-7", "base64", "Καλημέρα από το λιμάνι", "λιμάνι"),
    ("iso-8859-8", "base64", "שלום מהנמל", "מהנמל"),
    ("windows-1256", "base64", "مرحبا من الميناء", "الميناء"),
    ("iso-2022-jp", "7bit", "港からこんにちは、会議は明日です", "会議は明日"),
    ("shift_jis", "8bit", "請求書を送ります", "請求書"),
    ("euc-jp", "base64", "見積もりの件", "見積もり"),
    ("euc-kr", "base64", "내일 회의가 있습니다", "회의가"),
    ("gb2312", "base64", "明天的会议改到下午", "会议改到"),
    ("gb18030", "8bit", "发票已经寄出", "已经寄出"),
    ("big5", "base64", "明天的會議改到下午", "會議改到"),
    ("utf-16", "base64", "Sixteen bits für jeden", "bits für jeden"),
    ("utf-7", "7bit", "Sieben Bits für alle", "Bits für alle"),
)


def charset(random: Random, n: int) -> Sample:
    """A text in a charset and a transfer encoding."""
    name, encoding, text, word = _CHARSETS[n % len(_CHARSETS)]
    body = f"{text}\r\n{prose(random)}".encode(name)
    subject = f"{text} {n}"
    wire = b_word(subject, name) if n % 2 else " ".join(
        q_word(piece, name) for piece in (subject[:12], subject[12:])
    )  # fmt: skip
    mime = head(wire) + leaf(f"text/plain; charset={name}", body, encoding)
    return Sample(f"charset {name} {encoding} {n}", _ended(mime), subject, SENDER, word, [], 0)


def misnamed(random: Random, n: int) -> Sample:
    """Bytes that are not in the charset they are said to be in, or in an unknown one."""
    said, real = (("us-ascii", "utf-8"), ("x-unknown", "utf-8"), ("utf-8", "iso-8859-1"),
                  ("no-such-charset", "utf-8"), ("us-ascii", "windows-1252"))[n % 5]  # fmt: skip
    body = f"Die Fähre fährt nicht mehr\r\n{prose(random)}".encode(real)
    mime = head(f"Misnamed {n}") + leaf(f"text/plain; charset={said}", body, "8bit")
    return Sample(f"misnamed {said} {n}", mime, f"Misnamed {n}", SENDER, "Fähre fährt", [], 0)


def raw_header(random: Random, n: int) -> Sample:
    """A header with raw 8-bit bytes, in UTF-8 or Latin-1."""
    subject = f"Übergrößen für den Hafen {n}"
    bytes_of = subject.encode("utf-8" if n % 2 else "iso-8859-1")
    mime = HEAD.encode() + b"Subject: " + bytes_of + b"\r\n" + MIME.encode()
    mime += leaf("text/plain; charset=iso-8859-1", prose(random).encode())
    return Sample(f"raw header {n}", mime, subject, SENDER, None, [], 0)


def folded(random: Random, n: int) -> Sample:
    """A long subject, folded, with encoded words that split a character."""
    plain = f"A subject that goes on and on over several lines of the header, number {n}"
    if n % 2:
        wire = plain.replace("and on over ", "and on\r\n over ").replace(
            "the header", "the\r\n header"
        )
        subject = plain
    else:
        wire = "=?utf-8?B?R3LDvMM=?=\r\n =?utf-8?B?n2U=?= " + str(n)
        subject = f"Grüße {n}"
    mime = head(wire) + leaf("text/plain", prose(random).encode())
    return Sample(f"folded {n}", mime, subject, SENDER, None, [], 0)


def empty(random: Random, n: int) -> Sample:
    """No text, no body, no subject, no MIME."""
    del random
    if n % 4 == 0:
        return Sample(f"empty text {n}", head(f"Empty {n}") + leaf("text/plain", b""),
                      f"Empty {n}", SENDER, None, [], 0)  # fmt: skip
    if n % 4 == 1:
        return Sample(f"no body {n}", f"{HEAD}Subject: No body {n}\r\n\r\n".encode(),
                      f"No body {n}", SENDER, None, [], 0)  # fmt: skip
    if n % 4 == 2:
        mime = f"{HEAD}\r\nNothing above said what this is about, said {n}.\r\n"
        return Sample(f"no subject {n}", mime.encode(), "", SENDER, "said what this", [], 0)
    mime = head(f"Empty HTML {n}") + leaf("text/html", b"<html><body></body></html>\r\n")
    return Sample(f"empty html {n}", mime, f"Empty HTML {n}", SENDER, None, [], 0)


_FROM = (
    ("From: bertha@example.org (Bertha Comment)\r\n", SENDER),
    ('From: "Beispiel, Bertha" <bertha@example.org>\r\n', SENDER),
    ("From: =?iso-8859-1?Q?B=E4rtha?= <bertha@example.org>\r\n", SENDER),
    ("From: <bertha@example.org>\r\n", SENDER),
    ("From: bertha@example.org\r\nSender: post@example.org\r\n", SENDER),
    ('From: "Bertha \\"B\\" Beispiel"\r\n <bertha@example.org>\r\n', SENDER),
    ("From: <>\r\n", None),
    ("From: Bertha <bertha@example.org>, Carl <carl@example.org>\r\n", None),
    ("", None),
)


def author(random: Random, n: int) -> Sample:
    """From in all the ways that it is written, To with groups."""
    line, sender = _FROM[n % len(_FROM)]
    to = ("undisclosed-recipients:;", "Crew: anna@example.com, <carl@example.com>;",
          "anna@example.com,\r\n\t\"Carl, jr.\" <carl@example.com>")[n % 3]  # fmt: skip
    mime = f"{line}To: {to}\r\nSubject: Author {n}\r\n{MIME}".encode()
    mime += leaf("text/plain", prose(random).encode())
    return Sample(f"author {n}", mime, f"Author {n}", sender, None, [], 0)


_EXTRA = (
    "X-Priority: 1 (Highest)\r\nImportance: High\r\n",
    "Sensitivity: Company-Confidential\r\n",
    "Disposition-Notification-To: bertha@example.org\r\n",
    "Thread-Topic: Marks\r\nThread-Index: AQHaBzZ0qkV0e0m3R0mSNlYpJ3w1eA==\r\n",
    "In-Reply-To: <a@example.org>\r\nReferences: <z@example.org>\r\n <a@example.org>\r\n",
    "Date: Mon, 32 Foo 2026 99:99:99 +9999\r\n",
    "Date: Wed, 25 Nov 2026 08:00 EST\r\n",
    "Keywords: harbour, lamp\r\nList-Id: <harbour.example.org>\r\nPrecedence: bulk\r\n",
    "Received: from a by b; Wed, 25 Nov 2026 08:00:00 +0000\r\n" * 10,
    "X-Empty:\r\nX-Blank: \r\nX-Colon::\r\nno header at all\r\n",
)


def marks(random: Random, n: int) -> Sample:
    """Headers that mean something, and broken ones."""
    mime = head(f"Marks {n}", _EXTRA[n % len(_EXTRA)]) + leaf("text/plain", prose(random).encode())
    return Sample(f"marks {n}", mime, f"Marks {n}", SENDER, None, [], 0)


def html_only(random: Random, n: int) -> Sample:
    """HTML alone, well formed or not."""
    pages = ("<p>The <b>copper</b> lantern {n}</p>", "<table><tr><td>The copper lantern {n}",
             "<!-- <p> --><div>The copper&nbsp;lantern {n}<br>and more</div>")  # fmt: skip
    page = f"<html><head><title>T</title></head><body>{pages[n % 3]}".replace("{n}", str(n))
    page += f"<p>{prose(random)}</p></body></html>\r\n"
    mime = head(f"HTML {n}") + leaf("text/html; charset=utf-8", page.encode(), "quoted-printable")
    return Sample(f"html {n}", mime, f"HTML {n}", SENDER, f"lantern {n}", [], 0)


def lines(random: Random, n: int) -> Sample:
    """Flowed text, dots at the beginning of lines, long lines, trailing blanks."""
    body = (
        "This line is flowed \r\nand goes on here {n}.\r\n> quoted \r\n> too\r\n-- \r\nBertha\r\n",
        ".\r\n..\r\n.hidden {n}\r\n...\r\n",
        "long " * 180 + "{n}\r\n",
        "trailing blanks {n}   \r\n\t\r\n   \r\n",
    )[n % 4].replace("{n}", str(n))
    type = "text/plain; format=flowed" if n % 4 == 0 else "text/plain"
    word = (f"goes on here {n}", f".hidden {n}", "long long", f"trailing blanks {n}")[n % 4]
    mime = head(f"Lines {n}") + leaf(type, f"{body}{prose(random, 2)}".encode(), "7bit")
    return Sample(f"lines {n}", mime, f"Lines {n}", SENDER, word, [], 0)


def encoding_faults(random: Random, n: int) -> Sample:
    """Transfer encodings that are misspelt or broken."""
    text = f"Orchard and saddle {n}\r\n{prose(random, 2)}".encode()
    data = encoded(text, "base64")
    wire = (
        b"Content-Transfer-Encoding: 7-bit\r\n\r\n" + text,
        b"Content-Transfer-Encoding: Quoted-Printable \r\n\r\n" + text.replace(b"a", b"=61"),
        b'Content-Transfer-Encoding: "base64"\r\n\r\n' + data,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + data.rstrip(b"=\r\n") + b"\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + text + b"=ZZ = \r\n",
    )[n % 5]
    mime = head(f"Encoding {n}") + b"Content-Type: text/plain\r\n" + wire
    return Sample(f"encoding {n}", mime, f"Encoding {n}", SENDER, f"saddle {n}", [], 0)


def _ended(mime: bytes) -> bytes:
    return mime if mime.endswith(b"\r\n") else mime + b"\r\n"


KINDS: tuple[Kind, ...] = (charset, misnamed, raw_header, folded, empty, author, marks, html_only,
                           lines, encoding_faults)  # fmt: skip


def singles(random: Random) -> Iterator[Sample]:
    """Messages in one part, of every kind in turn, without end."""
    n = 0
    while True:
        for kind in KINDS:
            yield kind(random, n)
        n += 1
