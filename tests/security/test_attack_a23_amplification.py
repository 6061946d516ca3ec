"""Attack A23: a small request makes no large work. (MIME, TNEF: ``tests/mime/test_bounds.py``;
recipients by SMTP: ``tests/mailflow``.)
"""

from __future__ import annotations

import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.lessons.conftest import ID_ONLY, INBOX, codes, new
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
CPU_S_MAX = 4.0
GROWTH_MIB_MAX = 160


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house"), "anna", "ben") as house:
        house.live = await house.furnish("anna")
        yield house


async def _bounded(house: House, body: str) -> str:
    """The answer, which cost little: CPU seconds and resident memory of this process."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.process_time()
    answer = await house.ask(body)
    spent_s = time.process_time() - begun
    growth_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss
    assert spent_s < CPU_S_MAX, f"{spent_s:.1f} s"
    assert growth_kib < GROWTH_MIB_MAX * 1024, f"{growth_kib / 1024:.0f} MiB"
    return answer


def _find(inner: str) -> str:
    return (
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape>{inner}'
        f"<m:ParentFolderIds>{INBOX}</m:ParentFolderIds></m:FindItem>"
    )


EXISTS = '<t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists>'


async def test_attack_a23_ten_thousand_ids_that_are_none(house: House) -> None:
    ids = '<t:ItemId Id="AAAA"/>' * 10_000
    answer = await _bounded(
        house,
        f"<m:GetItem><m:ItemShape>{ID_ONLY}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>",
    )
    assert codes(answer) == ["ErrorInvalidIdMalformed"] * 10_000


async def test_attack_a23_ten_thousand_times_the_same_item(house: House) -> None:
    ids = f'<t:ItemId Id="{house.live["item"]}"/>' * 10_000
    answer = await _bounded(
        house,
        f"<m:GetItem><m:ItemShape>{ID_ONLY}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>",
    )
    assert codes(answer) == ["NoError"] * 10_000


async def test_attack_a23_more_ids_than_a_batch_may_have(house: House) -> None:
    ids = f'<t:ItemId Id="{house.live["item"]}"/>' * 20_001
    answer = await _bounded(
        house,
        f"<m:GetItem><m:ItemShape>{ID_ONLY}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>",
    )
    assert "NoError" not in answer


@pytest.mark.parametrize("count", [256, 5_000])
async def test_attack_a23_restrictions_of_many_nodes(house: House, count: int) -> None:
    restriction = f"<m:Restriction><t:And>{EXISTS * count}</t:And></m:Restriction>"
    assert "ErrorRestrictionTooLong" in await _bounded(house, _find(restriction))


@pytest.mark.parametrize("depth", [60, 120, 500, 10_000])
async def test_attack_a23_not_in_not(house: House, depth: int) -> None:
    restriction = "<t:Not>" * depth + EXISTS + "</t:Not>" * depth
    answer = await _bounded(house, _find(f"<m:Restriction>{restriction}</m:Restriction>"))
    assert "ErrorInternalServer" not in answer
    if depth > 255:
        assert "NoError" not in answer


@pytest.mark.parametrize(
    "query",
    ["(" * 5_000, "a OR " * 20_000 + "a", "NOT " * 20_000 + "a", '"' * 9_999, "*" * 10_000,
     "a:" * 10_000, "x" * 1_000_000, "subject:(" + "a " * 50_000 + ")", "\u0301" * 10_000],
    ids=["brackets", "or", "not", "quotes", "stars", "colons", "word", "words", "marks"],
)  # fmt: skip
async def test_attack_a23_queries(house: House, query: str) -> None:
    body = _find("").replace(
        "</m:FindItem>", f"<m:QueryString>{query}</m:QueryString></m:FindItem>"
    )
    assert "ErrorInternalServer" not in await _bounded(house, body)


async def test_attack_a23_a_hundred_thousand_recipients(house: House) -> None:
    mailbox = "<t:Mailbox><t:EmailAddress>a@elsewhere.example</t:EmailAddress></t:Mailbox>"
    answer = await _bounded(
        house,
        '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:ToRecipients>'
        f"{mailbox * 100_000}</t:ToRecipients></t:Message></m:Items></m:CreateItem>",
    )
    assert "NoError" not in answer


async def test_attack_a23_properties_without_end(house: House) -> None:
    properties = "".join(
        '<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings"'
        f' PropertyName="p{number}" PropertyType="String"/><t:Value>{"v" * 600}</t:Value>'
        "</t:ExtendedProperty>"
        for number in range(10_000)
    )
    body = (
        f'<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message>{properties}</t:Message>'
        "</m:Items></m:CreateItem>"
    )
    answer = await _bounded(house, body)
    assert "ErrorDataSizeLimitExceeded" in answer or "ErrorPropertyUpdate" in answer, answer[:500]


@pytest.mark.parametrize(("start", "end"), [("1900", "2000"), ("0001", "9999"), ("2026", "2126")])
async def test_attack_a23_a_view_of_a_hundred_years(house: House, start: str, end: str) -> None:
    body = _find(
        f'<m:CalendarView StartDate="{start}-01-01T00:00:00Z" EndDate="{end}-01-01T00:00:00Z"/>'
    ).replace('"inbox"', '"calendar"')
    answer = await _bounded(house, body)
    assert "ErrorCalendarViewRangeTooBig" in answer or "ErrorValueOutOfRange" in answer


async def test_attack_a23_folders_in_folders(house: House) -> None:
    path = "".join(f"<t:Folder><t:DisplayName>{n}</t:DisplayName></t:Folder>" for n in range(150))
    body = (
        f"<m:CreateFolderPath><m:ParentFolderId>{INBOX}</m:ParentFolderId><m:RelativeFolderPath>"
        f"{path}</m:RelativeFolderPath></m:CreateFolderPath>"
    )
    answer = await _bounded(house, body)
    told = codes(answer)
    assert len(told) == 150 and told[0] == "NoError" and told[-1] != "NoError"


async def test_attack_a23_subscriptions_have_a_number(tmp_path: Path) -> None:
    async with opened(tmp_path, "anna", "ben", subscriptions_max=20) as house:
        answers = []
        for _ in range(25):
            answers += codes(
                await house.ask(
                    "<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>"
                    f"{INBOX}</t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType>"
                    "</t:EventTypes><t:Timeout>10</t:Timeout></m:PullSubscriptionRequest>"
                    "</m:Subscribe>"
                )
            )
        assert answers == ["NoError"] * 20 + ["ErrorExceededSubscriptionCount"] * 5
        assert await new(house)
