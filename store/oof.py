"""Out-of-office settings: one object of the Inbox that all protocols read and write (MS-OXWOOF).

When somebody is away, whoever writes is told once for each time of absence, as the sender's place
asks: within the organisation, known to the mailbox (among its contacts), or neither.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from store.instant import Instant

CONFIGURATION = "OofSettings"
OFF, ON, TIMED = 0, 1, 2
Audience = Literal["internal", "external_known", "external_unknown"]


class OofMessage(msgspec.Struct, frozen=True):
    """A reply: whether it is sent, what it says, TEXT or HTML."""

    enabled: bool = False
    text: str = ""
    type: str = "TEXT"


class Oof(msgspec.Struct, frozen=True):
    """``state``: 0 off, 1 on, 2 on from ``start`` to ``end``; those are empty where none were
    said, and in any other state. ``since``: when this absence was set; its senders hear once."""

    state: int = OFF
    start: str = ""
    end: str = ""
    messages: dict[str, OofMessage] = {}
    since: str = ""


_DECODER = msgspec.json.Decoder(Oof)


def decode_oof(kept: bytes) -> Oof:
    """The settings in the object's bytes; off where there are none."""
    return _DECODER.decode(kept) if kept else Oof()


def encode_oof(oof: Oof, before: Oof, now: Instant) -> bytes:
    """The settings as they are kept. Where they differ from before, a new absence begins."""
    same = msgspec.structs.replace(oof, since=before.since) == before
    since = before.since if same else now
    return msgspec.json.encode(msgspec.structs.replace(oof, since=since))


def is_away(oof: Oof, now: Instant) -> bool:
    """Whether replies are due at a moment."""
    if oof.state == TIMED:
        return (not oof.start or oof.start <= now) and (not oof.end or now < oof.end)
    return oof.state == ON
