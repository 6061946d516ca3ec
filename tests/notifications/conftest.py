"""A store with a clock that tests move, and an EWS front-end over it, all in this process."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from entrepot.settings import Settings
from ews import operations
from ews.context import Services
from ews.dispatch import Answer, Dispatcher, Stream
from ews.ids import Ids
from ews.notifications.subscriptions import Subscriptions
from store.clock import MovableClock
from store.commands import AddAccount, AddDomain, CreateItems, FolderRole
from store.model import ItemDraft, Principal
from store.store import Store
from tests.acceptance.contract import REFERENCE

for _module in pkgutil.walk_packages(operations.__path__, f"{operations.__name__}."):
    importlib.import_module(_module.name)
importlib.import_module("ews.notifications.operations")

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>'
    '<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>%s</s:Body>'
    "</s:Envelope>"
)
INBOX = '<t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>'
ALL_EVENTS = "".join(
    f"<t:EventType>{kind}Event</t:EventType>"
    for kind in ("Copied", "Created", "Deleted", "Modified", "Moved", "NewMail")
)


class House:
    """One server's insides: people ask in SOAP, the clock is ours."""

    def __init__(self, store: Store, clock: MovableClock, settings: Settings) -> None:
        self.store = store
        self.clock = clock
        self.ids = Ids(b"k" * 32)
        self.subscriptions = Subscriptions(store, settings, clock, self.ids)
        self.dispatcher = Dispatcher(Services(store, settings, self.ids, self.subscriptions))
        self.people: dict[str, Principal] = {}

    async def join(self, name: str) -> None:
        address = f"{name}@demo.example"
        account = await self.store.system().execute(AddAccount(address, name.capitalize()))
        self.people[name] = Principal(account.id, address, account.name, account.mailbox_id)

    async def ask(self, body: str, who: str = "anna") -> Any:
        """The answer as text, or the Stream."""
        answer = await self.dispatcher.answer((ENVELOPE % body).encode(), self.people[who])
        if isinstance(answer, Stream):
            return answer
        assert isinstance(answer, Answer)
        return b"".join(answer.parts).decode()

    async def subscribe(self, kind: str = "Streaming", more: str = "", who: str = "anna") -> str:
        """The id of a new subscription to the inbox."""
        answer = await self.ask(
            f"<m:Subscribe><m:{kind}SubscriptionRequest>{INBOX}"
            f"<t:EventTypes>{ALL_EVENTS}</t:EventTypes>{more}</m:{kind}SubscriptionRequest>"
            "</m:Subscribe>",
            who,
        )
        return one(r"<m:SubscriptionId>([^<]+)", answer)

    async def receives(self, subject: str, who: str = "anna", folder: str = "inbox") -> None:
        """A message comes to be in a folder."""
        session = self.store.session(self.people[who])
        draft = ItemDraft(properties={"subject": subject, "is_read": False})
        await session.execute(CreateItems((draft,), FolderRole(folder)))

    async def stream(self, *ids: str, minutes: int = 1, who: str = "anna") -> AsyncIterator[bytes]:
        """The chunks of a streaming connection."""
        shown = "".join(f"<t:SubscriptionId>{id}</t:SubscriptionId>" for id in ids)
        answer = await self.ask(
            f"<m:GetStreamingEvents><m:SubscriptionIds>{shown}</m:SubscriptionIds>"
            f"<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>",
            who,
        )
        assert isinstance(answer, Stream), answer
        return answer.chunks


def one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = MovableClock()
    store = await Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock)
    await store.system().execute(AddDomain("demo.example", is_default=True))
    settings = Settings(data_folder=tmp_path, push_allowed=("127.0.0.1",))
    house = House(store, clock, settings)
    await house.join("anna")
    await house.join("ben")
    yield house
    house.subscriptions.close()
    await store.close()


@pytest.fixture(scope="session")
def schema() -> Any:
    """Exchange's own schema, where the reference is on this machine."""
    path = REFERENCE / "ews" / "messages.xsd"
    if not path.exists():
        pytest.skip(f"no reference contract in {path}")
    return etree.XMLSchema(etree.parse(str(path)))
