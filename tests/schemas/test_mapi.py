"""Names and values of extended properties, and their views of registry properties."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import mapi
from schemas.mapi.names import UNSUPPORTED
from schemas.property import Named
from schemas.property_sets import PROPERTY_SETS

from .conftest import Contract

TYPES = sorted(set(mapi.TYPES) - UNSUPPORTED)
SET = "{00020329-0000-0000-C000-000000000046}"


def path(**attributes: Any) -> dict[str, Any]:
    """An ExtendedFieldURI by its attributes; a String where no type is said."""
    return {"PropertyType": "String", **attributes}


# -- names -------------------------------------------------------------------------------------


def test_tables_are_the_contracts(contract: Contract) -> None:
    assert set(mapi.TYPES) == set(contract.values("MapiPropertyTypeType"))
    assert set(PROPERTY_SETS) == set(contract.values("DistinguishedPropertySetType"))


@pytest.mark.parametrize("tag", ["0x0E07", "0xe07", "0X0e07", "3591", "0x00000e07", " 3591 "])
def test_a_tag_is_hex_or_decimal(tag: str) -> None:
    name = mapi.read_name(path(PropertyTag=tag, PropertyType="Integer"))
    assert name.key == "0xe07:Integer"
    assert name.echo == (("PropertyTag", "0xe07"), ("PropertyType", "Integer"))
    assert name.tag_or_named == 0x0E070003


def test_a_set_is_echoed_as_it_was_asked() -> None:
    distinguished = mapi.read_name(
        path(DistinguishedPropertySetId="PublicStrings", PropertyName="Keywords")
    )
    by_guid = mapi.read_name(path(PropertySetId=SET, PropertyName="Keywords"))
    assert distinguished.key == by_guid.key == f"{SET.lower()}:n:Keywords:String"
    assert distinguished.echo[0] == ("DistinguishedPropertySetId", "PublicStrings")
    assert by_guid.echo[0] == ("PropertySetId", SET.lower().strip("{}"))


def test_an_id_is_decimal() -> None:
    name = mapi.read_name(
        path(DistinguishedPropertySetId="Common", PropertyId=0x8570, PropertyType="Integer")
    )
    assert name.key == "{00062008-0000-0000-c000-000000000046}:34160:Integer"
    assert ("PropertyId", "34160") in name.echo


def test_header_names_know_no_case() -> None:
    keys = {
        mapi.read_name(path(DistinguishedPropertySetId="InternetHeaders", PropertyName=name)).key
        for name in ("X-Spam-Level", "x-spam-level")
    }
    assert len(keys) == 1
    assert mapi.header_of(mapi.read_key(keys.pop())) == "x-spam-level"


@pytest.mark.parametrize(
    "attributes",
    [
        {"DistinguishedPropertySetId": "Common", "PropertySetId": SET, "PropertyId": 1},
        {"DistinguishedPropertySetId": "Common", "PropertyTag": "0x37"},
        {"PropertySetId": SET, "PropertyTag": "0x37"},
        {"PropertyTag": "0x37", "PropertyName": "a"},
        {"PropertyTag": "0x37", "PropertyId": 1},
        {"PropertyName": "a"},
        {"PropertyId": 1},
        {"PropertySetId": SET},
        {"PropertySetId": SET, "PropertyName": "a", "PropertyId": 1},
        {"PropertySetId": SET, "PropertyName": ""},
        {"PropertySetId": SET, "PropertyName": "a" * 256},
        {"PropertySetId": "no guid", "PropertyId": 1},
        {"PropertyTag": "0xfffff"},
        {"PropertyTag": "title"},
        {"PropertySetId": SET, "PropertyId": -1},
        {},
    ],
)
def test_combinations_that_cannot_be(attributes: dict[str, Any]) -> None:
    """MSOXWSCORE_S01_TC08."""
    with pytest.raises(mapi.MapiError) as refused:
        mapi.read_name(path(**attributes))
    assert refused.value.code == "ErrorInvalidExtendedProperty"


def test_tags_of_named_properties_and_types_without_form() -> None:
    with pytest.raises(mapi.MapiError) as refused:
        mapi.read_name(path(PropertyTag="0x8000"))
    assert refused.value.code == "ErrorNoPropertyTagForCustomProperties"
    for type in ("Object", "ObjectArray", "Error", "Null", None, "Text"):
        with pytest.raises(mapi.MapiError) as refused:
            mapi.read_name(path(PropertyTag="0x37", PropertyType=type))
        assert refused.value.code == "ErrorUnsupportedMapiPropertyType"


SETS = st.one_of(
    st.sampled_from(sorted(PROPERTY_SETS)).map(lambda n: {"DistinguishedPropertySetId": n}),
    st.uuids().map(lambda guid: {"PropertySetId": f"{{{guid}}}".upper()}),
)
OWN = st.one_of(
    st.integers(0, 0xFFFFFFFF).map(lambda id: {"PropertyId": id}),
    st.text(min_size=1, max_size=255).map(lambda name: {"PropertyName": name}),
)
PATHS = st.one_of(
    st.builds(
        lambda tag, type: path(PropertyTag=tag, PropertyType=type),
        st.integers(0, 0x7FFF).map(hex),
        st.sampled_from(TYPES),
    ),
    st.builds(
        lambda set, own, type: path(**set, **own, PropertyType=type),
        SETS,
        OWN,
        st.sampled_from(TYPES),
    ),
)


@given(PATHS)
def test_keys_lead_back_to_names(node: dict[str, Any]) -> None:
    name = mapi.read_name(node)
    again = mapi.read_key(name.key)
    assert again.key == name.key
    assert again.type == name.type
    assert mapi.extended_key(name.tag_or_named) == name.key
    assert mapi.read_name(dict(name.echo)) == name


@given(st.text(max_size=60))
def test_other_texts_are_no_keys(text: str) -> None:
    try:
        name = mapi.read_key(text)
    except ValueError:
        return
    assert name.key == text


# -- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "text", "value", "written"),
    [
        ("Integer", "-5", -5, "-5"),
        ("Integer", "4294967295", -1, "-1"),
        ("Short", "32767", 32767, "32767"),
        ("Long", "9223372036854775807", 2**63 - 1, "9223372036854775807"),
        ("Boolean", "1", True, "true"),
        ("Boolean", "FALSE", False, "false"),
        ("String", " kept ", " kept ", " kept "),
        ("Double", "0.5", 0.5, "0.5"),
        ("Double", "3", 3.0, "3"),
        ("Binary", "AQ ID\n", "AQID", "AQID"),
        ("SystemTime", "2026-11-25T08:00:00.25+01:00", "2026-11-25T07:00:00.250000Z",
         "2026-11-25T07:00:00Z"),
        ("SystemTime", "2026-11-25T08:00:00", "2026-11-25T08:00:00.000000Z",
         "2026-11-25T08:00:00Z"),
        ("CLSID", SET, SET.lower().strip("{}"), SET.lower().strip("{}")),
        ("StringArray", "one", "one", "one"),
    ],
)  # fmt: skip
def test_values(type: str, text: str, value: Any, written: str) -> None:
    assert mapi.read_value(type, text) == value
    assert mapi.write_value(type, value) == written


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("Integer", "4294967296"),
        ("Integer", "five"),
        ("Short", "65536"),
        ("Boolean", "yes"),
        ("Double", "NaN"),
        ("Double", "INF"),
        ("Binary", "???"),
        ("SystemTime", "2026-13-01T00:00:00Z"),
        ("SystemTime", "yesterday"),
        ("SystemTime", "0001-01-01T00:00:00+05:00"),
        ("CLSID", "1234"),
    ],
)
def test_values_that_do_not_fit(type: str, text: str) -> None:
    with pytest.raises(mapi.MapiError) as refused:
        mapi.read_value(type, text)
    assert refused.value.code == "ErrorInvalidExtendedPropertyValue"


@given(st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back(integer: int, double: float) -> None:
    assert mapi.read_value("Integer", mapi.write_value("Integer", integer)) == integer
    assert mapi.read_value("Double", mapi.write_value("Double", double)) == double


# -- views -------------------------------------------------------------------------------------


def view(key: str) -> mapi.Alias:
    found = mapi.alias_of(mapi.read_key(key))
    assert found is not None, key
    return found


def test_message_flags_are_read_and_draft() -> None:
    """Trap 67; how Thunderbird and DavMail make drafts."""
    flags = view("0xe07:Integer")
    assert flags.read({"is_read": True, "is_draft": True}) == 0x9
    assert flags.read({"is_read": False, "is_draft": False, "has_attachments": True}) == 0x12
    assert flags.write is not None
    assert flags.write(1 | 8) == {"is_read": True, "is_draft": True}
    assert flags.write(1 | 2) == {"is_read": True, "is_draft": False}


def test_flag_status_is_a_number() -> None:
    status = view("0x1090:Integer")
    assert status.read({"flag_status": "flagged"}) == 2
    assert status.read({}) is None
    assert status.write is not None and status.write(1) == {"flag_status": "complete"}
    with pytest.raises(mapi.MapiError):
        status.write(7)


def test_per_cent_is_a_fraction() -> None:
    """Trap 68."""
    percent = view("{00062003-0000-0000-c000-000000000046}:33026:Double")
    assert percent.read({"percent_complete": 50.0}) == 0.5
    assert percent.write is not None and percent.write(0.25) == {"percent_complete": 25.0}
    with pytest.raises(mapi.MapiError):
        percent.write(50)


def test_keywords_are_the_categories() -> None:
    keywords = view("{00020329-0000-0000-c000-000000000046}:n:Keywords:StringArray")
    assert keywords.name == "categories" and keywords.read({"categories": ["a"]}) == ["a"]


def test_subjects_without_their_prefix() -> None:
    normal, prefix = view("0xe1d:String"), view("0x3d:String")
    for subject, head in (("RE: plan", "RE: "), ("plan: now", ""), ("10: 30", ""), ("", "")):
        assert prefix.read({"subject": subject}) == head
        assert normal.read({"subject": subject}) == subject.removeprefix(head)


def test_people_have_a_name_and_an_address() -> None:
    p = {"from": {"name": "Anna", "address": "anna@example.org"}, "sender": {}}
    assert view("0x42:String").read(p) == "Anna"
    assert view("0x5d02:String").read(p) == "anna@example.org"
    assert view("0x64:String").read(p) == "SMTP"
    assert view("0xc1a:String").read(p) is None


def test_entries_of_dictionaries_are_merged() -> None:
    pager, city = view("0x3a21:String"), view("0x3a59:String")
    item: dict[str, Any] = {"phone_numbers": {"HomePhone": "1"}}
    for alias, value in ((pager, "2"), (city, "Rome")):
        assert alias.write is not None
        mapi.merge(item, alias.write(value))
    assert item["phone_numbers"] == {"HomePhone": "1", "Pager": "2"}
    assert pager.read(item) == "2" and city.read(item) == "Rome"


def test_folders_have_views_of_their_own() -> None:
    folder = {"name": "Inbox", "child_count": 2, "folder_class": "IPF.Note", "imap_uid_next": 9}

    def read(key: str) -> Any:
        alias = mapi.folder_alias_of(mapi.read_key(key))
        assert alias is not None, key
        return alias.read(folder)

    assert read("0x3001:String") == "Inbox"
    assert read("0x3613:String") == "IPF.Note"
    assert read("0x360a:Boolean") is True
    assert read("0x10f4:Boolean") is False
    assert (read("0x6751:Integer"), read("0x6752:Integer")) == (9, 8)


EXAMPLES: dict[str, Any] = {
    "String": "text",
    "Boolean": True,
    "Integer": 1,
    "Double": 0.5,
    "SystemTime": "2026-11-25T08:00:00.000000Z",
    "Binary": base64.b64encode(b"x").decode(),
    "StringArray": ["a", "b"],
}


@pytest.mark.parametrize("key", [k for k, alias in mapi.ALIASES.items() if alias.write])
def test_what_a_view_writes_it_reads(key: str) -> None:
    alias, value = mapi.ALIASES[key], EXAMPLES[mapi.read_key(key).type]
    item: dict[str, Any] = {}
    assert alias.write is not None
    mapi.merge(item, alias.write(value))
    assert alias.read(item) == value or key == "0xe07:Integer"
    assert alias.name.partition(".")[0] in item
    assert alias.name.partition(".")[0] in alias.needs


def test_keys_of_views_are_canonical() -> None:
    for key in (*mapi.ALIASES, *mapi.FOLDER_ALIASES, *mapi.CONTENT):
        assert mapi.read_key(key).key == key
    assert mapi.extended_key(Named(PROPERTY_SETS["Task"], 0x8101, "Integer")) in mapi.ALIASES
