"""What store tests say again and again: saving, reading and looking into folders."""

from __future__ import annotations

from typing import Any

from store.commands import (
    CreateItems,
    FetchFolders,
    FetchItems,
    FindItems,
    FolderRef,
    FolderRole,
    ItemChange,
    UpdateItems,
    Want,
)
from store.errors import StoreError
from store.model import Folder, FolderId, Item, ItemDraft, ItemId
from store.results import SavedItem
from store.store import Session

ALL = Want(body=True, mime=True, attachments=True, headers=True)
INBOX = FolderRole("inbox")


def refusal(result: Any, kind: type[StoreError]) -> StoreError:
    """The error that one element of a batch met."""
    assert type(result) is kind, result
    return result


def kept(saved: SavedItem) -> ItemId:
    """The id of an item that was kept."""
    assert isinstance(saved, SavedItem), saved
    assert saved.id is not None
    return saved.id


async def save(
    session: Session, draft: ItemDraft | str, folder: FolderRef | None = INBOX
) -> SavedItem:
    """A new item; text stands for a message with that subject."""
    if isinstance(draft, str):
        draft = ItemDraft(properties={"subject": draft})
    result = (await session.execute(CreateItems((draft,), folder)))[0]
    assert isinstance(result, SavedItem), result
    return result


async def get(session: Session, id: ItemId) -> Item:
    """An item with all its parts."""
    result = (await session.execute(FetchItems((id,), ALL)))[0]
    assert isinstance(result, Item), result
    return result


async def change(session: Session, id: ItemId, *, number: int | None = None, **what: Any) -> Any:
    """Change an item whatever happened to it meanwhile, unless a change number is given."""
    resolution = "always_overwrite" if number is None else "never_overwrite"
    command = UpdateItems((ItemChange(id, change=number, **what),), resolution=resolution)
    return (await session.execute(command))[0]


async def subjects(session: Session, folder: FolderRef, *, hidden: bool = False) -> list[str]:
    """Subjects of a folder's items, sorted."""
    command = FindItems((folder,), ("subject",), associated=hidden)
    page = (await session.execute(command))[0]
    assert not isinstance(page, StoreError), page
    return sorted(row[5] or "" for row in page.rows)


async def folder(session: Session, ref: FolderRef, *, permissions: bool = False) -> Folder:
    """A folder as it is now."""
    result = (await session.execute(FetchFolders((ref,), permissions=permissions)))[0]
    assert isinstance(result, Folder), result
    return result


async def id_of(session: Session, role: str) -> FolderId:
    """The id of a distinguished folder."""
    return (await folder(session, FolderRole(role))).id
