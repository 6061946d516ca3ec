"""Folders of requests in the store's words: new ones, and changes (MS-OXWSFOLD 2.2.4)."""

from __future__ import annotations

from typing import Any

from ews.context import Context
from ews.errors import EwsError
from ews.paths import read_path
from ews.reading.items import read_extended
from ews.reading.permissions import read_permission_set
from schemas import mapi
from schemas.classes import FOLDER_CLASSES, folder_element
from schemas.properties import FOLDER_ROWS
from store.commands import FolderChange, FolderDraft, FolderRef
from store.model import Permission

# Elements that clients may not set on a folder.
_READ_ONLY = tuple(
    row.ews.element for row in FOLDER_ROWS if row.ews is not None and not row.writable
)
_READ_ONLY_URIS = {f"folder:{name}" for name in _READ_ONLY}


def read_folder(ctx: Context, element: str, node: Any) -> FolderDraft:
    """The folder that a CreateFolder element describes. Raises EwsError."""
    if element == "SearchFolder":
        raise EwsError("ErrorInvalidOperation", "Search folders are not available yet.")
    for name in _READ_ONLY:
        if node.get(name) is not None:
            raise EwsError(
                "ErrorInvalidPropertySet", xml=[("FieldURI", {"FieldURI": f"folder:{name}"})]
            )
    values: dict[str, Any] = {"name": node.DisplayName, "folder_class": node.FolderClass}
    extended: dict[str, Any] = {}
    for entry in node.ExtendedProperty or ():
        for name, value in _extended_values(entry).items():
            (extended if name.startswith("x:") else values)[name.removeprefix("x:")] = value
    if not values["name"]:
        raise EwsError(
            "ErrorFolderSavePropertyError",
            xml=[("FieldURI", {"FieldURI": "folder:DisplayName"})],
        )
    return FolderDraft(
        values.pop("name"),
        _class(element, values.pop("folder_class")),
        properties=values,
        extended=extended,
        permissions=_permissions(element, node.PermissionSet),
    )


def _extended_values(entry: Any) -> dict[str, Any]:
    """What an ExtendedProperty of a folder sets: properties, or an ``x:`` key. Raises EwsError."""
    name, value = read_extended(entry)
    alias = mapi.folder_alias_of(name)
    if alias is None:
        return {f"x:{name.key}": value}
    if alias.write is None:
        raise EwsError(
            "ErrorInvalidPropertySet", xml=[("ExtendedFieldURI", entry.ExtendedFieldURI)]
        )
    return alias.write(value)


def _class(element: str, given: str | None) -> str:
    own = FOLDER_CLASSES[element]
    if given is None:
        return own
    if element != "Folder" and given.lower() != own.lower():
        raise EwsError("ErrorNoFolderClassOverride")
    if not given.upper().startswith("IPF"):
        raise EwsError("ErrorObjectTypeChanged")
    return given


def _permissions(element: str, node: Any) -> tuple[Permission, ...] | None:
    return None if node is None else read_permission_set(element, node)


def read_folder_change(ctx: Context, node: Any) -> FolderChange:
    """The change that a FolderChange element asks for. Raises EwsError."""
    ref = ctx.target(node)
    set_values: dict[str, Any] = {}
    unset: list[str] = []
    renamed = reclassed = None
    permissions: tuple[Permission, ...] | None = None
    for kind, update in node.Updates or ():
        pair = update.first("FieldURI", "IndexedFieldURI", "ExtendedFieldURI")
        assert pair is not None
        if kind == "AppendToFolderField":
            raise EwsError("ErrorInvalidPropertyAppend", xml=[pair])
        uri = _uri(pair)
        if kind == "DeleteFolderField":
            if uri == "folder:PermissionSet":
                permissions = ()
            elif uri is None:
                unset.append(_extended_name(pair))
            else:
                raise EwsError("ErrorInvalidPropertyDelete", xml=[pair])
            continue
        element, folder = _folder_of(update, pair)
        if uri is None:
            values = _extended_values(folder.ExtendedProperty[0])
            renamed = values.pop("name", renamed)
            reclassed = values.pop("folder_class", reclassed)
            set_values.update(values)
        elif uri == "folder:DisplayName":
            renamed = folder.DisplayName
        elif uri == "folder:FolderClass":
            reclassed = _new_class(folder.FolderClass, pair)
        elif uri == "folder:PermissionSet":
            permissions = _permissions(element, folder.PermissionSet)
        else:
            raise EwsError("ErrorInvalidPropertySet", xml=[pair])
    return FolderChange(ref, renamed, reclassed, set_values, tuple(unset), permissions)


def _extended_name(pair: tuple[str, Any]) -> str:
    """What the store calls a folder's extended property that may go. Raises EwsError."""
    path = read_path(pair)
    alias = mapi.folder_alias_of(path.extended) if path.extended is not None else None
    if alias is None and path.extended is not None:
        return f"x:{path.extended.key}"
    if alias is None or alias.write is None or alias.name in ("name", "folder_class"):
        raise EwsError("ErrorInvalidPropertyDelete", xml=[pair])
    return alias.name


def _uri(pair: tuple[str, Any]) -> str | None:
    return pair[1].FieldURI if pair[0] == "FieldURI" else None


def _new_class(given: str, pair: tuple[str, Any]) -> str:
    if folder_element(given) not in FOLDER_CLASSES or not given.upper().startswith("IPF"):
        raise EwsError("ErrorInvalidPropertySet", xml=[pair])
    return given


def _folder_of(update: Any, pair: tuple[str, Any]) -> tuple[str, Any]:
    """The folder element of a SetFolderField, which holds exactly the property of the path."""
    found = update.first(*FOLDER_CLASSES)
    if found is None or len(found[1]) != 1:
        raise EwsError("ErrorIncorrectUpdatePropertyCount")
    element, folder = found
    held = next(iter(folder))
    if pair[0] == "ExtendedFieldURI":
        matches = held == "ExtendedProperty" and len(folder.ExtendedProperty) == 1
        if matches:
            inner = read_path(("ExtendedFieldURI", folder.ExtendedProperty[0].ExtendedFieldURI))
            matches = inner.name == read_path(pair).name
    else:
        uri = pair[1].FieldURI
        if uri in _READ_ONLY_URIS:
            raise EwsError("ErrorInvalidPropertySet", xml=[pair])
        matches = uri == f"folder:{held}"
    if not matches:
        raise EwsError("ErrorUpdatePropertyMismatch", xml=[pair])
    return element, folder


def folder_ref(ctx: Context, node: Any) -> FolderRef:
    """The folder in a TargetFolderIdType node."""
    return ctx.target(node)
