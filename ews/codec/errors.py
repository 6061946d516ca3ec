"""What can be wrong with a request, or with what we are about to answer."""

from __future__ import annotations

from typing import Any


class SchemaViolation(Exception):
    """A request that the contract does not admit: answered as an ErrorSchemaValidation fault.

    ``line`` and ``column`` count from 1 in the request as received, 0 where unknown. ``expected``
    names what could have stood there. ``header`` is the SOAP header at fault, "" for the body.
    """

    def __init__(
        self,
        message: str,
        line: int = 0,
        column: int = 0,
        expected: tuple[str, ...] = (),
        *,
        element: Any = None,
        header: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.expected = expected
        self.element = element
        self.header = header


class UnknownVersion(SchemaViolation):
    """A RequestServerVersion that the contract does not name (ErrorInvalidServerVersion)."""

    def __init__(self, version: str, **where: Any) -> None:
        super().__init__(f"No server version is called '{version[:60]}'.", **where)
        self.version = version


class DuplicateHeader(SchemaViolation):
    """A known SOAP header that stands twice (ErrorDuplicateSOAPHeader)."""


class EmptyBody(SchemaViolation):
    """A SOAP envelope without a request in its Body (ErrorInvalidRequest)."""


class RequestTooBig(SchemaViolation):
    """More bytes, elements, attributes or depth than the limits admit."""


class ContractError(Exception):
    """An answer that the contract does not admit: a mistake in our program, never the client's."""
