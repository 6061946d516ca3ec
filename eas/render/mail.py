"""A message as ApplicationData or Properties (MS-ASEMAIL 2.2.2).

Every element is a row of a table: its name, and a function of the item that gives its value. The
versions that know a name are in the code pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

import msgspec

from eas.answers import node, text
from eas.reading.options import Options
from eas.render import voice_mail
from eas.render.attachments import attachments_of
from eas.render.bodies import (
    PREVIEW_SINCE,
    body_of,
    body_part_of,
    native_type,
    wants_mime,
)
from eas.render.entries import entries
from eas.render.meeting_request import meeting_request
from eas.render.people import address, addresses, names
from eas.render.text import line
from eas.request import VERSIONS
from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from schemas.properties.make import MEETINGS
from store import conversation_index
from store.commands import Want
from store.devices.model import StatePart
from store.model import Body, Item, Properties

_AGE = {version: age for age, version in enumerate(VERSIONS)}
_IMPORTANCE = {"low": "0", "normal": "1", "high": "2"}
_FLAG_STATUS = {"complete": 1, "flagged": 2}
_FLAG_TYPE = "Flag for follow up"
_UTF8 = "65001"
# MAPI properties that say what was done with a message at last.
VERB, VERB_TIME = "0x1081:Integer", "0x1082:SystemTime"
# PidTagLastVerbExecuted to LastVerbExecuted (MS-ASEMAIL 2.2.2.46).
_VERBS = {102: "1", 103: "2", 104: "3"}
_MAIL_CLASS = "urn:content-classes:message"
_MEETING_CLASS = "urn:content-classes:calendarmessage"
# The parts of a message that change by themselves (MS-ASEMAIL 3.2.5.4.1), by a short name.
STATE: dict[StatePart, str] = {
    "read": "Email:Read",
    "flags": "Email:Flag",
    "categories": "Email:Categories",
}


Maker = Callable[[Item, Properties, Options], str | bytes | Element | None]


class Field(msgspec.Struct, frozen=True):
    """An element of a message and how it is made: text, bytes or an Element; None for none."""

    name: str
    make: Maker


def wants(options: Options) -> Want:
    """Which costly parts of an item these options need."""
    return Want(body=True, mime=wants_mime(options), attachments=True)


def when(instant: str) -> str:
    """An instant as mail has it: milliseconds (MS-ASDTYPE 2.3)."""
    return f"{instant[:23]}Z"


def application_data(item: Item, options: Options, version: str) -> list[Element]:
    """The children of ApplicationData, or of Properties, of a message."""
    return _made(_fields(version), item, options)


@cache
def blind_to(version: str) -> tuple[StatePart, ...]:
    """The parts that a version has no element for: nothing to wake a device for."""
    return tuple(part for part, name in STATE.items() if not tag_named(name).is_known_to(version))


def read_change(
    item: Item, options: Options, version: str, parts: Collection[StatePart] = tuple(STATE)
) -> list[Element]:
    """The children where nothing but read state, flag or categories changed.

    ``parts``: those of STATE that did; the others are left as the device has them, which
    MS-ASEMAIL 3.2.5.4.1 demands where the asker can tell.
    """
    changed = [STATE[part] for part in parts]
    return _made([f for f in _fields(version) if f.name in changed], item, options)


def _made(fields: Collection[Field], item: Item, options: Options) -> list[Element]:
    properties = item.properties
    elements: list[Element] = []
    for field in fields:
        value = field.make(item, properties, options)
        if isinstance(value, Element):
            elements.append(value)
        elif value is not None:
            elements.append(Element(field.name, value))
    return elements


def _people(name: str, separator: str = ", ") -> Callable[[Item, Properties, Options], str | None]:
    def make(_item: Item, properties: Properties, _options: Options) -> str | None:
        found = properties.get(name)
        return addresses(found, separator) or None if found else None

    return make


def _from(_item: Item, p: Properties, _options: Options) -> str | None:
    found = p.get("from") or p.get("sender")
    return addresses([found]) or None if found else None


def _sender(_item: Item, p: Properties, _options: Options) -> str | None:
    """Only where it is not the author (MS-ASEMAIL 2.2.2.70)."""
    sender, author = p.get("sender"), p.get("from")
    if not sender or not author:
        return None
    same = str(sender.get("address", "")).lower() == str(author.get("address", "")).lower()
    return None if same else address(sender) or None


def _bcc(_item: Item, p: Properties, _options: Options) -> str | None:
    """Only drafts and what one sent have any: they are taken out of what others get."""
    return addresses(p.get("bcc") or ()) or None


def _subject(_item: Item, p: Properties, _options: Options) -> str:
    return line(p.get("subject") or "")


def _topic(_item: Item, p: Properties, _options: Options) -> str | None:
    return line(p.get("conversation_topic") or p.get("subject") or "") or None


def _received(_item: Item, p: Properties, _options: Options) -> str | None:
    instant = p.get("received") or p.get("sent") or p.get("created")
    return when(instant) if instant else None


def _display_to(_item: Item, p: Properties, _options: Options) -> str | None:
    return names(p.get("to") or ()) or None


def _importance(_item: Item, p: Properties, _options: Options) -> str:
    # Android 4 reads a missing one as low.
    return _IMPORTANCE.get(p.get("importance", "normal"), "1")


def _read(_item: Item, p: Properties, _options: Options) -> str:
    return "1" if p.get("is_read") else "0"


def _attachments(item: Item, _p: Properties, _options: Options) -> Element | None:
    return attachments_of(item.attachments) if item.attachments else None


def _recordings(item: Item, _p: Properties, _options: Options) -> Element | None:
    """Attachments, and which of them are the recordings of voice mail."""
    if not item.attachments:
        return None
    return attachments_of(item.attachments, voice_mail.marks(item, item.attachments))


def _caller(item: Item, _p: Properties, _options: Options) -> str | None:
    return voice_mail.caller(item)


def _voice_notes(item: Item, _p: Properties, _options: Options) -> str | None:
    return voice_mail.notes(item)


def _body(item: Item, _p: Properties, options: Options) -> Element | None:
    return body_of(item, options, previews=False) if _wants_body(options) else None


def _body_with_preview(item: Item, _p: Properties, options: Options) -> Element | None:
    return body_of(item, options, previews=True) if _wants_body(options) else None


def _wants_body(options: Options) -> bool:
    """Not where the part alone was asked for (MS-ASCON 3.2.5.7)."""
    return bool(options.bodies) or options.body_part is None


def _body_part(item: Item, _p: Properties, options: Options) -> Element | None:
    return None if options.body_part is None else body_part_of(item, options.body_part)


def _class(item: Item, _p: Properties, _options: Options) -> str:
    return line(item.item_class) or "IPM.Note"


def _code_page(_item: Item, _p: Properties, _options: Options) -> str:
    return _UTF8  # whatever it came in: all text is sent in this one


def _content_class(item: Item, _p: Properties, _options: Options) -> str:
    return _MEETING_CLASS if item.kind in MEETINGS else _MAIL_CLASS


def _native(item: Item, _p: Properties, _options: Options) -> str:
    return str(native_type(item.body or Body()))


def flag_of(properties: Properties) -> Element:
    """The Flag element; empty for a message without a flag (MS-ASEMAIL 2.2.2.34).

    The times of beginning and end are sent together or not at all (2.2.2.72). The local ones are
    by the clock of the device that set them; of other flags nobody knows one.
    """
    status = _FLAG_STATUS.get(properties.get("flag_status", ""))
    if status is None:
        return Element("Email:Flag")
    subject = properties.get("flag_subject") or properties.get("subject") or ""
    children = [
        text("Tasks:Subject", line(subject)),
        text("Email:Status", status),
        text("Email:FlagType", line(properties.get("flag_type") or _FLAG_TYPE)),
    ]
    if status == 1:
        done = properties.get("flag_completed")
        if done:
            children += [
                text("Tasks:DateCompleted", when(done)),
                text("Email:CompleteTime", when(done)),
            ]
        return node("Email:Flag", *children)
    start, due = properties.get("flag_start"), properties.get("flag_due")
    if start and due:
        children += [
            text("Tasks:StartDate", when(properties.get("flag_start_local") or start)),
            text("Tasks:DueDate", when(properties.get("flag_due_local") or due)),
            text("Tasks:UtcStartDate", when(start)),
            text("Tasks:UtcDueDate", when(due)),
        ]
    reminder = properties.get("reminder_due")
    reminds = bool(reminder and properties.get("reminder_is_set"))
    children.append(text("Tasks:ReminderSet", int(reminds)))
    if reminder and reminds:
        children.append(text("Tasks:ReminderTime", when(reminder)))
    ordinal = properties.get("flag_ordinal")
    if ordinal:
        children.append(text("Tasks:OrdinalDate", when(ordinal)))
    if properties.get("flag_sub_ordinal"):
        children.append(text("Tasks:SubOrdinalDate", line(properties["flag_sub_ordinal"])))
    return node("Email:Flag", *children)


def _flag(_item: Item, p: Properties, _options: Options) -> Element:
    return flag_of(p)


def _categories(_item: Item, p: Properties, _options: Options) -> Element:
    """Empty for none, so that a device drops those that it has (MS-ASEMAIL 2.2.2.16)."""
    listed = p.get("categories")
    made = entries("Email:Categories", listed, "Email:Category") if listed else None
    return made or Element("Email:Categories")


def _conversation_id(_item: Item, p: Properties, _options: Options) -> bytes | None:
    value = p.get("conversation_id")
    try:
        return bytes.fromhex(value) if value else None
    except ValueError:
        return None


def _conversation_index(_item: Item, p: Properties, _options: Options) -> bytes | None:
    """When the conversation began, and each reply since: five bytes each (MS-ASCON 2.2.2.4)."""
    whole = conversation_index.read(p.get("conversation_index"))
    if whole is not None:
        return whole[1:6] + whole[22:]
    instant = p.get("sent") or p.get("received") or p.get("created")
    return None if instant is None else conversation_index.moment(instant)


def _verb(item: Item, _p: Properties, _options: Options) -> str | None:
    return _VERBS.get(item.extended.get(VERB, 0))


def _verb_time(item: Item, _p: Properties, _options: Options) -> str | None:
    value = item.extended.get(VERB_TIME)
    known = item.extended.get(VERB) in _VERBS
    return when(value) if known and isinstance(value, str) and len(value) == 27 else None


def _blind_copy(_item: Item, p: Properties, _options: Options) -> str | None:
    """Only where it is one (MS-ASEMAIL 2.2.2.59)."""
    return "1" if p.get("is_received_as_bcc") else None


def _draft(_item: Item, p: Properties, _options: Options) -> str:
    return "1" if p.get("is_draft") else "0"


_FIELDS = (
    Field("Email:To", _people("to")),
    Field("Email:Cc", _people("cc")),
    Field("Email:From", _from),
    Field("Email:Subject", _subject),
    Field("Email:ReplyTo", _people("reply_to", "; ")),
    Field("Email:DateReceived", _received),
    Field("Email:DisplayTo", _display_to),
    Field("Email:ThreadTopic", _topic),
    Field("Email:Importance", _importance),
    Field("Email:Read", _read),
    Field("AirSyncBase:Attachments", _attachments),
    Field("AirSyncBase:Body", _body),
    Field("Email:MessageClass", _class),
    Field("Email:InternetCPID", _code_page),
    Field("Email:Flag", _flag),
    Field("Email:ContentClass", _content_class),
    Field("AirSyncBase:NativeBodyType", _native),
    Field("AirSyncBase:BodyPart", _body_part),
    Field("Email2:ConversationId", _conversation_id),
    Field("Email2:ConversationIndex", _conversation_index),
    Field("Email2:UmCallerID", _caller),
    Field("Email2:UmUserNotes", _voice_notes),
    Field("Email2:LastVerbExecuted", _verb),
    Field("Email2:LastVerbExecutionTime", _verb_time),
    Field("Email2:Sender", _sender),
    Field("Email2:ReceivedAsBcc", _blind_copy),
    Field("Email:Categories", _categories),
    Field("Email2:IsDraft", _draft),
    Field("Email2:Bcc", _bcc),
)


@cache
def _fields(version: str) -> tuple[Field, ...]:
    """The fields that a version knows. Raises KeyError for a version that is none."""
    newer: dict[Maker, Maker] = {
        old: new
        for old, new, since in (
            (_body, _body_with_preview, PREVIEW_SINCE),
            (_attachments, _recordings, tag_named("Email2:UmAttOrder").first),
        )
        if _AGE[version] >= _AGE[since]
    }
    known = [field for field in _FIELDS if tag_named(field.name).is_known_to(version)]
    made = [Field(field.name, newer.get(field.make, field.make)) for field in known]

    def request(item: Item, _p: Properties, _options: Options) -> Element | None:
        return meeting_request(item, version)

    return (*made, Field("Email:MeetingRequest", request))
