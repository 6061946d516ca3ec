"""GetHierarchy: the folders of mail, for old devices (MS-ASCMD 2.2.1.8)."""

from __future__ import annotations

from eas.answers import Answer, node, root, text
from eas.classes import EMAIL
from eas.commands.folder_sync import parent_id
from eas.context import Context
from eas.ids import folder_server_id
from eas.registry import command
from store.devices.commands import ReadTree
from store.devices.model import TreeStep

_P = "FolderHierarchy"
# MS-ASCMD 2.2.3.186.4: somebody's own folder; those that every mailbox has are as in FolderSync.
_OWN = 1


@command("GetHierarchy", last="12.1")
async def get_hierarchy(ctx: Context) -> Answer:
    """All folders of mail as they are now; the device's SyncKey stays as it was."""
    tree: TreeStep = await ctx.execute(ReadTree((EMAIL.folder_class,)))
    folders = [
        node(
            f"{_P}:Folder",
            text(f"{_P}:DisplayName", folder.name),
            text(f"{_P}:ServerId", folder_server_id(folder.id.id)),
            text(f"{_P}:Type", EMAIL.types.get(folder.role, _OWN)),
            text(f"{_P}:ParentId", parent_id(folder)),
        )
        for folder in tree.created
    ]
    return root("GetHierarchy", folders)
