"""Authorisation: the one place that says what an asker may do with a folder or an item.

An owner may do all in the own mailbox; a grant opens a whole mailbox (shared ones); else the
folder's permission entry for the account, or the default entry, counts. What an asker may not even
see is not found, so that nobody can tell a foreign id from a free one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select

from store import tables
from store.commands import FolderRef, FolderRole
from store.errors import AccessDenied, NoSuchMailbox, NotFound
from store.model import FolderId, Principal
from store.rights import ALL, Right

_folder = tables.folder
_permission = tables.folder_permission

_BY_ID = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.id == bindparam("id")
)
_BY_ROLE = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.role == bindparam("role")
)
_MAILBOX_OF = (
    select(tables.account.c.mailbox_id)
    .join(tables.address, tables.address.c.account_id == tables.account.c.id)
    .where(tables.address.c.address == bindparam("address"))
)
_GRANT = select(tables.mailbox_grant.c.rights).where(
    tables.mailbox_grant.c.mailbox_id == bindparam("mailbox_id"),
    tables.mailbox_grant.c.account_id == bindparam("account_id"),
)
_DELEGATE = select(tables.delegate.c.views_private).where(
    tables.delegate.c.mailbox_id == bindparam("mailbox_id"),
    tables.delegate.c.account_id == bindparam("account_id"),
)
_PERMISSIONS = select(_permission.c.account_id, _permission.c.rights).where(
    and_(
        _permission.c.mailbox_id == bindparam("mailbox_id"),
        _permission.c.folder_id == bindparam("folder_id"),
        _permission.c.account_id.in_([bindparam("account_id"), 0]),
    )
)

FolderRow = Row[*tuple[Any, ...]]


class Access:
    """What one asker may do, remembered for one command."""

    def __init__(self, conn: Connection, principal: Principal) -> None:
        self._conn = conn
        self._principal = principal
        self._whole: dict[int, bool] = {}
        self._delegations: dict[int, Row[Any] | None] = {}
        self._rights: dict[tuple[int, int], Right] = {}
        self._folders: dict[FolderRef, FolderRow | None] = {}
        self._mailboxes: dict[str, int] = {}

    def owns(self, mailbox_id: int) -> bool:
        """Whether the asker may do everything in the mailbox."""
        principal = self._principal
        if principal.mailbox_id == mailbox_id or principal.role == "system":
            return True
        known = self._whole.get(mailbox_id)
        if known is None:
            row = self._conn.execute(
                _GRANT, {"mailbox_id": mailbox_id, "account_id": principal.account_id}
            ).first()
            known = self._whole[mailbox_id] = row is not None and row.rights != 0
        return known

    def acts_for(self, mailbox_id: int) -> bool:
        """Whether the asker is a delegate, and so may write on the owner's behalf."""
        return self._delegation(mailbox_id) is not None

    def sees_private(self, mailbox_id: int) -> bool:
        """Whether what is private in the mailbox is the asker's to see."""
        if self.owns(mailbox_id):
            return True
        row = self._delegation(mailbox_id)
        return row is not None and bool(row.views_private)

    def _delegation(self, mailbox_id: int) -> Row[Any] | None:
        if mailbox_id not in self._delegations:
            keys = {"mailbox_id": mailbox_id, "account_id": self._principal.account_id}
            self._delegations[mailbox_id] = self._conn.execute(_DELEGATE, keys).first()
        return self._delegations[mailbox_id]

    def mailbox_id(self, address: str) -> int:
        """The mailbox that an address reaches; the asker's own for an empty one.

        Raises NoSuchMailbox.
        """
        if not address:
            if not self._principal.mailbox_id:
                raise NoSuchMailbox("this account has no mailbox", role="own")
            return self._principal.mailbox_id
        key = address.strip().lower()
        known = self._mailboxes.get(key)
        if known is None:
            row = self._conn.execute(_MAILBOX_OF, {"address": key}).first()
            if row is None or not row.mailbox_id:
                raise NoSuchMailbox(f"no mailbox has the address {address}", where=address)
            known = self._mailboxes[key] = row.mailbox_id
        return known

    def own_mailbox(self, address: str) -> int:
        """The mailbox that an address reaches, which the asker owns. Raises NoSuchMailbox,
        AccessDenied."""
        mailbox_id = self.mailbox_id(address)
        if not self.owns(mailbox_id):
            raise AccessDenied(f"{address} is not yours", where=address, role="mailbox")
        return mailbox_id

    def rights(self, mailbox_id: int, folder_id: int) -> Right:
        """The asker's rights on a folder that exists."""
        if self.owns(mailbox_id):
            return ALL
        key = (mailbox_id, folder_id)
        known = self._rights.get(key)
        if known is None:
            entries = {
                row.account_id: row.rights
                for row in self._conn.execute(
                    _PERMISSIONS,
                    {
                        "mailbox_id": mailbox_id,
                        "folder_id": folder_id,
                        "account_id": self._principal.account_id,
                    },
                )
            }
            known = Right(entries.get(self._principal.account_id, entries.get(0, 0)))
            self._rights[key] = known
        return known

    def folder(
        self, ref: FolderRef, need: Right = Right.VISIBLE, role: str = "folder"
    ) -> FolderRow:
        """The row of a folder on which the asker has the rights ``need``.

        Raises NotFound (``role`` tells the part it played) for one that is not there or not to be
        seen, AccessDenied for one on which a right is missing, NoSuchMailbox.
        """
        row = self._load(ref)
        if row is None:
            raise NotFound("the folder was not found", where=_name(ref), role=role)
        self.require(row.mailbox_id, row.id, need, role)
        return row

    def require(self, mailbox_id: int, folder_id: int, need: Right, role: str) -> Right:
        """The asker's rights, which hold ``need``. Raises as ``folder``."""
        rights = self.rights(mailbox_id, folder_id)
        if need & ~rights:
            if not rights & (Right.VISIBLE | Right.READ_ALL):
                raise NotFound("the folder was not found", role=role)
            raise AccessDenied("the right on this folder is missing", role=role)
        return rights

    def forget(self) -> None:
        """Drop remembered rows: this command changed folders or permissions."""
        self._folders.clear()
        self._rights.clear()

    def _load(self, ref: FolderRef) -> FolderRow | None:
        if ref in self._folders:
            return self._folders[ref]
        if isinstance(ref, FolderRole):
            mailbox_id = self.mailbox_id(ref.address)
            row = self._conn.execute(_BY_ROLE, {"mailbox_id": mailbox_id, "role": ref.role}).first()
        else:
            row = self._conn.execute(_BY_ID, {"mailbox_id": ref.mailbox_id, "id": ref.id}).first()
        self._folders[ref] = row
        return row


def part_of(ref: FolderRef) -> str:
    """The part that a folder plays which is itself what is asked for: a dead id is an object that
    is not there, a distinguished folder that the mailbox lacks is a folder that is not there."""
    return "folder" if isinstance(ref, FolderRole) else "item"


def _name(ref: FolderRef) -> str:
    return ref.role if isinstance(ref, FolderRole) else ""


def folder_id(row: FolderRow) -> FolderId:
    """The identity in a folder's row."""
    return FolderId(row.mailbox_id, row.id)
