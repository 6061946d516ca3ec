"""Engines: commands that share a commit, askers that leave, readers that look at a snapshot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, text

from store import migrations
from store.clock import MovableClock
from store.commands import (
    AddAccount,
    CheckIntegrity,
    CreateFolders,
    CreateItems,
    DeleteItems,
    EmptyFolders,
    FindFolders,
    FindItems,
    FolderChange,
    FolderDraft,
    FolderRole,
    UpdateFolders,
)
from store.engine import open_database
from store.errors import AlreadyExists, NotFound
from store.limits import Limits
from store.model import Body, Event, FolderId, ItemDraft, ItemId
from store.store import Session, Store
from tests.store.conftest import Engine, person
from tests.store.helpers import INBOX, folder, kept, refusal, save, subjects

pytestmark = pytest.mark.anyio


def draft(subject: str) -> ItemDraft:
    return ItemDraft(properties={"subject": subject})


async def test_commands_at_once_all_happen(anna: Session) -> None:
    work = [anna.execute(CreateItems((draft(f"{n:02}"),), INBOX)) for n in range(20)]
    results = await asyncio.gather(*work)
    ids = {kept(r[0]) for r in results}
    assert len(ids) == 20
    assert len({r[0].change for r in results}) == 20
    assert await subjects(anna, INBOX) == [f"{n:02}" for n in range(20)]


async def test_one_command_that_fails_disturbs_no_other(anna: Session) -> None:
    gone = FolderId(anna.principal.mailbox_id, 99_999)
    commands: list[Any] = []
    for n in range(8):
        commands.append(CreateItems((draft(str(n)),), INBOX))
        commands.append(CreateFolders(gone, (FolderDraft("x"),)))
    results = await asyncio.gather(*map(anna.execute, commands), return_exceptions=True)
    assert all(isinstance(r, NotFound) for r in results[1::2])
    assert len(await subjects(anna, INBOX)) == 8


async def test_a_bug_in_one_command_undoes_it_alone(store: Store, anna: Session) -> None:
    def breaks(conn: Connection) -> None:
        conn.execute(text("UPDATE folder SET name = 'broken'"))
        raise ZeroDivisionError

    broken = store.database.write(breaks, lambda done: None)
    good = anna.execute(CreateItems((draft("good"),), INBOX))
    results = await asyncio.gather(broken, good, return_exceptions=True)
    assert isinstance(results[0], ZeroDivisionError)
    assert (await folder(anna, INBOX)).name == "Inbox"
    assert await subjects(anna, INBOX) == ["good"]


async def test_an_asker_that_leaves_has_its_commit_and_the_bus_hears(
    store: Store, anna: Session
) -> None:
    told: list[Event] = []
    real = store.bus.tell
    store.bus.tell = lambda events: (told.extend(events), real(events))[1]  # type: ignore
    asking = asyncio.ensure_future(anna.execute(CreateItems((draft("Plan"),), INBOX)))
    await asyncio.sleep(0)
    while not asking.done() and not told:
        asking.cancel()
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    stored = await subjects(anna, INBOX)
    assert stored == ["Plan"] * sum(e.kind == "created" for e in told)


async def test_cancelled_while_the_writer_works(store: Store) -> None:
    """The work is begun, the asker goes: it is committed and told."""
    begun, gone, told = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(conn: Connection) -> str:
        loop.call_soon_threadsafe(begun.set)
        if store.database.dialect == "sqlite":
            asyncio.run_coroutine_threadsafe(gone.wait(), loop).result(10)
        else:
            from sqlalchemy.util import await_only

            await_only(gone.wait())
        conn.execute(text("CREATE TABLE seen (x integer)"))
        return "done"

    asking = asyncio.ensure_future(store.database.write(work, lambda result: told.set()))
    await asyncio.wait_for(begun.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gone.set()
    await asyncio.wait_for(told.wait(), 10)
    count = await store.database.read(lambda c: c.execute(text("SELECT count(*) FROM seen")))
    assert count is not None


async def test_a_reader_sees_one_moment(store: Store, anna: Session) -> None:
    """What is written while a reader looks shows to later readers only."""
    await save(anna, "before")
    loop = asyncio.get_running_loop()
    written = asyncio.Event()
    counts: list[int] = []
    query = text("SELECT count(*) FROM item")

    def look(conn: Connection) -> None:
        counts.append(conn.execute(query).scalar_one())
        if store.database.dialect == "sqlite":
            loop.call_soon_threadsafe(written.set)
            asyncio.run_coroutine_threadsafe(save(anna, "after"), loop).result(10)
        else:
            from sqlalchemy.util import await_only

            await_only(save(anna, "after"))
        counts.append(conn.execute(query).scalar_one())

    await store.database.read(look)
    assert counts == [1, 1]
    assert await subjects(anna, INBOX) == ["after", "before"]


async def test_elements_of_a_batch_stand_alone(store: Store, anna: Session) -> None:
    drafts = (FolderDraft("A"), FolderDraft("a"), FolderDraft("B"))
    results = await anna.execute(CreateFolders(INBOX, drafts))
    refusal(results[1], AlreadyExists)
    page = (await anna.execute(FindItems((INBOX,))))[0]
    assert page.total == 0
    assert (await folder(anna, INBOX)).child_count == 2
    assert await store.system().execute(CheckIntegrity()) == []


async def test_a_batch_of_deletions_with_a_foreign_id(anna: Session, ben: Session) -> None:
    own, foreign = kept(await save(ben, "own")), kept(await save(anna, "foreign"))
    results = await ben.execute(DeleteItems((foreign, own, ItemId(77, 1)), "hard"))
    assert [type(r) for r in results] == [NotFound, type(None), NotFound]
    assert await subjects(anna, INBOX) == ["foreign"]


# -- migrations --------------------------------------------------------------------------------


async def test_a_store_is_opened_again_with_all_that_was_in_it(
    engine: Engine, tmp_path: Any
) -> None:
    url = engine.fresh(tmp_path)
    store = await Store.open(url)
    anna = await person(store, "anna@demo.example", "Anna Berg")
    await save(anna, "Plan")
    await store.close()
    store = await Store.open(url)
    assert await subjects(store.session(anna.principal), INBOX) == ["Plan"]
    await store.close()


async def test_fresh_and_again_and_newer(engine: Engine, tmp_path: Any) -> None:
    url = engine.fresh(tmp_path)
    assert await asyncio.to_thread(migrations.upgrade, url) == []
    database = open_database(url, Limits())

    def newer(conn: Connection) -> None:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(newer, lambda done: None)
    await database.close()
    with pytest.raises(migrations.NewerSchema, match="9999"):
        await Store.open(url)


async def test_an_empty_file_becomes_a_store(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/store.db"
    assert await asyncio.to_thread(migrations.upgrade, url) != []
    with pytest.raises(ValueError, match="no engine"):
        open_database("mysql://x/y", Limits())
    with pytest.raises(ValueError, match="file"):
        open_database("sqlite://", Limits())


# -- clock -------------------------------------------------------------------------------------


async def test_sleepers_wake_when_the_clock_is_moved() -> None:
    clock = MovableClock()
    before = clock.now()
    sleeper = asyncio.ensure_future(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(3599)
    await asyncio.sleep(0.01)
    assert not sleeper.done()
    clock.advance(1)
    await asyncio.wait_for(sleeper, 5)
    assert (clock.now() - before).total_seconds() >= 3600
    assert clock.monotonic() > 3600
    with pytest.raises(ValueError):
        clock.advance(-1)


async def test_waiting_for_an_event_or_for_time() -> None:
    clock = MovableClock()
    event = asyncio.Event()
    waiting = asyncio.ensure_future(clock.wait_for(event, 3600))
    await asyncio.sleep(0)
    event.set()
    assert await asyncio.wait_for(waiting, 5) is True
    late = asyncio.ensure_future(clock.wait_for(asyncio.Event(), 60))
    await asyncio.sleep(0)
    clock.advance(61)
    assert await asyncio.wait_for(late, 5) is False


# -- blobs, integrity --------------------------------------------------------------------------


async def _rows(store: Store, sql: str) -> list[Any]:
    return await store.database.read(lambda c: [tuple(r) for r in c.execute(text(sql))])


async def _run(store: Store, sql: str) -> None:
    def run(conn: Connection) -> None:
        conn.execute(text(sql))

    await store.database.write(run, lambda done: None)


async def test_equal_content_is_stored_once(store: Store, anna: Session) -> None:
    html = "<p>" + "same " * 500 + "</p>"
    ids = [
        kept(await save(anna, ItemDraft(properties={"subject": s}, body=Body(html=html))))
        for s in "abc"
    ]
    assert await _rows(store, "SELECT refs FROM blob") == [(3,)]
    await anna.execute(DeleteItems(tuple(ids[:2]), "hard"))
    assert await _rows(store, "SELECT refs FROM blob") == [(1,)]
    await anna.execute(DeleteItems((ids[2],), "to_deleted_items"))
    assert await _rows(store, "SELECT refs FROM blob") == [(1,)]
    await anna.execute(EmptyFolders((FolderRole("deleteditems"),), "hard"))
    assert await _rows(store, "SELECT refs FROM blob") == []


async def test_mailboxes_share_no_blobs(store: Store, anna: Session, ben: Session) -> None:
    for who in (anna, ben):
        await save(who, ItemDraft(body=Body(html="<p>same</p>")))
    assert await _rows(store, "SELECT refs FROM blob") == [(1,), (1,)]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("UPDATE folder SET unread_count = 5 WHERE role = 'inbox'", "counters"),
        ("UPDATE blob SET refs = refs + 1", "references"),
        ("DELETE FROM content", "items without content"),
        ("UPDATE item SET folder_id = 9999", "which is not there"),
        ("UPDATE mailbox SET modseq = 0", "change number"),
        ("UPDATE mailbox SET next_id = 1", "above the next one"),
    ],
)
async def test_planted_faults_are_found(store: Store, anna: Session, fault: str, says: str) -> None:
    await save(anna, ItemDraft(body=Body(html="<p>x</p>")))
    check = CheckIntegrity()
    assert await store.system().execute(check) == []
    await _run(store, fault)
    assert any(says in line for line in await store.system().execute(check))


async def test_accounts_are_made_with_every_folder(store: Store) -> None:
    account = await store.system().execute(AddAccount("cy@demo.example", "Cy"))
    roles = await _rows(store, "SELECT role FROM folder WHERE role <> ''")
    assert account.mailbox_id > 0
    assert {"inbox", "drafts", "calendar", "archive"} <= {row[0] for row in roles}


async def test_a_failed_element_holds_no_numbers_back(anna: Session) -> None:
    """Its lock goes with its savepoint, so what follows reads the mailbox's counters again."""
    await anna.execute(CreateFolders(INBOX, (FolderDraft("A"), FolderDraft("B"))))
    page = (await anna.execute(FindFolders((INBOX,))))[0]
    first, second = page.folders

    async def rename(*names: str) -> Any:
        changes = tuple(
            FolderChange(f.id, name=name) for f, name in zip((first, second), names, strict=True)
        )
        return await anna.execute(UpdateFolders(changes))

    work = [rename("B", f"x{n}") for n in range(6)]
    work += [anna.execute(CreateItems((draft(str(n)),), INBOX)) for n in range(6)]
    results = await asyncio.gather(*work)
    numbers = [r[1].change for r in results[:6] if not isinstance(r[1], AlreadyExists)]
    numbers += [r[0].change for r in results[6:]]
    assert len(set(numbers)) == len(numbers) == 12


async def test_two_commands_that_wait_for_each_other_both_happen(store: Store) -> None:
    """PostgreSQL ends one of two transactions that lock in opposite order; it is begun anew."""
    if store.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits for another's lock")
    people = [await person(store, f"{name}@demo.example", name) for name in ("anna", "ben")]
    boxes = [session.principal.mailbox_id for session in people]
    begun: list[int] = []

    def locking(first: int, second: int) -> Any:
        def work(conn: Connection) -> int:
            begun.append(first)
            for id, pause in ((first, 0.3), (second, 0)):
                conn.execute(
                    text("UPDATE mailbox SET modseq = modseq + 1 WHERE id = :id"), {"id": id}
                )
                conn.execute(text("SELECT pg_sleep(:s)"), {"s": pause})
            return first

        return work

    done = await asyncio.gather(
        store.database.write(locking(*boxes), lambda _: None),
        store.database.write(locking(*reversed(boxes)), lambda _: None),
    )
    assert done == boxes
    assert len(begun) > 2, "neither was begun anew"
