"""Personas: people of the directory and contacts in one form (MS-OXWSPERS 2.2.4.13)."""

from __future__ import annotations

from typing import Any

from ews.context import Context
from ews.ids import change_key
from ews.messages import Message
from ews.reading.people import FIELDS
from ews.render.attributed import attributed, attribution
from schemas.property import Kind
from store.model import Account, Folder, Item, Properties
from store.rights import Right

# Which of somebody's numbers is told, the first that there is, and what kind it is said to be.
_PHONES = (
    ("BusinessPhone", "Business"),
    ("MobilePhone", "Mobile"),
    ("HomePhone", "Home"),
    ("BusinessPhone2", "Business2"),
    ("HomePhone2", "Home2"),
)
# What a persona says of itself, whatever its sources, in the order of the contract: PersonaType.
OWN = (
    "PersonaId", "PersonaType", "DisplayName", "FileAs", "GivenName", "MiddleName", "Surname",
    "Generation", "Nickname", "YomiCompanyName", "YomiFirstName", "YomiLastName", "Title",
    "Department", "CompanyName", "Location", "EmailAddress", "EmailAddresses", "PhoneNumber",
    "ImAddress", "HomeCity", "WorkCity",
)  # fmt: skip
_TYPES = {"list": "DistributionList", "room": "Room"}


def persona_of_account(ctx: Context, account: Account) -> Message:
    """Somebody of the directory."""
    kind = "PublicDL" if account.role == "list" else "Mailbox"
    mailboxes = [
        _mailbox(account.name, address, kind) for address in (account.address, *account.aliases)
    ]
    values = _texts({**account.properties, "display_name": account.name})
    phone = account.properties.get("phone") or account.properties.get("mobile_phone")
    values |= {
        "PersonaId": {"Id": ctx.ids.person(account.address), "ChangeKey": change_key(0)},
        "PersonaType": _TYPES.get(account.role, "Person"),
        "EmailAddress": mailboxes[0],
        "EmailAddresses": {"Address": mailboxes},
        "Location": account.properties.get("office_location") or account.properties.get("office"),
        "PhoneNumber": {"Number": phone, "Type": "Business"} if phone else None,
    }
    source = attribution("GAL", values["PersonaId"], None, is_writable=False)
    listed = {f"EmailAddress{n}": mailbox for n, mailbox in enumerate(mailboxes, 1)}
    numbers = {key: account.properties.get(name) for key, name in _OF_ACCOUNTS.items()}
    told = {
        **account.properties,
        "display_name": account.name,
        "office_location": values["Location"],
        "phone_numbers": numbers,
    }
    return {**_ordered(values), "Attributions": source, **attributed(told, listed.get)}


# Numbers of the directory's people by the keys of contacts.
_OF_ACCOUNTS = {
    "BusinessPhone": "phone",
    "MobilePhone": "mobile_phone",
    "HomePhone": "home_phone",
}


def persona_of_contact(ctx: Context, item: Item, folder: Folder | None) -> Message:
    """A contact, or a list of one's own. ``folder``: where it lies, None where nobody knows."""
    id, p = item.id, item.properties
    entries: dict[str, Any] = p.get("email_addresses") or {}
    name = str(p.get("display_name") or p.get("file_as") or p.get("subject") or "")
    listed = {
        key: _mailbox(entries[key].get("name") or name, entries[key]["address"], "Contact")
        for key in sorted(entries)
        if entries[key].get("address")
    }
    mailboxes = list(listed.values())
    places: dict[str, Any] = p.get("physical_addresses") or {}
    chats: dict[str, Any] = p.get("im_addresses") or {}
    values = _texts({**p, "display_name": name})
    values |= {
        "PersonaId": {
            "Id": ctx.ids.item(id.mailbox_id, id.id),
            "ChangeKey": change_key(item.change),
        },
        "PersonaType": "DistributionList" if item.kind == Kind.DIST_LIST else "Person",
        "EmailAddress": mailboxes[0] if mailboxes else None,
        "EmailAddresses": {"Address": mailboxes} if mailboxes else None,
        "Location": p.get("office_location"),
        "PhoneNumber": _phone(p.get("phone_numbers") or {}),
        "ImAddress": next((chats[key] for key in sorted(chats) if chats[key]), None),
        "HomeCity": (places.get("Home") or {}).get("city"),
        "WorkCity": (places.get("Business") or {}).get("city"),
    }
    lies_in = {
        "Id": ctx.ids.folder(item.folder.mailbox_id, item.folder.id),
        "ChangeKey": change_key(folder.change if folder is not None else 0),
    }
    source = attribution(
        "Outlook",
        values["PersonaId"],
        lies_in,
        is_writable=bool(item.rights & Right.EDIT_ALL),
        is_quick=folder is not None and folder.role == "quickcontacts",
    )
    told = {**p, "display_name": name}
    return {**_ordered(values), "Attributions": source, **attributed(told, listed.get)}


def _texts(p: Properties) -> Message:
    return {field: p.get(name) for field, name in FIELDS.items()}


def _mailbox(name: str, address: str, kind: str) -> Message:
    return {"Name": name, "EmailAddress": address, "RoutingType": "SMTP", "MailboxType": kind}


def _phone(numbers: dict[str, Any]) -> Message | None:
    for key, type in _PHONES:
        if numbers.get(key):
            return {"Number": str(numbers[key]), "Type": type}
    return None


def _ordered(values: Message) -> Message:
    return {name: values[name] for name in OWN if values.get(name)}


def shaped(persona: Message, names: frozenset[str] | None) -> Message:
    """Of a persona what was asked for; all of it for None."""
    if names is None:
        return persona
    return {name: value for name, value in persona.items() if name in names}
