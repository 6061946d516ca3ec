"""Options as devices say them, and what is refused with which status (MS-ASCMD, MS-ASAIRS)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eas.errors import EasError
from eas.reading.options import MIME_TRUNCATION, BodyPreference, Options, read_options
from eas.wbxml import Element
from tests.eas.messages import VERSIONS


def options(*children: Element, page: str = "AirSync") -> Element:
    return Element(f"{page}:Options", None, children)


def preference(name: str = "BodyPreference", **said: str | list[str]) -> Element:
    children = [
        Element(f"AirSyncBase:{key}", value)
        for key, values in said.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return Element(f"AirSyncBase:{name}", None, children)


def air_sync(name: str, value: str) -> Element:
    return Element(f"AirSync:{name}", value)


def status(element: Element, version: str = "14.1") -> int:
    with pytest.raises(EasError) as refused:
        read_options(element, version)
    return refused.value.status


def test_nothing_said_is_the_defaults() -> None:
    for version in VERSIONS:
        assert read_options(options(), version) == Options()
    assert Options().conflict == 1


def test_options_read_as_they_look() -> None:
    read = read_options(
        options(
            air_sync("FilterType", "5"),
            air_sync("Class", "Email"),
            preference(Type="1", TruncationSize="512", Preview="80"),
            preference(Type="2", TruncationSize="32768", AllOrNone="1"),
            preference("BodyPartPreference", Type="2", TruncationSize="100", Preview="255"),
            air_sync("Conflict", "0"),
            air_sync("MIMESupport", "1"),
            air_sync("MIMETruncation", "3"),
            air_sync("MaxItems", "50"),
            Element("RightsManagement:RightsManagementSupport", "1"),
        ),
        "16.1",
    )
    assert read == Options(
        filter_type=5,
        conflict=0,
        mime_support=1,
        mime_truncation=7168,
        bodies=(BodyPreference(1, 512, preview=80), BodyPreference(2, 32768, all_or_none=True)),
        body_part=BodyPreference(2, 100, preview=255),
        rights_management=True,
        content_class="Email",
        max_items=50,
    )


def test_the_order_of_preferences_is_kept() -> None:
    read = read_options(options(preference(Type="4"), preference(Type="1")), "14.0")
    assert [body.type for body in read.bodies] == [4, 1]


@pytest.mark.parametrize("value", range(9))
def test_mime_truncation_is_a_table(value: int) -> None:
    # MS-ASCMD_R3418 to R3426
    read = read_options(options(air_sync("MIMETruncation", str(value))), "12.1")
    sizes = [0, 4096, 5120, 7168, 10240, 20480, 51200, 102400, None]
    assert read.mime_truncation == sizes[value] == MIME_TRUNCATION[value]


def test_all_or_nothing_of_no_size_means_nothing() -> None:
    # MS-ASAIRS_R75, R401
    assert read_options(options(preference(Type="2", AllOrNone="1")), "14.0").bodies == (
        BodyPreference(2),
    )


@pytest.mark.parametrize(
    ("value", "meant"), [("", True), ("1", True), ("true", True), ("0", False), ("false", False)]
)
def test_an_empty_boolean_is_set(value: str, meant: bool) -> None:
    # MS-ASDTYPE_R6
    read = read_options(options(preference(Type="2", TruncationSize="9", AllOrNone=value)), "14.0")
    assert read.bodies[0].all_or_none is meant


def test_what_a_version_does_not_know_is_passed_over() -> None:
    said = options(
        preference(Type="1", Preview="9"), preference("BodyPartPreference", Type="2", Preview="9")
    )
    for version in VERSIONS:
        read = read_options(said, version)
        assert (read.bodies[0].preview == 9) is (version >= "14.0")
        assert (read.body_part is not None) is (version >= "14.1")


@pytest.mark.parametrize(
    "broken",
    [
        preference(Type="a"),
        preference(Type="0"),
        preference(Type="5"),
        preference(Type=""),
        preference(TruncationSize="5"),
        preference(Type="1", AllOrNone="a"),
        preference(Type="1", AllOrNone=["1", "1"]),
        preference(Type=["1", "2"]),
        preference(TruncationSize="5", Type="1"),
        preference(Type="1", Preview="9", AllOrNone="1"),
        preference(Type="1", Data="x"),
        preference(Type="1", TruncationSize="4294967296"),
        preference(Type="1", TruncationSize="-1"),
        preference(Type="1", TruncationSize="١"),
        preference(Type="1", Preview="256"),
        air_sync("MIMESupport", "3"),
        air_sync("MIMETruncation", "9"),
        air_sync("Conflict", "2"),
        Element("RightsManagement:RightsManagementSupport", "x"),
    ],
)
def test_a_value_that_is_none_is_the_commands_protocol_error(broken: Element) -> None:
    # MS-ASAIRS_R348 to R351, R346, R10033
    assert status(options(broken)) == 4
    assert status(options(broken, page="ItemOperations")) == 2
    assert status(options(broken, page="Search")) == 2


def test_two_preferences_of_one_type_are_refused() -> None:
    # MS-ASAIRS_R158, R349
    assert status(options(preference(Type="1"), preference(Type="1", TruncationSize="5"))) == 4


@pytest.mark.parametrize("value", ["9", "255", "-1", "x", ""])
def test_a_filter_that_is_none_is_invalid(value: str) -> None:
    # MS-ASCMD_R2984
    assert status(options(air_sync("FilterType", value))) == 103


@pytest.mark.parametrize("value", ["1", "3", "4"])
def test_a_part_is_html(value: str) -> None:
    assert status(options(preference("BodyPartPreference", Type=value))) == 164


PREFERENCES = st.builds(
    BodyPreference,
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(0, 2**32 - 1)),
    st.booleans(),
    st.integers(0, 255),
)


@given(
    st.builds(
        Options,
        filter_type=st.integers(0, 8),
        mime_truncation=st.sampled_from(list(MIME_TRUNCATION.values())),
        bodies=st.lists(PREFERENCES, max_size=4).map(tuple),
        body_part=st.one_of(st.none(), PREFERENCES),
        max_items=st.one_of(st.none(), st.integers(0, 9)),
    )
)
def test_options_are_kept_as_json(kept: Options) -> None:
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Options) == kept
