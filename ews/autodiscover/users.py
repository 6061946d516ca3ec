"""Whom Autodiscover tells of: oneself, and mailboxes that one may open."""

from __future__ import annotations

import msgspec

from ews.context import Services
from store.commands import FetchFolders, FolderRole, LookUpAddresses
from store.errors import StoreError
from store.model import Account, Principal

_ADDRESS_CHARS_MAX = 320


class Urls(msgspec.Struct, frozen=True):
    """What clients are told. ``activesync`` is empty where that door is not there (lesson 40)."""

    ews: str
    pox: str
    activesync: str = ""


class Users:
    """Look-ups for one signed-in asker; ``urls`` is what they are told."""

    def __init__(self, services: Services, principal: Principal, urls: Urls) -> None:
        self._session = services.store.session(principal, "autodiscover")
        self.principal = principal
        self.urls = urls

    async def find(self, address: str) -> Account | None:
        """The account of an address that the asker may open; None for all others.

        An unknown address and somebody else's go the same way, so that neither the answer nor its
        time tells which addresses exist (attack A14).
        """
        if "@" not in address or len(address) > _ADDRESS_CHARS_MAX:
            return None
        opened = await self._session.execute(FetchFolders((FolderRole("inbox", address),)))
        if isinstance(opened[0], StoreError):
            return None
        found: Account | None = (await self._session.execute(LookUpAddresses((address,))))[0]
        return found
