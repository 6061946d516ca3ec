"""exchangelib: who acts for whom."""

from __future__ import annotations

from typing import Any

import pytest
from exchangelib import DELEGATE, Account
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorDelegateNoUser,
    ErrorInvalidUserSid,
    ErrorNotDelegate,
)
from exchangelib.properties import UserId
from exchangelib.services import GetDelegate

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
