"""From the bytes of a request to its envelope, guarded before anything large is built.

A first pass with expat builds nothing and stops at a DOCTYPE, at too much depth, too many elements
or attributes, and at a tag too long; only then lxml makes a tree, without DTD, entities or network.
"""

from __future__ import annotations

import codecs
import re
from typing import Any
from xml.parsers import expat

import msgspec
from lxml import etree

from ews.codec.errors import (
    DuplicateHeader,
    EmptyBody,
    RequestTooBig,
    SchemaViolation,
    UnknownVersion,
)
from ews.codec.node import Node
from ews.codec.reader import local_name, read
from schemas.ews import contract

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
HEADERS = (
    "RequestServerVersion",
    "ExchangeImpersonation",
    "MailboxCulture",
    "TimeZoneContext",
    "DateTimePrecision",
    "ManagementRole",
)
_STEP = 1 << 16
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODINGS = {"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"}


class Limits(msgspec.Struct, frozen=True):
    """What a request may hold at most. The defaults leave room for what clients really send.

    ``body_bytes_max``: a 35 MB attachment grows to 47 MB in base64. ``elements_max``: batches of
    some thousand items. ``depth_max``: a restriction nests deepest. ``tag_bytes_max``: one start
    tag with its attributes.
    """

    body_bytes_max: int = 64 * 2**20
    elements_max: int = 200_000
    depth_max: int = 64
    attributes_max: int = 64
    name_chars_max: int = 256
    tag_bytes_max: int = 2 * _STEP


class Envelope:
    """A parsed request: its headers, and its body until it is read by the contract.

    ``name`` is the request element's local name; ``operation`` None where the contract has none
    such. ``header`` holds the known headers that were there, by name.
    """

    def __init__(self, data: bytes, header: Node, body: Any) -> None:
        self.data = data
        self.header = header
        self.body = body
        self.name = local_name(body)
        known = body.tag == f"{{{contract.NAMESPACES['m']}}}{self.name}"
        self.operation = contract.operation_of(self.name) if known else None

    @property
    def version(self) -> str | None:
        """The RequestServerVersion, None without that header."""
        header = self.header.RequestServerVersion
        return header.Version if header is not None else None

    def read(self, *, strict: bool = False) -> Any:
        """The request as a Node (or Choices). Raises SchemaViolation with line and column."""
        try:
            return read(self.body, strict=strict)
        except SchemaViolation as error:
            raise located(error, self.data) from error


def parse_envelope(body: bytes, limits: Limits = Limits()) -> Envelope:
    """Parse a SOAP request.

    Raises SchemaViolation (malformed XML too), RequestTooBig, UnknownVersion, DuplicateHeader or
    EmptyBody.
    """
    if len(body) > limits.body_bytes_max:
        raise RequestTooBig(
            f"The request has {len(body):,} bytes, {limits.body_bytes_max:,} are the limit."
        )
    data = as_utf8(body)
    _survey(data, limits)
    root = _tree(data)
    if root.tag != f"{{{SOAP}}}Envelope":
        raise _located_at(root, data, "A SOAP 1.1 Envelope is due.")
    header, request = _header_and_request(root, data)
    try:
        return Envelope(data, _read_header(header), request)
    except SchemaViolation as error:
        raise located(error, data) from error


def parse_document(body: bytes, limits: Limits = Limits()) -> Any:
    """The root element of any XML document, under the same guards. Raises SchemaViolation."""
    if len(body) > limits.body_bytes_max:
        raise RequestTooBig(
            f"The request has {len(body):,} bytes, {limits.body_bytes_max:,} are the limit."
        )
    data = as_utf8(body)
    _survey(data, limits)
    return _tree(data)


def as_utf8(body: bytes) -> bytes:
    """The request in UTF-8 without byte order mark. Raises SchemaViolation for other encodings."""
    if body.startswith(codecs.BOM_UTF8):
        return body[3:]
    if body[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _recoded(body, "utf-16")
    if body[:2] in (b"<\0", b"\0<"):
        return _recoded(body, "utf-16-le" if body[0] else "utf-16-be")
    match = _DECLARATION.match(body)
    name = match[1].decode().lower() if match else "utf-8"
    if name not in _ENCODINGS:
        raise SchemaViolation(f"The encoding '{name}' is not supported: UTF-8 is due.", 1, 1)
    if name == "utf-16":
        raise SchemaViolation("The request says UTF-16, and is not.", 1, 1)
    return body if name == "utf-8" else _recoded(body, name)


def _recoded(body: bytes, encoding: str) -> bytes:
    try:
        return body.decode(encoding).encode()
    except UnicodeError as error:
        raise SchemaViolation(f"The request is no {encoding}: {error}.", 1, 1) from error


def _survey(data: bytes, limits: Limits) -> None:
    """Walk over the request without keeping anything; raise where it goes too far."""
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    depth = count = 0

    def too_big(message: str) -> RequestTooBig:
        return RequestTooBig(message, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > limits.depth_max:
            raise too_big(f"Elements nest deeper than {limits.depth_max}.")
        if count > limits.elements_max:
            raise too_big(f"There are more than {limits.elements_max:,} elements.")
        if len(attributes) > 2 * limits.attributes_max:
            raise too_big(f"An element has more than {limits.attributes_max} attributes.")
        for word in (name, *attributes[::2]):
            if len(word) > limits.name_chars_max:
                raise too_big(f"A name is longer than {limits.name_chars_max} characters.")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise SchemaViolation(
            "A document type declaration is not allowed.",
            parser.CurrentLineNumber,
            parser.CurrentColumnNumber + 1,
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    view = memoryview(data)
    try:
        for begin in range(0, len(data), _STEP):
            chunk = view[begin : begin + _STEP]
            parser.Parse(chunk, False)
            if begin + len(chunk) - parser.CurrentByteIndex > limits.tag_bytes_max:
                raise too_big(f"A tag is longer than {limits.tag_bytes_max:,} bytes.")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SchemaViolation(
            f"The request is no well-formed XML: {expat.ErrorString(error.code)}.",
            error.lineno,
            error.offset + 1,
        ) from error


def _tree(data: bytes) -> Any:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise SchemaViolation(
            f"The request is no well-formed XML: {error.msg}.", line, column
        ) from error


def _header_and_request(root: Any, data: bytes) -> tuple[Any, Any]:
    header = root.find(f"{{{SOAP}}}Header")
    body = root.find(f"{{{SOAP}}}Body")
    if body is None:
        raise _located_at(root, data, "The Envelope has no Body.")
    if len(body) == 0:
        raise EmptyBody("The Body holds no request.", body.sourceline or 0, 1)
    return header, body[0]


def _read_header(header: Any) -> Node:
    found = Node(type="Header")
    for element in header if header is not None else ():
        if not element.tag.startswith(f"{{{contract.NAMESPACES['t']}}}"):
            continue
        name = local_name(element)
        if name not in HEADERS:
            continue
        if name in found:
            raise DuplicateHeader(
                f"The header '{name}' stands twice.", header=name, element=element
            )
        found[name] = _header_value(name, element)
    return found


def _header_value(name: str, element: Any) -> Any:
    if name == "RequestServerVersion":
        version = element.get("Version")
        if version is not None and version not in contract.VERSIONS:
            raise UnknownVersion(version, header=name, element=element)
    try:
        return read(element)
    except SchemaViolation as error:
        error.header = name
        raise


def located(error: SchemaViolation, data: bytes) -> SchemaViolation:
    """The same violation with line and column of the element at fault in the request."""
    if error.element is not None:
        error.line, error.column = position(error.element, data)
        error.element = None
    return error


def _located_at(element: Any, data: bytes, message: str) -> SchemaViolation:
    return SchemaViolation(message, *position(element, data))


def position(element: Any, data: bytes) -> tuple[int, int]:
    """Line and column (from 1) of an element's name, by walking the request once more."""
    wanted = next(n for n, e in enumerate(element.getroottree().iter()) if e is element)
    parser = expat.ParserCreate("utf-8")
    seen = -1
    found = (element.sourceline or 0, 0)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, found
        seen += 1
        if seen == wanted:
            found = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 2)
            parser.StartElementHandler = None

    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found
