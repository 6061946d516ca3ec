"""A client that syncs by increments holds exactly what a fresh one gets, whatever happens.

Random commands run beside a plain model in memory; after every step each folder's and the tree's
incremental client is brought forward, in pages of random size, and compared with the model and with
a fresh client. A failure prints the steps that lead to it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from store.clock import MovableClock
from store.commands import (
    AddAccount,
    AddDomain,
    CheckIntegrity,
    CopyItems,
    CreateFolders,
    CreateItems,
    DeleteFolders,
    DeleteItems,
    EmptyFolders,
    FetchFolders,
    FolderChange,
    FolderDraft,
    FolderRole,
    ItemChange,
    MarkAllRead,
    MoveFolders,
    MoveItems,
    SyncFolders,
    SyncItems,
    UpdateFolders,
    UpdateItems,
)
from store.errors import StoreError
from store.model import FolderId, ItemDraft, ItemId
from store.store import Session, Store
from tests.postgres import postgres_url
from tests.store.conftest import fresh_database, principal_of

ROLES = ("inbox", "drafts", "deleteditems", "recoverableitemsdeletions", "junkemail")
HOW = st.sampled_from(["hard", "soft", "to_deleted_items"])
PICK = st.integers(0, 10_000)


class Client:
    """A client of one folder: what it holds, and the position it was given."""

    def __init__(self) -> None:
        self.state: Any = None
        self.items: dict[int, tuple[str, bool]] = {}
        self.ever: set[int] = set()

    async def step(self, session: Session, folder: FolderId, limit: int) -> bool:
        """Take one page; True when nothing more is to come."""
        answer = await session.execute(
            SyncItems(folder, self.state, limit=limit, properties=("subject", "is_read"))
        )
        assert len(answer.changes) <= limit
        assert answer.is_last or answer.changes, "an empty page must be the last"
        for kind, row in answer.changes:
            self._apply(kind, row)
        self.state = answer.state
        return answer.is_last

    def _apply(self, kind: str, row: Any) -> None:
        id = row[0]
        if kind == "create":
            assert id not in self.items, "created twice"
            self.items[id] = (row[5], row[6])
            self.ever.add(id)
        elif kind == "update":
            assert id in self.items, "updated before it was created"
            self.items[id] = (row[5], row[6])
        elif kind == "read":
            self.items[id] = (self.items[id][0], row[1])
        else:
            assert id in self.ever, "deleted an id that was never given (lesson 15)"
            del self.items[id]


class Mailbox(RuleBasedStateMachine):
    """One mailbox under random commands."""

    server: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._loop = asyncio.new_event_loop()
        url = f"sqlite:///{self._folder.name}/s.db"
        if self.server:
            url = fresh_database(self.server)
        self.store: Store = self.run(Store.open(url, clock=MovableClock()))
        self.session = self.run(self._sign_in())
        self.folders: dict[int, tuple[int, str]] = {}
        self.items: dict[int, dict[int, tuple[str, bool]]] = {}
        self.clients: dict[int, Client] = {}
        self.tree: dict[int, tuple[int, str]] = {}
        self.tree_seq: int | None = None
        self.partial: dict[int, Client] = {}
        self._begin()

    def run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    def ask(self, command: Any) -> Any:
        return self.run(self.session.execute(command))

    async def _sign_in(self) -> Session:
        system = self.store.system()
        await system.execute(AddDomain("demo.example", is_default=True))
        account = await system.execute(AddAccount("anna@demo.example", "Anna Berg"))
        return self.store.session(principal_of(account))

    def _begin(self) -> None:
        roots = self.ask(FetchFolders(tuple(FolderRole(r) for r in ("root", *ROLES))))
        self.root = roots[0].id
        self.roles = {role: folder.id.id for role, folder in zip(ROLES, roots[1:], strict=True)}
        self._sync_tree()
        self.folders = dict(self.tree)
        for id in self.roles.values():
            self.items[id] = {}

    def teardown(self) -> None:
        try:
            assert self.run(self.store.system().execute(CheckIntegrity())) == []
        finally:
            self.run(self.store.close())
            self._loop.close()
            self._folder.cleanup()

    # -- picking ---------------------------------------------------------------------------

    def folder(self, number: int) -> FolderId:
        ids = sorted(self.items)
        return FolderId(self.root.mailbox_id, ids[number % len(ids)])

    def own(self, number: int) -> FolderId | None:
        ids = sorted(set(self.items) - set(self.roles.values()))
        return FolderId(self.root.mailbox_id, ids[number % len(ids)]) if ids else None

    def pick(self, numbers: list[int]) -> list[ItemId]:
        ids = sorted(id for items in self.items.values() for id in items)
        picked = {ids[number % len(ids)] for number in numbers} if ids else set()
        return [ItemId(self.root.mailbox_id, id) for id in sorted(picked)]

    def home(self, id: int) -> int:
        return next(folder for folder, items in self.items.items() if id in items)

    # -- items -----------------------------------------------------------------------------

    @rule(
        where=PICK,
        subjects=st.lists(st.text(max_size=5), min_size=1, max_size=4),
        read=st.booleans(),
    )
    def create(self, where: int, subjects: list[str], read: bool) -> None:
        folder = self.folder(where)
        drafts = tuple(ItemDraft(properties={"subject": s, "is_read": read}) for s in subjects)
        for saved, subject in zip(
            self.ask(CreateItems(drafts, folder=folder)), subjects, strict=True
        ):
            self.items[folder.id][saved.id.id] = (clean(subject), read)

    @rule(which=st.lists(PICK, min_size=1, max_size=3), subject=st.text(max_size=5))
    def rename(self, which: list[int], subject: str) -> None:
        ids = self.pick(which)
        changes = tuple(ItemChange(id, set={"subject": subject}) for id in ids)
        self.ask(UpdateItems(changes, resolution="always_overwrite"))
        for id in ids:
            items = self.items[self.home(id.id)]
            items[id.id] = (clean(subject), items[id.id][1])

    @rule(which=st.lists(PICK, min_size=1, max_size=3), read=st.booleans())
    def mark(self, which: list[int], read: bool) -> None:
        ids = self.pick(which)
        changes = tuple(ItemChange(id, set={"is_read": read}) for id in ids)
        self.ask(UpdateItems(changes, resolution="always_overwrite"))
        for id in ids:
            items = self.items[self.home(id.id)]
            items[id.id] = (items[id.id][0], read)

    @rule(where=PICK, read=st.booleans())
    def mark_all(self, where: int, read: bool) -> None:
        folder = self.folder(where)
        self.ask(MarkAllRead((folder,), read=read))
        items = self.items[folder.id]
        self.items[folder.id] = {id: (subject, read) for id, (subject, _) in items.items()}

    @rule(which=st.lists(PICK, min_size=1, max_size=3), where=PICK)
    def move(self, which: list[int], where: int) -> None:
        ids, folder = self.pick(which), self.folder(where)
        if not ids:
            return
        for old, saved in zip(ids, self.ask(MoveItems(tuple(ids), folder)), strict=True):
            value = self.items[self.home(old.id)].pop(old.id)
            self.items[folder.id][saved.id.id] = value

    @rule(which=st.lists(PICK, min_size=1, max_size=3), where=PICK)
    def copy(self, which: list[int], where: int) -> None:
        ids, folder = self.pick(which), self.folder(where)
        if not ids:
            return
        for old, saved in zip(ids, self.ask(CopyItems(tuple(ids), folder)), strict=True):
            self.items[folder.id][saved.id.id] = self.items[self.home(old.id)][old.id]

    @rule(which=st.lists(PICK, min_size=1, max_size=3), how=HOW)
    def delete(self, which: list[int], how: Any) -> None:
        ids = self.pick(which)
        if not ids:
            return
        assert self.ask(DeleteItems(tuple(ids), how)) == [None] * len(ids)
        self._relearn_bins(lambda: [self.items[self.home(id.id)].pop(id.id) for id in ids])

    @rule(where=PICK, how=HOW, subfolders=st.booleans())
    def empty(self, where: int, how: Any, subfolders: bool) -> None:
        folder = self.folder(where)
        assert self.ask(EmptyFolders((folder,), how, subfolders)) == [None]
        self._relearn_all()

    # -- folders ---------------------------------------------------------------------------

    @rule(where=PICK, name=st.sampled_from(["A", "B", "C", "a"]))
    def create_folder(self, where: int, name: str) -> None:
        parent = self.folder(where)
        result = self.ask(CreateFolders(parent, (FolderDraft(name),)))[0]
        taken = {n.casefold() for p, n in self.folders.values() if p == parent.id}
        assert isinstance(result, StoreError) == (name.casefold() in taken)
        if not isinstance(result, StoreError):
            self.folders[result.id.id] = (parent.id, name)
            self.items[result.id.id] = {}

    @rule(which=PICK, name=st.sampled_from(["A", "B", "D", "d"]))
    def rename_folder(self, which: int, name: str) -> None:
        folder = self.own(which)
        if folder is None:
            return
        result = self.ask(UpdateFolders((FolderChange(folder, name=name),)))[0]
        if not isinstance(result, StoreError):
            self.folders[folder.id] = (self.folders[folder.id][0], name)

    @rule(which=PICK, where=PICK)
    def move_folder(self, which: int, where: int) -> None:
        folder, target = self.own(which), self.folder(where)
        if folder is None:
            return
        result = self.ask(MoveFolders((folder,), target))[0]
        if not isinstance(result, StoreError):
            self.folders[folder.id] = (target.id, result.name)

    @rule(which=PICK, how=HOW)
    def delete_folder(self, which: int, how: Any) -> None:
        folder = self.own(which)
        if folder is None:
            return
        assert self.ask(DeleteFolders((folder,), how)) == [None]
        self._relearn_all()

    # -- learning from a fresh client where the model would have to repeat the store's rules ---

    def _fresh(self, id: int) -> dict[int, tuple[str, bool]]:
        client = Client()
        while not self.run(client.step(self.session, FolderId(self.root.mailbox_id, id), 512)):
            pass
        return client.items

    def _relearn_bins(self, forget: Any) -> None:
        forget()
        for role in ("deleteditems", "recoverableitemsdeletions"):
            self.items[self.roles[role]] = self._fresh(self.roles[role])

    def _relearn_all(self) -> None:
        answer = self.ask(SyncFolders(self.root))
        self.folders = {f.id.id: (f.parent.id, f.name) for f in answer.created}
        kept = set(self.folders) & (set(self.items) | set(self.roles.values()))
        self.items = {id: self._fresh(id) for id in kept}

    # -- checking --------------------------------------------------------------------------

    @rule(where=PICK, limit=st.integers(1, 3))
    def take_a_page(self, where: int, limit: int) -> None:
        """A client in the middle of its pages while others change the folder."""
        folder = self.folder(where)
        client = self.clients.setdefault(folder.id, Client())
        self.run(client.step(self.session, folder, limit))

    @rule(where=PICK, limit=st.integers(1, 5))
    def increments_equal_fresh(self, where: int, limit: int) -> None:
        folder = self.folder(where)
        client = self.clients.setdefault(folder.id, Client())
        while not self.run(client.step(self.session, folder, limit)):
            pass
        assert client.items == self.items[folder.id] == self._fresh(folder.id)

    def _sync_tree(self) -> None:
        answer = self.ask(SyncFolders(self.root, self.tree_seq))
        for id in answer.deleted:
            del self.tree[id.id]
        for folder in answer.created:
            assert folder.id.id not in self.tree
            self.tree[folder.id.id] = (folder.parent.id, folder.name)
        for folder in answer.updated:
            assert folder.id.id in self.tree
            self.tree[folder.id.id] = (folder.parent.id, folder.name)
        self.tree_seq = answer.seq

    @invariant()
    def tree_by_increments_equals_model(self) -> None:
        if self.folders:
            self._sync_tree()
            assert self.tree == self.folders

    @invariant()
    def counters_are_right(self) -> None:
        ids = tuple(FolderId(self.root.mailbox_id, id) for id in self.items)
        for folder in self.ask(FetchFolders(ids)):
            items = self.items[folder.id.id]
            assert folder.total_count == len(items)
            assert folder.unread_count == sum(not read for _, read in items.values())


def clean(text: str) -> str:
    return text.replace("\x00", "\ufffd")


STEPS = settings(
    max_examples=int(os.environ.get("ENTREPOT_MACHINE_EXAMPLES", "25")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_increments_lead_to_what_a_fresh_client_gets() -> None:
    run_state_machine_as_test(Mailbox, settings=STEPS)


def test_increments_lead_to_what_a_fresh_client_gets_on_postgresql() -> None:
    with postgres_url() as server:

        class OnPostgres(Mailbox):
            pass

        OnPostgres.server = server
        run_state_machine_as_test(OnPostgres, settings=settings(STEPS, max_examples=5))


if __name__ == "__main__":
    pytest.main([__file__])
