"""A house with Anna and Ben, and short ways to ask for what the lessons need."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.commands import DeliverMail
from store.mime.parse import parse
from tests.security.house import House, one, opened

INBOX = '<t:DistinguishedFolderId Id="inbox"/>'
ID_ONLY = "<t:BaseShape>IdOnly</t:BaseShape>"


class Follower:
    """A client that holds a folder by increments, as exchangelib and Evolution do."""

    def __init__(
        self, house: House, folder: str = INBOX, who: str = "anna", page: int = 50
    ) -> None:
        self._house = house
        self._folder = folder
        self._who = who
        self._page = page
        self.state = ""
        self.held: set[str] = set()
        self.issued: set[str] = set()
        self.last_pages: list[tuple[int, bool]] = []

    async def sync(self) -> dict[str, list[str]]:
        """What came, by kind of change, all pages of it."""
        found: dict[str, list[str]] = {
            "Create": [],
            "Update": [],
            "Delete": [],
            "ReadFlagChange": [],
        }
        self.last_pages = []
        while True:
            answer = await self.page()
            changes = re.findall(
                r"<t:(Create|Update|Delete|ReadFlagChange)>.*?<t:ItemId Id=\"([^\"]+)\"", answer
            )
            for kind, id in changes:
                found[kind].append(id)
                self._apply(kind, id)
            is_last = "<m:IncludesLastItemInRange>true" in answer
            self.last_pages.append((len(changes), is_last))
            if is_last:
                return found

    async def page(self) -> str:
        """One answer; the position moves on."""
        answer = await self._house.ask(
            f"<m:SyncFolderItems><m:ItemShape>{ID_ONLY}</m:ItemShape><m:SyncFolderId>{self._folder}"
            f"</m:SyncFolderId><m:SyncState>{self.state}</m:SyncState><m:MaxChangesReturned>"
            f"{self._page}</m:MaxChangesReturned></m:SyncFolderItems>",
            self._who,
        )
        self.state = one(r"<m:SyncState>([^<]+)", answer)
        return answer

    def _apply(self, kind: str, id: str) -> None:
        if kind == "Create":
            assert id not in self.held, "the same item came twice"
            self.held.add(id)
            self.issued.add(id)
        elif kind == "Delete":
            assert id in self.issued, "what was never handed out is told as deleted"
            self.held.discard(id)
        else:
            assert id in self.held, "a change of what the client does not have"


async def receive(house: House, mime: bytes, who: str = "anna") -> None:
    """A message comes by mail."""
    command = DeliverMail(parse(mime), (house.people[who].address,), "somebody@elsewhere.example")
    await house.store.system().execute(command)


async def ids_in(house: House, folder: str, who: str = "anna") -> list[str]:
    """The ids of the items in a folder."""
    answer = await house.ask(
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape><m:ParentFolderIds>'
        f"{folder}</m:ParentFolderIds></m:FindItem>",
        who,
    )
    return re.findall(r'<t:ItemId Id="([^"]+)"', answer)


async def read(house: House, id: str, shape: str = "AllProperties", more: str = "") -> str:
    """An item as GetItem shows it to Anna."""
    return await house.ask(
        f"<m:GetItem><m:ItemShape><t:BaseShape>{shape}</t:BaseShape>{more}</m:ItemShape>"
        f'<m:ItemIds><t:ItemId Id="{id}"/></m:ItemIds></m:GetItem>'
    )


async def change(house: House, id: str, update: str) -> str:
    """An UpdateItem of one item."""
    return await house.ask(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly">'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{id}"/><t:Updates>{update}</t:Updates>'
        "</t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )


async def delete(house: House, *ids: str, how: str = "HardDelete") -> str:
    """A DeleteItem."""
    shown = "".join(f'<t:ItemId Id="{id}"/>' for id in ids)
    return await house.ask(
        f'<m:DeleteItem DeleteType="{how}"><m:ItemIds>{shown}</m:ItemIds></m:DeleteItem>'
    )


async def new(house: House, folder: str = INBOX, subject: str = "x", more: str = "") -> str:
    """The id of a new message of Anna's."""
    answer = await house.ask(
        f'<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>{folder}'
        f"</m:SavedItemFolderId><m:Items><t:Message><t:Subject>{subject}</t:Subject>{more}"
        "</t:Message></m:Items></m:CreateItem>"
    )
    return one(r'<t:ItemId Id="([^"]+)"', answer)


def codes(answer: str) -> list[str]:
    """The response codes, in order."""
    return re.findall(r"<m:ResponseCode>(\w+)", answer)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path, "anna", "ben") as house:
        yield house
        assert house.broken == []
