"""exchangelib: finding items by more than twenty kinds of restriction, in order, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from exchangelib import UTC, EWSDateTime, ExtendedProperty, Q
from exchangelib.errors import DoesNotExist, MultipleObjectsReturned
from exchangelib.folders import FolderCollection
from exchangelib.items import Message
from exchangelib.properties import Mailbox

SUBJECTS = ("Apples", "apple pie", "Bananas", "Cherries 1", "Cherries 2", "")


class ShoeSize(ExtendedProperty):
    """A property of somebody's own."""

    property_set_id = "c11ff724-aa03-4555-9952-8fa248a11c3e"
    property_name = "ShoeSize"
    property_type = "Integer"


@pytest.fixture(scope="module")
def fruit(server: Any) -> Iterator[Any]:
    """An inbox of six messages, the n-th of which has properties that follow from n."""
    Message.register("shoe_size", ShoeSize)
    account = server.person("fruit").account()
    messages = [
        Message(
            subject=subject,
            body=f"Body number {n}, ripe" if n % 2 else f"Body number {n}",
            importance=("Low", "Normal", "High")[n % 3],
            sensitivity="Private" if n == 4 else "Normal",
            categories=["Red", "Round"] if n == 0 else ["Red"] if n < 3 else [],
            is_read=n >= 3,
            author=Mailbox(name="Zed", email_address=f"sender{n}@elsewhere.example"),
            to_recipients=[Mailbox(email_address=f"to{n}@elsewhere.example")],
            reminder_minutes_before_start=n * 10,
            shoe_size=40 + n if n else None,
        )
        for n, subject in enumerate(SUBJECTS)
    ]
    account.bulk_create(account.inbox, messages)
    yield account
    Message.deregister("shoe_size")


YEAR_2000 = EWSDateTime(2000, 1, 1, tzinfo=UTC)
YEAR_2100 = EWSDateTime(2100, 1, 1, tzinfo=UTC)

RESTRICTIONS: dict[str, tuple[Q, set[int]]] = {
    "equal": (Q(subject="Apples"), {0}),
    "not equal": (Q(subject__not="Apples"), {1, 2, 3, 4, 5}),
    "exact": (Q(subject__exact="Apples"), {0}),
    "iexact": (Q(subject__iexact="aPPLES"), {0}),
    "contains": (Q(subject__contains="pple"), {0, 1}),
    "contains minds case": (Q(subject__contains="Apple"), {0}),
    "icontains": (Q(subject__icontains="APPLE"), {0, 1}),
    "startswith": (Q(subject__startswith="Cherries"), {3, 4}),
    "istartswith": (Q(subject__istartswith="cherries"), {3, 4}),
    "greater": (Q(subject__gt="Cherries 1"), {4}),
    "less": (Q(subject__lt="B"), {0, 1, 5}),
    "in": (Q(subject__in=["Apples", "Bananas", "Durian"]), {0, 2}),
    "range": (Q(subject__range=("B", "Cherries 1")), {2, 3}),
    "exists": (Q(categories__exists=True), {0, 1, 2}),
    "does not exist": (Q(categories__exists=False), {3, 4, 5}),
    "a category": (Q(categories__contains="Round"), {0}),
    "all categories": (Q(categories__contains=["Red", "Round"]), {0}),
    "any category": (Q(categories__in=["Round", "Square"]), {0}),
    "boolean": (Q(is_read=True), {3, 4, 5}),
    "boolean of no value": (Q(has_attachments=False), {0, 1, 2, 3, 4, 5}),
    "enumeration": (Q(importance="High"), {2, 5}),
    "sensitivity": (Q(sensitivity="Private"), {4}),
    "integer at least": (Q(reminder_minutes_before_start__gte=40), {4, 5}),
    "time between": (Q(datetime_created__range=(YEAR_2000, YEAR_2100)), {0, 1, 2, 3, 4, 5}),
    "time after": (Q(datetime_created__gt=YEAR_2100), set()),
    "size at least": (Q(size__gte=1), {0, 1, 2, 3, 4, 5}),
    "class": (Q(item_class="IPM.Note"), {0, 1, 2, 3, 4, 5}),
    "sender": (Q(author="sender3@elsewhere.example"), {3}),
    "displayed recipients": (Q(display_to__icontains="to1@"), {1}),
    "body": (Q(body__icontains="RIPE"), {1, 3, 5}),
    "extended property": (Q(shoe_size=42), {2}),
    "extended property exists": (Q(shoe_size__exists=False), {0}),
    "extended property compared": (Q(shoe_size__lt=43), {1, 2}),
    "and": (Q(is_read=True) & Q(importance="High"), {5}),
    "or": (Q(subject="Apples") | Q(subject="Bananas"), {0, 2}),
    "not": (~Q(subject__icontains="apple"), {2, 3, 4, 5}),
    "nested": (
        (Q(is_read=False) & ~Q(categories__contains="Round")) | Q(subject="Cherries 2"),
        {1, 2, 4},
    ),
    "several at once": (Q(is_read=False, subject__icontains="an"), {2}),
}


@pytest.mark.parametrize("name", RESTRICTIONS)
def test_a_restriction_finds_what_it_says(fruit: Any, name: str) -> None:
    q, wanted = RESTRICTIONS[name]
    found = {item.subject or "" for item in fruit.inbox.filter(q).only("subject")}
    assert found == {SUBJECTS[n] for n in wanted}


QUERIES: dict[str, set[int]] = {
    "subject:Bananas": {2},
    'subject:"apple pie"': {1},
    "ripe": {1, 3, 5},
    "from:sender3": {3},
    "importance:high": {2, 5},
    "isread:true": {3, 4, 5},
    "category:Round": {0},
    "subject:Bananas OR subject:Apples": {0, 2},
    "NOT ripe": {0, 2, 4},
    "nothing-of-that-kind": set(),
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_in_words(fruit: Any, query: str) -> None:
    found = {item.subject or "" for item in fruit.inbox.filter(query).only("subject")}
    assert found == {SUBJECTS[n] for n in QUERIES[query]}


def test_exclude_get_exists_and_count(fruit: Any) -> None:
    assert fruit.inbox.exclude(is_read=True).count() == 3
    assert fruit.inbox.filter(subject="Bananas").exists()
    assert not fruit.inbox.filter(subject="Durian").exists()
    assert fruit.inbox.get(subject="Bananas").importance == "High"
    with pytest.raises(DoesNotExist):
        fruit.inbox.get(subject="Durian")
    with pytest.raises(MultipleObjectsReturned):
        fruit.inbox.get(is_read=True)
    assert fruit.inbox.all().count() == 6


ORDERS: dict[tuple[str, ...], list[int]] = {
    ("subject",): [5, 1, 0, 2, 3, 4],
    ("-subject",): [4, 3, 2, 0, 1, 5],
    ("-importance", "subject"): [5, 2, 1, 4, 0, 3],
    ("is_read", "-subject"): [2, 0, 1, 4, 3, 5],
    ("reminder_minutes_before_start",): [0, 1, 2, 3, 4, 5],
    ("-shoe_size",): [5, 4, 3, 2, 1, 0],
}


@pytest.mark.parametrize("fields", ORDERS)
def test_items_come_in_the_order_asked_for(fruit: Any, fields: tuple[str, ...]) -> None:
    found = fruit.inbox.all().order_by(*fields).only("subject")
    assert [item.subject or "" for item in found] == [SUBJECTS[n] for n in ORDERS[fields]]


def test_only_what_is_asked_for_is_loaded(fruit: Any) -> None:
    item = fruit.inbox.filter(subject="Bananas").only("subject", "importance")[0]
    assert (item.subject, item.importance, item.body) == ("Bananas", "High", None)
    values = fruit.inbox.filter(subject="Bananas").values("subject", "is_read")
    assert list(values) == [{"subject": "Bananas", "is_read": False}]
    pairs = fruit.inbox.filter(is_read=False).order_by("subject").values_list("subject", "size")
    assert [subject for subject, size in pairs if size > 0] == ["apple pie", "Apples", "Bananas"]
    flat = fruit.inbox.filter(subject="Apples").values_list("body", flat=True)
    assert [str(body) for body in flat] == ["Body number 0"]


def test_pages(new_person: Callable[[str], Any]) -> None:
    account = new_person("pages").account()
    account.bulk_create(account.inbox, [Message(subject=f"{n:03}") for n in range(57)])
    query = account.inbox.all().order_by("subject").only("subject")
    query.page_size = 10
    assert [item.subject for item in query] == [f"{n:03}" for n in range(57)]
    query = account.inbox.all().order_by("subject").only("subject")
    assert [item.subject for item in query[20:25]] == ["020", "021", "022", "023", "024"]
    assert query[3].subject == "003"
    assert query[-1].subject == "056"
    assert [item.subject for item in query.reverse()[:3]] == ["056", "055", "054"]


def test_several_folders_in_one_request(fruit: Any) -> None:
    Message(account=fruit, folder=fruit.drafts, subject="A draft", is_read=True).save()
    both = FolderCollection(account=fruit, folders=[fruit.inbox, fruit.drafts])
    found = {item.subject or "" for item in both.filter(is_read=True).only("subject")}
    assert found == {"Cherries 1", "Cherries 2", "", "A draft"}


def test_time_moves_what_a_restriction_finds(new_person: Callable[[str], Any], server: Any) -> None:
    person = new_person("timely")
    account = person.account()
    person.receives(subject="Early")
    middle = server.clock.advance(minutes=30)
    server.clock.advance(minutes=30)
    person.receives(subject="Late")
    cut = EWSDateTime.from_datetime(middle.astimezone(dt.UTC))
    late = account.inbox.filter(datetime_received__gt=cut)
    assert [item.subject for item in late] == ["Late"]
    early = account.inbox.filter(datetime_received__lte=cut)
    assert [item.subject for item in early] == ["Early"]
