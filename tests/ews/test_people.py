"""FindPeople and GetPersona: the directory is searched, contacts are listed."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, field

pytestmark = pytest.mark.anyio

DIRECTORY = '<t:DistinguishedFolderId Id="directory"/>'


def _find(where: str = "", query: str = "", shape: str = "Default", offset: int = 0) -> str:
    folder = f"<m:ParentFolderId>{where}</m:ParentFolderId>" if where else ""
    words = f"<m:QueryString>{query}</m:QueryString>" if query else ""
    return (
        f"<m:FindPeople><m:PersonaShape>{shape}</m:PersonaShape>"
        f'<m:IndexedPageItemView MaxEntriesReturned="1" Offset="{offset}" BasePoint="Beginning"/>'
        f"{folder}{words}</m:FindPeople>"
    ).replace("<m:PersonaShape>Default<", "<m:PersonaShape><t:BaseShape>Default</t:BaseShape><")


async def test_the_directory_is_searched_page_by_page(desk: Desk) -> None:
    seen = []
    for offset in (0, 1, 2):
        reply = (await desk.ask(_find(DIRECTORY, "demo", offset=offset))).ok()
        assert reply.one("//m:TotalNumberOfPeopleInView") == "2"
        seen += reply.texts("//t:Persona/t:EmailAddress/t:EmailAddress")
    assert seen == ["anna@demo.example", "ben@demo.example"]
    assert (await desk.ask(_find(DIRECTORY))).code == "ErrorInvalidOperation"
    nobody = (await desk.ask(_find(DIRECTORY, "zzz"))).ok()
    assert nobody.one("//m:TotalNumberOfPeopleInView") == "0"


async def test_a_shape_says_what_comes(desk: Desk) -> None:
    shape = (
        "<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        f"{field('persona:DisplayName')}</t:AdditionalProperties>"
    )
    reply = (await desk.ask(_find(DIRECTORY, "anna", shape))).ok()
    assert [each.tag.split("}")[1] for each in reply.all("//t:Persona/*")] == [
        "PersonaId",
        "DisplayName",
    ]


async def test_somebody_is_told_by_id_and_by_address(desk: Desk) -> None:
    found = (await desk.ask(_find(DIRECTORY, "ben"))).ok()
    (id,) = found.all("//t:PersonaId/@Id")
    one = (await desk.ask(f'<m:GetPersona><m:PersonaId Id="{id}"/></m:GetPersona>')).ok()
    assert one.one("//m:Persona/t:DisplayName") == "Ben"
    contact = await desk.create(
        "<t:Contact><t:DisplayName>Carla</t:DisplayName><t:EmailAddresses>"
        '<t:Entry Key="EmailAddress1">carla@elsewhere.example</t:Entry></t:EmailAddresses>'
        "</t:Contact>",
        "contacts",
    )
    by_address = (
        "<m:GetPersona><m:EmailAddress><t:EmailAddress>{}</t:EmailAddress></m:EmailAddress>"
        "</m:GetPersona>"
    )
    one = (await desk.ask(by_address.format("carla@elsewhere.example"))).ok()
    assert one.one("//m:Persona/t:DisplayName") == "Carla"
    assert one.all("//t:PersonaId/@Id")[0] in contact
    for missing in ("nobody@demo.example", "nobody@elsewhere.example"):
        assert (await desk.ask(by_address.format(missing))).code == "ErrorItemNotFound"


async def test_what_is_no_folder_of_contacts(desk: Desk) -> None:
    where = '<t:DistinguishedFolderId Id="inbox"/>'
    assert (await desk.ask(_find(where))).code == "ErrorInvalidOperation"


@pytest.fixture
async def crew(desk: Desk) -> str:
    """The id of a list among Anna's contacts."""
    return await desk.create(
        "<t:DistributionList><t:DisplayName>Quay crew</t:DisplayName></t:DistributionList>",
        "contacts",
    )


async def test_a_list_that_is_found_by_words_is_a_list(desk: Desk, crew: str) -> None:
    where = '<t:DistinguishedFolderId Id="contacts"/>'
    (listed,) = (await desk.ask(_find(where))).ok().all("//t:Persona")
    for asked in (_find(where, "quay"), _find(query="quay")):
        (found,) = (await desk.ask(asked)).ok().all("//t:Persona")
        assert [(each.tag, each.attrib, each.text) for each in found] == [
            (each.tag, each.attrib, each.text) for each in listed
        ]
    assert listed.findtext("{*}PersonaType") == "DistributionList"
    assert listed.find("{*}PersonaId").get("ChangeKey") in crew


async def test_a_list_that_a_name_leads_to_is_a_list_with_its_change(desk: Desk, crew: str) -> None:
    reply = await desk.ask(
        '<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>quay'
        "</m:UnresolvedEntry></m:ResolveNames>"
    )
    assert reply.ok().one("//t:MailboxType") == "PrivateDL"
    (id,) = reply.all("//t:ItemId")
    assert f'Id="{id.get("Id")}" ChangeKey="{id.get("ChangeKey")}"' == crew


def _get(id: str) -> str:
    return f'<m:GetPersona><m:PersonaId Id="{id}"/></m:GetPersona>'


async def test_a_contact_is_told_by_its_source(desk: Desk) -> None:
    contact = await desk.create(
        "<t:Contact><t:FileAs>Berg, Carla</t:FileAs><t:DisplayName>Carla</t:DisplayName>"
        "<t:GivenName>Carla</t:GivenName><t:EmailAddresses>"
        '<t:Entry Key="EmailAddress2">carla@elsewhere.example</t:Entry></t:EmailAddresses>'
        '<t:PhysicalAddresses><t:Entry Key="Home"><t:City>Kiel</t:City></t:Entry>'
        '</t:PhysicalAddresses><t:PhoneNumbers><t:Entry Key="Pager">17</t:Entry></t:PhoneNumbers>'
        "<t:Birthday>1980-02-29T00:00:00Z</t:Birthday>"
        "<t:Children><t:String>Dora</t:String><t:String>Emil</t:String></t:Children>"
        "</t:Contact>",
        "contacts",
    )
    where = '<t:DistinguishedFolderId Id="contacts"/>'
    plain = (await desk.ask(_find(where))).ok()
    assert not plain.all("//t:Attributions")
    asked = (
        "<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        f"{field('persona:Attributions')}{field('persona:Emails2')}</t:AdditionalProperties>"
    )
    listed = (await desk.ask(_find(where, shape=asked))).ok()
    one = (await desk.ask(_get(plain.one("//t:PersonaId/@Id")))).ok()
    for reply in (listed, one):
        source = "//t:Attribution[t:SourceId]"
        key = f'Id="{reply.one(f"{source}/t:SourceId/@Id")}"'
        assert contact.startswith(key)
        told = [reply.one(f"{source}/t:{name}") for name in ("Id", "DisplayName", "IsWritable")]
        assert told == ["0", "Outlook", "true"]
        folder = (await desk.get(contact)).one("//t:ParentFolderId/@Id")
        assert reply.one(f"{source}/t:FolderId/@Id") == folder
        assert reply.one("//t:Emails2//t:EmailAddress") == "carla@elsewhere.example"
    assert len(listed.all("//t:Persona/*")) == 3
    values = {
        element: one.texts(f"//t:{element}//t:Value//text()")
        for element in (
            "FileAses",
            "GivenNames",
            "Pagers",
            "HomeAddresses",
            "Children",
            "Birthdays",
        )
    }
    assert values == {
        "FileAses": ["Berg, Carla"],
        "GivenNames": ["Carla"],
        "Pagers": ["17", "Pager"],
        "HomeAddresses": ["Kiel", "Home"],
        "Children": ["Dora", "Emil"],
        "Birthdays": ["1980-02-29T00:00:00Z"],
    }
    assert set(one.texts("//t:Attribution[not(t:SourceId)]")) == {"0"}
    assert not one.all("//t:Surnames")


async def test_the_directory_is_a_source_that_nobody_writes(desk: Desk) -> None:
    found = (await desk.ask(_find(DIRECTORY, "ben"))).ok()
    one = (await desk.ask(_get(found.one("//t:PersonaId/@Id")))).ok()
    source = "//t:Attribution[t:SourceId]"
    assert (one.one(f"{source}/t:DisplayName"), one.one(f"{source}/t:IsWritable")) == (
        "GAL", "false",
    )  # fmt: skip
    assert one.one(f"{source}/t:SourceId/@Id") == one.one("//t:PersonaId/@Id")
    assert not one.all(f"{source}/t:FolderId")
    assert one.one("//t:Emails1//t:EmailAddress") == "ben@demo.example"
    assert one.one("//t:DisplayNames//t:Value") == "Ben"
