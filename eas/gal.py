"""The address list as Search, Find and ResolveRecipients give it (MS-ASCMD 2.2.3.47)."""

from __future__ import annotations

from typing import Any

from eas.answers import node, text
from eas.context import Context
from eas.wbxml import Element
from store.commands import ResolveNames
from store.model import Account
from store.results import ResolvedNames

_P = "GAL"
# GAL element by property of an account or a contact.
_FIELDS = {
    "phone": "Phone",
    "office": "Office",
    "title": "Title",
    "job_title": "Title",
    "company": "Company",
    "company_name": "Company",
    "office_location": "Office",
    "given_name": "FirstName",
    "surname": "LastName",
    "home_phone": "HomePhone",
    "mobile_phone": "MobilePhone",
}
_NO_PHOTO = 173
_SEEN_MAX = 1_000


async def gal_entries(
    ctx: Context, query: str, limit: int, *, pictures: bool = False
) -> list[list[Element]]:
    """Entries of the address list that fit what somebody typed, each as its elements."""
    if not query.strip():
        return []
    found: ResolvedNames = await ctx.execute(
        ResolveNames(query, scope="directory", limit=min(limit, _SEEN_MAX))
    )
    return [
        gal_properties(name.account, pictures=pictures)
        for name in found.names
        if name.account is not None
    ]


def gal_properties(account: Account, *, pictures: bool) -> list[Element]:
    """The elements of an entry; of a picture that there is none (MS-ASCMD 2.2.3.138)."""
    elements = [text(f"{_P}:DisplayName", account.name or account.address)]
    given: dict[str, str] = {}
    properties: dict[str, Any] = account.properties
    for name, element in _FIELDS.items():
        value = properties.get(name)
        if isinstance(value, str) and value:
            given.setdefault(element, value)
    for element in ("Phone", "Office", "Title", "Company"):
        if element in given:
            elements.append(text(f"{_P}:{element}", given[element]))
    elements.append(text(f"{_P}:Alias", account.address.partition("@")[0]))
    for element in ("FirstName", "LastName", "HomePhone", "MobilePhone"):
        if element in given:
            elements.append(text(f"{_P}:{element}", given[element]))
    elements.append(text(f"{_P}:EmailAddress", account.address))
    if pictures:
        elements.append(node(f"{_P}:Picture", text(f"{_P}:Status", _NO_PHOTO)))
    return elements
