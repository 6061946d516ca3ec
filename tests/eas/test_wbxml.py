"""WBXML: what is written is read again; what is broken is refused, at a bounded cost."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eas.wbxml import Element, Limits, WbxmlError, decode, encode
from schemas.eas.codepages import PAGES, TAGS

NAMES = sorted(f"{PAGES[tag.page]}:{tag.name}" for tag in TAGS.values() if not tag.is_opaque)
OPAQUE = sorted(f"{PAGES[tag.page]}:{tag.name}" for tag in TAGS.values() if tag.is_opaque)
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
LEAVES = st.one_of(
    st.builds(Element, st.sampled_from(NAMES)),
    st.builds(Element, st.sampled_from(NAMES), TEXT),
    st.builds(Element, st.sampled_from([*NAMES, *OPAQUE]), st.binary()),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Element, st.sampled_from(NAMES), st.none(), st.lists(inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)
HEADER = b"\x03\x01\x6a\x00"


def test_a_sync_request_reads_as_it_looks() -> None:
    data = (
        HEADER + bytes.fromhex("455c4f4b") + b"\x030\x00" + b"\x01" + b"R\x035\x00\x01\x01\x01\x01"
    )
    root = decode(data)
    collection = root.find("AirSync:Collections").find("AirSync:Collection")
    assert collection.text("AirSync:SyncKey") == "0"
    assert collection.text("AirSync:CollectionId") == "5"
    assert encode(root) == data


@given(TREES)
def test_what_is_written_is_read_again(tree: Element) -> None:
    assert decode(encode(tree), Limits(depth_max=1000)) == tree


def test_a_token_of_no_page_is_kept() -> None:
    data = HEADER + b"\x45" + b"\x3f" + b"\x01"
    root = decode(data)
    assert root.children[0].name == "AirSync:0x3f"
    assert encode(root) == data


def test_text_for_a_byte_array_goes_out_as_one_and_a_nul_is_left_out() -> None:
    assert b"\xc3\x03abc" in encode(Element("ComposeMail:Mime", "abc"))
    assert decode(encode(Element("AirSync:SyncKey", "a\x00b"))).value == "ab"


def test_strings_and_bytes_are_read_for_any_element() -> None:
    assert decode(HEADER + b"\x4b\xc3\x02ab\x01").as_text() == "ab"
    assert decode(HEADER + b"\x00\x15\x50\x03ab\x00\x01").as_bytes() == b"ab"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x03",
        HEADER,
        HEADER + b"\x45",
        HEADER + b"\x01",
        HEADER + b"\x45\x03abc",
        HEADER + b"\x45\xc3\x7fabc\x01",
        HEADER + b"\x45\xc3\xff\xff\xff\xff\xff\x7f",
        HEADER + b"\x45\xff\x01",
        HEADER + b"\xc5\x01\x01",
        HEADER + b"\x00\x63\x45\x01",
        HEADER + b"\x03abc\x00",
        HEADER + b"\x45\x03\xff\xfe\x00\x01",
        HEADER + b"\x45\x01\x45\x01",
        b"\x03\x01\x6a\x04abcd\x45\x01",
        b"\x03\x01\x04\x00\x45\x01",
        b"<?xml version='1.0'?><Sync/>",
        HEADER + b"\x04\x45\x01",
        HEADER + b"\x45" * 100,
        HEADER + b"\x05\x00",
    ],
)
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(WbxmlError):
        decode(data)


@example(b"\x05\x00")
@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        decode(HEADER + data)
    except WbxmlError as error:
        assert 0 <= error.at <= len(data) + len(HEADER)


@given(TREES, st.data())
def test_a_damaged_document_is_read_or_refused(tree: Element, data: st.DataObject) -> None:
    whole = bytearray(encode(tree))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(whole))
    except WbxmlError as error:
        assert error.at <= len(whole)


def test_bounds_are_kept() -> None:
    with pytest.raises(WbxmlError, match="too deep"):
        decode(HEADER + b"\x45" * 1_000_000)
    with pytest.raises(WbxmlError, match="too many elements"):
        decode(HEADER + b"\x45" + b"\x05" * 300_000 + b"\x01")
    with pytest.raises(WbxmlError, match="page switches"):
        decode(HEADER + b"\x45" + b"\x00\x01" * 500_000 + b"\x01")
    with pytest.raises(WbxmlError, match="limit"):
        decode(HEADER + b"\x45\x01", Limits(bytes_max=5))


def second_opinion(data: bytes) -> str | None:
    """The XML that libwbxml makes of a document; None where it refuses."""
    library = ctypes.CDLL(_library())
    xml, length = ctypes.c_char_p(), ctypes.c_uint32()
    converter = ctypes.c_void_p()
    library.wbxml_conv_wbxml2xml_create(ctypes.byref(converter))
    library.wbxml_conv_wbxml2xml_set_language(converter, _ACTIVESYNC)
    status = library.wbxml_conv_wbxml2xml_run(
        converter, data, len(data), ctypes.byref(xml), ctypes.byref(length)
    )
    library.wbxml_conv_wbxml2xml_destroy(converter)
    return xml.value.decode() if status == 0 and xml.value else None


# WBXML_LANG_ACTIVESYNC in libwbxml 0.11.8.
_ACTIVESYNC = 2402


def _library() -> str:
    found = ctypes.util.find_library("wbxml2")
    if found is None:
        pytest.skip("libwbxml (Debian: libwbxml2-0) is not installed")
    return found


def test_libwbxml_reads_what_we_write() -> None:
    request = Element(
        "AirSync:Sync",
        children=[
            Element(
                "AirSync:Collections",
                children=[
                    Element(
                        "AirSync:Collection",
                        children=[
                            Element("AirSync:SyncKey", "0"),
                            Element("AirSync:CollectionId", "5"),
                        ],
                    )
                ],
            )
        ],
    )
    xml = second_opinion(encode(request))
    if xml is None:
        pytest.skip("this libwbxml has no ActiveSync language of that number")
    assert "SyncKey>0<" in xml
    assert "CollectionId>5<" in xml
