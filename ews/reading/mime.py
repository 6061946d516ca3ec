"""Items that a MimeContent says: messages as RFC 5322 has them, appointments as iCalendar
(MS-OXWSCORE 2.2.4.24, MS-OXWSMTGS 2.2.4.3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import msgspec

from ews.codec import BadBase64
from ews.context import Context
from ews.errors import EwsError
from schemas.classes import kind_of
from schemas.property import Kind
from store.calendar.ical.read import read_calendar
from store.calendar.settle import PEOPLE
from store.errors import InvalidValue
from store.mime import parse
from store.model import ItemDraft

# Who takes part is agreed upon by messages: no file makes somebody an organiser or an attendee.
_OF_MEETINGS = (
    *PEOPLE,
    "organizer",
    "is_cancelled",
    "recurrence_id",
    "appointment_sequence_number",
)


def read_mime(node: Any) -> bytes:
    """The bytes of a MimeContent. Raises EwsError ErrorMimeContentInvalidBase64String."""
    value = node.value if hasattr(node, "value") else node
    if isinstance(value, bytes):
        return value
    try:
        if isinstance(value, BadBase64):
            raise EwsError("ErrorMimeContentInvalidBase64String")
        return base64.b64decode("".join((value or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EwsError("ErrorMimeContentInvalidBase64String") from error


def with_mime(ctx: Context, draft: ItemDraft, node: Any) -> ItemDraft:
    """The item that the MimeContent of an element says, under ``draft``, what the element says
    itself.

    Raises EwsError: ErrorUnsupportedMimeConversion for kinds that no MIME makes,
    ErrorMimeContentInvalid, ErrorMimeContentInvalidBase64String, ErrorMimeContentConversionFailed
    for what is no single appointment.
    """
    mime = read_mime(node.MimeContent)
    made = _MAKERS.get(kind_of(draft.item_class))
    if made is None:
        raise EwsError("ErrorUnsupportedMimeConversion")
    if not mime.strip():
        raise EwsError("ErrorMimeContentInvalid")
    parsed = made(ctx, mime)
    is_whole = not draft.attachments and node.Body is None
    return msgspec.structs.replace(
        parsed,
        item_class=_class(draft, parsed, node),
        properties={**parsed.properties, **draft.properties},
        extended={**parsed.extended, **draft.extended},
        body=draft.body if node.Body is not None else parsed.body,
        attachments=(*parsed.attachments, *draft.attachments),
        # What the element adds is not in the bytes: they are made anew when asked for.
        mime=parsed.mime if is_whole else None,
    )


def _class(draft: ItemDraft, parsed: ItemDraft, node: Any) -> str:
    """MIME says what sort of message it is, but not of a post that it is one."""
    is_message = kind_of(draft.item_class) is Kind.MESSAGE
    is_mail = _MAKERS.get(kind_of(parsed.item_class)) is _message
    return (
        parsed.item_class if node.ItemClass is None and is_message and is_mail else draft.item_class
    )


def _message(ctx: Context, mime: bytes) -> ItemDraft:
    del ctx
    return msgspec.structs.replace(parse(mime), mime=mime)


def _appointment(ctx: Context, mime: bytes) -> ItemDraft:
    """Times without a zone go by the clock of the request."""
    try:
        calendar = read_calendar(mime, ctx.zone_record)
    except InvalidValue as error:
        raise EwsError("ErrorMimeContentConversionFailed", str(error)) from error
    if len(calendar.events) != 1 or calendar.lost or calendar.events[0].untold:
        raise EwsError(
            "ErrorMimeContentConversionFailed",
            "An appointment is made of the one event of an iCalendar file, with a recurrence that "
            "the types of Recurrence can say.",
        )
    (event,) = calendar.events
    properties = {k: v for k, v in event.properties.items() if k not in _OF_MEETINGS}
    return ItemDraft("IPM.Appointment", properties, body=event.body)


_MAKERS: dict[Kind, Callable[[Context, bytes], ItemDraft]] = {
    Kind.MESSAGE: _message,
    Kind.POST: _message,
    Kind.NOTE: _message,
    Kind.CALENDAR: _appointment,
}
