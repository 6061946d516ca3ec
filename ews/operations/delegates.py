"""AddDelegate, GetDelegate, UpdateDelegate, RemoveDelegate (MS-OXWSDLGM 3.1.4).

The answer as a whole succeeds where the mailbox is the asker's; each delegate has a response of its
own in it.
"""

from __future__ import annotations

from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, each, failure, success
from ews.registry import operation
from store.commands import (
    DELEGATED_FOLDERS,
    AddDelegates,
    DelegateDraft,
    FetchDelegates,
    RemoveDelegates,
    UpdateDelegates,
)
from store.model import Delegate
from store.results import Delegation
from store.rights import LEVELS, level_of

# Role of a folder -> the element that has its level (MS-OXWSDLGM 2.2.4.4).
_ELEMENTS = {role: f"{role.capitalize()}FolderPermissionLevel" for role in DELEGATED_FOLDERS}
_LEVELS = ("None", "Reviewer", "Author", "Editor")
# MS-OXWSDLGM 2.2.5.2.
_DELIVERIES = {
    "DelegatesOnly": "delegates_only",
    "DelegatesAndMe": "delegates_and_me",
    "DelegatesAndSendInformationToMe": "delegates_and_send_information_to_me",
    "NoForward": "no_forward",
}
_DELIVERY_NAMES = {value: name for name, value in _DELIVERIES.items()}


@operation("GetDelegate")
async def get_delegate(request: Any, ctx: Context) -> Message:
    """All delegates of a mailbox or the named ones, with their levels where asked."""
    mailbox = _mailbox(request)
    shows_levels = bool(request.IncludePermissions)
    named = listed(request.UserIds)
    whole: Delegation = await ctx.execute(FetchDelegates(mailbox))
    found: list[Any] = list(whole.delegates)
    if named:

        async def fetch(addresses: tuple[str, ...]) -> tuple[Any, ...]:
            asked: Delegation = await ctx.execute(FetchDelegates(mailbox, addresses))
            return asked.delegates

        found = await each(named, _address, fetch)
    messages = [_message(one, shows_levels=shows_levels) for one in found]
    return _answer(messages, DeliverMeetingRequests=_DELIVERY_NAMES[whole.delivery])


@operation("AddDelegate")
async def add_delegate(request: Any, ctx: Context) -> Message:
    """Make people delegates, and say how meeting requests reach them."""
    return await _change(request, ctx, AddDelegates)


@operation("UpdateDelegate")
async def update_delegate(request: Any, ctx: Context) -> Message:
    """Change delegates, how meeting requests reach them, or both."""
    return await _change(request, ctx, UpdateDelegates)


async def _change(
    request: Any, ctx: Context, command: type[AddDelegates] | type[UpdateDelegates]
) -> Message:
    mailbox = await _own_mailbox(request, ctx)
    delivery = _DELIVERIES.get(request.DeliverMeetingRequests)
    found = await each(
        listed(request.DelegateUsers),
        _draft,
        lambda drafts: ctx.execute(command(mailbox, drafts, delivery)),
    )
    if all(isinstance(one, EwsError) for one in found):  # the setting holds for the mailbox
        await ctx.execute(command(mailbox, (), delivery))
    return _answer([_message(one, shows_levels=False) for one in found])


@operation("RemoveDelegate")
async def remove_delegate(request: Any, ctx: Context) -> Message:
    """End delegations, with the levels that they gave."""
    mailbox = await _own_mailbox(request, ctx)
    found = await each(
        listed(request.UserIds),
        _address,
        lambda addresses: ctx.execute(RemoveDelegates(mailbox, addresses)),
    )
    return _answer([failure(one) if isinstance(one, EwsError) else success() for one in found])


def _mailbox(request: Any) -> str:
    """Raises EwsError where the request names no address."""
    address = (request.Mailbox.EmailAddress or "").strip()
    if not address:
        raise EwsError("ErrorMissingEmailAddress")
    return address


async def _own_mailbox(request: Any, ctx: Context) -> str:
    """The address of a mailbox that is the asker's: else the answer as a whole is the error.

    Raises EwsError, StoreError.
    """
    mailbox = _mailbox(request)
    await ctx.execute(FetchDelegates(mailbox))
    return mailbox


def _answer(messages: list[Message], **more: Any) -> Message:
    if messages:  # the contract has no empty list here
        more["ResponseMessages"] = {"DelegateUserResponseMessageType": messages}
    return success(**more)


def _message(found: Delegate | EwsError, *, shows_levels: bool) -> Message:
    if isinstance(found, EwsError):
        return failure(found)
    return success(DelegateUser=_written(found, shows_levels=shows_levels))


def _written(delegate: Delegate, *, shows_levels: bool) -> Message:
    written: Message = {
        "UserId": {"PrimarySmtpAddress": delegate.address, "DisplayName": delegate.name}
    }
    if shows_levels:
        written["DelegatePermissions"] = {
            element: _level(delegate.rights.get(role, 0)) for role, element in _ELEMENTS.items()
        }
    written["ReceiveCopiesOfMeetingMessages"] = delegate.receives_copies
    written["ViewPrivateItems"] = delegate.views_private
    return written


def _level(rights: int) -> str:
    level = level_of(rights)
    return level if level in _LEVELS else "Custom"


def _draft(node: Any) -> DelegateDraft:
    """Raises EwsError."""
    return DelegateDraft(
        _address(node.UserId),
        _rights(node.DelegatePermissions),
        node.ReceiveCopiesOfMeetingMessages,
        node.ViewPrivateItems,
    )


def _address(user: Any) -> str:
    """Whom a UserId names: addresses do that here. Raises EwsError."""
    address = (user.PrimarySmtpAddress or "").strip()
    if address and not user.DistinguishedUser:
        return address
    raise EwsError("ErrorInvalidUserSid" if user.SID else "ErrorInvalidDelegateUserId")


def _rights(node: Any) -> dict[str, int]:
    """Rights by role of the levels that are given. Custom is for answers alone (MS-OXWSDLGM
    2.2.5.1). Raises EwsError."""
    if node is None:
        return {}
    given = {role: node[element] for role, element in _ELEMENTS.items() if node.get(element)}
    if not set(given.values()) <= set(_LEVELS):
        raise EwsError("ErrorInvalidDelegatePermission")
    return {role: int(LEVELS[level]) for role, level in given.items()}
