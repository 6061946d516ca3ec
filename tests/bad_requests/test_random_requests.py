"""Requests that keep the contract and make no sense: random values of every operation's type.

Built operations do or refuse something; those that are not built say so (lesson 32). Nothing
raises, every answer keeps the contract, and the store stays sound.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator

import pytest

from ews.codec import render
from ews.registry import built_operations
from schemas.ews import contract
from store.commands import CheckIntegrity
from tests.bad_requests.cases import envelope
from tests.ews_codec.values import Maker
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
OPERATIONS = sorted(contract.operations())
BUILT, UNBUILT = 60, 3
SECONDS_MAX = 10
_ID = re.compile(r"<t:(ItemId|FolderId|AttachmentId|ReferenceItemId|ParentItemId) [^>]*?/>")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house"), "anna", "ben") as house:
        house.live = await house.furnish("anna")
        yield house


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_whatever_the_contract_admits_is_answered(house: House, operation: str) -> None:
    found = contract.operation(operation)
    element = f"m:{found.request}"
    kind = contract.global_element(element).type
    is_built = operation in built_operations()
    for seed in range(BUILT if is_built else UNBUILT):
        chance = random.Random(f"{operation}{seed}")
        body = render(element, Maker(chance).value(kind, depth=chance.randint(2, 9))).decode()
        body = _with_real_ids(body, house.live, chance)
        try:
            status, answer = await asyncio.wait_for(_post(house, body), SECONDS_MAX)
        except Exception as error:
            raise AssertionError(f"seed {seed} raised for: {body}") from error
        assert status == 200, (seed, body, answer)
        assert "ErrorInternalServer" not in answer, (seed, body, answer)
        assert not house.broken, (seed, body, house.broken, answer)
        assert f"<m:{found.response}" in answer
        if not is_built:
            assert "ErrorInvalidOperation" in answer


async def _post(house: House, body: str) -> tuple[int, str]:
    header = f'<t:RequestServerVersion Version="{contract.NEWEST}"/>'
    return await house.post(envelope(body, header))


def _with_real_ids(body: str, ids: dict[str, str], chance: random.Random) -> str:
    places = {"ItemId": "item", "FolderId": "folder", "AttachmentId": "attachment"}
    places |= {"ReferenceItemId": "item", "ParentItemId": "item"}

    def replaced(match: re.Match[str]) -> str:
        if chance.random() < 0.2:
            return match[0]
        return f'<t:{match[1]} Id="{ids[places[match[1]]]}"/>'

    return _ID.sub(replaced, body)


async def test_the_store_is_sound_after_it(house: House) -> None:
    assert await house.store.system().execute(CheckIntegrity()) == []
