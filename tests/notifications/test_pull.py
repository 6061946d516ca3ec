"""Pull subscriptions: events after a watermark, fifty at a time (MS-OXWNTIF 3.1.4.1)."""

from __future__ import annotations

import re

import pytest

from tests.notifications.conftest import ALL_EVENTS, INBOX, House, one

pytestmark = pytest.mark.anyio
TIMEOUT = "<t:Timeout>10</t:Timeout>"


async def pull(house: House, id: str, mark: str, who: str = "anna") -> str:
    return await house.ask(
        f"<m:GetEvents><m:SubscriptionId>{id}</m:SubscriptionId>"
        f"<m:Watermark>{mark}</m:Watermark></m:GetEvents>",
        who,
    )


async def begin(house: House) -> tuple[str, str]:
    answer = await house.ask(
        f"<m:Subscribe><m:PullSubscriptionRequest>{INBOX}<t:EventTypes>{ALL_EVENTS}"
        f"</t:EventTypes>{TIMEOUT}</m:PullSubscriptionRequest></m:Subscribe>"
    )
    return one(r"<m:SubscriptionId>([^<]+)", answer), one(r"<m:Watermark>([^<]+)", answer)


async def test_nothing_new_is_a_status_event(house: House) -> None:
    id, mark = await begin(house)
    answer = await pull(house, id, mark)
    assert "<t:StatusEvent>" in answer
    assert "<t:MoreEvents>false" in answer
    assert one(r"<t:PreviousWatermark>([^<]+)", answer) == mark


async def test_the_same_watermark_gives_the_same_events_again(house: House) -> None:
    """Rule 1 of the design: an answer that was lost is given again."""
    id, mark = await begin(house)
    await house.receives("Minutes")
    first = await pull(house, id, mark)
    assert "<t:CreatedEvent>" in first
    assert await pull(house, id, mark) == first


async def test_fifty_at_a_time_and_none_is_lost(house: House) -> None:
    id, mark = await begin(house)
    for number in range(40):
        await house.receives(f"{number}")
    created = calls = 0
    more = True
    while more:
        answer = await pull(house, id, mark)
        marks = re.findall(r"<t:Watermark>([^<]+)", answer)
        assert len(marks) <= 50
        created += answer.count("<t:CreatedEvent>")
        more = "<t:MoreEvents>true" in answer
        mark = marks[-1]
        calls += 1
    assert created == 40
    assert calls == 2


async def test_a_subscription_that_nobody_asks_expires(house: House) -> None:
    id, mark = await begin(house)
    house.clock.advance(9 * 60)
    assert "NoError" in await pull(house, id, mark)
    house.clock.advance(11 * 60)
    assert "ErrorSubscriptionNotFound" in await pull(house, id, mark)


async def test_a_tampered_or_foreign_watermark_is_refused(house: House) -> None:
    id, mark = await begin(house)
    assert "ErrorInvalidWatermark" in await pull(house, id, mark[:-8] + "AAAAAAA=")
    assert "ErrorInvalidWatermark" in await pull(house, id, id)


async def test_nobody_pulls_another_persons_subscription(house: House) -> None:
    id, mark = await begin(house)
    assert "ErrorSubscriptionAccessDenied" in await pull(house, id, mark, who="ben")


async def test_a_watermark_carries_over_to_a_new_subscription(house: House) -> None:
    _, mark = await begin(house)
    await house.receives("While nobody asked")
    answer = await house.ask(
        f"<m:Subscribe><m:PullSubscriptionRequest>{INBOX}<t:EventTypes>{ALL_EVENTS}"
        f"</t:EventTypes><t:Watermark>{mark}</t:Watermark>{TIMEOUT}"
        "</m:PullSubscriptionRequest></m:Subscribe>"
    )
    id = one(r"<m:SubscriptionId>([^<]+)", answer)
    assert "<t:CreatedEvent>" in await pull(house, id, one(r"<m:Watermark>([^<]+)", answer))


async def test_folders_and_all_folders_exclude_each_other(house: House) -> None:
    answer = await house.ask(
        '<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:FolderIds>'
        '<t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes>'
        "<t:EventType>CreatedEvent</t:EventType></t:EventTypes>"
        "</m:StreamingSubscriptionRequest></m:Subscribe>"
    )
    assert "ErrorInvalidSubscriptionRequest" in answer


async def test_new_mail_alone_brings_no_created_event(house: House) -> None:
    answer = await house.ask(
        "<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>"
        '<t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes>'
        f"<t:EventType>NewMailEvent</t:EventType></t:EventTypes>{TIMEOUT}"
        "</m:PullSubscriptionRequest></m:Subscribe>"
    )
    id, mark = one(r"<m:SubscriptionId>([^<]+)", answer), one(r"<m:Watermark>([^<]+)", answer)
    await house.receives("Not mail: saved by hand")
    assert "<t:StatusEvent>" in await pull(house, id, mark)
