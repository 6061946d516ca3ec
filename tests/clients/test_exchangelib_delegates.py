"""exchangelib: who acts for whom."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import DELEGATE, Account
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorCalendarIsDelegatedForAccept,
    ErrorDelegateNoUser,
    ErrorInvalidUserSid,
    ErrorNotDelegate,
)
from exchangelib.properties import UserId
from exchangelib.services import GetDelegate

from tests.clients.test_exchangelib_meetings import meet, only
from tests.clients.zeep_client import Soap
from tests.clients.zeep_others import delegate_of


def test_delegates_have_levels_on_folders(account: Any, anna: Any, ben: Any) -> None:
    assert account.delegates == []
    levels = {"CalendarFolderPermissionLevel": "Editor", "InboxFolderPermissionLevel": "Reviewer"}
    delegate_of(Soap(anna), ben, DelegatePermissions=levels, ViewPrivateItems=True)
    (found,) = account.delegates
    assert found.user_id.primary_smtp_address == ben.address
    assert found.user_id.display_name
    assert found.delegate_permissions.calendar_folder_permission_level == "Editor"
    assert found.delegate_permissions.inbox_folder_permission_level == "Reviewer"
    assert found.delegate_permissions.tasks_folder_permission_level == "None"
    assert (found.receive_copies_of_meeting_messages, found.view_private_items) == (False, True)


@pytest.mark.parametrize(
    ("user", "error"),
    [
        (UserId(sid="S-1-5-21-1"), ErrorInvalidUserSid),
        ("nobody@demo.example", ErrorDelegateNoUser),
        ("{own}", ErrorNotDelegate),
    ],
)
def test_who_is_no_delegate_is_said_to_be_none(account: Any, user: Any, error: type) -> None:
    if user == "{own}":
        user = account.primary_smtp_address
    with pytest.raises(error):
        list(GetDelegate(account=account).call(user_ids=[user], include_permissions=True))


def test_delegates_of_others_are_nobodys_business(account: Any, ben: Any) -> None:
    foreign = Account(
        ben.address, config=account.protocol.config, autodiscover=False, access_type=DELEGATE
    )
    with pytest.raises(ErrorAccessDenied):
        _ = foreign.delegates


def test_a_delegate_answers_an_invitation_of_the_owners(
    account: Any, anna: Any, ben: Any, new_person: Any
) -> None:
    levels = {"CalendarFolderPermissionLevel": "Editor"}
    copies = {"ReceiveCopiesOfMeetingMessages": True, "DelegatePermissions": levels}
    delegate_of(Soap(anna), ben, "DelegatesAndSendInformationToMe", **copies)
    carla = new_person("carla").account()
    meet(carla, account)

    informed = only(account.inbox)
    assert (informed.meeting_request_type, informed.is_delegated) == ("PrincipalWantsCopy", False)
    deputy = ben.account()
    request = only(deputy.inbox)
    assert request.is_delegated is True
    assert request.received_by.email_address == ben.address
    assert request.received_representing.email_address == anna.address
    assert request.associated_calendar_item_id.id == only(account.calendar).id
    request.accept(message_disposition="SendAndSaveCopy")

    assert only(account.calendar).my_response_type == "Accept"
    answer = only(carla.inbox)
    assert (answer.author.email_address, answer.sender.email_address) == (
        anna.address,
        ben.address,
    )
    assert only(carla.calendar).required_attendees[0].response_type == "Accept"


def test_who_is_no_delegate_any_more_does_not_answer(
    account: Any, anna: Any, ben: Any, new_person: Any
) -> None:
    delegate_of(Soap(anna), ben, "DelegatesOnly", ReceiveCopiesOfMeetingMessages=True)
    meet(new_person("carla").account(), account)
    assert not account.inbox.all().exists()
    with pytest.raises(ErrorCalendarIsDelegatedForAccept):
        only(ben.account().inbox).accept(message_disposition="SendOnly")
