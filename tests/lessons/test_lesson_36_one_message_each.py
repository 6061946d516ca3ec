"""Lesson 36 (gromox 95577161e): one response message for each thing asked for, in order."""

from __future__ import annotations

import re

import pytest

from tests.lessons.conftest import INBOX, codes, new
from tests.security.house import House

pytestmark = pytest.mark.anyio
TARGET = f"<m:ToFolderId>{INBOX}</m:ToFolderId>"
SHAPE = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
SUBJECT = (
    '<t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>n'
    "</t:Subject></t:Message></t:SetItemField></t:Updates>"
)
BATCHES = {
    "GetItem": f"<m:GetItem>{SHAPE}<m:ItemIds>{{ids}}</m:ItemIds></m:GetItem>",
    "CopyItem": f"<m:CopyItem>{TARGET}<m:ItemIds>{{ids}}</m:ItemIds></m:CopyItem>",
    "MoveItem": f"<m:MoveItem>{TARGET}<m:ItemIds>{{ids}}</m:ItemIds></m:MoveItem>",
    "DeleteItem": (
        '<m:DeleteItem DeleteType="SoftDelete"><m:ItemIds>{ids}</m:ItemIds></m:DeleteItem>'
    ),
    "UpdateItem": (
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly">'
        "<m:ItemChanges>{changes}</m:ItemChanges></m:UpdateItem>"
    ),
}
EXPECTED = ["NoError", "ErrorInvalidIdMalformed", "NoError", "ErrorInvalidIdEmpty", "NoError"]


@pytest.mark.parametrize("operation", BATCHES)
async def test_lesson_36_good_and_bad_mixed(house: House, operation: str) -> None:
    good = [await new(house, subject=str(number)) for number in range(3)]
    ids = [good[0], "AAAA", good[1], "", good[2]]
    items = [f'<t:ItemId Id="{id}"/>' for id in ids]
    answer = await house.ask(
        BATCHES[operation]
        .replace("{ids}", "".join(items))
        .replace("{changes}", "".join(f"<t:ItemChange>{i}{SUBJECT}</t:ItemChange>" for i in items))
    )
    assert codes(answer) == EXPECTED
    assert answer.count("<?xml") == 1 and answer.count("<s:Envelope") == 1
    if operation in ("GetItem", "UpdateItem"):
        assert re.findall(r'<t:ItemId Id="([^"]+)"', answer) == good


@pytest.mark.parametrize("operation", ["GetItem", "CopyItem"])
async def test_lesson_36_the_same_id_twice_is_answered_twice(house: House, operation: str) -> None:
    id = f'<t:ItemId Id="{await new(house)}"/>'
    answer = await house.ask(BATCHES[operation].replace("{ids}", id * 3))
    assert codes(answer) == ["NoError"] * 3


async def test_lesson_36_creations_with_a_bad_one_among_them(house: House) -> None:
    items = "".join(
        f"<t:Message><t:ItemClass>{item_class}</t:ItemClass></t:Message>"
        for item_class in ("IPM.Note", "IPM.Contact", "IPM.Note")
    )
    answer = await house.ask(
        f'<m:CreateItem MessageDisposition="SaveOnly"><m:Items>{items}</m:Items></m:CreateItem>'
    )
    assert codes(answer) == ["NoError", "ErrorObjectTypeChanged", "NoError"]
