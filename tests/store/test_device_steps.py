"""Random histories of a folder, a filter and a device: after every step the device holds what it
was told, is told of nothing that it was not given, and in the end holds exactly what the filter
shows."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.commands import (
    AddDomain,
    CreateItems,
    DeleteItems,
    FetchFolders,
    FolderRole,
    ItemChange,
    UpdateItems,
)
from store.devices.commands import (
    BeginCollection,
    ChangeDevice,
    DeviceChange,
    FetchDevice,
    ListDevices,
    ListRounds,
    MeetDevice,
    MoveForDevice,
    Once,
    PeekCollections,
    PeekTree,
    PruneDevices,
    StepCollection,
    StepTree,
    TraceItem,
)
from store.devices.model import Step
from store.errors import AlreadyDone
from store.model import ItemDraft, ItemId
from store.store import Session, Store
from tests.store.conftest import person
from tests.store.helpers import kept, save

_DAYS = 30
_OPERATIONS = st.one_of(
    st.tuples(st.just("add"), st.integers(0, _DAYS)),
    st.tuples(st.just("delete"), st.integers(0, 50)),
    st.tuples(st.just("read"), st.integers(0, 50)),
    st.tuples(st.just("content"), st.integers(0, 50)),
    st.tuples(st.just("filter"), st.sampled_from([0, 3, 10, 20])),
    st.tuples(st.just("step"), st.integers(1, 4)),
    st.tuples(st.just("lost step"), st.integers(1, 4)),
    st.tuples(st.just("own read"), st.integers(0, 50)),
    st.tuples(st.just("own delete"), st.integers(0, 50)),
    st.tuples(st.just("own move out"), st.integers(0, 50)),
    st.tuples(st.just("own move in"), st.integers(0, _DAYS)),
)


def _day(number: int) -> str:
    return f"2026-10-{number + 1:02d}T08:00:00.000000Z"


class World:
    """A folder, what lies in it by the truth, and what a device holds of it."""

    def __init__(self, session: Session, folder: int, other: int) -> None:
        self.session = session
        self.folder = folder
        self.other = other
        self.cutoff = ""
        self.truth: dict[int, int] = {}
        self.reads: dict[int, bool] = {}
        self.held: set[int] = set()
        self.held_reads: dict[int, bool] = {}
        self.key = ("", 0)

    async def begin(self) -> None:
        step = await self.session.execute(BeginCollection("phone", self.folder))
        self.key = (step.token, step.number)

    def pick(self, number: int, among: Any) -> int | None:
        items = sorted(among)
        return items[number % len(items)] if items else None

    def id(self, item: int) -> ItemId:
        return ItemId(self.session.principal.mailbox_id, item)

    # -- others

    async def add(self, day: int, folder: str = "inbox") -> int:
        draft = ItemDraft(properties={"subject": "x", "received": _day(day), "is_read": True})
        saved = (await self.session.execute(CreateItems((draft,), FolderRole(folder))))[0]
        return saved.id.id

    async def _changed(self, item: int, **values: Any) -> None:
        change = ItemChange(self.id(item), set=values)
        command = UpdateItems((change,), resolution="always_overwrite")
        await self.session.execute(command)

    async def run(self, name: str, value: int) -> None:
        await getattr(self, "do_" + name.replace(" ", "_"))(value)

    async def do_add(self, day: int) -> None:
        item = await self.add(day)
        self.truth[item] = day
        self.reads[item] = True

    async def do_delete(self, number: int) -> None:
        item = self.pick(number, self.truth)
        if item is not None:
            await self.session.execute(DeleteItems((self.id(item),), "hard"))
            del self.truth[item], self.reads[item]

    async def do_read(self, number: int) -> None:
        item = self.pick(number, self.truth)
        if item is not None:
            self.reads[item] = not self.reads[item]
            await self._changed(item, is_read=self.reads[item])

    async def do_content(self, number: int) -> None:
        item = self.pick(number, self.truth)
        if item is not None:
            await self._changed(item, subject="another")

    async def do_filter(self, day: int) -> None:
        self.cutoff = _day(day) if day else ""

    # -- the device

    def _step(self, window: int, *changes: DeviceChange) -> StepCollection:
        return StepCollection(
            "phone", self.folder, *self.key, window=window, bytes_max=1 << 30,
            cutoff=self.cutoff, changes=changes, wins="device",
        )  # fmt: skip

    async def do_step(self, window: int) -> Step:
        step: Step = await self.session.execute(self._step(window))
        self.take(step)
        return step

    async def do_lost_step(self, window: int) -> None:
        """The answer is lost; the same request again gives the same step."""
        first: Step = await self.session.execute(self._step(window))
        again: Step = await self.session.execute(self._step(window))
        assert (first.number, first.entries, first.more) == (
            again.number, again.entries, again.more,
        )  # fmt: skip
        self.take(again)

    def take(self, step: Step) -> None:
        self.key = (step.token, step.number)
        for entry in step.entries:
            if entry.kind == "add":
                assert entry.item_id not in self.held, entry
                self.held.add(entry.item_id)
            elif entry.kind in ("delete", "soft_delete"):
                assert entry.item_id in self.held, entry
                self.held.discard(entry.item_id)
            else:
                assert entry.item_id in self.held, entry
            if entry.item_id in self.reads and entry.kind not in ("flags",):
                self.held_reads[entry.item_id] = self.reads[entry.item_id]

    async def do_own_read(self, number: int) -> None:
        item = self.pick(number, self.held)
        if item is None:
            return
        edit = ItemChange(self.id(item), set={"is_read": False})
        command = UpdateItems((edit,), resolution="always_overwrite")
        change = DeviceChange(f"read {self.key}", (command,), self.id(item), ("read",))
        step: Step = await self.session.execute(self._step(100, change))
        if not step.done[0].error:
            self.reads[item] = False
            self.held_reads[item] = False
        self.take(step)

    async def do_own_delete(self, number: int) -> None:
        item = self.pick(number, self.held)
        if item is None:
            return
        command = DeleteItems((self.id(item),), "hard")
        change = DeviceChange(f"del {self.key}", (command,), self.id(item), is_deletion=True)
        step: Step = await self.session.execute(self._step(100, change))
        assert not step.done[0].error
        self.truth.pop(item, None)
        self.reads.pop(item, None)
        self.held.discard(item)
        self.take(step)

    async def do_own_move_out(self, number: int) -> None:
        item = self.pick(number, self.held)
        if item is None:
            return
        move = MoveForDevice("phone", ((self.id(item), self.folder, self.other),))
        (moved,) = await self.session.execute(move)
        if hasattr(moved, "item"):
            del self.truth[item], self.reads[item]
            self.held.discard(item)

    async def do_own_move_in(self, day: int) -> None:
        item = await self.add(day, "archive")
        move = MoveForDevice("phone", ((self.id(item), self.other, self.folder),))
        (moved,) = await self.session.execute(move)
        self.truth[moved.item.id] = day
        self.reads[moved.item.id] = True
        self.held.add(moved.item.id)
        self.held_reads[moved.item.id] = True

    async def settle(self) -> None:
        for _ in range(500):
            before = self.key
            step = await self.do_step(3)
            if self.key == before and not step.more:
                break
        shown = {item for item, day in self.truth.items() if _day(day) >= self.cutoff}
        assert self.held == shown
        assert {i: self.held_reads[i] for i in shown} == {i: self.reads[i] for i in shown}
        cutoffs = {self.folder: self.cutoff}
        peek = PeekCollections("phone", ((self.folder, *self.key),), cutoffs)
        (pending,) = await self.session.execute(peek)
        assert pending.count == 0 and not pending.state.more


async def _live(session: Session, history: list[tuple[str, int]]) -> None:
    await session.execute(MeetDevice("phone", "Phone", "", "16.1"))
    inbox, archive = await session.execute(
        FetchFolders((FolderRole("inbox"), FolderRole("archive")))
    )
    world = World(session, inbox.id.id, archive.id.id)
    await world.begin()
    for name, value in history:
        await world.run(name, value)
    await world.settle()


async def _live_alone(history: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{Path(folder) / 'store.db'}")
        try:
            system = store.system()
            await system.execute(AddDomain("demo.example", is_default=True))
            await _live(await person(store, "anna@demo.example", "Anna"), history)
        finally:
            await store.close()


@settings(max_examples=60, deadline=None)
@example([("own move in", 0), ("add", 0), ("add", 0), ("step", 1), ("filter", 3)])
@given(st.lists(_OPERATIONS, max_size=40))
def test_a_device_holds_what_the_filter_shows(history: list[tuple[str, int]]) -> None:
    asyncio.run(_live_alone(history))


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(4))
async def test_the_same_on_both_engines(anna: Session, seed: int) -> None:
    """Longer histories, on SQLite and on PostgreSQL."""
    chance = random.Random(seed)
    names = ("add", "delete", "read", "content", "filter", "step", "lost step", "own read",
             "own delete", "own move out", "own move in")  # fmt: skip
    bounds = {"add": (0, _DAYS - 1), "own move in": (0, _DAYS - 1), "step": (1, 4),
              "lost step": (1, 4), "filter": (0, 20)}  # fmt: skip
    history = [
        (name, chance.randint(*bounds.get(name, (0, 50)))) for name in chance.choices(names, k=80)
    ]
    await _live(anna, history)


@pytest.mark.anyio
async def test_what_is_kept_of_devices_can_be_read_again(anna: Session) -> None:
    """Record, log, policies and trace, on both engines."""
    device = await anna.execute(MeetDevice("Phone", "iPhone", "agent", "16.1"))
    changed = await anna.execute(
        ChangeDevice(device.key, record={"information": {"model": "7"}}, policy_key=9, note="noted")
    )
    assert (changed.policy_key, changed.record["information"]["model"]) == (9, "7")
    assert await anna.execute(FetchDevice(device.key)) == changed
    assert await anna.execute(ListDevices()) == [changed]
    (inbox,) = await anna.execute(FetchFolders((FolderRole("inbox"),)))
    await anna.execute(StepTree(device.key, 0, ("IPF.Note",)))
    assert await anna.execute(PeekTree(device.key, ("IPF.Note",))) is False
    saved = kept(await save(anna, "x"))
    begun = await anna.execute(BeginCollection(device.key, inbox.id.id))
    command = StepCollection(
        device.key, inbox.id.id, begun.token, begun.number, window=5, bytes_max=1 << 20
    )
    assert [entry.item_id for entry in (await anna.execute(command)).entries] == [saved.id]
    rounds = await anna.execute(ListRounds(device.key, item=saved.id))
    assert [(each.what, each.folder_id) for each in rounds] == [("sync", inbox.id.id)]
    notes = [each.note for each in await anna.execute(ListRounds(device.key))]
    assert "noted" in notes
    once = Once(device.key, "token", CreateItems((ItemDraft(),), FolderRole("inbox")))
    await anna.execute(once)
    with pytest.raises(AlreadyDone):
        await anna.execute(once)
    system = anna.store.system()
    assert await system.execute(TraceItem(saved.mailbox_id, saved.id)) == (saved.id,)
    future = "2999-01-01T00:00:00.000000Z"
    assert await system.execute(PruneDevices(future, future)) > 0
    assert await anna.execute(ListDevices()) == []
