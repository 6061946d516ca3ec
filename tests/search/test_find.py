"""FindItems: pages, orders, groups, projections."""

import pytest
from sqlalchemy import select

from store.errors import InvalidPaging, InvalidRestriction
from store.restriction import Compare, Group, Order, Page
from store.results import ROW_HEAD
from store.search.project import projection
from store.tables import item

from .conftest import INBOX, MAILBOX, Box


def at(day: int) -> str:
    return f"2013-12-{day:02d}T08:00:00.000000Z"


@pytest.fixture
def fifteen(box: Box) -> Box:
    """Items 1 … 15, received on the day of their id."""
    for day in range(1, 16):
        box.add(subject=f"No {day}", received=at(day))
    return box


def test_without_an_order_the_newest_come_first(box: Box):
    old, new = box.add(received=at(1)), box.add(received=at(9))
    undated, same = box.add(), box.add(received=at(9))
    assert box.ids() == [same, new, old, undated]


@pytest.mark.parametrize(
    ("page", "days", "next_offset", "is_last"),
    [
        (Page(limit=10), range(1, 11), 10, False),
        (Page(offset=10, limit=10), range(11, 16), 15, True),
        (Page(offset=5, limit=10), range(6, 16), 15, True),
        (Page(offset=15, limit=10), [], 15, True),
        (Page(offset=99, limit=10), [], 15, True),
        (Page(), range(1, 13), 12, False),
        (Page(limit=500), range(1, 13), 12, False),
        (Page(from_end=True, limit=4), range(12, 16), 4, False),
        (Page(from_end=True, offset=4, limit=4), range(8, 12), 8, False),
        (Page(from_end=True, offset=12, limit=4), range(1, 4), 15, True),
        (Page(from_end=True, offset=11, limit=4), range(1, 5), 15, True),
        (Page(from_end=True, offset=99, limit=4), [], 99, True),
        (Page("fraction", 2, 3, limit=2), range(11, 13), 12, False),
        (Page("fraction", 0, 7, limit=2), range(1, 3), 2, False),
        (Page("fraction", 1, 1, limit=2), [], 15, True),
        (Page("fraction", 7, 8), range(14, 16), 15, True),
    ],
)
def test_pages(fifteen: Box, page: Page, days: list[int], next_offset: int, is_last: bool):
    found = fifteen.find(page=page, order=(Order("received"),), cap=12)
    assert [row[0] for row in found.rows] == list(days)
    assert (found.total, found.next_offset, found.is_last) == (15, next_offset, is_last)


@pytest.mark.parametrize("page", [Page(limit=4), Page(limit=4, from_end=True)])
def test_pages_with_a_restriction_count_what_passes(fifteen: Box, page: Page):
    found = fifteen.find(page=page, restriction=Compare("received", "gt", at(9)))
    assert (len(found.rows), found.total, found.is_last) == (4, 6, False)


@pytest.mark.parametrize(
    ("page", "role"),
    [
        (Page(limit=0), "rows"),
        (Page(limit=-1), "rows"),
        (Page(offset=-1), "offset"),
        (Page(offset=2**70), "offset"),
        (Page("fraction", 3, 2), "fraction"),
        (Page("fraction", -1, 2), "fraction"),
        (Page("fraction", 0, 0), "fraction"),
    ],
)
def test_bad_pages_are_refused_even_where_nothing_is(box: Box, page: Page, role: str):
    with pytest.raises(InvalidPaging) as refused:
        box.find(page=page)
    assert refused.value.role == role


def test_walking_pages_of_equal_values_meets_each_item_once(box: Box):
    ids = {box.add(subject="same") for _ in range(9)}
    seen: list[int] = []
    for offset in range(0, 9, 2):
        seen += box.ids(page=Page(offset=offset, limit=2), order=(Order("subject"),))
    assert len(seen) == 9
    assert set(seen) == ids


def test_missing_values_come_first_ascending_and_last_descending(box: Box):
    b, none, a = box.add(subject="b"), box.add(), box.add(subject="A")
    assert box.ids(order=(Order("subject"),)) == [none, a, b]
    assert box.ids(order=(Order("subject", descending=True),)) == [b, a, none]


def test_text_sorts_without_case_and_accents(box: Box):
    words = ["zebra", "Émile", "eau", "Apfel", "Öl", "ärger"]
    ids = {word: box.add(subject=word) for word in words}
    expected = ["Apfel", "ärger", "eau", "Émile", "Öl", "zebra"]
    assert box.ids(order=(Order("subject"),)) == [ids[word] for word in expected]


def test_orders_by_anything(box: Box):
    first = box.add(
        {"from": {"name": "", "address": "a@x"}}, {"0x10f3:String": "b"},
        categories=["B", "a"], importance="high", reminder_minutes=15,
    )  # fmt: skip
    second = box.add(
        {"from": {"name": "Bob", "address": "b@x"}}, {"0x10f3:String": "A"},
        categories=["c"], importance="low", reminder_minutes=5,
    )  # fmt: skip
    both = [first, second]
    assert box.ids(order=(Order("from"),)) == both
    assert box.ids(order=(Order("categories"),)) == both
    assert box.ids(order=(Order("importance"),)) == both[::-1]
    assert box.ids(order=(Order("reminder_minutes"),)) == both[::-1]
    assert box.ids(order=(Order("x:0x10f3:String"),)) == both[::-1]
    assert box.ids(order=(Order("importance"), Order("subject", descending=True))) == both[::-1]


@pytest.mark.parametrize("name", ["body", "unique_body", "no_such_thing", "x:0x10f3:Nonsense"])
def test_nothing_sorts_by_calculated_or_unknown_properties(box: Box, name: str):
    with pytest.raises(InvalidRestriction):
        box.find(order=(Order(name),))


def test_rows_carry_what_was_asked_for(box: Box):
    anna = {"name": "Anna", "address": "anna@x"}
    box.add(
        {"from": anna}, {'{g}:na"me\\é:String': "odd", "0x10f3:String": "url"},
        subject="Hello", received=at(1), importance="high", is_read=True, categories=["A"],
        email_addresses={"EmailAddress1": anna},
    )  # fmt: skip
    wanted = (
        "importance", "from", "subject", "is_read", "categories", 'x:{g}:na"me\\é:String',
        "x:0x10f3:String", "email_addresses.EmailAddress1", "x:0x1:Integer", "body", "subject",
        "sensitivity", "unheard_of",
    )  # fmt: skip
    (row,) = box.find(properties=wanted).rows
    assert row[:5] == (1, 1, INBOX, "IPM.Note", "message")
    assert row[5:] == (
        "high", anna, "Hello", True, ["A"], "odd", "url", anna, None, None, "Hello", None, None,
    )  # fmt: skip
    (row,) = box.find(properties=("subject", "body", "is_read")).rows
    assert row[5:] == ("Hello", None, True)
    assert isinstance(row, tuple)


def test_columns_selected_after_the_projection_stay_out_of_the_rows(box: Box):
    box.add({"from": {"name": "A", "address": "a@x"}}, subject="s")
    for properties in (("subject",), ("subject", "from"), ("subject", "body"), ()):
        wanted = projection(properties)
        statement = select(*wanted.columns, item.c.created_seq)
        rows = box.run(lambda conn, s=statement: conn.execute(s).all())
        (row,) = wanted.make_rows(rows)
        assert len(row) == len(ROW_HEAD) + len(properties)
        assert rows[0][-1] == 1


def test_hidden_items_and_other_folders_and_mailboxes_are_not_found(box: Box):
    normal, hidden = box.add(), box.add(associated=True)
    other = box.add(folder=INBOX + 1)
    box.add(mailbox=MAILBOX + 1)
    assert box.ids() == [normal]
    found = box.find(associated=True)
    assert ([row[0] for row in found.rows], found.total) == ([hidden], 1)
    assert box.find(folders=(INBOX, INBOX + 1), page=Page(limit=1)).total == 2
    assert {row[0] for row in box.find(folders=(INBOX, INBOX + 1)).rows} == {normal, other}
    assert box.find(folders=()).total == 0


# -- groups ------------------------------------------------------------------------------------

SADIE = {"name": "Sadie", "address": "sadie@x"}
HOPE = {"name": "Hope", "address": "hope@x"}


@pytest.fixture
def eight(box: Box) -> Box:
    """Five mails of Sadie (1 … 5) and three of Hope (6 … 8)."""
    for day in (1, 2, 3, 10, 11):
        box.add({"from": SADIE}, received=at(day), subject="s")
    for day in (4, 5, 12):
        box.add({"from": HOPE}, received=at(day), subject="h")
    return box


WHOLE = Page()


def grouped(box: Box, aggregate: str, descending: bool, page: Page = WHOLE):
    group = Group("from", "received", aggregate, descending)  # type: ignore[arg-type]
    return box.find(group=group, page=page, properties=("subject",))


def test_groups_are_ordered_by_the_aggregate(eight: Box):
    found = grouped(eight, "minimum", descending=False)
    assert found.groups is not None
    assert [value for value, _ in found.groups] == [SADIE, HOPE]
    assert [[row[0] for row in rows] for _, rows in found.groups] == [[5, 4, 3, 2, 1], [8, 7, 6]]
    assert found.groups[0][1][0][5:] == ("s",)
    assert (found.total, found.next_offset, found.is_last, found.rows) == (10, 10, True, [])
    for aggregate, descending, first in (
        ("minimum", True, HOPE),
        ("maximum", True, HOPE),
        ("maximum", False, SADIE),
    ):
        found = grouped(eight, aggregate, descending)
        assert found.groups is not None
        assert found.groups[0][0] == first


def test_pages_of_groups_count_headers_and_rows(eight: Box):
    seen: list[tuple[str, int | None]] = []
    offset = 0
    while True:
        found = grouped(eight, "minimum", False, Page(offset=offset, limit=3))
        for value, rows in found.groups or []:
            seen += [(value["name"], row[0]) for row in rows] or [(value["name"], None)]
        offset = found.next_offset
        if found.is_last:
            break
    # positions: Sadie's header, 5 4 | 3 2 1 | Hope's header, 8 7 | 6
    assert seen == [("Sadie", n) for n in (5, 4, 3, 2, 1)] + [("Hope", n) for n in (8, 7, 6)]
    ending = grouped(eight, "minimum", False, Page(offset=3, limit=4)).groups
    assert ending is not None
    assert [(value, len(rows)) for value, rows in ending] == [(SADIE, 3), (HOPE, 0)]
    last = grouped(eight, "minimum", False, Page(from_end=True, limit=2))
    assert last.groups is not None
    assert [(value, [row[0] for row in rows]) for value, rows in last.groups] == [(HOPE, [7, 6])]


def test_missing_values_are_a_group_and_case_makes_no_other(box: Box):
    box.add(subject="Same")
    box.add(subject="same")
    box.add()
    found = box.find(group=Group("subject", "subject", "minimum"))
    assert found.groups is not None
    assert [(value, len(rows)) for value, rows in found.groups] == [(None, 1), ("same", 2)]
    assert found.total == 5


def test_date_times_group_to_the_second(box: Box):
    for fraction in ("000001", "900000"):
        box.add(received=f"2013-12-01T08:00:00.{fraction}Z")
    box.add(received="2013-12-01T08:00:01.000000Z")
    found = box.find(group=Group("received", "received", "maximum"))
    assert found.groups is not None
    assert [(value, len(rows)) for value, rows in found.groups] == [
        ("2013-12-01T08:00:00.000000Z", 2),
        ("2013-12-01T08:00:01.000000Z", 1),
    ]


@pytest.mark.parametrize("name", ["conversation_index", "body", "unique_body", "header:Subject"])
def test_nothing_groups_by_these(box: Box, name: str):
    with pytest.raises(InvalidRestriction) as refused:
        box.find(group=Group(name, "received", "minimum"))
    assert refused.value.role == "group"
