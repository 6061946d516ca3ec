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


@reads(FindItems)
def find_items(tx: Tx, command: FindItems) -> list[ItemPage | StoreError]:
    """One page for each folder, in order (MS-OXWSSRCH 3.1.4.2)."""
    results: list[ItemPage | StoreError] = []
    for ref in command.folders:
        try:
            folder = tx.access.folder(ref, Right.READ_ALL)
            page = find(
                tx.conn,
                tx.dialect,
                folder.mailbox_id,
                _searched(tx, folder, deep=command.deep),
                command,
                tx.now,
                tx.limits.find_rows_max,
            )
            rights = int(tx.access.rights(folder.mailbox_id, folder.id))
            results.append(msgspec.structs.replace(page, rights=rights))
        except StoreError as error:
            results.append(error)
    return results


def _searched(tx: Tx, folder: FolderRow, *, deep: bool) -> list[int]:
    if not deep:
        return [folder.id]
    rows = [folder, *below(tree(tx, folder.mailbox_id), folder.id)]
    return [row.id for row in rows if tx.access.rights(row.mailbox_id, row.id) & Right.READ_ALL]
