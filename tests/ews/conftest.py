"""An EWS front-end in this process: people ask in SOAP, every answer is held to the contract."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from entrepot.settings import Settings
from ews import operations
from ews.context import Services
from ews.dispatch import Answer, Dispatcher
from ews.ids import Ids
from ews.notifications.subscriptions import Subscriptions
from store.clock import MovableClock
from store.commands import AddAccount, AddDomain, ListAccounts
from store.model import Principal
from store.store import Session, Store
from tests.acceptance.contract import REFERENCE, Contract

for _module in pkgutil.walk_packages(operations.__path__, f"{operations.__name__}."):
    importlib.import_module(_module.name)
importlib.import_module("ews.notifications.operations")

NAMES = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "m": "http://schemas.microsoft.com/exchange/services/2006/messages",
    "t": "http://schemas.microsoft.com/exchange/services/2006/types",
    "e": "http://schemas.microsoft.com/exchange/services/2006/errors",
}
_ENVELOPE = "<s:Envelope {names}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
_CONTRACT = Contract(REFERENCE / "ews")


class Reply:
    """An answer: HTTP status, text, and what XPath finds in it."""

    def __init__(self, status: int, data: bytes) -> None:
        self.status = status
        self.text = data.decode()
        self.root = etree.fromstring(data)

    def all(self, path: str) -> list[Any]:
        return self.root.xpath(path, namespaces=NAMES)

    def texts(self, path: str) -> list[str]:
        return [n if isinstance(n, str) else (n.text or "") for n in self.all(path)]

    def one(self, path: str) -> str:
        """The text (or attribute) of the only thing at ``path``."""
        found = self.texts(path)
        assert len(found) == 1, (path, found, self.text)
        return found[0]

    @property
    def codes(self) -> list[str]:
        """The ResponseCode of each response message; of a fault, its own."""
        return self.texts("//m:ResponseCode | //e:ResponseCode")

    @property
    def code(self) -> str:
        return self.one("//m:ResponseCode | //e:ResponseCode")

    def ok(self) -> Reply:
        """Itself, where all went well."""
        assert self.status == 200 and set(self.codes) == {"NoError"}, self.text
        return self


class Desk:
    """One server's insides, without HTTP."""

    def __init__(self, store: Store, clock: MovableClock, settings: Settings) -> None:
        self.store = store
        self.clock = clock
        self.ids = Ids(b"k" * 32)
        self.subscriptions = Subscriptions(store, settings, clock, self.ids)
        self.dispatcher = Dispatcher(Services(store, settings, self.ids, self.subscriptions))
        self.people: dict[str, Principal] = {}

    def session(self, who: str = "anna") -> Session:
        return self.store.session(self.people[who])

    async def ask(
        self,
        body: str,
        who: str = "anna",
        *,
        version: str = "Exchange2016",
        header: str = "",
    ) -> Reply:
        """The answer to the XML of one request."""
        if version:
            header = f'<t:RequestServerVersion Version="{version}"/>{header}'
        names = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NAMES.items())
        return await self.send(_ENVELOPE.format(names=names, header=header, body=body), who)

    async def send(self, envelope: str, who: str = "anna") -> Reply:
        """The answer to a whole envelope."""
        answer = await self.dispatcher.answer(envelope.encode(), self.people[who])
        assert isinstance(answer, Answer)
        data = b"".join(answer.parts)
        if _CONTRACT.is_here:
            _, violations = _CONTRACT.violations(data)
            assert violations == [], (violations, data.decode())
        return Reply(answer.status, data)

    # -- what nearly every test does -------------------------------------------------------------

    async def create(self, item: str, folder: str = "inbox", attributes: str = "") -> str:
        """The id of a new item, as attributes of an ItemId."""
        reply = await self.ask(
            f'<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"'
            f" {attributes}>"
            f'<m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/></m:SavedItemFolderId>'
            f"<m:Items>{item}</m:Items></m:CreateItem>"
        )
        reply.ok()
        return shown_id(reply)

    async def get(self, id: str, shape: str = "AllProperties", more: str = "", **how: Any) -> Reply:
        return await self.ask(
            f"<m:GetItem><m:ItemShape><t:BaseShape>{shape}</t:BaseShape>{more}</m:ItemShape>"
            f"<m:ItemIds><t:ItemId {id}/></m:ItemIds></m:GetItem>",
            **how,
        )

    async def find(
        self,
        more: str = "",
        shape: str = "IdOnly",
        properties: str = "",
        folder: str = "inbox",
        who: str = "anna",
    ) -> Reply:
        return await self.ask(
            f'<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>{shape}</t:BaseShape>'
            f"<t:AdditionalProperties>{field('item:Subject')}{properties}</t:AdditionalProperties>"
            f"</m:ItemShape>{more}<m:ParentFolderIds>"
            f'<t:DistinguishedFolderId Id="{folder}"/></m:ParentFolderIds></m:FindItem>',
            who,
        )

    async def update(
        self, id: str, updates: str, how: str = "AlwaysOverwrite", more: str = ""
    ) -> Reply:
        return await self.ask(
            f'<m:UpdateItem ConflictResolution="{how}" MessageDisposition="SaveOnly"'
            f' SendMeetingInvitationsOrCancellations="SendToNone" {more}><m:ItemChanges>'
            f"<t:ItemChange><t:ItemId {id}/><t:Updates>{updates}</t:Updates></t:ItemChange>"
            "</m:ItemChanges></m:UpdateItem>"
        )


def field(uri: str) -> str:
    return f'<t:FieldURI FieldURI="{uri}"/>'


def tag(number: str, type: str) -> str:
    return f'<t:ExtendedFieldURI PropertyTag="{number}" PropertyType="{type}"/>'


def additional(*paths: str) -> str:
    shown = "".join(p if p.startswith("<") else field(p) for p in paths)
    return f"<t:AdditionalProperties>{shown}</t:AdditionalProperties>"


def set_field(uri: str, inner: str, element: str = "Message") -> str:
    path = uri if uri.startswith("<") else field(uri)
    return f"<t:SetItemField>{path}<t:{element}>{inner}</t:{element}></t:SetItemField>"


def message(subject: str, more: str = "") -> str:
    return f"<t:Message><t:Subject>{subject}</t:Subject>{more}</t:Message>"


def shown_id(reply: Reply, path: str = "//t:ItemId") -> str:
    node = reply.all(path)[0]
    return f'Id="{node.get("Id")}" ChangeKey="{node.get("ChangeKey")}"'


def without_key(id: str) -> str:
    return re.sub(r" ChangeKey=\"[^\"]*\"", "", id)


@pytest.fixture(scope="session")
def template(tmp_path_factory: Any) -> Path:
    """A store with Anna and Ben, to copy."""
    path = tmp_path_factory.mktemp("template") / "store.db"

    async def make() -> None:
        store = await Store.open(f"sqlite:///{path}")
        await store.system().execute(AddDomain("demo.example", is_default=True))
        for name in ("anna", "ben"):
            await store.system().execute(AddAccount(f"{name}@demo.example", name.capitalize()))
        await store.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def desk(template: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    shutil.copy(template, tmp_path / "store.db")
    clock = MovableClock()
    store = await Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock)
    desk = Desk(store, clock, Settings(data_folder=tmp_path))
    for account in await store.system().execute(ListAccounts()):
        name = account.address.partition("@")[0]
        desk.people[name] = Principal(account.id, account.address, account.name, account.mailbox_id)
    yield desk
    desk.subscriptions.close()
    await store.close()
