"""Bodies: which type a device gets, how it is cut, previews, parts (MS-ASAIRS, MS-ASCMD)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eas.reading.options import BodyPreference, Options
from eas.render.mail import application_data, wants
from eas.render.text import clean, cut, encoded, line
from eas.wbxml import Element
from store.model import Body, Item
from tests.eas.messages import VERSIONS, item, item_of_mime, named, violations

TEXT, HTML, RTF, MIME = 1, 2, 3, 4
PAGE = "<html><body><p>Hello <b>Ben</b></p></body></html>"
PLAIN = item(Body(text="Hello Ben"))
RICH = item(Body(html=PAGE))
BOTH = item(Body(html=PAGE, text="Hello Ben, in text"))
MAIL = b"From: anna@example.org\r\nTo: ben@example.org\r\nSubject: Hi\r\n\r\nHello Ben\r\n"
SIGNED = b"""\
From: anna@example.org
Subject: Signed
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b

--b

Hello Ben
--b
Content-Type: application/pkcs7-signature; name=smime.p7s

x
--b--
""".replace(b"\n", b"\r\n")


def prefers(*bodies: BodyPreference, **options: Any) -> Options:
    return Options(bodies=bodies, **options)


def raw(body: Body, **properties: Any) -> Item:
    """An item with characters that the store would have replaced."""
    return msgspec.structs.replace(PLAIN, body=body, properties=properties)


def body(of: Item, options: Options, version: str = "16.1") -> Element:
    return named(application_data(of, options, version))["AirSyncBase:Body"]


def said(element: Element) -> dict[str, str]:
    """Children as texts, in order."""
    return {child.name.removeprefix("AirSyncBase:"): child.as_text() for child in element.children}


@pytest.mark.parametrize(
    ("given_item", "asked", "type"),
    [
        (PLAIN, (TEXT, HTML), TEXT),
        (PLAIN, (HTML, TEXT), TEXT),
        (RICH, (TEXT, HTML), HTML),
        (BOTH, (TEXT, HTML), HTML),
        (RICH, (TEXT,), TEXT),
        (PLAIN, (HTML,), HTML),
        (PLAIN, (RTF,), TEXT),
        (RICH, (RTF, TEXT), TEXT),
        (RICH, (RTF, HTML), HTML),
    ],
)
def test_the_native_type_is_given_where_it_is_asked_for(
    given_item: Item, asked: tuple[int, ...], type: int
) -> None:
    # MS-ASAIRS_R77, R241
    options = prefers(*map(BodyPreference, asked))
    assert said(body(given_item, options))["Type"] == str(type)


def test_the_native_type_is_told_whatever_is_given() -> None:
    for of, native in ((PLAIN, "1"), (RICH, "2"), (BOTH, "2")):
        data = named(application_data(of, prefers(BodyPreference(TEXT)), "12.1"))
        assert data["AirSyncBase:NativeBodyType"].value == native


def test_a_type_that_the_item_has_not_is_converted() -> None:
    assert said(body(RICH, prefers(BodyPreference(TEXT))))["Data"].strip() == "Hello Ben"
    assert said(body(BOTH, prefers(BodyPreference(TEXT))))["Data"] == "Hello Ben, in text"
    assert "Hello Ben" in said(body(PLAIN, prefers(BodyPreference(HTML))))["Data"]
    assert said(body(RICH, prefers(BodyPreference(HTML))))["Data"] == PAGE


def test_a_device_that_says_nothing_of_bodies_is_told_how_much_there_is() -> None:
    for version in VERSIONS:
        assert said(body(PLAIN, Options(), version)) == {
            "Type": "1", "EstimatedDataSize": "9", "Truncated": "1",
        }  # fmt: skip


def test_children_stand_in_the_order_of_the_grammar() -> None:
    # MS-ASAIRS_R112
    whole = body(RICH, prefers(BodyPreference(HTML, 10, preview=20)))
    names = ["Type", "EstimatedDataSize", "Truncated", "Data", "Preview"]
    assert list(said(whole)) == names


def test_cut_text_says_so_and_how_long_it_was() -> None:
    # MS-ASAIRS_R276, R181
    found = said(body(PLAIN, prefers(BodyPreference(TEXT, 5))))
    assert found == {"Type": "1", "EstimatedDataSize": "9", "Truncated": "1", "Data": "Hello"}


def test_what_is_not_cut_never_says_that_it_is_not() -> None:
    # Windows Phone stops at Truncated 0.
    for size in (None, 9, 100):
        assert "Truncated" not in said(body(PLAIN, prefers(BodyPreference(TEXT, size))))
    assert "Truncated" not in said(body(item(Body()), prefers(BodyPreference(TEXT, 0))))


def test_all_or_nothing_gives_way_to_the_next_preference() -> None:
    # MS-ASAIRS_R399, R385
    options = prefers(BodyPreference(HTML, 20, all_or_none=True), BodyPreference(TEXT, 5))
    assert said(body(RICH, options)) | {"EstimatedDataSize": ""} == {
        "Type": "1", "EstimatedDataSize": "", "Truncated": "1", "Data": "Hello",
    }  # fmt: skip


def test_all_or_nothing_gives_all_where_it_fits() -> None:
    options = prefers(BodyPreference(HTML, len(PAGE), all_or_none=True))
    found = said(body(RICH, options))
    assert found["Data"] == PAGE
    assert "Truncated" not in found


def test_all_or_nothing_without_another_preference_gives_the_size_alone() -> None:
    # MS-ASAIRS_R376
    found = said(body(RICH, prefers(BodyPreference(HTML, 20, all_or_none=True))))
    assert found == {"Type": "2", "EstimatedDataSize": str(len(PAGE)), "Truncated": "1"}


# -- MIME


def test_mime_is_given_byte_for_byte() -> None:
    data = body(item_of_mime(MAIL), prefers(BodyPreference(MIME), mime_support=2))
    assert said(data) == {
        "Type": "4", "EstimatedDataSize": str(len(MAIL)), "Data": MAIL.decode(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mime", "is_text"),
    [
        (MAIL, True),
        (MAIL + "Grüße\r\n".encode(), True),
        (MAIL + "Grüße\r\n".encode("latin-1"), False),
        (MAIL + "né".encode("latin-1"), False),
        (MAIL + b"\x00\r\n", False),
        (MAIL + b"\x1b$B$3\x1b(B\r\n", True),
    ],
)
def test_mime_is_text_where_it_can_be_and_else_the_bytes_that_it_is(
    mime: bytes, is_text: bool
) -> None:
    data = application_data(
        item_of_mime(mime), prefers(BodyPreference(MIME), mime_support=2), "14.1"
    )
    found = named(data)["AirSyncBase:Body"].find("AirSyncBase:Data")
    assert found is not None
    assert isinstance(found.value, str) is is_text
    assert found.as_bytes() == mime
    assert violations(data, "14.1") == []


@pytest.mark.parametrize(
    ("support", "asked", "of_plain", "of_signed"),
    [
        (0, (TEXT, MIME), "1", "1"),  # never
        (1, (TEXT, MIME), "1", "4"),  # S/MIME alone
        (2, (TEXT, MIME), "4", "4"),  # always
        (1, (MIME,), "1", "4"),
        (0, (MIME,), "4", "4"),  # asked for, and MIMESupport forgotten
        (0, (MIME, TEXT), "4", "4"),
        (2, (TEXT,), "1", "1"),  # the data need a preference
    ],
)
def test_mime_support_decides_who_gets_mime(
    support: int, asked: tuple[int, ...], of_plain: str, of_signed: str
) -> None:
    # MS-ASCMD_R3396 to R3400, R3398
    options = prefers(*map(BodyPreference, asked), mime_support=support)
    assert said(body(item_of_mime(MAIL), options))["Type"] == of_plain
    signed = item_of_mime(SIGNED)
    assert signed.item_class.upper().startswith("IPM.NOTE.SMIME")
    assert said(body(signed, options))["Type"] == of_signed
    assert wants(options).mime is ("4" in (of_plain, of_signed))


@pytest.mark.parametrize(
    ("preference", "truncation", "size"),
    [
        (BodyPreference(MIME, 20), None, 20),
        (BodyPreference(MIME), 40, 40),
        (BodyPreference(MIME, 20), 40, 20),
        (BodyPreference(MIME), 0, 0),
        (BodyPreference(MIME), None, len(MAIL)),
    ],
)
def test_mime_is_cut_by_the_preference_or_by_mime_truncation(
    preference: BodyPreference, truncation: int | None, size: int
) -> None:
    options = prefers(preference, mime_support=2, mime_truncation=truncation)
    found = said(body(item_of_mime(MAIL), options))
    assert found.get("Data", "") == MAIL[:size].decode()
    assert found.get("Truncated") == ("1" if size < len(MAIL) else None)
    assert found["EstimatedDataSize"] == str(len(MAIL))


def test_mime_cut_inside_of_a_character_is_still_text() -> None:
    mime = MAIL + "ö".encode()
    options = prefers(BodyPreference(MIME, len(mime) - 1), mime_support=2)
    found = body(item_of_mime(mime), options).find("AirSyncBase:Data")
    assert found is not None
    assert found.value == MAIL.decode()


def test_all_or_nothing_of_mime_gives_way_to_html() -> None:
    options = prefers(BodyPreference(MIME, 20, all_or_none=True), BodyPreference(HTML))
    assert said(body(item_of_mime(MAIL), options))["Type"] == "2"


# -- previews and parts


def test_a_preview_is_no_longer_than_asked_and_never_beside_its_text() -> None:
    # MS-ASAIRS_R250, R1001036
    assert said(body(RICH, prefers(BodyPreference(HTML, preview=7))))["Preview"] == "Hello B"
    assert "Preview" not in said(body(PLAIN, prefers(BodyPreference(TEXT, preview=7))))
    without_data = said(body(PLAIN, prefers(BodyPreference(TEXT, 0, preview=7))))
    assert without_data["Preview"] == "Hello B"


def test_only_versions_from_14_know_previews() -> None:
    for version in VERSIONS:
        data = body(RICH, prefers(BodyPreference(HTML, preview=7)), version)
        assert ("Preview" in said(data)) is (version != "12.1")


def test_a_part_is_what_a_message_adds_to_its_conversation() -> None:
    reply = item(
        Body(
            html="<html><body><div>Agreed.</div><div id=divRplyFwdMsg>From: Ben</div>"
            "<div>The plan</div></body></html>"
        )
    )
    options = Options(body_part=BodyPreference(HTML, preview=30))
    for version in VERSIONS:
        data = named(application_data(reply, options, version))
        part = data.get("AirSyncBase:BodyPart")
        assert (part is not None) is (version not in ("12.1", "14.0"))
        if part is None:
            continue
        found = said(part)
        assert list(found) == ["Status", "Type", "EstimatedDataSize", "Data", "Preview"]
        assert (found["Status"], found["Type"]) == ("1", "2")
        assert "Agreed." in found["Data"]
        assert "The plan" not in found["Data"]
        assert found["Preview"].startswith("Agreed.")


def test_the_part_of_a_plain_reply_leaves_its_quotation_out() -> None:
    reply = item(Body(text="Agreed.\r\n\r\nOn Monday, Ben wrote:\r\n> The plan\r\n"))
    data = named(application_data(reply, Options(body_part=BodyPreference(HTML)), "16.1"))
    found = said(data["AirSyncBase:BodyPart"])["Data"]
    assert "Agreed." in found
    assert "The plan" not in found


def test_a_part_that_will_be_whole_and_is_too_large_gives_its_size() -> None:
    # MS-ASAIRS_R376: Status stays 1.
    options = Options(body_part=BodyPreference(HTML, 2, all_or_none=True))
    found = said(named(application_data(RICH, options, "14.1"))["AirSyncBase:BodyPart"])
    assert list(found) == ["Status", "Type", "EstimatedDataSize", "Truncated"]
    assert found["Status"] == "1"


# -- text


def test_a_page_says_the_charset_in_which_it_is_sent() -> None:
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'
    page += "</head><body>Привет, charset=koi8-r</body></html>"
    sent = said(body(item(Body(html=page)), prefers(BodyPreference(HTML))))["Data"]
    assert sent == page.replace("charset=koi8-r", "charset=utf-8", 1)


def test_a_charset_far_behind_the_beginning_is_left_alone() -> None:
    page = "<meta x='" + "y" * 16_356 + "'><meta charset=koi8-r>"
    assert said(body(item(Body(html=page)), prefers(BodyPreference(HTML))))["Data"] == page


def test_lesson_31_no_character_that_a_device_cannot_read() -> None:
    dirty = "a\x00b\x01c\x0bd\x1be\ufffef\uffffg\ud800h\r\n\ti"
    for type in (TEXT, HTML):
        of = raw(Body(html=dirty) if type == HTML else Body(text=dirty))
        data = application_data(of, prefers(BodyPreference(type)), "14.1")
        assert said(named(data)["AirSyncBase:Body"])["Data"] == "abcdefgh\r\n\ti"
        assert violations(data, "14.1") == []


ANY_TEXT = st.text(st.characters(categories=None), max_size=60)


@given(ANY_TEXT, st.integers(0, 130))
def test_cut_text_is_a_front_of_the_whole_and_as_long_as_it_may_be(text: str, size: int) -> None:
    data = encoded(text)
    front = cut(data, size)
    assert data.startswith(front)
    assert len(front) <= size
    assert front.decode() == data.decode()[: len(front.decode())]
    if len(data) > size:
        behind = data.decode()[len(front.decode())]
        assert len(front) + len(behind.encode()) > size
    else:
        assert front == data


@given(ANY_TEXT)
def test_both_ways_of_cleaning_agree(text: str) -> None:
    assert encoded(text).decode() == clean(text)
    assert not any(c in line(text) for c in "\r\n\t")


@given(
    text=ANY_TEXT,
    is_html=st.booleans(),
    type=st.sampled_from([TEXT, HTML]),
    size=st.one_of(st.none(), st.integers(0, 80)),
    whole=st.booleans(),
    preview=st.integers(0, 255),
    version=st.sampled_from(VERSIONS),
)
def test_any_text_reaches_a_device_whole_or_cut_as_it_asked(
    text: str,
    is_html: bool,
    type: int,
    size: int | None,
    whole: bool,
    preview: int,
    version: str,
) -> None:
    of = raw(Body(html=text) if is_html else Body(text=text), subject=text)
    options = prefers(BodyPreference(type, size, whole, preview), body_part=BodyPreference(HTML))
    data = application_data(of, options, version)
    assert violations(data, version) == []
    found = said(named(data)["AirSyncBase:Body"])
    sent, full = found.get("Data", ""), int(found["EstimatedDataSize"])
    is_cut = size is not None and full > size
    assert ("Truncated" in found) is is_cut
    assert clean(sent) == sent
    if is_cut:
        assert len(sent.encode()) <= (0 if whole else size or 0)
    else:
        assert len(sent.encode()) == full
    assert len(found.get("Preview", "")) <= preview
