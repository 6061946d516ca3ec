"""Creating, changing, moving, copying, emptying and deleting folders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from schemas.folders import MESSAGE_ROOT
from store import tables
from store.access import FolderRow, part_of
from store.calendar.private import is_hidden
from store.commands import (
    CopyFolders,
    CreateFolders,
    DeleteFolders,
    EmptyFolders,
    FolderChange,
    FolderDraft,
    FolderId,
    FolderRef,
    MoveFolders,
    UpdateFolders,
)
from store.errors import (
    AccessDenied,
    AlreadyExists,
    IntoItself,
    NotSupported,
    ProtectedFolder,
    StoreError,
    TooMany,
)
from store.executor import WriteTx, writes
from store.folders.permissions import inherit_permissions, set_entry, set_permissions
from store.folders.read import below, folders_of, tree
from store.folders.tree import add_folder, by_name, checked_name, log, name_key
from store.items.relocate import bin_of, copy_rows, discard, move_to_bin
from store.model import Folder
from store.record import decode_record, encode_record
from store.rights import Right

_folder = tables.folder
_item = tables.item
_permission = tables.folder_permission

_UPDATE = (
    update(_folder)
    .where(
        _folder.c.mailbox_id == bindparam("b_mailbox"),
        _folder.c.id == bindparam("b_id"),
    )
    .values(
        parent_id=bindparam("parent_id"),
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        folder_class=bindparam("folder_class"),
        record=bindparam("record"),
        seq=bindparam("seq"),
        modified=bindparam("modified"),
    )
)
_BY_ID = select(_folder).where(
    _folder.c.mailbox_id == bindparam("mailbox_id"), _folder.c.id == bindparam("id")
)
_ITEMS = select(_item).where(
    _item.c.mailbox_id == bindparam("mailbox_id"),
    _item.c.folder_id == bindparam("folder_id"),
)

Outcome = Folder | StoreError


@writes(CreateFolders)
def create_folders(tx: WriteTx, command: CreateFolders) -> list[Outcome]:
    """Make folders below a parent (MS-OXWSFOLD 3.1.4.2)."""
    parent = tx.held_folder(command.parent, Right.CREATE_SUBFOLDERS, "parent")
    if parent.folder_class == "IPF.Search":
        raise NotSupported("a search folder holds no folders", role="parent")
    _check_depth(tx, parent)
    return [
        tx.attempt(lambda draft=draft: _create(tx, parent, draft, existing=command.existing))
        for draft in command.folders
    ]


def _check_depth(tx: WriteTx, parent: FolderRow) -> None:
    depth = 0
    row = parent
    while row.parent_id:
        depth += 1
        row = _row(tx, row.mailbox_id, row.parent_id)
    if depth >= tx.limits.folder_depth_max:
        raise TooMany(f"folders nest at most {tx.limits.folder_depth_max} deep")


def _create(tx: WriteTx, parent: FolderRow, draft: FolderDraft, *, existing: bool) -> Folder:
    mailbox_id = parent.mailbox_id
    if existing:
        found = by_name(tx, mailbox_id, parent.id, checked_name(draft.name))
        if found is not None:
            return folders_of(tx, [found])[0]
    row = add_folder(
        tx,
        mailbox_id,
        parent.id,
        draft.name,
        draft.folder_class,
        properties=draft.properties,
        extended=draft.extended,
    )
    if draft.permissions is not None:
        set_permissions(tx, row, draft.permissions)
    else:
        inherit_permissions(tx, parent, row)
    return folders_of(tx, [row])[0]


@writes(UpdateFolders)
def update_folders(tx: WriteTx, command: UpdateFolders) -> list[Outcome]:
    """Change names, classes, properties and permissions (MS-OXWSFOLD 3.1.4.8)."""
    return [tx.attempt(lambda change=change: _update(tx, change)) for change in command.changes]


def _update(tx: WriteTx, change: FolderChange) -> Folder:
    row = tx.held_folder(change.folder, Right.OWNER, part_of(change.folder))
    properties, extended = decode_record(row.record)
    for name, value in change.set.items():
        if name.startswith("x:"):
            extended[name[2:]] = value
        else:
            properties[name] = value
    for name in change.unset:
        (extended if name.startswith("x:") else properties).pop(name.removeprefix("x:"), None)
    name = row.name
    if change.name is not None and change.name != row.name:
        name = _renamed(tx, row, change.name)
    _save(
        tx,
        row,
        name=name,
        folder_class=change.folder_class or row.folder_class,
        record=encode_record(properties, extended),
    )
    if change.permissions is not None:
        set_permissions(tx, row, change.permissions)
    return folders_of(tx, [_row(tx, row.mailbox_id, row.id)])[0]


def permit(tx: WriteTx, row: FolderRow, account_id: int, rights: int) -> None:
    """Set one account's rights on a folder, 0: no entry of its own; told as a change of the folder.
    The caller has checked that the asker may."""
    set_entry(tx, row, account_id, rights)
    _save(tx, row)


def _renamed(tx: WriteTx, row: FolderRow, name: str) -> str:
    name = checked_name(name)
    if row.role in _FIXED_NAMES:
        raise ProtectedFolder("this distinguished folder keeps its name", where=row.name)
    other = by_name(tx, row.mailbox_id, row.parent_id, name)
    if other is not None and other.id != row.id:
        raise AlreadyExists(f"a folder named {name!r} is there already", where=name)
    return name


_FIXED_NAMES = frozenset({"root", MESSAGE_ROOT})


def _save(tx: WriteTx, row: FolderRow, **changes: Any) -> None:
    """Write a folder's row with changes, and tell of it."""
    values = {
        "parent_id": row.parent_id,
        "name": row.name,
        "folder_class": row.folder_class,
        "record": row.record,
        **changes,
    }
    tx.conn.execute(
        _UPDATE,
        {
            "b_mailbox": row.mailbox_id,
            "b_id": row.id,
            **values,
            "name_key": name_key(values["name"]),
            "seq": tx.bump(row.mailbox_id),
            "modified": tx.now,
        },
    )
    tx.access.forget()
    if values["parent_id"] == row.parent_id:
        tx.emit(row.mailbox_id, "modified", row.id, parent_id=row.parent_id)


def _row(tx: WriteTx, mailbox_id: int, id: int) -> FolderRow:
    return tx.conn.execute(_BY_ID, {"mailbox_id": mailbox_id, "id": id}).one()


@writes(DeleteFolders)
def delete_folders(tx: WriteTx, command: DeleteFolders) -> list[StoreError | None]:
    """Delete folders (MS-OXWSFOLD 3.1.4.3). To Deleted Items they keep their id; a soft delete
    keeps the items in the dumpster."""
    return [tx.attempt(lambda ref=ref: _delete(tx, ref, command.how)) for ref in command.folders]


def _delete(tx: WriteTx, ref: FolderRef, how: str) -> None:
    row = tx.held_folder(ref, Right.OWNER, part_of(ref))
    _refuse_distinguished(row, "deleted")
    _refuse_private(tx, row)
    if how == "to_deleted_items":
        target = bin_of(tx, row.mailbox_id, "deleteditems")
        if row.parent_id != target.id and not _is_below(tx, row, target.id):
            _move(tx, row, target, free_name=True)
            return
        how = "hard"
    _remove(tx, row, how)


def _is_below(tx: WriteTx, row: FolderRow, ancestor_id: int) -> bool:
    while row.parent_id:
        if row.parent_id == ancestor_id:
            return True
        row = _row(tx, row.mailbox_id, row.parent_id)
    return False


def _refuse_private(tx: WriteTx, row: FolderRow) -> None:
    """Raises AccessDenied where a folder, or one below, holds what the asker may not see."""
    if tx.access.sees_private(row.mailbox_id):
        return
    for each in (row, *below(tree(tx, row.mailbox_id), row.id)):
        keys = {"mailbox_id": each.mailbox_id, "folder_id": each.id}
        _refuse_hidden(tx, tx.conn.execute(_ITEMS, keys).all())


def _refuse_hidden(tx: WriteTx, items: Sequence[Any]) -> None:
    if any(is_hidden(tx, item) for item in items):
        raise AccessDenied("some of it is private", role="item")


def _refuse_distinguished(row: FolderRow, what: str) -> None:
    if row.role:
        raise ProtectedFolder(f"a distinguished folder cannot be {what}", where=row.name, role=what)


def _remove(tx: WriteTx, row: FolderRow, how: str) -> None:
    """Delete a folder with all below for good; the items by ``how``."""
    rows = tree(tx, row.mailbox_id)
    for doomed in [*reversed(below(rows, row.id)), row]:
        _empty(tx, doomed, how)
        for table in (_permission,):
            tx.conn.execute(
                delete(table).where(
                    table.c.mailbox_id == doomed.mailbox_id,
                    table.c.folder_id == doomed.id,
                )
            )
        tx.forget_folder(doomed.mailbox_id, doomed.id)
        tx.conn.execute(
            delete(_folder).where(
                _folder.c.mailbox_id == doomed.mailbox_id, _folder.c.id == doomed.id
            )
        )
        log(tx, doomed.mailbox_id, doomed.id, "deleted", doomed.parent_id)
        tx.emit(doomed.mailbox_id, "deleted", doomed.id, parent_id=doomed.parent_id)
    tx.access.forget()


def _empty(tx: WriteTx, row: FolderRow, how: str) -> None:
    items = tx.conn.execute(_ITEMS, {"mailbox_id": row.mailbox_id, "folder_id": row.id}).all()
    hidden = [item for item in items if item.is_associated]
    normal = [item for item in items if not item.is_associated]
    discard(tx, hidden)
    if how == "hard":
        discard(tx, normal)
    else:
        move_to_bin(tx, normal, how)


@writes(EmptyFolders)
def empty_folders(tx: WriteTx, command: EmptyFolders) -> list[StoreError | None]:
    """Delete what lies in folders (MS-OXWSFOLD 3.1.4.4)."""
    return [tx.attempt(lambda ref=ref: _empty_one(tx, ref, command)) for ref in command.folders]


def _empty_one(tx: WriteTx, ref: FolderRef, command: EmptyFolders) -> None:
    row = tx.held_folder(ref, Right.DELETE_ALL)
    if row.role in _NEVER_EMPTIED:
        raise NotSupported("this folder cannot be emptied", where=row.name, role="empty")
    items = tx.conn.execute(_ITEMS, {"mailbox_id": row.mailbox_id, "folder_id": row.id}).all()
    normal = [item for item in items if not item.is_associated]
    _refuse_hidden(tx, normal)
    if command.how == "hard":
        discard(tx, normal)
    else:
        move_to_bin(tx, normal, command.how)
    if command.subfolders:
        for child in [r for r in tree(tx, row.mailbox_id).values() if r.parent_id == row.id]:
            if not child.role:
                _delete(tx, FolderId(child.mailbox_id, child.id), command.how)


_NEVER_EMPTIED = frozenset({"root", MESSAGE_ROOT, "searchfolders"})


@writes(MoveFolders)
def move_folders(tx: WriteTx, command: MoveFolders) -> list[Outcome]:
    """Move folders with all below; ids stay (MS-OXWSFOLD 3.1.4.7)."""
    target = tx.held_folder(command.target, Right.CREATE_SUBFOLDERS, "target")
    return [tx.attempt(lambda ref=ref: _move_one(tx, ref, target)) for ref in command.folders]


def _move_one(tx: WriteTx, ref: FolderRef, target: FolderRow) -> Folder:
    row = tx.access.folder(ref, Right.OWNER, part_of(ref))
    _refuse_distinguished(row, "moved")
    if row.mailbox_id != target.mailbox_id:
        raise NotSupported("folders move inside one mailbox only", role="cross_mailbox")
    _refuse_into_itself(tx, row, target)
    _refuse_private(tx, row)
    _move(tx, row, target)
    return folders_of(tx, [_row(tx, row.mailbox_id, row.id)])[0]


def _refuse_into_itself(tx: WriteTx, row: FolderRow, target: FolderRow) -> None:
    if target.id == row.id or _is_below(tx, target, row.id):
        raise IntoItself("a folder cannot go below itself", where=row.name)


def _move(tx: WriteTx, row: FolderRow, target: FolderRow, *, free_name: bool = False) -> None:
    name = row.name
    other = by_name(tx, row.mailbox_id, target.id, name)
    if other is not None and other.id != row.id:
        if not free_name:
            raise AlreadyExists(f"a folder named {name!r} is there already", where=name)
        name = _free_name(tx, target, name)
    log(tx, row.mailbox_id, row.id, "moved", row.parent_id)
    _save(tx, row, parent_id=target.id, name=name)
    tx.emit(
        row.mailbox_id,
        "moved",
        row.id,
        parent_id=target.id,
        old_folder_id=row.id,
        old_parent_id=row.parent_id,
    )


def _free_name(tx: WriteTx, target: FolderRow, name: str) -> str:
    number = 1
    while by_name(tx, target.mailbox_id, target.id, f"{name}{number}") is not None:
        number += 1
    return f"{name}{number}"


@writes(CopyFolders)
def copy_folders(tx: WriteTx, command: CopyFolders) -> list[Outcome]:
    """Copy folders with all below, under new ids (MS-OXWSFOLD 3.1.4.1)."""
    target = tx.held_folder(command.target, Right.CREATE_SUBFOLDERS, "target")
    return [tx.attempt(lambda ref=ref: _copy_one(tx, ref, target)) for ref in command.folders]


def _copy_one(tx: WriteTx, ref: FolderRef, target: FolderRow) -> Folder:
    row = tx.access.folder(ref, Right.READ_ALL, part_of(ref))
    if row.role in ("root", MESSAGE_ROOT):
        raise NotSupported("a root folder cannot be copied", where=row.name)
    if row.mailbox_id == target.mailbox_id:
        _refuse_into_itself(tx, row, target)
    sources = [row, *below(tree(tx, row.mailbox_id), row.id)]
    parents = {row.parent_id: target.id}
    for source in sources:
        copy = add_folder(
            tx,
            target.mailbox_id,
            parents[source.parent_id],
            source.name,
            source.folder_class,
            properties=decode_record(source.record)[0],
            extended=decode_record(source.record)[1],
        )
        parents[source.id] = copy.id
        inherit_permissions(tx, target, copy)
        items = tx.conn.execute(
            _ITEMS, {"mailbox_id": source.mailbox_id, "folder_id": source.id}
        ).all()
        copied = [item for item in items if not item.is_associated and not is_hidden(tx, item)]
        copy_rows(tx, copied, copy)
    return folders_of(tx, [_row(tx, target.mailbox_id, parents[row.id])])[0]
