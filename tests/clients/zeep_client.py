"""A zeep client on the served WSDL, and what the calls of the ``zeep_…`` modules share.

Every call is a function with the name of its operation, takes ``Soap`` and says what must come
back. ``CALLS`` is what the test runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import requests
import zeep
from zeep.transports import Transport

from entrepot.testing import Person

HEADER = {"RequestVersion": {"Version": "Exchange2016"}}
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
_NUMBERS = itertools.count(1)
Call = Callable[["Soap"], None]
CALLS: dict[str, Call] = {}


def call(function: Call) -> Call:
    """Register the call of the operation that bears the function's name."""
    CALLS[function.__name__] = function
    return function


# zeep knows no substitution groups: it writes the group's head and names the type of the value.
_HEADS = {f"{{{TYPES}}}Path", f"{{{TYPES}}}SearchExpression"}
_SUBSTITUTES = {
    "PathToUnindexedFieldType": "FieldURI",
    "PathToExtendedFieldType": "ExtendedFieldURI",
    "ContainsExpressionType": "Contains",
}


class Substitutes(zeep.Plugin):
    """Writes the element that stands for the head of its group."""

    def egress(self, envelope: Any, http_headers: Any, operation: Any, options: Any) -> Any:
        """Called by zeep with each request."""
        for element in envelope.iter(*_HEADS):
            name = element.attrib.pop(f"{{{INSTANCE}}}type").rpartition(":")[2]
            element.tag = f"{{{TYPES}}}{_SUBSTITUTES[name]}"
        return envelope, http_headers


class Soap:
    """A person's zeep client on the served WSDL."""

    def __init__(self, person: Person) -> None:
        self.person = person
        session = requests.Session()
        session.auth = (person.address, person.password)
        self._transport = Transport(session=session, operation_timeout=60)
        self._wsdl = f"{person.exchange.url}/EWS/Services.wsdl"
        plugins = [Substitutes()]
        settings = zeep.Settings(xml_huge_tree=True)
        self.client = zeep.Client(
            self._wsdl, transport=self._transport, plugins=plugins, settings=settings
        )

    def ask(self, operation: str, *, header: Any = HEADER, **request: Any) -> Any:
        """The body of an answer, as zeep's typed object."""
        answer = getattr(self.client.service, operation)(**request, _soapheaders=header)
        assert answer.header.ServerVersion.MajorVersion == 15
        return answer.body

    def messages(self, operation: str, **request: Any) -> list[Any]:
        """The response messages of an answer, all of them successes."""
        body = self.ask(operation, **request)
        found = [next(iter(values_of(m).values())) for m in body.ResponseMessages._value_1]
        for message in found:
            assert (message.ResponseClass, message.ResponseCode) == ("Success", "NoError"), message
        return found

    def one(self, operation: str, **request: Any) -> Any:
        """The only response message."""
        (message,) = self.messages(operation, **request)
        return message

    def type(self, name: str) -> Any:
        """A type of the types namespace, to make a value that names it."""
        return self.client.get_type(f"{{{TYPES}}}{name}")

    def subject(self) -> Any:
        """The path of the subject."""
        return self.type("PathToUnindexedFieldType")(FieldURI="item:Subject")

    def lenient(self) -> Any:
        """A service that takes the first of several documents in one answer."""
        settings = zeep.Settings(strict=False)
        return zeep.Client(self._wsdl, transport=self._transport, settings=settings).service

    def folder(self, name: str = "") -> dict[str, str]:
        """A new folder in the inbox: its id."""
        return make_folder(self, name or f"Folder {next(_NUMBERS)}")

    def item(self, subject: str = "", place: str = "drafts", **more: Any) -> dict[str, str]:
        """A new message: its id."""
        message = {"Subject": subject or f"Item {next(_NUMBERS)}", **more}
        made = self.one(
            "CreateItem",
            MessageDisposition="SaveOnly",
            SavedItemFolderId={"DistinguishedFolderId": {"Id": place}},
            Items={"_value_1": [{"Message": message}]},
        )
        return id_of(only(made.Items).ItemId)


def values_of(found: Any) -> dict[str, Any]:
    """An entry of a choice as a dict of its one element."""
    values = found if isinstance(found, dict) else found._values_of__
    return {name: value for name, value in values.items() if value is not None}


def only(container: Any) -> Any:
    """The one element of Items, Folders or Attachments."""
    (entry,) = container._value_1
    (value,) = values_of(entry).values()
    return value


def id_of(node: Any) -> dict[str, str]:
    """An id to send back."""
    return {"Id": node.Id, "ChangeKey": node.ChangeKey}


def make_folder(soap: Soap, name: str) -> dict[str, str]:
    made = soap.one(
        "CreateFolder",
        ParentFolderId={"DistinguishedFolderId": {"Id": "inbox"}},
        Folders={"_value_1": [{"Folder": {"DisplayName": name}}]},
    )
    return id_of(only(made.Folders).FolderId)


def folders(*ids: Any) -> dict[str, Any]:
    """FolderIds: ids, or names of well-known folders."""
    return {
        "_value_1": [
            {"DistinguishedFolderId": {"Id": id}} if isinstance(id, str) else {"FolderId": id}
            for id in ids
        ]
    }


def several(name: str, *values: Any) -> dict[str, Any]:
    """A list whose entries are elements of one name, as zeep wants it."""
    return {"_value_1": [{name: value} for value in values]}


def items(*ids: dict[str, str]) -> dict[str, Any]:
    """ItemIds."""
    return several("ItemId", *ids)


def target(name: str) -> dict[str, Any]:
    """A TargetFolderId: a well-known folder."""
    return {"DistinguishedFolderId": {"Id": name}}


DEFAULT = {"BaseShape": "Default"}
ID_ONLY = {"BaseShape": "IdOnly"}
ALL = {"BaseShape": "AllProperties"}
