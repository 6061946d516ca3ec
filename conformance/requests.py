"""Requests of the operations that scenarios use, as functions of what varies in them.

A place is a `Ref`, or the name of a distinguished folder (`"inbox"`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.node import Ref
from conformance.xml import Content, Element, m, t

Place = Ref | str
Places = Iterable[Place]


def place(where: Place, *, mailbox: str | None = None) -> Element:
    """A folder id; `mailbox` is the address of somebody else's distinguished folder."""
    if isinstance(where, Ref):
        return where.element
    owner = t.Mailbox(t.EmailAddress(mailbox)) if mailbox else None
    return t.DistinguishedFolderId(owner, Id=where)


def field(path: str | Element) -> Element:
    """A property path: `item:Subject`, `contacts:EmailAddress#EmailAddress1`, or an element."""
    if not isinstance(path, str):
        return path
    name, _, index = path.partition("#")
    if index:
        return t.IndexedFieldURI(FieldURI=name, FieldIndex=index)
    return t.FieldURI(FieldURI=name)


def folder_shape(shape: str, paths: Iterable[str | Element] = ()) -> Element:
    """FolderShape with extra properties."""
    return m.FolderShape(t.BaseShape(shape), _additional(paths))


def item_shape(shape: str, paths: Iterable[str | Element] = (), **options: Any) -> Element:
    """ItemShape; `options` are its switches by name (`BodyType="Text"`)."""
    order = (
        "IncludeMimeContent",
        "BodyType",
        "UniqueBodyType",
        "NormalizedBodyType",
        "FilterHtmlContent",
        "ConvertHtmlCodePageToUTF8",
        "InlineImageUrlTemplate",
        "BlockExternalImages",
        "AddBlankTargetToLinks",
        "MaximumBodySize",
    )
    if unknown := set(options) - set(order):
        raise TypeError(f"no such switch of ItemShape: {unknown}")
    switches = [t(name, options[name]) for name in order if name in options]
    return m.ItemShape(t.BaseShape(shape), switches, _additional(paths))


def _additional(paths: Iterable[str | Element]) -> Element | None:
    fields = [field(path) for path in paths]
    return t.AdditionalProperties(fields) if fields else None


# --- folders -------------------------------------------------------------------------------------


def create_folder(parent: Place, *folders: Element) -> Element:
    """CreateFolder."""
    return m.CreateFolder(m.ParentFolderId(place(parent)), m.Folders(folders))


def get_folder(
    folders: Places, shape: str = "AllProperties", paths: Iterable[str | Element] = ()
) -> Element:
    """GetFolder."""
    return m.GetFolder(
        folder_shape(shape, paths), m.FolderIds([place(folder) for folder in folders])
    )


def find_folder(
    parent: Place, shape: str = "Default", traversal: str = "Shallow", restriction: Content = None
) -> Element:
    """FindFolder."""
    return m.FindFolder(
        folder_shape(shape),
        m.Restriction(restriction) if restriction is not None else None,
        m.ParentFolderIds(place(parent)),
        Traversal=traversal,
    )


def delete_folder(folders: Places, how: str = "HardDelete") -> Element:
    """DeleteFolder."""
    return m.DeleteFolder(m.FolderIds([place(folder) for folder in folders]), DeleteType=how)


def empty_folder(folders: Places, how: str, *, subfolders: bool) -> Element:
    """EmptyFolder."""
    return m.EmptyFolder(
        m.FolderIds([place(folder) for folder in folders]),
        DeleteType=how,
        DeleteSubFolders=subfolders,
    )


def move_folder(folders: Places, target: Place) -> Element:
    """MoveFolder."""
    return _to_folder("MoveFolder", folders, target)


def copy_folder(folders: Places, target: Place) -> Element:
    """CopyFolder."""
    return _to_folder("CopyFolder", folders, target)


def _to_folder(operation: str, folders: Places, target: Place) -> Element:
    return m(
        operation,
        m.ToFolderId(place(target)),
        m.FolderIds([place(folder) for folder in folders]),
    )


def update_folder(*changes: Element) -> Element:
    """UpdateFolder; a change is made with `folder_change`."""
    return m.UpdateFolder(m.FolderChanges(changes))


def folder_change(folder: Place, *updates: Element) -> Element:
    """What to do to one folder; an update is made with `set_folder` and its like."""
    return t.FolderChange(place(folder), t.Updates(updates))


def set_folder(path: str | Element, folder: Element) -> Element:
    """Set one property to what `folder` holds."""
    return t.SetFolderField(field(path), folder)


def append_folder(path: str | Element, folder: Element) -> Element:
    """Append to one property what `folder` holds."""
    return t.AppendToFolderField(field(path), folder)


def delete_folder_field(path: str | Element) -> Element:
    """Remove one property."""
    return t.DeleteFolderField(field(path))


# --- items ---------------------------------------------------------------------------------------


def create_item(
    *items: Element,
    folder: Place | None = None,
    disposition: str | None = "SaveOnly",
    meetings: str | None = "SendToNone",
) -> Element:
    """CreateItem."""
    return m.CreateItem(
        m.SavedItemFolderId(place(folder)) if folder is not None else None,
        m.Items(items),
        MessageDisposition=disposition,
        SendMeetingInvitations=meetings,
    )


def get_item(
    items: Iterable[Ref | Element],
    shape: str = "AllProperties",
    paths: Iterable[str | Element] = (),
    **options: Any,
) -> Element:
    """GetItem."""
    return m.GetItem(item_shape(shape, paths, **options), item_ids(items))


def item_ids(items: Iterable[Ref | Element]) -> Element:
    """ItemIds of references or ready elements (`t.OccurrenceItemId(…)`)."""
    return m.ItemIds([item.element if isinstance(item, Ref) else item for item in items])


def update_item(
    *changes: Element,
    conflict: str = "AlwaysOverwrite",
    disposition: str | None = "SaveOnly",
    meetings: str | None = "SendToNone",
    suppress_receipts: bool | None = None,
    folder: Place | None = None,
) -> Element:
    """UpdateItem; a change is made with `item_change`."""
    return m.UpdateItem(
        m.SavedItemFolderId(place(folder)) if folder is not None else None,
        m.ItemChanges(changes),
        ConflictResolution=conflict,
        MessageDisposition=disposition,
        SendMeetingInvitationsOrCancellations=meetings,
        SuppressReadReceipts=suppress_receipts,
    )


def item_change(item: Ref, *updates: Element) -> Element:
    """What to do to one item; an update is made with `set_field` and its like."""
    return t.ItemChange(item.element, t.Updates(updates))


def set_field(path: str | Element, item: Element) -> Element:
    """Set one property to what `item` holds."""
    return t.SetItemField(field(path), item)


def append_field(path: str | Element, item: Element) -> Element:
    """Append to one property what `item` holds."""
    return t.AppendToItemField(field(path), item)


def delete_field(path: str | Element) -> Element:
    """Remove one property."""
    return t.DeleteItemField(field(path))


def delete_item(
    items: Iterable[Ref | Element],
    how: str = "HardDelete",
    suppress_receipts: bool | None = None,
    meetings: str = "SendToNone",
) -> Element:
    """DeleteItem, all of a series of tasks."""
    return m.DeleteItem(
        item_ids(items),
        DeleteType=how,
        SendMeetingCancellations=meetings,
        AffectedTaskOccurrences="AllOccurrences",
        SuppressReadReceipts=suppress_receipts,
    )


def move_item(
    items: Iterable[Ref | Element], target: Place, new_ids: bool | None = None
) -> Element:
    """MoveItem."""
    return _items_to_folder("MoveItem", items, target, new_ids)


def copy_item(
    items: Iterable[Ref | Element], target: Place, new_ids: bool | None = None
) -> Element:
    """CopyItem."""
    return _items_to_folder("CopyItem", items, target, new_ids)


def _items_to_folder(
    operation: str, items: Iterable[Ref | Element], target: Place, new_ids: bool | None
) -> Element:
    return m(
        operation,
        m.ToFolderId(place(target)),
        item_ids(items),
        m.ReturnNewItemIds(new_ids) if new_ids is not None else None,
    )


def send_item(items: Iterable[Ref], save: bool, folder: Place | None = None) -> Element:
    """SendItem."""
    return m.SendItem(
        item_ids(items),
        m.SavedItemFolderId(place(folder)) if folder is not None else None,
        SaveItemToFolder=save,
    )


def mark_all(folders: Places, *, read: bool, suppress_receipts: bool) -> Element:
    """MarkAllItemsAsRead."""
    return m.MarkAllItemsAsRead(
        m.ReadFlag(read),
        m.SuppressReadReceipts(suppress_receipts),
        m.FolderIds([place(folder) for folder in folders]),
    )


def find_item(
    parents: Places,
    shape: str = "Default",
    paths: Iterable[str | Element] = (),
    restriction: Element | None = None,
    traversal: str = "Shallow",
) -> Element:
    """FindItem."""
    return m.FindItem(
        item_shape(shape, paths),
        m.Restriction(restriction) if restriction is not None else None,
        m.ParentFolderIds([place(parent) for parent in parents]),
        Traversal=traversal,
    )


def subject_holds(words: str) -> Element:
    """The restriction that the public suites look for mail with."""
    return t.Contains(
        t.FieldURI(FieldURI="item:Subject"),
        t.Constant(Value=words),
        ContainmentMode="Substring",
        ContainmentComparison="IgnoreCaseAndNonSpacingCharacters",
    )


# --- attachments ---------------------------------------------------------------------------------


def create_attachment(parent: Ref, *attachments: Element) -> Element:
    """CreateAttachment; the parent may itself be an attached item."""
    return m.CreateAttachment(
        m.ParentItemId(Id=parent.id, ChangeKey=parent.key), m.Attachments(attachments)
    )


def get_attachment(attachments: Iterable[Ref], shape: Element | None = None) -> Element:
    """GetAttachment."""
    return m.GetAttachment(
        shape, m.AttachmentIds([t.AttachmentId(Id=each.id) for each in attachments])
    )


def delete_attachment(attachments: Iterable[Ref]) -> Element:
    """DeleteAttachment."""
    return m.DeleteAttachment(m.AttachmentIds([t.AttachmentId(Id=each.id) for each in attachments]))


# --- synchronisation -----------------------------------------------------------------------------


def sync_hierarchy(
    folder: Place | None = None, state: str | None = None, shape: str = "AllProperties"
) -> Element:
    """SyncFolderHierarchy."""
    return m.SyncFolderHierarchy(
        folder_shape(shape),
        m.SyncFolderId(place(folder)) if folder is not None else None,
        m.SyncState(state) if state is not None else None,
    )


def sync_items(
    folder: Place,
    state: str | None = None,
    *,
    ignore: Iterable[Ref] = (),
    most: int = 512,
    scope: str | None = None,
    shape: Element | None = None,
) -> Element:
    """SyncFolderItems."""
    ignored = [ref.element for ref in ignore]
    return m.SyncFolderItems(
        shape if shape is not None else item_shape("AllProperties"),
        m.SyncFolderId(place(folder)),
        m.SyncState(state) if state is not None else None,
        m.Ignore(ignored) if ignored else None,
        m.MaxChangesReturned(most),
        m.SyncScope(scope) if scope is not None else None,
    )
