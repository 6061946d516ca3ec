"""Whom Autodiscover tells of: oneself, and mailboxes that one may open."""

from __future__ import annotations

from ews.context import Services
from store.commands import FetchFolders, FolderRole, LookUpAddresses
from store.errors import StoreError
from store.model import Account, Principal


class Users:
    """Look-ups for one signed-in asker; ``ews_url`` is what they are told."""

    def __init__(self, services: Services, principal: Principal, urls: tuple[str, str]) -> None:
        self._session = services.store.session(principal, "autodiscover")
        self.principal = principal
        self.ews_url, self.pox_url = urls

    async def find(self, address: str) -> Account | None:
        """The account of an address that the asker may open; None for all others, so that nobody
        learns which addresses exist."""
        if not address or "@" not in address or len(address) > 320:
            return None
        found: Account | None = (await self._session.execute(LookUpAddresses((address,))))[0]
        if found is None or found.id == self.principal.account_id:
            return found
        opened = await self._session.execute(FetchFolders((FolderRole("inbox", found.address),)))
        return None if isinstance(opened[0], StoreError) else found
