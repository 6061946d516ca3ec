"""What else is done when a message of some kind arrives, before it is put into the Inbox."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from schemas.classes import kind_of
from schemas.property import Kind
from store.errors import StoreError
from store.executor import WriteTx
from store.model import ItemDraft, Properties
from store.submission.recipients import Reader

_log = structlog.get_logger("store")
Handler = Callable[[WriteTx, Reader, ItemDraft], Properties]
_HANDLERS: dict[Kind, Handler] = {}


def on_arrival(*kinds: Kind) -> Callable[[Handler], Handler]:
    """Register what is done for each reader of a message; it gives the properties that the message
    gets by it. The reader's mailbox is locked; no other may be."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            _HANDLERS[kind] = handler
        return handler

    return register


def is_awaited(item_class: str) -> bool:
    """Whether something is done when such a message arrives."""
    return kind_of(item_class) in _HANDLERS


def arrived(tx: WriteTx, reader: Reader, draft: ItemDraft) -> Properties:
    """Do what is due for a message; the properties that it gets. Nothing of it stops the mail: what
    is refused is undone, noted in the log, and the message is delivered as it is."""
    handler = _HANDLERS.get(kind_of(draft.item_class))
    if handler is None:
        return {}
    outcome = tx.attempt(lambda: handler(tx, reader, draft))
    if isinstance(outcome, StoreError):
        _log.warning(
            "a message was delivered without effect",
            mailbox=reader.mailbox_id,
            item_class=draft.item_class,
            error=type(outcome).__name__,
            why=outcome.message,
        )
        return {}
    return outcome
