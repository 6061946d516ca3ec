"""From request to answer: faults and messages, versions, headers (survey of operations, 1)."""

from __future__ import annotations

import pytest

from tests.ews.conftest import Desk, message, shown_id

pytestmark = pytest.mark.anyio

GET_INBOX = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>"
    '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>'
)
ZONES = '<m:GetServerTimeZones ReturnFullTimeZoneData="false"/>'


async def test_the_header_names_the_server_on_every_answer(desk: Desk) -> None:
    good = await desk.ask(GET_INBOX)
    bad = await desk.ask(
        '<m:ConvertId DestinationFormat="EntryId"><m:SourceIds>'
        '<t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="DUMMY"/></m:SourceIds></m:ConvertId>'
    )
    assert bad.status == 200 and bad.code == "ErrorInvalidIdMalformed"
    for reply in (good, bad):
        assert reply.text.startswith("<?xml")
        assert reply.one("//t:ServerVersionInfo/@MajorVersion") == "15"
        assert reply.one("//t:ServerVersionInfo/@MinorVersion") in ("1", "2")


async def test_no_version_and_no_header_are_fine(desk: Desk) -> None:
    (await desk.ask(GET_INBOX, version="")).ok()
    names = 'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
    names += 'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    envelope = (
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
        f"{GET_INBOX.replace('<m:GetFolder', f'<m:GetFolder {names}', 1)}</Body></Envelope>"
    )
    (await desk.send(envelope)).ok()


@pytest.mark.parametrize(
    ("version", "code"),
    [("Exchange2019", "ErrorInvalidServerVersion"), ("x", "ErrorInvalidServerVersion")],
)
async def test_unknown_versions_are_faults(desk: Desk, version: str, code: str) -> None:
    reply = await desk.ask(GET_INBOX, version=version)
    assert (reply.status, reply.code) == (500, code)


async def test_an_operation_younger_than_the_version(desk: Desk) -> None:
    reply = await desk.ask(ZONES, version="Exchange2007_SP1")
    assert (reply.status, reply.code) == (500, "ErrorIncorrectSchemaVersion")
    (await desk.ask(ZONES, version="Exchange2010")).ok()


async def test_unknown_operations_fault_and_those_not_built_answer(desk: Desk) -> None:
    unknown = await desk.ask("<m:MakeCoffee/>")
    assert (unknown.status, unknown.code) == (500, "ErrorInvalidRequest")
    known = await desk.ask("<m:GetAppManifests/>", version="Exchange2013_SP1")
    assert (known.status, known.code) == (200, "ErrorInvalidOperation")


@pytest.mark.parametrize(
    "body",
    [
        "<m:GetFolder><m:FolderShape><t:BaseShape>Some</t:BaseShape></m:FolderShape>"
        '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
        GET_INBOX.replace('"inbox"', '"nonsense"'),
        GET_INBOX.replace("FolderIds", "FolderIdz"),
        GET_INBOX.replace("<m:FolderIds>", "&unknown;<m:FolderIds>"),
        "<m:GetFolder>",
    ],
)
async def test_what_breaks_the_contract_is_a_fault_with_line_and_violation(
    desk: Desk, body: str
) -> None:
    reply = await desk.ask(body)
    assert (reply.status, reply.code) == (500, "ErrorSchemaValidation")
    assert int(reply.one("//t:LineNumber")) >= 1
    assert int(reply.one("//t:LinePosition")) >= 0
    assert reply.one("//faultstring").endswith(reply.one("//t:Violation"))
    assert reply.one("//faultcode") == "a:ErrorSchemaValidation"


async def test_an_empty_body_is_an_invalid_request(desk: Desk) -> None:
    assert (await desk.ask("")).code == "ErrorInvalidRequest"


async def test_a_header_twice(desk: Desk) -> None:
    zone = '<t:TimeZoneContext><t:TimeZoneDefinition Id="UTC"/></t:TimeZoneContext>'
    reply = await desk.ask(GET_INBOX, header=zone * 2)
    assert (reply.status, reply.code) == (500, "ErrorDuplicateSOAPHeader")


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<t:PrimarySmtpAddress>anna@demo.example</t:PrimarySmtpAddress>", "NoError"),
        ("<t:SmtpAddress>ANNA@demo.example</t:SmtpAddress>", "NoError"),
        ("<t:PrincipalName>anna@demo.example</t:PrincipalName>", "NoError"),
        ("<t:PrimarySmtpAddress>ben@demo.example</t:PrimarySmtpAddress>",
         "ErrorImpersonateUserDenied"),
        ("<t:SmtpAddress>nobody@demo.example</t:SmtpAddress>", "ErrorImpersonateUserDenied"),
        ("<t:SmtpAddress></t:SmtpAddress>", "ErrorSchemaValidation"),
        ("", "ErrorSchemaValidation"),
    ],
)  # fmt: skip
async def test_oneself_may_always_be_impersonated(desk: Desk, inner: str, code: str) -> None:
    header = (
        f"<t:ExchangeImpersonation><t:ConnectingSID>{inner}</t:ConnectingSID>"
        "</t:ExchangeImpersonation>"
    )
    reply = await desk.ask(GET_INBOX, header=header)
    assert (reply.status, reply.code) == (200 if code == "NoError" else 500, code)


@pytest.mark.parametrize(
    ("zone", "code"),
    [("UTC", "NoError"), ("W. Europe Standard Time", "NoError"), ("Moon", "ErrorTimeZone"),
     ("tzone://Microsoft/Utc", "NoError")],
)  # fmt: skip
async def test_zones_by_name(desk: Desk, zone: str, code: str) -> None:
    header = f'<t:TimeZoneContext><t:TimeZoneDefinition Id="{zone}"/></t:TimeZoneContext>'
    assert (await desk.ask(GET_INBOX, header=header)).code == code


async def test_a_time_without_zone_is_one_of_the_requests_zone(desk: Desk) -> None:
    header = (
        '<t:TimeZoneContext><t:TimeZoneDefinition Id="W. Europe Standard Time"/>'
        "</t:TimeZoneContext>"
    )
    item = (
        "<t:CalendarItem><t:Start>2026-07-01T10:00:00</t:Start><t:End>2026-07-01T11:00:00.5</t:End>"
        "</t:CalendarItem>"
    )
    made = await desk.ask(
        f'<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>{item}</m:Items>'
        "</m:CreateItem>",
        header=header,
    )
    shown = await desk.get(shown_id(made.ok()))
    assert shown.one("//t:Start") == "2026-07-01T08:00:00Z"
    assert shown.one("//t:End") == "2026-07-01T09:00:00Z"  # no fraction, 20 characters


async def test_milliseconds_where_asked_for(desk: Desk) -> None:
    id = await desk.create(message("Plan"))
    precise = "<t:DateTimePrecision>Milliseconds</t:DateTimePrecision>"
    assert len((await desk.get(id)).one("//t:DateTimeCreated")) == 20
    assert len((await desk.get(id, header=precise)).one("//t:DateTimeCreated")) == 24
