"""zeep: a call of each operation on notifications, names, ids, zones and configuration."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from tests.clients.passing import time_passes
from tests.clients.zeep_client import HEADER, Soap, call, folders, several, target, values_of
from tests.directory.pictures import picture, size_of

_NUMBERS = itertools.count(1)
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
    events = [event for entry in found._value_1 for event in values_of(entry).values()]
    assert any(event.ItemId is not None for event in events if hasattr(event, "ItemId"))


@call
def GetStreamingEvents(soap: Soap) -> None:
    """A stream holds several documents; a toolkit that takes one gets the first: it is open."""
    subscribed = soap.one(
        "Subscribe",
        StreamingSubscriptionRequest={"FolderIds": folders("inbox"), "EventTypes": EVENTS},
    )
    service = soap.lenient()
    with time_passes(soap.person.exchange):
        answer = service.GetStreamingEvents(
            SubscriptionIds={"SubscriptionId": [subscribed.SubscriptionId]},
            ConnectionTimeout=1,
            _soapheaders=HEADER,
        )
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
    assert [values_of(zone)["TimeZoneDefinition"].Id for zone in zones] == [
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


@call
def GetUserAvailability(soap: Soap) -> None:
    never = {"Bias": 0, "Time": "00:00:00", "DayOrder": 0, "Month": 0, "DayOfWeek": "Sunday"}
    body = soap.ask(
        "GetUserAvailability",
        header={},
        TimeZone={"Bias": -60, "StandardTime": never, "DaylightTime": never},
        MailboxDataArray={
            "MailboxData": [{"Email": {"Address": soap.person.address}, "AttendeeType": "Required"}]
        },
        FreeBusyViewOptions={
            "TimeWindow": {"StartTime": "2026-06-01T00:00:00", "EndTime": "2026-06-02T00:00:00"},
            "MergedFreeBusyIntervalInMinutes": 720,
            "RequestedView": ["DetailedMerged"],
        },
    )
    (found,) = body.FreeBusyResponseArray.FreeBusyResponse
    assert found.ResponseMessage.ResponseClass == "Success"
    assert found.FreeBusyView.MergedFreeBusy == "00"
    (period,) = found.FreeBusyView.WorkingHours.WorkingPeriodArray.WorkingPeriod
    assert period.StartTimeInMinutes == 480


@call
def GetUserOofSettings(soap: Soap) -> None:
    body = soap.ask("GetUserOofSettings", header={}, Mailbox={"Address": soap.person.address})
    assert body.ResponseMessage.ResponseClass == "Success"
    assert body.OofSettings.OofState in ("Disabled", "Enabled")


@call
def SetUserOofSettings(soap: Soap) -> None:
    body = soap.ask(
        "SetUserOofSettings",
        header={},
        Mailbox={"Address": soap.person.address},
        UserOofSettings={
            "OofState": "Enabled",
            "ExternalAudience": "None",
            "InternalReply": {"Message": "Away"},
        },
    )
    assert body.ResponseMessage.ResponseClass == "Success"
    found = soap.ask("GetUserOofSettings", header={}, Mailbox={"Address": soap.person.address})
    assert found.OofSettings.InternalReply.Message == "Away"


_DAY = {"BeginTime": "2026-06-01T00:00:00Z", "EndTime": "2026-06-02T00:00:00Z"}


def _reminders(soap: Soap) -> list[Any]:
    body = soap.ask("GetReminders", **_DAY, ReminderType="All")
    assert body.ResponseClass == "Success"
    return list(body.Reminders.Reminder) if body.Reminders else []


@call
def GetReminders(soap: Soap) -> None:
    assert isinstance(_reminders(soap), list)


@call
def PerformReminderAction(soap: Soap) -> None:
    # zeep leaves out what an appointment has of items in general; reminders are on by default.
    item = {"Start": "2026-06-01T10:00:00Z", "End": "2026-06-01T11:00:00Z"}
    soap.one(
        "CreateItem",
        SendMeetingInvitations="SendToNone",
        Items={"_value_1": [{"CalendarItem": item}]},
    )
    due = _reminders(soap)[0]
    body = soap.ask(
        "PerformReminderAction",
        ReminderItemActions={
            "ReminderItemAction": [{"ActionType": "Dismiss", "ItemId": {"Id": due.ItemId.Id}}]
        },
    )
    assert body.ResponseClass == "Success" and len(body.UpdatedItemIds.ItemId) == 1
    assert due.ItemId.Id not in [each.ItemId.Id for each in _reminders(soap)]


@call
def ExpandDL(soap: Soap) -> None:
    server, address = soap.person.exchange, soap.person.address
    crew = server.distribution_list(f"crew {next(_NUMBERS)}", [address])
    found = soap.one("ExpandDL", Mailbox={"EmailAddress": crew}).DLExpansion
    assert [each.EmailAddress for each in found.Mailbox] == [address]


@call
def GetRoomLists(soap: Soap) -> None:
    _, rooms = _rooms(soap)
    assert rooms in [each.EmailAddress for each in soap.ask("GetRoomLists").RoomLists.Address]


@call
def GetRooms(soap: Soap) -> None:
    room, rooms = _rooms(soap)
    found = soap.ask("GetRooms", RoomList={"EmailAddress": rooms}).Rooms
    assert [each.Id.EmailAddress for each in found.Room] == [room]


def _rooms(soap: Soap) -> tuple[str, str]:
    """Addresses of a new room and of a list that it alone is in."""
    server, number = soap.person.exchange, next(_NUMBERS)
    room = server.person(f"oak {number}", role="room").address
    return room, server.distribution_list(f"rooms {number}", [room], of_rooms=True)


def delegate_of(soap: Soap, person: Any, delivery: str | None = None, **settings: Any) -> Any:
    """The answer of AddDelegate that makes ``person`` a delegate."""
    user = {"UserId": {"PrimarySmtpAddress": person.address}, **settings}
    users = {"DelegateUser": [user]}
    request: dict[str, Any] = {"DelegateUsers": users, "DeliverMeetingRequests": delivery}
    return _delegate(soap, "AddDelegate", **request)


def _delegate(soap: Soap, operation: str, **request: Any) -> Any:
    """The delegate, or nothing, in the only response of an operation on delegates."""
    body = soap.ask(operation, Mailbox={"EmailAddress": soap.person.address}, **request)
    assert (body.ResponseClass, body.ResponseCode) == ("Success", "NoError"), body
    (message,) = body.ResponseMessages.DelegateUserResponseMessageType
    assert (message.ResponseClass, message.ResponseCode) == ("Success", "NoError"), message
    return message.DelegateUser


def _new_delegate(soap: Soap) -> Any:
    person = soap.person.exchange.person(f"deputy {next(_NUMBERS)}")
    delegate_of(soap, person, "DelegatesAndMe", ReceiveCopiesOfMeetingMessages=True)
    return person


@call
def AddDelegate(soap: Soap) -> None:
    person = soap.person.exchange.person(f"deputy {next(_NUMBERS)}")
    levels = {"CalendarFolderPermissionLevel": "Author"}
    added = delegate_of(soap, person, DelegatePermissions=levels)
    assert added.UserId.PrimarySmtpAddress == person.address
    assert (added.ReceiveCopiesOfMeetingMessages, added.ViewPrivateItems) == (False, False)


@call
def GetDelegate(soap: Soap) -> None:
    person = _new_delegate(soap)
    users = {"UserId": [{"PrimarySmtpAddress": person.address}]}
    found = _delegate(soap, "GetDelegate", IncludePermissions=True, UserIds=users)
    assert found.UserId.PrimarySmtpAddress == person.address
    assert found.ReceiveCopiesOfMeetingMessages is True
    assert found.DelegatePermissions.CalendarFolderPermissionLevel == "None"


@call
def UpdateDelegate(soap: Soap) -> None:
    person = _new_delegate(soap)
    levels = {"TasksFolderPermissionLevel": "Editor"}
    user = {"UserId": {"PrimarySmtpAddress": person.address}, "DelegatePermissions": levels}
    changed = _delegate(soap, "UpdateDelegate", DelegateUsers={"DelegateUser": [user]})
    assert changed.ReceiveCopiesOfMeetingMessages is True


@call
def RemoveDelegate(soap: Soap) -> None:
    users = {"UserId": [{"PrimarySmtpAddress": _new_delegate(soap).address}]}
    assert _delegate(soap, "RemoveDelegate", UserIds=users) is None


@call
def GetUserPhoto(soap: Soap) -> None:
    soap.person.sets_photo(picture(64, 64))
    found = soap.ask("GetUserPhoto", Email=soap.person.address, SizeRequested="HR48x48")
    assert found.HasChanged is True
    assert size_of(found.PictureData)[:2] == (48, 48)


@call
def SetUserPhoto(soap: Soap) -> None:
    content = base64.b64encode(picture(64, 64)).decode()
    done = soap.one("SetUserPhoto", Email=soap.person.address, Content=content)
    assert done.HasChanged is True
    found = soap.ask("GetUserPhoto", Email=soap.person.address, SizeRequested="HR648x648")
    assert size_of(found.PictureData)[:2] == (64, 64)


@call
def FindPeople(soap: Soap) -> None:
    """Somebody of the directory; a toolkit that takes the message itself gets it flat."""
    found = soap.ask(
        "FindPeople",
        PersonaShape={"BaseShape": "Default"},
        IndexedPageItemView={"MaxEntriesReturned": 5, "Offset": 0, "BasePoint": "Beginning"},
        ParentFolderId={"DistinguishedFolderId": {"Id": "directory"}},
        QueryString=soap.person.address,
    )
    assert (found.ResponseCode, found.TotalNumberOfPeopleInView) == ("NoError", 1)


@call
def GetPersona(soap: Soap) -> None:
    found = soap.ask("GetPersona", EmailAddress={"EmailAddress": soap.person.address})
    assert found.Persona.EmailAddress.EmailAddress == soap.person.address
    assert found.Persona.PersonaType == "Person"
