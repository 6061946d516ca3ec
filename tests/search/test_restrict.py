"""Restrictions: hand-made examples, and random ones against the evaluation in Python."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import InvalidRestriction, RestrictionTooLong
from store.restriction import (
    And,
    Compare,
    Contains,
    Excludes,
    Exists,
    Group,
    Not,
    Or,
    Order,
    PropertyName,
    Restriction,
)
from store.search.evaluate import evaluate
from store.search.fields import field_of
from store.search.restrict import compile_restriction

from .conftest import Box

ANNA = {"name": "Anna Müller", "address": "anna@example.org"}
BOB = {"name": "Bob", "address": "bob@example.org"}


def finds(box: Box, restriction: Restriction) -> set[int]:
    return set(box.ids(restriction=restriction))


# -- examples ----------------------------------------------------------------------------------


def test_text_compares_without_case(box: Box):
    id = box.add(subject="Überblick", uid="X-1")
    assert finds(box, Compare("subject", "eq", "ÜBERBLICK")) == {id}
    assert finds(box, Compare("subject", "ge", "überb")) == {id}
    assert finds(box, Compare("subject", "eq", "Uberblick")) == set()


def test_a_missing_property_fails_comparisons_but_ne_and_excludes(box: Box):
    id = box.add(size=4)
    for name, value in (("subject", "x"), ("reminder_minutes", 3), ("x:0x1:String", "x")):
        for operator in ("eq", "gt", "ge", "lt", "le"):
            test = Compare(name, operator, value)  # type: ignore[arg-type]
            assert finds(box, test) == set()
            assert finds(box, Not(test)) == {id}
        assert finds(box, Compare(name, "ne", value)) == {id}
        assert finds(box, Not(Compare(name, "ne", value))) == set()
        assert finds(box, Not(Exists(name))) == {id}
    assert finds(box, Excludes("reminder_minutes", 3)) == {id}
    assert finds(box, Excludes("size", 3)) == {id}
    assert finds(box, Excludes("size", 4)) == set()
    assert finds(box, Not(Contains("subject", "x", "substring"))) == {id}


@pytest.mark.parametrize(
    ("mode", "text", "found"),
    [
        ("full", "Über den Fluss", True),
        ("full", "Über den", False),
        ("prefix", "Über", True),
        ("substring", "ber den F", True),
        ("prefix_on_words", "Flu", True),
        ("prefix_on_words", "luss", False),
        ("prefix_on_words", "den Flu", True),
        ("exact_phrase", "den Fluss", True),
        ("exact_phrase", "den Flu", False),
        ("exact_phrase", "ber den", False),
    ],
)
def test_modes_of_contains(box: Box, mode: Any, text: str, found: bool):
    box.add(subject="Über den Fluss")
    assert bool(finds(box, Contains("subject", text, mode))) is found
    plain = text.upper().replace("Ü", "U")
    assert bool(finds(box, Contains("subject", plain, mode, True, True))) is found
    assert not finds(box, Contains("subject", plain, mode, False, True))


def test_phrases_may_begin_with_a_sign(box: Box):
    id = box.add({"from": {"name": "", "address": "anna@hotmail.com"}})
    assert finds(box, Contains("from", "@hotmail.com", "exact_phrase")) == {id}
    assert finds(box, Contains("from", "@hotmail", "prefix_on_words")) == {id}
    assert finds(box, Contains("from", "@hotmail.co", "exact_phrase")) == set()


def test_mailboxes_are_found_by_name_or_address(box: Box):
    id = box.add({"from": ANNA}, to=[BOB, ANNA], categories=["Red", "Blau"])
    for name in ("from", "to"):
        assert finds(box, Compare(name, "eq", "ANNA@example.org")) == {id}
        assert finds(box, Contains(name, "Müller", "substring")) == {id}
        assert finds(box, Exists(name)) == {id}
    assert finds(box, Compare("to", "eq", "bob")) == {id}
    assert finds(box, Compare("to", "ne", "bob")) == set()
    assert finds(box, Contains("categories", "bl", "prefix", ignore_case=True)) == {id}
    assert finds(box, Compare("categories", "eq", "red")) == {id}


def test_content_is_found(box: Box):
    id = box.add(
        text="Dear all, the *report* is late.",
        headers="Received: a\r\nX-Folded: one\r\n two\r\nSubject: Hi\r\n",
        attachments=("Budget 2013.xls", "b.txt"),
    )
    other = box.add()
    assert finds(box, Contains("body", "REPORT", "exact_phrase", ignore_case=True)) == {id}
    assert finds(box, Contains("header:x-folded", "one two")) == {id}
    assert finds(box, Compare("header:Subject", "eq", "hi")) == {id}
    assert finds(box, Not(Exists("header:Subject"))) == {other}
    assert finds(box, Contains("transport_headers", "X-Folded", "substring")) == {id}
    assert finds(box, Contains("attachments", "budget", "prefix", ignore_case=True)) == {id}
    assert finds(box, Exists("attachments")) == {id}
    assert finds(box, Not(Exists("body"))) == {other}


@pytest.mark.parametrize(
    "key", ["0x10f3:String", '{g}:a"b\\c.$[0]:String', "{g}:Straße é:String", "{g}:a'--:String"]
)
def test_extended_keys_of_any_shape(box: Box, key: str):
    id = box.add({}, {key: "Value"})
    box.add({}, {"other:String": "Value"})
    assert finds(box, Compare(f"x:{key}", "eq", "value")) == {id}
    assert finds(box, Contains(f"x:{key}", "alu", "substring")) == {id}
    assert finds(box, Exists(f"x:{key}")) == {id}


def test_extended_values_of_every_type(box: Box):
    id = box.add(
        {},
        {
            "1:Integer": 5, "1:Double": 0.5, "1:Boolean": True, "1:Binary": "AQID", "1:Long": 2**62,
            "1:SystemTime": "2013-12-01T00:00:00.000000Z", "1:StringArray": ["Ab", "cd"],
            "1:IntegerArray": [1, 2], "1:CLSID": "a-b",
        },
    )  # fmt: skip
    box.add()
    for kind, value in {
        "Integer": 5, "Double": 0.5, "Boolean": True, "Binary": "AQID", "Long": 2**62,
        "SystemTime": "2013-12-01T00:00:00.000000Z", "StringArray": "AB", "IntegerArray": 2,
        "CLSID": "a-b",
    }.items():  # fmt: skip
        assert finds(box, Compare(f"x:1:{kind}", "eq", value)) == {id}, kind
    assert finds(box, Compare("x:1:Binary", "gt", "AP//")) == {id}
    assert finds(box, Compare("x:1:Integer", "lt", 2**80)) == {id}
    assert finds(box, Compare("x:1:Integer", "gt", 4.5)) == {id}
    assert finds(box, Excludes("x:1:Integer", 0x2)) == {id, id + 1}
    assert finds(box, Excludes("x:1:Integer", 2**64 - 1)) == {id + 1}


def test_an_extended_property_may_be_another_view_of_a_known_one(box: Box):
    id = box.add(subject="Hello", importance="high")
    box.add()
    assert finds(box, Compare("x:0x0037:String", "eq", "hello")) == {id}
    assert finds(box, Compare("x:0x37:String", "eq", "hello")) == {id}
    assert finds(box, Compare("x:0x0017:Integer", "ge", 2)) == {id}
    assert box.ids(order=(Order("x:0x0e23:Integer"),)) == [id, id + 1]
    assert box.find(properties=("x:0x0017:Integer",)).rows[-1][5:] == (2,)


def test_headers_by_their_mapi_name_are_those_of_the_mime_or_given(box: Box):
    set_id = "{00020386-0000-0000-c000-000000000046}"
    mime = box.add(headers="Content-Class: urn:a\r\n")
    given = box.add({}, {f"{set_id}:n:content-class:String": "urn:a"})
    box.add()
    assert finds(box, Compare(f"x:{set_id}:n:content-class:String", "eq", "URN:A")) == {mime, given}
    rows = box.find(properties=(f"x:{set_id}:n:content-class:String",)).rows
    assert [row[5] for row in rows] == [None, "urn:a", None]


def test_attendees_are_people(box: Box):
    id = box.add(required_attendees=[ANNA])
    assert finds(box, Contains("required_attendees", "anna@", "prefix")) == {id}


def test_enums_compare_by_their_order(box: Box):
    low, high = box.add(importance="low"), box.add(importance="high")
    assert finds(box, Compare("importance", "gt", "low")) == {high}
    assert finds(box, Compare("importance", "eq", "low")) == {low}


def test_properties_compare_with_properties(box: Box):
    id = box.add({"from": BOB}, subject="bob", display_to="Bob", categories=["BOB"])
    assert finds(box, Compare("subject", "eq", PropertyName("display_to"))) == {id}
    assert finds(box, Compare("subject", "eq", PropertyName("from"))) == {id}
    assert finds(box, Compare("subject", "eq", PropertyName("categories"))) == {id}
    assert finds(box, Compare("subject", "ne", PropertyName("display_cc"))) == {id}


def test_empty_and_and_or(box: Box):
    id = box.add()
    assert finds(box, And(())) == {id}
    assert finds(box, Or(())) == set()


@pytest.mark.parametrize(
    ("restriction", "role"),
    [
        (Contains("size", "1"), "contains"),
        (Contains("importance", "high"), "contains"),
        (Contains("received", "2013"), "contains"),
        (Exists("is_read"), "exists"),
        (Excludes("subject", 1), "excludes"),
        (Compare("unique_body", "eq", "x"), "query"),
        (Compare("importance", "eq", "urgent"), "value"),
        (Compare("size", "eq", "big"), "value"),
        (Compare("size", "eq", float("nan")), "value"),
        (Compare("is_read", "eq", "yes"), "value"),
        (Compare("conversation_index", "eq", "no base64!"), "value"),
        (Compare("physical_addresses", "eq", "x"), ""),
        (Exists("is_from_me"), "exists"),
        (Compare("nonsense", "eq", "x"), ""),
        (Compare("x:1:Nonsense", "eq", "x"), ""),
        (Compare("header:a b", "eq", "x"), ""),
        (Compare("subject", "eq", 5), "value"),
        (Compare("subject", "eq", "nul\0"), "value"),
        (Contains("subject", "\ud800", "substring"), "value"),
        (Compare("subject", "eq", PropertyName("size")), ""),
    ],
)
def test_what_cannot_be_evaluated_is_refused(restriction: Restriction, role: str):
    for dialect in ("sqlite", "postgresql"):
        with pytest.raises(InvalidRestriction) as refused:
            compile_restriction(restriction, dialect)
        assert refused.value.role == role


def test_long_restrictions_are_refused_and_deep_ones_answered(box: Box):
    id = box.add({}, {'{g}:a"b:StringArray': ["x"]})
    leaf = Contains('x:{g}:a"b:StringArray', "x")
    assert finds(box, Or((leaf,) * 254)) == {id}
    with pytest.raises(RestrictionTooLong):
        finds(box, Or((leaf,) * 255))
    chain: Restriction = leaf
    for _ in range(253):
        chain = Not(chain)
    assert finds(box, chain) == set()
    for _ in range(100_000):
        chain = Not(chain)
    with pytest.raises(RestrictionTooLong):
        finds(box, chain)
    binary: Restriction = leaf
    for _ in range(120):
        binary = And((leaf, binary))
    assert finds(box, binary) == {id}
    deep: Restriction = leaf
    for n in range(38):
        deep = Or((leaf, deep)) if n % 2 else And((leaf, Not(Not(deep))))
    assert finds(box, deep) == {id}
    assert finds(box, Not(deep)) == set()
    every = box.find(restriction=Not(deep), group=Group("from", "received", "minimum"))
    assert every.total == 0
    for n in range(38):
        deep = Or((leaf, deep)) if n % 2 else And((leaf, deep))
    with pytest.raises(RestrictionTooLong):
        finds(box, deep)


# -- random items and restrictions against the evaluation in Python ----------------------------

WORDS = st.sampled_from(
    ["", "a", "A", "ä", "Ä", "ab", "straße", "STRASSE", "ΟΔΟΣ", "οδος", "é", "e\u0301", "%_", "_",
     "İ", "I", "a'\"\\", "[x]*", "日本", "½", "１"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=4).map(" ".join) | st.lists(WORDS, max_size=3).map("".join)
MAILBOXES = st.builds(lambda name, address: {"name": name, "address": address}, TEXTS, TEXTS)
INSTANTS = st.sampled_from([f"2013-12-0{day}T00:00:00.000000Z" for day in range(1, 5)])
NUMBERS = st.integers(-3, 5)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "subject": TEXTS,
    "display_to": TEXTS,
    "from": MAILBOXES,
    "to": st.lists(MAILBOXES, max_size=3),
    "categories": st.lists(TEXTS, max_size=3),
    "received": INSTANTS,
    "reminder_due": INSTANTS,
    "importance": st.sampled_from(["low", "normal", "high"]),
    "status": st.sampled_from(["not_started", "in_progress", "completed"]),
    "reminder_minutes": NUMBERS,
    "percent_complete": st.sampled_from([0.0, 0.5, 1.5]),
    "reminder_is_set": st.booleans(),
    "conversation_index": st.sampled_from(["AQID", "", "/w==", "AQIDBA=="]),
    'x:{g}:na"me.é\\:String': TEXTS,
    "x:0x10f3:String": TEXTS,
    "x:1:Integer": NUMBERS,
    "x:1:StringArray": st.lists(TEXTS, max_size=3),
    "x:1:IntegerArray": st.lists(NUMBERS, max_size=3),
    "x:1:Boolean": st.booleans(),
}
TEXTUAL = ["subject", "from", "to", "categories", "x:0x10f3:String", "x:1:StringArray"]
WHOLE = ["reminder_minutes", "x:1:Integer"]
OPERATORS = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
MODES = st.sampled_from(["full", "prefix", "substring", "prefix_on_words", "exact_phrase"])


def constant_of(name: str) -> st.SearchStrategy[Any]:
    if name in TEXTUAL:
        return TEXTS
    return NUMBERS if name == "x:1:IntegerArray" else VALUES[name]


COMPARISONS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.builds(Compare, st.just(name), OPERATORS, constant_of(name))
)
BETWEEN = st.builds(
    lambda left, operator, right: Compare(left, operator, PropertyName(right)),
    st.sampled_from(TEXTUAL),
    OPERATORS,
    st.sampled_from(["subject", "display_to", "from", "x:0x10f3:String"]),
)
LEAVES = (
    COMPARISONS
    | BETWEEN
    | st.builds(Contains, st.sampled_from(TEXTUAL), TEXTS, MODES, st.booleans(), st.booleans())
    | st.builds(Exists, st.sampled_from(sorted(VALUES)))
    | st.builds(Excludes, st.sampled_from(WHOLE), st.integers(0, 7))
)
RESTRICTIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
ITEMS = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=4)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(items=ITEMS, restrictions=st.lists(RESTRICTIONS, min_size=1, max_size=6))
def test_sql_agrees_with_python(
    engine: Any, items: list[dict[str, Any]], restrictions: list[Restriction]
):
    run, begin, undo, dialect = engine
    begin()
    try:
        box = Box(run, dialect)
        ids = [
            box.add(
                {k: v for k, v in item.items() if not k.startswith("x:")},
                {k[2:]: v for k, v in item.items() if k.startswith("x:")},
            )
            for item in items
        ]
        for restriction in restrictions:
            expected = {
                id
                for id, item in zip(ids, items, strict=True)
                if evaluate(restriction, item.get, field_of)
            }
            assert finds(box, restriction) == expected, restriction
    finally:
        undo()
