"""What devices are told of voice mail (MS-ASEMAIL 2.2.2.81 to 2.2.2.84)."""

from __future__ import annotations

from collections.abc import Sequence

from eas.answers import text
from eas.render.text import line
from eas.wbxml import Element
from schemas import voice_mail
from store.model import Attachment, Item


def caller(item: Item) -> str | None:
    """The number of who called; None where it is hidden, and of all other mail."""
    return _text(item, voice_mail.CALLER)


def notes(item: Item) -> str | None:
    """What the reader wrote about it."""
    return _text(item, voice_mail.NOTES)


def _text(item: Item, key: str) -> str | None:
    value = item.extended.get(key)
    if not isinstance(value, str) or not voice_mail.is_voice_mail(item.item_class):
        return None
    return line(value) or None


def marks(item: Item, attachments: Sequence[Attachment]) -> list[list[Element]]:
    """Of each attachment, which recording it is, the newest being the first; of that one its length
    in seconds."""
    if not voice_mail.is_voice_mail(item.item_class):
        return [[] for _ in attachments]
    names = _names(item, attachments)
    places = {name: len(names) - number for number, name in enumerate(names)}
    return [_mark(item, places.get(each.name.lower(), 0)) for each in attachments]


def _names(item: Item, attachments: Sequence[Attachment]) -> list[str]:
    """The names of the recordings, the newest last."""
    said = str(item.extended.get(voice_mail.ORDER) or "")
    listed = [name.strip().lower() for name in said.split(";") if name.strip()]
    here = [each.name.lower() for each in attachments]
    recordings = [
        each.name.lower() for each in attachments if each.content_type.lower().startswith("audio/")
    ]
    return list(dict.fromkeys(name for name in listed or recordings if name in here))


def _mark(item: Item, place: int) -> list[Element]:
    if not place:
        return []
    seconds = item.extended.get(voice_mail.DURATION)
    has_length = place == 1 and isinstance(seconds, int)
    duration = [text("Email2:UmAttDuration", int(seconds or 0))] if has_length else []
    return [*duration, text("Email2:UmAttOrder", place)]
