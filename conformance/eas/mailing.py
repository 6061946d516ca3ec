"""Mail that scenarios send to themselves, and look for."""

from __future__ import annotations

import itertools
import time
import uuid
from email.message import EmailMessage
from email.policy import SMTP

from conformance.checks import Failure
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.wbxml import Node

_COUNT = itertools.count(1)
_RUN = uuid.uuid4().hex[:8]
ARRIVES_S_MAX = 20.0


def unique(word: str) -> str:
    """A subject that no other scenario has."""
    return f"{word} {_RUN}-{next(_COUNT)}"


def rare_word() -> str:
    """A word that stands nowhere yet, for a search."""
    return unique("needle").split()[1].replace("-", "x") + "q"


def message(
    device: Device,
    to: Device,
    subject: str,
    text: str = "Words",
    html: str = "",
    file: tuple[str, bytes] | None = None,
) -> bytes:
    """A message from one device's user to another's."""
    made = EmailMessage(SMTP)
    made["From"], made["To"], made["Subject"] = device.identity.user, to.identity.user, subject
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    if file is not None:
        made.add_attachment(file[1], "application", "octet-stream", filename=file[0])
    return made.as_bytes()


def arrived(
    device: Device, subject: str, asked: Node | None = None, *, is_part: bool = False
) -> tuple[str, str, dict[str, Node]]:
    """Folder, id and data of a message in the inbox. ``is_part``: its subject may have more than
    that. Raises Failure where it does not come."""
    inbox = device.folder_of_type(2)
    asked = asked or options(body_preference(1))
    end = time.monotonic() + ARRIVES_S_MAX
    while time.monotonic() < end:
        held = device.sync_all(inbox, options=asked)
        for id, data in held.items.items():
            told = str(data["Email:Subject"].value)
            if told == subject or (is_part and subject in told):
                return inbox, id, data
        time.sleep(0.2)
    raise Failure(f"{subject!r} did not arrive")


def received(
    device: Device, word: str = "Scenario", **content: object
) -> tuple[str, str, dict[str, Node]]:
    """A message that the device's user sent to himself. ``asked``: the options of the Sync."""
    subject = unique(word)
    asked = content.pop("asked", None)
    device.send(message(device, device, subject, **content), saves=False)  # type: ignore[arg-type]
    return arrived(device, subject, asked)  # type: ignore[arg-type]
