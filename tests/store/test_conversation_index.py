"""Where a message stands in its conversation (MS-OXOMSG 2.2.1.3)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from store.conversation_index import (
    BYTES_MAX,
    answer_to,
    answered,
    begun,
    conversation,
    moment,
    read,
)
from store.instant import to_instant
from store.record import conversation_of

START = datetime(2026, 5, 1, 10, tzinfo=UTC)
NOW = to_instant(START)


def _delta(index: str | None) -> int:
    """The time of the last answer, as its four bytes say it."""
    whole = read(index)
    assert whole is not None
    return int.from_bytes(whole[-5:-1], "big")


def test_a_conversation_begins_with_its_moment_and_a_name_of_its_own() -> None:
    whole = base64.b64decode(begun(NOW))
    assert (len(whole), whole[0], whole[1:6]) == (22, 1, moment(NOW))
    assert begun(NOW) != begun(NOW)


def test_an_answer_says_how_long_after_the_beginning_it_came() -> None:
    beginning = begun(NOW)
    hour = answered(beginning, to_instant(START + timedelta(hours=1)))
    # The moment of the beginning is kept in steps of 6.5 ms, an answer's in steps of 26 ms.
    assert abs(_delta(hour) - (3600 * 10_000_000 >> 18)) <= 1
    years = answered(beginning, to_instant(START + timedelta(days=1000)))
    assert _delta(years) >> 31 == 1
    assert abs((_delta(years) & 0x7FFF_FFFF) - (86_400_000 * 10_000_000 >> 23)) <= 1
    assert _delta(answered(beginning, to_instant(START - timedelta(hours=1)))) == 0


@given(st.lists(st.integers(0, 20_000), max_size=5))
def test_answers_of_answers_stay_in_the_conversation(days: list[int]) -> None:
    beginning = begun(NOW)
    index: str | None = beginning
    for level, later in enumerate(days, 1):
        index = answered(index, to_instant(START + timedelta(days=later)))
        assert len(read(index) or b"") == 22 + 5 * level
    assert conversation(index) == conversation(beginning)
    assert (read(index) or b"").startswith(read(beginning) or b"x")
    of = [conversation_of({"conversation_index": each}) for each in (beginning, index)]
    assert of[0] == of[1]


@given(st.one_of(st.text(), st.integers(), st.none(), st.binary(max_size=21).map(base64.b64encode)))
def test_what_is_no_index_has_neither_name_nor_answers(value: object) -> None:
    if isinstance(value, bytes):
        value = value.decode()
    if read(value) is None:
        assert conversation(value) is answered(value, NOW) is None
    else:
        assert len(read(value) or b"") >= 22


def test_a_conversation_without_end_does_not_grow_without_end() -> None:
    longest = base64.b64encode(bytes(BYTES_MAX)).decode()
    assert answered(longest, NOW) == longest


def test_an_answer_to_a_message_without_an_index_is_of_its_conversation() -> None:
    """Whether the next one knows the index or the Message-ID with which it all began."""
    message = {"message_id": "<a@example.org>", "sent": NOW}
    old = message | {"conversation_id": conversation_of(message)}
    index = answer_to(old, to_instant(START + timedelta(hours=1)))
    assert (read(index) or b"")[:6] == b"\x01" + moment(NOW)
    assert len(read(index) or b"") == 22 + 5
    named = conversation_of({"references": "<a@example.org> <b@example.org>"})
    assert conversation_of({"conversation_index": index}) == named == old["conversation_id"]


def test_what_is_in_no_conversation_is_answered_without_an_index() -> None:
    for old in ({}, {"conversation_id": "kept elsewhere"}, {"conversation_index": "AAAA"}):
        assert answer_to(old, NOW) is None
