"""A message as ApplicationData or Properties (MS-ASEMAIL 2.2.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from eas.answers import node, text
from eas.reading.options import Options
from eas.render.attachments import attachments_of
from eas.render.bodies import (
    PREVIEW_SINCE,
    body_of,
    body_part_of,
    is_signed,
    native_type,
    wants_mime,
)
from eas.render.people import address, addresses, names
from eas.render.text import clean
from eas.request import VERSIONS
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from store.commands import Want
from store.instant import from_instant
from store.model import Body, Item, Properties

_AGE = {version: age for age, version in enumerate(VERSIONS)}
_IMPORTANCE = {"low": 0, "normal": 1, "high": 2}
_FLAG_STATUS = {"complete": 1, "flagged": 2}
_UTF8 = 65001
# MAPI properties that say what was done with a message at last.
VERB, VERB_TIME = "0x1081:Integer", "0x1082:SystemTime"
# PidTagLastVerbExecuted to LastVerbExecuted (MS-ASEMAIL 2.2.2.46).
_VERBS = {102: 1, 103: 2, 104: 3}
_MAIL_CLASS = "urn:content-classes:message"


class Field(msgspec.Struct, frozen=True):
    """An element of a message and how it is made; None leaves it out."""

    name: str
    make: Callable[[Item, Properties, str], Any]


def wants(options: Options) -> Want:
    """Which costly parts of an item these options need."""
    return Want(body=True, mime=wants_mime(options), attachments=True)


def when(instant: str) -> str:
    """An instant as mail has it: milliseconds (MS-ASDTYPE 2.7.2)."""
    return f"{instant[:23]}Z"


def application_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData of a message."""
    properties = item.properties
    elements: list[Element] = []
    for field in _fields(version):
        value = field.make(item, properties, version)
        if value is not None:
            is_element = isinstance(value, Element)
            elements.append(value if is_element else Element(field.name, value))
    previews = _AGE[version] >= _AGE[PREVIEW_SINCE]
    elements.append(body_of(item, options, previews=previews))
    if options.body_part is not None and _AGE[version] >= _AGE["14.1"]:
        elements.append(body_part_of(item, options.body_part))
    return elements


def read_change(item: Item, options: Options, version: str) -> list[Element]:
    """The children where nothing but read state, flag or categories changed: the rest is left
    as the device has it."""
    del options
    elements: list[Element] = []
    for field in _fields(version):
        if field.name in _STATE:
            value = field.make(item, item.properties, version)
            if value is not None:
                is_element = isinstance(value, Element)
                elements.append(value if is_element else Element(field.name, value))
    return elements


_STATE = frozenset(
    ["Email:Read", "Email:Flag", "Email:Categories", "Email2:LastVerbExecuted",
     "Email2:LastVerbExecutionTime"]
)  # fmt: skip


def _people(name: str) -> Callable[[Item, Properties, str], Any]:
    def make(_item: Item, properties: Properties, _version: str) -> str | None:
        return addresses(properties.get(name) or ()) or None

    return make


def _person(name: str) -> Callable[[Item, Properties, str], Any]:
    def make(_item: Item, properties: Properties, _version: str) -> str | None:
        found = properties.get(name)
        return address(found) or None if found else None

    return make


def _sender(_item: Item, p: Properties, _version: str) -> str | None:
    """Only where it is not the author (MS-ASEMAIL 2.2.2.64)."""
    sender, author = p.get("sender"), p.get("from")
    if not sender or not author or sender.get("address") == author.get("address"):
        return None
    return address(sender) or None


def _bcc(_item: Item, p: Properties, _version: str) -> str | None:
    return addresses(p.get("bcc") or ()) or None


def _text(name: str) -> Callable[[Item, Properties, str], Any]:
    def make(_item: Item, properties: Properties, _version: str) -> str | None:
        value = properties.get(name)
        return clean(value) if value else None

    return make


def _subject(_item: Item, p: Properties, _version: str) -> str:
    return clean(p.get("subject") or "")


def _received(_item: Item, p: Properties, _version: str) -> str | None:
    instant = p.get("received") or p.get("sent") or p.get("created")
    return when(instant) if instant else None


def _display_to(_item: Item, p: Properties, _version: str) -> str | None:
    return names(p.get("to") or ()) or None


def _importance(_item: Item, p: Properties, _version: str) -> str:
    # Android 4 reads a missing one as low.
    return str(_IMPORTANCE.get(p.get("importance", "normal"), 1))


def _read(_item: Item, p: Properties, _version: str) -> str:
    return "1" if p.get("is_read") else "0"


def _attachments(item: Item, _p: Properties, _version: str) -> Element | None:
    return attachments_of(item.attachments or ())


def _class(item: Item, _p: Properties, _version: str) -> str:
    return item.item_class


def _code_page(_item: Item, _p: Properties, _version: str) -> str:
    return str(_UTF8)


def _content_class(_item: Item, _p: Properties, _version: str) -> str:
    return _MAIL_CLASS


def _native(item: Item, _p: Properties, _version: str) -> str | None:
    if is_signed(item.item_class):
        return None
    return str(native_type(item.body or Body()))


def flag_of(properties: Properties) -> Element:
    """The Flag element; empty for a message without a flag (MS-ASEMAIL 2.2.2.34)."""
    status = _FLAG_STATUS.get(properties.get("flag_status", ""))
    if status is None:
        return Element("Email:Flag")
    start, due = properties.get("flag_start"), properties.get("flag_due")
    done = properties.get("flag_completed")
    is_done = status == 1
    return node(
        "Email:Flag",
        text("Email:Status", status),
        text("Email:FlagType", "Flag for follow up"),
        text("Tasks:DateCompleted", when(done)) if is_done and done else None,
        text("Email:CompleteTime", when(done)) if is_done and done else None,
        *(
            text(f"Tasks:{name}", when(value))
            for value, pair in (
                (start, ("StartDate", "UtcStartDate")),
                (due, ("DueDate", "UtcDueDate")),
            )
            if value and start and due and not is_done
            for name in pair
        ),
    )


def _flag(_item: Item, p: Properties, _version: str) -> Element:
    return flag_of(p)


def _categories(_item: Item, p: Properties, _version: str) -> Element:
    return Element(
        "Email:Categories",
        None,
        [Element("Email:Category", clean(name)) for name in p.get("categories") or ()],
    )


def _conversation_id(_item: Item, p: Properties, _version: str) -> bytes | None:
    value = p.get("conversation_id")
    try:
        return bytes.fromhex(value) if value else None
    except ValueError:
        return None


def _conversation_index(_item: Item, p: Properties, _version: str) -> bytes | None:
    """A conversation's header block (five bytes from its time), with what replies added."""
    value = p.get("conversation_index")
    if value:
        try:
            data = base64.b64decode(value)
        except (binascii.Error, ValueError):
            data = b""
        # A full Thread-Index: reserved byte, five bytes of time, 16 of the id, then five a reply.
        if len(data) >= 22:
            return data[1:6] + data[22:]
    instant = p.get("sent") or p.get("received") or p.get("created")
    return None if instant is None else _file_time(instant)


def _file_time(instant: str) -> bytes:
    """The five bytes of a conversation's beginning, from an instant's digits."""
    seconds = from_instant(instant).timestamp() + 11_644_473_600
    ticks = int(max(0.0, seconds) * 10_000_000)
    return (ticks >> 16).to_bytes(6, "big")[1:6]


def _verb(item: Item, _p: Properties, _version: str) -> str | None:
    value = item.extended.get(VERB)
    return str(_VERBS[value]) if value in _VERBS else None


def _verb_time(item: Item, _p: Properties, _version: str) -> str | None:
    value = item.extended.get(VERB_TIME)
    known = item.extended.get(VERB) in _VERBS
    return when(value) if known and isinstance(value, str) and len(value) == 27 else None


def _received_as_bcc(_item: Item, p: Properties, _version: str) -> str | None:
    return "1" if p.get("received_as_bcc") else None


def _draft(_item: Item, p: Properties, _version: str) -> str:
    return "1" if p.get("is_draft") else "0"


_FIELDS = (
    Field("Email:To", _people("to")),
    Field("Email:Cc", _people("cc")),
    Field("Email:From", _person("from")),
    Field("Email:Subject", _subject),
    Field("Email:ReplyTo", _people("reply_to")),
    Field("Email:DateReceived", _received),
    Field("Email:DisplayTo", _display_to),
    Field("Email:ThreadTopic", _text("conversation_topic")),
    Field("Email:Importance", _importance),
    Field("Email:Read", _read),
    Field("AirSyncBase:Attachments", _attachments),
    Field("Email:MessageClass", _class),
    Field("Email:InternetCPID", _code_page),
    Field("Email:Flag", _flag),
    Field("Email:ContentClass", _content_class),
    Field("AirSyncBase:NativeBodyType", _native),
    Field("Email2:ConversationId", _conversation_id),
    Field("Email2:ConversationIndex", _conversation_index),
    Field("Email2:LastVerbExecuted", _verb),
    Field("Email2:LastVerbExecutionTime", _verb_time),
    Field("Email2:ReceivedAsBcc", _received_as_bcc),
    Field("Email2:Sender", _sender),
    Field("Email:Categories", _categories),
    Field("Email2:IsDraft", _draft),
    Field("Email2:Bcc", _bcc),
)


@cache
def _fields(version: str) -> tuple[Field, ...]:
    """The fields that a version knows."""
    return tuple(field for field in _FIELDS if tag_named(field.name).is_known_to(version))
