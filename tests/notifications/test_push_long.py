"""Push over time: retries, the status interval, what ends it, and answers that are no answers."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.notifications.conftest import House, one
from tests.notifications.test_push import Subscriber, push, subscriber

__all__ = ["subscriber"]
pytestmark = pytest.mark.anyio


async def settled() -> None:
    """Let the caller come to its waiting."""
    await asyncio.sleep(0.15)


async def test_retries_double_until_the_interval_is_used_up(
    house: House, subscriber: Subscriber
) -> None:
    """After 30, 60 and 120 s; a fourth wait would exceed the five minutes of StatusFrequency."""
    subscriber.code = 503
    answer = await push(house, subscriber.url, minutes=5)
    id = one(r"<m:SubscriptionId>([^<]+)", answer)
    for count, wait in enumerate((30, 60, 120), start=1):
        await subscriber.told(count)
        await settled()
        house.clock.advance(wait - 5)
        await settled()
        assert len(subscriber.bodies) == count
        house.clock.advance(6)
    await subscriber.told(4)
    await settled()
    gone = await house.ask(
        f"<m:Unsubscribe><m:SubscriptionId>{id}</m:SubscriptionId></m:Unsubscribe>"
    )
    assert "ErrorSubscriptionNotFound" in gone
    house.clock.advance(3600)
    await settled()
    assert len(subscriber.bodies) == 4


async def test_what_happens_while_the_subscriber_is_away_follows(
    house: House, subscriber: Subscriber
) -> None:
    await push(house, subscriber.url, minutes=5)
    await subscriber.told(1)
    subscriber.code = 503
    await house.receives("First")
    await subscriber.told(2)
    await house.receives("Second")
    await settled()
    subscriber.code = 200
    house.clock.advance(31)
    await subscriber.told(4)
    assert subscriber.bodies[1] == subscriber.bodies[2]
    assert subscriber.bodies[3].count("<t:CreatedEvent>") == 1
    previous = one(r"<t:PreviousWatermark>([^<]+)", subscriber.bodies[3])
    assert previous == re.findall(r"<t:Watermark>([^<]+)", subscriber.bodies[2])[-1]


async def test_silence_is_broken_by_a_status_event(house: House, subscriber: Subscriber) -> None:
    """At the interval's end, however much happens elsewhere in the mailbox."""
    await push(house, subscriber.url, minutes=1)
    await subscriber.told(1)
    for _ in range(3):
        await settled()
        house.clock.advance(21)
        await house.receives("Elsewhere", folder="drafts")
    await subscriber.told(2)
    assert "<t:StatusEvent>" in subscriber.bodies[1]


async def test_attack_a16_a_revoked_account_is_told_nothing_more(
    house: House, subscriber: Subscriber
) -> None:
    await push(house, subscriber.url)
    await subscriber.told(1)
    await settled()
    house.store.bus.revoke(house.people["anna"].account_id)
    await house.receives("Minutes")
    house.clock.advance(3600)
    await settled()
    assert len(subscriber.bodies) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 204, 401])
async def test_attack_a10_nothing_but_200_is_an_answer(
    house: House, subscriber: Subscriber, code: int
) -> None:
    """No redirect is followed, no challenge answered."""
    subscriber.code = code
    await push(house, subscriber.url, minutes=1)
    await subscriber.told(1)
    await settled()
    assert len(subscriber.bodies) == 1


@pytest.mark.parametrize(
    "status",
    ["OK" + " " * 70_000, "<!DOCTYPE a>", "]]>", "Perhaps", ""],
    ids=["too long", "a DTD", "no XML", "no such word", "empty"],
)
async def test_an_odd_answer_is_none(house: House, subscriber: Subscriber, status: str) -> None:
    subscriber.status = status
    await push(house, subscriber.url, minutes=1)
    await subscriber.told(1)
    await settled()
    house.clock.advance(31)
    await subscriber.told(2)
    assert subscriber.bodies[0] == subscriber.bodies[1]


async def test_a_host_is_listed_with_its_port(house: House, subscriber: Subscriber) -> None:
    listed = (subscriber.url.split("/")[2],)
    settings = house.subscriptions.settings.model_copy(update={"push_allowed": listed})
    house.subscriptions.settings = house.dispatcher._services.settings = settings
    await push(house, subscriber.url)
    await subscriber.told(1)
    assert "ErrorInvalidPushSubscriptionUrl" in await push(house, "http://127.0.0.1:1/told")


async def test_push_is_off_until_a_host_is_listed(house: House, subscriber: Subscriber) -> None:
    settings = house.subscriptions.settings.model_copy(update={"push_allowed": ()})
    house.subscriptions.settings = house.dispatcher._services.settings = settings
    assert "ErrorInvalidPushSubscriptionUrl" in await push(house, subscriber.url)
    assert subscriber.bodies == []
