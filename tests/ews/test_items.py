"""Items as GetItem shows them: shapes, order, versions, text, extended properties (survey, 3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from store.commands import AddDelegates, DelegateDraft
from store.rights import LEVELS
from tests.ews.conftest import Desk, additional, message, set_field, shown_id, tag

pytestmark = pytest.mark.anyio

HTML = (
    '<t:Body BodyType="HTML">&lt;p&gt;Hello &lt;b&gt;there&lt;/b&gt;'
    "&lt;script&gt;x()&lt;/script&gt;"
    '&lt;a href="http://x.example"&gt;x&lt;/a&gt;&lt;/p&gt;</t:Body>'
)


def names(reply: Any, path: str = "//m:Items/*/*") -> list[str]:
    return [n.tag.rpartition("}")[2] for n in reply.all(path)]


@pytest.mark.parametrize(
    ("element", "folder"),
    [("Message", "inbox"), ("PostItem", "inbox"), ("Contact", "contacts"), ("Task", "tasks"),
     ("DistributionList", "contacts"), ("CalendarItem", "calendar")],
)  # fmt: skip
async def test_id_only_is_the_id_alone(desk: Desk, element: str, folder: str) -> None:
    id = await desk.create(f"<t:{element}><t:Subject>x</t:Subject></t:{element}>", folder)
    assert f"<t:{element}><t:ItemId Id=" in (await desk.get(id, "IdOnly")).text
    assert names(await desk.get(id, "IdOnly")) == ["ItemId"]
    for shape in ("Default", "AllProperties"):
        assert names(await desk.get(id, shape))[:1] in (["ItemId"], ["ParentFolderId"])


async def test_asked_for_twice_and_in_any_order_it_stands_once_where_it_belongs(
    desk: Desk,
) -> None:
    id = await desk.create(message("x"))
    more = additional("message:IsRead", "item:Importance", "item:Subject", "message:IsRead",
                      "item:ItemClass", "contacts:GivenName")  # fmt: skip
    shown = names(await desk.get(id, "IdOnly", more))
    assert shown == ["ItemId", "ItemClass", "Subject", "Importance", "IsRead"]


async def test_what_is_younger_than_the_version_is_left_out(desk: Desk) -> None:
    id = await desk.create(message("x"))
    old = names(await desk.get(id, version="Exchange2007_SP1"))
    new = names(await desk.get(id, version="Exchange2016"))
    assert {"Flag", "InstanceKey", "ConversationId"} <= set(new)
    assert not {"Flag", "InstanceKey", "ConversationId"} & set(old)
    assert [n for n in new if n in old] == old


async def test_text_that_xml_cannot_carry(desk: Desk) -> None:
    id = await desk.create(message("a &lt;b&gt; &amp; &quot;c&quot;"))
    assert (await desk.get(id)).one("//t:Message/t:Subject") == 'a <b> & "c"'
    from store.commands import ItemChange, UpdateItems

    session = desk.session()
    item = desk.ids.read_item(id.split('"')[1])
    change = ItemChange(item, set={"subject": "a\x01\x0b\ufffe\x1fb\r\n\U0001f600"})
    await session.execute(UpdateItems((change,), resolution="always_overwrite"))
    assert (await desk.get(id)).one("//t:Message/t:Subject").replace("\r", "") == ("ab\n\U0001f600")


@pytest.mark.parametrize(
    ("stored", "asked", "type", "has"),
    [
        (HTML, "Best", "HTML", "<b>there</b>"),
        (HTML, "HTML", "HTML", "<b>there</b>"),
        (HTML, "Text", "Text", "Hello there"),
        ('<t:Body BodyType="Text">a &lt; b</t:Body>', "Best", "Text", "a < b"),
        ('<t:Body BodyType="Text">a &lt; b</t:Body>', "Text", "Text", "a < b"),
        ('<t:Body BodyType="Text">a &lt; b</t:Body>', "HTML", "HTML", "a &lt; b"),
        ("", "Best", "Text", ""),
        ("", "HTML", "HTML", ""),
    ],
)
async def test_bodies(desk: Desk, stored: str, asked: str, type: str, has: str) -> None:
    id = await desk.create(message("x", stored))
    for name in ("Body", "UniqueBody", "NormalizedBody"):
        more = f"<t:BodyType>{asked}</t:BodyType>{additional(f'item:{name}')}"
        shown = await desk.get(id, "IdOnly", more)
        if stored or asked != "Best":
            assert shown.one(f"//t:{name}/@BodyType") == type
        assert has in shown.one(f"//t:{name}")


@pytest.mark.parametrize(("filters", "has"), [("true", False), ("false", True)])
async def test_scripts_go_where_that_is_asked(desk: Desk, filters: str, *, has: bool) -> None:
    id = await desk.create(message("x", HTML))
    more = f"<t:FilterHtmlContent>{filters}</t:FilterHtmlContent>"
    body = (await desk.get(id, more=more)).one("//t:Body")
    assert ("<script>x()</script>" in body) is has


async def test_links_and_images(desk: Desk) -> None:
    image = HTML.replace("x()", "").replace(
        "&lt;/p&gt;", '&lt;img src="http://x.example/i.png"&gt;&lt;/p&gt;'
    )
    id = await desk.create(message("x", image))
    blank = "<t:AddBlankTargetToLinks>true</t:AddBlankTargetToLinks>"
    assert "_blank" in (await desk.get(id, more=blank)).one("//t:Body")
    assert "_blank" not in (await desk.get(id)).one("//t:Body")
    for wish, blocked in (("true", "true"), ("false", "false")):
        shown = await desk.get(
            id, more=f"<t:BlockExternalImages>{wish}</t:BlockExternalImages>"
            + additional("item:BlockStatus", "item:HasBlockedImages")
        )  # fmt: skip
        assert shown.one("//t:BlockStatus") == shown.one("//t:HasBlockedImages") == blocked
        assert ("http://x.example/i.png" in shown.one("//t:Body")) is (wish == "false")


async def test_extended_properties_are_echoed_canonically_and_in_order(desk: Desk) -> None:
    """Traps 29-33."""
    guid = "C11FF724-AA03-4555-9952-8FA248A11C3E"
    asked = [
        tag("0x0E07", "Integer"),
        tag("4240", "Integer"),
        '<t:ExtendedFieldURI DistinguishedPropertySetId="Common" PropertyId="34160"'
        ' PropertyType="Integer"/>',
        f'<t:ExtendedFieldURI PropertySetId="{guid}" PropertyName="MyName" PropertyType="String"/>',
        '<t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders"'
        ' PropertyName="X-Mine" PropertyType="String"/>',
        tag("0x6001", "Binary"),
    ]
    values = ["8", "2", "1", "kept &amp; verbatim", "header", base64.b64encode(b"x").decode()]
    properties = "".join(
        f"<t:ExtendedProperty>{uri}<t:Value>{value}</t:Value></t:ExtendedProperty>"
        for uri, value in zip(asked, values, strict=True)
    )
    id = await desk.create(f"<t:Message>{properties}</t:Message>")
    shown = await desk.get(id, "IdOnly", additional(*asked[::-1]))
    assert shown.texts("//t:Value") == [v.replace("&amp;", "&") for v in values[::-1]]
    uris = [dict(n.attrib) for n in shown.all("//t:ExtendedFieldURI")][::-1]
    assert uris[0] == {"PropertyTag": "0xe07", "PropertyType": "Integer"}
    assert uris[1] == {"PropertyTag": "0x1090", "PropertyType": "Integer"}
    assert uris[2] == {
        "DistinguishedPropertySetId": "Common",
        "PropertyId": "34160",
        "PropertyType": "Integer",
    }
    assert uris[3]["PropertySetId"] == guid.lower() and uris[3]["PropertyName"] == "MyName"


WRONG_NAMES = [
    'DistinguishedPropertySetId="Common" PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e"'
    ' PropertyName="x"',
    'DistinguishedPropertySetId="Common" PropertyTag="0x1080"',
    'PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyTag="0x1080"',
    'PropertyTag="0x1080" PropertyName="x"',
    'PropertyTag="0x1080" PropertyId="1"',
    'PropertyName="x"',
    'PropertyId="1"',
]


@pytest.mark.parametrize("attributes", WRONG_NAMES)
async def test_names_that_contradict_themselves_are_messages_not_faults(
    desk: Desk, attributes: str
) -> None:
    """MS-OXWSCORE TC08 of every suite."""
    uri = f'<t:ExtendedFieldURI {attributes} PropertyType="String"/>'
    value = f"<t:ExtendedProperty>{uri}<t:Value>x</t:Value></t:ExtendedProperty>"
    made = await desk.ask(
        f'<m:CreateItem MessageDisposition="SaveOnly"><m:Items>{message("x", value)}</m:Items>'
        "</m:CreateItem>"
    )
    id = await desk.create(message("x"))
    read = await desk.get(id, "IdOnly", additional(uri))
    changed = await desk.update(id, set_field(uri, value))
    for reply in (made, read, changed):
        assert reply.status == 200 and reply.code.startswith("Error"), reply.text


async def test_one_header_of_many(desk: Desk) -> None:
    raw = b"From: c@x.example\r\nX-Mine: yes\r\nX-Other: no\r\nSubject: Hi\r\n\r\nx\r\n"
    mime = f"<t:MimeContent>{base64.b64encode(raw).decode()}</t:MimeContent>"
    id = await desk.create(f"<t:Message>{mime}</t:Message>")
    whole = await desk.get(id, "IdOnly", additional("item:InternetMessageHeaders"))
    headers = whole.texts("//t:InternetMessageHeader/@HeaderName")
    assert headers == ["From", "X-Mine", "X-Other", "Subject"]
    one = '<t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex="X-Mine"/>'
    shown = await desk.get(id, "IdOnly", additional(one))
    assert shown.texts("//t:InternetMessageHeader") == ["yes"]


async def test_single_entries_of_a_contact(desk: Desk) -> None:
    """IndexedFieldURI names one entry of a dictionary, or one part of an address."""
    id = await desk.create(
        "<t:Contact><t:DisplayName>Ada</t:DisplayName><t:EmailAddresses>"
        '<t:Entry Key="EmailAddress1">a@x.example</t:Entry>'
        '<t:Entry Key="EmailAddress2">b@x.example</t:Entry></t:EmailAddresses>'
        '<t:PhysicalAddresses><t:Entry Key="Home"><t:Street>Quay 1</t:Street>'
        "<t:City>Port</t:City></t:Entry></t:PhysicalAddresses></t:Contact>",
        folder="contacts",
    )
    paths = (
        '<t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress2"/>'
        '<t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:City" FieldIndex="Home"/>'
    )
    shown = await desk.get(id, "IdOnly", additional(paths))
    assert shown.texts("//t:EmailAddresses/t:Entry") == ["b@x.example"]
    assert shown.texts("//t:PhysicalAddresses/t:Entry/*") == ["Port"]
    all_of_them = await desk.get(id, "Default", additional(paths))
    assert len(all_of_them.texts("//t:EmailAddresses/t:Entry")) == 2


async def test_fields_that_evolution_asks_for(desk: Desk) -> None:
    """Survey of clients, 4b: IsRead twice, a header property, MAPI in decimal."""
    id = await desk.create(message("x"))
    paths = [
        "item:Subject", "item:DateTimeReceived", "item:DateTimeSent", "item:DateTimeCreated",
        "item:Size", "item:HasAttachments", "item:InReplyTo", "item:ResponseObjects",
        "item:Sensitivity", "item:Importance", "item:Categories", "message:From",
        "message:Sender", "message:ToRecipients", "message:CcRecipients",
        "message:BccRecipients", "message:References", "message:InternetMessageId",
        "message:IsRead", "message:IsRead", tag("3591", "Integer"), tag("4224", "Integer"),
        "meeting:AssociatedCalendarItemId",
    ]  # fmt: skip
    shown = await desk.get(id, "IdOnly", additional(*paths))
    assert shown.ok().one("//t:Message/t:Subject") == "x"
    assert shown.texts("//t:ExtendedProperty/t:Value") == ["9"]


async def test_ids_of_other_things(desk: Desk) -> None:
    id = await desk.create(message("x"))
    folder = await desk.ask(
        "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>'
    )
    ids = [id, shown_id(folder, "//t:FolderId"), 'Id=""', 'Id="x"', f'{id.split()[0]} ChangeKey=""']
    shown = "".join(f"<t:ItemId {i}/>" for i in ids)
    reply = await desk.ask(
        "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>"
        f"{shown}</m:ItemIds></m:GetItem>"
    )
    assert reply.codes == [
        "NoError",
        "ErrorCannotUseFolderIdForItemId",
        "ErrorInvalidIdEmpty",
        "ErrorInvalidIdMalformed",
        "ErrorInvalidChangeKey",
    ]
    assert len(reply.all("//m:Items")) == 5
    foreign = await desk.get(id, who="ben")
    assert foreign.code == "ErrorItemNotFound"


async def test_shapes_that_rows_may_not_have(desk: Desk) -> None:
    reply = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        "<t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ParentFolderIds>"
        '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>'
    )
    assert reply.code == "ErrorInvalidPropertyForOperation"


@pytest.mark.parametrize("sees", [False, True])
async def test_items_say_whether_what_is_private_may_be_seen(desk: Desk, *, sees: bool) -> None:
    """To whoever reads them one by one, finds them and follows their folder."""
    day = "2026-06-01"
    id = await desk.create(
        f"<t:CalendarItem><t:Subject>A</t:Subject><t:Start>{day}T10:00:00Z</t:Start>"
        f"<t:End>{day}T11:00:00Z</t:End></t:CalendarItem>",
        "calendar",
    )
    rights = {"calendar": int(LEVELS["Editor"])}
    draft = DelegateDraft("ben@demo.example", rights, views_private=sees)
    await desk.session().execute(AddDelegates("anna@demo.example", (draft,)))
    shape = (
        "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        '<t:FieldURI FieldURI="item:EffectiveRights"/></t:AdditionalProperties></m:ItemShape>'
    )
    whose = (
        '<t:DistinguishedFolderId Id="calendar"><t:Mailbox>'
        "<t:EmailAddress>anna@demo.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>"
    )
    window = f'<m:CalendarView StartDate="{day}T00:00:00Z" EndDate="{day}T23:00:00Z"/>'
    asked = (
        f"<m:GetItem>{shape}<m:ItemIds><t:ItemId {id}/></m:ItemIds></m:GetItem>",
        f'<m:FindItem Traversal="Shallow">{shape}<m:ParentFolderIds>{whose}</m:ParentFolderIds>'
        "</m:FindItem>",
        f'<m:FindItem Traversal="Shallow">{shape}{window}<m:ParentFolderIds>{whose}'
        "</m:ParentFolderIds></m:FindItem>",
        f"<m:SyncFolderItems>{shape}<m:SyncFolderId>{whose}</m:SyncFolderId>"
        "<m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>",
    )
    for request in asked:
        for who, told in (("anna", "true"), ("ben", str(sees).lower())):
            reply = (await desk.ask(request, who)).ok()
            assert reply.one("//t:EffectiveRights/t:ViewPrivateItems") == told, request
