"""Header fields: decoding, addresses, parameters, properties."""

from __future__ import annotations

import pytest

from store.mime import header_list, parse
from store.mime.headers import fields, mailboxes, parameters
from store.mime.properties import instant_of, topic_of
from store.mime.words import decode


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvMM=?= =?utf-8?B?n2U=?=", "Grüße"),  # a character in two words
        ("=?iso-2022-jp?B?GyRCRnxLXA==?= =?iso-2022-jp?B?GyRCOGwbKEI=?=", "日本語"),
        ("a =?utf-8?Q?b?= =?utf-8?Q?_c?= d", "a b c d"),
        ("=?utf-8?Q?no blanks allowed?=", "no blanks allowed"),
        ("=?utf-8*en?Q?language?=", "language"),
        ("=?utf-8?B?broken", "=?utf-8?B?broken"),
        ("=?utf-8?X?what?=", "=?utf-8?X?what?="),
        ("=?no-such?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?Q?Fr=F6sche?=", "Frösche"),
        ("=?utf-8?B?w7w?=", "ü"),  # padding left out
        ("x=?utf-8?Q?y?=z", "xyz"),
        ("=?utf-8?Q?=00?=", "\ufffd"),
    ],
)
def test_encoded_words(wire: str, text: str):
    assert decode(wire) == text


def test_a_line_break_in_an_encoded_word_brings_in_no_header():
    assert decode("=?utf-8?Q?a=0D=0ABcc:_x@y?=") == "a Bcc: x@y"


def test_raw_latin_1_in_an_encoded_word():
    draft = parse("Subject: =?iso-8859-1?Q?Fr\xf6sche?=\r\n\r\n".encode("latin-1"))
    assert draft.properties["subject"] == "Frösche"


def test_each_raw_field_is_decoded_by_itself():
    mime = "Subject: Grüße\r\n".encode() + "X-Note: Grüße\r\n\r\n".encode("latin-1")
    assert header_list(parse(mime).headers) == [("Subject", "Grüße"), ("X-Note", "Grüße")]


def test_a_raw_header_is_in_the_charset_of_the_body():
    mime = (
        b"Subject: "
        + "Счёт".encode("koi8-r")
        + b"\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n"
    )
    assert parse(mime).properties["subject"] == "Счёт"


def test_folded_fields_are_unfolded_and_lines_that_are_none_passed_over():
    block = "A: one\r\n two\r\nno field\r\nB :three\r\nC:\r\n\t four"
    assert fields(block) == [("A", "one two"), ("B", "three"), ("C", "four")]


@pytest.mark.parametrize(
    ("wire", "people"),
    [
        ("a@b.c", [("a@b.c", "a@b.c")]),
        ("Anna <a@b.c>", [("Anna", "a@b.c")]),
        ('"Doe, John" <j@d.e>, k@l.m', [("Doe, John", "j@d.e"), ("k@l.m", "k@l.m")]),
        ("a@b.c (Anna)", [("Anna", "a@b.c")]),
        ("=?utf-8?Q?Doe,_J=C3=B6hn?= <j@d.e>", [("Doe, Jöhn", "j@d.e")]),
        ('"=?utf-8?Q?J=C3=B6hn?=" <j@d.e>', [("Jöhn", "j@d.e")]),
        ("undisclosed-recipients:;", []),
        (
            "Crew: a@b.c, Carl <c@d.e>;, f@g.h",
            [("a@b.c", "a@b.c"), ("Carl", "c@d.e"), ("f@g.h", "f@g.h")],
        ),
        ("a@b.c; d@e.f", [("a@b.c", "a@b.c"), ("d@e.f", "d@e.f")]),
        ("a@b.c d@e.f", [("a@b.c", "a@b.c"), ("d@e.f", "d@e.f")]),
        ("<@relay,@other:a@b.c>", [("a@b.c", "a@b.c")]),
        ("<<a@b.c>>", [("a@b.c", "a@b.c")]),
        ("<>", []),
        ("", []),
        (",,", []),
        ("Anna", [("Anna", "Anna")]),
        ("Anna Berg", [("Anna Berg", None)]),
        ("Big Bug b@c.d", [("Big Bug", "b@c.d")]),
        ('"open <a@b.c>', [("open", "a@b.c")]),
        ('"quoted part"@b.c', [('"quoted part"@b.c', '"quoted part"@b.c')]),
        ("mailto:a@b.c", [("a@b.c", "a@b.c")]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test>", [("Pete", "pete@silly.test")]),
        ("Anna <a@b.c> <d@e.f>", [("Anna", "a@b.c"), ("d@e.f", "d@e.f")]),
        ("jdöe@mächine.example", [("jdöe@mächine.example", "jdöe@mächine.example")]),
    ],
)
def test_addresses(wire: str, people: list[tuple[str, str | None]]):
    assert [(m["name"], m.get("address")) for m in mailboxes([wire])] == people


@pytest.mark.parametrize(
    ("wire", "main", "found"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT/Plain; Charset=us-ascii (a comment)", "text/plain", {"charset": "us-ascii"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('a/b; name="a;b\\"c.txt"; size=3', "a/b", {"name": 'a;b"c.txt', "size": "3"}),
        ("a/b; name=foo bar.pdf; n=1", "a/b", {"name": "foo bar.pdf", "n": "1"}),
        ("a/b; name*=utf-8''%e2%82%ac.txt", "a/b", {"name": "€.txt"}),
        ("a/b; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=\" x\"", "a/b", {"name": "€ x"}),
        ("a/b; name*1=b; name*0=a; name*2=c", "a/b", {"name": "abc"}),
        ("a/b; name*0=a; name*2=c", "a/b", {"name": "a"}),
        ("a/b; name=iso-8859-1''%A3.txt", "a/b", {"name": "£.txt"}),
        ('a/b; name="=?utf-8?Q?=C3=BC?=.txt"', "a/b", {"name": "ü.txt"}),
        ("a/b; boundary==_x==; y", "a/b", {"boundary": "=_x=="}),
        ("a/b; a=1; a=2", "a/b", {"a": "1"}),
        ("", "", {}),
    ],
)
def test_parameters(wire: str, main: str, found: dict[str, str]):
    assert parameters(wire) == (main, found)


@pytest.mark.parametrize(
    ("head", "name", "value"),
    [
        ("Importance: high", "importance", "high"),
        ("X-Priority: 1 (Highest)", "importance", "high"),
        ("Priority: non-urgent", "importance", "low"),
        ("Sensitivity: Company-Confidential", "sensitivity", "confidential"),
        ("Disposition-Notification-To: a@b", "is_read_receipt_requested", True),
        ("Return-Receipt-To: a@b", "is_delivery_receipt_requested", True),
        ("Subject: Re: AW: Fwd: Lamp", "conversation_topic", "Lamp"),
        ("Thread-Topic: =?utf-8?Q?L=C3=A4mp?=", "conversation_topic", "Lämp"),
        ("Thread-Index: AQHaBzZ0qkV0e0m3R0mS\r\n NlYpJ3w1eA==", "conversation_index",
         "AQHaBzZ0qkV0e0m3R0mSNlYpJ3w1eA=="),
        ("Message-ID:  <a@b> (comment)", "message_id", "<a@b>"),
        ("In-Reply-To: Your message of <a@b>", "in_reply_to", "<a@b>"),
        ("References: <a@b>\r\n\t<c@d> junk <e@f>", "references", "<a@b> <c@d> <e@f>"),
        ("Keywords: lamp, harbour, lamp", "categories", ["lamp", "harbour"]),
        ("Content-Language: de-DE, en", "culture", "de-DE"),
        ("Date: Wed, 25 Nov 2026 09:30:15 +0100", "sent", "2026-11-25T08:30:15.000000Z"),
        ("From: a@b\r\nSender: c@d", "sender", {"name": "c@d", "address": "c@d"}),
        ("To: a@b\r\nTo: c@d", "to",
         [{"name": "a@b", "address": "a@b"}, {"name": "c@d", "address": "c@d"}]),
    ],
)  # fmt: skip
def test_properties(head: str, name: str, value: object):
    assert parse(f"{head}\r\n\r\n".encode()).properties[name] == value


def test_what_the_header_does_not_say_is_absent():
    assert parse(b"X: y\r\n\r\n").properties == {"subject": ""}
    broken = parse(b"Date: soon\r\nThread-Index: ###\r\nImportance: so-so\r\nFrom: <>\r\n\r\n")
    assert broken.properties == {"subject": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "32 Foo 2026",
        "Mon, 1 Jan 1500 00:00:00 +0000",
        "1 Jan 99999999 00:00",
        "Wed, 25 Nov 2026 08:00:00 +999999999",
    ],
)
def test_dates_that_are_none(text: str):
    assert instant_of(text) is None


def test_topics():
    assert topic_of("RE[2]: fw: WG: Antw: Lamp: bulb") == "Lamp: bulb"
    assert topic_of("Regarding: lamp") == "Regarding: lamp"
