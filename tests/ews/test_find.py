"""FindItem and FindFolder: restrictions, order, groups, pages, rows (survey of operations, 4)."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, additional, field, message, set_field, shown_id, tag

pytestmark = pytest.mark.anyio


async def filled(desk: Desk) -> dict[str, str]:
    """Five messages: a to e."""
    ids: dict[str, str] = {}
    for subject, importance, read in (
        ("alpha one", "Low", "true"),
        ("Beta two", "High", "false"),
        ("gamma Ärger", "Normal", "true"),
        ("delta two", "High", "true"),
        ("epsilon", "Normal", "false"),
    ):
        more = f"<t:Importance>{importance}</t:Importance><t:IsRead>{read}</t:IsRead>"
        ids[subject] = await desk.create(message(subject, more))
        desk.clock.advance(60)
    return ids


def restriction(inner: str) -> str:
    return f"<m:Restriction>{inner}</m:Restriction>"


def compare(name: str, path: str, value: str) -> str:
    path = path if path.startswith("<") else field(path)
    constant = f'<t:Constant Value="{value}"/>'
    return f"<t:{name}>{path}<t:FieldURIOrConstant>{constant}</t:FieldURIOrConstant></t:{name}>"


def contains(path: str, value: str, mode: str = "Substring", how: str = "IgnoreCase") -> str:
    return (
        f'<t:Contains ContainmentMode="{mode}" ContainmentComparison="{how}">{field(path)}'
        f'<t:Constant Value="{value}"/></t:Contains>'
    )


SUBJECT = "item:Subject"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (compare("IsEqualTo", SUBJECT, "BETA TWO"), "b"),
        (compare("IsNotEqualTo", "item:Importance", "High"), "eca"),
        (compare("IsEqualTo", "message:IsRead", "false"), "eb"),
        (compare("IsEqualTo", "message:IsRead", "0"), "eb"),
        (compare("IsGreaterThan", "item:Size", "0"), "edcba"),
        (contains(SUBJECT, "TWO"), "db"),
        (contains(SUBJECT, "two", how="Exact"), "db"),
        (contains(SUBJECT, "beta", how="Exact"), ""),
        (contains(SUBJECT, "be", "Prefixed"), "b"),
        (contains(SUBJECT, "tw", "PrefixOnWords"), "db"),
        (contains(SUBJECT, "tw", "ExactPhrase"), ""),
        (contains(SUBJECT, "two", "ExactPhrase"), "db"),
        (contains(SUBJECT, "arger", how="IgnoreCaseAndNonSpacingCharacters"), "c"),
        (contains(SUBJECT, "Arger", how="LooseAndIgnoreNonSpace"), "c"),
        (contains(SUBJECT, "arger"), ""),
        (f"<t:Or>{contains(SUBJECT, 'one')}{contains(SUBJECT, 'eps')}</t:Or>", "ea"),
        (f"<t:And>{contains(SUBJECT, 'two')}{compare('IsEqualTo', 'message:IsRead', '1')}</t:And>",
         "d"),
        (f"<t:Not>{contains(SUBJECT, 'two')}</t:Not>", "eca"),
        (f"<t:Exists>{field('item:Categories')}</t:Exists>", ""),
        (f"<t:Not><t:Exists>{field('item:Categories')}</t:Exists></t:Not>", "edcba"),
    ],
)  # fmt: skip
async def test_restrictions(desk: Desk, expression: str, found: str) -> None:
    await filled(desk)
    reply = await desk.find(restriction(expression))
    subjects = reply.ok().texts("//t:Message/t:Subject")
    assert "".join(s[0].lower().replace("g", "c") for s in subjects) == found
    assert reply.one("//m:RootFolder/@TotalItemsInView") == str(len(found))


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (contains("message:IsRead", "true"), "ErrorContainsFilterWrongType"),
        (contains("item:Size", "1"), "ErrorContainsFilterWrongType"),
        (compare("IsEqualTo", "item:Importance", "Huge"), "ErrorInvalidValueForProperty"),
        (compare("IsEqualTo", "item:DateTimeReceived", "yesterday"),
         "ErrorInvalidValueForProperty"),
        (compare("IsEqualTo", "message:IsRead", "maybe"), "ErrorInvalidValueForProperty"),
        (compare("IsEqualTo", tag("0x1080", "Integer"), "x"),
         "ErrorInvalidExtendedPropertyValue"),
        (f"<t:Exists>{field('message:IsRead')}</t:Exists>", "ErrorInvalidPropertyForExists"),
        (f"<t:Exists>{field('item:IsDraft')}</t:Exists>", "ErrorInvalidPropertyForExists"),
        (compare("IsEqualTo", "item:ResponseObjects", "x"), "ErrorUnsupportedPathForQuery"),
        (f"<t:Excludes>{field('item:Subject')}<t:Bitmask Value='0x1'/></t:Excludes>",
         "ErrorInvalidExcludesRestriction"),
        (f"<t:And>{contains(SUBJECT, 'x') * 255}</t:And>", "ErrorRestrictionTooLong"),
    ],
)  # fmt: skip
async def test_restrictions_that_cannot_be(desk: Desk, expression: str, code: str) -> None:
    assert (await desk.find(restriction(expression))).code == code


@pytest.mark.parametrize(
    ("mask", "found"),
    [("0x1", ["unread", "draft"]), ("8", ["read", "unread"]), ("9", ["unread"])],
)
async def test_bits_of_the_message_flags(desk: Desk, mask: str, found: list[str]) -> None:
    for subject, flags in (("read", 1), ("unread", 0), ("draft", 8)):
        value = (
            f"<t:ExtendedProperty>{tag('0x0e07', 'Integer')}<t:Value>{flags}</t:Value>"
            "</t:ExtendedProperty>"
        )
        await desk.create(f"<t:Message>{value}<t:Subject>{subject}</t:Subject></t:Message>")
    reply = await desk.find(
        restriction(
            f"<t:Excludes>{tag('0x0e07', 'Integer')}<t:Bitmask Value='{mask}'/></t:Excludes>"
        )
    )
    assert sorted(reply.ok().texts("//t:Message/t:Subject")) == sorted(found)


async def test_newest_first_where_no_order_is_given(desk: Desk) -> None:
    await filled(desk)
    subjects = (await desk.find()).texts("//t:Subject")
    assert [s[0] for s in subjects] == ["e", "d", "g", "B", "a"]


async def test_orders(desk: Desk) -> None:
    await filled(desk)

    async def ordered(*fields: tuple[str, str]) -> str:
        inner = "".join(
            f'<t:FieldOrder Order="{how}">{p if p[0] == "<" else field(p)}</t:FieldOrder>'
            for p, how in fields
        )
        reply = await desk.find(f"<m:SortOrder>{inner}</m:SortOrder>")
        return "".join(s[0].lower() for s in reply.ok().texts("//t:Subject"))

    assert await ordered(("item:Subject", "Ascending")) == "abdeg"
    by_importance = ("item:Importance", "Descending"), ("item:Subject", "Ascending")
    assert await ordered(*by_importance) == "bdega"
    assert await ordered((tag("0x0e23", "Integer"), "Ascending")) == "abgde"
    wrong = await desk.find(
        f'<m:SortOrder><t:FieldOrder Order="Ascending">{field("item:ResponseObjects")}'
        "</t:FieldOrder></m:SortOrder>"
    )
    assert wrong.code == "ErrorUnsupportedPathForSortGroup"


async def test_pages(desk: Desk) -> None:
    await filled(desk)
    view = '<m:IndexedPageItemView MaxEntriesReturned="2" Offset="{}" BasePoint="{}"/>'

    async def page(offset: int, base: str = "Beginning") -> tuple[str, str | None, str]:
        reply = await desk.find(view.format(offset, base))
        root = reply.ok().all("//m:RootFolder")[0]
        assert root.get("TotalItemsInView") == "5"
        letters = "".join(s[0].lower() for s in reply.texts("//t:Message/t:Subject"))
        return letters, root.get("IndexedPagingOffset"), root.get("IncludesLastItemInRange")

    assert await page(0) == ("ed", "2", "false")
    assert await page(4) == ("a", "5", "true")
    assert await page(9) == ("", "5", "true")
    assert await page(0, "End") == ("ba", "2", "false")
    assert await page(4, "End") == ("e", "5", "true")
    bad = await desk.find(view.format(-1, "Beginning"))
    assert bad.code == "ErrorInvalidIndexedPagingParameters"
    none = await desk.find('<m:IndexedPageItemView MaxEntriesReturned="0" Offset="0"'
                           ' BasePoint="Beginning"/>')  # fmt: skip
    assert none.code in ("ErrorInvalidPagingMaxRows", "ErrorSchemaValidation")
    half = await desk.find('<m:FractionalPageItemView Numerator="1" Denominator="2"/>')
    assert [s[0] for s in half.texts("//t:Message/t:Subject")] == ["g", "B", "a"]
    assert half.one("//m:RootFolder/@NumeratorOffset") == "5"
    assert half.one("//m:RootFolder/@AbsoluteDenominator") == "5"
    over = await desk.find('<m:FractionalPageItemView Numerator="3" Denominator="2"/>')
    assert over.code == "ErrorInvalidFractionalPagingParameters"
    whole = await desk.find()
    assert whole.one("//m:RootFolder/@IncludesLastItemInRange") == "true"


async def test_groups(desk: Desk) -> None:
    await filled(desk)
    group = (
        f'<m:GroupBy Order="Descending">{field("item:Importance")}'
        f'<t:AggregateOn Aggregate="Maximum">{field("item:DateTimeReceived")}</t:AggregateOn>'
        "</m:GroupBy>"
    )
    reply = await desk.find(group)
    groups = reply.ok().all("//t:GroupedItems")
    letters = [[s.text[0].lower() for s in g.iter("{*}Subject")] for g in groups]
    assert letters == [["e", "g"], ["d", "b"], ["a"]]
    assert reply.one("//m:RootFolder/@TotalItemsInView") == "8"  # rows and groups
    assert [g[0].text for g in groups] == ["Normal", "High", "Low"]


async def test_a_query_and_a_restriction_exclude_each_other(desk: Desk) -> None:
    await filled(desk)
    query = "<m:QueryString>subject:two</m:QueryString>"
    found = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape>'
        '</m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/>'
        f"</m:ParentFolderIds>{query}</m:FindItem>"
    )
    assert sorted(found.ok().texts("//t:Message/t:Subject")) == ["Beta two", "delta two"]
    both = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape>'
        f"</m:ItemShape>{restriction(contains(SUBJECT, 'x'))}<m:ParentFolderIds>"
        f'<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds>{query}</m:FindItem>'
    )
    assert both.code != "NoError"


@pytest.mark.parametrize(
    "path",
    ["item:Body", "item:Attachments", "message:ToRecipients", "item:MimeContent", "item:TextBody",
     "item:UniqueBody", "item:NormalizedBody", "item:InternetMessageHeaders"],
)  # fmt: skip
async def test_what_rows_never_carry(desk: Desk, path: str) -> None:
    reply = await desk.find(properties=field(path))
    assert reply.code == "ErrorInvalidPropertyForOperation"


async def test_a_row_says_what_get_item_says(desk: Desk) -> None:
    """Every element of a row equals that of GetItem, whatever the kind."""
    to = "<t:Mailbox><t:Name>Carla</t:Name><t:EmailAddress>c@x.example</t:EmailAddress></t:Mailbox>"
    await desk.create(
        message(
            "Plan",
            "<t:Sensitivity>Private</t:Sensitivity><t:Categories><t:String>Red</t:String>"
            f"</t:Categories><t:Importance>High</t:Importance><t:ToRecipients>{to}"
            "</t:ToRecipients>",
        )
    )
    kinds = {
        "contacts": "<t:Contact><t:Subject>C</t:Subject><t:GivenName>Carla</t:GivenName>"
        "<t:EmailAddresses><t:Entry Key='EmailAddress1'>c@x.example</t:Entry></t:EmailAddresses>"
        "<t:PhoneNumbers><t:Entry Key='Pager'>1</t:Entry></t:PhoneNumbers></t:Contact>",
        "tasks": "<t:Task><t:Subject>T</t:Subject><t:DueDate>2026-05-01T00:00:00Z</t:DueDate>"
        "<t:PercentComplete>50</t:PercentComplete></t:Task>",
        "calendar": "<t:CalendarItem><t:Subject>E</t:Subject><t:Start>2026-05-01T10:00:00Z"
        "</t:Start><t:End>2026-05-01T11:00:00Z</t:End><t:Location>Here</t:Location>"
        "</t:CalendarItem>",
    }
    for folder, item in kinds.items():
        await desk.create(item, folder)
    for folder in ("inbox", *kinds):
        row = (await desk.find(shape="AllProperties", folder=folder)).ok().all("//t:Items/*")[0]
        whole = (await desk.get(shown_id(await desk.find(folder=folder)))).all("//m:Items/*")[0]
        shown = {n.tag: "".join(n.itertext()) for n in whole}
        assert row.tag == whole.tag and len(row) > 10
        for node in row:
            assert "".join(node.itertext()) == shown[node.tag], node.tag


async def test_the_named_thing_in_another_mailbox_or_nowhere(desk: Desk) -> None:
    def inbox(address: str) -> str:
        mailbox = f"<t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox>"
        return f'<t:DistinguishedFolderId Id="inbox">{mailbox}</t:DistinguishedFolderId>'

    reply = await desk.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        f"</m:ItemShape><m:ParentFolderIds>{inbox('ben@demo.example')}"
        f"{inbox('nobody@demo.example')}{inbox('anna@demo.example')}</m:ParentFolderIds>"
        "</m:FindItem>"
    )
    assert reply.codes == ["ErrorFolderNotFound", "ErrorNonExistentMailbox", "NoError"]


async def test_folders_by_name_as_davmail_walks_a_path(desk: Desk) -> None:
    made = await desk.ask(
        '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/>'
        "</m:ParentFolderId><m:Folders><t:Folder><t:FolderClass>IPF.Note</t:FolderClass>"
        "<t:DisplayName>Plans</t:DisplayName></t:Folder><t:Folder><t:DisplayName>Other"
        "</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    )
    id = made.ok().texts("//t:FolderId/@Id")[0]
    named = compare("IsEqualTo", "folder:DisplayName", "plans")
    found = await desk.ask(
        '<m:FindFolder Traversal="Shallow"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>'
        f"{additional('folder:DisplayName', tag('0x3613', 'String'), tag('0x0e08', 'Long'))}"
        '</m:FolderShape><m:IndexedPageFolderView MaxEntriesReturned="1" Offset="0"'
        f' BasePoint="Beginning"/>{restriction(named)}'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds>'
        "</m:FindFolder>"
    )
    assert found.ok().one("//t:FolderId/@Id") == id
    assert found.texts("//t:ExtendedProperty/t:Value") == ["IPF.Note", "0"]
    assert found.one("//m:RootFolder/@IncludesLastItemInRange") == "true"


async def test_hidden_folders_as_evolution_asks(desk: Desk) -> None:
    """0x10f4 in decimal, echoed in hexadecimal and first; it can be set, too."""
    hidden = tag("4340", "Boolean")
    shape = (
        "<m:FolderShape><t:BaseShape>Default</t:BaseShape>"
        f"{additional(hidden, tag('3592', 'Integer'), 'folder:FolderClass')}</m:FolderShape>"
    )
    value = f"<t:ExtendedProperty>{hidden}<t:Value>true</t:Value></t:ExtendedProperty>"
    made = await desk.ask(
        '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/>'
        f"</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Plans</t:DisplayName>{value}"
        "</t:Folder></m:Folders></m:CreateFolder>"
    )
    id = made.ok().one("//t:FolderId/@Id")
    shown = await desk.ask(
        f'<m:GetFolder>{shape}<m:FolderIds><t:FolderId Id="{id}"/><t:DistinguishedFolderId'
        ' Id="inbox"/></m:FolderIds></m:GetFolder>'
    )
    assert shown.texts("//t:ExtendedFieldURI/@PropertyTag") == ["0x10f4", "0xe08"] * 2
    assert shown.texts("//t:ExtendedProperty/t:Value")[::2] == ["true", "false"]


async def test_an_update_shows_in_the_next_find(desk: Desk) -> None:
    ids = await filled(desk)
    await desk.update(ids["epsilon"], set_field("item:Subject", "<t:Subject>zeta two</t:Subject>"))
    reply = await desk.find(restriction(contains(SUBJECT, "zeta")))
    assert reply.texts("//t:Subject") == ["zeta two"]
