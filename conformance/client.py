"""A thin EWS client: envelopes out, answers in, each held against the contract.

It keeps a journal of what a scenario made, so that `tidy` can take it away again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx
from lxml import etree

from conformance.answer import Answer, NotSoap
from conformance.checks import Failure
from conformance.contract import Contract
from conformance.node import Node, Ref
from conformance.xml import TYPES, Element, envelope, t

NEWEST_VERSION = "Exchange2016"
"""The schema version that scenarios ask for unless they say otherwise."""

ACCEPTED_ALSO = frozenset({"text/xml", "application/soap+xml"})
_MAKES_FOLDERS = frozenset(
    {"CreateFolder", "CopyFolder", "CreateManagedFolder", "CreateFolderPath"}
)
_MAKES_ITEMS = frozenset({"CreateItem", "CopyItem", "MoveItem"})


class BadScenario(Exception):
    """A scenario sends what the contract forbids without saying that it means to."""


class Unusable(Exception):
    """The server answered with an HTTP status that carries no EWS answer (401, 404, …)."""


@dataclass
class Exchange:
    """One request with its answer, as bytes: for the report of a failure."""

    operation: str
    request: bytes
    answer: bytes = b""
    status: int = 0


@dataclass
class Journal:
    """What one scenario made and met, through all its clients."""

    token: str = field(default_factory=lambda: secrets.token_hex(4))
    folders: list[tuple[Client, Ref]] = field(default_factory=list)
    items: list[tuple[Client, Ref]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    named: bool = False

    def unique(self, words: str) -> str:
        """`words` with this scenario's token, so that no other mail can be mistaken for it."""
        self.named = True
        return f"{words} {self.token}"


class Client:
    """One user at one endpoint, for the time of one scenario."""

    def __init__(
        self,
        http: httpx.Client,
        ews: str,
        user: str,
        password: str,
        contract: Contract,
        journal: Journal | None = None,
    ) -> None:
        self.http, self.ews, self.contract = http, ews, contract
        self.user, self._auth = user, httpx.BasicAuth(user, password)
        self.address = user
        self.journal = journal or Journal()
        self.version = NEWEST_VERSION

    def unique(self, words: str) -> str:
        """A subject or folder name nobody else uses; what bears it is removed in the end."""
        return self.journal.unique(words)

    def call(
        self,
        request: Element,
        *,
        headers: Iterable[Element] = (),
        version: str | None = None,
        deliberate: bool = False,
    ) -> Answer:
        """Send one request and give the answer.

        `deliberate`: the request breaks the contract on purpose. Breaches of the contract by the
        answer are noted in the journal, and fail the scenario when it has ended. Raises Unusable
        where the status tells that there is no EWS answer, Failure where it is no SOAP.
        """
        operation = etree.QName(request).localname
        if not deliberate and (wrong := self.contract.request_breaches(request)):
            raise BadScenario(f"{operation}: {'; '.join(wrong)}")
        first = t.RequestServerVersion(Version=version or self.version)
        body = envelope(request, [first, *headers])
        exchange = Exchange(operation, body)
        self.journal.exchanges.append(exchange)
        got = self.http.post(
            self.ews,
            content=body,
            auth=self._auth,
            headers={"Content-Type": "text/xml; charset=utf-8"},
        )
        exchange.status, exchange.answer = got.status_code, got.content
        if got.status_code not in (200, 500):
            raise Unusable(f"{operation} as {self.user}: HTTP {got.status_code}")
        try:
            answer = Answer(operation, got.status_code, got.content)
        except NotSoap as problem:
            raise Failure(str(problem)) from problem
        self._judge(answer, got.headers.get("Content-Type", ""))
        self._note(answer)
        return answer

    def _judge(self, answer: Answer, content_type: str) -> None:
        """Hold an answer against the contract."""
        if answer.fault is not None:
            wrong = self.contract.fault_breaches(answer.element, answer.status)
        else:
            wrong = self.contract.breaches(answer.element)
            if answer.status != 200:
                wrong.append(f"HTTP {answer.status} with a response that is no fault")
            names = {etree.QName(header).localname for header in answer.headers}
            if "ServerVersionInfo" not in names:
                wrong.append("no ServerVersionInfo in the header")
        for header in answer.headers:
            if etree.QName(header).namespace == TYPES:
                wrong += self.contract.header_breaches(header)
        if content_type.split(";")[0].strip() not in ACCEPTED_ALSO:
            wrong.append(f"content type {content_type!r}")
        self.journal.breaches += [f"{answer.operation}: {each}" for each in wrong]

    def _note(self, answer: Answer) -> None:
        """Remember what was made, and which codes came."""
        self.journal.codes += [(answer.operation, code) for code in answer.codes]
        if answer.operation in _MAKES_FOLDERS:
            self.journal.folders += [
                (self, Node(each).ref("FolderId").keyless)
                for each in answer.element.iterfind(".//{*}Folders/*")
                if each.find("{*}FolderId") is not None
            ]
        if answer.operation in _MAKES_ITEMS:
            self.journal.items += [
                (self, Node(each).ref("ItemId").keyless)
                for each in answer.element.iterfind(".//{*}Items/*")
                if each.find("{*}ItemId") is not None
            ]

    def raw(self, content: bytes, content_type: str = "text/xml; charset=utf-8") -> httpx.Response:
        """Post bytes as they are; nothing is checked."""
        return self.http.post(
            self.ews, content=content, auth=self._auth, headers={"Content-Type": content_type}
        )
