"""Lesson 30 (ZP-1456): a change touches what it names and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.lessons.conftest import change, new, read
from tests.security.house import House

pytestmark = pytest.mark.anyio
FULL = (
    '<t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">&lt;b&gt;x&lt;/b&gt;</t:Body>'
    "<t:Categories><t:String>Red</t:String><t:String>Blue</t:String></t:Categories>"
    "<t:Importance>High</t:Importance>"
    '<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings"'
    ' PropertyName="kept" PropertyType="String"/><t:Value>v</t:Value></t:ExtendedProperty>'
    "<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>"
    "<t:ToRecipients><t:Mailbox><t:EmailAddress>c@elsewhere.example</t:EmailAddress></t:Mailbox>"
    "</t:ToRecipients><t:IsRead>false</t:IsRead>"
)
EXTENDED = (
    '<t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/><t:ExtendedFieldURI'
    ' DistinguishedPropertySetId="PublicStrings" PropertyName="kept" PropertyType="String"/>'
    "</t:AdditionalProperties>"
)
# What every change changes.
MOVING = r"<t:(LastModifiedTime|LastModifiedName|InstanceKey|Size|ChangeKey)>[^<]*</t:\1>"
UPDATES = {
    "message:IsRead": ("<t:IsRead>true</t:IsRead>", "IsRead"),
    "item:Importance": ("<t:Importance>Low</t:Importance>", "Importance"),
    "item:Subject": ("<t:Subject>other</t:Subject>", "Subject"),
    "item:Categories": ("<t:Categories><t:String>G</t:String></t:Categories>", "Categories"),
    "item:Flag": ("<t:Flag><t:FlagStatus>Complete</t:FlagStatus></t:Flag>", "Flag"),
}


def _parts(answer: str) -> dict[str, str]:
    inner = re.search(r"<t:Message>(.*)</t:Message>", answer)
    assert inner is not None, answer
    text = re.sub(MOVING, "", re.sub(r'ChangeKey="[^"]*"', "", inner[1]))
    return {m[1]: m[0] for m in re.finditer(r"<t:(\w+)[ >].*?(?:</t:\1>|/>)", text)}


@pytest.mark.parametrize("uri", UPDATES)
async def test_lesson_30_one_property_changes_and_the_rest_stays(house: House, uri: str) -> None:
    value, element = UPDATES[uri]
    id = await new(house, more=FULL)
    before = _parts(await read(house, id, more=EXTENDED))
    answer = await change(
        house,
        id,
        f'<t:SetItemField><t:FieldURI FieldURI="{uri}"/><t:Message>{value}</t:Message>'
        "</t:SetItemField>",
    )
    assert "NoError" in answer
    after = _parts(await read(house, id, more=EXTENDED))
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    allowed = {"Subject": {"ConversationTopic", "ConversationId"}}.get(element, set())
    assert element in changed
    assert changed - {element} <= allowed | {"IsUnmodified"}


async def test_lesson_30_a_value_that_is_none_is_refused_and_not_replaced(house: House) -> None:
    id = await new(house, more=FULL)
    before = await read(house, id, more=EXTENDED)
    answer = await change(
        house,
        id,
        '<t:SetItemField><t:FieldURI FieldURI="item:Importance"/><t:Message><t:Importance>Urgent'
        "</t:Importance></t:Message></t:SetItemField>",
    )
    assert "ErrorSchemaValidation" in answer
    assert await read(house, id, more=EXTENDED) == before
