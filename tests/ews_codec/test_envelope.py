"""Whole answers, as the clients of the survey need them."""

from __future__ import annotations

import pytest
from lxml import etree

from ews.codec import (
    ContractError,
    SchemaViolation,
    ServerVersion,
    error_response,
    write_envelope,
    write_fault,
    write_schema_fault,
    write_streaming_envelope,
)
from schemas.ews import contract
from tests.ews_codec.conftest import MESSAGES, TYPES, alone

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"


def test_traps_2_to_6_a_normal_answer() -> None:
    answer = write_envelope("GetFolderResponse", error_response("GetFolder", "ErrorItemNotFound",
                            "gone"), server=ServerVersion(15, 2, 1, 2, "Exchange2016"))  # fmt: skip
    assert answer.startswith(b'<?xml version="1.0" encoding="utf-8"?><s:Envelope ')
    root = etree.fromstring(answer)
    header, body = root
    assert (header.tag, body.tag) == (f"{SOAP}Header", f"{SOAP}Body")
    assert [child.tag for child in header] == [f"{{{TYPES}}}ServerVersionInfo"]
    assert dict(header[0].attrib) == {
        "MajorVersion": "15",
        "MinorVersion": "2",
        "MajorBuildNumber": "1",
        "MinorBuildNumber": "2",
        "Version": "Exchange2016",
    }
    assert body[0].tag == f"{{{MESSAGES}}}GetFolderResponse"


def test_trap_59_a_streaming_chunk() -> None:
    message = {"ResponseClass": "Success", "ResponseCode": "NoError", "ConnectionStatus": "OK"}
    chunk = write_streaming_envelope(
        {"ResponseMessages": [("GetStreamingEventsResponseMessage", message)]}
    )
    assert chunk.startswith(b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"')
    assert chunk.endswith(b"</Envelope>")
    assert b"<?xml" not in chunk
    assert etree.fromstring(chunk)[1][0].tag == f"{{{MESSAGES}}}GetStreamingEventsResponse"


def test_traps_9_and_11_a_fault() -> None:
    fault = write_fault(
        "ErrorServerBusy",
        "The server cannot service this request right now. Try again later.",
        values=[("Value", {"Name": "BackOffMilliseconds", "value": 5000})],
    )
    body = etree.fromstring(fault)[1][0]
    assert body.tag == f"{SOAP}Fault"
    code, text, detail = body
    assert (code.tag, code.text) == ("faultcode", "a:ErrorServerBusy")
    assert code.nsmap["a"] == TYPES
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert [child.tag for child in detail] == [
        f"{ERRORS}ResponseCode",
        f"{ERRORS}Message",
        f"{{{TYPES}}}MessageXml",
    ]
    assert (detail[2][0].get("Name"), detail[2][0].text) == ("BackOffMilliseconds", "5000")


def test_a_schema_fault_says_where() -> None:
    fault = write_schema_fault(SchemaViolation("'X' is <no> 'Y'.\x08", 3, 14))
    detail = etree.fromstring(fault)[1][0][2]
    assert detail[0].text == "ErrorSchemaValidation"
    assert [child.text for child in detail[2]] == ["3", "14", "'X' is <no> 'Y'."]
    assert etree.fromstring(fault)[1][0][1].text.endswith(": 'X' is <no> 'Y'.")


def test_trap_13_only_codes_of_the_contract() -> None:
    with pytest.raises(ContractError):
        write_fault("ErrorMadeUp", "no")


@pytest.mark.parametrize("name", contract.operations())
@pytest.mark.parametrize("version", ["Exchange2007_SP1", contract.NEWEST])
def test_trap_65_every_operation_has_an_error_answer(
    name: str, version: str, schema: etree.XMLSchema
) -> None:
    operation = contract.operation(name)
    value = error_response(name, "ErrorInvalidOperation", "Not built yet.", count=2)
    answer = etree.fromstring(write_envelope(operation.response, value, version))
    response = alone(answer[1][0])
    assert response.tag == f"{{{MESSAGES}}}{operation.response}"
    assert schema.validate(response), schema.error_log.last_error
    messages = response.xpath("//*[@ResponseClass]")
    assert {message.get("ResponseClass") for message in messages} == {"Error"}
    for message in messages:
        names = [etree.QName(child).localname for child in message]
        assert names[:3] == ["MessageText", "ResponseCode", "DescriptiveLinkKey"]
    assert len(messages) == (2 if "ResponseMessages" in value or "Free" in str(value) else 1)


@pytest.mark.parametrize(
    ("operation", "kept"),
    [
        ("GetItem", b"<m:Items/>"),
        ("UpdateItem", b"<m:Items/>"),
        ("CreateFolder", b"<m:Folders/>"),
        ("CreateAttachment", b"<m:Attachments/>"),
        ("SyncFolderItems", b"<m:SyncState></m:SyncState><m:IncludesLastItemInRange>true<"),
        ("SyncFolderHierarchy", b"<m:IncludesLastFolderInRange>true<"),
    ],
)
def test_traps_15_and_55_errors_keep_their_empty_container(operation: str, kept: bytes) -> None:
    value = error_response(operation, "ErrorItemNotFound", "gone")
    response = contract.operation(operation).response
    assert kept in write_envelope(response, value)


@pytest.mark.parametrize("operation", ["DeleteItem", "FindItem", "DeleteFolder", "Subscribe"])
def test_others_have_none(operation: str) -> None:
    value = error_response(operation, "ErrorItemNotFound", "gone")
    _, message = value["ResponseMessages"][0]
    assert set(message) == {"ResponseClass", "MessageText", "ResponseCode", "DescriptiveLinkKey"}
