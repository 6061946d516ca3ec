"""Lesson 27 (gromox 4d05046da): the flag of another class of item never sends anything."""

from __future__ import annotations

import pytest

from tests.lessons.conftest import INBOX, ids_in
from tests.security.house import House

pytestmark = pytest.mark.anyio
TO = (
    "<t:ToRecipients><t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"
    "</t:ToRecipients>"
)


@pytest.mark.parametrize("invitations", ["SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy"])
async def test_lesson_27_invitations_do_not_send_a_draft(house: House, invitations: str) -> None:
    await house.ask(
        f'<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="{invitations}">'
        f"<m:Items><t:Message><t:Subject>draft</t:Subject>{TO}</t:Message></m:Items></m:CreateItem>"
    )
    assert await ids_in(house, INBOX, "ben") == []
    assert len(await ids_in(house, '<t:DistinguishedFolderId Id="drafts"/>')) == 1
    assert await ids_in(house, '<t:DistinguishedFolderId Id="sentitems"/>') == []


@pytest.mark.parametrize(
    "attribute",
    [
        'SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"',
        'SendMeetingInvitationsOrCancellations="SendToChangedAndSaveCopy"',
    ],
)
async def test_lesson_27_nor_does_an_update(house: House, attribute: str) -> None:
    await house.ask(
        '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>draft'
        f"</t:Subject>{TO}</t:Message></m:Items></m:CreateItem>"
    )
    (id,) = await ids_in(house, '<t:DistinguishedFolderId Id="drafts"/>')
    await house.ask(
        f'<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly" {attribute}>'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{id}"/><t:Updates><t:SetItemField>'
        '<t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>still a draft</t:Subject>'
        "</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )
    assert await ids_in(house, INBOX, "ben") == []
    assert await ids_in(house, '<t:DistinguishedFolderId Id="drafts"/>') == [id]


async def test_lesson_27_a_disposition_does_not_send_a_task(house: House) -> None:
    await house.ask(
        '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:Task><t:Subject>t'
        "</t:Subject></t:Task></m:Items></m:CreateItem>"
    )
    assert await ids_in(house, INBOX, "ben") == []
    assert await ids_in(house, '<t:DistinguishedFolderId Id="sentitems"/>') == []
