"""A server's insides with furnished mailboxes: ids of every kind, and a look at every row."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from entrepot.settings import Settings
from ews.app import load_operations
from ews.context import Services
from ews.dispatch import Answer, Dispatcher, Stream
from ews.ids import Ids
from ews.notifications.subscriptions import Subscriptions
from store.clock import MovableClock
from store.commands import (
    AddAccount,
    AddDelegates,
    AddDomain,
    ChangeMembers,
    DelegateDraft,
    RemoveDelegates,
    SetPhoto,
)
from store.directory.lists import IS_ROOM_LIST, LIST, ROOM
from store.model import Principal
from store.store import Store
from tests.acceptance.contract import REFERENCE, Contract
from tests.bad_requests.cases import envelope
from tests.bad_requests.operations import GOOD, filled
from tests.directory.pictures import picture

load_operations()

MARK = "Mirabelle"  # stands in all that is private
ITEM, FOLDER = r'<t:ItemId Id="([^"]+)"', r'<t:FolderId Id="([^"]+)"'
KEY = r'ChangeKey="([^"]+)"'
CREATE_LIST = (
    '<m:CreateItem><m:SavedItemFolderId><t:DistinguishedFolderId Id="contacts"/>'
    f"</m:SavedItemFolderId><m:Items><t:DistributionList><t:DisplayName>{MARK}</t:DisplayName>"
    "<t:Members><t:Member><t:Mailbox><t:Name>Carla</t:Name>"
    "<t:EmailAddress>carla@elsewhere.example</t:EmailAddress></t:Mailbox></t:Member></t:Members>"
    "</t:DistributionList></m:Items></m:CreateItem>"
)
_N = itertools.count(1)
_INBOX = '<t:DistinguishedFolderId Id="inbox"/>'


def one(pattern: str, text: str) -> str:
    """The first group of the only thing that fits. Raises AssertionError with the text."""
    found = re.search(pattern, text)
    assert found is not None, text[:2000]
    return found[1]


class House:
    """One server's insides: people ask in SOAP, and nothing raises but what is a fault of ours."""

    def __init__(self, store: Store, clock: MovableClock, settings: Settings, file: Path) -> None:
        self.store = store
        self.clock = clock
        self.ids = Ids(b"k" * 32)
        self.subscriptions = Subscriptions(store, settings, clock, self.ids)
        self.dispatcher = Dispatcher(Services(store, settings, self.ids, self.subscriptions))
        self.people: dict[str, Principal] = {}
        self.contract = Contract(REFERENCE / "ews")
        self.broken: list[str] = []
        self.live: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self._file = file

    async def post(self, body: bytes, who: str = "anna") -> tuple[int, str]:
        """Status and text of an answer, judged by the contract; of a stream its first chunk."""
        answer = await self.dispatcher.answer(body, self.people[who])
        if isinstance(answer, Stream):
            first = await anext(answer.chunks)
            await answer.chunks.aclose()  # type: ignore[attr-defined]
            return 200, first.decode()
        assert isinstance(answer, Answer)
        whole = b"".join(answer.parts)
        if self.contract.is_here:
            self.broken += self.contract.violations(whole)[1]
        return answer.status, whole.decode()

    async def ask(self, body: str, who: str = "anna", version: str = "Exchange2016") -> str:
        """The text of the answer to a SOAP body."""
        header = f'<t:RequestServerVersion Version="{version}"/>'
        return (await self.post(envelope(body, header), who))[1]

    async def learn(self, pattern: str, body: str, who: str) -> str:
        """Something in an answer."""
        return one(pattern, await self.ask(body, who))

    async def folder(self, who: str, name: str, parent: str = _INBOX) -> str:
        """The id of a new folder."""
        return await self.learn(
            FOLDER,
            f"<m:CreateFolder><m:ParentFolderId>{parent}</m:ParentFolderId><m:Folders><t:Folder>"
            f"<t:DisplayName>{name}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>",
            who,
        )

    async def item(self, who: str, folder: str, subject: str = MARK, more: str = "") -> str:
        """The answer that tells of a new message."""
        return await self.ask(
            '<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>'
            f'<t:FolderId Id="{folder}"/></m:SavedItemFolderId><m:Items><t:Message>'
            f'<t:Subject>{subject}</t:Subject><t:Body BodyType="Text">{MARK} body</t:Body>{more}'
            "</t:Message></m:Items></m:CreateItem>",
            who,
        )

    async def furnish(self, who: str) -> dict[str, str]:
        """A folder, an item with attachments, a configuration, positions and subscriptions: the
        ids that ``tests.bad_requests.operations`` has places for."""
        ids = {"address": self.people[who].address, "n": str(next(_N))}
        ids["folder"] = await self.folder(who, f"{MARK} {ids['n']}")
        ids["item"] = one(ITEM, await self.item(who, ids["folder"]))
        attached = await self.ask(filled(GOOD["CreateAttachment"], {"spare": ids["item"]}), who)
        ids["attachment"], ids["embedded"] = re.findall(r'<t:AttachmentId Id="([^"]+)"', attached)
        read = f'<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="{ids["item"]}"/></m:ItemIds></m:GetItem>'  # noqa: E501
        answer = await self.ask(read, who)
        ids["conversation"] = one(r'<t:ConversationId Id="([^"]+)"', answer)
        ids["key"] = one(KEY, answer)
        ids["list"] = await self.learn(ITEM, CREATE_LIST, who)
        await self.configuration(who, ids, "Kept")
        state = r"<m:SyncState>([^<]+)"
        for place, operation in (
            ("state", "SyncFolderItems"),
            ("tree_state", "SyncFolderHierarchy"),
        ):
            template = GOOD[operation].replace(f"{{{place}}}", "")
            ids[place] = await self.learn(state, filled(template, ids), who)
        await self.watch(who, ids)
        await self.spares(who, ids)
        return ids

    async def watch(self, who: str, ids: dict[str, str]) -> None:
        """Two new subscriptions."""
        template = GOOD["Subscribe"].replace("<t:Watermark>{watermark}</t:Watermark>", "")
        answer = await self.ask(filled(template, ids), who)
        ids["subscription"] = one(r"<m:SubscriptionId>([^<]+)", answer)
        ids["watermark"] = one(r"<m:Watermark>([^<]+)", answer)
        template = template.replace("<t:Timeout>10</t:Timeout>", "").replace("Pull", "Streaming")
        ids["stream"] = await self.learn(r"<m:SubscriptionId>([^<]+)", filled(template, ids), who)

    async def spares(self, who: str, ids: dict[str, str]) -> None:
        """An item, an attachment, a folder, a configuration object and a delegate that may go, and
        somebody who is no delegate."""
        ids["n"] = str(next(_N))
        ids["spare_folder"] = await self.folder(who, f"{MARK} spare {ids['n']}")
        made = await self.item(
            who,
            ids["folder"],
            more="<t:Attachments><t:FileAttachment><t:Name>a</t:Name><t:Content>YQ==</t:Content>"
            "</t:FileAttachment></t:Attachments><t:ToRecipients><t:Mailbox><t:EmailAddress>"
            f"{ids['address']}</t:EmailAddress></t:Mailbox></t:ToRecipients>",
        )
        ids["spare"], ids["spare_key"] = one(ITEM, made), one(KEY, made)
        ids["spare_attachment"] = one(r'<t:AttachmentId Id="([^"]+)"', made)
        await self.configuration(who, ids, f"Spare{ids['n']}")
        ids |= {"delegate": "oak@demo.example", "stranger": "elm@demo.example"}
        system, address = self.store.system(), ids["address"]
        await system.execute(RemoveDelegates(address, (ids["stranger"],)))
        await system.execute(AddDelegates(address, (DelegateDraft(ids["delegate"]),)))

    async def configuration(self, who: str, ids: dict[str, str], name: str) -> None:
        """A new configuration object of the folder."""
        template = GOOD["CreateUserConfiguration"].replace("New{n}", name)
        assert "NoError" in await self.ask(filled(template, ids), who)

    def rows(self, who: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of a mailbox, by table."""
        found: dict[str, list[tuple[object, ...]]] = {}
        with sqlite3.connect(self._file) as db:
            names = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
            for table in names:
                columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
                if "mailbox_id" in columns:
                    query = f'SELECT * FROM "{table}" WHERE mailbox_id = ? ORDER BY 1, 2, 3'
                    found[table] = db.execute(query, (self.people[who].mailbox_id,)).fetchall()
        db.close()
        return found


_TEMPLATES: dict[tuple[str, ...], tuple[bytes, dict[str, Principal]]] = {}


async def _template(folder: Path, names: tuple[str, ...]) -> tuple[bytes, dict[str, Principal]]:
    """A store's file with people in it, made once: to copy it takes a tenth of the time."""
    if names not in _TEMPLATES:
        file = folder / "template.db"
        store = await Store.open(f"sqlite:///{file}", clock=MovableClock())
        await store.system().execute(AddDomain("demo.example", is_default=True))
        people: dict[str, Principal] = {}
        for name in names:
            address = f"{name}@demo.example"
            account = await store.system().execute(AddAccount(address, name.capitalize()))
            people[name] = Principal(account.id, address, account.name, account.mailbox_id)
        await _add_rooms(store)
        for name in names:
            await store.system().execute(SetPhoto(f"{name}@demo.example", picture(8, 8)))
        await store.close()
        _TEMPLATES[names] = file.read_bytes(), people
    return _TEMPLATES[names]


async def _add_rooms(store: Store) -> None:
    room, rooms = "oak@demo.example", "rooms@demo.example"
    await store.system().execute(AddAccount(room, "Oak", role=ROOM))
    await store.system().execute(AddAccount("elm@demo.example", "Elm", role=ROOM))
    properties = {IS_ROOM_LIST: True}
    await store.system().execute(AddAccount(rooms, "Rooms", role=LIST, properties=properties))
    await store.system().execute(ChangeMembers(rooms, add=(room,)))


@asynccontextmanager
async def opened(
    folder: Path, *names: str, strict: bool = False, **settings: object
) -> AsyncIterator[House]:
    """A house with people in it."""
    made, people = await _template(folder, names)
    file = folder / "store.db"
    file.write_bytes(made)
    clock = MovableClock()
    store = await Store.open(f"sqlite:///{file}", clock=clock)
    values = {"data_folder": folder, "strict_requests": strict, **settings}
    house = House(store, clock, Settings.model_validate(values), file)
    house.people.update(people)
    try:
        yield house
    finally:
        house.subscriptions.close()
        await store.close()
