"""Random histories of a folder, a filter and a device: after every step the device holds what it
was told, is told of nothing that it was not given, and in the end holds exactly what the filter
shows."""

from __future__ import annotations

import asyncio
import os
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
    MoveItems,
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
from store.until import OPEN
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
# The same with messages of a few conversations, which the device may want to have whole: few days
# and filters between them, so that much of them is held because of one message.
_THREADS = 2
_IN_THREAD = st.builds(
    lambda day, thread: day * _THREADS + thread,
    st.sampled_from([1, 7, 15, 25]),
    st.integers(0, _THREADS - 1),
)
_FEW = st.integers(0, 7)
_IN_THREADS = st.one_of(
    st.tuples(st.sampled_from(["answer", "answer", "move in"]), _IN_THREAD),
    st.tuples(
        st.sampled_from(
            ["delete", "read", "content", "own read", "own delete", "own move out", "read"]
        ),
        _FEW,
    ),
    st.tuples(st.sampled_from(["step", "step", "lost step"]), st.integers(1, 4)),
    st.tuples(st.just("filter"), st.sampled_from([0, 3, 10, 20])),
    st.tuples(st.just("gather"), st.booleans().map(int)),
)
_BEGUN = [("gather", 1), ("filter", 20), ("answer", 2), ("answer", 14), ("answer", 50), ("step", 4)]


def _day(number: int) -> str:
    return f"2026-10-{number + 1:02d}T08:00:00.000000Z"


class World:
    """A folder, what lies in it by the truth, and what a device holds of it."""

    role = "inbox"
    kinds: tuple[str, ...] = ()

    def __init__(self, session: Session, folder: int, other: int) -> None:
        self.session = session
        self.folder = folder
        self.other = other
        self.cutoff = ""
        self.truth: dict[int, int] = {}
        self.reads: dict[int, bool] = {}
        self.held: set[int] = set()
        self.held_reads: dict[int, bool] = {}
        self.key: tuple[str, int] = ("", 0)
        self.gathers = False
        # Conversations of those that have others', and the latest day of each that was here.
        self.threads: dict[int, int] = {}
        self.latest: dict[int, int] = {}

    async def begin(self) -> None:
        step = await self.session.execute(BeginCollection("phone", self.folder, kinds=self.kinds))
        self.key = (step.token, step.number)

    def pick(self, number: int, among: Any) -> int | None:
        items = sorted(among)
        return items[number % len(items)] if items else None

    def id(self, item: int) -> ItemId:
        return ItemId(self.session.principal.mailbox_id, item)

    # -- others

    def draft(self, day: int, thread: int | None) -> ItemDraft:
        properties = {"subject": "x", "received": _day(day), "is_read": True}
        if thread is not None:
            properties["references"] = f"<{thread}@example.org>"
        return ItemDraft(properties=properties)

    async def add(self, day: int, folder: str = "", thread: int | None = None) -> int:
        command = CreateItems((self.draft(day, thread),), FolderRole(folder or self.role))
        return kept((await self.session.execute(command))[0]).id

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

    async def do_answer(self, value: int) -> None:
        day, thread = divmod(value, _THREADS)
        self._answered(await self.add(day, thread=thread), day, thread)

    async def do_move_in(self, value: int) -> None:
        """By others: it gets a new id, and keeps its day."""
        day, thread = divmod(value, _THREADS)
        item = await self.add(day, "archive", thread)
        (moved,) = await self.session.execute(MoveItems((self.id(item),), FolderRole("inbox")))
        self._answered(moved.id.id, day, thread)

    def _answered(self, item: int, day: int, thread: int) -> None:
        self.truth[item], self.reads[item] = day, True
        self.threads[item] = thread
        self.latest[thread] = max(day, self.latest.get(thread, 0))

    async def do_gather(self, wanted: int) -> None:
        self.gathers = bool(wanted)

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
            cutoff=self.cutoff, gathers=self.gathers, changes=changes, wins="device",
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

    def _counts(self, item: int) -> int:
        """The day by which an item is shown: a message that went counts in its conversation."""
        day = self.truth[item]
        if not self.gathers or item not in self.threads:
            return day
        return max(day, self.latest[self.threads[item]])

    def shown(self) -> set[int]:
        """What the filter shows of what there is."""
        return {item for item in self.truth if _day(self._counts(item)) >= self.cutoff}

    async def settle(self) -> None:
        for _ in range(500):
            before = self.key
            step = await self.do_step(3)
            if self.key == before and not step.more:
                break
        shown = self.shown()
        assert self.held == shown
        assert {i: self.held_reads[i] for i in shown} == {i: self.reads[i] for i in shown}
        cutoffs = {self.folder: self.cutoff}
        peek = PeekCollections("phone", ((self.folder, *self.key),), cutoffs)
        (pending,) = await self.session.execute(peek)
        assert pending.count == 0 and not pending.state.more


class Events(World):
    """A calendar. Events are put off, by others and by the device, and so leave the filter and come
    back."""

    role = "calendar"
    kinds = ("calendar",)

    def times(self, day: int) -> dict[str, str]:
        return {"start": _day(day).replace("T08", "T07"), "end": _day(day)}

    def draft(self, day: int, thread: int | None) -> ItemDraft:
        del thread
        properties = {"subject": "x", "is_read": True, **self.times(day)}
        return ItemDraft("IPM.Appointment", properties)

    async def do_put_off(self, number: int) -> None:
        item = self.pick(number, self.truth)
        if item is not None:
            self.truth[item] = number % _DAYS
            await self._changed(item, **self.times(self.truth[item]))

    async def do_own_put_off(self, number: int) -> None:
        item = self.pick(number, self.held)
        if item is None:
            return
        edit = ItemChange(self.id(item), set=self.times(number % _DAYS))
        command = UpdateItems((edit,), resolution="always_overwrite")
        change = DeviceChange(f"put {self.key}", (command,), self.id(item), ("content",))
        step: Step = await self.session.execute(self._step(number % 3 + 1, change))
        if not step.done[0].error:
            self.truth[item] = number % _DAYS
        self.take(step)


class Chores(Events):
    """A folder of tasks, of which the device wants those that are not done; a done one may be
    begun again."""

    role = "tasks"
    kinds = ("task",)

    def times(self, day: int) -> dict[str, str]:
        return {"status": "completed" if self.is_done(day) else "in_progress"}

    def is_done(self, day: int) -> bool:
        return day % 2 == 0

    def draft(self, day: int, thread: int | None) -> ItemDraft:
        del thread
        return ItemDraft("IPM.Task", {"subject": "x", "is_read": True, **self.times(day)})

    async def do_filter(self, day: int) -> None:
        self.cutoff = OPEN if day else ""

    def shown(self) -> set[int]:
        return {
            item for item, day in self.truth.items() if not self.cutoff or not self.is_done(day)
        }


async def _live(
    session: Session, history: list[tuple[str, int]], kind: type[World] = World
) -> None:
    await session.execute(MeetDevice("phone", "Phone", "", "16.1"))
    folder, archive = await session.execute(
        FetchFolders((FolderRole(kind.role), FolderRole("archive")))
    )
    world = kind(session, folder.id.id, archive.id.id)
    await world.begin()
    for name, value in history:
        await world.run(name, value)
    await world.settle()


async def _live_alone(history: list[tuple[str, int]], kind: type[World] = World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{Path(folder) / 'store.db'}")
        try:
            system = store.system()
            await system.execute(AddDomain("demo.example", is_default=True))
            await _live(await person(store, "anna@demo.example", "Anna"), history, kind)
        finally:
            await store.close()


# Each history is a store of its own: more of them with THOROUGH=1 in the environment.
_EXAMPLES = 80 if os.environ.get("THOROUGH") else 30


@settings(max_examples=_EXAMPLES, deadline=None)
@example([("own move in", 0), ("add", 0), ("add", 0), ("step", 1), ("filter", 3)])
@given(st.lists(_OPERATIONS, max_size=40))
def test_a_device_holds_what_the_filter_shows(history: list[tuple[str, int]]) -> None:
    asyncio.run(_live_alone(history))


@settings(max_examples=_EXAMPLES, deadline=None)
@example([("answer", 3), ("gather", 1), ("filter", 10), ("step", 4), ("answer", 60), ("step", 4)])
@example([*_BEGUN, ("own read", 0), ("delete", 2), ("step", 4), ("read", 0)])
@given(st.lists(_IN_THREADS, max_size=25).map(lambda history: [*_BEGUN, *history]))
def test_a_device_holds_conversations_whole(history: list[tuple[str, int]]) -> None:
    asyncio.run(_live_alone(history))


_MOVING = st.one_of(
    _OPERATIONS,
    st.tuples(st.just("put off"), st.integers(0, 50)),
    st.tuples(st.just("own put off"), st.integers(0, 50)),
)


@pytest.mark.parametrize("kind", [Events, Chores])
@settings(max_examples=_EXAMPLES, deadline=None)
@given(st.lists(_MOVING, max_size=40))
def test_a_device_holds_what_the_filter_shows_of_what_moves(
    kind: type[World], history: list[tuple[str, int]]
) -> None:
    asyncio.run(_live_alone(history, kind))


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [World, Events, Chores])
@pytest.mark.parametrize("seed", range(4))
async def test_the_same_on_both_engines(anna: Session, seed: int, kind: type[World]) -> None:
    """Longer histories, on SQLite and on PostgreSQL."""
    chance = random.Random(seed)
    names = ["add", "delete", "read", "content", "filter", "step", "lost step", "own read",
             "own delete", "own move out", "own move in"]  # fmt: skip
    names += ["answer", "move in", "gather"] if kind is World else ["put off", "own put off"] * 2
    in_threads = (0, _DAYS * _THREADS - 1)
    bounds = {"add": (0, _DAYS - 1), "own move in": (0, _DAYS - 1), "step": (1, 4),
              "lost step": (1, 4), "filter": (0, 20), "answer": in_threads,
              "move in": in_threads, "gather": (0, 1)}  # fmt: skip
    history = [
        (name, chance.randint(*bounds.get(name, (0, 50)))) for name in chance.choices(names, k=80)
    ]
    await _live(anna, history, kind)


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
