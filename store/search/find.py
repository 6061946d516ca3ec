"""FindItems: which rows of which items, page by page (MS-OXWSSRCH 3.1.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import Connection

from store.commands import FindItems
from store.errors import InvalidPaging
from store.instant import Instant
from store.model import Folder
from store.paging import cut
from store.restriction import Page, Restriction
from store.results import ItemPage
from store.search.evaluate import evaluate
from store.search.fields import Family, Field, Place, field_of, unknown
from store.search.groups import find_groups
from store.search.itemset import ItemSet
from store.search.restrict import simplify


def find(
    conn: Connection,
    dialect: str,
    mailbox_id: int,
    folder_ids: Sequence[int],
    command: FindItems,
    now: Instant,
    cap: int,
    zone: tzinfo = UTC,
    *,
    hides_private: bool = False,
) -> ItemPage:
    """A page of the items in folders of one mailbox, at most ``cap`` rows; ``hides_private``:
    without what is private in calendars.

    ``now`` and ``zone``: what relative dates of the query are relative to. Raises InvalidPaging,
    InvalidRestriction (role ``contains``, ``exists``, ``excludes``, ``query``, ``sort``,
    ``group``), RestrictionTooLong.
    """
    page = _bounded(command.page)
    cut(page, 0, cap)  # the same complaints whether there are items or none
    asked = ItemSet(
        conn, dialect, mailbox_id, folder_ids, command, now, zone, hides_private=hides_private
    )
    if not asked.folder_ids:
        return ItemPage(mailbox_id, [], 0, page.offset, True, [] if command.group else None)
    if command.group is not None:
        return find_groups(asked, command, command.group, page, cap)
    if page.kind == "fraction":
        return _counted_first(asked, command, page, cap)
    return _read_first(asked, command, page, cap)


_OFFSET_MAX = 2**53


def _bounded(page: Page) -> Page:
    if max(abs(page.offset), abs(page.denominator), abs(page.limit or 1)) > _OFFSET_MAX:
        raise InvalidPaging("an offset or a size of the page is beyond all sets", role="offset")
    return page


def _read_first(asked: ItemSet, command: FindItems, page: Page, cap: int) -> ItemPage:
    """Read the page; count only where it does not show where the set ends.

    From the end, the mirrored order is read from its beginning.
    """
    limit = min(cap, page.limit or cap)
    rows = asked.rows(command, limit, page.offset, backwards=page.from_end)
    ends_here = len(rows) < limit and (rows or not page.offset)
    total = page.offset + len(rows) if ends_here else asked.count()
    place = cut(page, total, cap)
    return ItemPage(asked.mailbox_id, rows, total, place.next_offset, place.is_last)


def _counted_first(asked: ItemSet, command: FindItems, page: Page, cap: int) -> ItemPage:
    """A fraction of the set: count, then read."""
    total = asked.count()
    place = cut(page, total, cap)
    size = place.stop - place.start
    rows = asked.rows(command, size, place.start) if size else []
    return ItemPage(asked.mailbox_id, rows, total, place.next_offset, place.is_last)


# -- folders -----------------------------------------------------------------------------------

_FOLDER_FIELDS = {
    **{
        name: Field(name, Family.TEXT, Place.RECORD)
        for name in ("name", "folder_class", "role", "comment")
    },
    **{
        name: Field(name, Family.NUMBER, Place.RECORD)
        for name in ("total_count", "unread_count", "child_count", "associated_count", "size")
    },
    **{name: Field(name, Family.INSTANT, Place.RECORD) for name in ("created", "modified")},
}
_FOLDER_ALIASES = {
    "display_name": "name",
    "x:0x3001:String": "name",
    "x:0x3613:String": "folder_class",
    "x:0x3602:Integer": "total_count",
    "x:0x3603:Integer": "unread_count",
}


def matches_folder(restriction: Restriction, folder: Folder) -> bool:
    """Whether a folder passes, by the same semantics as items. Raises as ``find``."""

    def value(name: str) -> Any:
        name = _FOLDER_ALIASES.get(name, name)
        if name.startswith("x:"):
            return folder.extended.get(name.removeprefix("x:"))
        if name in _FOLDER_FIELDS and hasattr(folder, name):
            return getattr(folder, name)
        return folder.properties.get(name)

    return evaluate(simplify(restriction), value, _folder_field)


def _folder_field(name: str) -> Field:
    name = _FOLDER_ALIASES.get(name, name)
    if name in _FOLDER_FIELDS:
        return _FOLDER_FIELDS[name]
    if not name.startswith("x:"):
        raise unknown(name)
    return field_of(name)
