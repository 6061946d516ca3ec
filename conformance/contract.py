"""Holds answers against the published contract: `messages.xsd` and `types.xsd`.

Two deviations are deliberate and known; either way is accepted. Clients (the EWS Managed API and
its kin) read `SubscriptionId` below `ErrorSubscriptionIds` in the messages namespace, where the
schema wants the types namespace. `IsImportedFromOLC` of an `InboxReminder` is in MS-OXWSMTGS
2.2.4.13 and not in every copy of the schema.
"""

from __future__ import annotations

import re
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import etree

from conformance.xml import ERRORS, MESSAGES, SOAP, TYPES, Element

DOCUMENTS_MAX = 10
_IMPORT = re.compile(rb'schemaLocation="([^":/?]+\.xsd)"')


class ContractMissing(Exception):
    """There is no contract to hold answers against: says where it was looked for."""


class Contract:
    """A compiled contract. `breaches(…)` lists what is wrong with an answer."""

    def __init__(self, folder: Path) -> None:
        path = folder / "messages.xsd"
        try:
            self._schema = etree.XMLSchema(etree.parse(str(path)))
            messages = etree.parse(str(path))
        except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as problem:
            raise ContractMissing(f"{path}: {problem}") from problem
        codes = messages.iterfind(
            ".//{*}simpleType[@name='ResponseCodeType']//{*}enumeration[@value]"
        )
        self.response_codes = frozenset(code.attrib["value"] for code in codes)

    @classmethod
    def from_server(cls, ews: str, http: httpx.Client, auth: httpx.Auth | None = None) -> Contract:
        """Fetch `messages.xsd` beside the endpoint, and whatever it imports by relative name."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            wanted, seen = ["messages.xsd"], set[str]()
            while wanted and len(seen) < DOCUMENTS_MAX:
                document = wanted.pop()
                seen.add(document)
                url = urljoin(ews, document)
                answer = http.get(url, auth=auth)
                if answer.status_code != 200:
                    raise ContractMissing(
                        f"GET {url} answered {answer.status_code}; name a folder: --contract DIR"
                    )
                (folder / document).write_bytes(answer.content)
                imported = {match.decode() for match in _IMPORT.findall(answer.content)}
                wanted += sorted(imported - seen - set(wanted))
            return cls(folder)

    def breaches(self, body: Element) -> list[str]:
        """What is wrong with the child of an answer's Body; [] if nothing is."""
        return self._check(_with_known_deviations_undone(body))

    def header_breaches(self, header: Element) -> list[str]:
        """What is wrong with a header element of the types namespace."""
        return self._check(header)

    def request_breaches(self, body: Element) -> list[str]:
        """What is wrong with a request: a scenario that errs here must say that it means to."""
        return self._check(body)

    def fault_breaches(self, fault: Element, status: int) -> list[str]:
        """What is wrong with a SOAP fault (as captured from Exchange 2013 and later).

        It travels under HTTP 500, and its detail names a ResponseCode of the contract and a
        Message, both in the errors namespace: that is where clients look.
        """
        wrong = []
        if status != 500:
            wrong.append(f"a fault under HTTP {status}, not 500")
        for name in ("faultcode", "faultstring"):
            if not fault.findtext(name):
                wrong.append(f"a fault without {name}")
        code = fault.findtext(f"detail/{{{ERRORS}}}ResponseCode")
        if not code:
            wrong.append("a fault without ResponseCode in its detail")
        elif code not in self.response_codes:
            wrong.append(f"a fault with the unknown ResponseCode {code}")
        if fault.find(f"detail/{{{ERRORS}}}Message") is None:
            wrong.append("a fault without Message in its detail")
        return wrong

    def _check(self, element: Element) -> list[str]:
        document = etree.ElementTree(deepcopy(element))
        if self._schema.validate(document):
            return []
        log: Any = self._schema.error_log
        return [_plain(error.message) for error in log]


_IDS = f".//{{{MESSAGES}}}ErrorSubscriptionIds/{{{MESSAGES}}}SubscriptionId"
_IMPORTED = f".//{{{TYPES}}}InboxReminder/{{{TYPES}}}IsImportedFromOLC"


def _with_known_deviations_undone(body: Element) -> Element:
    if body.find(_IDS) is None and body.find(_IMPORTED) is None:
        return body
    copy = deepcopy(body)
    for each in copy.iterfind(_IDS):
        each.tag = f"{{{TYPES}}}SubscriptionId"
    for each in copy.findall(_IMPORTED):
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
    return copy


def _plain(message: str) -> str:
    """libxml2's message with prefixes for namespaces."""
    for namespace, prefix in ((TYPES, "t"), (MESSAGES, "m"), (ERRORS, "e"), (SOAP, "soap")):
        message = message.replace(f"{{{namespace}}}", f"{prefix}:")
    return message
