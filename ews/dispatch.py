"""From a request's bytes to an answer: parse, find the operation, run it, write.

What is wrong with the request as a whole becomes a fault under HTTP 500; what is wrong with one
element, or with an operation that is not built, a response message under HTTP 200 (survey, 1.1).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog

from ews.codec.answers import error_response
from ews.codec.envelope import (
    SERVER_VERSION,
    envelope_parts,
    write_fault,
    write_schema_fault,
)
from ews.codec.errors import (
    DuplicateHeader,
    EmptyBody,
    RequestTooBig,
    SchemaViolation,
    UnknownVersion,
)
from ews.codec.parse import Envelope, Limits, parse_envelope
from ews.context import Context, Services
from ews.errors import EwsError, Fault, ews_error
from ews.reading.time_zones import read_zone
from ews.registry import find_operation
from schemas.errors import text_of
from schemas.ews import contract
from store.calendar.model import ZoneRecord
from store.commands import LookUpAddresses
from store.errors import StoreError
from store.model import Principal

_log = structlog.get_logger("ews")

# A request that names no version gets what the newest clients get.
_DEFAULT_VERSION = "Exchange2016"


class Answer(msgspec.Struct, frozen=True):
    """A whole answer."""

    status: int
    parts: list[bytes]


class Stream(msgspec.Struct, frozen=True):
    """An answer that goes on: each chunk is sent as it comes (GetStreamingEvents)."""

    chunks: AsyncIterator[bytes]


class Dispatcher:
    """Answers the requests of one EWS front-end."""

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings
        self._strict = bool(settings.strict_requests)
        self._limits = Limits(
            body_bytes_max=settings.request_bytes_max,
            elements_max=settings.xml_nodes_max,
            depth_max=settings.xml_depth_max,
        )

    async def answer(
        self, body: bytes, principal: Principal, *, agent: str = "", base_url: str = ""
    ) -> Answer | Stream:
        """The answer to a request of ``principal``; never raises for what a client sent."""
        try:
            envelope = parse_envelope(body, self._limits)
            return await self._run(envelope, principal, agent, base_url)
        except RequestTooBig as error:
            return _fault("ErrorRequestStreamTooBig", error.message)
        except UnknownVersion:
            return _fault("ErrorInvalidServerVersion")
        except DuplicateHeader as error:
            return _fault("ErrorDuplicateSOAPHeader", error.message)
        except EmptyBody:
            return _fault("ErrorInvalidRequest")
        except SchemaViolation as error:
            return Answer(500, [write_schema_fault(error)])
        except Fault as fault:
            return _fault(fault.code, fault.text, fault.values or ())

    async def _run(
        self, envelope: Envelope, principal: Principal, agent: str, base_url: str
    ) -> Answer | Stream:
        if envelope.operation is None:
            _log.warning("unknown operation", operation=envelope.name[:80])
            raise Fault("ErrorInvalidRequest", f"No operation is called {envelope.name[:80]!r}.")
        name = envelope.operation.name
        structlog.contextvars.bind_contextvars(operation=name)
        version = envelope.version or _DEFAULT_VERSION
        if contract.rank(version) < contract.rank(envelope.operation.since):
            raise Fault("ErrorIncorrectSchemaVersion")
        ctx = await self._context(envelope, principal, version, agent, base_url)
        request = envelope.read(strict=self._strict)
        operation = find_operation(name)
        if operation is None:
            _log.warning("operation not built", operation=name)
            text = f"{name} is not available on this server."
            return self._written(ctx, name, error_response(name, "ErrorInvalidOperation", text))
        try:
            result = await operation.handler(request, ctx)
        except (EwsError, StoreError) as error:
            refusal = ews_error(error)
            xml = refusal.xml or ()
            result = error_response(name, refusal.code, refusal.text, xml=xml)
        if isinstance(result, Stream):
            return result
        return self._written(ctx, name, result)

    def _written(self, ctx: Context, name: str, result: Any) -> Answer:
        parts = envelope_parts(
            contract.operation(name).response,
            result,
            ctx.version,
            milliseconds=ctx.milliseconds,
        )
        return Answer(200, parts)

    async def _context(
        self, envelope: Envelope, principal: Principal, version: str, agent: str, base_url: str
    ) -> Context:
        header = envelope.header
        if header.ExchangeImpersonation is not None:
            principal = await self._impersonated(header.ExchangeImpersonation, principal)
        precision = header.DateTimePrecision
        value = getattr(precision, "value", precision)
        return Context(
            self._services,
            self._services.store.session(principal, origin=agent),
            version=version,
            zone_record=_zone_of(header.TimeZoneContext),
            milliseconds=value == "Milliseconds",
            base_url=base_url,
        )

    async def _impersonated(self, node: Any, principal: Principal) -> Principal:
        """Whoever the header names: oneself always may be; others need a right that is not given
        out yet, so they are refused without telling whether they exist."""
        sid = node.ConnectingSID
        named = (
            sid.first("PrincipalName", "PrimarySmtpAddress", "SmtpAddress", "SID") if sid else None
        )
        value = getattr(named[1], "value", named[1]) if named else ""
        if not named or not value:
            raise Fault("ErrorInvalidExchangeImpersonationHeaderData")
        kind, address = named[0], str(value)
        if kind == "SID":
            raise Fault("ErrorInvalidUserSid")
        accounts = await self._services.store.session(principal).execute(
            LookUpAddresses((address,))
        )
        account = accounts[0]
        if account is None or account.id != principal.account_id:
            raise Fault("ErrorImpersonateUserDenied")
        if kind == "PrimarySmtpAddress" and account.address != address.lower():
            raise Fault("ErrorNonPrimarySmtpAddress")
        return principal


def _zone_of(node: Any) -> ZoneRecord | None:
    """The request's zone, None where it says none."""
    definition = node.TimeZoneDefinition if node is not None else None
    if definition is None:
        return None
    try:
        return read_zone(definition)
    except EwsError as error:
        raise Fault(error.code, error.text) from error


def _fault(code: str, text: str = "", values: Any = ()) -> Answer:
    return Answer(500, [write_fault(code, text or text_of(code), values=values)])


__all__ = ["SERVER_VERSION", "Answer", "Dispatcher", "Stream"]
