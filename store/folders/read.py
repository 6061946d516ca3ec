"""Reading folders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from store import tables
from store.access import FolderRow, part_of
from store.commands import FetchFolders, FindFolders, FolderRef
from store.errors import StoreError
from store.executor import Tx, reads
from store.model import Folder, FolderId, Permission
from store.paging import cut
from store.record import decode_record
from store.results import FolderPage
from store.rights import Right
from store.search.find import matches_folder

_folder = tables.folder
_permission = tables.folder_permission

_TREE = (
    select(_folder)
    .where(_folder.c.mailbox_id == bindparam("mailbox_id"))
    .order_by(_folder.c.name_key, _folder.c.id)
)
_CHILDREN = (
    select(_folder.c.parent_id, func.count())
    .where(
        _folder.c.mailbox_id == bindparam("mailbox_id"),
        _folder.c.parent_id.in_(bindparam("ids", expanding=True)),
    )
    .group_by(_folder.c.parent_id)
)
_ALL_CHILDREN = (
    select(_folder.c.parent_id, func.count())
    .where(_folder.c.mailbox_id == bindparam("mailbox_id"))
    .group_by(_folder.c.parent_id)
)
_ENTRIES = (
    select(
        _permission.c.account_id,
        _permission.c.rights,
        tables.account.c.address,
        tables.account.c.name,
    )
    .join_from(
        _permission,
        tables.account,
        tables.account.c.id == _permission.c.account_id,
        isouter=True,
    )
    .where(
        _permission.c.mailbox_id == bindparam("mailbox_id"),
        _permission.c.folder_id == bindparam("folder_id"),
    )
    .order_by(_permission.c.account_id)
)

_FEW = 16

DEFAULT_ENTRY = 0
ANONYMOUS_ENTRY = -1


def tree(tx: Tx, mailbox_id: int) -> dict[int, FolderRow]:
    """All folders of a mailbox by id, in order of name."""
    return {row.id: row for row in tx.conn.execute(_TREE, {"mailbox_id": mailbox_id})}


def below(rows: dict[int, FolderRow], root_id: int) -> list[FolderRow]:
    """All folders below a root (not the root), parents first, siblings by name."""
    children: dict[int, list[FolderRow]] = {}
    for row in rows.values():
        children.setdefault(row.parent_id, []).append(row)
    found: list[FolderRow] = []
    waiting = list(reversed(children.get(root_id, [])))
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += reversed(children.get(row.id, []))
    return found


def _child_counts(tx: Tx, rows: Sequence[FolderRow]) -> dict[tuple[int, int], int]:
    """How many folders lie directly in each folder, by mailbox and id; none where there are none.

    One statement for each mailbox: for many folders over all of it, for few over those alone.
    """
    by_mailbox: dict[int, list[int]] = {}
    for row in rows:
        by_mailbox.setdefault(row.mailbox_id, []).append(row.id)
    counts: dict[tuple[int, int], int] = {}
    for mailbox_id, ids in by_mailbox.items():
        keys: dict[str, Any] = {"mailbox_id": mailbox_id}
        statement = _ALL_CHILDREN
        if len(ids) <= _FEW:
            statement, keys["ids"] = _CHILDREN, ids
        for parent_id, count in tx.conn.execute(statement, keys):
            counts[mailbox_id, parent_id] = count
    return counts


def folders_of(tx: Tx, rows: Sequence[FolderRow], *, permissions: bool = False) -> list[Folder]:
    """Folders as read from their rows; ``permissions`` too of those whose owner asks."""
    counts = _child_counts(tx, rows)
    result: list[Folder] = []
    for row in rows:
        properties, extended = decode_record(row.record)
        properties.setdefault("created", row.created)
        properties["modified"] = row.modified
        rights = int(tx.access.rights(row.mailbox_id, row.id))
        is_shown = permissions and bool(rights & Right.OWNER)
        properties["size"] = row.size
        properties["associated_count"] = row.associated_count
        result.append(
            Folder(
                id=FolderId(row.mailbox_id, row.id),
                change=row.seq,
                parent=FolderId(row.mailbox_id, row.parent_id) if row.parent_id else None,
                name=row.name,
                folder_class=row.folder_class,
                role=row.role,
                total_count=row.total_count,
                unread_count=row.unread_count,
                child_count=counts.get((row.mailbox_id, row.id), 0),
                properties=properties,
                extended=extended,
                rights=rights,
                permissions=permission_set(tx, row) if is_shown else None,
                views_private=tx.access.sees_private(row.mailbox_id),
            )
        )
    return result


def permission_set(tx: Tx, row: FolderRow) -> tuple[Permission, ...]:
    """A folder's entries: Default and Anonymous always, then accounts (MS-OXWSFOLD 2.2.4.14)."""
    entries = {
        entry.account_id: entry
        for entry in tx.conn.execute(_ENTRIES, {"mailbox_id": row.mailbox_id, "folder_id": row.id})
    }
    fixed = [
        Permission(subject, entries[key].rights if key in entries else 0)
        for subject, key in (("default", DEFAULT_ENTRY), ("anonymous", ANONYMOUS_ENTRY))
    ]
    accounts = [
        Permission("account", entry.rights, entry.address or "", entry.name or "", key)
        for key, entry in entries.items()
        if key > 0
    ]
    return (*fixed, *accounts)


@reads(FetchFolders, small=lambda command: len(command.folders) <= _FEW)
def fetch_folders(tx: Tx, command: FetchFolders) -> list[Folder | StoreError]:
    """Folders in the order asked for (MS-OXWSFOLD 3.1.4.6)."""
    found = [_row_of(tx, ref) for ref in command.folders]
    rows = [row for row in found if not isinstance(row, StoreError)]
    folders = iter(folders_of(tx, rows, permissions=command.permissions))
    return [row if isinstance(row, StoreError) else next(folders) for row in found]


def _row_of(tx: Tx, ref: FolderRef) -> FolderRow | StoreError:
    try:
        return tx.access.folder(ref, role=part_of(ref))
    except StoreError as error:
        return error


@reads(FindFolders)
def find_folders(tx: Tx, command: FindFolders) -> list[FolderPage | StoreError]:
    """Folders below each parent, by name; with ``deep`` all levels (MS-OXWSSRCH 3.1.4.1)."""
    results: list[FolderPage | StoreError] = []
    for ref in command.parents:
        try:
            parent = tx.access.folder(ref)
            results.append(_page(tx, command, parent))
        except StoreError as error:
            results.append(error)
    return results


def _page(tx: Tx, command: FindFolders, parent: FolderRow) -> FolderPage:
    rows = tree(tx, parent.mailbox_id)
    found = below(rows, parent.id)
    if not command.deep:
        found = [row for row in found if row.parent_id == parent.id]
    folders = folders_of(tx, _visible(tx, found), permissions=command.permissions)
    if command.restriction is not None:
        folders = [f for f in folders if matches_folder(command.restriction, f)]
    page = cut(command.page, len(folders), tx.limits.find_rows_max)
    return FolderPage(
        tuple(folders[page.start : page.stop]),
        len(folders),
        page.next_offset,
        page.is_last,
    )


def _visible(tx: Tx, rows: Sequence[FolderRow]) -> list[FolderRow]:
    return [row for row in rows if tx.access.rights(row.mailbox_id, row.id) & Right.VISIBLE]
