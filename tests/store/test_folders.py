"""Folders: made, renamed, moved, copied, emptied, deleted, and who may do what in them."""

from __future__ import annotations

from typing import Any

import pytest

from store.commands import (
    CheckIntegrity,
    CopyFolders,
    CreateFolders,
    CreateItems,
    DeleteFolders,
    DeleteItems,
    EmptyFolders,
    FetchFolders,
    FetchItems,
    FindFolders,
    FindItems,
    FolderChange,
    FolderDraft,
    FolderRole,
    ItemChange,
    MoveFolders,
    UpdateFolders,
    UpdateItems,
)
from store.errors import (
    AccessDenied,
    AlreadyExists,
    DuplicateUser,
    IntoItself,
    InvalidPermission,
    InvalidValue,
    NotFound,
    NotSupported,
    ProtectedFolder,
    StoreError,
    TooMany,
)
from store.limits import Limits
from store.model import Folder, FolderId, ItemDraft, Permission
from store.results import SavedItem
from store.rights import LEVELS, Right
from store.store import Session, Store
from tests.store.conftest import Engine
from tests.store.helpers import INBOX, folder, id_of, kept, refusal, save, subjects

pytestmark = pytest.mark.anyio

BIN = FolderRole("deleteditems")


async def make(session: Session, name: str, parent: Any = INBOX, **more: Any) -> Folder:
    result = (await session.execute(CreateFolders(parent, (FolderDraft(name, **more),))))[0]
    assert isinstance(result, Folder), result
    return result


async def names(session: Session, parent: Any) -> list[str]:
    page = (await session.execute(FindFolders((parent,))))[0]
    return [f.name for f in page.folders]


async def test_folders_are_found_by_name_in_order(anna: Session) -> None:
    for name in ("beta", "Alpha", "Delta", "gamma"):
        await make(anna, name)
    assert await names(anna, INBOX) == ["Alpha", "beta", "Delta", "gamma"]
    assert (await folder(anna, INBOX)).child_count == 4


async def test_a_name_is_taken_whatever_its_case(anna: Session) -> None:
    await make(anna, "Plans")
    drafts = (FolderDraft("PLANS"), FolderDraft("Other"), FolderDraft(" "), FolderDraft("x" * 256))
    results = await anna.execute(CreateFolders(INBOX, drafts))
    refusal(results[0], AlreadyExists)
    assert isinstance(results[1], Folder)
    assert [refusal(r, InvalidValue).where for r in results[2:]] == ["name", "name"]
    again = await anna.execute(CreateFolders(INBOX, (FolderDraft("plans"),), existing=True))
    assert again[0].name == "Plans"


async def test_a_rename_keeps_the_id_and_may_change_case(anna: Session) -> None:
    made = await make(anna, "Plans")
    await make(anna, "Other")

    async def rename(name: str) -> Any:
        return (await anna.execute(UpdateFolders((FolderChange(made.id, name=name),))))[0]

    assert (await rename("PLANS")).id == made.id
    refusal(await rename("other"), AlreadyExists)
    assert (await folder(anna, made.id)).name == "PLANS"


async def test_properties_of_folders(anna: Session) -> None:
    made = await make(anna, "Plans", properties={"comment": "x"}, extended={"0x8001:Integer": 1})
    change = FolderChange(made.id, set={"x:0x8002:Integer": 2}, unset=("x:0x8001:Integer",))
    changed = (await anna.execute(UpdateFolders((change,))))[0]
    assert changed.extended == {"0x8002:Integer": 2}
    assert changed.properties["comment"] == "x"
    assert changed.change > made.change


async def test_distinguished_folders_are_protected(anna: Session) -> None:
    for role in ("inbox", "sentitems", "msgfolderroot", "root"):
        ref = FolderRole(role)
        refusal((await anna.execute(DeleteFolders((ref,), "hard")))[0], ProtectedFolder)
        refusal((await anna.execute(MoveFolders((ref,), BIN)))[0], ProtectedFolder)
    root = FolderChange(FolderRole("msgfolderroot"), name="Mine")
    refusal((await anna.execute(UpdateFolders((root,))))[0], ProtectedFolder)


async def test_a_move_keeps_the_id_and_takes_all_below_along(anna: Session) -> None:
    outer = await make(anna, "Outer")
    inner = await make(anna, "Inner", outer.id)
    await save(anna, "Plan", inner.id)
    refusal((await anna.execute(MoveFolders((outer.id,), inner.id)))[0], IntoItself)
    refusal((await anna.execute(MoveFolders((outer.id,), outer.id)))[0], IntoItself)
    moved = (await anna.execute(MoveFolders((outer.id,), FolderRole("sentitems"))))[0]
    assert moved.id == outer.id and moved.parent == await id_of(anna, "sentitems")
    assert await subjects(anna, inner.id) == ["Plan"]
    await make(anna, "outer")
    back = (await anna.execute(MoveFolders((outer.id,), INBOX)))[0]
    refusal(back, AlreadyExists)


async def test_a_copy_has_new_ids_and_its_own_items(anna: Session, store: Store) -> None:
    outer = await make(anna, "Outer")
    inner = await make(anna, "Inner", outer.id)
    await save(anna, "Plan", inner.id)
    refusal((await anna.execute(CopyFolders((outer.id,), inner.id)))[0], IntoItself)
    copy = (await anna.execute(CopyFolders((outer.id,), BIN)))[0]
    page = (await anna.execute(FindFolders((copy.id,))))[0]
    assert [f.name for f in page.folders] == ["Inner"] and page.folders[0].id != inner.id
    await anna.execute(DeleteFolders((outer.id,), "hard"))
    assert await subjects(anna, page.folders[0].id) == ["Plan"]
    assert await store.system().execute(CheckIntegrity()) == []


async def test_deleted_to_the_bin_a_folder_keeps_its_id_and_finds_a_free_name(
    anna: Session,
) -> None:
    for _ in range(2):
        made = await make(anna, "Plans")
        await save(anna, "Plan", made.id)
        assert await anna.execute(DeleteFolders((made.id,), "to_deleted_items")) == [None]
        assert (await folder(anna, made.id)).parent == await id_of(anna, "deleteditems")
        assert await subjects(anna, made.id) == ["Plan"]
    assert len(set(await names(anna, BIN))) == 2
    assert await anna.execute(DeleteFolders((made.id,), "to_deleted_items")) == [None]
    refusal((await anna.execute(FetchFolders((made.id,))))[0], NotFound)


async def test_a_soft_delete_keeps_the_items_in_the_dumpster(anna: Session) -> None:
    made = await make(anna, "Plans")
    await save(anna, "Plan", made.id)
    await anna.execute(DeleteFolders((made.id,), "soft"))
    refusal((await anna.execute(FetchFolders((made.id,))))[0], NotFound)
    assert await subjects(anna, FolderRole("recoverableitemsdeletions")) == ["Plan"]


@pytest.mark.parametrize("subfolders", [False, True])
async def test_emptying(anna: Session, *, subfolders: bool) -> None:
    made = await make(anna, "Plans")
    inner = await make(anna, "Inner", made.id)
    await save(anna, "Plan", made.id)
    await save(anna, "Deep", inner.id)
    assert await anna.execute(EmptyFolders((made.id,), "to_deleted_items", subfolders)) == [None]
    assert await subjects(anna, made.id) == []
    assert await subjects(anna, BIN) == ["Plan"]
    assert await names(anna, made.id) == ([] if subfolders else ["Inner"])
    assert await subjects(anna, inner.id) == ["Deep"]  # in the bin, inside its folder
    root = await anna.execute(EmptyFolders((FolderRole("msgfolderroot"),), "hard"))
    refusal(root[0], NotSupported)


async def test_depth_and_number_are_bounded(engine: Engine, tmp_path: Any) -> None:
    limits = Limits(folder_depth_max=4, folders_max=60)
    store = await Store.open(engine.fresh(tmp_path), limits=limits)
    from tests.store.conftest import person

    anna = await person(store, "anna@demo.example", "Anna Berg")
    parent: Any = INBOX
    with pytest.raises(TooMany):
        for n in range(9):
            parent = (await make(anna, f"f{n}", parent)).id
    drafts = tuple(FolderDraft(f"n{n}") for n in range(60))
    results = await anna.execute(CreateFolders(INBOX, drafts))
    assert isinstance(results[0], Folder)
    refusal(results[-1], TooMany)
    await store.close()


async def test_unknown_parents_play_their_part(anna: Session) -> None:
    gone = FolderId((await id_of(anna, "inbox")).mailbox_id, 99_999)
    made = await make(anna, "Plans")
    for command, role in (
        (CreateFolders(gone, (FolderDraft("x"),)), "parent"),
        (MoveFolders((made.id,), gone), "target"),
    ):
        with pytest.raises(NotFound) as caught:
            await anna.execute(command)
        assert caught.value.role == role
    result = (await anna.execute(CreateItems((ItemDraft(),), gone)))[0]
    assert refusal(result, NotFound).role == "saved"


# -- permissions -------------------------------------------------------------------------------

BEN = "ben@demo.example"


async def share(anna: Session, level: str, place: Any = INBOX) -> None:
    entries = (
        Permission("default", 0),
        Permission("anonymous", 0),
        Permission("account", int(LEVELS[level]), address=BEN),
    )
    result = (await anna.execute(UpdateFolders((FolderChange(place, permissions=entries),))))[0]
    assert isinstance(result, Folder), result


def outcome(result: Any) -> str:
    """``yes``, ``denied`` or ``hidden``."""
    if isinstance(result, AccessDenied):
        return "denied"
    if isinstance(result, NotFound):
        return "hidden"
    assert not isinstance(result, StoreError), result
    return "yes"


@pytest.mark.parametrize(
    ("level", "sees", "finds", "creates", "edits_own", "edits_other", "deletes_other", "subfolder"),
    [
        ("None", "no", "no", "no", "no", "no", "no", "no"),
        ("Contributor", "yes", "no", "yes", "no", "no", "no", "no"),
        ("Reviewer", "yes", "yes", "no", "no", "no", "no", "no"),
        ("NoneditingAuthor", "yes", "yes", "yes", "no", "no", "no", "no"),
        ("Author", "yes", "yes", "yes", "yes", "no", "no", "no"),
        ("PublishingAuthor", "yes", "yes", "yes", "yes", "no", "no", "yes"),
        ("Editor", "yes", "yes", "yes", "yes", "yes", "yes", "no"),
        ("PublishingEditor", "yes", "yes", "yes", "yes", "yes", "yes", "yes"),
        ("Owner", "yes", "yes", "yes", "yes", "yes", "yes", "yes"),
    ],
)
async def test_levels_as_the_second_person_meets_them(
    anna: Session,
    ben: Session,
    level: str,
    sees: str,
    finds: str,
    creates: str,
    edits_own: str,
    edits_other: str,
    deletes_other: str,
    subfolder: str,
) -> None:
    others = kept(await save(anna, "Anna's"))
    await share(anna, level)
    place = await id_of(anna, "inbox")

    async def can(command: Any) -> str:
        try:
            result = await ben.execute(command)
        except StoreError as error:
            result = error
        if isinstance(result, list):
            result = result[0]
        return "yes" if outcome(result) == "yes" else "no"

    rename = {"set": {"subject": "Ben's"}}
    assert await can(FetchFolders((place,))) == sees
    assert await can(FindItems((place,))) == finds
    assert await can(FetchItems((others,))) == finds
    made = (await ben.execute(CreateItems((ItemDraft(),), place)))[0]
    assert ("yes" if isinstance(made, SavedItem) else "no") == creates
    assert await can(CreateFolders(place, (FolderDraft("Sub"),))) == subfolder
    for id, expected in ((made.id if creates == "yes" else None, edits_own), (others, edits_other)):
        if id is not None:
            changes = (ItemChange(id, **rename),)
            assert await can(UpdateItems(changes, resolution="always_overwrite")) == expected
    assert await can(DeleteItems((others,), "hard")) == deletes_other


async def test_what_one_may_not_see_is_not_there(anna: Session, ben: Session) -> None:
    id = kept(await save(anna, "Anna's"))
    place = await id_of(anna, "inbox")
    refusal((await ben.execute(FetchItems((id,))))[0], NotFound)
    refusal((await ben.execute(FetchFolders((place,))))[0], NotFound)
    await share(anna, "Reviewer")
    refusal((await ben.execute(CreateItems((ItemDraft(),), place)))[0], AccessDenied)
    refusal((await ben.execute(DeleteItems((id,), "hard")))[0], AccessDenied)
    refusal((await ben.execute(UpdateFolders((FolderChange(place, name="x"),))))[0], AccessDenied)
    assert Right((await folder(ben, place)).rights) == LEVELS["Reviewer"]


async def test_new_folders_inherit_and_may_differ(anna: Session, ben: Session) -> None:
    await share(anna, "Author")
    inner = await make(anna, "Inner")
    assert Right((await folder(ben, inner.id)).rights) == LEVELS["Author"]
    await share(anna, "Reviewer", inner.id)
    assert Right((await folder(ben, inner.id)).rights) == LEVELS["Reviewer"]
    assert Right((await folder(ben, await id_of(anna, "inbox"))).rights) == LEVELS["Author"]


async def test_permission_sets_name_each_person_once_and_only_known_ones(
    anna: Session, ben: Session
) -> None:
    twice = (Permission("account", 1, address=BEN), Permission("account", 2, address=BEN.upper()))
    unknown = (Permission("account", 1, address="nobody@demo.example"),)
    for entries, kind in ((twice, DuplicateUser), (unknown, InvalidPermission)):
        change = FolderChange(INBOX, permissions=entries)
        refusal((await anna.execute(UpdateFolders((change,))))[0], kind)
    shown = (await folder(anna, INBOX, permissions=True)).permissions or ()
    assert [p.subject for p in shown] == ["default", "anonymous"]
    await share(anna, "Editor")
    shown = (await folder(anna, INBOX, permissions=True)).permissions or ()
    assert [(p.subject, p.address) for p in shown][2:] == [("account", BEN)]
