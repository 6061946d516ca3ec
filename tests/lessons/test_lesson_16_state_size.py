"""Lesson 16 (gromox 2abfd2b5a): a position has one size, with one item and with a million."""

from __future__ import annotations

import pytest

from ews.ids import Ids
from store.sync import ItemState
from tests.lessons.conftest import Follower, new
from tests.security.house import House

pytestmark = pytest.mark.anyio
CHARS_MAX = 256
HUGE = 2**63


def test_lesson_16_the_largest_numbers_make_no_longer_state() -> None:
    ids = Ids(b"k" * 32)
    small = ids.item_state(ItemState(1, 1, 1, 1, 1, False))
    large = ids.item_state(ItemState(HUGE, HUGE, HUGE, HUGE, HUGE, True))
    assert len(small) == len(large) <= CHARS_MAX
    assert len(ids.folder_state(HUGE, "x" * 1000, HUGE)) <= 512
    assert len(ids.watermark(HUGE, HUGE, 2**32 - 1)) <= CHARS_MAX


async def test_lesson_16_a_full_folder_has_a_state_as_long_as_an_empty_one(house: House) -> None:
    follower = Follower(house, page=10)
    await follower.sync()
    empty = len(follower.state)
    for number in range(45):
        await new(house, subject=str(number))
    await follower.page()  # in the middle of a first walk
    assert len(follower.state) == empty
    await follower.sync()
    assert len(follower.state) == empty
