"""Certificates of people in ResolveRecipients (MS-ASCMD 2.2.3.23.1): all of somebody's or none, and
of all together no more than the device wants."""

from __future__ import annotations

from eas.answers import node, text
from eas.context import Context
from eas.wbxml import Element
from store.commands import LookUpAddresses
from store.directory.certificates import certificates_of
from store.directory.lists import members_of
from store.model import Account

_P = "ResolveRecipients"
_OK, _NONE, _TOO_MANY = 1, 7, 8
WHOLE = 2
"""The CertificateRetrieval that asks for whole certificates; small ones are not made here."""


class Certificates:
    """What a device wants of certificates. ``retrieval``: 2 whole, 3 small; ``count_max``: of all
    recipients of a request."""

    def __init__(self, retrieval: int, count_max: int) -> None:
        self._is_whole = retrieval == WHOLE
        self._left = count_max

    async def element(self, ctx: Context, account: Account | None) -> Element:
        """The Certificates of somebody, or of the members of a list."""
        people = await _people(ctx, account)
        now = ctx.clock.now()
        found = [each for person in people for each in certificates_of(person, now)]
        if not found or not self._is_whole:
            return _said(_NONE, 0, len(people))
        if len(found) > self._left:
            return _said(_TOO_MANY, len(found), len(people))
        self._left -= len(found)
        return _said(_OK, len(found), len(people), found)


async def _people(ctx: Context, account: Account | None) -> list[Account]:
    if account is None:
        return []
    members = members_of(account)
    if not members:
        return [account]
    listed = await ctx.execute(LookUpAddresses(tuple(members)))
    return [each for each in listed if each is not None]


def _said(status: int, count: int, people: int, found: list[str] | None = None) -> Element:
    return node(
        f"{_P}:Certificates",
        text(f"{_P}:Status", status),
        text(f"{_P}:CertificateCount", count),
        text(f"{_P}:RecipientCount", people) if people > 1 else None,
        *(text(f"{_P}:Certificate", each) for each in found or ()),
    )
