"""Lesson 7 (grommunio-sync 935b154): whoever is told of a change finds it, without a wait."""

from __future__ import annotations

import asyncio

import pytest

from tests.bad_requests.operations import GOOD, filled
from tests.lessons.conftest import Follower, new
from tests.security.house import House, one

pytestmark = pytest.mark.anyio


async def test_lesson_07_a_told_change_is_there_at_once(house: House) -> None:
    ids = await house.furnish("anna")
    await house.watch("anna", ids)
    folder = f'<t:FolderId Id="{ids["folder"]}"/>'
    follower = Follower(house, folder)
    await follower.sync()
    chunks = await _stream(house, ids["stream"])
    for number in range(40):
        making = asyncio.ensure_future(new(house, folder, str(number)))
        told = (await asyncio.wait_for(anext(chunks), 5)).decode()
        found = await follower.sync()
        assert len(found["Create"]) == 1, (number, told)
        assert found["Create"][0] == one(r'<t:ItemId Id="([^"]+)"', told)
        assert await making == found["Create"][0]
    await chunks.aclose()


async def _stream(house: House, id: str):  # type: ignore[no-untyped-def]
    from ews.dispatch import Stream
    from tests.bad_requests.cases import envelope

    body = envelope(filled(GOOD["GetStreamingEvents"], {"stream": id}))
    answer = await house.dispatcher.answer(body, house.people["anna"])
    assert isinstance(answer, Stream)
    await anext(answer.chunks)
    return answer.chunks
