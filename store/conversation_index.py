"""Where a message stands in its conversation (PidTagConversationIndex, MS-OXOMSG 2.2.1.3).

22 bytes name the conversation and say when it began; each answer adds five: how long after that,
and a little chance, so that two answers of one moment differ. In base64 wherever it is kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from store.instant import Instant, from_instant
from store.model import Properties

_ROOT_BYTES = 22
_ANSWER_BYTES = 5
_NAME = slice(6, _ROOT_BYTES)
_CONVERSATION_BYTES = 16
_CONVERSATION = re.compile(r"[0-9a-f]{32}")
# An answer after so many is where the one before it is.
BYTES_MAX = _ROOT_BYTES + 1000 * _ANSWER_BYTES
_RESERVED = b"\x01"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STEPS_IN_MICROSECOND = 10  # of a FILETIME
# Differences from here on (1.7 years) are told in coarser steps.
_FAR = 1 << 49


def begun(now: Instant) -> str:
    """The index of a message that begins a conversation."""
    return _text(_RESERVED + moment(now) + secrets.token_bytes(16))


def answer_to(old: Properties, now: Instant) -> str | None:
    """The index of an answer to a message, or of its forward; None where there is no conversation.

    A message without an index is one that begins its conversation, when it was sent: answers to it
    are of that conversation, whether they know its index or its Message-ID alone.
    """
    index = old.get("conversation_index")
    if read(index) is None:
        named, sent = old.get("conversation_id"), old.get("sent") or old.get("received") or now
        if not isinstance(named, str) or not _CONVERSATION.fullmatch(named):
            return None
        index = _text(_RESERVED + moment(sent) + bytes.fromhex(named))
    return answered(index, now)


def conversation(index: object) -> str | None:
    """The conversation that an index names, in hex; None for what is no index."""
    whole = read(index)
    return None if whole is None else whole[_NAME].hex()


def conversation_from(message_id: str) -> str:
    """The conversation, in hex, that a message without an index began."""
    named = message_id.encode("utf-8", "replace")
    return hashlib.blake2b(named, digest_size=_CONVERSATION_BYTES).hexdigest()


def answered(index: object, now: Instant) -> str | None:
    """The index of an answer to a message of ``index``; None where that is none."""
    whole = read(index)
    if whole is None:
        return None
    if len(whole) + _ANSWER_BYTES > BYTES_MAX:
        return _text(whole)
    start = int.from_bytes(_RESERVED + whole[1:6], "big") << 16
    since = max(0, _file_time(now) - start)
    delta = since >> 18 if since < _FAR else (1 << 31) | ((since >> 23) & 0x7FFF_FFFF)
    return _text(whole + delta.to_bytes(4, "big") + bytes([secrets.randbits(4) << 4]))


def read(index: object) -> bytes | None:
    """The bytes of an index, without what is left over behind the last answer; None for what is
    no index."""
    if not isinstance(index, str):
        return None
    try:
        whole = base64.b64decode(index)
    except (binascii.Error, ValueError):
        return None
    if len(whole) < _ROOT_BYTES:
        return None
    answers = (len(whole) - _ROOT_BYTES) // _ANSWER_BYTES
    return whole[: _ROOT_BYTES + answers * _ANSWER_BYTES]


def moment(instant: Instant) -> bytes:
    """The five bytes for a moment: the middle of its FILETIME."""
    return (_file_time(instant) >> 16).to_bytes(6, "big")[1:6]


def _file_time(instant: Instant) -> int:
    return max(0, (from_instant(instant) - _EPOCH) // _MICROSECOND * _STEPS_IN_MICROSECOND)


def _text(whole: bytes) -> str:
    return base64.b64encode(whole).decode()
