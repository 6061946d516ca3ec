"""Values as EWS elements, by the registry's types.

Text is escaped here and nowhere else; characters that XML cannot carry are left out, so that no
mail can make an answer unreadable (lesson 31).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ews.codec.simple import ILLEGAL
from schemas.property import P, Type

Format = Callable[[Any], str]

# What must be escaped in element text and attributes alike.
_SPECIAL = re.compile(f'[&<>"\r{ILLEGAL}]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def escape(text: str) -> str:
    """Text for element content or a quoted attribute."""
    if _SPECIAL.search(text) is None:
        return text
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match.group(), ""), text)


def boolean(value: Any) -> str:
    """``true`` or ``false``: some clients read nothing else (survey of clients, trap 36)."""
    return "true" if value else "false"


def instant(value: str) -> str:
    """UTC without fraction, 20 characters (trap 34)."""
    return f"{value[:19]}Z"


def instant_milliseconds(value: str) -> str:
    """UTC with milliseconds, where DateTimePrecision asks for them."""
    return f"{value[:23]}Z"


def mailbox(value: dict[str, Any]) -> str:
    """A t:Mailbox element (MS-OXWSCDATA EmailAddressType)."""
    get = value.get
    name, address = get("name"), get("address")
    named = f"<t:Name>{escape(name)}</t:Name>" if name else ""
    reached = (
        f"<t:EmailAddress>{escape(address)}</t:EmailAddress>"
        f"<t:RoutingType>{escape(get('routing', 'SMTP'))}</t:RoutingType>"
        if address
        else ""
    )
    return (
        f"<t:Mailbox>{named}{reached}"
        f"<t:MailboxType>{get('mailbox_type', 'Mailbox')}</t:MailboxType></t:Mailbox>"
    )


def element(name: str, format: Format) -> Format:
    """A writer of ``t:name`` around what ``format`` writes."""
    start, end = f"<t:{name}>", f"</t:{name}>"
    return lambda value: f"{start}{format(value)}{end}"


def _among(name: str, values: Mapping[Any, str]) -> Format:
    """A writer of one of few values: each element is made once."""
    return {value: f"<t:{name}>{text}</t:{name}>" for value, text in values.items()}.__getitem__


def _list(name: str, format: Format) -> Format:
    """Lists are left out when empty: some clients fail on an empty element (trap 48)."""
    start, end = f"<t:{name}>", f"</t:{name}>"
    return lambda value: f"{start}{''.join(map(format, value))}{end}" if value else ""


def _string_entry(value: str) -> str:
    return f"<t:String>{escape(value)}</t:String>"


def _date(value: str) -> str:
    return value if len(value) > 10 else f"{value}T00:00:00Z"


def simple_format(row: P, *, milliseconds: bool = False) -> Format:
    """The writer of a row's element for a plain value. Raises LookupError for other types."""
    name = row.ews.element if row.ews is not None else ""
    if row.type is Type.ENUM:
        return _among(name, row.members)
    if row.type is Type.BOOLEAN:
        return _among(name, {True: "true", False: "false"})
    if row.type in _LISTS:
        return _list(name, _LISTS[row.type])
    if row.type is Type.INSTANT:
        return element(name, instant_milliseconds if milliseconds else instant)
    return element(name, _SIMPLE[row.type])


_LISTS: dict[Type, Format] = {Type.MAILBOXES: mailbox, Type.STRINGS: _string_entry}
_SIMPLE: dict[Type, Format] = {
    Type.STRING: escape,
    Type.INTEGER: str,
    Type.DOUBLE: repr,
    Type.DATE: _date,
    Type.BINARY: escape,
    Type.MAILBOX: mailbox,
}
