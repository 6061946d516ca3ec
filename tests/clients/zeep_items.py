"""zeep: a call of each operation on items and attachments."""

from __future__ import annotations

from datetime import datetime

from tests.clients.zeep_client import (
    ALL,
    DEFAULT,
    ID_ONLY,
    Soap,
    call,
    folders,
    items,
    only,
    several,
    target,
    values_of,
)


@call
def SyncFolderItems(soap: Soap) -> None:
    soap.item("Synced", place="inbox")
    found = soap.one(
        "SyncFolderItems",
        ItemShape=DEFAULT,
        SyncFolderId=target("inbox"),
        MaxChangesReturned=100,
        SyncScope="NormalItems",
    )
    subjects = [values_of(e)["Create"].Message.Subject for e in found.Changes._value_1]
    assert "Synced" in subjects and found.IncludesLastItemInRange is True


@call
def CreateItem(soap: Soap) -> None:
    assert soap.item("Created")["ChangeKey"]


@call
def GetItem(soap: Soap) -> None:
    id = soap.item("Read me", Body={"_value_1": "Text", "BodyType": "Text"}, IsRead=True)
    item = only(soap.one("GetItem", ItemShape=ALL, ItemIds=items(id)).Items)
    assert (item.Subject, item.Body._value_1, item.Body.BodyType) == ("Read me", "Text", "Text")
    assert item.IsRead is True and isinstance(item.DateTimeCreated, datetime)
    shape = {**ID_ONLY, "IncludeMimeContent": True}
    item = only(soap.one("GetItem", ItemShape=shape, ItemIds=items(id)).Items)
    assert item.MimeContent.CharacterSet == "UTF-8"


@call
def UpdateItem(soap: Soap) -> None:
    updates = [{"SetItemField": {"Path": soap.subject(), "Message": {"Subject": "Updated"}}}]
    changed = soap.one(
        "UpdateItem",
        ConflictResolution="AutoResolve",
        MessageDisposition="SaveOnly",
        ItemChanges={"ItemChange": [{"ItemId": soap.item(), "Updates": {"_value_1": updates}}]},
    )
    assert only(changed.Items).ItemId.ChangeKey and changed.ConflictResults.Count == 0


@call
def DeleteItem(soap: Soap) -> None:
    ids = [soap.item() for _ in range(3)]
    assert len(soap.messages("DeleteItem", DeleteType="HardDelete", ItemIds=items(*ids))) == 3


@call
def MoveItem(soap: Soap) -> None:
    id = soap.item()
    moved = soap.one("MoveItem", ToFolderId=target("inbox"), ItemIds=items(id))
    assert only(moved.Items).ItemId.Id != id["Id"]


@call
def CopyItem(soap: Soap) -> None:
    id = soap.item()
    copied = soap.one("CopyItem", ToFolderId=target("inbox"), ItemIds=items(id))
    assert only(copied.Items).ItemId.Id != id["Id"]


@call
def SendItem(soap: Soap) -> None:
    to = several("Mailbox", {"EmailAddress": soap.person.address})
    id = soap.item("To myself", ToRecipients=to)
    soap.one("SendItem", SaveItemToFolder=True, ItemIds=items(id))
    assert "To myself" in _subjects(soap, "inbox") and "To myself" in _subjects(soap, "sentitems")


def _subjects(soap: Soap, place: str) -> list[str]:
    found = soap.one(
        "FindItem",
        Traversal="Shallow",
        ItemShape=DEFAULT,
        ParentFolderIds=folders(place),
    ).RootFolder
    return [i.Subject for e in found.Items._value_1 for i in values_of(e).values()]


@call
def ArchiveItem(soap: Soap) -> None:
    id = soap.item(place="inbox")
    archived = soap.one("ArchiveItem", ArchiveSourceFolderId=target("inbox"), ItemIds=items(id))
    assert only(archived.Items).ItemId.Id


@call
def FindItem(soap: Soap) -> None:
    for letter in "ABC":
        soap.item(f"Find {letter}", place="tasks")
    found = soap.one(
        "FindItem",
        Traversal="Shallow",
        ItemShape=ID_ONLY | {"AdditionalProperties": several("Path", soap.subject())},
        IndexedPageItemView={"MaxEntriesReturned": 1, "Offset": 1, "BasePoint": "Beginning"},
        Restriction={
            "SearchExpression": soap.type("ContainsExpressionType")(
                Path=soap.subject(),
                Constant={"Value": "find"},
                ContainmentMode="Prefixed",
                ContainmentComparison="IgnoreCase",
            )
        },
        SortOrder={"FieldOrder": [{"Path": soap.subject(), "Order": "Descending"}]},
        ParentFolderIds=folders("tasks"),
    ).RootFolder
    assert only(found.Items).Subject == "Find B"
    assert (found.TotalItemsInView, found.IndexedPagingOffset) == (3, 2)
    assert found.IncludesLastItemInRange is False


def _attached(soap: Soap) -> tuple[dict[str, str], str]:
    id = soap.item()
    made = soap.one(
        "CreateAttachment",
        ParentItemId=id,
        Attachments={"_value_1": [{"FileAttachment": {"Name": "a.bin", "Content": b"\x00\x01"}}]},
    )
    attachment = only(made.Attachments).AttachmentId
    assert attachment.RootItemId == id["Id"]
    return id, attachment.Id


@call
def CreateAttachment(soap: Soap) -> None:
    assert _attached(soap)[1]


@call
def GetAttachment(soap: Soap) -> None:
    _, id = _attached(soap)
    found = soap.one("GetAttachment", AttachmentIds=several("AttachmentId", {"Id": id}))
    file = only(found.Attachments)
    assert (file.Name, file.Content, file.Size) == ("a.bin", b"\x00\x01", file.Size)


@call
def DeleteAttachment(soap: Soap) -> None:
    item, id = _attached(soap)
    gone = soap.one("DeleteAttachment", AttachmentIds=several("AttachmentId", {"Id": id}))
    assert gone.RootItemId.RootItemId == item["Id"]
