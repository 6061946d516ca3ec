"""Whole answers: the SOAP envelope of a normal answer, of a fault, and of a streaming event.

Shapes as clients need them (survey of clients, traps 2-5, 9-11, 59): a normal answer begins with an
XML declaration and has a Header that holds ServerVersionInfo alone; a streaming envelope has no
declaration and no prefix; a fault has its detail without namespace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ews.codec.errors import ContractError, SchemaViolation
from ews.codec.node import Pair
from ews.codec.simple import escape
from ews.codec.writer import style, write, write_open
from schemas.ews import contract

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_SOAP = b"http://schemas.xmlsoap.org/soap/envelope/"
_TYPES = contract.NAMESPACES["t"].encode()
_MESSAGES = contract.NAMESPACES["m"].encode()
_ERRORS = contract.ERRORS_NAMESPACE.encode()
_NAMESPACES = b' xmlns:t="%b" xmlns:m="%b"' % (_TYPES, _MESSAGES)

CONTENT_TYPE = "text/xml; charset=utf-8"


class ServerVersion(msgspec.Struct, frozen=True):
    """What ServerVersionInfo says: four build numbers and the schema version.

    Keep ``major`` 15 and ``minor`` 1 or 2: clients take 15.20 for the cloud (trap 6).
    """

    major: int = 15
    minor: int = 2
    major_build: int = 2562
    minor_build: int = 17
    version: str = contract.NEWEST

    @property
    def header(self) -> bytes:
        """The t:ServerVersionInfo element."""
        return (
            f'<t:ServerVersionInfo MajorVersion="{self.major}" MinorVersion="{self.minor}"'
            f' MajorBuildNumber="{self.major_build}" MinorBuildNumber="{self.minor_build}"'
            f' Version="{self.version}"/>'
        ).encode()


SERVER_VERSION = ServerVersion()


def envelope_parts(
    response: str,
    value: Any,
    version: str = contract.NEWEST,
    *,
    server: ServerVersion = SERVER_VERSION,
    milliseconds: bool = False,
) -> list[bytes]:
    """A normal answer as byte strings, not joined: for answers with large content.

    ``response`` is the response element's name (messages namespace), ``version`` the client's.
    """
    parts = [
        _DECLARATION,
        b'<s:Envelope xmlns:s="%b"%b><s:Header>' % (_SOAP, _NAMESPACES),
        server.header,
        b"</s:Header><s:Body>",
    ]
    write(parts, f"m:{response}", "", value, version, milliseconds=milliseconds)
    parts.append(b"</s:Body></s:Envelope>")
    return parts


def write_envelope(
    response: str,
    value: Any,
    version: str = contract.NEWEST,
    *,
    server: ServerVersion = SERVER_VERSION,
    milliseconds: bool = False,
) -> bytes:
    """A normal answer; see ``envelope_parts``."""
    parts = envelope_parts(response, value, version, server=server, milliseconds=milliseconds)
    return b"".join(parts)


def write_streaming_envelope(
    value: Any,
    version: str = contract.NEWEST,
    *,
    response: str = "GetStreamingEventsResponse",
    server: ServerVersion = SERVER_VERSION,
    milliseconds: bool = False,
) -> bytes:
    """One chunk of a streaming answer: clients cut at the literal ``</Envelope>`` (trap 59)."""
    parts = [
        b'<Envelope xmlns="%b"%b><Header>' % (_SOAP, _NAMESPACES),
        server.header,
        b"</Header><Body>",
    ]
    write(parts, f"m:{response}", "", value, version, milliseconds=milliseconds)
    parts.append(b"</Body></Envelope>")
    return b"".join(parts)


def write_fault(
    code: str,
    text: str,
    *,
    message: str = "",
    values: Sequence[Pair] = (),
    server: ServerVersion = SERVER_VERSION,
) -> bytes:
    """A SOAP fault, to be sent under HTTP 500.

    ``text`` is the faultstring, ``message`` the detail's Message where it differs; ``values`` are
    the (name, value) pairs of MessageXml, such as
    ``("Value", {"Name": "BackOffMilliseconds", "value": 10000})``.
    """
    if code not in contract.simple_type("ResponseCodeType").values:
        raise ContractError(f"{code} is no response code")
    name = code.encode()
    parts = [
        _DECLARATION,
        b'<s:Envelope xmlns:s="%b"><s:Header>' % _SOAP,
        server.header.replace(
            b"<t:ServerVersionInfo", b'<t:ServerVersionInfo xmlns:t="%b"' % _TYPES
        ),
        b'</s:Header><s:Body><s:Fault><faultcode xmlns:a="%b">a:%b</faultcode>' % (_TYPES, name),
        b'<faultstring xml:lang="en-US">%b</faultstring><detail>' % escape(text),
        b'<e:ResponseCode xmlns:e="%b">%b</e:ResponseCode>' % (_ERRORS, name),
        b'<e:Message xmlns:e="%b">%b</e:Message>' % (_ERRORS, escape(message or text)),
    ]
    if values:
        parts.append(b'<t:MessageXml xmlns:t="%b">' % _TYPES)
        for key, value in values:
            write_open(parts.append, key, value, style(contract.NEWEST))
        parts.append(b"</t:MessageXml>")
    parts.append(b"</detail></s:Fault></s:Body></s:Envelope>")
    return b"".join(parts)


def write_schema_fault(error: SchemaViolation, *, server: ServerVersion = SERVER_VERSION) -> bytes:
    """The ErrorSchemaValidation fault for a violation, with its line, column and text."""
    lead = "The request failed schema validation"
    return write_fault(
        "ErrorSchemaValidation",
        f"{lead}: {error.message}",
        message=f"{lead}.",
        values=[
            ("LineNumber", error.line),
            ("LinePosition", error.column),
            ("Violation", error.message),
        ],
        server=server,
    )
