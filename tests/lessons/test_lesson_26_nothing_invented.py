"""Lesson 26 (gromox 805981ac6): an answer holds what the shape asks for and nothing beside it."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from tests.lessons.conftest import INBOX, Follower, read
from tests.security.house import House, one

pytestmark = pytest.mark.anyio
KINDS = ("Message", "Contact", "Task", "CalendarItem", "PostItem", "DistributionList")
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"


async def _make(house: House, kind: str) -> str:
    answer = await house.ask(
        '<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"><m:Items>'
        f"<t:{kind}><t:Subject>s</t:Subject></t:{kind}></m:Items></m:CreateItem>"
    )
    return one(r'<t:ItemId Id="([^"]+)"', answer)


def _children(answer: str) -> list[str]:
    item = next(e for e in etree.fromstring(answer.encode()).iter() if e.tag.endswith("}Items"))[0]
    return [child.tag.removeprefix(TYPES) for child in item]


@pytest.mark.parametrize("kind", KINDS)
async def test_lesson_26_the_id_alone_is_the_id_alone(house: House, kind: str) -> None:
    id = await _make(house, kind)
    assert _children(await read(house, id, "IdOnly")) == ["ItemId"]


@pytest.mark.parametrize("kind", KINDS)
async def test_lesson_26_a_path_brings_its_property_alone(house: House, kind: str) -> None:
    id = await _make(house, kind)
    path = (
        '<t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/>'
        '<t:FieldURI FieldURI="item:InReplyTo"/></t:AdditionalProperties>'
    )
    assert _children(await read(house, id, "IdOnly", path)) == ["ItemId", "Subject"]


async def test_lesson_26_find_and_sync_too(house: House) -> None:
    await house.item("anna", await house.folder("anna", "Here"))
    await _make(house, "Message")
    await house.ask(
        '<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>'
        f"{INBOX}</m:SavedItemFolderId><m:Items><t:Message/></m:Items></m:CreateItem>"
    )
    answer = await Follower(house).page()
    assert re.findall(r"<t:Message>(.*?)</t:Message>", answer)
    for inner in re.findall(r"<t:Message>(.*?)</t:Message>", answer):
        assert re.fullmatch(r"<t:ItemId [^>]+/>", inner)


async def test_lesson_26_a_message_that_has_little_shows_little(house: House) -> None:
    """Neither invented dates of a flag or a reminder, nor an empty element."""
    answer = await read(house, await _make(house, "Message"))
    for absent in ("ReminderDueBy", "DueDate", "CompleteDate", "InReplyTo", "Categories"):
        assert f"<t:{absent}>" not in answer
    assert set(re.findall(r"<t:(\w+)></t:\1>", answer)) <= {"DisplayCc", "DisplayTo"}
