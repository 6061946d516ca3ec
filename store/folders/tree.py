"""Making folders: a new mailbox's, a person's own, and paths of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from schemas.folders import DISTINGUISHED, DistinguishedFolder
from store import tables
from store.access import FolderRow
from store.errors import AlreadyExists, InvalidValue, TooMany
from store.executor import WriteTx
from store.record import clean, encode_record
from store.rights import LEVELS

_folder = tables.folder
_BY_NAME = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"),
    _folder.c.parent_id == bindparam("parent_id"),
    _folder.c.name_key == bindparam("name_key"),
)
_BY_ID = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.id == bindparam("id")
)
_COUNT = (
    select(func.count()).select_from(_folder).where(_folder.c.mailbox_id == bindparam("mailbox_id"))
)
_INSERT = insert(_folder)
_LOG = insert(tables.folder_log)

NAME_CHARS_MAX = 255


def name_key(name: str) -> str:
    """What makes two sibling names the same: case does not."""
    return name.casefold()


def checked_name(name: str) -> str:
    """A folder name that can be kept. Raises InvalidValue."""
    name = clean(name).strip()
    if not name or len(name) > NAME_CHARS_MAX:
        raise InvalidValue(
            f"a folder name has 1 to {NAME_CHARS_MAX} characters",
            where="name",
            role="folder_name",
        )
    return name


def log(tx: WriteTx, mailbox_id: int, folder_id: int, kind: str, old_parent_id: int = 0) -> None:
    """Note a change of the tree, so that any earlier tree can be rebuilt from today's."""
    tx.conn.execute(
        _LOG,
        {
            "mailbox_id": mailbox_id,
            "seq": tx.bump(mailbox_id),
            "folder_id": folder_id,
            "kind": kind,
            "old_parent_id": old_parent_id,
        },
    )


def add_folder(
    tx: WriteTx,
    mailbox_id: int,
    parent_id: int,
    name: str,
    folder_class: str,
    *,
    role: str = "",
    properties: dict[str, Any] | None = None,
    extended: dict[str, Any] | None = None,
) -> FolderRow:
    """Insert a folder. Raises AlreadyExists, InvalidValue, TooMany."""
    name = checked_name(name)
    if by_name(tx, mailbox_id, parent_id, name) is not None:
        raise AlreadyExists(f"a folder named {name!r} is there already", where=name)
    _check_room(tx, mailbox_id)
    seq = tx.bump(mailbox_id)
    id = tx.allocate(mailbox_id)
    row = {
        "mailbox_id": mailbox_id,
        "id": id,
        "parent_id": parent_id,
        "name": name,
        "name_key": name_key(name),
        "folder_class": folder_class,
        "role": role,
        "created_seq": seq,
        "seq": seq,
        "content_seq": seq,
        "total_count": 0,
        "unread_count": 0,
        "associated_count": 0,
        "size": 0,
        "created": tx.now,
        "modified": tx.now,
        "record": encode_record(properties or {}, extended or {}),
    }
    tx.conn.execute(_INSERT, row)
    log(tx, mailbox_id, id, "created")
    tx.emit(mailbox_id, "created", id, parent_id=parent_id)
    tx.access.forget()
    return tx.conn.execute(_BY_ID, {"mailbox_id": mailbox_id, "id": id}).one()


def _check_room(tx: WriteTx, mailbox_id: int) -> None:
    count = tx.conn.scalar(_COUNT, {"mailbox_id": mailbox_id}) or 0
    if count >= tx.limits.folders_max:
        raise TooMany(f"a mailbox holds at most {tx.limits.folders_max:,} folders")


def by_name(tx: WriteTx, mailbox_id: int, parent_id: int, name: str) -> FolderRow | None:
    """The folder of that name in a parent."""
    return tx.conn.execute(
        _BY_NAME,
        {"mailbox_id": mailbox_id, "parent_id": parent_id, "name_key": name_key(name)},
    ).first()


def create_distinguished_folders(tx: WriteTx, mailbox_id: int) -> None:
    """The folders that a new mailbox has (``schemas.folders``), with the default permissions."""
    by_role: dict[str, int] = {}
    for folder in DISTINGUISHED:
        if folder.on_creation:
            by_role[folder.role] = _add_distinguished(tx, mailbox_id, folder, by_role)
    calendar = by_role["calendar"]
    tx.conn.execute(
        insert(tables.folder_permission),
        {
            "mailbox_id": mailbox_id,
            "folder_id": calendar,
            "account_id": 0,
            "rights": int(LEVELS["FreeBusyTimeOnly"]),
        },
    )


def _add_distinguished(
    tx: WriteTx, mailbox_id: int, folder: DistinguishedFolder, by_role: dict[str, int]
) -> int:
    parent_id = by_role[folder.parent] if folder.parent else 0
    row = add_folder(tx, mailbox_id, parent_id, folder.name, folder.folder_class, role=folder.role)
    return row.id


def path_names(tx: WriteTx, row: FolderRow) -> list[str]:
    """Names from below the message root down to a folder."""
    names: list[str] = []
    while row.parent_id and row.role != "msgfolderroot":
        names.append(row.name)
        row = tx.conn.execute(_BY_ID, {"mailbox_id": row.mailbox_id, "id": row.parent_id}).one()
    return list(reversed(names))


def ensure_path(tx: WriteTx, root: FolderRow, names: Sequence[str], folder_class: str) -> FolderRow:
    """The folder at a path below ``root``, made where it is missing."""
    row = root
    for name in names:
        found = by_name(tx, root.mailbox_id, row.id, name)
        row = found or add_folder(tx, root.mailbox_id, row.id, name, folder_class)
    return row
