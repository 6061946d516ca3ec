"""Requests as bytes: encodings, headers, positions of violations, and bombs."""

from __future__ import annotations

import base64
import time
import tracemalloc

import pytest

from ews.codec import (
    DuplicateHeader,
    EmptyBody,
    Limits,
    RequestTooBig,
    SchemaViolation,
    UnknownVersion,
    parse_envelope,
)
from tests.ews_codec.conftest import MESSAGES, TYPES

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OPEN = f'<s:Envelope xmlns:s="{SOAP}" xmlns:t="{TYPES}" xmlns:m="{MESSAGES}">'
BODY = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>'
)


def request(body: str = BODY, header: str = "") -> str:
    top = f"<s:Header>{header}</s:Header>" if header else ""
    return f"{OPEN}{top}<s:Body>{body}</s:Body></s:Envelope>"


def test_a_request_is_found_and_read() -> None:
    envelope = parse_envelope(request().encode())
    assert envelope.name == "GetFolder"
    assert envelope.operation is not None
    assert envelope.operation.name == "GetFolder"
    assert envelope.version is None
    assert envelope.read(strict=True).FolderShape.BaseShape == "IdOnly"


def test_what_is_no_operation_has_none() -> None:
    assert parse_envelope(request("<m:MakeCoffee/>").encode()).operation is None
    assert parse_envelope(request("<t:GetFolder/>").encode()).operation is None


def test_headers() -> None:
    header = (
        '<t:RequestServerVersion Version="Exchange2013"/><t:MailboxCulture>de-DE'
        "</t:MailboxCulture><t:DateTimePrecision>Milliseconds</t:DateTimePrecision>"
        "<t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>a@b</t:SmtpAddress>"
        "</t:ConnectingSID></t:ExchangeImpersonation><t:TimeZoneContext>"
        '<t:TimeZoneDefinition Id="UTC"/></t:TimeZoneContext><t:ManagementRole><t:UserRoles>'
        "<t:Role>r</t:Role></t:UserRoles></t:ManagementRole>"
        '<a:Action xmlns:a="urn:addressing">x</a:Action><t:Future/>'
    )
    envelope = parse_envelope(request(header=header).encode())
    assert envelope.version == "Exchange2013"
    assert envelope.header.MailboxCulture.value == "de-DE"
    assert envelope.header.DateTimePrecision == "Milliseconds"
    assert envelope.header.ExchangeImpersonation.ConnectingSID.first() == (
        "SmtpAddress",
        {"value": "a@b"},
    )
    assert envelope.header.TimeZoneContext.TimeZoneDefinition.Id == "UTC"
    assert envelope.header.ManagementRole.UserRoles.Role == ["r"]
    assert "Action" not in envelope.header


def test_a_header_twice() -> None:
    header = '<t:RequestServerVersion Version="Exchange2013"/>' * 2
    with pytest.raises(DuplicateHeader) as caught:
        parse_envelope(request(header=header).encode())
    assert caught.value.header == "RequestServerVersion"


@pytest.mark.parametrize("version", ["Exchange2015_SP1", "Exchange2019", ""])
def test_an_unknown_version(version: str) -> None:
    with pytest.raises(UnknownVersion) as caught:
        parse_envelope(request(header=f'<t:RequestServerVersion Version="{version}"/>').encode())
    assert caught.value.version == version


def test_a_bad_header_says_which() -> None:
    header = "<t:ExchangeImpersonation><t:ConnectingSID/></t:ExchangeImpersonation>"
    with pytest.raises(SchemaViolation) as caught:
        parse_envelope(request(header=header).encode())
    assert caught.value.header == "ExchangeImpersonation"
    assert caught.value.expected[0] == "PrincipalName"


def test_violations_say_line_and_column_of_the_name() -> None:
    lines = [f"<?xml version='1.0'?>{OPEN}", "<!-- é --><s:Body>", "<m:GetFolder>",
             "  <m:Bogus/></m:GetFolder></s:Body></s:Envelope>"]  # fmt: skip
    with pytest.raises(SchemaViolation) as caught:
        parse_envelope("\n".join(lines).encode()).read()
    assert (caught.value.line, caught.value.column) == (4, 4)


@pytest.mark.parametrize(
    "body",
    [
        request().encode("utf-8"),
        request().encode("utf-8-sig"),
        request().encode("utf-16"),
        request().encode("utf-16-le"),
        b"\xfe\xff" + request().encode("utf-16-be"),
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + request().encode(),
        '<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16") + request().encode("utf-16-le"),
    ],
)
def test_encodings(body: bytes) -> None:
    assert parse_envelope(body).name == "GetFolder"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"\x00\x01\x02",
        b"{}",
        request().encode("utf-32"),
        b'<?xml version="1.0" encoding="utf-7"?>' + request().encode(),
        b'<?xml version="1.0" encoding="utf-16"?>' + request().encode(),
        request().encode("utf-16")[:-1],
        request("<m:X>\xff</m:X>").encode("latin-1"),
        request("<m:X>&undefined;</m:X>").encode(),
        request("<m:X>&#1;</m:X>").encode(),
        request("<u:X/>").encode(),
        request()[:-3].encode(),
        f"<!DOCTYPE x []>{request()}".encode(),
        f'<!DOCTYPE x [<!ENTITY a "b">]>{request("<m:X>&a;</m:X>")}'.encode(),
        f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{request()}'.encode(),
        f"<!DOCTYPE x []>{request()}".encode("utf-16"),
        b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>",
        f"<s:Envelope xmlns:s='{SOAP}'/>".encode(),
    ],
)
def test_what_is_no_request_is_a_violation(body: bytes) -> None:
    with pytest.raises(SchemaViolation):
        parse_envelope(body)


def test_an_empty_body_is_told_apart() -> None:
    with pytest.raises(EmptyBody):
        parse_envelope(request("").encode())


def test_a_doctype_inside_text_is_only_text() -> None:
    html = "<m:X><![CDATA[<!DOCTYPE html><p>]]></m:X>"
    assert parse_envelope(request(html).encode()).body.text == "<!DOCTYPE html><p>"


BOMBS = {
    "nesting": b"<a>" * 3_400_000,
    "siblings": b"<a/>" * 2_600_000,
    "attributes": b"<a " + b" ".join(b'a%d=">"' % n for n in range(700_000)) + b"/>",
    "name": b"<" + b"a" * 10_000_000 + b"/>",
    "attribute value": b'<a b="' + b"c" * 10_000_000 + b'"/>',
    "comment": b"<!--" + b"a" * 10_000_000 + b"-->",
    "namespaces": b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(100)) + b"/>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_ten_megabytes_of_nothing_cost_little(bomb: str) -> None:
    body = f"{OPEN}<s:Body>".encode() + BOMBS[bomb] + b"</s:Body></s:Envelope>"
    tracemalloc.start()
    begin = time.perf_counter()
    with pytest.raises(RequestTooBig):
        parse_envelope(body)
    elapsed = time.perf_counter() - begin
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000
    assert elapsed < (2 if bomb == "siblings" else 0.2)


def test_size() -> None:
    with pytest.raises(RequestTooBig):
        parse_envelope(request().encode(), Limits(body_bytes_max=100))


def test_thirty_megabytes_of_base64_pass() -> None:
    content = base64.b64encode(b"abc" * 7_500_000).decode()
    body = request(
        '<m:CreateAttachment><m:ParentItemId Id="i"/><m:Attachments><t:FileAttachment><t:Name>a'
        f"</t:Name><t:Content>{content}</t:Content></t:FileAttachment></m:Attachments>"
        "</m:CreateAttachment>"
    )
    found = parse_envelope(body.encode()).read(strict=True)
    assert found.Attachments[0][1].Content == b"abc" * 7_500_000
