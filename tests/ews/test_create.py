"""CreateItem and SendItem: what may be said, where it goes, what comes back (survey, 5.1)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.ews.conftest import (
    Desk,
    additional,
    field,
    message,
    set_field,
    shown_id,
    tag,
    without_key,
)

pytestmark = pytest.mark.anyio

ANNA = "<t:Mailbox><t:EmailAddress>anna@demo.example</t:EmailAddress></t:Mailbox>"
BEN = "<t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress></t:Mailbox>"
TO_BEN = f"<t:ToRecipients>{BEN}</t:ToRecipients>"


def saved_in(folder: str) -> str:
    if not folder:
        return ""
    id = f'<t:DistinguishedFolderId Id="{folder}"/>'
    return f"<m:SavedItemFolderId>{id}</m:SavedItemFolderId>"


def create(*items: str, attributes: str = 'MessageDisposition="SaveOnly"', folder: str = "") -> str:
    where = ""
    if folder:
        where = (
            f'<m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/></m:SavedItemFolderId>'
        )
    return f"<m:CreateItem {attributes}>{where}<m:Items>{''.join(items)}</m:Items></m:CreateItem>"


async def test_a_batch_is_answered_one_by_one_in_order(desk: Desk) -> None:
    reply = await desk.ask(
        create(message("a"), "<t:Contact><t:Size>1</t:Size></t:Contact>", message("b"))
    )
    assert reply.codes == ["NoError", "ErrorInvalidPropertySet", "NoError"]
    assert len(reply.all("//m:Items")) == 3
    assert reply.one("//m:MessageXml/t:FieldURI/@FieldURI") == "item:Size"
    order = [n.tag.rpartition("}")[2] for n in reply.all("//m:CreateItemResponseMessage")[1]]
    assert order == ["MessageText", "ResponseCode", "DescriptiveLinkKey", "MessageXml", "Items"]


@pytest.mark.parametrize(
    ("element", "folder"),
    [("Message", "drafts"), ("Contact", "contacts"), ("DistributionList", "contacts"),
     ("Task", "tasks"), ("CalendarItem", "calendar")],
)  # fmt: skip
async def test_default_folders(desk: Desk, element: str, folder: str) -> None:
    reply = await desk.ask(
        create(
            f"<t:{element}><t:Subject>x</t:Subject></t:{element}>",
            attributes='MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"',
        )
    )
    assert reply.ok().all(f"//m:Items/t:{element}/t:ItemId")
    assert (await desk.find(folder=folder)).one("//t:Items/*/t:Subject") == "x"


async def test_attributes_that_an_item_needs(desk: Desk) -> None:
    items = (message("a"), "<t:CalendarItem/>", "<t:Task/>", "<t:Contact/>")
    reply = await desk.ask(create(*items, attributes=""))
    assert reply.codes == [
        "ErrorMessageDispositionRequired",
        "ErrorSendMeetingInvitationsRequired",
        "NoError",
        "NoError",
    ]


# The matrix of MS-OXWSCORE S02 TC16, S05 TC20, S06 TC17, S07 TC18, S01 TC07.
CLASSES = {
    "Contact": ("IPM.Post", "IPM.Task", "IPM.DistList", "IPM.Appointment", "random"),
    "DistributionList": ("IPM.Post", "IPM.Task", "IPM.Contact", "IPM.Appointment", "random"),
    "CalendarItem": ("IPM.Post", "IPM.Task", "IPM.Contact", "IPM.DistList", "random"),
    "PostItem": ("IPM.Appointment", "IPM.Task", "IPM.Contact", "IPM.DistList", "random"),
    "Task": ("IPM.Appointment", "IPM.Post", "IPM.Contact", "IPM.DistList", "random"),
    "Item": ("IPM.Appointment", "IPM.Contact", "IPM.DistList", "IPM.Task"),
}


@pytest.mark.parametrize("element", CLASSES)
async def test_the_class_must_fit_the_element(desk: Desk, element: str) -> None:
    items = [f"<t:{element}><t:ItemClass>{c}</t:ItemClass></t:{element}>" for c in CLASSES[element]]
    attributes = 'MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"'
    reply = await desk.ask(create(*items, attributes=attributes))
    assert reply.codes == ["ErrorObjectTypeChanged"] * len(items)


async def test_derived_classes_are_fine(desk: Desk) -> None:
    id = await desk.create(message("x", "").replace(
        "<t:Subject>", "<t:ItemClass>IPM.Note.Acme</t:ItemClass><t:Subject>"))  # fmt: skip
    assert (await desk.get(id)).one("//t:Message/t:ItemClass") == "IPM.Note.Acme"


@pytest.mark.parametrize("element", ["MeetingRequest", "MeetingCancellation", "MeetingResponse"])
async def test_meeting_messages_are_not_made(desk: Desk, element: str) -> None:
    reply = await desk.ask(create(f"<t:{element}/>"))
    assert reply.code == "ErrorInvalidItemForOperationCreateItem"


NOW = "2026-05-01T10:00:00Z"
ID = f'Id="{base64.b64encode(bytes(102)).decode()}"'
READ_ONLY = {
    "item:DateTimeReceived": f"<t:DateTimeReceived>{NOW}</t:DateTimeReceived>",
    "item:Size": "<t:Size>1</t:Size>",
    "item:DateTimeSent": f"<t:DateTimeSent>{NOW}</t:DateTimeSent>",
    "item:DateTimeCreated": f"<t:DateTimeCreated>{NOW}</t:DateTimeCreated>",
    "item:DisplayTo": "<t:DisplayTo>x</t:DisplayTo>",
    "item:DisplayCc": "<t:DisplayCc>x</t:DisplayCc>",
    "item:ParentFolderId": f"<t:ParentFolderId {ID}/>",
    "item:EffectiveRights": "<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated>"
    "<t:CreateContents>true</t:CreateContents><t:CreateHierarchy>true</t:CreateHierarchy>"
    "<t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read></t:EffectiveRights>",
    "item:LastModifiedName": "<t:LastModifiedName>x</t:LastModifiedName>",
    "item:WebClientReadFormQueryString": "<t:WebClientReadFormQueryString>x"
    "</t:WebClientReadFormQueryString>",
    "item:WebClientEditFormQueryString": "<t:WebClientEditFormQueryString>x"
    "</t:WebClientEditFormQueryString>",
    "item:InstanceKey": "<t:InstanceKey>AAAA</t:InstanceKey>",
    "item:NormalizedBody": '<t:NormalizedBody BodyType="Text">x</t:NormalizedBody>',
    "item:Preview": "<t:Preview>x</t:Preview>",
    "item:TextBody": '<t:TextBody BodyType="Text">x</t:TextBody>',
    "item:IconIndex": "<t:IconIndex>Default</t:IconIndex>",
    "item:BlockStatus": "<t:BlockStatus>true</t:BlockStatus>",
    "message:ConversationIndex": "<t:ConversationIndex>AAAA</t:ConversationIndex>",
    "message:ConversationTopic": "<t:ConversationTopic>x</t:ConversationTopic>",
    "message:ReceivedBy": f"<t:ReceivedBy>{BEN}</t:ReceivedBy>",
    "message:ReceivedRepresenting": f"<t:ReceivedRepresenting>{BEN}</t:ReceivedRepresenting>",
    "item:IsDraft": "<t:IsDraft>true</t:IsDraft>",
    "item:HasAttachments": "<t:HasAttachments>true</t:HasAttachments>",
    "item:ConversationId": f"<t:ConversationId {ID}/>",
}


@pytest.mark.parametrize("uri", READ_ONLY)
async def test_read_only_properties(desk: Desk, uri: str) -> None:
    made = await desk.ask(create(f"<t:Message>{READ_ONLY[uri]}</t:Message>"))
    id = await desk.create(message("x"))
    changed = await desk.update(
        id, f"<t:SetItemField>{field(uri)}<t:Message>{READ_ONLY[uri]}</t:Message></t:SetItemField>"
    )
    for reply in (made, changed):
        assert reply.code == "ErrorInvalidPropertySet"
        assert reply.one("//m:MessageXml/t:FieldURI/@FieldURI") == uri


async def test_a_store_entry_id_is_let_be_when_made_and_refused_when_changed(desk: Desk) -> None:
    id = await desk.create("<t:Message><t:StoreEntryId>AAAA</t:StoreEntryId></t:Message>")
    changed = await desk.update(
        id,
        f"<t:SetItemField>{field('item:StoreEntryId')}<t:Message><t:StoreEntryId>AAAA"
        "</t:StoreEntryId></t:Message></t:SetItemField>",
    )
    assert changed.code == "ErrorInvalidPropertySet"


async def test_a_message_id_is_given_when_made_and_never_again(desk: Desk) -> None:
    """Thunderbird names it in CreateItem (survey of clients, 3b), although it is read-only."""
    id = "<t:InternetMessageId>&lt;1@here&gt;</t:InternetMessageId>"
    made = await desk.create(message("x", id))
    assert (await desk.get(made)).one("//t:InternetMessageId") == "<1@here>"
    uri = "message:InternetMessageId"
    changed = await desk.update(made, set_field(uri, id))
    assert changed.code == "ErrorInvalidPropertySet"


def flag(status: str, *dates: str) -> str:
    inner = "".join(f"<t:{name}>{NOW}</t:{name}>" for name in dates)
    return f"<t:Flag><t:FlagStatus>{status}</t:FlagStatus>{inner}</t:Flag>"


async def test_flags_and_their_dates(desk: Desk) -> None:
    """MS-OXWSCORE S01 TC26-28."""
    wrong = [
        flag("Flagged", "CompleteDate"),
        flag("Flagged", "StartDate"),
        flag("Flagged", "DueDate"),
        flag("Complete", "StartDate", "DueDate"),
        flag("Complete", "DueDate"),
        flag("NotFlagged", "StartDate"),
        flag("NotFlagged", "CompleteDate"),
    ]
    items = [f"<t:Message>{f}</t:Message>" for f in wrong]
    assert (await desk.ask(create(*items))).codes == ["ErrorInvalidArgument"] * len(items)
    good = {
        flag("Flagged"): ("Flagged", []),
        flag("Flagged", "StartDate", "DueDate"): ("Flagged", ["StartDate", "DueDate"]),
        flag("Complete"): ("Complete", ["CompleteDate"]),
        flag("Complete", "CompleteDate"): ("Complete", ["CompleteDate"]),
        flag("NotFlagged"): ("NotFlagged", []),
    }
    for xml, (status, dates) in good.items():
        shown = await desk.get(await desk.create(f"<t:Message>{xml}</t:Message>"))
        assert shown.one("//t:Flag/t:FlagStatus") == status
        assert [n.tag.rpartition("}")[2] for n in shown.all("//t:Flag/*")][1:] == dates


async def test_a_draft_as_its_maker_sees_it(desk: Desk) -> None:
    cc = f"<t:CcRecipients>{ANNA}</t:CcRecipients>"
    bcc = f"<t:BccRecipients>{ANNA}</t:BccRecipients>"
    id = await desk.create(message("x", TO_BEN + cc + bcc), folder="drafts")
    shown = await desk.get(id)
    assert shown.one("//t:IsDraft") == shown.one("//t:IsRead") == "true"
    assert shown.one("//t:From//t:EmailAddress") == "anna@demo.example"
    assert shown.one("//t:Sender//t:EmailAddress") == "anna@demo.example"
    assert shown.one("//t:BccRecipients//t:EmailAddress") == "anna@demo.example"
    assert shown.one("//t:Importance") == shown.one("//t:Sensitivity") == "Normal"
    assert shown.one("//t:LastModifiedName") == "Anna"
    assert shown.texts("//t:ResponseObjects/*") == []


@pytest.mark.parametrize(
    ("disposition", "copies"), [("SendOnly", []), ("SendAndSaveCopy", ["Plan"])]
)
async def test_sending(desk: Desk, disposition: str, copies: list[str]) -> None:
    reply = await desk.ask(
        create(message("Plan", TO_BEN), attributes=f'MessageDisposition="{disposition}"')
    )
    assert reply.ok().all("//m:Items/*") == [] and len(reply.all("//m:Items")) == 1
    assert (await desk.find(folder="sentitems")).texts("//t:Message/t:Subject") == copies
    found = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        '</m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/>'
        "</m:ParentFolderIds></m:FindItem>",
        "ben",
    )
    shown = await desk.get(shown_id(found.ok()), who="ben")
    assert shown.one("//t:Message/t:Subject") == "Plan"
    assert shown.one("//t:ReceivedBy//t:Name") == "Ben"
    assert (shown.one("//t:IsRead"), shown.one("//t:IsDraft")) == ("false", "false")
    assert shown.one("//t:IsUnmodified") == "true"
    names = [n.tag.rpartition("}")[2] for n in shown.all("//t:ResponseObjects/*")]
    assert names == ["ReplyToItem", "ReplyAllToItem", "ForwardItem"]


async def test_nobody_to_send_to(desk: Desk) -> None:
    made = await desk.ask(create(message("x"), attributes='MessageDisposition="SendOnly"'))
    assert made.code == "ErrorInvalidRecipients"
    id = await desk.create(message("x"), folder="drafts")
    assert (await desk.ask(send(id))).code == "ErrorMissingRecipients"
    assert (await desk.find(folder="drafts")).texts("//t:Message/t:Subject") == ["x"]


def send(id: str, save: str = "true", folder: str = "") -> str:
    where = ""
    if folder:
        where = (
            f'<m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/></m:SavedItemFolderId>'
        )
    return (
        f'<m:SendItem SaveItemToFolder="{save}"><m:ItemIds><t:ItemId {id}/></m:ItemIds>{where}'
        "</m:SendItem>"
    )


async def test_sending_a_draft(desk: Desk) -> None:
    id = await desk.create(message("Plan", TO_BEN), folder="drafts")
    assert (
        await desk.ask(send(without_key(id)))
    ).code == "ErrorChangeKeyRequiredForWriteOperations"
    (await desk.ask(send(id, folder="junkemail"))).ok()
    assert (await desk.get(id)).code == "ErrorItemNotFound"
    assert (await desk.find(folder="junkemail")).texts("//t:Subject") == ["Plan"]
    assert (await desk.find(folder="sentitems")).texts("//t:Subject") == []
    again = await desk.create(message("Two", TO_BEN), folder="drafts")
    (await desk.ask(send(again, "false"))).ok()
    assert (await desk.find(folder="sentitems")).texts("//t:Subject") == []
    settings = await desk.ask(send(again, "false", "junkemail"))
    assert settings.code == "ErrorInvalidSendItemSaveSettings"


async def test_an_unknown_place_for_the_copy(desk: Desk) -> None:
    item = await desk.create(message("x"))
    inbox = await desk.ask(
        "<m:CreateItem MessageDisposition='SaveOnly'><m:SavedItemFolderId>"
        f"<t:FolderId {item}/></m:SavedItemFolderId><m:Items>{message('y')}</m:Items>"
        "</m:CreateItem>"
    )
    assert inbox.codes == ["ErrorCannotUseItemIdForFolderId"]
    contact = await desk.ask(create("<t:Contact/>", "<t:Task/>", "<t:PostItem/>", folder="drafts"))
    assert contact.codes == [
        "ErrorCannotCreateContactInNonContactFolder",
        "ErrorCannotCreateTaskInNonTaskFolder",
        "NoError",
    ]


async def test_mime_as_davmail_saves_drafts_and_mail(desk: Desk) -> None:
    """Its state is in PidTagMessageFlags: 8 unsent, 1 read, 0 unread (survey of clients, 1b)."""
    raw = base64.b64encode(
        b"From: Carla <carla@elsewhere.example>\r\nTo: anna@demo.example\r\nSubject: Hi\r\n"
        b"Date: Fri, 01 May 2026 10:00:00 +0200\r\n"
        b"Message-ID: <1@elsewhere.example>\r\n\r\nText\r\n"
    ).decode()

    def item(flags: int, *, is_read: str = "") -> str:
        # IsRead stands before ExtendedProperty, out of the contract's order
        return (
            f'<t:Message><t:MimeContent CharacterSet="UTF-8">{raw}</t:MimeContent>{is_read}'
            f"<t:ExtendedProperty>{tag('0xe07', 'Integer')}<t:Value>{flags}</t:Value>"
            f"</t:ExtendedProperty><t:ExtendedProperty>{tag('0x10f3', 'String')}"
            "<t:Value>a.EML</t:Value></t:ExtendedProperty></t:Message>"
        )

    paths = (tag("3591", "Integer"), tag("0x10F3", "String"), tag("0x0e06", "SystemTime"))
    states: list[Any] = []
    for flags in (8, 1, 0):
        shown = await desk.get(
            await desk.create(item(flags)),
            more="<t:IncludeMimeContent>true</t:IncludeMimeContent>" + additional(*paths),
        )
        states.append((shown.one("//t:IsDraft"), shown.one("//t:IsRead")))
        assert shown.one("//t:Subject") == "Hi"
        assert shown.one("//t:InternetMessageId") == "<1@elsewhere.example>"
        assert shown.one("//t:From//t:EmailAddress") == "carla@elsewhere.example"
        assert base64.b64decode(shown.one("//t:MimeContent")) == base64.b64decode(raw)
        echoed = shown.texts("//t:ExtendedProperty/t:ExtendedFieldURI/@PropertyTag")
        assert echoed == ["0xe07", "0x10f3", "0xe06"]
        assert shown.texts("//t:ExtendedProperty/t:Value")[1] == "a.EML"
    assert states == [("true", "false"), ("false", "true"), ("false", "false")]
    read = await desk.create(item(8, is_read="<t:IsRead>true</t:IsRead>"))
    assert (await desk.get(read)).one("//t:IsDraft") == "true"


@pytest.mark.parametrize(
    ("mime", "code"),
    [("####", "ErrorMimeContentInvalidBase64String"), ("", "ErrorMimeContentInvalid")],
)
async def test_mime_that_is_none(desk: Desk, mime: str, code: str) -> None:
    reply = await desk.ask(create(f"<t:Message><t:MimeContent>{mime}</t:MimeContent></t:Message>"))
    assert reply.code == code


async def test_mime_of_contacts_is_not_read(desk: Desk) -> None:
    item = "<t:Contact><t:MimeContent>AAAA</t:MimeContent></t:Contact>"
    assert (await desk.ask(create(item))).code == "ErrorUnsupportedMimeConversion"


# -- replies, forwards, receipts ---------------------------------------------------------------


async def received(desk: Desk, more: str = "") -> str:
    await desk.ask(
        create(
            message("Plan", more + TO_BEN),
            attributes='MessageDisposition="SendOnly"',
        )
    )
    found = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        '</m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/>'
        "</m:ParentFolderIds></m:FindItem>",
        "ben",
    )
    return shown_id(found)


@pytest.mark.parametrize(
    ("element", "subject", "to"),
    [
        ("ReplyToItem", "RE: Plan", ["anna@demo.example"]),
        ("ReplyAllToItem", "RE: Plan", ["anna@demo.example"]),
        ("ForwardItem", "FW: Plan", []),
    ],
)
async def test_answers_take_over_what_they_answer(
    desk: Desk, element: str, subject: str, to: list[str]
) -> None:
    id = await received(desk, '<t:Body BodyType="Text">old words</t:Body>')
    reply = await desk.ask(
        create(
            f"<t:{element}><t:ReferenceItemId {id}/>"
            '<t:NewBodyContent BodyType="Text">new words</t:NewBodyContent>'
            f"</t:{element}>"
        ),
        "ben",
    )
    shown = await desk.get(shown_id(reply.ok()), who="ben")
    assert shown.one("//t:Message/t:Subject") == subject
    assert shown.texts("//t:ToRecipients//t:EmailAddress") == to
    body = shown.one("//t:Body")
    assert body.startswith("new words") and "old words" in body
    assert shown.one("//t:InReplyTo")
    assert shown.one("//t:ConversationTopic") == "Plan"
    # It goes on from a message that says nothing of where it stands.
    assert len(base64.b64decode(shown.one("//t:ConversationIndex"))) == 22 + 5
    original = await desk.get(id, who="ben")
    assert shown.one("//t:ConversationId/@Id") == original.one("//t:ConversationId/@Id")


async def test_a_draft_is_not_answered(desk: Desk) -> None:
    id = await desk.create(message("x"))
    reply = await desk.ask(create(f"<t:ReplyToItem><t:ReferenceItemId {id}/></t:ReplyToItem>"))
    assert reply.code == "ErrorInvalidReferenceItem"


async def test_a_receipt_is_pending_until_it_is_suppressed(desk: Desk) -> None:
    wish = "<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>"
    id = await received(desk, wish)
    shown = await desk.get(id, who="ben")
    names = [n.tag.rpartition("}")[2] for n in shown.all("//t:ResponseObjects/*")]
    assert names == ["ReplyToItem", "ReplyAllToItem", "ForwardItem", "SuppressReadReceipt"]
    suppress = create(f"<t:SuppressReadReceipt><t:ReferenceItemId {id}/></t:SuppressReadReceipt>")
    assert (await desk.ask(suppress, "ben")).code == "NoError"
    assert (await desk.ask(suppress, "ben")).code == "ErrorReadReceiptNotPending"
    assert (await desk.find()).texts("//t:Subject") == []
