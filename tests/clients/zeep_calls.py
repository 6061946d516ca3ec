"""One call with zeep for each operation, by name: the requests as a SOAP toolkit writes them.

Every function takes ``Soap`` and says what must come back. ``CALLS`` is what the test runs.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
import zeep
from zeep.transports import Transport

from entrepot.testing import Person

_HEADER = {"RequestVersion": {"Version": "Exchange2016"}}
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
_NUMBERS = itertools.count(1)
Call = Callable[["Soap"], None]
CALLS: dict[str, Call] = {}


def call(function: Call) -> Call:
    """Register the call of the operation that bears the function's name."""
    CALLS[function.__name__] = function
    return function


# zeep knows no substitution groups: it writes the group's head and names the type of the value.
_HEADS = {f"{{{TYPES}}}Path", f"{{{TYPES}}}SearchExpression"}
_SUBSTITUTES = {
    "PathToUnindexedFieldType": "FieldURI",
    "PathToExtendedFieldType": "ExtendedFieldURI",
    "ContainsExpressionType": "Contains",
}


class Substitutes(zeep.Plugin):
    """Writes the element that stands for the head of its group."""

    def egress(self, envelope: Any, http_headers: Any, operation: Any, options: Any) -> Any:
        """Called by zeep with each request."""
        for element in envelope.iter(*_HEADS):
            name = element.attrib.pop(f"{{{INSTANCE}}}type").rpartition(":")[2]
            element.tag = f"{{{TYPES}}}{_SUBSTITUTES[name]}"
        return envelope, http_headers


class Soap:
    """A person's zeep client on the served WSDL."""

    def __init__(self, person: Person) -> None:
        self.person = person
        session = requests.Session()
        session.auth = (person.address, person.password)
        self._transport = Transport(session=session, operation_timeout=60)
        self._wsdl = f"{person.exchange.url}/EWS/Services.wsdl"
        plugins = [Substitutes()]
        settings = zeep.Settings(xml_huge_tree=True)
        self.client = zeep.Client(
            self._wsdl, transport=self._transport, plugins=plugins, settings=settings
        )

    def ask(self, operation: str, **request: Any) -> Any:
        """The body of an answer, as zeep's typed object."""
        answer = getattr(self.client.service, operation)(**request, _soapheaders=_HEADER)
        assert answer.header.ServerVersion.MajorVersion == 15
        return answer.body

    def messages(self, operation: str, **request: Any) -> list[Any]:
        """The response messages of an answer, all of them successes."""
        body = self.ask(operation, **request)
        found = [next(iter(_values(m).values())) for m in body.ResponseMessages._value_1]
        for message in found:
            assert (message.ResponseClass, message.ResponseCode) == ("Success", "NoError"), message
        return found

    def one(self, operation: str, **request: Any) -> Any:
        """The only response message."""
        (message,) = self.messages(operation, **request)
        return message

    def type(self, name: str) -> Any:
        """A type of the types namespace, to make a value that names it."""
        return self.client.get_type(f"{{{TYPES}}}{name}")

    def subject(self) -> Any:
        """The path of the subject."""
        return self.type("PathToUnindexedFieldType")(FieldURI="item:Subject")

    def lenient(self) -> Any:
        """A service that takes the first of several documents in one answer."""
        settings = zeep.Settings(strict=False)
        return zeep.Client(self._wsdl, transport=self._transport, settings=settings).service

    def folder(self, name: str = "") -> dict[str, str]:
        """A new folder in the inbox: its id."""
        return make_folder(self, name or f"Folder {next(_NUMBERS)}")

    def item(self, subject: str = "", place: str = "drafts", **more: Any) -> dict[str, str]:
        """A new message: its id."""
        message = {"Subject": subject or f"Item {next(_NUMBERS)}", **more}
        made = self.one(
            "CreateItem",
            MessageDisposition="SaveOnly",
            SavedItemFolderId={"DistinguishedFolderId": {"Id": place}},
            Items={"_value_1": [{"Message": message}]},
        )
        return id_of(only(made.Items).ItemId)


def _values(found: Any) -> dict[str, Any]:
    """An entry of a choice as a dict of its one element."""
    values = found if isinstance(found, dict) else found.__values__
    return {name: value for name, value in values.items() if value is not None}


def only(container: Any) -> Any:
    """The one element of Items, Folders or Attachments."""
    (entry,) = container._value_1
    (value,) = _values(entry).values()
    return value


def id_of(node: Any) -> dict[str, str]:
    """An id to send back."""
    return {"Id": node.Id, "ChangeKey": node.ChangeKey}


def make_folder(soap: Soap, name: str) -> dict[str, str]:
    made = soap.one(
        "CreateFolder",
        ParentFolderId={"DistinguishedFolderId": {"Id": "inbox"}},
        Folders={"_value_1": [{"Folder": {"DisplayName": name}}]},
    )
    return id_of(only(made.Folders).FolderId)


def folders(*ids: Any) -> dict[str, Any]:
    """FolderIds: ids, or names of well-known folders."""
    return {
        "_value_1": [
            {"DistinguishedFolderId": {"Id": id}} if isinstance(id, str) else {"FolderId": id}
            for id in ids
        ]
    }


def several(name: str, *values: Any) -> dict[str, Any]:
    """A list whose entries are elements of one name, as zeep wants it."""
    return {"_value_1": [{name: value} for value in values]}


def items(*ids: dict[str, str]) -> dict[str, Any]:
    """ItemIds."""
    return several("ItemId", *ids)


def target(name: str) -> dict[str, Any]:
    """A TargetFolderId: a well-known folder."""
    return {"DistinguishedFolderId": {"Id": name}}


DEFAULT = {"BaseShape": "Default"}
ID_ONLY = {"BaseShape": "IdOnly"}
ALL = {"BaseShape": "AllProperties"}


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
    names = [f.DisplayName for e in found.Folders._value_1 for f in _values(e).values()]
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
def SyncFolderItems(soap: Soap) -> None:
    soap.item("Synced", place="inbox")
    found = soap.one(
        "SyncFolderItems",
        ItemShape=DEFAULT,
        SyncFolderId=target("inbox"),
        MaxChangesReturned=100,
        SyncScope="NormalItems",
    )
    subjects = [_values(e)["Create"].Message.Subject for e in found.Changes._value_1]
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
    return [i.Subject for e in found.Items._value_1 for i in _values(e).values()]


@call
def ArchiveItem(soap: Soap) -> None:
    id = soap.item(place="inbox")
    archived = soap.one("ArchiveItem", ArchiveSourceFolderId=target("inbox"), ItemIds=items(id))
    assert only(archived.Items).ItemId.Id


@call
def MarkAllItemsAsRead(soap: Soap) -> None:
    soap.item(place="inbox")
    soap.one(
        "MarkAllItemsAsRead",
        ReadFlag=True,
        SuppressReadReceipts=True,
        FolderIds=folders("inbox"),
    )


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


EVENTS = several("EventType", "CreatedEvent", "NewMailEvent")


def _pulled(soap: Soap) -> Any:
    return soap.one(
        "Subscribe",
        PullSubscriptionRequest={
            "FolderIds": folders("inbox"),
            "EventTypes": EVENTS,
            "Timeout": 10,
        },
    )


@call
def Subscribe(soap: Soap) -> None:
    found = _pulled(soap)
    assert found.SubscriptionId and found.Watermark


@call
def Unsubscribe(soap: Soap) -> None:
    soap.one("Unsubscribe", SubscriptionId=_pulled(soap).SubscriptionId)


@call
def GetEvents(soap: Soap) -> None:
    pulled = _pulled(soap)
    soap.item("Event", place="inbox")
    found = soap.one(
        "GetEvents", SubscriptionId=pulled.SubscriptionId, Watermark=pulled.Watermark
    ).Notification
    assert found.SubscriptionId == pulled.SubscriptionId and found.MoreEvents is False
    events = [event for entry in found._value_1 for event in _values(entry).values()]
    assert any(event.ItemId is not None for event in events if hasattr(event, "ItemId"))


@call
def GetStreamingEvents(soap: Soap) -> None:
    """A stream holds several documents; a toolkit that takes one gets the first: it is open."""
    subscribed = soap.one(
        "Subscribe",
        StreamingSubscriptionRequest={"FolderIds": folders("inbox"), "EventTypes": EVENTS},
    )
    timer = threading.Timer(0.5, soap.person.exchange.clock.advance, kwargs={"minutes": 2})
    timer.start()
    answer = soap.lenient().GetStreamingEvents(
        SubscriptionIds={"SubscriptionId": [subscribed.SubscriptionId]},
        ConnectionTimeout=1,
        _soapheaders=_HEADER,
    )
    timer.join()
    (message,) = answer.body.ResponseMessages._value_1
    assert message["GetStreamingEventsResponseMessage"].ConnectionStatus == "OK"


@call
def ResolveNames(soap: Soap) -> None:
    found = soap.one(
        "ResolveNames",
        ReturnFullContactData=True,
        UnresolvedEntry=soap.person.address.partition("@")[0],
    ).ResolutionSet
    (resolution,) = found.Resolution
    assert resolution.Mailbox.EmailAddress == soap.person.address
    assert found.TotalItemsInView == 1


@call
def ConvertId(soap: Soap) -> None:
    # zeep wants the attribute of the base type, too
    source = {"Format": "EwsId", "Id": soap.item()["Id"], "Mailbox": soap.person.address}
    source["_value_1"] = {"Format": "EwsId"}
    found = soap.one(
        "ConvertId",
        DestinationFormat="EntryId",
        SourceIds={"_value_1": [{"AlternateId": source}]},
    )
    assert (found.AlternateId.Format, found.AlternateId.Mailbox) == (
        "EntryId",
        soap.person.address,
    )


@call
def GetServerTimeZones(soap: Soap) -> None:
    """Names only: zeep cannot read transitions, which stand in a substitution group."""
    found = soap.one(
        "GetServerTimeZones",
        ReturnFullTimeZoneData=False,
        Ids={"Id": ["W. Europe Standard Time", "UTC"]},
    )
    zones = found.TimeZoneDefinitions._value_1
    assert [_values(zone)["TimeZoneDefinition"].Id for zone in zones] == [
        "W. Europe Standard Time",
        "UTC",
    ]


def _named(name: str) -> dict[str, Any]:
    return {"Name": name, **target("inbox")}


def _configure(soap: Soap, name: str) -> None:
    entry = {
        "DictionaryKey": {"Type": "String", "Value": ["colour"]},
        "DictionaryValue": {"Type": "String", "Value": ["red"]},
    }
    soap.one(
        "CreateUserConfiguration",
        UserConfiguration={
            "UserConfigurationName": _named(name),
            "Dictionary": {"DictionaryEntry": [entry]},
            "XmlData": b"<x/>",
        },
    )


def _configuration(soap: Soap, name: str) -> Any:
    return soap.one(
        "GetUserConfiguration",
        UserConfigurationName=_named(name),
        UserConfigurationProperties=["All"],
    ).UserConfiguration


@call
def CreateUserConfiguration(soap: Soap) -> None:
    _configure(soap, "Created")


@call
def GetUserConfiguration(soap: Soap) -> None:
    _configure(soap, "Got")
    found = _configuration(soap, "Got")
    (entry,) = found.Dictionary.DictionaryEntry
    assert (entry.DictionaryKey.Value, entry.DictionaryValue.Value) == (["colour"], ["red"])
    assert found.XmlData == b"<x/>"


@call
def UpdateUserConfiguration(soap: Soap) -> None:
    _configure(soap, "Updated")
    changed = {"UserConfigurationName": _named("Updated"), "XmlData": b"<y/>"}
    soap.one("UpdateUserConfiguration", UserConfiguration=changed)
    assert _configuration(soap, "Updated").XmlData == b"<y/>"


@call
def DeleteUserConfiguration(soap: Soap) -> None:
    _configure(soap, "Deleted")
    soap.one("DeleteUserConfiguration", UserConfigurationName=_named("Deleted"))


@call
def GetServiceConfiguration(soap: Soap) -> None:
    body = soap.ask(
        "GetServiceConfiguration", RequestedConfiguration=several("ConfigurationName", ["MailTips"])
    )
    (message,) = body.ResponseMessages.ServiceConfigurationResponseMessageType
    assert message.MailTipsConfiguration.MailTipsEnabled is True


@call
def GetMailTips(soap: Soap) -> None:
    body = soap.ask(
        "GetMailTips",
        SendingAs={"EmailAddress": soap.person.address},
        Recipients=several("Mailbox", {"EmailAddress": soap.person.address}),
        MailTipsRequested=["All"],
    )
    (message,) = body.ResponseMessages.MailTipsResponseMessageType
    assert message.MailTips.InvalidRecipient is False
    assert isinstance(message.MailTips.MaxMessageSize, int)
