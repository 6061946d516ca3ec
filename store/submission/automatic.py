"""Answers that the server writes for somebody: of who is away, of rooms (RFC 3834)."""

from __future__ import annotations

import msgspec

from store.executor import WriteTx
from store.instant import from_instant
from store.mime.build import build, new_identity, with_headers
from store.model import ItemDraft
from store.submission.outgoing import enqueue
from store.submission.recipients import Reader, default_domain

_MARKS = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))


def answer_for(tx: WriteTx, reader: Reader, draft: ItemDraft, address: str) -> None:
    """Queue an answer in a reader's name: the mailbox of ``address`` is not held here, and may be
    elsewhere. Nothing ever comes back of it."""
    domain = default_domain(tx)
    who = {"name": reader.name, "address": reader.address}
    properties = {
        **draft.properties,
        "from": who,
        "sender": who,
        "sent": tx.now,
        "message_id": new_identity(domain),
    }
    told = msgspec.structs.replace(draft, properties=properties)
    mime = build(told, domain=domain, now=from_instant(tx.now))
    enqueue(tx, with_headers(mime, add=list(_MARKS)), "", [address])
