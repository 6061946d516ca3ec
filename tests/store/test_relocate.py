"""Moving, copying, deleting and archiving: ids, tombstones, counters, blobs."""

from __future__ import annotations

import pytest

from store.commands import (
    ArchiveItems,
    CheckIntegrity,
    CopyItems,
    CreateFolders,
    CreateItems,
    DeleteItems,
    FetchItems,
    FolderDraft,
    FolderRole,
    GrantMailbox,
    MoveItems,
    SyncItems,
)
from store.errors import NotFound, NotSupported
from store.model import AttachmentDraft, Body, ItemDraft
from store.results import SavedItem
from store.store import Session, Store
from tests.store.helpers import INBOX, folder, get, kept, refusal, save, subjects

pytestmark = pytest.mark.anyio

JUNK = FolderRole("junkemail")
BIN = FolderRole("deleteditems")
DUMPSTER = FolderRole("recoverableitemsdeletions")


async def test_a_move_gives_a_new_id_and_keeps_the_immutable_one(anna: Session) -> None:
    draft = ItemDraft(
        properties={"subject": "Plan"},
        body=Body(html="<p>x</p>"),
        attachments=(AttachmentDraft("file", "a", content=b"one"),),
    )
    old = kept(await save(anna, draft))
    before = await get(anna, old)
    new = kept((await anna.execute(MoveItems((old,), JUNK)))[0])
    after = await get(anna, new)
    assert new != old and after.immutable_id == before.immutable_id
    assert (after.body, after.properties["subject"]) == (before.body, "Plan")
    assert [a.name for a in after.attachments or ()] == ["a"]
    refusal((await anna.execute(FetchItems((old,))))[0], NotFound)


async def test_both_folders_hear_of_a_move(anna: Session) -> None:
    old = kept(await save(anna, "Plan"))
    states = {r.role: (await anna.execute(SyncItems(r))).state for r in (INBOX, JUNK)}
    new = kept((await anna.execute(MoveItems((old,), JUNK)))[0])
    left = await anna.execute(SyncItems(INBOX, states["inbox"]))
    came = await anna.execute(SyncItems(JUNK, states["junkemail"]))
    assert left.changes == [("delete", (old.id,))]
    assert [(kind, row[0]) for kind, row in came.changes] == [("create", new.id)]


async def test_a_second_mention_in_one_batch_finds_the_item_gone(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    first, second = await anna.execute(MoveItems((id, id), JUNK))
    assert isinstance(first, SavedItem)
    refusal(second, NotFound)


async def test_a_copy_has_its_own_id_and_shares_its_content(anna: Session, store: Store) -> None:
    draft = ItemDraft(properties={"subject": "Plan"}, body=Body(html="<p>x</p>"))
    id = kept(await save(anna, draft))
    copy = kept((await anna.execute(CopyItems((id,), JUNK)))[0])
    assert copy != id
    await anna.execute(DeleteItems((id,), "hard"))
    assert (await get(anna, copy)).body == Body(html="<p>x</p>")
    assert await store.system().execute(CheckIntegrity()) == []


@pytest.mark.parametrize(
    ("how", "where"),
    [("hard", None), ("soft", DUMPSTER), ("to_deleted_items", BIN)],
)
async def test_three_ways_to_delete(anna: Session, how: str, where: FolderRole | None) -> None:
    id = kept(await save(anna, "Plan"))
    assert await anna.execute(DeleteItems((id,), how)) == [None]  # type: ignore[arg-type]
    refusal((await anna.execute(FetchItems((id,))))[0], NotFound)
    for place in (BIN, DUMPSTER):
        assert await subjects(anna, place) == (["Plan"] if place == where else [])
    again = await anna.execute(DeleteItems((id,), how))  # type: ignore[arg-type]
    refusal(again[0], NotFound)


@pytest.mark.parametrize(("how", "where"), [("soft", DUMPSTER), ("to_deleted_items", BIN)])
async def test_what_lies_in_the_bin_is_deleted_for_good(
    anna: Session, how: str, where: FolderRole
) -> None:
    id = kept(await save(anna, "Plan", where))
    assert await anna.execute(DeleteItems((id,), how)) == [None]  # type: ignore[arg-type]
    assert await subjects(anna, where) == []


async def test_a_hidden_item_stays_or_goes_for_good(anna: Session) -> None:
    command = CreateItems((ItemDraft("IPM.Configuration.X"),), INBOX, associated=True)
    id = kept((await anna.execute(command))[0])
    refusal((await anna.execute(MoveItems((id,), JUNK)))[0], NotSupported)
    refusal((await anna.execute(DeleteItems((id,), "soft")))[0], NotSupported)
    assert await anna.execute(DeleteItems((id,), "hard")) == [None]


async def test_what_is_there_may_be_moved_and_copied_anywhere(anna: Session) -> None:
    """Only new items are bound to a folder of their class (MS-OXWSCORE S02_TC02, TC03)."""
    id = kept(await save(anna, ItemDraft("IPM.Contact"), None))
    copied = (await anna.execute(CopyItems((id,), INBOX)))[0]
    assert (await get(anna, kept(copied))).kind == "contact"
    assert isinstance((await anna.execute(MoveItems((id,), INBOX)))[0], SavedItem)


async def test_across_mailboxes_everything_comes_along(
    store: Store, anna: Session, ben: Session
) -> None:
    grant = GrantMailbox("ben@demo.example", "anna@demo.example", 1)
    await store.system().execute(grant)
    draft = ItemDraft(
        properties={"subject": "Plan"},
        body=Body(html="<p>x</p>"),
        attachments=(AttachmentDraft("file", "a", content=b"one"),),
    )
    id = kept(await save(anna, draft))
    there = FolderRole("inbox", "ben@demo.example")
    copy = kept((await anna.execute(CopyItems((id,), there)))[0])
    moved = (await anna.execute(MoveItems((id,), there)))[0]
    assert moved.id is None  # it left this mailbox: no id is told
    assert await subjects(ben, INBOX) == ["Plan", "Plan"]
    assert await subjects(anna, INBOX) == []
    item = await get(ben, copy)
    assert item.body == Body(html="<p>x</p>")
    assert [a.size for a in item.attachments or ()] == [3]
    assert await store.system().execute(CheckIntegrity()) == []


async def test_archiving_rebuilds_the_path(anna: Session) -> None:
    outer = (await anna.execute(CreateFolders(INBOX, (FolderDraft("2026"),))))[0]
    inner = (await anna.execute(CreateFolders(outer.id, (FolderDraft("May"),))))[0]
    id = kept(await save(anna, "Plan", inner.id))
    new = kept((await anna.execute(ArchiveItems((id,), inner.id)))[0])
    names: list[str] = []
    place = await folder(anna, (await get(anna, new)).folder)
    while place.role != "archive":
        names.append(place.name)
        assert place.parent is not None
        place = await folder(anna, place.parent)
    assert names == ["May", "2026", "Inbox"]
