"""FolderCreate, FolderUpdate, FolderDelete (MS-ASCMD 2.2.1.2 to 2.2.1.6)."""

from __future__ import annotations

from eas.answers import Answer, root, text
from eas.classes import CREATED
from eas.commands.folder_sync import read_tree_key
from eas.context import Context
from eas.errors import EasError, in_words_of
from eas.ids import folder_server_id, read_folder_id
from eas.registry import command
from store.commands import (
    Command,
    CreateFolders,
    DeleteFolders,
    FetchFolders,
    FolderChange,
    FolderDraft,
    FolderRef,
    FolderRole,
    MoveFolders,
    UpdateFolders,
)
from store.devices.commands import ChangeTree
from store.devices.model import TreeChange
from store.errors import StoreError
from store.model import Folder, FolderId

_P = "FolderHierarchy"
_OK, _EXISTS, _SYSTEM, _MISSING, _PARENT = 1, 2, 3, 4, 5
_SERVER, _KEY, _MALFORMED, _UNKNOWN = 6, 9, 10, 11
_NAME_MAX = 256
_RECIPIENTS = "19"  # Type of the recipient information cache
_WORDS = {
    "AlreadyExists": _EXISTS,
    "InvalidState": _KEY,
    "NotFound": _MISSING,
    "NotFound parent": _PARENT,
    "NotFound target": _PARENT,
    "AccessDenied": _SYSTEM,
    "ProtectedFolder": _SYSTEM,
    "IntoItself": _PARENT,
    "InvalidValue": _MALFORMED,
    "NotSupported": _PARENT,
    "TooMany": _SERVER,
}


@command("FolderCreate")
async def folder_create(ctx: Context) -> Answer:
    """Make a folder of the device's person."""
    document = ctx.document()
    kind = document.text(f"{_P}:Type")
    if kind == _RECIPIENTS:
        raise EasError(_SYSTEM, "the recipient information cache is not made by devices")
    folder_class = CREATED.get(int(kind)) if kind.isascii() and kind.isdigit() else None
    if folder_class is None:
        raise EasError(_MALFORMED, "a Type of folder that devices cannot make here")
    draft = FolderDraft(_name(ctx), folder_class)
    changed = await _change(ctx, CreateFolders(_parent(ctx), (draft,)))
    return root(
        "FolderCreate",
        [
            text(f"{_P}:Status", _OK),
            text(f"{_P}:SyncKey", changed.number),
            text(f"{_P}:ServerId", folder_server_id(changed.folder_id)),
        ],
    )


@command("FolderUpdate")
async def folder_update(ctx: Context) -> Answer:
    """Rename a folder, move it, or both."""
    folder = await _own_folder(ctx, _EXISTS)
    parent = _parent(ctx)
    changes: list[Command] = []
    name = _name(ctx)
    current = None if folder.parent is None else folder.parent
    target = await _folder(ctx, parent, _PARENT)
    if target.id != current:
        changes.append(MoveFolders((folder.id,), target.id))
    if name != folder.name:
        changes.append(UpdateFolders((FolderChange(folder.id, name=name),)))
    changed = await _change(ctx, *changes)
    return _plain(changed, "FolderUpdate")


@command("FolderDelete")
async def folder_delete(ctx: Context) -> Answer:
    """Delete a folder; what lay in it can be recovered for a while."""
    folder = await _own_folder(ctx, _SYSTEM)
    changed = await _change(ctx, DeleteFolders((folder.id,), "soft"))
    return _plain(changed, "FolderDelete")


def _plain(changed: TreeChange, name: str) -> Answer:
    return root(name, [text(f"{_P}:Status", _OK), text(f"{_P}:SyncKey", changed.number)])


async def _change(ctx: Context, *changes: Command) -> TreeChange:
    key = ctx.document().find(f"{_P}:SyncKey")
    if key is None:
        raise EasError(_MALFORMED, "no SyncKey")
    number = read_tree_key(key.as_text())
    try:
        return await ctx.execute(ChangeTree(ctx.device.key, number, changes))
    except StoreError as error:
        raise in_words_of(error, _WORDS) from error


def _name(ctx: Context) -> str:
    name = ctx.document().text(f"{_P}:DisplayName").strip()
    if not 0 < len(name) <= _NAME_MAX:
        raise EasError(_MALFORMED, f"DisplayName has 1 to {_NAME_MAX} characters")
    return name


def _parent(ctx: Context) -> FolderRef:
    """The parent named; ``0``, and nothing as BlackBerry says it, is the top."""
    parent = ctx.document().find(f"{_P}:ParentId")
    if parent is None:
        raise EasError(_MALFORMED, "no ParentId")
    if parent.as_text() in ("", "0"):
        return FolderRole("msgfolderroot")
    return read_folder_id(parent.as_text(), ctx.mailbox_id, _PARENT)


async def _own_folder(ctx: Context, system: int) -> Folder:
    """The folder named. Raises EasError: 4 for none, ``system`` for one that every mailbox has."""
    named = ctx.document().find(f"{_P}:ServerId")
    if named is None:
        raise EasError(_MALFORMED, "no ServerId")
    id = read_folder_id(named.as_text(), ctx.mailbox_id, _MISSING)
    folder = await _folder(ctx, id, _MISSING)
    if folder.role:
        raise EasError(system, "every mailbox has that folder")
    return folder


async def _folder(ctx: Context, ref: FolderRef | FolderId, missing: int) -> Folder:
    found = (await ctx.execute(FetchFolders((ref,))))[0]
    if isinstance(found, StoreError):
        raise EasError(missing, "no such folder")
    return found
