"""Folders as the codec writes them (MS-OXWSFOLD 2.2.4.12)."""

from __future__ import annotations

from typing import Any

import msgspec

from ews.context import Context
from ews.errors import EwsError
from ews.ids import change_key
from ews.paths import Path, read_path
from ews.reading.permissions import write_permission_set
from schemas import mapi
from schemas.classes import folder_element
from store.model import Folder
from store.rights import ALL, Right

_DEFAULT = ("DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount")
_ALL = ("ParentFolderId", "FolderClass", *_DEFAULT, "EffectiveRights", "DistinguishedFolderId")

# Folder properties that paths may name, by URI. ManagedFolderInformation and the like are known to
# the contract but never set here: absent, not an error.
_ABSENT = frozenset(
    {
        "folder:ManagedFolderInformation",
        "folder:SearchParameters",
        "folder:SharingEffectiveRights",
        "folder:PolicyTag",
        "folder:ArchiveTag",
        "folder:ReplicaList",
        "folder:FolderId",
    }
)


class FolderShape(msgspec.Struct, frozen=True):
    """A FolderResponseShape: elements by name, and extended properties in request order."""

    elements: frozenset[str]
    extended: tuple[Path, ...]

    @property
    def permissions(self) -> bool:
        return "PermissionSet" in self.elements


def read_folder_shape(node: Any) -> FolderShape:
    """The shape in a FolderShape node; IdOnly for a missing one. Raises EwsError."""
    if node is None:
        return FolderShape(frozenset(), ())
    base = {"IdOnly": (), "Default": _DEFAULT}.get(node.BaseShape, _ALL)
    elements = set(base)
    extended: list[Path] = []
    for pair in node.AdditionalProperties or ():
        if pair[0] == "FieldURI":
            uri = pair[1].FieldURI
            if not uri.startswith("folder:"):
                raise EwsError("ErrorInvalidPropertyRequest", xml=[pair])
            if uri not in _ABSENT:
                elements.add(uri.removeprefix("folder:"))
        elif pair[0] == "ExtendedFieldURI":
            extended.append(read_path(pair))
        else:
            raise EwsError("ErrorInvalidPropertyRequest", xml=[pair])
    return FolderShape(frozenset(elements), tuple(extended))


def folder_id(ctx: Context, folder: Folder) -> dict[str, Any]:
    """A FolderId element."""
    return {
        "Id": ctx.ids.folder(folder.id.mailbox_id, folder.id.id),
        "ChangeKey": change_key(folder.change),
    }


def write_folder(ctx: Context, folder: Folder, shape: FolderShape) -> tuple[str, dict[str, Any]]:
    """(element, value) of a folder in a shape."""
    element = folder_element(folder.folder_class)
    values: dict[str, Any] = {"FolderId": folder_id(ctx, folder)}
    for name in shape.elements:
        value = _VALUES[name](ctx, folder, element) if name in _VALUES else None
        if value is not None:
            values[name] = value
    extended = [_extended(path, folder) for path in shape.extended]
    found = [entry for entry in extended if entry is not None]
    if found:
        values["ExtendedProperty"] = found
    return element, values


def _parent(ctx: Context, folder: Folder, element: str) -> Any:
    if folder.parent is None:
        return None
    return {
        "Id": ctx.ids.folder(folder.parent.mailbox_id, folder.parent.id),
        "ChangeKey": change_key(0),
    }


def _rights(ctx: Context, folder: Folder, element: str) -> Any:
    rights = Right(folder.rights)
    return {
        "CreateAssociated": bool(rights & Right.CREATE_ITEMS),
        "CreateContents": bool(rights & Right.CREATE_ITEMS),
        "CreateHierarchy": bool(rights & Right.CREATE_SUBFOLDERS),
        "Delete": bool(rights & Right.OWNER),
        "Modify": bool(rights & Right.OWNER),
        "Read": bool(rights & Right.READ_ALL),
        "ViewPrivateItems": folder.views_private,
    }


def _distinguished(ctx: Context, folder: Folder, element: str) -> Any:
    """The name of a folder in a mailbox that is the asker's. Without a mailbox it means the asker's
    own, so programs would go on in that one if others' folders said it."""
    is_own = folder.id.mailbox_id == ctx.session.principal.mailbox_id or folder.rights == ALL
    return folder.role or None if is_own else None


def _unread(ctx: Context, folder: Folder, element: str) -> Any:
    # Calendar and contacts folders have no such element in the contract.
    return folder.unread_count if element in ("Folder", "TasksFolder", "SearchFolder") else None


def _permissions(ctx: Context, folder: Folder, element: str) -> Any:
    if folder.permissions is None:
        return None
    return write_permission_set(folder.permissions, calendar=element == "CalendarFolder")


_VALUES: dict[str, Any] = {
    "ParentFolderId": _parent,
    "FolderClass": lambda ctx, folder, element: folder.folder_class or None,
    "DisplayName": lambda ctx, folder, element: folder.name,
    "TotalCount": lambda ctx, folder, element: folder.total_count,
    "ChildFolderCount": lambda ctx, folder, element: folder.child_count,
    "UnreadCount": _unread,
    "EffectiveRights": _rights,
    "PermissionSet": _permissions,
    "DistinguishedFolderId": _distinguished,
}

_HIDDEN = frozenset({"recipientcache", "quickcontacts", "imcontactlist", "todosearch"})


def _views(folder: Folder) -> dict[str, Any]:
    """A folder's properties by neutral name, as its MAPI views read them."""
    return {
        "is_hidden": folder.role in _HIDDEN,
        **folder.properties,
        "name": folder.name,
        "folder_class": folder.folder_class or None,
        "total_count": folder.total_count,
        "unread_count": folder.unread_count,
        "child_count": folder.child_count,
    }


def _extended(path: Path, folder: Folder) -> dict[str, Any] | None:
    name = path.extended
    assert name is not None
    alias = mapi.folder_alias_of(name)
    value = alias.read(_views(folder)) if alias is not None else folder.extended.get(name.key)
    if value is None:
        return None
    if name.key == "0xe08:Integer":
        value = min(value, 2**31 - 1)
    written: dict[str, Any] = {"ExtendedFieldURI": dict(name.echo)}
    if name.is_array:
        written["Values"] = {"Value": [mapi.write_value(name.type, entry) for entry in value]}
    else:
        written["Value"] = mapi.write_value(name.type, value)
    return written
