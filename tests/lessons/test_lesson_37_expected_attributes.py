"""Lesson 37 (gromox#239): what clients rely on is there, though the schema calls it optional."""

from __future__ import annotations

import pytest

from tests.bad_requests.operations import GOOD, filled
from tests.security.house import House

pytestmark = pytest.mark.anyio
# operation -> what its answer always holds (who reads it)
EXPECTED = {
    "ResolveNames": ("TotalItemsInView=", "IncludesLastItemInRange="),  # eM Client
    "FindItem": ("TotalItemsInView=", "IncludesLastItemInRange=", "IndexedPagingOffset="),
    "FindFolder": ("TotalItemsInView=", "IncludesLastItemInRange=", "IndexedPagingOffset="),
    "SyncFolderItems": ("<m:SyncState>", "<m:IncludesLastItemInRange>"),  # Evolution
    "SyncFolderHierarchy": ("<m:SyncState>", "<m:IncludesLastFolderInRange>"),
    "CreateAttachment": ("RootItemId=", "RootItemChangeKey="),  # Outlook for Mac
    "DeleteAttachment": ("<m:RootItemId RootItemId=", "RootItemChangeKey="),
    "CreateItem": ("ChangeKey=",),
    "UpdateItem": ("ChangeKey=", "<m:ConflictResults>", "<t:Count>"),  # exchangelib
    "CreateFolder": ("ChangeKey=",),
    "Subscribe": ("<m:SubscriptionId>", "<m:Watermark>"),
    "GetEvents": ("<t:PreviousWatermark>", "<t:MoreEvents>"),
}


@pytest.mark.parametrize("operation", EXPECTED)
async def test_lesson_37_what_clients_read(house: House, operation: str) -> None:
    ids = await house.furnish("anna")
    answer = await house.ask(filled(GOOD[operation], ids))
    assert "NoError" in answer
    for word in EXPECTED[operation]:
        assert word in answer, (word, answer)


@pytest.mark.parametrize("version", ["Exchange2007_SP1", "Exchange2010_SP2", "Exchange2016"])
async def test_lesson_37_for_every_version(house: House, version: str) -> None:
    ids = await house.furnish("anna")
    for operation in ("FindItem", "SyncFolderItems", "ResolveNames"):
        template = GOOD[operation].replace(' ContactDataShape="Default"', "")
        answer = await house.ask(filled(template, ids), version=version)
        for word in EXPECTED[operation]:
            assert word in answer, (word, answer)
