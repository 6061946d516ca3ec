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
from exchangelib.folders import Folder, SingleFolderQuerySet
from exchangelib.properties import DistinguishedFolderId, Mailbox, UserId
from exchangelib.services import GetDelegate

from tests.clients.test_exchangelib_meetings import meet, only
from tests.clients.zeep_client import Soap
from tests.clients.zeep_others import delegate_of


def _as_seen_by(person: Any, owner: Any) -> Account:
    """The owner's mailbox, opened by the person."""
    config = person.account().protocol.config
    return Account(owner.address, config=config, autodiscover=False, access_type=DELEGATE)


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


def test_delegates_of_others_are_nobodys_business(anna: Any, ben: Any) -> None:
    with pytest.raises(ErrorAccessDenied):
        _ = _as_seen_by(anna, ben).delegates


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


def test_what_is_private_is_shown_as_such_to_a_delegate(account: Any, anna: Any, ben: Any) -> None:
    levels = {"CalendarFolderPermissionLevel": "Reviewer"}
    delegate_of(Soap(anna), ben, DelegatePermissions=levels)
    item = meet(account, sensitivity="Private", body="Nobody's business", categories=["A"])
    deputy = ben.account()
    owners = DistinguishedFolderId(id="calendar", mailbox=Mailbox(email_address=anna.address))
    folder = Folder(root=deputy.root, _distinguished_id=owners)
    calendar = SingleFolderQuerySet(account=deputy, folder=folder).resolve()
    (seen,) = calendar.view(item.start, item.end)
    assert (seen.subject, seen.start, seen.end) == ("Private Appointment", item.start, item.end)
    (whole,) = deputy.fetch([seen])
    assert (whole.subject, whole.sensitivity) == ("Private Appointment", "Private")
    assert (whole.body or "", whole.location, whole.categories) == ("", None, None)
    assert b"Nobody" not in whole.mime_content and not calendar.all().exists()
