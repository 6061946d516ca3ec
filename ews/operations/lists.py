"""Distribution lists: their members, of the directory's and of one's own (MS-OXWSEDL)."""

from __future__ import annotations

from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.messages import Message, response, success
from ews.registry import operation
from schemas.property import Kind
from store.commands import FetchItems, LookUpAddresses
from store.directory.lists import members_of
from store.errors import StoreError
from store.model import Account, Item

_MEMBERS_MAX = 10_000


@operation("ExpandDL")
async def expand_dl(request: Any, ctx: Context) -> Message:
    """The members of a list, one level of it: lists among them stay lists (survey of operations,
    9.2). What is no list, and a list of nobody, is not found."""
    node = request.Mailbox
    if node.ItemId is not None:
        members = await _of_item(ctx, node.ItemId)
    else:
        members = await _of_directory(ctx, node.EmailAddress or node.Name or "")
    if not members:
        raise EwsError("ErrorNameResolutionNoResults")
    shown = members[:_MEMBERS_MAX]
    expansion = {
        "TotalItemsInView": len(members),
        "IncludesLastItemInRange": len(shown) == len(members),
        "Mailbox": await _mailboxes(ctx, shown),
    }
    return response("ExpandDL", [success(DLExpansion=expansion)])


async def _of_directory(ctx: Context, address: str) -> list[dict[str, Any]]:
    (account,) = await ctx.execute(LookUpAddresses((address,)))
    return [] if account is None else [{"address": each} for each in members_of(account)]


async def _of_item(ctx: Context, node: Any) -> list[dict[str, Any]]:
    found: list[Item | StoreError] = await ctx.execute(FetchItems((ctx.ids.read_item(node.Id),)))
    item = found[0]
    if isinstance(item, StoreError):
        raise item
    if item.kind != Kind.DIST_LIST:
        raise EwsError("ErrorInvalidItemForOperationExpandDL")
    members: dict[str, dict[str, Any]] = item.properties.get("members") or {}
    return list(members.values())


async def _mailboxes(ctx: Context, members: list[dict[str, Any]]) -> list[Message]:
    addresses = tuple(str(member.get("address") or "") for member in members)
    accounts: list[Account | None] = await ctx.execute(LookUpAddresses(addresses))
    return [_mailbox(member, account) for member, account in zip(members, accounts, strict=True)]


def _mailbox(member: dict[str, Any], account: Account | None) -> Message:
    address = str(member.get("address") or "")
    shown: Message = {"Name": member.get("name") or (account.name if account else address)}
    if address:
        shown["EmailAddress"] = address
    shown["RoutingType"] = member.get("routing") or "SMTP"
    if account is None:
        shown["MailboxType"] = "OneOff"
    else:
        shown["MailboxType"] = "PublicDL" if account.role == "list" else "Mailbox"
    return shown
