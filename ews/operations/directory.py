"""The directory: resolving names, mail tips, service configuration (MS-OXWSRSLNM, MS-OXWSMTIPS)."""

from __future__ import annotations

from typing import Any

from ews.codec import listed
from ews.context import Context
from ews.errors import EwsError
from ews.ids import change_key
from ews.messages import Message, failure, response, success, warning
from ews.registry import operation
from schemas.property import Kind
from store.commands import ListDomains, LookUpAddresses, MailboxStatus, ResolveNames
from store.model import Account
from store.results import ResolvedName, ResolvedNames

_SCOPES = {
    "ActiveDirectory": "directory",
    "ActiveDirectoryContacts": "directory_contacts",
    "Contacts": "contacts",
    "ContactsActiveDirectory": "contacts_directory",
}


@operation("ResolveNames")
async def resolve_names(request: Any, ctx: Context) -> Message:
    """Directory entries and contacts that fit a typed name (survey of operations, 9.2)."""
    folders = request.ParentFolderIds or ()
    if len(folders) > 1:
        raise EwsError("ErrorResolveNamesOnlyOneContactsFolderAllowed")
    if not _is_name(request.UnresolvedEntry):
        raise EwsError("ErrorInvalidNameForNameResolution")
    found: ResolvedNames = await ctx.execute(
        ResolveNames(
            request.UnresolvedEntry,
            scope=_SCOPES[request.SearchScope or "ActiveDirectoryContacts"],
            folder=ctx.folder(folders[0]) if folders else None,
        )
    )
    if not found.names:
        return response("ResolveNames", [failure(EwsError("ErrorNameResolutionNoResults"))])
    full = bool(request.ReturnFullContactData)
    payload = {
        "TotalItemsInView": len(found.names),
        "IncludesLastItemInRange": found.is_complete,
        "Resolution": [_resolution(ctx, name, full=full) for name in found.names],
    }
    if len(found.names) > 1:
        message = warning(EwsError("ErrorNameResolutionMultipleResults"), ResolutionSet=payload)
    else:
        message = success(ResolutionSet=payload)
    return response("ResolveNames", [message])


def _is_name(text: str) -> bool:
    return bool(text.strip(" ,-=")) and "\x00" not in text


def _resolution(ctx: Context, name: ResolvedName, *, full: bool) -> Message:
    mailbox: Message = {"Name": name.name}
    if name.address:
        mailbox |= {"EmailAddress": name.address, "RoutingType": "SMTP"}
    if name.item is not None:
        mailbox["MailboxType"] = "PrivateDL" if name.kind == Kind.DIST_LIST else "Contact"
        mailbox["ItemId"] = {
            "Id": ctx.ids.item(name.item.mailbox_id, name.item.id),
            "ChangeKey": change_key(name.change),
        }
        return {"Mailbox": mailbox}
    account = name.account
    assert account is not None
    mailbox["MailboxType"] = "PublicDL" if account.role == "list" else "Mailbox"
    resolution: Message = {"Mailbox": mailbox}
    if full:
        resolution["Contact"] = _contact(account)
    return resolution


# Directory properties that a contact shows, by element.
_SHOWN = {
    "GivenName": "given_name",
    "Initials": "initials",
    "CompanyName": "company_name",
    "AssistantName": "assistant_name",
    "Department": "department",
    "JobTitle": "job_title",
    "OfficeLocation": "office_location",
    "Surname": "surname",
}


def _contact(account: Account) -> Message:
    addresses = [account.address, *account.aliases][:3]
    contact: Message = {
        "DisplayName": account.name,
        "EmailAddresses": {
            "Entry": [
                {"Key": f"EmailAddress{number}", "value": f"SMTP:{address}"}
                for number, address in enumerate(addresses, 1)
            ]
        },
        "ContactSource": "ActiveDirectory",
    }
    for element, name in _SHOWN.items():
        if account.properties.get(name):
            contact[element] = account.properties[name]
    return contact


@operation("GetMailTips", missing="out of office, moderation and member counts of lists")
async def get_mail_tips(request: Any, ctx: Context) -> Message:
    """What a sender should know of recipients before sending (MS-OXWSMTIPS 3.1.4.1)."""
    recipients = listed(request.Recipients)
    addresses = tuple(node.EmailAddress or node.Name or "" for node in recipients)
    accounts = await ctx.execute(LookUpAddresses(addresses))
    domains = {name for name, _ in await ctx.services.store.system("ews").execute(ListDomains())}
    limit = ctx.services.settings.message_bytes_max
    messages = [
        success(MailTips=_tips(address, account, domains, limit))
        for address, account in zip(addresses, accounts, strict=True)
    ]
    if not messages:  # the contract has no empty list here
        return success()
    return success(ResponseMessages={"MailTipsResponseMessageType": messages})


def _tips(address: str, account: Account | None, domains: set[str], limit: int) -> Message:
    is_ours = address.rpartition("@")[2].lower() in domains
    named = account.address if account else address
    return {
        "RecipientAddress": {
            "Name": account.name if account else address,
            **({"EmailAddress": named} if named else {}),
            "RoutingType": "SMTP",
        },
        "PendingMailTips": [],
        "MaxMessageSize": limit,
        "InvalidRecipient": account is None and (is_ours or "@" not in address),
    }


@operation(
    "GetServiceConfiguration",
    missing="unified messaging, protection rules and policy nudges are off",
)
async def get_service_configuration(request: Any, ctx: Context) -> Message:
    """What optional services are on (MS-OXWSSRVCONFIG): mail tips."""
    # Each entry is a list of names.
    wanted = [name for names in listed(request.RequestedConfiguration) for name in names]
    messages: list[Message] = []
    for name in wanted:
        if name == "MailTips":
            messages.append(success(MailTipsConfiguration=await _mail_tips(ctx)))
        elif name == "UnifiedMessagingConfiguration":
            off = {"UmEnabled": False, "PlayOnPhoneDialString": "", "PlayOnPhoneEnabled": False}
            messages.append(success(UnifiedMessagingConfiguration=off))
        else:
            text = f"{name} is not available on this server."
            messages.append(failure(EwsError("ErrorInvalidOperation", text)))
    return success(ResponseMessages={"ServiceConfigurationResponseMessageType": messages})


async def _mail_tips(ctx: Context) -> Message:
    settings = ctx.services.settings
    domains = await ctx.services.store.system("ews").execute(ListDomains())
    await ctx.execute(MailboxStatus())
    return {
        "MailTipsEnabled": True,
        "MaxRecipientsPerGetMailTipsRequest": 100,
        "MaxMessageSize": settings.message_bytes_max,
        "LargeAudienceThreshold": 25,
        "ShowExternalRecipientCount": False,
        "InternalDomains": {
            "Domain": [{"Name": name, "IncludeSubdomains": False} for name, _ in domains]
        },
        "PolicyTipsEnabled": False,
        "LargeAudienceCap": 1000,
    }
