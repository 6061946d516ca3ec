"""Lesson 13 (grommunio-sync#5): one item that cannot be read blocks nobody else's, and is named."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.lessons.conftest import INBOX, Follower, codes, ids_in, new
from tests.security.house import House

pytestmark = pytest.mark.anyio
BAD = {
    "no JSON": "{broken",
    "JSON of another kind": "[1, 2]",
    "wrong types": '{"properties": {"categories": 5, "to": "x", "importance": {}, "sent": []}}',
    "nothing": "",
}


@pytest.mark.parametrize("record", BAD.values(), ids=BAD)
async def test_lesson_13_a_damaged_item_is_named_and_the_others_come(
    house: House, tmp_path: Path, record: str
) -> None:
    ids = [await new(house, subject=str(number)) for number in range(3)]
    bad = house.ids.read_item(ids[1])
    with sqlite3.connect(tmp_path / "store.db") as db:
        changed = db.execute(
            "UPDATE item SET record = ? WHERE mailbox_id = ? AND id = ?",
            (record, bad.mailbox_id, bad.id),
        )
        assert changed.rowcount == 1
    db.close()
    follower = Follower(house)
    await follower.sync()
    assert follower.held == set(ids)
    assert set(await ids_in(house, INBOX)) == set(ids)
    shown = "".join(f'<t:ItemId Id="{id}"/>' for id in ids)
    answer = await house.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
        f"<m:ItemIds>{shown}</m:ItemIds></m:GetItem>"
    )
    assert [codes(answer)[0], codes(answer)[2]] == ["NoError", "NoError"]
    assert codes(answer)[1] in ("ErrorItemCorrupt", "ErrorCorruptData", "NoError")
