"""Whose devices a command is about."""

from __future__ import annotations

from store.directory.names import require_system
from store.errors import NoSuchMailbox
from store.executor import Tx


def own_mailbox(tx: Tx, mailbox_id: int = 0) -> int:
    """The asker's mailbox, or (system) the one named. Raises NoSuchMailbox, AccessDenied."""
    own = tx.principal.mailbox_id
    if mailbox_id and mailbox_id != own:
        require_system(tx)
        return mailbox_id
    if not own:
        raise NoSuchMailbox("this account has no mailbox", role="own")
    return own
