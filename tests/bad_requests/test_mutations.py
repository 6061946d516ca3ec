"""Every small damage to a good request of every operation: answered, in the contract's words.

With ``strict_requests`` the server refuses exactly what Exchange's own schema refuses; without it,
it may accept more, and still nothing raises, no answer breaks the contract, and the store is sound.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from ews.registry import built_operations
from store.commands import CheckIntegrity
from tests.acceptance.contract import REFERENCE
from tests.bad_requests.cases import envelope
from tests.bad_requests.mutations import mutations
from tests.bad_requests.operations import GOOD, filled
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
SECONDS_MAX = 10
# Where we deliberately take what the schema does not: attributes of XML Schema's own, blanks in an
# element without content, and the base64 of one attachment, which is that attachment's error.
FORGIVEN = re.compile(r"nil$|xsi:type$|text ' '$|^Content\[\d+\] text")
# libxml2 takes anything for base64Binary that is of the right length once other characters go.
LOOSE = re.compile(r"^(XmlData|BinaryData)\[\d+\] text")


def test_every_built_operation_has_a_good_request() -> None:
    assert set(GOOD) == set(built_operations())


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def strict(request: pytest.FixtureRequest) -> bool:
    return request.param


async def test_the_good_requests_are_good(tmp_path: Path, strict: bool) -> None:
    async with opened(tmp_path, "anna", "ben", strict=strict) as house:
        ids = await house.furnish("anna")
        for body in GOOD.values():
            await house.spares("anna", ids)
            answer = await house.ask(filled(body, ids))
            assert "NoError" in answer and 'ResponseClass="Error"' not in answer, answer


async def test_damaged_requests_are_answered(tmp_path: Path) -> None:
    async with opened(tmp_path, "anna", "ben") as house:
        for _, what, damaged in await _damages(house, short=False):
            status, answer = await _answered(house, damaged, what)
            assert status in (200, 500), (what, answer)
            assert "ErrorInternalServer" not in answer, (what, answer)
            assert not house.broken, (what, house.broken, answer)
        assert await house.store.system().execute(CheckIntegrity()) == []


async def test_strict_means_what_the_schema_says(tmp_path: Path) -> None:
    file = REFERENCE / "ews" / "messages.xsd"
    if not file.exists():
        pytest.skip(f"no reference contract in {file}")
    schema = etree.XMLSchema(etree.parse(str(file)))
    async with opened(tmp_path, "anna", "ben", strict=True) as house:
        for operation, what, damaged in await _damages(house, short=True):
            if FORGIVEN.search(what) or LOOSE.search(what):
                continue
            status, answer = await _answered(house, damaged, what)
            refused = status == 500
            assert refused != _is_valid(schema, damaged), (operation, what, answer)


async def _damages(house: House, *, short: bool) -> list[tuple[str, str, bytes]]:
    ids = await house.furnish("anna")
    texts = {"texts": ("", "x", "9" * 40)} if short else {}
    return [
        (operation, what, damaged)
        for operation, body in GOOD.items()
        for what, damaged in mutations(envelope(filled(body, ids)).decode(), **texts)
    ]


async def _answered(house: House, damaged: bytes, what: str) -> tuple[int, str]:
    try:
        return await asyncio.wait_for(house.post(damaged), SECONDS_MAX)
    except Exception as error:
        raise AssertionError(f"raised for {what}: {damaged.decode()[-900:]}") from error


def _is_valid(schema: Any, damaged: bytes) -> bool:
    body = etree.fromstring(damaged).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    return schema.validate(etree.fromstring(etree.tostring(body[0], with_tail=False)))
