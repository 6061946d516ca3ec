"""Every operation once, as a client would use it; every answer under the contract."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, additional, message, shown_id, without_key

pytestmark = pytest.mark.anyio

INBOX = '<t:DistinguishedFolderId Id="inbox"/>'
JUNK = '<t:DistinguishedFolderId Id="junkemail"/>'


def ids(*items: str) -> str:
    return f"<m:ItemIds>{''.join(f'<t:ItemId {i}/>' for i in items)}</m:ItemIds>"


async def make(desk: Desk, name: str, parent: str = INBOX) -> str:
    reply = await desk.ask(
        f"<m:CreateFolder><m:ParentFolderId>{parent}</m:ParentFolderId><m:Folders><t:Folder>"
        f"<t:DisplayName>{name}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    )
    return f"<t:FolderId {shown_id(reply.ok(), '//t:FolderId')}/>"


async def test_items_move_are_copied_and_archived(desk: Desk) -> None:
    id = await desk.create(message("x"))
    move = f"<m:MoveItem><m:ToFolderId>{JUNK}</m:ToFolderId>{ids(id, id)}</m:MoveItem>"
    moved = await desk.ask(move)
    assert moved.codes == ["NoError", "ErrorItemNotFound"]
    new = shown_id(moved)
    copied = await desk.ask(
        f"<m:CopyItem><m:ToFolderId>{INBOX}</m:ToFolderId>{ids(new)}</m:CopyItem>"
    )
    assert len({without_key(i) for i in (id, new, shown_id(copied.ok()))}) == 3
    archived = await desk.ask(
        f"<m:ArchiveItem><m:ArchiveSourceFolderId>{JUNK}</m:ArchiveSourceFolderId>{ids(new)}"
        "</m:ArchiveItem>"
    )
    archived.ok()
    nowhere = await desk.ask(
        '<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="favorites"/></m:ToFolderId>'
        f"{ids(shown_id(copied))}</m:MoveItem>"
    )
    assert nowhere.code in ("ErrorToFolderNotFound", "ErrorFolderNotFound")


@pytest.mark.parametrize(
    ("how", "bin", "dumpster"),
    [("HardDelete", [], []), ("SoftDelete", [], ["x"]), ("MoveToDeletedItems", ["x"], [])],
)
async def test_items_are_deleted(desk: Desk, how: str, bin: list[str], dumpster: list[str]) -> None:
    id = await desk.create(message("x"))
    delete = f'<m:DeleteItem DeleteType="{how}">{ids(id)}</m:DeleteItem>'
    (await desk.ask(delete)).ok()
    assert (await desk.ask(delete)).code == "ErrorItemNotFound"
    assert (await desk.find(folder="deleteditems")).texts("//t:Message/t:Subject") == bin
    found = await desk.find(folder="recoverableitemsdeletions")
    assert found.texts("//t:Message/t:Subject") == dumpster


async def test_what_a_deletion_needs(desk: Desk) -> None:
    event = await desk.create("<t:CalendarItem/>", "calendar")
    task = await desk.create("<t:Task/>", "tasks")
    contact = await desk.create("<t:Contact/>", "contacts")
    bare = await desk.ask(f'<m:DeleteItem DeleteType="HardDelete">{ids(event, task, contact)}'
                          "</m:DeleteItem>")  # fmt: skip
    assert bare.codes == [
        "ErrorSendMeetingCancellationsRequired",
        "ErrorAffectedTaskOccurrencesRequired",
        "NoError",
    ]
    whole = await desk.ask(
        '<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"'
        f' AffectedTaskOccurrences="AllOccurrences">{ids(event, task)}</m:DeleteItem>'
    )
    whole.ok()


async def test_folders_live_and_die(desk: Desk) -> None:
    plans = await make(desk, "Plans")
    other = await make(desk, "Other")
    again = await desk.ask(
        f"<m:CreateFolder><m:ParentFolderId>{INBOX}</m:ParentFolderId><m:Folders><t:Folder>"
        "<t:DisplayName>plans</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    )
    assert again.code == "ErrorFolderExists" and len(again.all("//m:Folders")) == 1
    renamed = await desk.ask(
        f"<m:UpdateFolder><m:FolderChanges><t:FolderChange>{plans}<t:Updates><t:SetFolderField>"
        '<t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>New</t:DisplayName>'
        "</t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges>"
        "</m:UpdateFolder>"
    )
    renamed.ok()
    for operation, target in (("MoveFolder", JUNK), ("CopyFolder", INBOX)):
        reply = await desk.ask(
            f"<m:{operation}><m:ToFolderId>{target}</m:ToFolderId><m:FolderIds>{plans}"
            f"</m:FolderIds></m:{operation}>"
        )
        reply.ok()
    path = await desk.ask(
        f"<m:CreateFolderPath><m:ParentFolderId>{INBOX}</m:ParentFolderId><m:RelativeFolderPath>"
        "<t:Folder><t:DisplayName>Other</t:DisplayName></t:Folder><t:Folder><t:DisplayName>Deep"
        "</t:DisplayName></t:Folder></m:RelativeFolderPath></m:CreateFolderPath>"
    )
    assert path.ok().texts("//t:FolderId/@Id")[0] in other
    empty = (
        f'<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="true"><m:FolderIds>{other}'
        "</m:FolderIds></m:EmptyFolder>"
    )
    (await desk.ask(empty)).ok()
    delete = (
        f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{plans}{INBOX}</m:FolderIds>'
        "</m:DeleteFolder>"
    )
    assert (await desk.ask(delete)).codes == ["NoError", "ErrorDeleteDistinguishedFolder"]
    gone = await desk.ask(
        "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
        f"<m:FolderIds>{plans}</m:FolderIds></m:GetFolder>"
    )
    assert gone.code == "ErrorItemNotFound" and len(gone.all("//m:Folders")) == 1


@pytest.mark.parametrize(
    ("element", "inner", "code"),
    [
        ("Folder", "<t:DisplayName>x</t:DisplayName><t:TotalCount>1</t:TotalCount>",
         "ErrorInvalidPropertySet"),
        ("CalendarFolder", "<t:FolderClass>IPF.Task</t:FolderClass><t:DisplayName>x"
         "</t:DisplayName>", "ErrorNoFolderClassOverride"),
        ("Folder", "<t:FolderClass>random</t:FolderClass><t:DisplayName>x</t:DisplayName>",
         "ErrorObjectTypeChanged"),
        ("Folder", "", "ErrorFolderSavePropertyError"),
        ("Folder", "<t:DisplayName> </t:DisplayName>", "ErrorFolderSavePropertyError"),
    ],
)  # fmt: skip
async def test_folders_that_cannot_be(desk: Desk, element: str, inner: str, code: str) -> None:
    reply = await desk.ask(
        f"<m:CreateFolder><m:ParentFolderId>{INBOX}</m:ParentFolderId><m:Folders><t:{element}>"
        f"{inner}</t:{element}></m:Folders></m:CreateFolder>"
    )
    assert reply.code == code


@pytest.mark.parametrize("suppress", ["true", "false"])
@pytest.mark.parametrize("flag", ["true", "false"])
async def test_marking_all(desk: Desk, flag: str, suppress: str) -> None:
    """MS-OXWSCORE S01 TC05."""
    await desk.create(message("x", "<t:IsRead>false</t:IsRead>"), "drafts")
    await desk.create(message("y", "<t:IsRead>true</t:IsRead>"), "drafts")
    reply = await desk.ask(
        f"<m:MarkAllItemsAsRead><m:ReadFlag>{flag}</m:ReadFlag><m:SuppressReadReceipts>{suppress}"
        '</m:SuppressReadReceipts><m:FolderIds><t:DistinguishedFolderId Id="drafts"/>'
        "</m:FolderIds></m:MarkAllItemsAsRead>"
    )
    reply.ok()
    found = await desk.find(shape="AllProperties", folder="drafts")
    assert found.texts("//t:IsRead") == [flag] * 2


async def test_attachments_come_and_go(desk: Desk) -> None:
    id = await desk.create(message("x"))
    files = (
        "<t:FileAttachment><t:Name>a.txt</t:Name><t:Content>b25l</t:Content></t:FileAttachment>"
        f"<t:ItemAttachment><t:Name>m</t:Name>{message('inner')}</t:ItemAttachment>"
        "<t:FileAttachment><t:Content>b25l</t:Content></t:FileAttachment>"
    )
    made = await desk.ask(
        f"<m:CreateAttachment><m:ParentItemId {id}/><m:Attachments>{files}</m:Attachments>"
        "</m:CreateAttachment>"
    )
    assert made.codes == ["NoError", "NoError", "ErrorRequiredPropertyMissing"]
    assert made.one("//t:ExceptionFieldURI/@FieldURI") == "attachment:Name"
    shown = await desk.get(id)
    assert shown.one("//t:HasAttachments") == "true"
    keys = made.texts("//t:AttachmentId/@RootItemChangeKey")
    assert keys[-1] == shown.one("//t:Message/t:ItemId/@ChangeKey")
    wanted = "".join(f'<t:AttachmentId Id="{i}"/>' for i in made.texts("//t:AttachmentId/@Id"))
    got = await desk.ask(
        f"<m:GetAttachment><m:AttachmentIds>{wanted}</m:AttachmentIds></m:GetAttachment>"
    )
    assert got.ok().one("//t:FileAttachment/t:Content") == "b25l"
    assert got.one("//t:FileAttachment/t:ContentType") == "text/plain"
    assert got.one("//t:ItemAttachment/t:Message/t:Subject") == "inner"
    inner = made.texts("//t:AttachmentId/@Id")[1]
    nested = await desk.ask(
        f'<m:CreateAttachment><m:ParentItemId Id="{inner}"/><m:Attachments><t:FileAttachment>'
        "<t:Name>b</t:Name><t:Content>eA==</t:Content></t:FileAttachment></m:Attachments>"
        "</m:CreateAttachment>"
    )
    assert nested.ok().one("//t:AttachmentId/@RootItemId") in id
    delete = f"<m:DeleteAttachment><m:AttachmentIds>{wanted}</m:AttachmentIds></m:DeleteAttachment>"
    gone = await desk.ask(delete)
    assert gone.ok().texts("//m:RootItemId/@RootItemId")[0] in id
    assert (await desk.ask(delete)).codes == ["ErrorInvalidAttachmentId"] * 2
    assert (await desk.get(id)).one("//t:HasAttachments") == "false"


async def test_permissions_are_set_shown_and_felt(desk: Desk) -> None:
    def entry(user: str, level: str) -> str:
        return (
            f"<t:Permission><t:UserId>{user}</t:UserId><t:PermissionLevel>{level}"
            "</t:PermissionLevel></t:Permission>"
        )

    def update(entries: str) -> str:
        return (
            f"<m:UpdateFolder><m:FolderChanges><t:FolderChange>{INBOX}<t:Updates>"
            '<t:SetFolderField><t:FieldURI FieldURI="folder:PermissionSet"/><t:Folder>'
            f"<t:PermissionSet><t:Permissions>{entries}</t:Permissions></t:PermissionSet>"
            "</t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges>"
            "</m:UpdateFolder>"
        )

    ben = "<t:PrimarySmtpAddress>ben@demo.example</t:PrimarySmtpAddress>"
    default = "<t:DistinguishedUser>Default</t:DistinguishedUser>"
    wrong = {
        update(entry(ben, "Author") * 2): "ErrorDuplicateUserIdsSpecified",
        update(entry("", "Author")): "ErrorMissingUserIdInformation",
        update(entry(ben.replace("ben@", "nobody@"), "Author")): "ErrorInvalidUserInfo",
        update(entry(ben, "Author").replace(
            "<t:PermissionLevel>", "<t:CanCreateItems>false</t:CanCreateItems><t:PermissionLevel>"
        )): "ErrorInvalidPermissionSettings",
    }  # fmt: skip
    for request, code in wrong.items():
        assert (await desk.ask(request)).code == code
    (await desk.ask(update(entry(default, "None") + entry(ben, "Reviewer")))).ok()
    shown = await desk.ask(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"{additional('folder:PermissionSet')}</m:FolderShape><m:FolderIds>{INBOX}</m:FolderIds>"
        "</m:GetFolder>"
    )
    assert shown.texts("//t:DistinguishedUser") == ["Default", "Anonymous"]
    assert shown.texts("//t:PermissionLevel")[-1] == "Reviewer"
    address = "<t:Mailbox><t:EmailAddress>anna@demo.example</t:EmailAddress></t:Mailbox>"
    seen = await desk.ask(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"{additional('folder:EffectiveRights')}</m:FolderShape><m:FolderIds>"
        f'<t:DistinguishedFolderId Id="inbox">{address}</t:DistinguishedFolderId></m:FolderIds>'
        "</m:GetFolder>",
        "ben",
    )
    assert (seen.one("//t:Read"), seen.one("//t:Modify")) == ("true", "false")
    reset = (
        f"<m:UpdateFolder><m:FolderChanges><t:FolderChange>{INBOX}<t:Updates><t:DeleteFolderField>"
        '<t:FieldURI FieldURI="folder:PermissionSet"/></t:DeleteFolderField></t:Updates>'
        "</t:FolderChange></m:FolderChanges></m:UpdateFolder>"
    )
    (await desk.ask(reset)).ok()


async def test_synchronisation(desk: Desk) -> None:
    def sync(state: str = "", limit: int = 512, folder: str = INBOX) -> str:
        state = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        return (
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
            f"<m:SyncFolderId>{folder}</m:SyncFolderId>{state}<m:MaxChangesReturned>{limit}"
            "</m:MaxChangesReturned></m:SyncFolderItems>"
        )

    for subject in "ab":
        await desk.create(message(subject))
    first = await desk.ask(sync(limit=1))
    assert first.ok().one("//m:IncludesLastItemInRange") == "false"
    assert len(first.all("//t:Create")) == 1
    second = await desk.ask(sync(first.one("//m:SyncState")))
    assert second.one("//m:IncludesLastItemInRange") == "true"
    id = await desk.create(message("c"))
    await desk.update(id, "<t:DeleteItemField><t:FieldURI FieldURI='item:Subject'/>"
                      "</t:DeleteItemField>")  # fmt: skip
    third = await desk.ask(sync(second.one("//m:SyncState")))
    assert [n.tag.rpartition("}")[2] for n in third.all("//m:Changes/*")] == ["Create"]
    for request in (sync("x"), sync(third.one("//m:SyncState"), folder=JUNK)):
        bad = await desk.ask(request)
        assert bad.code == "ErrorInvalidSyncStateData"
        assert bad.one("//m:SyncState") == ""
        assert bad.one("//m:IncludesLastItemInRange") == "true"
    tree = await desk.ask(
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        "</m:SyncFolderHierarchy>"
    )
    assert tree.ok().one("//m:IncludesLastFolderInRange") == "true"
    assert len(tree.all("//t:Create")) > 10


async def test_user_configuration(desk: Desk) -> None:
    name = f'<t:UserConfigurationName Name="Mine">{INBOX}</t:UserConfigurationName>'
    named = name.replace("t:UserConf", "m:UserConf")
    entry = (
        "<t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type><t:Value>k</t:Value>"
        "</t:DictionaryKey><t:DictionaryValue><t:Type>Integer32</t:Type><t:Value>1</t:Value>"
        "</t:DictionaryValue></t:DictionaryEntry>"
    )
    parts = f"{name}<t:Dictionary>{entry}</t:Dictionary><t:XmlData>PGEvPg==</t:XmlData>"
    for operation in ("Create", "Update"):
        reply = await desk.ask(
            f"<m:{operation}UserConfiguration><m:UserConfiguration>{parts}</m:UserConfiguration>"
            f"</m:{operation}UserConfiguration>"
        )
        reply.ok()
    get = (
        f"<m:GetUserConfiguration>{named}<m:UserConfigurationProperties>All"
        "</m:UserConfigurationProperties></m:GetUserConfiguration>"
    )
    shown = await desk.ask(get)
    assert shown.ok().one("//t:DictionaryKey/t:Value") == "k"
    assert shown.one("//t:XmlData") == "PGEvPg=="
    delete = f"<m:DeleteUserConfiguration>{named}</m:DeleteUserConfiguration>"
    (await desk.ask(delete)).ok()
    assert (await desk.ask(get)).code == "ErrorItemNotFound"


async def test_names_zones_and_ids(desk: Desk) -> None:
    def resolve(text: str) -> str:
        return (
            '<m:ResolveNames ReturnFullContactData="true" SearchScope="ActiveDirectory">'
            f"<m:UnresolvedEntry>{text}</m:UnresolvedEntry></m:ResolveNames>"
        )

    for text in ("ben", "=ben@demo.example", "smtp:ben@demo.example", "=smtp:ben@demo.example"):
        found = await desk.ask(resolve(text))
        assert found.ok().one("//t:Mailbox/t:EmailAddress") == "ben@demo.example"
        assert found.one("//t:Mailbox/t:RoutingType") == "SMTP"
        assert found.one("//m:ResolutionSet/@TotalItemsInView") == "1"
    assert (await desk.ask(resolve("nobody"))).code == "ErrorNameResolutionNoResults"
    several = await desk.ask(resolve("demo.example"))
    if several.code == "ErrorNameResolutionMultipleResults":
        assert len(several.all("//t:Resolution")) == 2
    zones = await desk.ask(
        '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>UTC</t:Id>'
        "<t:Id>W. Europe Standard Time</t:Id></m:Ids></m:GetServerTimeZones>"
    )
    assert sorted(zones.ok().texts("//t:TimeZoneDefinition/@Id")) == [
        "UTC",
        "W. Europe Standard Time",
    ]
    id = (await desk.create(message("x"))).split('"')[1]
    for format in ("EwsId", "HexEntryId", "EntryId", "OwaId", "StoreId"):
        there = await desk.ask(
            f'<m:ConvertId DestinationFormat="{format}"><m:SourceIds><t:AlternateId'
            f' Format="EwsId" Id="{id}" Mailbox="blah@blah.com"/></m:SourceIds></m:ConvertId>'
        )
        assert there.ok().one("//m:AlternateId/@Mailbox") == "anna@demo.example"
        other = there.one("//m:AlternateId/@Id")
        back = await desk.ask(
            f'<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId'
            f' Format="{format}" Id="{other}" Mailbox="anna@demo.example"/></m:SourceIds>'
            "</m:ConvertId>"
        )
        assert back.ok().one("//m:AlternateId/@Id") == id


async def test_mail_tips_and_subscriptions(desk: Desk) -> None:
    events = "<t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes>"
    made = await desk.ask(
        f"<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>{INBOX}</t:FolderIds>{events}"
        "<t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>"
    )
    id, mark = made.ok().one("//m:SubscriptionId"), made.one("//m:Watermark")
    await desk.create(message("x"))
    got = await desk.ask(
        f"<m:GetEvents><m:SubscriptionId>{id}</m:SubscriptionId><m:Watermark>{mark}</m:Watermark>"
        "</m:GetEvents>"
    )
    assert len(got.ok().all("//t:CreatedEvent")) == 1
    end = f"<m:Unsubscribe><m:SubscriptionId>{id}</m:SubscriptionId></m:Unsubscribe>"
    assert [(await desk.ask(end)).code for _ in range(2)] == [
        "NoError",
        "ErrorSubscriptionNotFound",
    ]
    tips = await desk.ask(
        "<m:GetMailTips><m:SendingAs><t:EmailAddress>anna@demo.example</t:EmailAddress>"
        "</m:SendingAs><m:Recipients><t:Mailbox><t:EmailAddress>ben@demo.example"
        "</t:EmailAddress></t:Mailbox></m:Recipients><m:MailTipsRequested>All"
        "</m:MailTipsRequested></m:GetMailTips>"
    )
    assert tips.status == 200 and set(tips.codes) == {"NoError"}
