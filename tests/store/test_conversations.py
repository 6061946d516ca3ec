"""Conversations that somebody keeps in one folder, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from store.commands import CheckIntegrity, CreateFolders, DeleteFolders, DeliverMail, FolderDraft
from store.commands import FolderRole as Role
from store.errors import NotFound, WrongFolderClass
from store.mime import parse
from store.model import FolderId
from store.results import SavedItem
from store.store import Session, Store
from store.submission.conversations import KeepConversation
from tests.store.helpers import INBOX, get, kept, save, subjects

pytestmark = pytest.mark.anyio

_ARCHIVE = Role("archive")


async def _arrives(store: Store, subject: str, *to: str, thread: str = "first") -> SavedItem:
    mime = f"Subject: {subject}\r\nReferences: <{thread}@x>\r\n\r\nx\r\n".encode()
    people = to or ("anna@demo.example",)
    outcomes = await store.system().execute(DeliverMail(parse(mime), people, "x@elsewhere.example"))
    return outcomes[0]


async def _conversation(store: Store, anna: Session) -> str:
    """The id of a conversation that Anna has a message of."""
    item = await get(anna, kept(await _arrives(store, "One")))
    return str(item.properties["conversation_id"])


async def _made(anna: Session, name: str, folder_class: str = "IPF.Note") -> FolderId:
    drafts = (FolderDraft(name, folder_class),)
    return (await anna.execute(CreateFolders(Role("msgfolderroot"), drafts)))[0].id


async def test_what_comes_later_follows(store: Store, anna: Session, ben: Session) -> None:
    id, projects = await _conversation(store, anna), await _made(anna, "Projects")
    assert await anna.execute(KeepConversation(id, projects)) == 1
    await _arrives(store, "Two", "anna@demo.example", "ben@demo.example")
    await _arrives(store, "Other", thread="second")
    assert await subjects(anna, projects) == ["One", "Two"]
    assert await subjects(anna, INBOX) == ["Other"] and await subjects(ben, INBOX) == ["Two"]
    assert await store.system().execute(CheckIntegrity()) == []


async def test_the_last_wish_counts_and_there_is_one(store: Store, anna: Session) -> None:
    id, projects = await _conversation(store, anna), await _made(anna, "Projects")
    for target in (projects, projects, INBOX, projects, _ARCHIVE):
        await anna.execute(KeepConversation(id, target))
        assert await subjects(anna, INBOX, hidden=True) == ["IPM.ConversationAction"]
    await _arrives(store, "Two")
    assert await subjects(anna, _ARCHIVE) == ["One", "Two"]


@pytest.mark.parametrize("how", ["hard", "soft", "to_deleted_items"])
async def test_a_folder_that_went_takes_nothing(store: Store, anna: Session, how: Any) -> None:
    id, projects = await _conversation(store, anna), await _made(anna, "Projects")
    await anna.execute(KeepConversation(id, projects))
    assert await anna.execute(DeleteFolders((projects,), how)) == [None]
    await _arrives(store, "Two")
    assert await subjects(anna, INBOX) == ["Two"]


async def test_what_takes_no_conversation(store: Store, anna: Session, ben: Session) -> None:
    id = await _conversation(store, anna)
    people = await _made(anna, "People", "IPF.Contact")
    for target in (people, Role("drafts"), Role("outbox"), Role("msgfolderroot"), Role("root"),
                   Role("recoverableitemsdeletions"), Role("calendar")):  # fmt: skip
        with pytest.raises(WrongFolderClass):
            await anna.execute(KeepConversation(id, target))
    with pytest.raises(NotFound):  # another's, and none
        await ben.execute(KeepConversation(id, _ARCHIVE))
    with pytest.raises(NotFound):
        await ben.execute(KeepConversation(id, await _made(anna, "Projects")))
    await _arrives(store, "Two")
    assert await subjects(anna, INBOX) == ["One", "Two"]


async def test_drafts_stay(store: Store, anna: Session) -> None:
    id = await _conversation(store, anna)
    mime = b"Subject: Draft\r\nReferences: <first@x>\r\n\r\nx\r\n"
    await save(anna, parse(mime), Role("drafts"))
    assert await anna.execute(KeepConversation(id, _ARCHIVE)) == 1
    assert await subjects(anna, Role("drafts")) == ["Draft"]
