"""What sign-in needs to know of an account. Checking a password is not the store's work."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Row, bindparam, select

from store import tables
from store.commands import FetchCredentials
from store.directory.accounts import accounts_of
from store.directory.domains import domains
from store.directory.names import require_system
from store.executor import Tx, reads
from store.model import Account
from store.results import Credentials

NO_DEVICES = "no_devices"
"""The property of an account to which ActiveSync is closed."""
_account = tables.account
_address = tables.address
_BY_ADDRESSES = (
    select(_account, _address.c.address.label("reached_by"))
    .join(_address, _address.c.account_id == _account.c.id)
    .where(_address.c.address.in_(bindparam("addresses", expanding=True)))
)


@reads(FetchCredentials)
def fetch_credentials(tx: Tx, command: FetchCredentials) -> Credentials | None:
    """The account behind a login name, None where there is none."""
    require_system(tx)
    candidates = addresses_of_login(command.login, domains(tx))
    if not candidates:
        return None
    rows = {
        row.reached_by: row for row in tx.conn.execute(_BY_ADDRESSES, {"addresses": candidates})
    }
    for candidate in candidates:
        row = rows.get(candidate)
        if row is not None:
            account = accounts_of(tx, [row])[0]
            return Credentials(account, row.password_hash, _stamp(row, account))
    return None


def addresses_of_login(login: str, served: list[tuple[str, bool]]) -> list[str]:
    """The addresses that a login name may mean, best first.

    ``user@domain`` and ``ANY\\user@domain`` mean that address; ``DOMAIN\\user`` the user of the
    domain of that name, or whose first label it is (``DEMO`` is demo.example); ``user`` the one of
    the default domain, which is the first of ``served``.
    """
    realm, backslash, user = login.strip().lower().rpartition("\\")
    if not user:
        return []
    if "@" in user:
        return [user]
    if not backslash:
        return [f"{user}@{name}" for name, is_default in served if is_default]
    return [f"{user}@{name}" for name, _ in served if realm in (name, name.partition(".")[0])]


def may_use_devices(account: Account) -> bool:
    """Whether ActiveSync is open to somebody: it is unless an administrator closed it."""
    return not account.properties.get(NO_DEVICES)


def _stamp(row: Row[Any], account: Account) -> str:
    """Changes whenever password, role, state or devices do; tells nothing of them."""
    state = f"{row.id}|{row.password_changed}|{row.password_hash}|{row.role}|{row.is_disabled:d}"
    state += f"|{may_use_devices(account):d}"
    return hashlib.blake2b(state.encode(), digest_size=16).hexdigest()
