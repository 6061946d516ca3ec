"""The address list as Search, Find and ResolveRecipients give it (MS-ASCMD 2.2.3.47)."""

from __future__ import annotations

from typing import Any

from eas.answers import text
from eas.context import Context
from eas.finding import ROWS_MAX
from eas.pictures import Pictures
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


async def gal_entries(
    ctx: Context, query: str, first: int, last: int, pictures: Pictures | None = None
) -> tuple[list[list[Element]], int]:
    """Entries of the address list that fit what somebody typed, from ``first`` to ``last``, each as
    its elements; and how many there are."""
    if not query.strip():
        return [], 0
    found: ResolvedNames = await ctx.execute(ResolveNames(query, scope="directory", limit=ROWS_MAX))
    accounts = [name.account for name in found.names if name.account is not None]
    shown = accounts[first : last + 1]
    entries = [gal_properties(account) for account in shown]
    if pictures is not None:
        told = await pictures.elements(ctx, [account.address for account in shown], _P)
        entries = [[*entry, picture] for entry, picture in zip(entries, told, strict=True)]
    return entries, len(accounts)


def gal_properties(account: Account) -> list[Element]:
    """The elements of an entry (MS-ASCMD 2.2.3.138), but for its picture."""
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
    return elements
