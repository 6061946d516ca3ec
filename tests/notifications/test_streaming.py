"""GetStreamingEvents: many envelopes, nothing lost between connections, an end that is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lxml import etree

from tests.notifications.conftest import House, one

pytestmark = pytest.mark.anyio


async def settled() -> None:
    """Let a stream that was just asked for more come to its waiting."""
    await asyncio.sleep(0.1)


async def test_a_new_message_is_told_at_once(house: House) -> None:
    chunks = await house.stream(await house.subscribe())
    assert b"<m:ConnectionStatus>OK" in await anext(chunks)
    await house.receives("Minutes")
    told = await anext(chunks)
    assert b"<t:CreatedEvent>" in told
    assert b"<t:ModifiedEvent>" in told
    assert b"<t:UnreadCount>1</t:UnreadCount>" in told
    await chunks.aclose()


async def test_chunks_are_envelopes_without_prefix_and_declaration(
    house: House, schema: Any
) -> None:
    """Evolution cuts at ``</Envelope>``, and a second declaration breaks readers (trap 59)."""
    chunks = await house.stream(await house.subscribe())
    first = await anext(chunks)
    await house.receives("Minutes")
    for chunk in (first, await anext(chunks)):
        assert chunk.startswith(b"<Envelope xmlns=")
        assert chunk.endswith(b"</Envelope>")
        body = etree.fromstring(chunk).find("{*}Body")
        schema.assertValid(etree.fromstring(etree.tostring(body[0])))
    await chunks.aclose()


async def test_lesson_34_what_happens_between_two_connections_is_told_in_the_second(
    house: House,
) -> None:
    id = await house.subscribe()
    chunks = await house.stream(id)
    await anext(chunks)
    await chunks.aclose()
    await house.receives("In between")
    chunks = await house.stream(id)
    await anext(chunks)
    assert b"<t:CreatedEvent>" in await anext(chunks)
    await chunks.aclose()


async def test_lesson_33_a_silent_stream_gives_signs_of_life_and_closes(house: House) -> None:
    chunks = await house.stream(await house.subscribe(), minutes=1)
    assert b"OK" in await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    house.clock.advance(31)
    assert b"<m:ConnectionStatus>OK" in await waiting
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    house.clock.advance(31)
    assert b"<m:ConnectionStatus>Closed" in await waiting
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


async def test_a_second_connection_takes_the_subscription_over(house: House) -> None:
    id = await house.subscribe()
    first = await house.stream(id)
    await anext(first)
    waiting = asyncio.ensure_future(anext(first))
    await settled()
    second = await house.stream(id)
    await anext(second)
    lost = await waiting
    assert b"ErrorSubscriptionUnsubscribed" in lost
    assert b"<m:ConnectionStatus>Closed" in lost
    await house.receives("Minutes")
    assert b"<t:CreatedEvent>" in await anext(second)
    await first.aclose()
    await second.aclose()


async def test_unsubscribing_ends_the_stream(house: House) -> None:
    id = await house.subscribe()
    chunks = await house.stream(id)
    await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    answer = await house.ask(
        f"<m:Unsubscribe><m:SubscriptionId>{id}</m:SubscriptionId></m:Unsubscribe>"
    )
    assert "NoError" in answer
    assert b"<m:ConnectionStatus>Closed" in await waiting
    await chunks.aclose()


async def test_attack_a16_a_revoked_account_hears_nothing_more(house: House) -> None:
    chunks = await house.stream(await house.subscribe())
    await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    house.store.bus.revoke(house.people["anna"].account_id)
    assert b"<m:ConnectionStatus>Closed" in await asyncio.wait_for(waiting, 1)
    await chunks.aclose()


async def test_a_bad_id_is_named_and_the_good_one_goes_on(house: House) -> None:
    good = await house.subscribe()
    chunks = await house.stream("AAAA", good)
    refused = await anext(chunks)
    assert b"ErrorInvalidSubscription" in refused
    assert b"<m:SubscriptionId>AAAA</m:SubscriptionId>" in refused
    assert b"Closed" not in refused
    assert b"<m:ConnectionStatus>OK" in await anext(chunks)
    await chunks.aclose()
    chunks = await house.stream("AAAA")
    assert b"<m:ConnectionStatus>Closed" in await anext(chunks)
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


async def test_nobody_streams_another_persons_subscription(house: House) -> None:
    chunks = await house.stream(await house.subscribe(who="anna"), who="ben")
    refused = await anext(chunks)
    assert b"ErrorSubscriptionAccessDenied" in refused
    assert b"<m:ConnectionStatus>Closed" in refused
    await chunks.aclose()


async def test_lesson_35_a_long_backlog_comes_in_bounded_frames(house: House) -> None:
    id = await house.subscribe()
    for number in range(30):
        await house.receives(f"{number}")
    house.dispatcher._services.settings = house.dispatcher._services.settings.model_copy(
        update={"events_per_answer_max": 10}
    )
    chunks = await house.stream(id)
    await anext(chunks)
    created = 0
    while created < 30:
        frame = await anext(chunks)
        assert frame.count(b"<t:TimeStamp>") <= 10
        created += frame.count(b"<t:CreatedEvent>")
    assert created == 30
    await chunks.aclose()


async def test_an_event_outside_the_folder_is_not_told(house: House) -> None:
    chunks = await house.stream(await house.subscribe())
    await anext(chunks)
    await house.receives("Elsewhere", folder="drafts")
    await house.receives("Here")
    told = (await anext(chunks)).decode()
    assert told.count("<t:CreatedEvent>") == 1
    inbox = await house.ask(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>'
    )
    assert f'ParentFolderId Id="{one(r"FolderId Id=.([^ ]+).", inbox)}' in told
    await chunks.aclose()
