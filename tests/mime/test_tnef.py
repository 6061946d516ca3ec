"""winmail.dat: what is inside, judged by another reader."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tnefparse import TNEF

from store.mime import parse
from store.mime.tnef import read_tnef
from store.text.rtf import decompress_rtf, read_rtf
from tests.corpus.reference import MESSAGES, reference_messages

FILES = sorted(MESSAGES.rglob("*.tnef"))


@pytest.mark.skipif(not FILES, reason=f"no reference messages in {MESSAGES}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_another_reader_finds_the_same(path: Path):
    data = path.read_bytes()
    found, other = read_tnef(data), TNEF(data, do_checksum=False)
    assert found is not None
    names = [a.long_filename().strip() for a in other.attachments]
    ours = [a.name for a in found.attachments]
    assert len(ours) == len(names)
    assert all(theirs in ("", mine) for mine, theirs in zip(ours, names, strict=True))
    if other.htmlbody:
        assert found.body.html
    if other._rtfbody:
        assert found.body.html or found.body.text


@pytest.mark.parametrize(
    ("name", "index", "size"),
    [("MAPI_ATTACH_DATA_OBJ.tnef", 0, 61_952), ("MAPI_OBJECT.tnef", 0, 628_224)],
)
def test_objects_in_properties_are_whole(name: str, index: int, size: int):
    """OLE documents, whose length is a multiple of 512 where nothing is missing or too much."""
    found = read_tnef(_file(name))
    assert found is not None
    content = found.attachments[index].content or b""
    assert content.startswith(b"\xd0\xcf\x11\xe0") and len(content) == size and size % 512 == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("body.tnef", "<!DOCTYPE HTML"),
        ("unicode-mapi-attr.tnef", "hello world"),
        ("umlaut.tnef", "<html"),
        ("triples.tnef", "Sample description"),
        ("rtf.tnef", "aafgag'alga'kgk"),
    ],
)
def test_bodies(name: str, text: str):
    found = read_tnef(_file(name))
    assert found is not None
    assert text in (found.body.html or "") + (found.body.text or "")


def test_a_message_inside_is_an_item():
    found = read_tnef(_file("IPM-DistList.tnef"))
    assert found is not None
    assert [a.kind for a in found.attachments] == ["item"]


@pytest.mark.skipif(not FILES, reason=f"no reference messages in {MESSAGES}")
def test_in_a_message_its_files_are_the_attachments():
    (sample,) = [s for s in reference_messages() if s.name == "tnef/umlaut.tnef"]
    draft = parse(sample.mime)
    names = [a.name for a in draft.attachments]
    assert names == ["TBZ PARIV GmbH.jpg", "image003.jpg", "UmlautAnhang-äüö.txt"]
    assert (draft.body.text or "").startswith("This message came from Outlook.")
    assert "<html" in (draft.body.html or "")


@pytest.mark.skipif(not FILES, reason=f"no reference messages in {MESSAGES}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_cut_off_anywhere_is_read_or_refused(path: Path):
    data = path.read_bytes()
    for cut in range(0, len(data), max(1, len(data) // 100)):
        read_tnef(data[:cut])
        damaged = bytearray(data)
        damaged[cut] ^= 0xFF
        read_tnef(bytes(damaged))


def _file(name: str) -> bytes:
    path = MESSAGES / "tnef" / name
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path.read_bytes()


# -- RTF ---------------------------------------------------------------------------------------


def test_rtf_is_unpacked_as_the_specification_shows():
    """MS-OXRTFCP 4.1 and 4.2: the two examples."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress_rtf(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_rtf_that_is_not_packed():
    assert decompress_rtf(struct.pack("<IIII", 20, 8, 0x414C454D, 0) + b"{\\rtf1 }") == b"{\\rtf1 }"


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi Hello\par world}", "Hello\r\nworld"),
        (rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe \u8364?}", "Grüße €"),
        (rb"{\rtf1\ansi\ansicpg1251 \'d1\'f7\'b8\'f2}", "Счёт"),
        (rb"{\rtf1{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'d1}", "С"),
        (rb"{\rtf1\uc1 \u-10179?\u-8704?}", "😀"),
        (rb"{\rtf1{\*\generator X;}{\pict 00ff}a\{b\}\\c}", "a{b}\\c"),
    ],
)
def test_rtf_to_text(rtf: bytes, text: str):
    assert read_rtf(rtf).text == text


def test_html_in_rtf_comes_out_as_it_was():
    """MS-OXRTFEX 4: HTML source stands in starred groups, RTF's own rendering is hidden."""
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <html><body>}"
        rb"{\*\htmltag84 <p>}\htmlrtf \par\f1 \htmlrtf0 Gr\'fc\'dfe "
        rb"{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 "
        rb"{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 bold\htmlrtf }\htmlrtf0 {\*\htmltag84 </b>}"
        rb"{\*\mhtmltag64 <hidden>}{\*\htmltag72 </p></body></html>}}"
    )
    assert read_rtf(rtf).html == "<html><body><p>Grüße &nbsp;<b>bold</b></p></body></html>"
