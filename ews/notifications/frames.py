"""The envelopes of a streaming answer, put together from parts that are written once.

A thousand streams that hear of one commit differ in a subscription's id only, so the envelope
around it is taken from a stencil that the codec wrote (traps 59, 60).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ews.codec import Raw
from ews.codec.envelope import write_streaming_envelope
from ews.codec.simple import escape
from ews.errors import EwsError
from ews.messages import failure, success

_HOLE = b"\x00"


def _envelope(message: Any, version: str) -> bytes:
    value = {"ResponseMessages": [("GetStreamingEventsResponseMessage", message)]}
    return write_streaming_envelope(value, version)


@lru_cache(maxsize=64)
def status(word: str, version: str) -> bytes:
    """A sign of life (``OK``), or the end (``Closed``)."""
    return _envelope(success(ConnectionStatus=word), version)


@lru_cache(maxsize=32)
def _stencil(version: str) -> tuple[bytes, bytes]:
    message = success(Notifications={"Notification": [Raw(_HOLE)]})
    before, _, after = _envelope(message, version).partition(_HOLE)
    return before, after


def notification(subscription_id: str, written: bytes, version: str) -> bytes:
    """One Notification with events that are written already."""
    before, after = _stencil(version)
    return b"".join(
        (
            before,
            b"<t:SubscriptionId>",
            subscription_id.encode("ascii"),
            b"</t:SubscriptionId><t:MoreEvents>false</t:MoreEvents>",
            written,
            after,
        )
    )


def refusal(bad: Sequence[tuple[str, EwsError]], version: str, *, closed: bool) -> bytes:
    """Ids that are not served, or no longer; the first one's error stands for all.

    The ids stand in the messages namespace, where the EWS Managed API and exchangelib look for
    them, and not in the contract's (trap 61).
    """
    ids = b"".join(
        b"<m:SubscriptionId>%b</m:SubscriptionId>" % escape(text[:4096]) for text, _ in bad
    )
    payload: dict[str, Any] = {"ErrorSubscriptionIds": Raw(ids)}
    if closed:
        payload["ConnectionStatus"] = "Closed"
    return _envelope(failure(bad[0][1], **payload), version)


def too_many(version: str) -> bytes:
    """The account has as many streams as it may have."""
    message = failure(EwsError("ErrorExceededConnectionCount"), ConnectionStatus="Closed")
    return _envelope(message, version)
