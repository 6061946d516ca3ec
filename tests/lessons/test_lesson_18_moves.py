"""Lesson 18 (tine20#7297): a moved item is in one place, under the id that the move told."""

from __future__ import annotations

import re

import pytest

from tests.lessons.conftest import INBOX, Follower, new
from tests.security.house import House

pytestmark = pytest.mark.anyio


async def test_lesson_18_the_source_lets_go_and_the_target_has_the_told_id(house: House) -> None:
    target = f'<t:FolderId Id="{await house.folder("anna", "Target")}"/>'
    here, there = Follower(house, INBOX), Follower(house, target)
    ids = [await new(house, subject=str(number)) for number in range(3)]
    await here.sync()
    await there.sync()
    shown = "".join(f'<t:ItemId Id="{id}"/>' for id in ids)
    answer = await house.ask(
        f"<m:MoveItem><m:ToFolderId>{target}</m:ToFolderId><m:ItemIds>{shown}</m:ItemIds>"
        "</m:MoveItem>"
    )
    told = re.findall(r'<t:ItemId Id="([^"]+)"', answer)
    assert len(set(told) | set(ids)) == 6
    gone, came = await here.sync(), await there.sync()
    assert sorted(gone["Delete"]) == sorted(ids) and not gone["Create"]
    assert sorted(came["Create"]) == sorted(told) and not came["Delete"]
    nothing = {"Create": [], "Update": [], "Delete": [], "ReadFlagChange": []}
    assert await here.sync() == await there.sync() == nothing
