"""Every EWS answer that a client of this test run reads is put under Exchange's own contract.

``Contract`` judges one answer; ``Watch`` listens at the HTTP libraries of this process, and by
``see`` at whatever else carries answers (a proxy before a client in another process). Deliberate
exceptions are in ``_as_the_schema_has_it`` and nowhere else.
"""

from __future__ import annotations

import http.client
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT.parent / "shared/reference"))
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
MESSAGES = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"

_ENVELOPE = re.compile(rb"<(?:\w+:)?Envelope\b.*?</(?:\w+:)?Envelope\s*>", re.DOTALL)


class Contract:
    """The reference schemas, compiled at the first use."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "messages.xsd"
        self._schema: Any = None
        self._codes: set[str] = set()

    @property
    def is_here(self) -> bool:
        """Whether the reference is on this machine."""
        return self._file.exists()

    def violations(self, answer: bytes) -> tuple[str, list[str]]:
        """The operation of one SOAP answer, and what in it breaks the contract."""
        parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
        try:
            envelope = etree.fromstring(answer, parser)
        except etree.XMLSyntaxError as error:
            return "?", [f"not well-formed: {error}"]
        if envelope.tag != f"{SOAP}Envelope":
            return "?", [f"no SOAP envelope but {envelope.tag}"]
        body = envelope.find(f"{SOAP}Body")
        if body is None or len(body) != 1:
            return "?", ["not exactly one element in the SOAP body"]
        name = etree.QName(body[0]).localname
        if body[0].tag == f"{SOAP}Fault":
            return "Fault", self._fault(body[0])
        return name, [*self._header(envelope), *self._breaks(body[0])]

    def broken_push(self, request: bytes) -> list[str]:
        """What in a pushed SendNotification request breaks the contract."""
        body = etree.fromstring(request).find(f"{SOAP}Body")
        return ["no SOAP body"] if body is None or not len(body) else self._breaks(body[0])

    def _compile(self) -> None:
        self._schema = etree.XMLSchema(etree.parse(str(self._file)))
        xs = "{http://www.w3.org/2001/XMLSchema}"
        contract = etree.parse(str(self._file))
        for simple in contract.iter(f"{xs}simpleType"):
            if simple.get("name") == "ResponseCodeType":
                self._codes = {e.get("value", "") for e in simple.iter(f"{xs}enumeration")}

    def _breaks(self, element: Any) -> list[str]:
        if self._schema is None:
            self._compile()
        parser = etree.XMLParser(huge_tree=True)
        whole = etree.tostring(element, with_tail=False)  # with the prefixes that xsi:type names
        alone = _as_the_schema_has_it(etree.fromstring(whole, parser))
        if self._schema.validate(alone):
            return []
        return [
            f"line {error.line}: {error.message}"
            for error in self._schema.error_log.filter_from_level(etree.ErrorLevels.ERROR)
        ]

    def _header(self, envelope: Any) -> list[str]:
        """A header with ServerVersionInfo and nothing else (traps 3, 4)."""
        header = envelope.find(f"{SOAP}Header")
        if header is None or [child.tag for child in header] != [f"{TYPES}ServerVersionInfo"]:
            return ["the SOAP header does not hold ServerVersionInfo and it alone"]
        return self._breaks(header[0])

    def _fault(self, fault: Any) -> list[str]:
        """Trap 9: faultcode, faultstring, and a detail with a known ResponseCode."""
        wrong = [f"no {part}" for part in ("faultcode", "faultstring") if not fault.findtext(part)]
        if not self._codes:
            self._compile()
        code = fault.findtext(f"detail/{ERRORS}ResponseCode")
        if code not in self._codes:
            wrong.append(f"the fault's ResponseCode is {code!r}")
        return wrong


def _as_the_schema_has_it(answer: Any) -> Any:
    """Exchange writes ids of bad subscriptions in the messages namespace, clients read them there,
    and the schema has them in the other one (trap 61). Of reminders by mail the schema lacks an
    element of MS-OXWSMTGS 2.2.4.13."""
    for reminder in answer.iter(f"{TYPES}InboxReminder"):
        for element in reminder.findall(f"{TYPES}IsImportedFromOLC"):
            reminder.remove(element)
    for ids in answer.iter(f"{MESSAGES}ErrorSubscriptionIds"):
        for id in ids.findall(f"{MESSAGES}SubscriptionId"):
            id.tag = f"{TYPES}SubscriptionId"
    return answer


class Watch:
    """Judges answers as they pass. ``broken`` grows by a sentence for each violation."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.seen: Counter[str] = Counter()
        self.broken: list[str] = []
        self._lock = threading.Lock()
        self._undo: list[Callable[[], None]] = []

    def see(self, url: str, answer: bytes) -> None:
        """Judge what came from ``url`` if that is an EWS endpoint and the answer is SOAP.

        An answer that its reader left in the middle counts as far as it is whole.
        """
        if "/ews/exchange.asmx" not in url.lower():
            return
        for whole in _ENVELOPE.findall(answer):
            with self._lock:
                name, wrong = self.contract.violations(whole)
                self.seen[name] += 1
                self.broken += [f"{name}: {what}" for what in wrong]

    def start(self) -> None:
        """Listen at ``http.client``, and where they are installed at ``requests`` (exchangelib,
        zeep) and ``httpx``."""
        self._listen_to_http_client()
        try:
            import requests
        except ImportError:
            pass
        else:
            self._listen_to_requests(requests.Response)
        try:
            import httpx
        except ImportError:
            pass
        else:
            self._listen_to_httpx(httpx.Response)

    def stop(self) -> None:
        """Take the listeners away."""
        while self._undo:
            self._undo.pop()()

    def _listen_to_http_client(self) -> None:
        connection, response = http.client.HTTPConnection, http.client.HTTPResponse
        putrequest, getresponse, read = connection.putrequest, connection.getresponse, response.read

        def noted_putrequest(to: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            to.entrepot_path = url
            putrequest(to, method, url, *args, **kwargs)

        def noted_getresponse(to: Any) -> Any:
            answer = getresponse(to)
            answer.entrepot_path = to.entrepot_path
            return answer

        def noted_read(answer: Any, amt: int | None = None) -> bytes:
            content = read(answer, amt)
            if amt is None:  # in parts urllib3 reads, for requests
                self.see(getattr(answer, "entrepot_path", ""), content)
            return content

        def put(new_put: Any, new_get: Any, new_read: Any) -> None:
            vars_of: Any = connection
            vars_of.putrequest, vars_of.getresponse = new_put, new_get
            vars_of = response
            vars_of.read = new_read

        put(noted_putrequest, noted_getresponse, noted_read)
        self._undo.append(lambda: put(putrequest, getresponse, read))

    def _listen_to_requests(self, response: Any) -> None:
        original = response.iter_content

        def iter_content(answer: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
            chunks = original(answer, *args, **kwargs)
            consumed = getattr(answer, "_content_consumed", False)
            return chunks if consumed else self._noted(str(answer.url), chunks)

        response.iter_content = iter_content
        self._undo.append(lambda: setattr(response, "iter_content", original))

    def _noted(self, url: str, chunks: Iterator[Any]) -> Iterator[Any]:
        whole = bytearray()
        try:
            for chunk in chunks:
                if isinstance(chunk, bytes):
                    whole += chunk
                yield chunk
        finally:
            self.see(url, bytes(whole))

    def _listen_to_httpx(self, response: Any) -> None:
        read, aread = response.read, response.aread

        def noted_read(answer: Any) -> bytes:
            is_new = not hasattr(answer, "_content")
            content = read(answer)
            if is_new:
                self.see(str(answer.url), content)
            return content

        async def noted_aread(answer: Any) -> bytes:
            is_new = not hasattr(answer, "_content")
            content = await aread(answer)
            if is_new:
                self.see(str(answer.url), content)
            return content

        response.read, response.aread = noted_read, noted_aread

        def undo() -> None:
            response.read, response.aread = read, aread

        self._undo.append(undo)
