"""Voice mail: its classes, and the MAPI properties that say who called (MS-OXOUM 2.2.5)."""

from __future__ import annotations

from schemas.mapi import extended_key
from schemas.property import Named
from schemas.property_sets import PROPERTY_SETS

CALLER = extended_key(0x6802001F)
"""PidTagSenderTelephoneNumber."""
CALLER_NAME = extended_key(0x6803001F)
"""PidTagVoiceMessageSenderName."""
DURATION = extended_key(0x68010003)
"""PidTagVoiceMessageDuration, in seconds; of the newest recording."""
ORDER = extended_key(0x6805001F)
"""PidTagVoiceMessageAttachmentOrder: names of the recordings, the newest last, by semicolons."""
NOTES = extended_key(Named(PROPERTY_SETS["UnifiedMessaging"], "UMAudioNotes", "String"))
"""PidNameAudioNotes: what the reader wrote about it."""

CLASSES = {
    "voice": "IPM.Note.Microsoft.Voicemail.UM",
    "voice-ca": "IPM.Note.Microsoft.Voicemail.UM.CA",
    "voice-uc": "IPM.Note.Microsoft.Conversation.Voice",
    "missedcall": "IPM.Note.Microsoft.Missed.Voice",
}
"""Item classes by the Content-Class of a message (MS-OXCMAIL 2.2.3.2.15)."""
WITHOUT_RECORDING = frozenset({"missedcall"})

_PREFIXES = (
    "ipm.note.microsoft.voicemail",
    "ipm.note.rpmsg.microsoft.voicemail",
    "ipm.note.microsoft.missed.voice",
)


def is_voice_mail(item_class: str) -> bool:
    """Whether devices show a message of that class as voice mail (MS-ASEMAIL 2.2.2.82)."""
    return item_class.lower().startswith(_PREFIXES)
