"""FolderSync: the tree of folders, and what changed in it (MS-ASCMD 2.2.1.5)."""

from __future__ import annotations

from eas.answers import Answer, node, root, text
from eas.classes import folder_classes, folder_type
from eas.context import Context
from eas.errors import EasError
from eas.ids import folder_server_id
from eas.registry import command
from eas.wbxml import Element
from store.devices.commands import StepTree
from store.devices.model import TreeStep
from store.errors import InvalidState
from store.model import Folder

_P = "FolderHierarchy"
_WRONG_KEY, _MALFORMED = 9, 10


@command("FolderSync")
async def folder_sync(ctx: Context) -> Answer:
    """Folders that were added, changed or deleted since the key that the device came with."""
    key = ctx.document().find(f"{_P}:SyncKey")
    if key is None:
        raise EasError(_MALFORMED, "no SyncKey")
    number = read_tree_key(key.as_text())
    try:
        step: TreeStep = await ctx.execute(
            StepTree(ctx.device.key, number, folder_classes(ctx.version))
        )
    except InvalidState as error:
        raise EasError(_WRONG_KEY, error.message) from error
    ctx.describes = number == 0
    changes = [
        *(_folder(f"{_P}:Add", folder) for folder in step.created),
        *(_folder(f"{_P}:Update", folder) for folder in step.updated),
        *(
            node(f"{_P}:Delete", text(f"{_P}:ServerId", folder_server_id(id)))
            for id in step.deleted
        ),
    ]
    return root(
        "FolderSync",
        [
            text(f"{_P}:Status", 1),
            text(f"{_P}:SyncKey", step.number),
            node(f"{_P}:Changes", text(f"{_P}:Count", len(changes)), *changes),
        ],
    )


def read_tree_key(key: str) -> int:
    """The number in a hierarchy's SyncKey, 0 for a beginning. Raises EasError 9."""
    if key.isascii() and key.isdigit() and len(key) <= 18:
        return int(key)
    raise EasError(_WRONG_KEY, "a SyncKey that this server never gave")


def _folder(name: str, folder: Folder) -> Element:
    return node(
        name,
        text(f"{_P}:ServerId", folder_server_id(folder.id.id)),
        text(f"{_P}:ParentId", parent_id(folder)),
        text(f"{_P}:DisplayName", folder.name),
        text(f"{_P}:Type", folder_type(folder)),
    )


def parent_id(folder: Folder) -> str:
    """ParentId: ``0`` for a folder at the top."""
    return "0" if folder.parent is None else folder_server_id(folder.parent.id)
