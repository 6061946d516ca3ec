"""UpdateItem: one property at a time, in order, all or nothing (survey of operations, 5.2)."""

from __future__ import annotations

import base64

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

CARLA = "<t:Mailbox><t:EmailAddress>carla@elsewhere.example</t:EmailAddress></t:Mailbox>"
DORA = "<t:Mailbox><t:EmailAddress>dora@elsewhere.example</t:EmailAddress></t:Mailbox>"
SUBJECT = "<t:Subject>New</t:Subject>"


def append(uri: str, inner: str) -> str:
    update = f"{field(uri)}<t:Message>{inner}</t:Message>"
    return f"<t:AppendToItemField>{update}</t:AppendToItemField>"


def delete(*paths: str) -> str:
    shown = (p if p.startswith("<") else field(p) for p in paths)
    return "".join(f"<t:DeleteItemField>{p}</t:DeleteItemField>" for p in shown)


async def test_the_answer_names_the_new_change_key(desk: Desk) -> None:
    id = await desk.create(message("Old"))
    reply = await desk.update(id, set_field("item:Subject", SUBJECT), "NeverOverwrite")
    assert reply.ok().one("//m:ConflictResults/t:Count") == "0"
    new = shown_id(reply)
    assert without_key(new) == without_key(id) and new != id
    assert shown_id(await desk.get(id)) == new  # a stale key on a read is no matter
    again = await desk.update(id, set_field("item:Subject", SUBJECT), "NeverOverwrite")
    assert again.code == "ErrorIrresolvableConflict"
    (await desk.update(new, set_field("item:Subject", SUBJECT), "NeverOverwrite")).ok()


async def test_keys_that_are_needed_and_keys_that_are_none(desk: Desk) -> None:
    id = without_key(await desk.create(message("Old")))
    change = set_field("item:Subject", SUBJECT)
    for how, code in (
        ("NeverOverwrite", "ErrorChangeKeyRequiredForWriteOperations"),
        ("AutoResolve", "ErrorChangeKeyRequiredForWriteOperations"),
        ("AlwaysOverwrite", "NoError"),
    ):
        assert (await desk.update(id, change, how)).code == code
    assert (await desk.update(f'{id} ChangeKey="x"', change)).code == "ErrorInvalidChangeKey"


@pytest.mark.parametrize(
    ("updates", "code"),
    [
        (set_field("item:Subject", SUBJECT + "<t:Importance>High</t:Importance>"),
         "ErrorIncorrectUpdatePropertyCount"),
        (set_field("item:Subject", ""), "ErrorIncorrectUpdatePropertyCount"),
        (set_field("item:Importance", SUBJECT), "ErrorUpdatePropertyMismatch"),
        (set_field("item:Size", "<t:Size>1</t:Size>"), "ErrorInvalidPropertySet"),
        (append("item:Subject", SUBJECT), "ErrorInvalidPropertyAppend"),
        (append("item:Categories", "<t:Categories><t:String>x</t:String></t:Categories>"),
         "ErrorInvalidPropertyAppend"),
        (append("item:Body", '<t:Body BodyType="HTML">x</t:Body>'), "ErrorInvalidPropertyAppend"),
        (delete("item:Size"), "ErrorInvalidPropertyDelete"),
        (delete("item:ItemId"), "ErrorInvalidPropertyDelete"),
        (delete("message:IsRead"), "ErrorInvalidPropertyDelete"),
    ],
)  # fmt: skip
async def test_updates_that_cannot_be(desk: Desk, updates: str, code: str) -> None:
    id = await desk.create(message("Old", '<t:Body BodyType="Text">text</t:Body>'))
    reply = await desk.update(id, set_field("item:Subject", SUBJECT) + updates)
    assert reply.code == code
    assert len(reply.all("//m:Items")) == 1
    assert (await desk.get(id)).one("//t:Message/t:Subject") == "Old"  # all or nothing


async def test_set_append_and_remove(desk: Desk) -> None:
    id = await desk.create(message("Old", '<t:Body BodyType="Text">one</t:Body>'))
    await desk.update(
        id,
        set_field("message:ToRecipients", f"<t:ToRecipients>{CARLA}</t:ToRecipients>")
        + append("message:ToRecipients", f"<t:ToRecipients>{DORA}</t:ToRecipients>")
        + append("item:Body", '<t:Body BodyType="Text"> two</t:Body>')
        + set_field("item:Categories", "<t:Categories><t:String>Red</t:String></t:Categories>"),
    )
    shown = await desk.get(id)
    assert shown.texts("//t:ToRecipients//t:EmailAddress") == [
        "carla@elsewhere.example",
        "dora@elsewhere.example",
    ]
    assert shown.one("//t:DisplayTo") == "carla@elsewhere.example; dora@elsewhere.example"
    assert shown.one("//t:Body") == "one two"
    await desk.update(id, delete("item:Categories", "message:ToRecipients", "item:Body"))
    shown = await desk.get(id)
    assert "".join(shown.texts("//t:DisplayTo")) == ""
    for gone in ("Categories", "ToRecipients"):
        assert shown.texts(f"//t:{gone}") == []


async def test_what_comes_later_wins(desk: Desk) -> None:
    id = await desk.create(message("Old"))
    changes = set_field("item:Subject", SUBJECT) + delete("item:Subject")
    await desk.update(id, changes)
    assert (await desk.get(id)).texts("//t:Message/t:Subject") == []
    await desk.update(id, delete("item:Subject") + set_field("item:Subject", SUBJECT))
    assert (await desk.get(id)).one("//t:Message/t:Subject") == "New"


async def test_entries_of_a_contact(desk: Desk) -> None:
    id = await desk.create(
        "<t:Contact><t:PhoneNumbers><t:Entry Key='HomePhone'>1</t:Entry><t:Entry Key='Pager'>2"
        "</t:Entry></t:PhoneNumbers></t:Contact>",
        "contacts",
    )

    def entry(uri: str, key: str) -> str:
        return f'<t:IndexedFieldURI FieldURI="contacts:{uri}" FieldIndex="{key}"/>'

    city = "<t:PhysicalAddresses><t:Entry Key='Home'><t:City>Ghent</t:City></t:Entry>"
    street = city.replace("City>", "Street>").replace("Ghent", "Here 1")
    phone = "<t:PhoneNumbers><t:Entry Key='HomePhone'>3</t:Entry></t:PhoneNumbers>"
    await desk.update(
        id,
        set_field(entry("PhoneNumber", "HomePhone"), phone, "Contact")
        + set_field(
            entry("PhysicalAddress:City", "Home"), f"{city}</t:PhysicalAddresses>", "Contact"
        )
        + set_field(
            entry("PhysicalAddress:Street", "Home"), f"{street}</t:PhysicalAddresses>", "Contact"
        )
        + delete(entry("PhoneNumber", "Pager")),
    )
    shown = await desk.get(id)
    assert shown.one("//t:PhoneNumbers/t:Entry[@Key='HomePhone']") == "3"
    assert len(shown.all("//t:PhoneNumbers/t:Entry")) == 1
    assert shown.one("//t:PhysicalAddresses/t:Entry[@Key='Home']/t:City") == "Ghent"
    assert shown.one("//t:PhysicalAddresses/t:Entry[@Key='Home']/t:Street") == "Here 1"
    await desk.update(id, delete(entry("PhysicalAddress:City", "Home")))
    shown = await desk.get(id)
    assert shown.texts("//t:PhysicalAddresses//t:City") == []
    assert shown.one("//t:PhysicalAddresses//t:Street") == "Here 1"


async def test_by_mapi_name_and_by_element_it_is_one_property(desk: Desk) -> None:
    """Traps 67, 68: one store, two views; the parts of an address too."""
    keywords = (
        '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Keywords"'
        ' PropertyType="StringArray"/>'
    )
    city, flag = tag("0x3a59", "String"), tag("4240", "Integer")
    made = await desk.create(
        f"<t:Contact><t:ExtendedProperty>{city}<t:Value>Ghent</t:Value></t:ExtendedProperty>"
        f"<t:ExtendedProperty>{tag('0x3a5d', 'String')}<t:Value>Here 1</t:Value>"
        "</t:ExtendedProperty></t:Contact>",
        "contacts",
    )
    shown = await desk.get(made, more=additional(city))
    assert shown.one("//t:PhysicalAddresses/t:Entry[@Key='Home']/t:City") == "Ghent"
    assert shown.one("//t:PhysicalAddresses/t:Entry[@Key='Home']/t:Street") == "Here 1"
    assert shown.one("//t:ExtendedProperty/t:Value") == "Ghent"
    id = await desk.create(message("x"))
    values = "<t:Values><t:Value>Red</t:Value><t:Value>Blue</t:Value></t:Values>"
    changed = await desk.update(
        id,
        set_field(keywords, f"<t:ExtendedProperty>{keywords}{values}</t:ExtendedProperty>")
        + set_field(
            flag,
            f"<t:ExtendedProperty>{flag}<t:Value>2</t:Value></t:ExtendedProperty>",
        ),
    )
    changed.ok()
    shown = await desk.get(id, more=additional(keywords, tag("0x1090", "Integer")))
    assert shown.texts("//t:Categories/t:String") == ["Red", "Blue"]
    assert shown.one("//t:FlagStatus") == "Flagged"
    assert shown.texts("//t:ExtendedProperty//t:Value") == ["Red", "Blue", "2"]
    await desk.update(id, delete(keywords))
    assert (await desk.get(id)).texts("//t:Categories") == []


async def test_mime_replaces_the_message(desk: Desk) -> None:
    id = await desk.create(message("Old", f"<t:ToRecipients>{CARLA}</t:ToRecipients>"))
    raw = b"From: anna@demo.example\r\nSubject: From MIME\r\n\r\nnew text\r\n"
    mime = f"<t:MimeContent>{base64.b64encode(raw).decode()}</t:MimeContent>"
    (await desk.update(id, set_field("item:MimeContent", mime))).ok()
    shown = await desk.get(id, more="<t:IncludeMimeContent>true</t:IncludeMimeContent>")
    assert shown.one("//t:Message/t:Subject") == "From MIME"
    assert "new text" in shown.one("//t:Body")
    assert base64.b64decode(shown.one("//t:MimeContent")) == raw
    assert shown.texts("//t:ToRecipients") == []


async def test_mime_is_set_on_no_contact(desk: Desk) -> None:
    id = await desk.create("<t:Contact><t:Subject>Carla</t:Subject></t:Contact>", "contacts")
    mime = "<t:MimeContent>AAAA</t:MimeContent>"
    reply = await desk.update(id, set_field("item:MimeContent", mime, "Contact"))
    assert reply.code == "ErrorUnsupportedMimeConversion"
    assert (await desk.get(id)).all("//m:Items/t:Contact")


@pytest.mark.parametrize("element", ["Contact", "Task", "CalendarItem", "PostItem"])
async def test_what_another_kind_of_item_has_is_not_set(desk: Desk, element: str) -> None:
    id = await desk.create(message("Old"))
    change = set_field("item:Subject", SUBJECT, element)
    assert (await desk.update(id, change)).code == "ErrorInvalidPropertyRequest"
    if element == "Contact":
        name = set_field("contacts:GivenName", "<t:GivenName>x</t:GivenName>", element)
        assert (await desk.update(id, name)).code == "ErrorInvalidPropertyRequest"
    task = await desk.create("<t:Task><t:Subject>Old</t:Subject></t:Task>", "tasks")
    (await desk.update(task, set_field("item:Subject", SUBJECT, "Task"))).ok()


async def test_a_long_subject(desk: Desk) -> None:
    id = await desk.create(message("Old"))
    reply = await desk.update(id, set_field("item:Subject", f"<t:Subject>{'x' * 256}</t:Subject>"))
    assert reply.code == "ErrorInvalidValueForProperty"


async def test_sent_messages_keep_what_they_asked_for(desk: Desk) -> None:
    to = "<t:ToRecipients><t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress>"
    await desk.ask(
        '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items>'
        f"{message('Sent', f'{to}</t:Mailbox></t:ToRecipients>')}</m:Items></m:CreateItem>"
    )
    id = shown_id(await desk.find(folder="sentitems"))
    for name in ("IsReadReceiptRequested", "IsDeliveryReceiptRequested"):
        update = set_field(f"message:{name}", f"<t:{name}>true</t:{name}>")
        assert (await desk.update(id, update)).code == "ErrorInvalidPropertyUpdateSentMessage"
    (await desk.update(id, set_field("item:Importance", "<t:Importance>High</t:Importance>"))).ok()


async def test_dispositions_that_a_kind_needs(desk: Desk) -> None:
    id = await desk.create(message("Old"))
    event = await desk.create("<t:CalendarItem/>", "calendar")
    change = set_field("item:Subject", SUBJECT)
    changes = "".join(
        f"<t:ItemChange><t:ItemId {i}/><t:Updates>{change}</t:Updates></t:ItemChange>"
        for i in (id, event)
    )
    reply = await desk.ask(
        f'<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges>{changes}'
        "</m:ItemChanges></m:UpdateItem>"
    )
    assert reply.codes == [
        "ErrorMessageDispositionRequired",
        "ErrorSendMeetingInvitationsOrCancellationsRequired",
    ]


async def test_a_draft_sent_by_its_update(desk: Desk) -> None:
    """Outlook for Mac adds recipients and sends in one UpdateItem (survey of clients, 7)."""
    id = await desk.create(message("Plan"), "drafts")
    to = "<t:ToRecipients><t:Mailbox><t:EmailAddress>ben@demo.example</t:EmailAddress>"
    reply = await desk.ask(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SendAndSaveCopy">'
        f"<m:ItemChanges><t:ItemChange><t:ItemId {id}/><t:Updates>"
        f"{set_field('message:ToRecipients', f'{to}</t:Mailbox></t:ToRecipients>')}</t:Updates>"
        "</t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )
    reply.ok()
    assert (await desk.find(folder="drafts")).texts("//t:Subject") == []
    assert (await desk.find(folder="sentitems")).texts("//t:Subject") == ["Plan"]


def _members(*names: str) -> str:
    shown = "".join(
        f"<t:Member><t:Mailbox><t:Name>{name}</t:Name><t:EmailAddress>{name}@elsewhere.example"
        "</t:EmailAddress><t:MailboxType>OneOff</t:MailboxType></t:Mailbox></t:Member>"
        for name in names
    )
    return f"<t:DistributionList><t:Members>{shown}</t:Members></t:DistributionList>"


async def test_members_of_a_list_come_and_go_one_by_one(desk: Desk) -> None:
    """As the EWS Managed API changes a ContactGroup: it adds, removes by key, or clears."""
    crew = _members("ada.berg", "ben").replace("<t:Members>", "<t:DisplayName>Crew</t:DisplayName>"
                                               "<t:Members>")  # fmt: skip
    id = without_key(await desk.create(crew, "contacts"))
    shape = additional("distributionlist:Members")

    async def held() -> dict[str, str]:
        shown = await desk.get(id, "IdOnly", shape)
        keys = shown.texts("//t:Member/@Key")
        return dict(zip(shown.texts("//t:Member//t:EmailAddress"), keys, strict=True))

    uri = field("distributionlist:Members")
    added = f"<t:AppendToItemField>{uri}{_members('cara', 'ben')}</t:AppendToItemField>"
    (await desk.update(id, added)).ok()
    found = await held()
    assert list(found) == [f"{n}@elsewhere.example" for n in ("ada.berg", "ben", "cara")]
    key = found["ada.berg@elsewhere.example"]
    one = f'<t:IndexedFieldURI FieldURI="distributionlist:Members:Member" FieldIndex="{key}"/>'
    (await desk.update(id, delete(one))).ok()
    assert list(await held()) == ["ben@elsewhere.example", "cara@elsewhere.example"]
    (await desk.update(id, delete("distributionlist:Members"))).ok()
    assert await held() == {}
