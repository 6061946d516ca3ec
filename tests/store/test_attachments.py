"""Attachments: files, items, attachments inside attachments."""

from __future__ import annotations

from typing import Any

import pytest

from store.commands import (
    CheckIntegrity,
    CreateAttachments,
    DeleteAttachments,
    FetchAttachments,
    FetchItems,
)
from store.errors import Conflict, InvalidValue, NotFound, TooMany
from store.model import AttachmentDraft, AttachmentId, Body, ItemDraft, ItemId
from store.results import LoadedAttachment, SavedAttachment, SavedItem
from store.store import Session, Store
from tests.store.helpers import get, kept, refusal, save

pytestmark = pytest.mark.anyio

NOTE = AttachmentDraft("file", "note.txt", "text/plain", content=b"text")


async def attach(
    session: Session, parent: ItemId | AttachmentId, *drafts: AttachmentDraft, **more: Any
) -> list[SavedAttachment]:
    return await session.execute(CreateAttachments(parent, drafts, **more))


async def load(session: Session, id: AttachmentId) -> AttachmentDraft:
    result = (await session.execute(FetchAttachments((id,))))[0]
    assert isinstance(result, LoadedAttachment), result
    return result.draft


async def test_a_file_comes_back_byte_for_byte(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    photo = AttachmentDraft(
        "file", "p.png", "image/png", "cid1", "loc", is_inline=True, content=bytes(range(256))
    )
    saved = await attach(anna, id, NOTE, photo)
    assert (await load(anna, saved[1].id)) == photo
    item = await get(anna, id)
    assert [a.name for a in item.attachments or ()] == ["note.txt", "p.png"]
    assert [a.size for a in item.attachments or ()] == [4, 256]


async def test_the_root_gets_a_new_change_number_and_knows_that_it_has_attachments(
    anna: Session,
) -> None:
    saved = await save(anna, "Plan")
    id = kept(saved)
    first = (await attach(anna, id, NOTE))[0]
    item = await get(anna, id)
    assert saved.change < first.change == item.change
    assert item.properties["has_attachments"] is True
    removed = (await anna.execute(DeleteAttachments((first.id,))))[0]
    item = await get(anna, id)
    assert isinstance(removed, SavedItem) and first.change < removed.change == item.change
    assert not item.properties["has_attachments"] and item.attachments == ()


async def test_inline_images_alone_are_no_attachments(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    await attach(anna, id, AttachmentDraft("file", "p", is_inline=True, content=b"x"))
    assert not (await get(anna, id)).properties["has_attachments"]


async def test_a_stale_change_number_attaches_nothing(anna: Session) -> None:
    saved = await save(anna, "Plan")
    await attach(anna, kept(saved), NOTE, change=saved.change)
    with pytest.raises(Conflict):
        await attach(anna, kept(saved), NOTE, change=saved.change)
    assert len((await get(anna, kept(saved))).attachments or ()) == 1


async def test_an_item_is_attached_whole(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    inner = ItemDraft(properties={"subject": "Inner"}, body=Body(text="b"), attachments=(NOTE,))
    saved = (await attach(anna, id, AttachmentDraft("item", "Inner", item=inner)))[0]
    loaded = await load(anna, saved.id)
    assert loaded.item is not None
    assert loaded.item.properties["subject"] == "Inner"
    assert (await load(anna, AttachmentId(id, (*saved.id.path, 1)))) == NOTE


async def test_attachments_of_attachments(anna: Session, store: Store) -> None:
    id = kept(await save(anna, "Plan"))
    inner = ItemDraft(properties={"subject": "Inner"})
    outer = (await attach(anna, id, AttachmentDraft("item", "Inner", item=inner)))[0]
    nested = await attach(anna, outer.id, NOTE, AttachmentDraft("item", "Deep", item=inner))
    assert [n.root for n in nested] == [id, id]
    assert nested[0].change == (await get(anna, id)).change
    deep = (await attach(anna, nested[1].id, NOTE))[0]
    assert deep.id == AttachmentId(id, (1, 2, 1))
    assert (await load(anna, deep.id)) == NOTE
    assert (await load(anna, outer.id)).item is not None  # its id still works
    assert isinstance((await anna.execute(DeleteAttachments((deep.id,))))[0], SavedItem)
    refusal((await anna.execute(FetchAttachments((deep.id,))))[0], NotFound)
    assert await store.system().execute(CheckIntegrity()) == []


async def test_nothing_is_attached_to_a_file_nor_too_deep(anna: Session) -> None:
    id = kept(await save(anna, "Plan"))
    file = (await attach(anna, id, NOTE))[0]
    with pytest.raises(InvalidValue) as caught:
        await attach(anna, file.id, NOTE)
    assert caught.value.role == "item_attachment"
    with pytest.raises(TooMany):
        await attach(anna, AttachmentId(id, (1,) * 10), NOTE)


async def test_ids_of_what_is_not_there(anna: Session, ben: Session) -> None:
    id = kept(await save(anna, "Plan"))
    saved = (await attach(anna, id, NOTE))[0]
    for wrong in (AttachmentId(id, (9,)), AttachmentId(id, (1, 1)), AttachmentId(id, (1, 9, 9))):
        refusal((await anna.execute(FetchAttachments((wrong,))))[0], NotFound)
    for wrong in (AttachmentId(id, (9,)), AttachmentId(id, (9, 1))):
        refusal((await anna.execute(DeleteAttachments((wrong,))))[0], NotFound)
    for command in (FetchAttachments((saved.id,)), DeleteAttachments((saved.id,))):
        refusal((await ben.execute(command))[0], NotFound)
    refusal((await ben.execute(FetchItems((id,))))[0], NotFound)
    assert len((await get(anna, id)).attachments or ()) == 1
