"""In every place for an id of every operation: the ids of other kinds, stale ones, and texts.

The place refuses what is not its kind; nothing of what the request names is changed or shown.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from store.commands import CheckIntegrity
from tests.bad_requests.operations import GOOD, filled
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
# Places that take each other's ids: all that is an item is an item.
KINDS = {
    "item": "item",
    "spare": "item",
    "folder": "folder",
    "spare_folder": "folder",
    "attachment": "attachment",
    "embedded": "attachment",
    "spare_attachment": "attachment",
    "state": "state",
    "tree_state": "tree_state",
    "watermark": "watermark",
    "subscription": "subscription",
    "stream": "subscription",
    "conversation": "conversation",
}
TEXTS = {
    "a space": " ",
    "base64 of nothing": "AAAA",
    "base64 of much": "A" * 4096,
    "more than an id has": "A" * 5000,
    "a number": "1",
    "a GUID": "0f0f0f0f-1111-2222-3333-444444444444",
    "a path": "../../../etc/passwd",
    "an address": "anna@demo.example",
    "SQL": "' OR 1=1 --",
    "other letters": "ÄÖÜ漢字🙂",
    "an id of another server": "AAMkADAwAAAAABAAAAA" + "B" * 110 + "=",
}
CASES = [
    (operation, place)
    for operation, template in GOOD.items()
    for place in re.findall(r"\{(\w+)\}", template)
    if place in KINDS
]
# ConvertId takes ids of every kind.
ANY = {("ConvertId", "item")}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house"), "anna", "ben") as house:
        house.live = await house.furnish("anna")
        house.gone = await house.furnish("anna")
        for body in (GOOD["DeleteFolder"], GOOD["DeleteFolder"].replace("spare_folder", "folder")):
            assert "NoError" in await house.ask(filled(body, house.gone))
        yield house


@pytest.mark.parametrize(("operation", "place"), dict.fromkeys(CASES))
async def test_an_id_of_another_kind_is_refused(house: House, operation: str, place: str) -> None:
    wrong = {
        kind: house.live[kind]
        for kind in KINDS
        if KINDS[kind] != KINDS[place] and (operation, place) not in ANY
    }
    if operation == "CreateAttachment":
        del wrong["embedded"]  # an item attachment may have attachments
    before = house.rows("anna")
    for what, id in {**TEXTS, **wrong}.items():
        answer = await house.ask(filled(GOOD[operation], {**house.live, place: id}))
        failed = 'ResponseClass="Error"' in answer or "<faultcode" in answer or (
            'ConnectionStatus>Closed' in answer
        )  # fmt: skip
        assert failed, (what, answer)
        assert "ErrorInternalServer" not in answer, (what, answer)
        if GOOD[operation].count("Id=") <= 2 and operation != "GetAttachment":
            assert "NoError" not in answer or operation.startswith("Sync"), (what, answer)
    if operation not in ("CreateAttachment", "MoveItem", "GetEvents"):
        assert _content(house.rows("anna")) == _content(before)


def _content(rows: dict[str, list[tuple[object, ...]]]) -> object:
    return [rows[table] for table in ("item", "folder", "attachment", "content")]


@pytest.mark.parametrize(("operation", "place"), dict.fromkeys(CASES))
async def test_an_id_of_what_is_gone_is_refused(house: House, operation: str, place: str) -> None:
    if KINDS[place] not in ("item", "folder", "attachment") or (operation, place) in ANY:
        return
    if (operation, place) == ("SyncFolderItems", "item"):
        return  # what is to be passed over may be gone
    places = {**house.live, place: house.gone[place]}
    answer = await house.ask(filled(GOOD[operation], places))
    assert 'ResponseClass="Error"' in answer, answer
    assert re.search(r"NotFound|InvalidAttachmentId|InvalidChangeKey|InvalidSyncState", answer), (
        answer
    )


async def test_the_store_is_sound_after_it(house: House) -> None:
    assert house.broken == []
    assert await house.store.system().execute(CheckIntegrity()) == []
