"""From MIME to items: what becomes body, what attachment, what decides the class."""

from __future__ import annotations

import pytest

from store.mime import parse, parse_all
from tests.mime.conftest import message

MIXED = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"


def names(mime: bytes) -> list[str]:
    return [a.name for a in parse(mime).attachments]


def test_no_header_at_all_is_a_body():
    assert (
        parse(b"just some words\r\nin two lines\r\n").body.text
        == "just some words\r\nin two lines\r\n"
    )
    assert parse(b"").body.text == ""
    assert parse(b"\r\n\r\nbody").body.text == "\r\nbody"


def test_lines_ended_by_lf_and_by_cr_alone():
    assert parse(b"Subject: a\n\nb\n").body.text == "b\n"
    draft = parse(b"Subject: a\rX: y\r\rb\r")
    assert (draft.properties["subject"], draft.body.text) == ("a", "b\n")


def test_a_byte_order_mark_hides_no_header():
    assert parse(b"\xef\xbb\xbfSubject: a\r\n\r\nb").properties["subject"] == "a"


def test_alternatives_the_last_of_each_type_counts():
    text = """Content-Type: multipart/alternative; boundary=b

--b

first
--b
Content-Type: text/plain

second
--b
Content-Type: text/html

<p>third</p>
--b
Content-Type: text/x-amp-html

<p>amp</p>
--b--
"""
    draft = parse(message(text))
    assert (draft.body.text, draft.body.html) == ("second", "<p>third</p>")
    assert draft.attachments == ()


def test_enriched_text_is_second_to_plain_and_read_where_alone():
    enriched = (
        "Content-Type: text/enriched\n\n<bold>Now</bold> is <color><param>red</param>the</color>\n"
        "time <<now>\n\nnext\n"
    )
    assert parse(message(enriched)).body.text == "Now is the time <now>\r\nnext "
    both = (
        f"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\n{enriched}--b--\n"
    )
    assert parse(message(both)).body.text == "plain"


def test_texts_one_after_another_are_one_body():
    draft = parse(
        message(f"{MIXED}--b\n\nabove\n--b\nContent-Type: image/png\n\nx\n--b\n\nbelow\n--b--\n")
    )
    assert draft.body.text == "above\r\nbelow"
    assert [a.name for a in draft.attachments] == ["attachment1.png"]


def test_text_between_html_is_shown_in_it():
    draft = parse(message(
        f"{MIXED}--b\nContent-Type: text/html\n\n<html><body><p>one</p></body></html>\n"
        "--b\n\n2 < 3\n--b\nContent-Type: text/html\n\n<body>three</body>\n--b--\n"
    ))  # fmt: skip
    assert draft.body.text is None
    html = draft.body.html or ""
    assert html.index("one") < html.index("2 &lt; 3") < html.index("three") < html.index("</body>")


def test_a_text_with_a_name_or_disposition_is_an_attachment():
    parts = (
        "--b\n\nbody\n--b\nContent-Type: text/plain; name=a.txt\n\n1\n"
        "--b\nContent-Disposition: attachment\n\n2\n"
        "--b\nContent-Disposition: inline; filename=c.txt\n\n3\n--b--\n"
    )
    draft = parse(message(MIXED + parts))
    assert draft.body.text == "body"
    assert [(a.name, a.content) for a in draft.attachments] == [
        ("a.txt", b"1"), ("attachment2.txt", b"2"), ("c.txt", b"3"),
    ]  # fmt: skip


RELATED = """Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html

<img src="cid:one%40x"><img src="http://example.org/two.png">
--b
Content-Type: image/png
Content-ID: <one@x>

1
--b
Content-Type: image/png
Content-Location: http://example.org/two.png

2
--b
Content-Type: image/png
Content-ID: <three@x>
Content-Disposition: inline

3
--b
Content-Type: image/png
Content-ID: <four@x>

4
--b--
"""


def test_inline_is_what_the_html_refers_to():
    """An image that nothing shows is listed: otherwise nobody would ever see it."""
    found = [(a.content, a.content_id, a.is_inline) for a in parse(message(RELATED)).attachments]
    assert found == [
        (b"1", "one@x", True), (b"2", "", True), (b"3", "three@x", False), (b"4", "four@x", False),
    ]  # fmt: skip


def test_the_root_of_related_parts_may_stand_anywhere():
    text = """Content-Type: multipart/related; boundary=b; start="<root>"

--b
Content-Type: image/png
Content-ID: <i>

1
--b
Content-Type: text/html
Content-ID: <root>

<img src=cid:i>
--b--
"""
    draft = parse(message(text))
    assert draft.body.html == "<img src=cid:i>"
    assert [a.is_inline for a in draft.attachments] == [True]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ('Content-Disposition: attachment; filename="C:\\\\dir\\\\a.txt"', "a.txt"),
        ("Content-Disposition: attachment; filename=../../etc/passwd", "passwd"),
        ("Content-Disposition: attachment; filename*=utf-8''%C3%BC.txt", "ü.txt"),
        ("Content-Type: image/jpeg", "attachment1.jpg"),
        ("Content-Type: application/x-unknown", "attachment1.dat"),
        ('Content-Disposition: attachment; filename="a\tb.txt"', "a b.txt"),
        ("Content-Disposition: attachment; filename=..", "attachment1.txt"),
        (f"Content-Disposition: attachment; filename={'x' * 300}.pdf", f"{'x' * 251}.pdf"),
        ('Content-Type: image/png; name="=?utf-8?B?w7w=?=.png"', "ü.png"),
    ],
)
def test_file_names(part: str, name: str):
    assert names(message(f"{MIXED}--b\n\nbody\n--b\n{part}\n\nx\n--b--\n")) == [name]


def test_a_message_in_a_message_keeps_its_bytes():
    inner = "Subject: =?utf-8?Q?inn=C3=A9r?=\nX-Odd :  spaced\n\ndeep\n"
    mime = message(f"{MIXED}--b\n\nbody\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n")
    (attachment,) = parse(mime).attachments
    assert (attachment.kind, attachment.name) == ("item", "innér")
    assert attachment.item is not None
    assert attachment.item.mime == message(inner)
    assert attachment.item.body.text == "deep\r\n"


def test_a_message_in_base64_is_read_all_the_same():
    mime = message(
        f"{MIXED}--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        "U3ViamVjdDogaW4NCg0KZGVlcA==\n--b--\n"
    )
    (attachment,) = parse(mime).attachments
    assert attachment.item is not None and attachment.item.properties["subject"] == "in"


def test_a_digest_holds_messages():
    mime = message("Content-Type: multipart/digest; boundary=b\n\n"
                   "--b\n\nSubject: one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n")  # fmt: skip
    assert [(a.kind, a.name) for a in parse(mime).attachments] == [("item", "one"), ("item", "two")]


def test_similar_boundaries_are_told_apart():
    mime = message(
        "Content-Type: multipart/mixed; boundary=a\n\n"
        "--a\n\n--ab\n -- a\n--a-b\nx\n--a--\n--a\nno\n"
    )
    assert parse(mime).body.text == "--ab\r\n -- a\r\n--a-b\r\nx"


def test_a_multipart_without_a_boundary_is_text():
    assert parse(message("Content-Type: multipart/mixed\n\nwords\n")).body.text == "words\r\n"
    assert (
        parse(message("Content-Type: multipart/mixed; boundary=b\n\nwords\n")).body.text
        == "words\r\n"
    )


def test_flowed_text():
    text = "Content-Type: text/plain; format=flowed\n\n"
    text += "One \nline.\n> quoted \n> too\n>> deep\n-- \nB\n"
    assert parse(message(text)).body.text == "One line.\r\n> quoted too\r\n>> deep\r\n-- \r\nB\r\n"
    text = "Content-Type: text/plain; format=flowed; delsp=yes\n\nver \nylong\n"
    assert parse(message(text)).body.text == "verylong\r\n"


def test_a_uuencoded_file_leaves_the_text():
    mime = message("\nBefore\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nAfter\n")
    draft = parse(mime)
    assert draft.body.text == "Before\r\nAfter\r\n"
    assert [(a.name, a.content) for a in draft.attachments] == [("a.txt", b"hello")]
    assert parse(message("\nbegin 644 but no file\nend\n")).body.text is not None


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("Content-Transfer-Encoding: base64", "w7w=\n", "ü"),
        ("Content-Transfer-Encoding: base64", "w7\n w=\n\n", "ü"),
        ("Content-Transfer-Encoding: base64", "YQ==\nYg== trailing words\n", "ab"),
        ("Content-Transfer-Encoding: quoted-printable", "=C3=BC=\n=zz=\n", "ü=zz"),
        ("Content-Transfer-Encoding: quoted printable", "=C3=BC=\n", "ü"),
        ("Content-Transfer-Encoding: 7-bit", "a", "a"),
        ("Content-Transfer-Encoding: spam", "a=20", "a=20"),
        ("Content-Type: text/plain; charset=utf-7", "+APw-", "ü"),
        ("Content-Type: text/plain; charset=base64", "abc", "abc"),
        ("Content-Type: text/plain; charset=punycode", "abc-ab", "abc-ab"),
        ("Content-Type: text", "plain\n", "plain\r\n"),
        ("Content-Type:", "plain\n", "plain\r\n"),
        ("Content-Type: text/plain\nContent-Type: text/html", "x", "x"),
    ],
)
def test_encodings(head: str, body: str, text: str):
    assert parse(message(f"{head}\n\n{body}")).body.text == text


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("us-ascii", "Fähre".encode(), "Fähre"),
        ("utf-8", "Fähre".encode("latin-1"), "Fähre"),
        ("iso-8859-1", b"\x93q\x94 \x80", "“q” €"),
        ("gb2312", "髙".encode("gb18030"), "髙"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("utf-8", "äöüäöüäöü".encode() + b"\xff", "äöüäöüäöü\ufffd"),  # the rest stays right
        ("utf-8", b"\x81\x8d", "\x81\x8d"),
        ("utf-16", "ü".encode("utf-16"), "ü"),
    ],
)
def test_charsets_that_are_not_what_they_are_said_to_be(charset: str, data: bytes, text: str):
    mime = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + data
    assert parse(mime).body.text == text


def test_nul_becomes_a_replacement_character():
    draft = parse(b"Subject: a\x00b\r\n\r\nc\x00d")
    assert draft.properties["subject"] == "a\ufffdb"
    assert draft.body.text == "c\ufffdd"
    assert "\x00" not in draft.headers


# -- classes -----------------------------------------------------------------------------------


def calendar(method: str, partstat: str = "ACCEPTED") -> str:
    return (
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u\n"
        f'ATTENDEE;CN="A: b";PART\n STAT={partstat}:mailto:a@b\nEND:VEVENT\nEND:VCALENDAR\n'
    )


@pytest.mark.parametrize(
    ("method", "partstat", "item_class"),
    [
        ("REQUEST", "", "IPM.Schedule.Meeting.Request"),
        ("CANCEL", "", "IPM.Schedule.Meeting.Canceled"),
        ("REPLY", "ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos"),
        ("REPLY", "DECLINED", "IPM.Schedule.Meeting.Resp.Neg"),
        ("REPLY", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
        ("COUNTER", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
        ("REPLY", "NEEDS-ACTION", "IPM.Note"),
        ("PUBLISH", "", "IPM.Note"),
        ("X", "", "IPM.Note"),
    ],
)
def test_meeting_messages(method: str, partstat: str, item_class: str):
    text = calendar(method, partstat)
    mime = message("Content-Type: multipart/alternative; boundary=b\n\n--b\n\nCome!\n--b\n"
                   f"Content-Type: text/calendar; method={method}\n\n{text}--b--\n")  # fmt: skip
    parsed = parse_all(mime)
    assert parsed.draft.item_class == item_class
    assert parsed.draft.body.text == "Come!"
    is_meeting = item_class != "IPM.Note"
    assert (parsed.calendar != "") == is_meeting
    assert len(parsed.draft.attachments) == (0 if is_meeting else 1)


def test_a_calendar_sent_as_a_file_stays_one():
    part = "Content-Type: text/calendar\nContent-Disposition: attachment; filename=a.ics"
    draft = parse(message(f"{MIXED}--b\n\nx\n--b\n{part}\n\n{calendar('REQUEST')}\n--b--\n"))
    assert (draft.item_class, [a.name for a in draft.attachments]) == ("IPM.Note", ["a.ics"])


def report(kind: str, type: str, lines: str) -> bytes:
    return message(
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nSorry\n"
        f"--b\nContent-Type: {type}\n\n{lines}\n"
        "--b\nContent-Type: message/rfc822\n\nSubject: orig\n\nx\n--b--\n"
    )


@pytest.mark.parametrize(
    ("lines", "item_class"),
    [
        ("Reporting-MTA: x\n\nAction: failed", "REPORT.IPM.Note.NDR"),
        ("Reporting-MTA: x\n\nAction: delivered\n\naction: Failed", "REPORT.IPM.Note.NDR"),
        ("Reporting-MTA: x\n\nAction: delivered", "REPORT.IPM.Note.DR"),
        ("Reporting-MTA: x\n\nAction: delayed", "REPORT.IPM.Note.Delayed"),
        ("Reporting-MTA: x", "REPORT.IPM.Note.NDR"),
    ],
)
def test_delivery_reports(lines: str, item_class: str):
    draft = parse(report("delivery-status", "message/delivery-status", lines))
    assert draft.item_class == item_class
    assert draft.body.text == "Sorry"
    assert [(a.kind, a.name) for a in draft.attachments] == [
        ("file", "details.txt"),
        ("item", "orig"),
    ]


def test_read_reports():
    kind, type = "disposition-notification", "message/disposition-notification"
    shown = parse(report(kind, type, "Disposition: manual-action/MDN-sent; displayed"))
    assert shown.item_class == "REPORT.IPM.Note.IPNRN"
    gone = parse(report(kind, type, "Disposition: automatic-action/MDN-sent; deleted"))
    assert gone.item_class == "REPORT.IPM.Note.IPNNRN"


def test_signed_and_encrypted():
    signed = parse(message("Content-Type: multipart/signed; boundary=b\n\n--b\n\nwords\n--b\n"
                           "Content-Type: application/pkcs7-signature\n\nx\n--b--\n"))  # fmt: skip
    assert signed.item_class == "IPM.Note.SMIME.MultipartSigned"
    assert signed.body.text == "words"
    assert [a.name for a in signed.attachments] == ["smime.p7s"]
    sealed = parse(
        message("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n")
    )
    assert sealed.item_class == "IPM.Note.SMIME"
    assert [a.name for a in sealed.attachments] == ["smime.p7m"]
