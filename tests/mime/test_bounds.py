"""Small input, huge work (attack A23): what is done is bounded, whatever is sent.

No test asserts a time: they assert how much is taken apart. Each of these took minutes, or all
memory, with some reader of mail; the suite's own limit for a test would catch that here.
"""

from __future__ import annotations

import struct

import pytest

from store.mime import Limits, header_list, parse
from store.mime.addresses import ADDRESSES_MAX
from store.mime.tnef import read_tnef
from store.model import ItemDraft
from store.text import rtf_to_text
from store.text.rtf import decompress_rtf
from tests.mime.conftest import message


def in_messages(count: int) -> bytes:
    return (
        b"Subject: m\r\nContent-Type: message/rfc822\r\n\r\n" * count
        + b"Subject: in\r\n\r\ndeep\r\n"
    )


def depth_of(draft: ItemDraft) -> int:
    depth = 0
    while draft.attachments and draft.attachments[0].item is not None:
        draft, depth = draft.attachments[0].item, depth + 1
    return depth


@pytest.mark.parametrize("count", [9, 10, 11, 200, 20_000])
def test_attack_a23_messages_in_messages(count: int):
    """Ten are opened; the eleventh is a file, so that nothing is lost."""
    draft = parse(in_messages(count))
    assert depth_of(draft) == min(count, 10)
    for _ in range(min(count, 10)):
        item = draft.attachments[0].item
        assert item is not None
        draft = item
    if count > 10:
        (rest,) = draft.attachments
        assert (rest.kind, rest.name, rest.content) == (
            "file",
            "message.eml",
            in_messages(count - 11),
        )


def test_attack_a23_messages_in_messages_share_one_budget():
    """Each level holds all that is below it: a large message may not be kept ten times."""
    limits = Limits(nested_bytes=2500)
    draft = parse(in_messages(5) + b"x" * 1000, limits)
    assert depth_of(draft) == 2


def test_attack_a23_a_hundred_thousand_parts():
    mime = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (
        b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n" * 100_000
    )
    attachments = parse(mime).attachments
    assert len(attachments) == Limits().parts + 1
    assert attachments[-1].name == "more-parts.eml"
    assert len(attachments[-1].content or b"") > 3_000_000


def test_attack_a23_parts_are_counted_over_all_messages_inside():
    inner = (
        b"Content-Type: multipart/mixed; boundary=i\r\n\r\n"
        + b"--i\r\nContent-Type: a/b\r\n\r\n1\r\n" * 90
    )
    part = b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    mime = b"Content-Type: multipart/mixed; boundary=o\r\n\r\n" + part * 50
    draft = parse(mime, Limits(parts=100))
    inside = sum(len(a.item.attachments) for a in draft.attachments if a.item is not None)
    assert inside + len(draft.attachments) <= 160


def test_attack_a23_multiparts_in_multiparts():
    mime = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(5000)
    )
    draft = parse(mime)
    (rest,) = draft.attachments
    assert rest.content_type == "application/octet-stream"
    assert (rest.content or b"").count(b"boundary=") == 5000 - Limits().depth - 1


@pytest.mark.parametrize("boundary", [b"-", b"a"])
def test_attack_a23_lines_that_are_almost_boundaries(boundary: bytes):
    mime = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"
    assert parse(mime + b"--" + boundary + b"x\n" * 3_000_000).attachments == ()
    assert parse(mime + b"-" * 10_000_000).attachments == ()


def test_attack_a23_a_million_recipients():
    mime = b"To: " + b",\r\n ".join(b"u%d@x.org" % n for n in range(1_000_000)) + b"\r\n\r\nx"
    draft = parse(mime)
    assert len(draft.properties["to"]) == ADDRESSES_MAX
    assert draft.body.text == "x"


@pytest.mark.parametrize(
    "line",
    [
        '"',
        '"\\"',
        "(",
        "(\\(",
        "<",
        ":",
        "a(",
        '" ',
        "=?",
        "=?a?q?",
        "=?a?q?b?=",
        "; a*0*=b",
        ';a="',
        "<a ",
        "re: ",
        "1 ",
        "\xe4\n\xe4: ",
    ],
)
@pytest.mark.parametrize("name", ["To", "Subject", "Content-Type", "References", "Date"])
def test_attack_a23_headers_that_make_others_look_back(name: str, line: str):
    mime = f"{name}: {line * (500_000 // len(line))}\r\n\r\nx".encode("latin-1")
    assert len(header_list(parse(mime).headers)) >= 1


@pytest.mark.parametrize(
    ("type", "piece"),
    [
        ("text/plain; format=flowed", b"x \n"), ("text/plain; format=flowed", b">"),
        ("text/enriched", b"<b>"), ("text/plain", b"begin 644 a\n"), ("text/html", b"cid:a "),
        ("text/plain; charset=utf-8", b"\xe4\xf6 "), ("text/plain; charset=utf-7", b"+AOQ-"),
        ("text/calendar; method=REPLY", b"METHOD:REPLY\nATTENDEE;PARTSTAT\n"),
        ("application/ms-tnef", b"\x78\x9f\x3e\x22"),
    ],
)  # fmt: skip
def test_attack_a23_bodies_that_make_others_look_back(type: str, piece: bytes):
    head = f"Content-Type: {type}\r\n\r\n".encode()
    draft = parse(head + piece * (6_000_000 // len(piece)))
    assert draft.body.text or draft.body.html or draft.attachments


def test_attack_a23_base64_of_nothing_but_ends():
    head = b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (attachment,) = parse(head + b"YQ==\n" * 1_000_000).attachments
    assert attachment.content


# -- TNEF and RTF that lie about lengths (VU#252146) -------------------------------------------


def tnef(*objects: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<IH", 0x223E9F78, 1)
    for level, attribute, value in objects:
        out += struct.pack("<BHHI", level, attribute, 6, len(value)) + value + b"\0\0"
    return out


@pytest.mark.parametrize(
    "value",
    [
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x1E, 0x1000, 0xFFFFFFFF),
        struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, 0xFFFFFFF0),
        struct.pack("<IHHI", 1, 0x1003, 0x1000, 0xFFFFFFFF),
        struct.pack("<IHH16sII", 1, 0x1E, 0x8000, b"", 1, 0xFFFFFFF0),
        b"\xff" * 100,
        b"\x01",
    ],
)
def test_attack_a23_tnef_lengths_that_lie(value: bytes):
    """The damage ends with the property: what came before it is there."""
    data = tnef(
        (2, 0x9002, b"\0" * 14), (2, 0x8010, b"a.txt\0"), (2, 0x800F, b"hello"), (1, 0x9003, value)
    )
    found = read_tnef(data)
    assert found is not None
    assert [(a.name, a.content) for a in found.attachments] == [("a.txt", b"hello")]


def test_attack_a23_tnef_object_longer_than_the_file():
    data = tnef((1, 0x800C, b"text\0")) + struct.pack("<BHHI", 2, 0x800F, 6, 0xFFFFFFF0) + b"x"
    found = read_tnef(data)
    assert found is not None and found.body.text == "text"


def test_attack_a23_tnef_of_nothing_but_objects():
    found = read_tnef(tnef(*[(2, 0x9002, b"")] * 20_000))
    assert found is not None and len(found.attachments) <= 500


def test_a_winmail_that_is_none_stays_a_file():
    mime = message("Content-Type: application/ms-tnef; name=winmail.dat\n\nno TNEF\n")
    assert [a.name for a in parse(mime).attachments] == ["winmail.dat"]


def rtf(raw_size: int, data: bytes) -> bytes:
    return struct.pack("<IIII", len(data) + 12, raw_size, 0x75465A4C, 0) + data


def test_attack_a23_rtf_that_unpacks_to_more_than_is_read():
    with pytest.raises(ValueError, match="at most"):
        decompress_rtf(rtf(0x7FFFFFFF, b"\xff" * 1000))
    assert len(decompress_rtf(rtf(100, b"\xff" + b"\x00\x0f" * 8 * 1000))) <= 100


def test_attack_a23_rtf_that_nests():
    with pytest.raises(ValueError, match="deep"):
        rtf_to_text(b"{\\rtf1" + b"{" * 100_000)
