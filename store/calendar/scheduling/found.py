"""Finding the calendar item that a meeting message is about, and changing it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select

from store import tables
from store.calendar.exceptions import occurrence_in
from store.calendar.occurrences import Series, is_master
from store.commands import ItemChange, Want
from store.errors import NotFound, StoreError
from store.executor import Tx, WriteTx
from store.instant import Instant
from store.items.change import edit_of, editable
from store.items.fetch import as_occurrence, load_draft, load_items
from store.items.rows import item_rows, permitted
from store.model import AttachmentDraft, Body, ItemId, Properties
from store.record import properties_of
from store.rights import READ_OWNED, Right

_item, _folder = tables.item, tables.folder
# What lies there is no meeting of anybody's any more.
BINS = ("deleteditems", "recoverableitemsdeletions", "recoverableitemspurges", "junkemail")
_WITH_UID = (
    select(_item)
    .where(
        _item.c.mailbox_id == bindparam("mailbox_id"),
        _item.c.uid == bindparam("uid"),
        _item.c.kind == bindparam("kind"),
        _item.c.is_associated.is_(False),
    )
    .order_by(_item.c.id)
    .limit(100)
)
_BY_UID = _WITH_UID.join(
    _folder,
    and_(_folder.c.mailbox_id == _item.c.mailbox_id, _folder.c.id == _item.c.folder_id),
).where(_folder.c.role.is_(None) | _folder.c.role.not_in(BINS))


class Found(msgspec.Struct, frozen=True):
    """A calendar item: its row, its properties; ``original``: the occurrence of it that is meant
    (empty: the whole)."""

    row: Any
    properties: Properties
    original: Instant = ""

    @property
    def id(self) -> ItemId:
        return ItemId(self.row.mailbox_id, self.row.id, self.original)


def rows_of_uid(
    tx: Tx, mailbox_id: int, uid: str, kind: str = "calendar", *, with_bins: bool = False
) -> list[Any]:
    """The items of a kind that have a UID; ``with_bins``: those too that lie in a bin."""
    if not uid:
        return []
    keys = {"mailbox_id": mailbox_id, "uid": uid, "kind": kind}
    return list(tx.conn.execute(_WITH_UID if with_bins else _BY_UID, keys).all())


def find_meeting(tx: Tx, mailbox_id: int, uid: str, original: Instant = "") -> Found | None:
    """The calendar item of a UID, or the occurrence of it that was to start at ``original``.

    Who was invited to single occurrences alone has an item for each. An occurrence that was
    deleted is not found; its series, asked for with ``original``, is not given in its place.
    """
    rows = rows_of_uid(tx, mailbox_id, uid)
    found = [(row, properties_of(row)[0]) for row in rows]
    if original:
        for row, properties in found:
            if properties.get("recurrence_id") == original and not is_master(properties):
                return Found(row, properties)
        for row, properties in found:
            if is_master(properties):
                return _occurrence(row, properties, original)
        return None
    for row, properties in found:
        if is_master(properties) or not properties.get("recurrence_id"):
            return Found(row, properties)
    return None


def _occurrence(row: Any, properties: Properties, original: Instant) -> Found | None:
    series = Series(properties)
    near = series.near(original)
    try:
        _, found = occurrence_in(properties, near.original if near is not None else original)
    except NotFound:
        return None
    return Found(row, series.properties_of(found), found.original)


def found_again(tx: Tx, found: Found) -> Found:
    """What was found, as it is after a change of it."""
    row = item_rows(tx, found.row.mailbox_id, [found.row.id])[found.row.id]
    return _found_in(row, found.original)


def _found_in(row: Any, original: Instant) -> Found:
    properties = properties_of(row)[0]
    if not original:
        return Found(row, properties)
    series, occurrence = occurrence_in(properties, original)
    return Found(row, series.properties_of(occurrence), original)


def change_found(
    tx: WriteTx,
    found: Found,
    set: Properties,
    unset: tuple[str, ...] = (),
    body: Body | None = None,
) -> int:
    """Change a calendar item that was found; its new change number. Rights were checked."""
    change = ItemChange(found.id, set=set, unset=unset, body=body)
    return edit_of(tx, found.row, change).write()


def read_found(tx: WriteTx, id: ItemId) -> Found:
    """A calendar item or occurrence as it is now. Raises NotFound, AccessDenied."""
    row = editable(tx, [id])[0]
    if isinstance(row, StoreError):
        raise row
    return _found_in(row, id.original)


def row_of(tx: Tx, item: ItemId) -> Any:
    """The row of an item that the asker may read. Raises NotFound, AccessDenied."""
    row = permitted(tx, [item], Right.READ_ALL, owned=READ_OWNED, occurrences=True)[0]
    if isinstance(row, StoreError):
        raise row
    return row


def meant(row: Any, item: ItemId, occurrence: Instant) -> ItemId:
    """The item, or the occurrence of it that is meant: devices know its time, or nearly so."""
    if not occurrence or item.original:
        return item
    properties = properties_of(row)[0]
    near = Series(properties).near(occurrence) if is_master(properties) else None
    return msgspec.structs.replace(item, original=near.original if near is not None else occurrence)


def content_of(tx: Tx, found: Found) -> tuple[Body, tuple[AttachmentDraft, ...]]:
    """Body and attachments of a calendar item or occurrence."""
    if not found.original:
        draft = load_draft(tx, found.row)
        return draft.body, tuple(a for a in draft.attachments if "original" not in a.properties)
    item = load_items(tx, [found.row], Want(body=True))[0]
    if isinstance(item, StoreError):
        raise item
    attachments = load_draft(tx, found.row).attachments
    return as_occurrence(item, found.original).body or Body(), tuple(
        a for a in attachments if a.properties.get("original", found.original) == found.original
    )
