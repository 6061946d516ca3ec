"""Searching folders for items."""

from __future__ import annotations

import msgspec

from store.access import FolderRow
from store.commands import FindItems
from store.errors import StoreError
from store.executor import Tx, reads
from store.folders.read import below, tree
from store.results import ItemPage
from store.rights import Right
from store.search.find import find
from store.search.order import follows_index

# So many entries of an index are walked within a fraction of a millisecond.
_NEAR = 5_000
_FEW = 100


def _is_small(command: FindItems) -> bool:
    """A page of one folder as it lies in an index."""
    page = command.page
    return (
        len(command.folders) == 1
        and not command.deep
        and command.restriction is None
        and not command.query
        and command.group is None
        and follows_index(command.order)
        and page.kind == "indexed"
        and 0 <= page.offset <= _NEAR
        and 0 < (page.limit or 0) <= _FEW
    )


@reads(FindItems, small=_is_small)
def find_items(tx: Tx, command: FindItems) -> list[ItemPage | StoreError]:
    """One page for each folder, in order (MS-OXWSSRCH 3.1.4.2)."""
    results: list[ItemPage | StoreError] = []
    for ref in command.folders:
        try:
            folder = tx.access.folder(ref, Right.READ_ALL)
            sees = tx.access.sees_private(folder.mailbox_id)
            page = find(
                tx.conn,
                tx.dialect,
                folder.mailbox_id,
                _searched(tx, folder, deep=command.deep),
                command,
                tx.now,
                tx.limits.find_rows_max,
                hides_private=not sees,
            )
            rights = int(tx.access.rights(folder.mailbox_id, folder.id))
            results.append(msgspec.structs.replace(page, rights=rights, views_private=sees))
        except StoreError as error:
            results.append(error)
    return results


def _searched(tx: Tx, folder: FolderRow, *, deep: bool) -> list[int]:
    if not deep:
        return [folder.id]
    rows = [folder, *below(tree(tx, folder.mailbox_id), folder.id)]
    return [row.id for row in rows if tx.access.rights(row.mailbox_id, row.id) & Right.READ_ALL]
