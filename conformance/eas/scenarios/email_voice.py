"""MS-ASEMAIL: voice mail, as telephone systems send it (MS-OXCMAIL 2.2.3.2.15)."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from conformance.checks import Missing, check
from conformance.eas.device import Device
from conformance.eas.mailing import arrived, unique
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.things import words_of
from conformance.eas.wbxml import Node
from conformance.scenario import scenario

_S, _E2 = "MS-ASEMAIL", "Email2"
_OLDER, _NEWER, _CALLER = "older.mp3", "newer.mp3", "+4930123456"
_CLASSES = (
    "IPM.Note.Microsoft.Voicemail",
    "IPM.Note.RPMSG.Microsoft.Voicemail",
    "IPM.Note.Microsoft.Missed.Voice",
)


def _voice_mail(device: Device, subject: str) -> bytes:
    made = EmailMessage(SMTP)
    made["From"] = made["To"] = device.identity.user
    made["Subject"] = subject
    made["X-CallingTelephoneNumber"], made["X-VoiceMessageDuration"] = _CALLER, "2"
    made["X-AttachmentOrder"] = f"{_OLDER};{_NEWER}"
    made.set_content("You have voice mail.")
    for name in (_OLDER, _NEWER):
        made.add_attachment(b"ID3" + bytes(200), "audio", "mpeg", filename=name)
    made["Content-Class"] = "voice"  # last: attachments take what is of the content along
    return made.as_bytes()


@scenario(
    _S,
    "S02_TC01",
    requirements=(
        "MS-ASEMAIL_R799", "MS-ASEMAIL_R804", "MS-ASEMAIL_R811", "MS-ASEMAIL_R803",
        "MS-ASEMAIL_R805", "MS-ASEMAIL_R808", "MS-ASEMAIL_R809", "MS-ASEMAIL_R829",
        "MS-ASEMAIL_R812", "MS-ASEMAIL_R933",
    ),
    registry=REGISTRY,
)  # fmt: skip
def voice_mail_says_who_called(device: Device) -> None:
    """And which of its recordings is the newest, and how long that one is."""
    needs(device, "14.0", "UmAttOrder")
    subject = unique("Voice")
    device.send(_voice_mail(device, subject), saves=False)
    _, _, data = arrived(device, subject)
    kind = words_of(data, "Email:MessageClass")
    if kind == "IPM.Note":
        raise Missing("voice mail: to this server it is a message like others")
    check(kind.startswith(_CLASSES), f"the class is {kind}")
    check(words_of(data, f"{_E2}:UmCallerID") == _CALLER, f"it is of {data.get('UmCallerID')}")
    files = data["AirSyncBase:Attachments"].children
    shown = {each.text("AirSyncBase:DisplayName"): _mark(each) for each in files}
    check(shown == {_OLDER: ("2", ""), _NEWER: ("1", "2")}, f"the recordings are {shown}")


def _mark(file: Node) -> tuple[str, str]:
    return file.text(f"{_E2}:UmAttOrder"), file.text(f"{_E2}:UmAttDuration")
