"""Following a mailbox: item synchronisation, hierarchy, events, configuration objects.

That increments always lead to what a fresh client gets is the machine's to show
(``test_machine``); here stand the cases that people ask about.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from store.clock import MovableClock
from store.commands import (
    CheckIntegrity,
    CreateFolders,
    CreateItems,
    DeleteConfiguration,
    DeleteFolders,
    DeleteItems,
    FetchConfiguration,
    FetchEvents,
    FindItems,
    FolderDraft,
    FolderRole,
    GrantMailbox,
    MoveFolders,
    MoveItems,
    OpenSubscription,
    PruneEvents,
    SaveConfiguration,
    SyncFolders,
    SyncItems,
)
from store.errors import (
    AccessDenied,
    AlreadyExists,
    InvalidState,
    InvalidValue,
    InvalidWatermark,
    NotFound,
    NotSupported,
    TooLarge,
)
from store.model import ItemDraft
from store.store import Session, Store
from tests.store.helpers import INBOX, change, id_of, kept, save

pytestmark = pytest.mark.anyio

JUNK = FolderRole("junkemail")


async def step(session: Session, state: Any = None, **more: Any) -> Any:
    return await session.execute(SyncItems(INBOX, state, properties=("subject",), **more))


def told(answer: Any) -> list[tuple[str, int]]:
    return [(kind, row[0]) for kind, row in answer.changes]


async def test_pages_are_of_the_size_asked_for_and_newest_first(anna: Session) -> None:
    ids = [kept(await save(anna, str(n))).id for n in range(5)]
    first = await step(anna, limit=2)
    assert told(first) == [("create", ids[4]), ("create", ids[3])] and not first.is_last
    second = await step(anna, first.state, limit=2)
    third = await step(anna, second.state, limit=2)
    assert told(second) + told(third) == [("create", ids[n]) for n in (2, 1, 0)]
    assert third.is_last
    assert (await step(anna, third.state)).changes == []


async def test_changes_between_pages_concern_only_what_was_handed_out(anna: Session) -> None:
    ids = [kept(await save(anna, str(n))) for n in range(4)]
    first = await step(anna, limit=2)
    await anna.execute(DeleteItems((ids[0], ids[3]), "hard"))
    await change(anna, ids[1], set={"subject": "later"})
    new = kept(await save(anna, "new"))
    rest = await step(anna, first.state)
    assert told(rest) == [("delete", ids[3].id), ("create", new.id), ("create", ids[1].id)]
    assert rest.changes[-1][1][5] == "later"


async def test_read_state_alone_is_told_as_such(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    state = (await step(anna)).state
    await change(anna, id, set={"is_read": False})
    read = await step(anna, state)
    assert [(kind, row[:2]) for kind, row in read.changes] == [("read", (id.id, False))]
    await change(anna, id, set={"is_read": True})
    await change(anna, id, set={"subject": "Other"})
    both = await step(anna, read.state)
    assert told(both) == [("update", id.id)]
    await change(anna, id, set={"flag_status": "flagged"})
    assert told(await step(anna, both.state)) == [("update", id.id)]


async def test_ignored_ids_are_passed_over_and_count_as_seen(anna: Session) -> None:
    ids = [kept(await save(anna, str(n))) for n in range(2)]
    answer = await step(anna, ignore=(ids[0].id,))
    assert told(answer) == [("create", ids[1].id)]
    await change(anna, ids[0], set={"subject": "x"})
    assert told(await step(anna, answer.state)) == [("update", ids[0].id)]


async def test_hidden_items_come_only_to_those_who_follow_them(anna: Session) -> None:
    await anna.execute(SaveConfiguration(INBOX, "Mine", create=True))
    assert told(await step(anna)) == []
    hidden = await step(anna, associated=True)
    assert [kind for kind, _ in hidden.changes] == ["create"]
    with pytest.raises(InvalidState):
        await step(anna, hidden.state)


async def test_foreign_positions_are_refused(anna: Session, ben: Session) -> None:
    state = (await step(anna)).state
    with pytest.raises(InvalidState):
        await step(ben, state)
    with pytest.raises(InvalidState):
        await anna.execute(SyncItems(JUNK, state))
    with pytest.raises(InvalidState):
        await step(anna, msgspec.structs.replace(state, seq=state.seq + 1))
    with pytest.raises(NotFound) as caught:
        await ben.execute(SyncItems(await id_of(anna, "inbox")))
    assert caught.value.role == "sync"


async def test_an_item_that_leaves_and_another_that_comes(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    state = (await step(anna)).state
    away = kept((await anna.execute(MoveItems((id,), JUNK)))[0])
    back = kept((await anna.execute(MoveItems((away,), INBOX)))[0])
    assert told(await step(anna, state)) == [("delete", id.id), ("create", back.id)]


async def test_the_tree_by_increments(anna: Session) -> None:
    root = FolderRole("msgfolderroot")
    begin = await anna.execute(SyncFolders(root))
    assert {"Inbox", "Drafts"} <= {f.name for f in begin.created}
    outer = (await anna.execute(CreateFolders(INBOX, (FolderDraft("Outer"),))))[0]
    inner = (await anna.execute(CreateFolders(outer.id, (FolderDraft("Inner"),))))[0]
    made = await anna.execute(SyncFolders(root, begin.seq))
    assert [f.name for f in made.created] == ["Outer", "Inner"]  # parents first
    await anna.execute(MoveFolders((inner.id,), JUNK))
    await anna.execute(DeleteFolders((outer.id,), "hard"))
    later = await anna.execute(SyncFolders(root, made.seq))
    assert later.deleted == (outer.id,) and [f.id for f in later.updated if f.id == inner.id]
    whole = await anna.execute(SyncFolders(root, begin.seq))
    assert outer.id not in {f.id for f in whole.created} | set(whole.deleted)
    with pytest.raises(InvalidState):
        await anna.execute(SyncFolders(root, later.seq + 100))


# -- events ------------------------------------------------------------------------------------


async def watch(session: Session, *roles: str) -> Any:
    return await session.execute(
        OpenSubscription(tuple(map(FolderRole, roles)), all_folders=not roles)
    )


async def test_events_say_what_happened_in_order(anna: Session) -> None:
    start = await watch(anna, "inbox", "junkemail")
    id = kept(await save(anna, "Plan"))
    await change(anna, id, set={"subject": "New"})
    new = kept((await anna.execute(MoveItems((id,), JUNK)))[0])
    await anna.execute(DeleteItems((new,), "hard"))
    page = await anna.execute(FetchEvents(start.mailbox_id, start.seq, 1 << 30, start.folders))
    kinds = [(e.kind, e.item_id, e.old_item_id) for e in page.events if e.item_id]
    assert kinds == [
        ("created", id.id, 0),
        ("modified", id.id, 0),
        ("moved", new.id, id.id),
        ("deleted", new.id, 0),
    ]
    again = await anna.execute(FetchEvents(start.mailbox_id, page.seq, page.n, start.folders))
    assert again.events == []


async def test_events_are_filtered_by_folder_and_kind_and_come_in_pages(anna: Session) -> None:
    start = await watch(anna, "inbox")
    ids = [kept(await save(anna, str(n))).id for n in range(3)]
    await save(anna, "elsewhere", JUNK)
    seen: list[int] = []
    seq, n = start.seq, 1 << 30
    for _ in range(9):
        command = FetchEvents(start.mailbox_id, seq, n, start.folders, ("created",), limit=2)
        page = await anna.execute(command)
        assert len(page.events) <= 2
        seen += [e.item_id for e in page.events]
        seq, n = page.seq, page.n
        if not page.more:
            break
    assert seen == ids


async def test_watermarks_and_rights(store: Store, anna: Session, ben: Session) -> None:
    start = await watch(anna, "inbox")
    with pytest.raises(InvalidWatermark):
        await anna.execute(FetchEvents(start.mailbox_id, start.seq + 50, 0))
    with pytest.raises(InvalidWatermark):
        await ben.execute(FetchEvents(start.mailbox_id, start.seq, 0))
    with pytest.raises(NotFound):
        await ben.execute(FetchEvents(start.mailbox_id, start.seq, 0, start.folders))
    await store.system().execute(GrantMailbox("ben@demo.example", "anna@demo.example", 1))
    both = (INBOX, FolderRole("inbox", "ben@demo.example"))
    with pytest.raises(NotSupported) as caught:
        await anna.execute(OpenSubscription(both))
    assert caught.value.role == "several_mailboxes"


# -- configuration objects ---------------------------------------------------------------------


async def test_a_configuration_object_lives_hidden_in_its_folder(anna: Session) -> None:
    await anna.execute(SaveConfiguration(INBOX, "Mine", create=True, xml=b"<a/>"))
    with pytest.raises(AlreadyExists):
        await anna.execute(SaveConfiguration(INBOX, "Mine", create=True))
    await anna.execute(SaveConfiguration(INBOX, "Mine", create=False, binary=b"\0\1"))
    item = await anna.execute(FetchConfiguration(INBOX, "Mine"))
    assert item.item_class == "IPM.Configuration.Mine" and item.is_associated
    assert item.properties["configuration_xml"] == "PGEvPg=="  # left as it was
    assert item.properties["configuration_binary"] == "AAE="
    found = (await anna.execute(FindItems((INBOX,), associated=True)))[0]
    assert [row[3] for row in found.rows] == ["IPM.Configuration.Mine"]
    await anna.execute(DeleteConfiguration(INBOX, "Mine"))
    for command in (FetchConfiguration(INBOX, "Mine"), DeleteConfiguration(INBOX, "Mine")):
        with pytest.raises(NotFound):
            await anna.execute(command)


async def test_configuration_names_and_sizes_are_bounded(anna: Session) -> None:
    for name in ("", "x" * 300, "a\nb"):
        with pytest.raises(InvalidValue):
            await anna.execute(SaveConfiguration(INBOX, name, create=True))
    with pytest.raises(TooLarge):
        await anna.execute(SaveConfiguration(INBOX, "Mine", create=True, xml=b"x" * (2 << 20)))


# -- grants ------------------------------------------------------------------------------------


async def test_a_grant_opens_a_mailbox_and_closes_it(
    store: Store, anna: Session, ben: Session
) -> None:
    id = kept(await save(anna, "Plan"))
    there = FolderRole("inbox", "anna@demo.example")
    with pytest.raises(NotFound):
        await ben.execute(SyncItems(there))
    await store.system().execute(GrantMailbox("anna@demo.example", "ben@demo.example", 1))
    assert told(await ben.execute(SyncItems(there))) == [("create", id.id)]
    made = (await ben.execute(CreateItems((ItemDraft(),), there)))[0]
    assert kept(made).mailbox_id == id.mailbox_id
    await store.system().execute(GrantMailbox("anna@demo.example", "ben@demo.example", 0))
    with pytest.raises(NotFound):
        await ben.execute(SyncItems(there))


async def test_old_events_go_and_who_stands_before_them_is_told(
    store: Store, anna: Session
) -> None:
    """Who has read all that was dropped goes on; who has not begins anew."""
    mailbox_id = anna.principal.mailbox_id
    begin = (await anna.execute(OpenSubscription((INBOX,)))).seq
    for n in range(3):
        await save(anna, str(n))
    page = await anna.execute(FetchEvents(mailbox_id, begin))
    last = page.events[-1]
    assert await store.system().execute(PruneEvents()) == 0

    assert isinstance(store.clock, MovableClock)
    store.clock.advance(31 * 86_400)
    assert await store.system().execute(PruneEvents(limit=2)) == 2
    while await store.system().execute(PruneEvents()):
        pass
    with pytest.raises(InvalidWatermark):
        await anna.execute(FetchEvents(mailbox_id, begin))
    await save(anna, "new")
    for position in ((last.seq, last.n), (page.seq, page.n)):
        after = await anna.execute(FetchEvents(mailbox_id, *position))
        assert [event.kind for event in after.events if event.item_id] == ["created"]
    start = await anna.execute(OpenSubscription((INBOX,)))
    assert (await anna.execute(FetchEvents(mailbox_id, start.seq, 1 << 30))).events == []
    assert await store.system().execute(CheckIntegrity()) == []
    with pytest.raises(AccessDenied):
        await anna.execute(PruneEvents())
