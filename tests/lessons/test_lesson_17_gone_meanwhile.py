"""Lesson 17 (mustang PR966): an item that goes between Sync and GetItem is one item's error."""

from __future__ import annotations

import pytest

from tests.lessons.conftest import Follower, codes, delete, new
from tests.security.house import House

pytestmark = pytest.mark.anyio


async def test_lesson_17_the_others_come_and_the_next_sync_tells(house: House) -> None:
    ids = [await new(house, subject=str(number)) for number in range(3)]
    follower = Follower(house)
    await follower.sync()
    await delete(house, ids[1])
    shown = "".join(f'<t:ItemId Id="{id}"/>' for id in ids)
    answer = await house.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>"
        f"<m:ItemIds>{shown}</m:ItemIds></m:GetItem>"
    )
    assert codes(answer) == ["NoError", "ErrorItemNotFound", "NoError"]
    assert (await follower.sync())["Delete"] == [ids[1]]
