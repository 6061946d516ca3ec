"""Lesson 6 (Z-Push ZP-1626): a position and the data it stands for are read in one moment."""

from __future__ import annotations

import asyncio

import pytest

from tests.lessons.conftest import INBOX, Follower, ids_in, new
from tests.security.house import House

pytestmark = pytest.mark.anyio


async def test_lesson_06_a_client_that_syncs_while_mail_pours_in_misses_nothing(
    house: House,
) -> None:
    follower = Follower(house, page=7)

    async def pour() -> None:
        for number in range(80):
            await new(house, subject=str(number))

    pouring = [asyncio.ensure_future(pour()) for _ in range(2)]
    while not all(task.done() for task in pouring):
        await follower.sync()
        await asyncio.sleep(0)  # small reads never wait
    await asyncio.gather(*pouring)
    await follower.sync()
    assert follower.held == set(await ids_in(house, INBOX))
    assert len(follower.held) == 160


async def test_lesson_06_the_same_position_gives_the_same_changes_again(house: House) -> None:
    """An answer that was lost on the way can be asked for again."""
    first = Follower(house)
    await first.sync()
    await new(house)
    before = first.state
    lost = await first.page()
    first.state = before
    assert await first.page() == lost
