"""The EWS codec: requests to typed trees, answers to XML, both by the contract's tables.

Reading
    ``parse_envelope(body, limits) -> Envelope`` hardened parse: header, name of the request
    ``envelope.read(strict=False) -> Node``      the request; SchemaViolation says line and column
    ``read(element, type_name, strict=False)``   any element by a type of the contract
Values (``ews.codec.node``, ``ews.codec.shapes``)
    ``Node``     dict whose keys are children and attributes, also as attributes (absent: None)
    ``Choices``  list of (element name, value) for content that mixes names (ItemIds, Items, paths)
    ``Raw``      bytes of XML written verbatim, as the content of an element or entry of Choices
    ``listed(array)`` the values of an array type, in whichever of the two forms it comes
    repeated elements are lists; text with attributes is a Node with ``value``
Writing
    ``write(buffer, "m:GetFolderResponse", "", value, version)`` appends to a list of bytes
    ``render("t:Folder", value, version)``   the same as bytes
    ``write_envelope("GetFolderResponse", value, version)``   a whole answer (HTTP 200)
    ``envelope_parts(…)``   the same, not joined; ``write_streaming_envelope(value)``   one chunk
    ``write_fault(code, text, values=…)``, ``write_schema_fault(violation)``   faults (HTTP 500)
    ``error_response(operation, code, text, count)``   the value of any operation that fails
    ``empty_payload(operation)``   the containers that its error messages keep
"""

from ews.codec.answers import empty_payload, error_response
from ews.codec.envelope import (
    CONTENT_TYPE,
    ServerVersion,
    envelope_parts,
    write_envelope,
    write_fault,
    write_schema_fault,
    write_streaming_envelope,
)
from ews.codec.errors import (
    ContractError,
    DuplicateHeader,
    EmptyBody,
    RequestTooBig,
    SchemaViolation,
    UnknownVersion,
)
from ews.codec.node import BadBase64, Choices, Node, Raw, listed
from ews.codec.parse import Envelope, Limits, parse_envelope
from ews.codec.reader import read
from ews.codec.writer import render, write

__all__ = [
    "CONTENT_TYPE",
    "BadBase64",
    "Choices",
    "ContractError",
    "DuplicateHeader",
    "EmptyBody",
    "Envelope",
    "Limits",
    "Node",
    "Raw",
    "RequestTooBig",
    "SchemaViolation",
    "ServerVersion",
    "UnknownVersion",
    "empty_payload",
    "envelope_parts",
    "error_response",
    "listed",
    "parse_envelope",
    "read",
    "render",
    "write",
    "write_envelope",
    "write_fault",
    "write_schema_fault",
    "write_streaming_envelope",
]
