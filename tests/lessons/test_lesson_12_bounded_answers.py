"""Lesson 12 (mailcow#783): a page holds what was asked for at most, and says truly what follows."""

from __future__ import annotations

import re

import pytest

from tests.lessons.conftest import INBOX, Follower, new
from tests.security.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
async def test_lesson_12_more_exactly_when_there_is_more(house: House, count: int) -> None:
    for number in range(count):
        await new(house, subject=str(number))
    follower = Follower(house, page=5)
    await follower.sync()
    pages = follower.last_pages
    assert sum(size for size, _ in pages) == count
    assert all(size == 5 for size, _ in pages[:-1])
    assert len(pages) == max(1, -(-count // 5))
    assert [is_last for _, is_last in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize("most", ["0", "513", "-1", "2147483647"])
async def test_lesson_12_a_window_out_of_bounds_is_refused(house: House, most: str) -> None:
    body = (
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        f"<m:SyncFolderId>{INBOX}</m:SyncFolderId><m:MaxChangesReturned>{most}"
        "</m:MaxChangesReturned></m:SyncFolderItems>"
    )
    assert "ErrorSchemaValidation" in await house.ask(body)


@pytest.mark.parametrize("count", [0, 1, 5, 6])
async def test_lesson_12_find_says_last_exactly_at_the_last(house: House, count: int) -> None:
    for number in range(count):
        await new(house, subject=str(number))
    seen, offset, rounds = 0, 0, 0
    while True:
        answer = await house.ask(
            '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
            f'</m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="5" Offset="{offset}"'
            f' BasePoint="Beginning"/><m:ParentFolderIds>{INBOX}</m:ParentFolderIds></m:FindItem>'
        )
        rows = answer.count("<t:ItemId ")
        seen, rounds = seen + rows, rounds + 1
        offset = int(re.findall(r'IndexedPagingOffset="(\d+)"', answer)[0])
        assert f'TotalItemsInView="{count}"' in answer
        is_last = 'IncludesLastItemInRange="true"' in answer
        assert is_last == (seen == count)
        if is_last:
            break
    assert rounds == max(1, -(-count // 5))
