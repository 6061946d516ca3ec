"""One good request for each built operation: what mutations begin with, and what thieves send.

Places in braces stand for ids: ``{item}``, ``{folder}``, ``{attachment}`` (of a file),
``{embedded}`` (of an item), ``{state}`` and ``{tree_state}`` (SyncStates), ``{watermark}``,
``{subscription}`` (by pull), ``{stream}`` (a streaming one), ``{conversation}``, ``{key}`` (the
item's ChangeKey), ``{list}`` (of addresses), ``{address}`` (whose they are). ``{spare}`` and
``{spare_folder}`` are an item and a folder that may go, ``{delegate}`` somebody who acts for the
owner and may cease to, ``{stranger}`` somebody who does not.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from tests.directory.pictures import picture

ID_ONLY = "<t:BaseShape>IdOnly</t:BaseShape>"
ITEMS = '<m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds>'
SPARE = '<m:ItemIds><t:ItemId Id="{spare}" ChangeKey="{spare_key}"/></m:ItemIds>'
FOLDERS = '<m:FolderIds><t:FolderId Id="{folder}"/></m:FolderIds>'
SPARE_FOLDER = '<m:FolderIds><t:FolderId Id="{spare_folder}"/></m:FolderIds>'
SUBJECT = '<t:FieldURI FieldURI="item:Subject"/>'
CONFIGURATION = '<t:FolderId Id="{folder}"/>'
_EVENTS = (
    "<t:EventTypes><t:EventType>CreatedEvent</t:EventType>"
    "<t:EventType>DeletedEvent</t:EventType></t:EventTypes>"
)

_ZONE = (
    "<t:TimeZone><t:Bias>-60</t:Bias>"
    "<t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time><t:DayOrder>5</t:DayOrder>"
    "<t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime>"
    "<t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder>"
    "<t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)

_OWNER = "<m:Mailbox><t:EmailAddress>{address}</t:EmailAddress></m:Mailbox>"
_DELEGATE = "<t:UserId><t:PrimarySmtpAddress>{delegate}</t:PrimarySmtpAddress></t:UserId>"
_DELEGATES = (
    f"<m:DelegateUsers><t:DelegateUser>{_DELEGATE}<t:DelegatePermissions>"
    "<t:CalendarFolderPermissionLevel>Editor</t:CalendarFolderPermissionLevel>"
    "<t:TasksFolderPermissionLevel>None</t:TasksFolderPermissionLevel>"
    "</t:DelegatePermissions>"
    "<t:ReceiveCopiesOfMeetingMessages>true</t:ReceiveCopiesOfMeetingMessages>"
    "<t:ViewPrivateItems>false</t:ViewPrivateItems></t:DelegateUser></m:DelegateUsers>"
    "<m:DeliverMeetingRequests>DelegatesAndMe</m:DeliverMeetingRequests>"
)

GOOD: Mapping[str, str] = {
    "AddDelegate": (
        f"<m:AddDelegate>{_OWNER}{_DELEGATES}</m:AddDelegate>".replace("{delegate}", "{stranger}")
    ),
    "ArchiveItem": (
        '<m:ArchiveItem><m:ArchiveSourceFolderId><t:FolderId Id="{folder}"/>'
        f"</m:ArchiveSourceFolderId>{SPARE}</m:ArchiveItem>"
    ),
    "ConvertId": (
        '<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId"'
        ' Id="{item}" Mailbox="{address}"/></m:SourceIds></m:ConvertId>'
    ),
    "CopyFolder": (
        '<m:CopyFolder><m:ToFolderId><t:DistinguishedFolderId Id="drafts"/></m:ToFolderId>'
        f"{FOLDERS}</m:CopyFolder>"
    ),
    "CopyItem": (
        f'<m:CopyItem><m:ToFolderId><t:FolderId Id="{{folder}}"/></m:ToFolderId>{ITEMS}'
        "</m:CopyItem>"
    ),
    "CreateAttachment": (
        '<m:CreateAttachment><m:ParentItemId Id="{spare}"/><m:Attachments><t:FileAttachment>'
        "<t:Name>a.bin</t:Name><t:ContentType>application/octet-stream</t:ContentType>"
        "<t:IsInline>false</t:IsInline><t:Content>YQ==</t:Content></t:FileAttachment>"
        "<t:ItemAttachment><t:Name>b</t:Name><t:Message><t:Subject>c</t:Subject></t:Message>"
        "</t:ItemAttachment></m:Attachments></m:CreateAttachment>"
    ),
    "CreateFolder": (
        '<m:CreateFolder><m:ParentFolderId><t:FolderId Id="{folder}"/></m:ParentFolderId>'
        "<m:Folders><t:Folder><t:FolderClass>IPF.Note</t:FolderClass>"
        "<t:DisplayName>Made {n}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    ),
    "CreateFolderPath": (
        '<m:CreateFolderPath><m:ParentFolderId><t:FolderId Id="{folder}"/></m:ParentFolderId>'
        "<m:RelativeFolderPath><t:Folder><t:DisplayName>A</t:DisplayName></t:Folder><t:Folder>"
        "<t:DisplayName>B</t:DisplayName></t:Folder></m:RelativeFolderPath></m:CreateFolderPath>"
    ),
    "CreateItem": (
        '<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>'
        '<t:FolderId Id="{folder}"/></m:SavedItemFolderId><m:Items><t:Message>'
        "<t:ItemClass>IPM.Note</t:ItemClass><t:Subject>Made</t:Subject>"
        '<t:Body BodyType="HTML">&lt;p&gt;x&lt;/p&gt;</t:Body>'
        "<t:Categories><t:String>Red</t:String></t:Categories><t:Importance>High</t:Importance>"
        '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x3001" PropertyType="String"/>'
        "<t:Value>y</t:Value></t:ExtendedProperty><t:Flag><t:FlagStatus>Flagged</t:FlagStatus>"
        "</t:Flag><t:ToRecipients><t:Mailbox><t:Name>Ben</t:Name>"
        "<t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox></t:ToRecipients>"
        "<t:IsRead>true</t:IsRead></t:Message></m:Items></m:CreateItem>"
    ),
    "CreateUserConfiguration": (
        '<m:CreateUserConfiguration><m:UserConfiguration><t:UserConfigurationName Name="New{n}">'
        f"{CONFIGURATION}</t:UserConfigurationName><t:Dictionary><t:DictionaryEntry>"
        "<t:DictionaryKey><t:Type>String</t:Type><t:Value>k</t:Value></t:DictionaryKey>"
        "<t:DictionaryValue><t:Type>Boolean</t:Type><t:Value>true</t:Value></t:DictionaryValue>"
        "</t:DictionaryEntry></t:Dictionary><t:XmlData>PGEvPg==</t:XmlData>"
        "</m:UserConfiguration></m:CreateUserConfiguration>"
    ),
    "DeleteAttachment": (
        '<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="{spare_attachment}"/>'
        "</m:AttachmentIds></m:DeleteAttachment>"
    ),
    "DeleteFolder": f'<m:DeleteFolder DeleteType="HardDelete">{SPARE_FOLDER}</m:DeleteFolder>',
    "DeleteItem": (
        '<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"'
        f' AffectedTaskOccurrences="AllOccurrences">{SPARE}</m:DeleteItem>'
    ),
    "DeleteUserConfiguration": (
        '<m:DeleteUserConfiguration><m:UserConfigurationName Name="Spare{n}">'
        f"{CONFIGURATION}</m:UserConfigurationName></m:DeleteUserConfiguration>"
    ),
    "EmptyFolder": (
        '<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="true">'
        f"{SPARE_FOLDER}</m:EmptyFolder>"
    ),
    "ExpandDL": '<m:ExpandDL><m:Mailbox><t:ItemId Id="{list}"/></m:Mailbox></m:ExpandDL>',
    "FindFolder": (
        f'<m:FindFolder Traversal="Deep"><m:FolderShape>{ID_ONLY}<t:AdditionalProperties>'
        '<t:FieldURI FieldURI="folder:DisplayName"/></t:AdditionalProperties></m:FolderShape>'
        '<m:IndexedPageFolderView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/>'
        '<m:Restriction><t:Contains ContainmentMode="Substring"'
        ' ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="folder:DisplayName"/>'
        '<t:Constant Value="a"/></t:Contains></m:Restriction><m:ParentFolderIds>'
        '<t:FolderId Id="{folder}"/></m:ParentFolderIds></m:FindFolder>'
    ),
    "FindItem": (
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}<t:AdditionalProperties>{SUBJECT}'
        '<t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress1"/>'
        '<t:ExtendedFieldURI DistinguishedPropertySetId="Common" PropertyId="1"'
        ' PropertyType="String"/></t:AdditionalProperties></m:ItemShape>'
        '<m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/>'
        f'<m:Restriction><t:And><t:Contains ContainmentMode="Substring">{SUBJECT}'
        '<t:Constant Value="e"/></t:Contains><t:Or><t:Not><t:Exists>'
        '<t:FieldURI FieldURI="item:Categories"/></t:Exists></t:Not><t:IsGreaterThan>'
        '<t:FieldURI FieldURI="item:Size"/><t:FieldURIOrConstant><t:Constant Value="1"/>'
        '</t:FieldURIOrConstant></t:IsGreaterThan><t:Excludes><t:FieldURI FieldURI="item:Size"/>'
        '<t:Bitmask Value="0x1"/></t:Excludes></t:Or></t:And></m:Restriction><m:SortOrder>'
        f'<t:FieldOrder Order="Ascending">{SUBJECT}</t:FieldOrder></m:SortOrder>'
        '<m:ParentFolderIds><t:FolderId Id="{folder}"/></m:ParentFolderIds></m:FindItem>'
    ),
    "FindPeople": (
        "<m:FindPeople><m:PersonaShape><t:BaseShape>Default</t:BaseShape></m:PersonaShape>"
        '<m:IndexedPageItemView MaxEntriesReturned="5" Offset="0" BasePoint="Beginning"/>'
        '<m:ParentFolderId><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderId>'
        "</m:FindPeople>"
    ),
    "GetAttachment": (
        "<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent>"
        "<t:BodyType>Text</t:BodyType><t:AdditionalProperties>"
        '<t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties></m:AttachmentShape>'
        '<m:AttachmentIds><t:AttachmentId Id="{attachment}"/><t:AttachmentId Id="{embedded}"/>'
        "</m:AttachmentIds></m:GetAttachment>"
    ),
    "GetDelegate": (
        f'<m:GetDelegate IncludePermissions="true">{_OWNER}<m:UserIds>{_DELEGATE}</m:UserIds>'
        "</m:GetDelegate>"
    ),
    "GetEvents": (
        "<m:GetEvents><m:SubscriptionId>{subscription}</m:SubscriptionId>"
        "<m:Watermark>{watermark}</m:Watermark></m:GetEvents>"
    ),
    "GetFolder": (
        "<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
        f"{FOLDERS}</m:GetFolder>"
    ),
    "GetItem": (
        "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>"
        "<t:IncludeMimeContent>true</t:IncludeMimeContent><t:BodyType>Best</t:BodyType>"
        f"<t:AdditionalProperties>{SUBJECT}</t:AdditionalProperties></m:ItemShape>{ITEMS}"
        "</m:GetItem>"
    ),
    "GetMailTips": (
        "<m:GetMailTips><m:SendingAs><t:EmailAddress>{address}</t:EmailAddress></m:SendingAs>"
        "<m:Recipients><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox>"
        "</m:Recipients><m:MailTipsRequested>All</m:MailTipsRequested></m:GetMailTips>"
    ),
    "GetPersona": '<m:GetPersona><m:PersonaId Id="{list}"/></m:GetPersona>',
    "GetReminders": (
        "<m:GetReminders><m:BeginTime>2026-06-01T00:00:00Z</m:BeginTime>"
        "<m:EndTime>2026-06-02T00:00:00Z</m:EndTime><m:MaxItems>10</m:MaxItems>"
        "<m:ReminderType>All</m:ReminderType></m:GetReminders>"
    ),
    "GetRoomLists": "<m:GetRoomLists/>",
    "GetRooms": (
        "<m:GetRooms><m:RoomList><t:EmailAddress>rooms@demo.example</t:EmailAddress>"
        "</m:RoomList></m:GetRooms>"
    ),
    "GetServerTimeZones": (
        '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>UTC</t:Id>'
        "<t:Id>W. Europe Standard Time</t:Id></m:Ids></m:GetServerTimeZones>"
    ),
    "GetServiceConfiguration": (
        "<m:GetServiceConfiguration><m:ActingAs><t:EmailAddress>{address}</t:EmailAddress>"
        "</m:ActingAs><m:RequestedConfiguration><m:ConfigurationName>MailTips"
        "</m:ConfigurationName><m:ConfigurationName>UnifiedMessagingConfiguration"
        "</m:ConfigurationName></m:RequestedConfiguration></m:GetServiceConfiguration>"
    ),
    "GetStreamingEvents": (
        "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{stream}</t:SubscriptionId>"
        "</m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>"
    ),
    "GetUserAvailability": (
        f"<m:GetUserAvailabilityRequest>{_ZONE}<m:MailboxDataArray><t:MailboxData><t:Email>"
        "<t:Address>{address}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType>"
        "</t:MailboxData></m:MailboxDataArray><t:FreeBusyViewOptions><t:TimeWindow>"
        "<t:StartTime>2026-06-01T00:00:00</t:StartTime><t:EndTime>2026-06-02T00:00:00</t:EndTime>"
        "</t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>30</t:MergedFreeBusyIntervalInMinutes>"
        "<t:RequestedView>DetailedMerged</t:RequestedView></t:FreeBusyViewOptions>"
        "</m:GetUserAvailabilityRequest>"
    ),
    "GetUserConfiguration": (
        '<m:GetUserConfiguration><m:UserConfigurationName Name="Kept">'
        f"{CONFIGURATION}</m:UserConfigurationName><m:UserConfigurationProperties>All"
        "</m:UserConfigurationProperties></m:GetUserConfiguration>"
    ),
    "GetUserOofSettings": (
        "<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>{address}</t:Address></t:Mailbox>"
        "</m:GetUserOofSettingsRequest>"
    ),
    "GetUserPhoto": (
        "<m:GetUserPhoto><m:Email>{address}</m:Email><m:SizeRequested>HR48x48</m:SizeRequested>"
        "</m:GetUserPhoto>"
    ),
    "MarkAllItemsAsRead": (
        "<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true"
        f"</m:SuppressReadReceipts>{FOLDERS}</m:MarkAllItemsAsRead>"
    ),
    "MoveFolder": (
        '<m:MoveFolder><m:ToFolderId><t:FolderId Id="{folder}"/></m:ToFolderId>'
        f"{SPARE_FOLDER}</m:MoveFolder>"
    ),
    "MoveItem": (
        '<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="inbox"/></m:ToFolderId>'
        f"{SPARE}<m:ReturnNewItemIds>true</m:ReturnNewItemIds></m:MoveItem>"
    ),
    "PerformReminderAction": (
        "<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction>"
        '<t:ActionType>Snooze</t:ActionType><t:ItemId Id="{spare}"/>'
        "<t:NewReminderTime>2026-06-01T00:00:00Z</t:NewReminderTime></t:ReminderItemAction>"
        "</m:ReminderItemActions></m:PerformReminderAction>"
    ),
    "RemoveDelegate": (
        f"<m:RemoveDelegate>{_OWNER}<m:UserIds>{_DELEGATE}</m:UserIds></m:RemoveDelegate>"
    ),
    "ResolveNames": (
        '<m:ResolveNames ReturnFullContactData="true" SearchScope="ContactsActiveDirectory"'
        ' ContactDataShape="Default"><m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/>'
        "</m:ParentFolderIds><m:UnresolvedEntry>ben</m:UnresolvedEntry></m:ResolveNames>"
    ),
    "SendItem": (
        f'<m:SendItem SaveItemToFolder="true">{SPARE}<m:SavedItemFolderId>'
        '<t:FolderId Id="{folder}"/></m:SavedItemFolderId></m:SendItem>'
    ),
    "SetUserOofSettings": (
        "<m:SetUserOofSettingsRequest><t:Mailbox><t:Address>{address}</t:Address></t:Mailbox>"
        "<t:UserOofSettings><t:OofState>Disabled</t:OofState>"
        "<t:ExternalAudience>Known</t:ExternalAudience><t:InternalReply><t:Message>Away</t:Message>"
        "</t:InternalReply></t:UserOofSettings></m:SetUserOofSettingsRequest>"
    ),
    "SetUserPhoto": (
        "<m:SetUserPhoto><m:Email>{address}</m:Email>"
        f"<m:Content>{b64encode(picture(8, 8)).decode()}</m:Content></m:SetUserPhoto>"
    ),
    "Subscribe": (
        '<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds><t:FolderId Id="{folder}"/>'
        f"</t:FolderIds>{_EVENTS}<t:Watermark>{{watermark}}</t:Watermark><t:Timeout>10</t:Timeout>"
        "</m:PullSubscriptionRequest></m:Subscribe>"
    ),
    "SyncFolderHierarchy": (
        f"<m:SyncFolderHierarchy><m:FolderShape>{ID_ONLY}</m:FolderShape><m:SyncFolderId>"
        '<t:FolderId Id="{folder}"/></m:SyncFolderId><m:SyncState>{tree_state}</m:SyncState>'
        "</m:SyncFolderHierarchy>"
    ),
    "SyncFolderItems": (
        f"<m:SyncFolderItems><m:ItemShape>{ID_ONLY}</m:ItemShape><m:SyncFolderId>"
        '<t:FolderId Id="{folder}"/></m:SyncFolderId><m:SyncState>{state}</m:SyncState>'
        '<m:Ignore><t:ItemId Id="{item}"/></m:Ignore>'
        "<m:MaxChangesReturned>10</m:MaxChangesReturned><m:SyncScope>NormalItems</m:SyncScope>"
        "</m:SyncFolderItems>"
    ),
    "Unsubscribe": (
        "<m:Unsubscribe><m:SubscriptionId>{subscription}</m:SubscriptionId></m:Unsubscribe>"
    ),
    "UpdateDelegate": f"<m:UpdateDelegate>{_OWNER}{_DELEGATES}</m:UpdateDelegate>",
    "UpdateFolder": (
        '<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="{spare_folder}"/>'
        '<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder>'
        "<t:DisplayName>New {n}</t:DisplayName></t:Folder></t:SetFolderField>"
        "</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>"
    ),
    "UpdateItem": (
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"'
        ' SendMeetingInvitationsOrCancellations="SendToNone" SuppressReadReceipts="true">'
        '<m:ItemChanges><t:ItemChange><t:ItemId Id="{spare}" ChangeKey="{spare_key}"/><t:Updates>'
        f"<t:SetItemField>{SUBJECT}<t:Message><t:Subject>New</t:Subject></t:Message>"
        '</t:SetItemField><t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Message>'
        '<t:Body BodyType="Text">more</t:Body></t:Message></t:AppendToItemField>'
        '<t:DeleteItemField><t:FieldURI FieldURI="item:Categories"/></t:DeleteItemField>'
        '<t:SetItemField><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings"'
        ' PropertyName="a" PropertyType="StringArray"/><t:Message><t:ExtendedProperty>'
        '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="a"'
        ' PropertyType="StringArray"/><t:Values><t:Value>b</t:Value></t:Values>'
        "</t:ExtendedProperty></t:Message></t:SetItemField></t:Updates></t:ItemChange>"
        "</m:ItemChanges></m:UpdateItem>"
    ),
    "UpdateUserConfiguration": (
        '<m:UpdateUserConfiguration><m:UserConfiguration><t:UserConfigurationName Name="Kept">'
        f"{CONFIGURATION}</t:UserConfigurationName><t:BinaryData>YWI=</t:BinaryData>"
        "</m:UserConfiguration></m:UpdateUserConfiguration>"
    ),
}


def filled(template: str, ids: Mapping[str, str]) -> str:
    """A request with ids in their places."""
    for name, value in ids.items():
        template = template.replace(f"{{{name}}}", value)
    return template
