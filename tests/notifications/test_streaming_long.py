"""Streams that go on for long: signs of life, broken connections, bounds, and who ended them."""

from __future__ import annotations

import asyncio
import re
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from lxml import etree

from store.commands import DeliverMail, FolderRole, GrantMailbox, MoveItems
from store.model import ItemDraft
from tests.notifications.conftest import ALL_EVENTS, House, one

pytestmark = pytest.mark.anyio
EVENT = re.compile(rb"<t:(\w+Event)>")


async def settled() -> None:
    """Let a stream that was just asked for more come to its waiting."""
    await asyncio.sleep(0.1)


async def delivered(house: House, subject: str) -> None:
    """Mail from outside reaches Anna."""
    draft = ItemDraft(
        properties={"subject": subject}, mime=b"Subject: %b\r\n\r\nx" % subject.encode()
    )
    await house.store.system().execute(DeliverMail(draft, ("anna@demo.example",)))


async def watch_all(house: House, kinds: str = ALL_EVENTS) -> str:
    answer = await house.ask(
        '<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true">'
        f"<t:EventTypes>{kinds}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"
    )
    return one(r"<m:SubscriptionId>([^<]+)", answer)


async def test_new_mail_is_told_in_the_order_of_the_store(house: House, schema: Any) -> None:
    """Evolution does not ask for NewMailEvent, Outlook waits for it: both come (trap 60)."""
    chunks = await house.stream(await watch_all(house))
    await anext(chunks)
    await delivered(house, "Minutes")
    told = await anext(chunks)
    assert EVENT.findall(told) == [b"CreatedEvent", b"NewMailEvent", b"ModifiedEvent"]
    assert told.count(b"<t:Notification>") + told.count(b"<m:Notification>") == 1
    schema.assertValid(etree.fromstring(etree.tostring(etree.fromstring(told).find("{*}Body")[0])))
    await chunks.aclose()


async def test_a_move_names_the_old_place(house: House, schema: Any) -> None:
    await house.receives("Minutes")
    chunks = await house.stream(await house.subscribe())
    await anext(chunks)
    session = house.store.session(house.people["anna"])
    moved = await house.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        '</m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/>'
        "</m:ParentFolderIds></m:FindItem>"
    )
    id = one(r'<t:ItemId Id="([^"]+)', moved)
    await session.execute(MoveItems((house.ids.read_item(id),), FolderRole("deleteditems")))
    told = await anext(chunks)
    event = etree.fromstring(told).find(".//{*}MovedEvent")
    assert event.find("{*}OldItemId").get("Id") == id
    assert event.find("{*}ItemId").get("Id") != id
    schema.assertValid(etree.fromstring(etree.tostring(etree.fromstring(told).find("{*}Body")[0])))
    await chunks.aclose()


async def test_lesson_33_other_peoples_noise_does_not_hush_the_signs_of_life(house: House) -> None:
    """Changes that the stream does not tell of come all the time: it still says that it lives."""
    chunks = await house.stream(
        await watch_all(house, "<t:EventType>NewMailEvent</t:EventType>"), minutes=5
    )
    await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    for _ in range(3):
        await settled()
        house.clock.advance(11)
        await house.receives("Saved by hand: no new mail")
    assert b"<m:ConnectionStatus>OK" in await asyncio.wait_for(waiting, 5)
    await chunks.aclose()


@pytest.mark.parametrize("catches_up", [False, True], ids=["from the commit", "from the log"])
async def test_lesson_34_a_frame_that_never_left_is_told_again(
    house: House, catches_up: bool
) -> None:
    """The connection breaks while the frame is being sent."""
    id = await house.subscribe()
    if catches_up:
        await house.receives("Minutes")
    chunks = await house.stream(id)
    await anext(chunks)
    if not catches_up:
        await house.receives("Minutes")
    assert b"<t:CreatedEvent>" in await anext(chunks)
    await chunks.aclose()
    again = await house.stream(id)
    await anext(again)
    assert b"<t:CreatedEvent>" in await anext(again)
    await again.aclose()


async def test_a_frame_that_left_is_not_told_again(house: House) -> None:
    id = await house.subscribe()
    chunks = await house.stream(id, minutes=30)
    await anext(chunks)
    await house.receives("First")
    assert b"<t:CreatedEvent>" in await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await house.receives("Second")
    again = await house.stream(id)
    await anext(again)
    assert (await anext(again)).count(b"<t:CreatedEvent>") == 1
    await again.aclose()


async def test_lesson_35_a_client_that_does_not_read_costs_no_memory(house: House) -> None:
    """What piles up is dropped, and read from the log when the client reads again."""
    id = await house.subscribe()
    chunks = await house.stream(id, minutes=30)
    await anext(chunks)
    await house.receives("0")
    await anext(chunks)  # the stream stands at this frame
    for number in range(150):
        await house.receives(f"{number + 1}")
    [subscription] = house.subscriptions._by_number.values()
    assert len(subscription.holder.pending) <= 100  # type: ignore[union-attr]
    created = 0
    while created < 150:
        created += (await anext(chunks)).count(b"<t:CreatedEvent>")
    assert created == 150
    await chunks.aclose()


async def test_the_stop_of_the_server_closes_streams(house: House) -> None:
    chunks = await house.stream(await house.subscribe())
    await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    house.subscriptions.close()
    last = await asyncio.wait_for(waiting, 1)
    assert b"<m:ConnectionStatus>Closed" in last
    assert b"ErrorInvalidSubscription<" in last  # at which clients subscribe anew
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


async def test_a_guest_who_loses_the_right_hears_why(house: House) -> None:
    system = house.store.system()
    await system.execute(GrantMailbox("anna@demo.example", "ben@demo.example", 1))
    answer = await house.ask(
        "<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>"
        '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>anna@demo.example'
        "</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId></t:FolderIds>"
        f"<t:EventTypes>{ALL_EVENTS}</t:EventTypes></m:StreamingSubscriptionRequest>"
        "</m:Subscribe>",
        who="ben",
    )
    chunks = await house.stream(one(r"<m:SubscriptionId>([^<]+)", answer), who="ben")
    await anext(chunks)
    await house.receives("For both")
    assert b"<t:CreatedEvent>" in await anext(chunks)
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    await system.execute(GrantMailbox("anna@demo.example", "ben@demo.example", 0))
    await house.receives("For Anna alone")
    last = await asyncio.wait_for(waiting, 5)
    assert b"<t:CreatedEvent>" not in last
    assert b"<m:ConnectionStatus>Closed" in last
    await chunks.aclose()


async def test_an_account_has_so_many_streams(house: House) -> None:
    house.dispatcher._services.settings = house.dispatcher._services.settings.model_copy(
        update={"streams_max": 2}
    )
    open_ones: list[AsyncIterator[bytes]] = []
    for _ in range(2):
        chunks = await house.stream(await house.subscribe())
        await anext(chunks)
        open_ones.append(chunks)
    id = await house.subscribe()
    refused = await house.ask(
        f"<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{id}</t:SubscriptionId>"
        "</m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>"
    )
    assert "ErrorExceededConnectionCount" in refused
    await open_ones.pop().aclose()  # type: ignore[attr-defined]
    chunks = await house.stream(id)
    assert b"<m:ConnectionStatus>OK" in await anext(chunks)
    await chunks.aclose()
    await open_ones.pop().aclose()  # type: ignore[attr-defined]
    assert house.subscriptions.streams == {}


async def test_streams_opened_at_the_same_moment_keep_the_limit_too(house: House) -> None:
    house.dispatcher._services.settings = house.dispatcher._services.settings.model_copy(
        update={"streams_max": 2}
    )
    streams = [await house.stream(await house.subscribe()) for _ in range(5)]
    firsts = [await anext(chunks) for chunks in streams]
    assert sum(b"ErrorExceededConnectionCount" in first for first in firsts) == 3
    for chunks in streams:
        await chunks.aclose()


async def test_odd_ids_are_given_back_as_they_came(house: House) -> None:
    chunks = await house.stream("&lt;b&gt; &amp; ü")
    root = etree.fromstring(await anext(chunks))
    shown = root.find(".//{*}ErrorSubscriptionIds/{*}SubscriptionId")
    assert shown.text == "<b> & ü"
    await chunks.aclose()


async def test_exchangelib_reads_the_stream(house: House) -> None:
    """Its own parser on our bytes: notifications, and the end."""
    services = pytest.importorskip("exchangelib.services.get_streaming_events")
    util = pytest.importorskip("exchangelib.util")
    chunks = await house.stream(await house.subscribe())
    told = [await anext(chunks)]
    for subject in ("One", "Two"):
        await house.receives(subject)
        told.append(await anext(chunks))
    waiting = asyncio.ensure_future(anext(chunks))
    await settled()
    house.clock.advance(61)
    told.append(await waiting)
    raw = b"".join(told)
    documents = list(util.DocumentYielder(bytes([byte]) for byte in raw))
    assert [each[each.index(b"<Envelope") :] for each in documents] == told
    service = services.GetStreamingEvents.__new__(services.GetStreamingEvents)
    statuses, kinds = [], []
    for document in documents:
        for message in etree.fromstring(document).iter("{*}GetStreamingEventsResponseMessage"):
            found = service._get_element_container(message, name=service.element_container_name)
            statuses.append(service.connection_status)
            for element in found:
                notification = service._elem_to_obj(element)
                kinds += [type(event).__name__ for event in notification.events]
    assert statuses == ["OK", None, None, "Closed"]
    assert kinds == ["CreatedEvent", "ModifiedEvent"] * 2


async def test_a_waiting_stream_is_small(house: House) -> None:
    """Less than 30 KiB each, subscription and stream, without its connection."""
    house.dispatcher._services.settings = house.dispatcher._services.settings.model_copy(
        update={"streams_max": 1000}
    )
    ids = [await house.subscribe() for _ in range(100)]
    tracemalloc.start()
    streams = [await house.stream(id, minutes=30) for id in ids]
    for chunks in streams:
        await anext(chunks)
    waiting = [asyncio.ensure_future(anext(chunks)) for chunks in streams]
    await settled()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(streams) < 30 * 1024
    await house.receives("For all of them")
    told = await asyncio.gather(*waiting)
    assert all(b"<t:CreatedEvent>" in chunk for chunk in told)
    for chunks in streams:
        await chunks.aclose()
