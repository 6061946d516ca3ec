"""Writing the entries of folders' permission sets (MS-OXWSFOLD 2.2.4.14)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from store import tables
from store.access import FolderRow
from store.errors import DuplicateUser, InvalidPermission
from store.executor import WriteTx
from store.folders.read import ANONYMOUS_ENTRY, DEFAULT_ENTRY
from store.model import Permission

_permission = tables.folder_permission


def inherit_permissions(tx: WriteTx, parent: FolderRow, row: FolderRow) -> None:
    """Give a new folder the entries of the one that it is made in."""
    entries = tx.conn.execute(
        select(_permission.c.account_id, _permission.c.rights).where(
            _permission.c.mailbox_id == parent.mailbox_id,
            _permission.c.folder_id == parent.id,
        )
    ).all()
    _insert_permissions(tx, row, [(entry.account_id, entry.rights) for entry in entries])


def set_permissions(tx: WriteTx, row: FolderRow, entries: Sequence[Permission]) -> None:
    """Replace a folder's entries. Raises DuplicateUser, InvalidPermission."""
    numbered: dict[int, int] = {}
    for entry in entries:
        key = _entry_key(tx, entry)
        if key in numbered:
            raise DuplicateUser("the permission set names the same person twice")
        numbered[key] = entry.rights
    tx.conn.execute(
        delete(_permission).where(
            _permission.c.mailbox_id == row.mailbox_id,
            _permission.c.folder_id == row.id,
        )
    )
    _insert_permissions(tx, row, list(numbered.items()))
    tx.access.forget()


def _entry_key(tx: WriteTx, entry: Permission) -> int:
    if entry.subject == "default":
        return DEFAULT_ENTRY
    if entry.subject == "anonymous":
        return ANONYMOUS_ENTRY
    account = tx.conn.execute(
        select(tables.address.c.account_id).where(
            tables.address.c.address == entry.address.strip().lower()
        )
    ).first()
    if account is None:
        raise InvalidPermission(
            f"nobody has the address {entry.address!r}",
            where=entry.address,
            role="user",
        )
    return account.account_id


def _insert_permissions(tx: WriteTx, row: FolderRow, entries: Sequence[tuple[int, int]]) -> None:
    if entries:
        tx.conn.execute(
            insert(_permission),
            [
                {
                    "mailbox_id": row.mailbox_id,
                    "folder_id": row.id,
                    "account_id": account_id,
                    "rights": rights,
                }
                for account_id, rights in entries
            ],
        )


def set_entry(tx: WriteTx, row: FolderRow, account_id: int, rights: int) -> None:
    """Replace one account's entry of a folder; 0 takes it away."""
    tx.conn.execute(
        delete(_permission).where(
            _permission.c.mailbox_id == row.mailbox_id,
            _permission.c.folder_id == row.id,
            _permission.c.account_id == account_id,
        )
    )
    if rights:
        _insert_permissions(tx, row, [(account_id, rights)])
    tx.access.forget()
