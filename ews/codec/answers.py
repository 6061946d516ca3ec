"""The error answer of any operation: its own response element, with what its schema requires.

Most operations answer with an array of response messages; in some the response element itself is
the message; three (availability and out-of-office) put one further inside. Error messages of item
and folder operations keep their empty container, which some clients walk (trap 15).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ews.codec.content import opening
from ews.codec.node import Pair
from ews.codec.shapes import Shape, shape
from schemas.ews import contract
from schemas.ews.contract import Group, Operation, Particle

Message = dict[str, Any]

# What error messages carry besides the error, by the type of the response message.
_EMPTY: dict[str, Message] = {
    "ItemInfoResponseMessageType": {"Items": []},
    "FolderInfoResponseMessageType": {"Folders": []},
    "AttachmentInfoResponseMessageType": {"Attachments": []},
    "SyncFolderItemsResponseMessageType": {"SyncState": "", "IncludesLastItemInRange": True},
    "SyncFolderHierarchyResponseMessageType": {"SyncState": "", "IncludesLastFolderInRange": True},
}
# Errors of these operations carry no container, though their message type has one.
_BARE = {"DeleteItem", "SendItem", "DeleteFolder", "FindItem", "FindFolder"}
# The contract gives SetUserPhoto an array of messages, but no message of its own.
_MESSAGE_NAMES = {"SetUserPhoto": "GetUserPhotoResponseMessage"}


def error_response(
    operation: str, code: str, text: str, count: int = 1, xml: Sequence[Pair] = ()
) -> Message:
    """The value of the operation's response element when it fails, for ``write``.

    ``count`` is the number of requested elements: that many messages where the operation answers
    with an array. ``xml`` is the content of MessageXml. Raises KeyError for an unknown operation.
    """
    found = contract.operation(operation)
    kind = response_type(found)
    error: Message = {
        "ResponseClass": "Error",
        "MessageText": text,
        "ResponseCode": code,
        "DescriptiveLinkKey": 0,
    }
    if xml:
        error["MessageXml"] = list(xml)
    if contract.derives_from(kind, "BaseResponseMessageType"):
        name = message_name(found)
        message = {**error, **empty_payload(operation)}
        return {"ResponseMessages": [(name, message)] * count}
    if contract.derives_from(kind, "ResponseMessageType"):
        return {**error, **empty_payload(operation)}
    if operation == "GetUserAvailability":
        responses = [{"ResponseMessage": error}] * count
        return {"FreeBusyResponseArray": {"FreeBusyResponse": responses}}
    return {**_required(shape(kind), frozenset(error)), "ResponseMessage": error}


def response_type(operation: Operation) -> str:
    """The type of an operation's response element."""
    return contract.global_element(f"m:{operation.response}").type


@cache
def message_name(operation: Operation) -> str:
    """The element of one response message, where the operation answers with an array of them."""
    names = {slot.name for slot in shape("ArrayOfResponseMessagesType").slots}
    for name in (f"{operation.name}ResponseMessage", operation.response):
        if name in names:
            return name
    return _MESSAGE_NAMES[operation.name]


@cache
def _message_type(operation: Operation) -> str:
    kind = response_type(operation)
    if not contract.derives_from(kind, "BaseResponseMessageType"):
        return kind
    name = message_name(operation)
    slots = shape("ArrayOfResponseMessagesType").slots
    return next(slot.type for slot in slots if slot.name == name)


def empty_payload(operation: str) -> Message:
    """What an error message of the operation carries besides the error: its empty containers."""
    kind = _message_type(contract.operation(operation))
    payload: Message = {}
    if operation not in _BARE:
        for ancestor, content in _EMPTY.items():
            if contract.derives_from(kind, ancestor):
                payload.update(content)
    base = {slot.name for slot in shape("ResponseMessageType").slots}
    return {**_required(shape(kind), frozenset(base)), **payload}


def _required(found: Shape, given: frozenset[str]) -> Message:
    """The least content that the contract requires, apart from what is given."""
    types = {slot.name: (slot.type, slot.is_many) for slot in found.slots}
    least: Message = {}
    for name in _required_names(found.content):
        if name not in given:
            kind, is_many = types[name]
            least[name] = [_least(kind)] if is_many else _least(kind)
    for attribute in found.attributes:
        if attribute.is_required and attribute.name != "ResponseClass":
            least[attribute.name] = _least(attribute.type)
    return least


def _required_names(content: tuple[Group, ...]) -> list[str]:
    names: list[str] = []
    for group in content:
        names += _names_in(group)
    return names


def _names_in(particle: Particle) -> list[str]:
    if particle.min == 0:
        return []
    if not isinstance(particle, Group):
        return list(opening(particle)[:1])
    if particle.kind == "choice":
        first = particle.particles[0]
        return [] if any(p.min == 0 for p in particle.particles) else _names_in(first)
    return [name for part in particle.particles for name in _names_in(part)]


def _least(kind: str) -> Any:
    """The emptiest value of a type: an empty container, empty text, false, 0."""
    if contract.is_complex(kind):
        found = shape(kind)
        if found.kind == "text":
            return {"value": _least(found.text), **_required(found, frozenset())}
        if found.kind == "choices":
            names = _required_names(found.content)
            types = {slot.name: slot.type for slot in found.slots}
            return [(name, _least(types[name])) for name in names]
        return _required(found, frozenset())
    if kind in _LEAST:
        return _LEAST[kind]
    if kind == "GuidType":
        return "00000000-0000-0000-0000-000000000000"
    simple = contract.simple_type(kind)
    if simple.kind == "list":
        return []
    if simple.values:
        return next(iter(simple.values))
    return _least(simple.members[0])


_LEAST: dict[str, Any] = {
    "xs:string": "",
    "xs:anyURI": "",
    "xs:boolean": False,
    "xs:base64Binary": b"",
    "xs:dateTime": "0001-01-01T00:00:00Z",
    "xs:date": "0001-01-01",
    "xs:duration": "PT0S",
    **dict.fromkeys(("xs:int", "xs:long", "xs:short", "xs:unsignedInt", "xs:integer"), 0),
    **dict.fromkeys(("xs:double", "xs:nonNegativeInteger", "xs:unsignedShort"), 0),
}
