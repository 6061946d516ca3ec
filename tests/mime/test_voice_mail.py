"""Voice mail as telephone systems send it (MS-OXCMAIL 2.1.3.2.3, 2.2.3.2.15)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from schemas import voice_mail
from store.mime import parse


def called(content_class: str = "voice", *names: str, **heads: str) -> bytes:
    """A message of a telephone system."""
    made = EmailMessage()
    made["Subject"] = "Voice mail"
    for name, value in heads.items():
        made[f"X-{name}"] = value
    made.set_content("Listen")
    for name in names or ("call.mp3",):
        made.add_attachment(b"ID3", "audio", "mpeg", filename=name)
    made["Content-Class"] = content_class  # last: a message takes those of its content along
    return made.as_bytes()


@pytest.mark.parametrize(
    ("content_class", "item_class"),
    [
        ("voice", "IPM.Note.Microsoft.Voicemail.UM"),
        ("Voice-CA", "IPM.Note.Microsoft.Voicemail.UM.CA"),
        ("missedcall", "IPM.Note.Microsoft.Missed.Voice"),
        ("urn:content-classes:message", "IPM.Note"),
    ],
)
def test_the_content_class_says_that_it_is_voice_mail(content_class: str, item_class: str) -> None:
    assert parse(called(content_class)).item_class == item_class


def test_who_called_and_for_how_long() -> None:
    heads = {
        "CallingTelephoneNumber": "+4930123456", "VoiceMessageDuration": "7",
        "VoiceMessageSenderName": "Ben", "AttachmentOrder": "old.mp3;new.mp3",
    }  # fmt: skip
    assert parse(called("voice", "old.mp3", "new.mp3", **heads)).extended == {
        voice_mail.CALLER: "+4930123456", voice_mail.DURATION: 7,
        voice_mail.CALLER_NAME: "Ben", voice_mail.ORDER: "old.mp3;new.mp3",
    }  # fmt: skip


@pytest.mark.parametrize("seconds", ["", "-1", "7.5", "many", "9" * 11])
def test_a_length_that_is_none_is_left_out(seconds: str) -> None:
    assert voice_mail.DURATION not in parse(called(VoiceMessageDuration=seconds)).extended


def test_what_has_no_recording_and_what_says_nothing_is_mail() -> None:
    heads = "Content-Class: {}\r\nX-CallingTelephoneNumber: 1\r\n\r\nWords"
    for content_class in ("voice", "fax", ""):
        found = parse(heads.format(content_class).encode())
        assert (found.item_class, found.extended) == ("IPM.Note", {})
    missed = parse(heads.format("missedcall").encode())
    assert missed.item_class == "IPM.Note.Microsoft.Missed.Voice"
    assert missed.extended == {voice_mail.CALLER: "1"}
