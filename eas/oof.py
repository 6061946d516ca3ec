"""Out-of-office settings as devices read and write them (MS-ASCMD 2.2.3.119)."""

from __future__ import annotations

from eas.answers import node, text
from eas.errors import EasError
from eas.reading.mail import read_moment
from eas.render.mail import when
from eas.render.text import clean
from eas.wbxml import Element
from store.oof import TIMED, Oof, OofMessage
from store.text import html_to_text, text_to_html

_P = "Settings"
_PROTOCOL, _INVALID, _CONFLICT = 2, 5, 6
# Whom a message is for, by the element that says so; in the order of answers.
AUDIENCES = {
    "internal": "AppliesToInternal",
    "external_known": "AppliesToExternalKnown",
    "external_unknown": "AppliesToExternalUnknown",
}
_OUTSIDE = ("external_known", "external_unknown")
_TYPES = {"TEXT": "TEXT", "HTML": "HTML"}
_TEXT_MAX = 128 * 1024


def oof_answer(oof: Oof, type: str) -> Element:
    """The Get element: three audiences, in the body type asked for."""
    messages = [
        node(
            f"{_P}:OofMessage",
            Element(f"{_P}:{element}"),
            text(f"{_P}:Enabled", int(message.enabled)),
            text(f"{_P}:ReplyMessage", _words(message, type)) if message.text else None,
            text(f"{_P}:BodyType", type) if message.text else None,
        )
        for audience, element in AUDIENCES.items()
        for message in [oof.messages.get(audience, OofMessage())]
    ]
    return node(
        f"{_P}:Get",
        text(f"{_P}:OofState", oof.state),
        text(f"{_P}:StartTime", when(oof.start)) if oof.start else None,
        text(f"{_P}:EndTime", when(oof.end)) if oof.end else None,
        *messages,
    )


def _words(message: OofMessage, type: str) -> str:
    if message.type == type:
        return clean(message.text)
    convert = html_to_text if type == "TEXT" else text_to_html
    return clean(convert(message.text))


def read_body_type(said: Element) -> str:
    """The body type of a Get. Raises EasError 2 for none."""
    type = _TYPES.get(said.text(f"{_P}:BodyType").upper())
    if type is None:
        raise EasError(_PROTOCOL, "BodyType is TEXT or HTML")
    return type


def read_oof(said: Element, before: Oof) -> Oof:
    """What a Set says; audiences that it does not name stay as they were.

    Raises EasError 2, 5, 6.
    """
    state = said.text(f"{_P}:OofState", str(before.state))
    if state not in ("0", "1", "2"):
        raise EasError(_INVALID, "OofState is 0, 1 or 2")
    start, end = _times(said)
    if int(state) != TIMED:
        start = end = ""
    elif not start and before.state == TIMED:
        start, end = before.start, before.end
    messages = _messages(said)
    _check_outside(messages)
    return Oof(int(state), start, end, before.messages | messages, before.since)


def _times(said: Element) -> tuple[str, str]:
    """From when to when; empty where a Set says neither."""
    start, end = said.text(f"{_P}:StartTime"), said.text(f"{_P}:EndTime")
    if bool(start) != bool(end):
        raise EasError(_PROTOCOL, "StartTime and EndTime go together")
    if not start:
        return "", ""
    first, last = _moment(start), _moment(end)
    if first >= last:
        raise EasError(_CONFLICT, "the end is before the start")
    return first, last


def _messages(said: Element) -> dict[str, OofMessage]:
    found: dict[str, OofMessage] = {}
    for message in said.all(f"{_P}:OofMessage"):
        read = _message(message)
        named = [
            audience
            for audience, element in AUDIENCES.items()
            if message.find(f"{_P}:{element}") is not None
        ]
        if not named or found.keys() & named:
            raise EasError(_PROTOCOL, "a reply to nobody, or two to the same people")
        found |= dict.fromkeys(named, read)
    return found


def _check_outside(messages: dict[str, OofMessage]) -> None:
    """People outside are told one thing or nothing: the other protocols know one reply for them."""
    outside = [messages[name] for name in _OUTSIDE if name in messages and messages[name].enabled]
    if len({(message.text, message.type) for message in outside}) > 1:
        raise EasError(_CONFLICT, "two replies to people outside")


def _moment(value: str) -> str:
    try:
        return read_moment(value)
    except EasError as error:
        raise EasError(_INVALID, "a time that is none") from error


def _message(message: Element) -> OofMessage:
    words = message.text(f"{_P}:ReplyMessage")
    if len(words) > _TEXT_MAX:
        raise EasError(_INVALID, "the reply is too long")
    said = message.text(f"{_P}:BodyType")
    if words and not said:
        raise EasError(_PROTOCOL, "a reply without BodyType")
    type = _TYPES.get(said.upper() or "TEXT")
    if type is None:
        raise EasError(_INVALID, "BodyType is TEXT or HTML")
    return OofMessage(message.text(f"{_P}:Enabled") in ("1", "true"), words, type)
