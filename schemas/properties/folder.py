"""Properties of folders (MS-OXWSFOLD 2.2.4.2): rows without item kinds.

Neutral names are those of ``store.model.Folder`` and its ``properties``.
"""

from typing import Any

from schemas.properties.make import ABSENT, BY_PATH, COMPUTED, READ_ONLY, row
from schemas.property import P, Type

_ALWAYS: dict[str, Any] = {"shapes": ("default", "all")}
# The Default shape of a calendar lacks its count (property-sets-and-response-shapes, Table 2).
_COUNTED: dict[str, Any] = {
    "shapes": ("default:Folder", "default:ContactsFolder", "default:TasksFolder",
               "default:SearchFolder", "all"),
}  # fmt: skip

# fmt: off
FOLDER_ROWS: tuple[P, ...] = (
    row("folder:FolderId", Type.RECORD, (), "folder_id", computed="folder_id",
        shapes=("id", "default", "all"), **COMPUTED),
    row("folder:ParentFolderId", Type.RECORD, (), computed="parent_folder_id", **COMPUTED),
    row("folder:FolderClass", Type.STRING, (), writable="cu", mapi=0x3613001F),
    row("folder:DisplayName", Type.STRING, (), "name", writable="cu", mapi=0x3001001F, **_ALWAYS),
    row("folder:TotalCount", Type.INTEGER, (), mapi=0x36020003, **_COUNTED, **READ_ONLY),
    row("folder:ChildFolderCount", Type.INTEGER, (), "child_count", **_ALWAYS, **READ_ONLY),
    row("folder:ManagedFolderInformation", Type.RECORD, (), **ABSENT),
    row("folder:EffectiveRights", Type.RECORD, (), since="Exchange2007_SP1",
        computed="effective_rights", **COMPUTED),
    row("folder:DistinguishedFolderId", Type.STRING, (), "role", since="Exchange2013",
        **READ_ONLY),
    row("folder:PolicyTag", Type.RECORD, (), since="Exchange2013", **ABSENT),
    row("folder:ArchiveTag", Type.RECORD, (), since="Exchange2013", **ABSENT),
    row("folder:ReplicaList", Type.STRINGS, (), since="Exchange2016", **ABSENT),
    row("folder:PermissionSet", Type.RECORD, (), since="Exchange2007_SP1",
        computed="permission_set", writable="cud",
        find=False, query=False, **BY_PATH),
    row("folder:UnreadCount", Type.INTEGER, (), mapi=0x36030003, **_COUNTED, **READ_ONLY),
    row("folder:SharingEffectiveRights", Type.STRING, (), since="Exchange2010", **ABSENT),
    row("folder:SearchParameters", Type.RECORD, (), **ABSENT),
)
# fmt: on
