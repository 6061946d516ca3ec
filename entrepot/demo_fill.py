"""Filling the demo's mailboxes, through the store's own commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from entrepot.demo_items import items
from entrepot.demo_mail import Person, Placed, messages
from store.commands import CreateFolders, CreateItems, FolderDraft, FolderRef, FolderRole
from store.errors import StoreError
from store.mime.parse import parse
from store.model import ItemDraft
from store.store import Session, Store

_ROLES = frozenset({"inbox", "sentitems", "drafts", "deleteditems", "junkemail"})


async def fill(store: Store, people: tuple[Person, Person], shared: str, now: datetime) -> None:
    """Put mail, contacts, appointments, tasks and notes into the mailboxes of two people.

    ``shared`` names a mailbox that gets a few of the messages, empty for none.
    """
    session = store.system("demo")
    placed = messages(people, now.replace(minute=0, second=0, microsecond=0))
    by_folder: dict[tuple[str, str], list[ItemDraft]] = {}
    for one in placed:
        by_folder.setdefault((one.owner, one.folder), []).append(_draft(one))
    for (owner, folder), drafts in by_folder.items():
        await _save(session, await _folder(session, owner, folder), drafts)
    for owner, role, draft in items(people, now):
        await _save(session, FolderRole(role, owner), [draft])
    if shared:
        inbox = [
            draft
            for (_, folder), drafts in by_folder.items()
            if folder == "inbox"
            for draft in drafts
        ]
        await _save(session, FolderRole("inbox", shared), inbox[:6])


def _draft(placed: Placed) -> ItemDraft:
    draft = parse(placed.mime)
    properties = {**draft.properties, **placed.marks}
    if "is_draft" not in placed.marks:
        properties.setdefault("received", properties.get("sent"))
        properties["is_draft"] = False
    return msgspec.structs.replace(draft, properties=properties)


async def _folder(session: Session, owner: str, folder: str) -> FolderRef:
    if folder in _ROLES:
        return FolderRole(folder, owner)
    ref: FolderRef = FolderRole("inbox", owner)
    for name in folder.split("/"):
        made = await session.execute(CreateFolders(ref, (FolderDraft(name),), existing=True))
        ref = _checked(made)[0].id
    return ref


async def _save(session: Session, folder: FolderRef, drafts: list[ItemDraft]) -> None:
    _checked(await session.execute(CreateItems(tuple(drafts), folder=folder)))


def _checked(results: Iterable[Any]) -> list[Any]:
    results = list(results)
    for result in results:
        if isinstance(result, StoreError):
            raise result
    return results
