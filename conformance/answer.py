"""What a server answered: response messages, or a fault, or something that is no SOAP."""

from __future__ import annotations

from lxml import etree

from conformance.node import Node
from conformance.xml import SOAP, Element

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class NotSoap(Exception):
    """The server answered something that is no SOAP envelope."""


class Message(Node):
    """One response message: what became of one requested thing."""

    @property
    def ok(self) -> bool:
        """Success in class and code: both must agree (harness rule 4 of the public suites)."""
        return self.response_class == "Success" and self.code == "NoError"

    @property
    def response_class(self) -> str:
        """Success, Warning or Error."""
        return self.element.get("ResponseClass", "")

    @property
    def code(self) -> str:
        """NoError or what went wrong."""
        return self.text("ResponseCode") or ""

    @property
    def folders(self) -> list[Node]:
        """The folders that it carries."""
        return [Node(child) for child in self.element.iterfind("{*}Folders/*")]

    @property
    def items(self) -> list[Node]:
        """The items that it carries, also those of a found folder."""
        found = self.element.findall("{*}Items/*") or self.element.findall(
            "{*}RootFolder/{*}Items/*"
        )
        return [Node(child) for child in found]


class Answer:
    """A parsed answer to one request."""

    def __init__(self, operation: str, status: int, raw: bytes) -> None:
        self.operation, self.status, self.raw = operation, status, raw
        try:
            envelope = etree.fromstring(raw, _PARSER)
        except etree.XMLSyntaxError as problem:
            raise NotSoap(f"{operation}: HTTP {status}, no XML: {raw[:200]!r}") from problem
        body = envelope.find(f"{{{SOAP}}}Body")
        if body is None or len(body) == 0:
            raise NotSoap(f"{operation}: HTTP {status}, no SOAP Body: {raw[:200]!r}")
        self.headers: list[Element] = list(envelope.iterfind(f"{{{SOAP}}}Header/*"))
        self.element: Element = body[0]

    @property
    def fault(self) -> Node | None:
        """The fault, if it is one."""
        return Node(self.element) if self.element.tag == f"{{{SOAP}}}Fault" else None

    @property
    def messages(self) -> list[Message]:
        """One response message per requested thing, in request order; none for a fault."""
        if self.fault is not None:
            return []
        inner = self.element.findall("{*}ResponseMessages/*")
        return [Message(each) for each in inner] or [Message(self.element)]

    @property
    def codes(self) -> list[str]:
        """The code of each response message, or that of the fault."""
        if self.fault is not None:
            return [self.fault.text("detail/ResponseCode") or "fault"]
        return [message.code for message in self.messages]

    @property
    def items(self) -> list[Node]:
        """The items of all messages."""
        return [item for message in self.messages for item in message.items]

    @property
    def folders(self) -> list[Node]:
        """The folders of all messages."""
        return [folder for message in self.messages for folder in message.folders]

    def __repr__(self) -> str:
        return f"<{self.operation}: {', '.join(self.codes)}>"
