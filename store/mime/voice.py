"""Voice mail as telephone systems send it (MS-OXCMAIL 2.1.3.2.3, 2.2.3.2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas import voice_mail
from store.mime.properties import Headers, first
from store.model import AttachmentDraft

_TEXTS = {
    voice_mail.CALLER: "x-callingtelephonenumber",
    voice_mail.CALLER_NAME: "x-voicemessagesendername",
    voice_mail.ORDER: "x-attachmentorder",
}
_CHARS_MAX = 2048
_SECONDS_MAX = 2**31 - 1


def voice_class(headers: Headers, attachments: Sequence[AttachmentDraft]) -> str | None:
    """The class of a message that is voice mail: it says so, and has a recording."""
    said = first(headers, "content-class").lower()
    found = voice_mail.CLASSES.get(said)
    if found is None or said in voice_mail.WITHOUT_RECORDING:
        return found
    has_recording = any(each.content_type.lower().startswith("audio/") for each in attachments)
    return found if has_recording else None


def voice_properties(headers: Headers) -> dict[str, Any]:
    """What voice mail says of the call, by keys of extended properties."""
    found: dict[str, Any] = {
        key: value[:_CHARS_MAX] for key, name in _TEXTS.items() if (value := first(headers, name))
    }
    seconds = first(headers, "x-voicemessageduration")
    if seconds.isascii() and seconds.isdigit() and len(seconds) <= 10:
        found[voice_mail.DURATION] = min(int(seconds), _SECONDS_MAX)
    return found
