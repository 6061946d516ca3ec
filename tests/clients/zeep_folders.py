"""zeep: a call of each operation on folders."""

from __future__ import annotations

from tests.clients.zeep_client import (
    ALL,
    DEFAULT,
    Soap,
    call,
    folders,
    make_folder,
    only,
    target,
    values_of,
)


@call
def GetFolder(soap: Soap) -> None:
    found = soap.messages("GetFolder", FolderShape=ALL, FolderIds=folders("inbox", "sentitems"))
    assert [only(m.Folders).DisplayName for m in found] == ["Inbox", "Sent Items"]
    assert isinstance(only(found[0].Folders).TotalCount, int)


@call
def FindFolder(soap: Soap) -> None:
    soap.folder("Found by zeep")
    found = soap.one(
        "FindFolder",
        Traversal="Shallow",
        FolderShape=DEFAULT,
        IndexedPageFolderView={"MaxEntriesReturned": 1000, "Offset": 0, "BasePoint": "Beginning"},
        ParentFolderIds=folders("inbox"),
    ).RootFolder
    names = [f.DisplayName for e in found.Folders._value_1 for f in values_of(e).values()]
    assert "Found by zeep" in names
    assert found.IncludesLastItemInRange is True


@call
def CreateFolder(soap: Soap) -> None:
    assert make_folder(soap, "Made by zeep")["Id"]


@call
def CreateFolderPath(soap: Soap) -> None:
    made = soap.messages(
        "CreateFolderPath",
        ParentFolderId=target("inbox"),
        RelativeFolderPath={
            "_value_1": [{"Folder": {"DisplayName": "A"}}, {"Folder": {"DisplayName": "B"}}]
        },
    )
    assert len({only(m.Folders).FolderId.Id for m in made}) == 2


@call
def UpdateFolder(soap: Soap) -> None:
    updates = [
        {
            "SetFolderField": {
                "Path": soap.type("PathToUnindexedFieldType")(FieldURI="folder:DisplayName"),
                "Folder": {"DisplayName": "Renamed"},
            }
        }
    ]
    changed = soap.one(
        "UpdateFolder",
        FolderChanges={
            "FolderChange": [{"FolderId": soap.folder(), "Updates": {"_value_1": updates}}]
        },
    )
    assert only(changed.Folders).FolderId.Id


@call
def DeleteFolder(soap: Soap) -> None:
    soap.one("DeleteFolder", DeleteType="HardDelete", FolderIds=folders(soap.folder()))


@call
def MoveFolder(soap: Soap) -> None:
    moved = soap.one("MoveFolder", ToFolderId=target("drafts"), FolderIds=folders(soap.folder()))
    assert only(moved.Folders).FolderId.Id


@call
def CopyFolder(soap: Soap) -> None:
    id = soap.folder()
    copied = soap.one("CopyFolder", ToFolderId=target("drafts"), FolderIds=folders(id))
    assert only(copied.Folders).FolderId.Id != id["Id"]


@call
def EmptyFolder(soap: Soap) -> None:
    soap.one(
        "EmptyFolder",
        DeleteType="HardDelete",
        DeleteSubFolders=True,
        FolderIds=folders(soap.folder()),
    )


@call
def SyncFolderHierarchy(soap: Soap) -> None:
    found = soap.one("SyncFolderHierarchy", FolderShape=DEFAULT)
    assert found.SyncState and found.IncludesLastFolderInRange is True
    assert len(found.Changes._value_1) > 5
    again = soap.one("SyncFolderHierarchy", FolderShape=DEFAULT, SyncState=found.SyncState)
    assert not again.Changes or not again.Changes._value_1


@call
def MarkAllItemsAsRead(soap: Soap) -> None:
    soap.item(place="inbox")
    soap.one(
        "MarkAllItemsAsRead",
        ReadFlag=True,
        SuppressReadReceipts=True,
        FolderIds=folders("inbox"),
    )
