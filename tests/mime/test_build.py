"""From items to MIME, and edits of header lines."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email import policy

import pytest

from schemas.mapi import PROPERTY_SETS
from store.errors import TooMany
from store.mime import build, header_list, native, parse, with_headers
from store.model import AttachmentDraft, Body, ItemDraft
from tests.mime.conftest import NOW, built, there_and_back

ANNA = {"name": "Anna Berg", "address": "anna@example.org"}
CARL = {"name": "Cårl, jr.", "address": "carl@example.org"}
X_HEADER = f"{{{PROPERTY_SETS['InternetHeaders']}}}:n:x-lamp:String"
PNG = b"\x89PNG\r\n\x1a\n\x00"


def headers_of(mime: bytes) -> dict[str, str]:
    return dict(header_list(parse(mime).headers))


def structure(mime: bytes) -> object:
    """Types as the standard library sees them, nested."""

    def of(part: email.message.Message) -> object:
        parts = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(parts, list):
            return [part.get_content_subtype(), *map(of, parts)]
        return part.get_content_type()

    return of(email.message_from_bytes(mime))


@pytest.mark.parametrize(
    ("body", "attachments", "wanted"),
    [
        (Body(), [], "text/plain"),
        (Body(text="a"), [], "text/plain"),
        (Body(html="a"), [], "text/html"),
        (Body(text="a", html="b"), [], ["alternative", "text/plain", "text/html"]),
        (Body(html="a"), ["inline"], ["related", "text/html", "image/png"]),
        (Body(text="a"), ["file"], ["mixed", "text/plain", "image/png"]),
        (Body(text="a", html="b"), ["inline", "file", "item"],
         ["mixed", ["alternative", "text/plain", ["related", "text/html", "image/png"]],
          "image/png", "message/rfc822"]),
        (Body(text="a"), ["inline"], ["mixed", "text/plain", "image/png"]),
        (Body(text="a"), ["reference"], "text/plain"),
    ],
)  # fmt: skip
def test_structure(body: Body, attachments: list[str], wanted: object):
    made = {
        "inline": AttachmentDraft("file", "i.png", "image/png", "i@x", is_inline=True, content=PNG),
        "file": AttachmentDraft("file", "f.png", "image/png", content=PNG),
        "item": AttachmentDraft("item", "m", item=ItemDraft(properties={"subject": "m"})),
        "reference": AttachmentDraft("reference", "r"),
    }
    draft = ItemDraft(body=body, attachments=tuple(made[name] for name in attachments))
    assert structure(built(draft)) == wanted


def test_the_standard_library_reads_the_same():
    draft = ItemDraft(
        properties={"subject": "Größe " * 30, "from": CARL, "to": [ANNA, CARL] * 10},
        body=Body(text="Zeile\nmit ümlaut\n", html="<p>ü</p>"),
        attachments=(AttachmentDraft("file", "Übersicht einer langen Sache.pdf", content=b"%PDF"),),
    )
    mime = built(draft)
    assert all(len(line) <= 78 for line in mime.split(b"\r\n"))
    read = email.message_from_bytes(mime, policy=policy.default)
    assert isinstance(read, email.message.EmailMessage)
    assert read["subject"] == ("Größe " * 30).strip() or read["subject"] == "Größe " * 30
    assert [a.addr_spec for a in read["to"].addresses] == [ANNA["address"], CARL["address"]] * 10
    assert read["from"].addresses[0].display_name == CARL["name"]
    (file,) = read.iter_attachments()
    assert file.get_filename() == "Übersicht einer langen Sache.pdf"
    assert file.get_payload(decode=True) == b"%PDF"


def test_the_same_item_gives_the_same_bytes():
    draft = ItemDraft(properties={"subject": "a"}, body=Body(text="b", html="c"))
    assert built(draft) == built(draft)
    other = ItemDraft(properties={"subject": "a"}, body=Body(text="b", html="d"))
    assert headers_of(built(draft))["Message-ID"] != headers_of(built(other))["Message-ID"]


def test_bcc_and_categories_are_for_the_owner_alone():
    draft = ItemDraft(properties={"from": ANNA, "bcc": [CARL], "categories": ["secret"]})
    assert b"secret" not in built(draft, bcc=False)
    assert b"carl@" not in built(draft, bcc=False)
    assert parse(built(draft)).properties["bcc"] == [CARL]


@pytest.mark.parametrize("key", ["subject", "conversation_topic", "message_id", "in_reply_to",
                                 "references", "conversation_index", "culture"])  # fmt: skip
@pytest.mark.parametrize("line", ["\r\nBcc: x@y.z", "\nBcc: x@y.z", "\rBcc: x@y.z\r\n\r\nbody"])
def test_no_value_brings_in_a_header(key: str, line: str):
    """Attack A22: CR and LF in fields."""
    mime = built(ItemDraft(properties={"subject": "s", key: f"a{line}"}, body=Body(text="text")))
    read = email.message_from_bytes(mime)
    assert "bcc" not in read
    assert read.get_payload(decode=True) == b"text"


@pytest.mark.parametrize("line", ["\r\nBcc: x@y.z", ">\r\nBcc: <x@y.z>", ">, <x@y.z"])
def test_no_name_address_or_file_name_brings_in_a_header_or_recipient(line: str):
    draft = ItemDraft(
        properties={"to": [{"name": f"n{line}", "address": f"a@b.c{line}"}], "from": ANNA},
        extended={X_HEADER: f"v{line}"},
        attachments=(AttachmentDraft("file", f"f{line}", f"a/b{line}", f"c{line}", f"l{line}"),),
    )
    read = email.message_from_bytes(built(draft), policy=policy.default)
    assert "bcc" not in read
    assert len(read["to"].addresses) == 1
    assert "Bcc" not in [name for part in read.walk() for name in part]


def test_a_client_s_own_headers():
    own = {X_HEADER: "bright ü", X_HEADER.replace("x-lamp", "bcc"): "x@y.z",
           X_HEADER.replace("x-lamp", "received"): "from nowhere",
           X_HEADER.replace("x-lamp", "resent-bcc"): "x@y.z",
           X_HEADER.replace("x-lamp", "content-type"): "text/html",
           X_HEADER.replace("x-lamp", "x y"): "no"}  # fmt: skip
    found = headers_of(built(ItemDraft(extended=own), bcc=False))
    assert found["x-lamp"] == "bright ü"
    assert set(found) == {"x-lamp", "Subject", "Date", "Message-ID", "MIME-Version",
                          "Content-Type", "Content-Transfer-Encoding"}  # fmt: skip


def test_nobody_can_write_the_boundary_of_a_message():
    """A text that holds the boundary of a message changes that boundary."""
    draft = ItemDraft(body=Body(text="a\n", html="b\n"))
    boundary = built(draft).split(b'boundary="')[1].split(b'"')[0].decode()
    hostile = ItemDraft(body=Body(text=f"a\n--{boundary}--\n", html="b\n"))
    assert parse(built(hostile)).body.html == "b\r\n"


@pytest.mark.parametrize(
    ("mailbox", "wire"),
    [
        ({"name": "Anna", "address": "a@b.c"}, "Anna <a@b.c>"),
        ({"name": "a@b.c", "address": "a@b.c"}, "<a@b.c>"),
        ({"address": "a@b.c"}, "<a@b.c>"),
        ({"name": "Only a name"}, "Only a name:;"),
        ({"name": 'Q "x" \\', "address": "a@b.c"}, '"Q \\"x\\" \\\\" <a@b.c>'),
        ({"name": "A", "address": "/o=Org/cn=a b", "routing": "EX"},
         "A <IMCEAEX-_o=Org_cn=a+20b@example.org>"),
        ({"name": "jdöe@mächine.example", "address": "jdöe@mächine.example"},
         "<jdöe@mächine.example>"),
    ],
)  # fmt: skip
def test_mailboxes(mailbox: dict[str, str], wire: str):
    assert headers_of(built(ItemDraft(properties={"to": [mailbox]})))["To"] == wire


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a\r\n",
        "\r\n",
        " a \r\n",
        "a" * 5000,
        ".\r\n..\r\n",
        "From here\r\n",
        "ü" * 3000,
        "日本語\r\n" * 50,
        "=3D=\r\n",
        "a\tb \r\n",
        "\x01\x02\x1f\r\n",
        "trailing =",
        "--b\r\n--b--\r\n",
    ],
)
def test_text_comes_back_to_the_character(text: str):
    assert there_and_back(ItemDraft(body=Body(text=text))).body.text == text
    assert there_and_back(ItemDraft(body=Body(text=text, html=text))).body == Body(text, text)


def test_a_message_in_a_message_keeps_its_own_bytes():
    inner = b"Subject: in\r\nX-Odd:  \xfc\r\n\r\nbody\r\n"
    draft = ItemDraft(attachments=(AttachmentDraft("item", "in.eml", item=parse(inner)),))
    (attachment,) = there_and_back(draft).attachments
    assert attachment.item is not None and attachment.item.mime == inner


def test_messages_nest_only_so_deep():
    draft = ItemDraft()
    for _ in range(40):
        draft = ItemDraft(attachments=(AttachmentDraft("item", "m", item=draft),))
    with pytest.raises(TooMany):
        built(draft)


def test_an_appointment_is_a_calendar():
    draft = ItemDraft(
        "IPM.Appointment",
        {
            "subject": "Round; with, marks",
            "start": "2026-12-01T09:00:00.000000Z",
            "end": "2026-12-01T10:00:00.000000Z",
            "location": "Quay 4\nDoor 2",
            "uid": "u1",
            "busy_status": "oof",
            "organizer": ANNA,
            "reminder_is_set": True,
            "reminder_minutes": 10,
            "required_attendees": [{"mailbox": CARL, "response": "accept"}],
            "sensitivity": "private",
        },
        body=Body(text="Füße " * 30),
    )
    text = native(draft, domain="example.org", now=NOW).decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    for line in (
        "UID:u1",
        "DTSTART:20261201T090000Z",
        "SUMMARY:Round\\; with\\, marks",
        "LOCATION:Quay 4\\nDoor 2",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "CLASS:PRIVATE",
        "TRIGGER:-PT10M",
        "DTSTAMP:20261125T083015Z",
        "METHOD:PUBLISH",
        'ORGANIZER;CN="Anna Berg":mailto:anna@example.org',
    ):
        assert f"\r\n{line}\r\n" in unfolded, line
    assert "PARTSTAT=ACCEPTED" in unfolded and 'CN="Cårl, jr.":mailto:carl@example.org' in unfolded
    assert structure(built(draft)) == ["alternative", "text/plain", "text/calendar"]


def test_an_all_day_appointment_is_a_date_in_its_zone():
    """Lesson 21: midnight in Berlin is 23:00 UTC of the day before."""
    properties = {
        "start": "2026-11-30T23:00:00.000000Z",
        "end": "2026-12-01T23:00:00.000000Z",
        "is_all_day": True,
        "start_time_zone": {"id": "W. Europe Standard Time"},
    }
    text = native(ItemDraft("IPM.Appointment", properties), domain="x", now=NOW).decode()
    assert "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202\r\n" in text


def test_a_request_decides_the_class_when_it_is_read_again():
    for item_class in ("IPM.Schedule.Meeting.Request", "IPM.Schedule.Meeting.Canceled",
                       "IPM.Schedule.Meeting.Resp.Tent"):  # fmt: skip
        draft = ItemDraft(item_class, {"subject": "s", "from": ANNA,
                                       "start": "2026-12-01T09:00:00.000000Z"})  # fmt: skip
        assert there_and_back(draft).item_class == item_class


def test_a_contact_is_a_vcard():
    draft = ItemDraft(
        "IPM.Contact",
        {
            "display_name": "Anna Berg", "surname": "Berg", "given_name": "Anna",
            "company_name": "Lamps; Ltd", "phone_numbers": {"MobilePhone": "+49 1"},
            "email_addresses": {"EmailAddress1": {"address": "anna@example.org"}},
            "physical_addresses": {"Home": {"street": "Quay 4", "city": "Kiel"}},
            "birthday": "1990-02-03T00:00:00.000000Z",
        },
    )  # fmt: skip
    card = native(draft, domain="example.org", now=NOW).decode().split("\r\n")
    assert card[0] == "BEGIN:VCARD" and card[-2] == "END:VCARD"
    for line in ("FN:Anna Berg", "N:Berg;Anna;;;", "ORG:Lamps\\; Ltd", "BDAY:1990-02-03",
                 "EMAIL;TYPE=INTERNET:anna@example.org", "TEL;TYPE=CELL,VOICE:+49 1",
                 "ADR;TYPE=HOME:;;Quay 4;Kiel;;;"):  # fmt: skip
        assert line in card
    assert structure(built(draft)) == "text/vcard"


def test_native_gives_a_message_its_own_bytes():
    mime = b"Subject: a\r\n\r\nb"
    assert native(parse(mime), domain="x", now=NOW) == mime


def test_date_and_identity_are_the_item_s_own_where_it_has_them():
    properties = {"sent": "2020-01-02T03:04:05.000000Z", "message_id": "<a@b>"}
    found = headers_of(built(ItemDraft(properties=properties)))
    assert (found["Date"], found["Message-ID"]) == ("Thu, 02 Jan 2020 03:04:05 +0000", "<a@b>")
    mime = build(ItemDraft(), domain="x", now=datetime(2026, 1, 1, tzinfo=UTC), message_id="<q@x>")
    assert headers_of(mime)["Message-ID"] == "<q@x>"


# -- with_headers ------------------------------------------------------------------------------

MIME = (
    b"Received: a\r\nBcc: one@x,\r\n two@x\r\nSubject: s\r\nbcc : three@x\r\n\r\nBcc: in body\r\n"
)


def test_fields_are_removed_with_their_folded_lines_and_nothing_else():
    assert with_headers(MIME, remove=["BCC"]) == (
        b"Received: a\r\nSubject: s\r\n\r\nBcc: in body\r\n"
    )


def test_fields_are_put_in_front():
    assert with_headers(MIME, add=[("Return-Path", "<a@b>")]) == b"Return-Path: <a@b>\r\n" + MIME
    assert with_headers(MIME, add=[("X", "a\r\nBcc: b")]).startswith(b"X: a Bcc: b\r\nReceived")
    with pytest.raises(ValueError, match="no name"):
        with_headers(MIME, add=[("X\r\nY", "z")])


@pytest.mark.parametrize(
    ("mime", "result"),
    [
        (b"A: b\n\nbody\n", b"X: y\nA: b\n\nbody\n"),
        (b"Bcc: c\r\n\r\nbody", b"X: y\r\n\r\nbody"),
        (b"Bcc: c\r\n\r\n", b"X: y\r\n\r\n"),
        (b"Bcc: c", b"X: y\r\n"),
        (b"\r\nbody", b"X: y\r\n\r\nbody"),
        (b"only a body\r\n", b"X: y\r\n\r\nonly a body\r\n"),
        (b"", b"X: y\r\n"),
        (b"A: b\r\nBcc: c\r\n \r\n\r\nbody", b"X: y\r\nA: b\r\n\r\nbody"),
    ],
)
def test_odd_messages_are_edited_too(mime: bytes, result: bytes):
    assert with_headers(mime, remove=["bcc"], add=[("X", "y")]) == result


def test_a_long_list_of_recipients_is_folded():
    value = ", ".join(f"user{n}@example.org" for n in range(1000))
    mime = with_headers(b"A: b\r\n\r\n", add=[("To", value)])
    assert max(map(len, mime.split(b"\r\n"))) < 80
    assert len(parse(mime).properties["to"]) == 1000
