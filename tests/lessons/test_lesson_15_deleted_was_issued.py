"""Lesson 15 (gromox 5482078d6): a Delete names only what was once handed to that client."""

from __future__ import annotations

import random

import pytest

from tests.lessons.conftest import INBOX, Follower, delete, ids_in, new
from tests.security.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(3))
async def test_lesson_15_a_random_walk(house: House, seed: int) -> None:
    chance = random.Random(seed)
    followers = [Follower(house, page=size) for size in (1, 3, 50)]
    alive: list[str] = []
    for _ in range(60):
        step = chance.random()
        if step < 0.5:
            alive.append(await new(house))
        elif step < 0.75 and alive:
            await delete(house, alive.pop(chance.randrange(len(alive))))
        else:
            await chance.choice(followers).sync()  # asserts that each Delete was issued
    for follower in followers:
        await follower.sync()
        assert follower.held == set(alive) == set(await ids_in(house, INBOX))


async def test_lesson_15_what_came_and_went_between_two_syncs_is_never_told(house: House) -> None:
    follower = Follower(house)
    await follower.sync()
    await delete(house, await new(house))
    assert await follower.sync() == {"Create": [], "Update": [], "Delete": [], "ReadFlagChange": []}
