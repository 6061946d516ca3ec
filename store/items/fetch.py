"""Reading items and attachments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row

from store import blobs
from store.calendar.exceptions import occurrence_in
from store.calendar.occurrences import body_of, extended_of
from store.calendar.private import as_others_see
from store.commands import FetchAttachments, FetchItems, Want
from store.errors import Damaged, NotFound, StoreError
from store.executor import Tx, reads
from store.instant import Instant
from store.items.insert import attachment_of
from store.items.rows import attachment_rows, content_rows, permitted
from store.model import (
    Attachment,
    AttachmentDraft,
    AttachmentId,
    Body,
    FolderId,
    Item,
    ItemDraft,
    ItemId,
)
from store.record import decode_record, properties_of
from store.results import LoadedAttachment
from store.rights import READ_OWNED, Right

_decode_draft = msgspec.msgpack.Decoder(ItemDraft).decode

_log = structlog.get_logger("store")


_FEW = 4


@reads(FetchItems, small=lambda command: len(command.items) <= _FEW and not command.want.mime)
def fetch_items(tx: Tx, command: FetchItems) -> list[Item | StoreError]:
    """Items in the order asked for, with the parts wanted."""
    rows = permitted(
        tx, command.items, Right.READ_ALL, owned=READ_OWNED, occurrences=True, private=True
    )
    items = load_items(tx, rows, command.want, [item.original for item in command.items])
    return [_shown(tx, item) for item in items]


def _shown(tx: Tx, item: Item | StoreError) -> Item | StoreError:
    if isinstance(item, StoreError) or tx.access.sees_private(item.id.mailbox_id):
        return item
    return as_others_see(item)


def load_items(
    tx: Tx,
    rows: Sequence[Row[Any] | StoreError],
    want: Want,
    originals: Sequence[Instant] = (),
) -> list[Item | StoreError]:
    """Turn rows into items; all costly parts of a mailbox's items in one statement each.

    ``originals``: for each row the occurrence that is meant, empty for the item itself.
    """
    parts: dict[int, _Parts] = {}
    for mailbox_id in {row.mailbox_id for row in rows if not isinstance(row, StoreError)}:
        ids = [r.id for r in rows if not isinstance(r, StoreError) and r.mailbox_id == mailbox_id]
        parts[mailbox_id] = _Parts(tx, mailbox_id, ids, want)
    return [
        row if isinstance(row, StoreError) else _item(tx, row, parts[row.mailbox_id], original)
        for row, original in zip(rows, originals or ("",) * len(rows), strict=True)
    ]


def _item(tx: Tx, row: Row[Any], parts: _Parts, original: Instant) -> Item | StoreError:
    """One item; what is damaged is that item's error alone (lesson 13)."""
    try:
        item = parts.item(tx, row)
        return as_occurrence(item, original) if original else item
    except NotFound as error:
        return error
    except Damaged as error:
        _log.error("damaged item", mailbox=row.mailbox_id, item=row.id, exc_info=error)
        return error


class _Parts:
    """Content, blobs and attachments of some items of one mailbox."""

    def __init__(self, tx: Tx, mailbox_id: int, ids: Sequence[int], want: Want) -> None:
        self._want = want
        has_content = want.body or want.mime or want.headers
        self._contents = content_rows(tx, mailbox_id, ids) if has_content else {}
        self._attachments = attachment_rows(tx, mailbox_id, ids) if want.attachments else {}
        hashes: list[str] = []
        for content in self._contents.values():
            if want.body:
                hashes.append(content.html)
            if want.mime:
                hashes.append(content.mime)
        self._blobs = blobs.load(tx.conn, mailbox_id, hashes)

    def item(self, tx: Tx, row: Row[Any]) -> Item:
        properties, extended = properties_of(row)
        content = self._contents.get(row.id)
        id = ItemId(row.mailbox_id, row.id)
        return Item(
            id=id,
            change=row.seq,
            folder=FolderId(row.mailbox_id, row.folder_id),
            item_class=row.item_class,
            kind=row.kind,
            is_associated=row.is_associated,
            properties=properties,
            extended=extended,
            immutable_id=row.immutable_id,
            body=self._body(content) if self._want.body else None,
            attachments=self._listed(id) if self._want.attachments else None,
            mime=self._blobs.get(content.mime) if self._want.mime and content else None,
            headers=content.headers if self._want.headers and content else None,
            rights=int(tx.access.rights(row.mailbox_id, row.folder_id)),
            views_private=tx.access.sees_private(row.mailbox_id),
        )

    def _body(self, content: Row[Any] | None) -> Body:
        if content is None:
            return Body()
        html = self._blobs[content.html].decode("utf-8") if content.html else None
        return Body(html=html, text=content.text if content.has_text or html is None else None)

    def _listed(self, id: ItemId) -> tuple[Attachment, ...]:
        rows = self._attachments.get(id.id, ())
        return tuple(attachment_of(id, row.id, row) for row in rows)


def as_occurrence(item: Item, original: Instant) -> Item:
    """One occurrence of a series, out of the series. Raises NotFound."""
    series, occurrence = occurrence_in(item.properties, original)
    attachments = item.attachments
    if attachments is not None:
        attachments = tuple(
            a for a in attachments if a.properties.get("original", original) == original
        )
    return msgspec.structs.replace(
        item,
        id=msgspec.structs.replace(item.id, original=original),
        properties=series.properties_of(occurrence),
        extended=extended_of(occurrence, item.extended),
        body=body_of(occurrence, item.body) if item.body is not None else None,
        attachments=attachments,
        mime=None,
    )


def load_draft(tx: Tx, row: Row[Any]) -> ItemDraft:
    """An item with everything, as it would be made anew: for sending, copying out, MIME."""
    want = Want(body=True, mime=True, headers=True)
    item = load_items(tx, [row], want)[0]
    if isinstance(item, StoreError):
        raise item
    attachments = attachment_rows(tx, row.mailbox_id, [row.id]).get(row.id, [])
    contents = blobs.load(tx.conn, row.mailbox_id, [attachment.blob for attachment in attachments])
    return ItemDraft(
        item_class=item.item_class,
        properties=item.properties,
        extended=item.extended,
        body=item.body or Body(),
        attachments=tuple(
            attachment_draft(attachment, contents.get(attachment.blob, b""))
            for attachment in attachments
        ),
        mime=item.mime,
        headers=item.headers or "",
    )


def attachment_draft(row: Any, data: bytes) -> AttachmentDraft:
    """An attachment with its content, from its row and the content of its blob."""
    is_item = row.kind == "item"
    return AttachmentDraft(
        kind=row.kind,
        name=row.name,
        content_type=row.content_type,
        content_id=row.content_id,
        content_location=row.content_location,
        is_inline=row.is_inline,
        is_contact_photo=row.is_contact_photo,
        content=None if is_item else data,
        item=_decode_draft(data) if is_item else None,
        properties=decode_record(row.record)[0],
    )


@reads(FetchAttachments)
def fetch_attachments(tx: Tx, command: FetchAttachments) -> list[LoadedAttachment | StoreError]:
    """Attachments in the order asked for."""
    roots = permitted(
        tx,
        [attachment.item for attachment in command.attachments],
        Right.READ_ALL,
        Right.VISIBLE,
    )
    results: list[LoadedAttachment | StoreError] = []
    for attachment, root in zip(command.attachments, roots, strict=True):
        try:
            if isinstance(root, StoreError):
                raise _gone()
            results.append(load_attachment(tx, root, attachment))
        except StoreError as error:
            results.append(error)
    return results


def load_attachment(tx: Tx, root: Row[Any], id: AttachmentId) -> LoadedAttachment:
    """One attachment, through item attachments where its path leads through them.

    Raises NotFound.
    """
    rows = attachment_rows(tx, root.mailbox_id, [root.id]).get(root.id, [])
    row = next((row for row in rows if row.id == id.path[0]), None)
    if row is None:
        raise _gone()
    data = blobs.load(tx.conn, root.mailbox_id, [row.blob]).get(row.blob, b"")
    draft = attachment_draft(row, data)
    listed = attachment_of(id.item, row.id, row)
    for step in id.path[1:]:
        inner = draft.item.attachments if draft.item else ()
        if not 1 <= step <= len(inner):
            raise _gone()
        draft = inner[step - 1]
        listed = embedded(draft, id, listed.modified)
    return LoadedAttachment(msgspec.structs.replace(listed, id=id), draft)


def embedded(draft: AttachmentDraft, id: AttachmentId, modified: str) -> Attachment:
    """How an attachment inside an item attachment is listed."""
    inner = draft.item
    size = len(draft.content or b"")
    if inner is not None:
        size = len(inner.mime or b"") or len(msgspec.msgpack.encode(inner))
    return Attachment(
        id=id,
        kind=draft.kind,
        name=draft.name,
        content_type=draft.content_type,
        content_id=draft.content_id,
        content_location=draft.content_location,
        is_inline=draft.is_inline,
        is_contact_photo=draft.is_contact_photo,
        size=size,
        modified=modified,
        properties=draft.properties,
    )


def _gone() -> NotFound:
    return NotFound("the attachment was not found", role="attachment")
