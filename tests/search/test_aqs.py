"""Queries in words: how they are read, and what they find on both engines."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from store.errors import InvalidRestriction
from store.restriction import And, Compare, Contains
from store.search.aqs import NOTHING, Either, Every, Filter, Without, parse
from store.search.query import compile_query
from store.search.words import Word

from .conftest import MAILBOX, NOW, Box

# NOW is Wednesday, 11 December 2013.

YESTERDAY = "2013-12-10T00:00:00.000000Z"


def word(text: str, part: Any = "", prefix: Any = "last") -> Word:
    return Word(tuple(text.split()), part, prefix)


def span(query: str) -> tuple[str, str]:
    """The days from which and up to which a query on the received date reaches."""
    match parse(f"received:{query}", NOW):
        case Filter(And((Compare("received", "ge", low), Compare("received", "lt", high)))):
            return low[:10], high[:10]
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Every(())),
        ("  ", Every(())),
        ("!!!", NOTHING),
        ("Report", word("report")),
        ("Überschuß", word("uberschuß")),
        ('"Report"', word("report", prefix="")),
        ('"win product"*', word("win product", prefix="each")),
        ("project plan", Every((word("project"), word("plan")))),
        ("a AND b OR c", Either((Every((word("a"), word("b"))), word("c")))),
        ("a and b", Every((word("a"), word("and"), word("b")))),
        ("a (b OR c)", Every((word("a"), Either((word("b"), word("c")))))),
        ("NOT a", Without(word("a"))),
        ("-a", Without(word("a"))),
        ("NOT NOT a", word("a")),
        ("a -b", Every((word("a"), Without(word("b"))))),
        ("a-b", word("a b")),
        ("subject:x", word("x", "subject")),
        ("Subject: x", word("x", "subject")),
        ("subject:(a b)", Every((word("a", "subject"), word("b", "subject")))),
        ("subject:(a OR b)", Either((word("a", "subject"), word("b", "subject")))),
        ("subject:NOT a", Without(word("a", "subject"))),
        ('body:"sales figures"', word("sales figures", "text", "")),
        ("content:a", word("a", "text")),
        ("attachment:report", word("report", "names")),
        ("participants:anna", word("anna", "people")),
        ("foo:bar", word("foo bar")),
        ("http://example.org", word("http example org")),
        ("12:30", word("12 30")),
        ("subject:", word("subject")),
        ("(a", word("a")),
        ("a)", word("a")),
        ("a) b", Every((word("a"), word("b")))),
        ('"a', word("a", prefix="")),
        ("OR", NOTHING),
        ("isread:false", Filter(Compare("is_read", "eq", False))),
        ("read:YES", Filter(Compare("is_read", "eq", True))),
        ("is:unread", Filter(Compare("is_read", "eq", False))),
        ("hasattachment:true", Filter(Compare("has_attachments", "eq", True))),
        ("has:attachment", Filter(Compare("has_attachments", "eq", True))),
        ("Has attachment:true", Filter(Compare("has_attachments", "eq", True))),
        ("isflagged:true", Filter(Compare("flag_status", "eq", "flagged"))),
        ("importance:HIGH", Filter(Compare("importance", "eq", "high"))),
        ("importance:huge", NOTHING),
        ("category:proj", Filter(Contains("categories", "proj", "prefix_on_words", True, True))),
        ("size:>5000", Filter(And((Compare("size", "ge", 5001),)))),
        ("size:>=1MB", Filter(And((Compare("size", "ge", 1048576),)))),
        ("size:<1KB", Filter(And((Compare("size", "lt", 1024),)))),
        ("size:<=5", Filter(And((Compare("size", "lt", 6),)))),
        ("size:7..8", Filter(And((Compare("size", "ge", 7), Compare("size", "lt", 9))))),
        ("size:big", NOTHING),
        ("received:soon", NOTHING),
        ("sent:>=yesterday", Filter(And((Compare("sent", "ge", YESTERDAY),)))),
    ],
)  # fmt: skip
def test_reading(text: str, query: Any):
    assert parse(text, NOW) == query


@pytest.mark.parametrize(
    ("query", "first", "stop"),
    [
        ("12/11/2013", "2013-12-11", "2013-12-12"),
        ("12/11", "2013-12-11", "2013-12-12"),
        ("31.12.2013", "2013-12-31", "2014-01-01"),
        ("2013-12-31", "2013-12-31", "2014-01-01"),
        ("2012", "2012-01-01", "2013-01-01"),
        ("December 11, 2012", "2012-12-11", "2012-12-12"),
        ("December 11", "2013-12-11", "2013-12-12"),
        ("dec", "2013-12-01", "2014-01-01"),
        ("December 2011", "2011-12-01", "2012-01-01"),
        ("Tuesday", "2013-12-10", "2013-12-11"),
        ("today", "2013-12-11", "2013-12-12"),
        ("yesterday", "2013-12-10", "2013-12-11"),
        ("tomorrow", "2013-12-12", "2013-12-13"),
        ("this week", "2013-12-08", "2013-12-15"),
        ('"last week"', "2013-12-01", "2013-12-08"),
        ("lastweek", "2013-12-01", "2013-12-08"),
        ("next month", "2014-01-01", "2014-02-01"),
        ("past month", "2013-11-01", "2013-12-01"),
        ("coming year", "2014-01-01", "2015-01-01"),
        ("12/1/2013..today", "2013-12-01", "2013-12-12"),
        ("last week..yesterday", "2013-12-01", "2013-12-11"),
    ],
)
def test_dates(query: str, first: str, stop: str):
    assert span(query) == (first, stop)


def test_dates_are_of_the_askers_zone():
    from zoneinfo import ZoneInfo

    tokyo = parse("received:today", "2013-12-11T15:42:02.000000Z", ZoneInfo("Asia/Tokyo"))
    assert tokyo == Filter(
        And((
            Compare("received", "ge", "2013-12-11T15:00:00.000000Z"),
            Compare("received", "lt", "2013-12-12T15:00:00.000000Z"),
        ))
    )  # fmt: skip


@pytest.mark.parametrize("text", ["x" * 5000, "a " * 101, "(" * 11 + "a"])
def test_queries_of_absurd_size_are_refused(text: str):
    with pytest.raises(InvalidRestriction):
        parse(text, NOW)


PIECES = st.sampled_from(
    ["AND", "OR", "NOT", "-", "(", ")", '"', "*", ":", "..", ">", "<=", "subject:", "from:",
     "received:", "size:", "kind:", "has:", "is:", "a", "anna@x.org", "12/31/9999", "13/13/13",
     "0001-01-01", "2013-02-30", "last", "week", "December", "\0", "\ud800", "'", "ä", "日本", " ",
     "99999999999999999GB", "0/0", "next year", "\u0301"]
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=20))
@example(text='from:(a OR -"b c"* (received:..today size:1..)) )( OR')
def test_whatever_is_typed_is_a_query(engine: Any, text: str):
    run, begin, undo, dialect = engine
    begin()
    try:
        Box(run, dialect).said(text)
    except InvalidRestriction as refused:
        assert "than" in str(refused)  # longer, deeper, more
    finally:
        undo()


def test_deepest_queries_run(box: Box):
    id = box.add(subject="b")
    text = "b"  # found; then not, found, not … ten times
    for _ in range(10):
        text = f'subject:b -(from:x OR "b c"* OR {text})'
    assert box.said(text) == {id}


# -- what they find ----------------------------------------------------------------------------

ANNA = {"name": "Anna Müller", "address": "anna@example.org"}
BOB = {"name": "Bob Deansson", "address": "bob@hotmail.com"}


@pytest.fixture
def mails(box: Box) -> dict[str, int]:
    """A few mails by short names."""
    return {
        "plan": box.add(
            {"from": ANNA}, to=[BOB], subject="Project plan", text="We meet in Zürich on Monday.",
            received="2013-12-10T08:00:00.000000Z", importance="high", is_read=True,
            attachments=("Budget_2013.xls",),
        ),
        "win": box.add(
            {"from": BOB}, cc=[ANNA], subject="Windows production line", text="rather new",
            received="2013-12-03T08:00:00.000000Z", size=2_000_000, categories=["Blue category"],
            flag_status="flagged",
        ),
        "new": box.add(subject="windows new product", received="2013-11-03T08:00:00.000000Z"),
        "task": box.add(subject="A task", kind="task", item_class="IPM.Task"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("project", "plan"),
        ("proj", "plan"),
        ("PROJECT zurich", "plan"),
        ("zürich", "plan"),
        ('"proj"', ""),
        ('"project plan"', "plan"),
        ('"plan project"', ""),
        ('"win product"', ""),
        ('"win product"*', "win"),
        ('subject:"win product"*', "win"),
        ('body:"win product"*', ""),
        ("win product", "win new"),
        ("budget", "plan"),
        ("2013", "plan"),
        ("attachment:xls", "plan"),
        ("attachment:project", ""),
        ("subject:zurich", ""),
        ("body:zurich", "plan"),
        ("anna", "plan win"),
        ("from:anna", "plan"),
        ("from:ANNA@example.org", "plan"),
        ('from:"Anna Muller"', "plan"),
        ('from:"@hotmail.com"', "win"),
        ("to:bob", "plan"),
        ("to:dean", "plan"),
        ("cc:müller", "win"),
        ("bcc:anna", ""),
        ('from:(anna OR "Bob Deansson")', "plan win"),
        ("participants:example.org", "plan win"),
        ("NOT from:anna", "win new task"),
        ("windows -new", ""),
        ("windows -from:bob", "new"),
        ("project OR task", "plan task"),
        ("importance:high", "plan"),
        ("isread:true", "plan"),
        ("hasattachment:true", "plan"),
        ("isflagged:true", "win"),
        ("category:blue", "win"),
        ('category:"blue category"', "win"),
        ("category:cat", "win"),
        ("size:>1MB", "win"),
        ("kind:tasks", "task"),
        ("kind:email windows", "win new"),
        ("received:yesterday", "plan"),
        ("received:last week", "win"),
        ("received:November", "new"),
        ("received:11/1/2013..12/4/2013", "win new"),
        ("received:<12/1/2013", "new"),
        ("NOT received:today", "plan win new task"),
        ("", "plan win new task"),
        ("???", ""),
        ("nothing", ""),
    ],
)
def test_finding(box: Box, mails: dict[str, int], query: str, found: str):
    assert box.said(query) == {mails[name] for name in found.split()}


def test_the_index_keeps_mailboxes_apart_and_forgets(box: Box):
    from store.search import words

    mine = box.add(subject="secret plan", text="x")
    box.add(subject="secret plan", mailbox=MAILBOX + 1)
    box.add(subject="secret plan", mailbox=MAILBOX - 1)
    assert box.said("secret") == {mine}
    box.run(
        lambda conn: words.unindex_many(
            conn, box.dialect, MAILBOX, [(mine, "secret plan", "", "x", "")]
        )
    )
    assert box.said("secret") == set()
    box.run(lambda conn: words.index_many(conn, box.dialect, MAILBOX, [(mine, "open", "", "", "")]))
    assert box.said("open") == {mine}


def test_huge_texts_are_indexed_as_far_as_the_bound(box: Box):
    many = " ".join(f"w{n}" for n in range(60_000))
    id = box.add(text=f"{many} {'lorem ' * 200_000} beyond", subject="huge " + "x" * 3000)
    assert box.said("w59999") == {id} or box.dialect == "postgresql"
    assert box.said('"w10 w11"') == {id}
    assert box.said("beyond") == set()
    assert box.said("huge") == {id}


def test_a_query_and_a_restriction_both_count(box: Box):
    box.add(subject="plan a", size=1)
    id = box.add(subject="plan b", size=2)
    assert box.ids(query="plan", restriction=Compare("size", "eq", 2)) == [id]


def test_compiling_asks_the_index_once_for_words_side_by_side():
    clause = compile_query(parse("a b c (d OR e)", NOW), "sqlite", MAILBOX).clause
    assert str(clause).count("MATCH") == 2
