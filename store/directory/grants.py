"""Full access to somebody else's mailbox: shared mailboxes, rooms, deputies."""

from __future__ import annotations

from sqlalchemy import delete, insert

from store import tables
from store.commands import GrantMailbox
from store.directory.accounts import account_at
from store.directory.names import require_system
from store.errors import InvalidValue
from store.executor import WriteTx, writes

_grant = tables.mailbox_grant


@writes(GrantMailbox)
def grant_mailbox(tx: WriteTx, command: GrantMailbox) -> None:
    """Give or take away access. Raises NotFound, InvalidValue (no mailbox, the own one)."""
    require_system(tx)
    owner = account_at(tx, command.mailbox)
    account = account_at(tx, command.account)
    if not owner.mailbox_id:
        raise InvalidValue(f"{owner.address} has no mailbox", where=owner.address)
    if owner.id == account.id:
        raise InvalidValue("everybody has access to the own mailbox", where=account.address)
    tx.conn.execute(
        delete(_grant).where(
            _grant.c.mailbox_id == owner.mailbox_id, _grant.c.account_id == account.id
        )
    )
    if command.rights:
        tx.conn.execute(
            insert(_grant),
            {
                "mailbox_id": owner.mailbox_id,
                "account_id": account.id,
                "rights": command.rights,
            },
        )
    else:
        tx.revoked.append(account.id)
