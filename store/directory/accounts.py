"""Accounts: making, changing, listing and removing them, with their mailboxes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from store import tables
from store.commands import (
    AddAccount,
    ListAccounts,
    LookUpAddresses,
    MailboxStatus,
    RemoveAccount,
    UpdateAccount,
)
from store.directory.domains import is_served
from store.directory.names import checked_address, require_system, words_of
from store.directory.secrets import next_number
from store.errors import AlreadyExists, InvalidValue, NotFound
from store.executor import Tx, WriteTx, reads, writes
from store.folders.tree import create_distinguished_folders
from store.model import Account, Properties
from store.record import clean, decode_record, encode_record
from store.results import MailboxState

ROLES = frozenset({"user", "admin", "room", "equipment", "shared", "list"})
NAME_CHARS_MAX = 256
_SEARCHED = ("given_name", "surname", "alias", "nickname", "company_name")
_LOOKED_UP_AT_ONCE = 500

_account = tables.account
_address = tables.address
_word = tables.directory_word
_mailbox = tables.mailbox

_BY_ADDRESS = (
    select(_account)
    .join(_address, _address.c.account_id == _account.c.id)
    .where(_address.c.address == bindparam("address"))
)
_ADDRESSES = (
    select(_address.c.account_id, _address.c.address)
    .where(_address.c.account_id.in_(bindparam("ids", expanding=True)))
    .order_by(_address.c.address)
)
_TAKEN = select(_address.c.address).where(
    _address.c.address.in_(bindparam("addresses", expanding=True))
)
_MAILBOX = select(_mailbox).where(_mailbox.c.id == bindparam("id"))


@writes(AddAccount)
def add_account(tx: WriteTx, command: AddAccount) -> Account:
    """Make an account, and unless it is a list its mailbox with the distinguished folders.

    Raises InvalidValue (address, role, name, a domain that is not served), AlreadyExists.
    """
    require_system(tx)
    address = _served_address(tx, command.address)
    aliases = _checked_aliases(tx, address, command.aliases)
    _refuse_taken(tx, [address, *aliases])
    id = next_number(tx, "account")
    mailbox_id = 0 if command.role == "list" else next_number(tx, "mailbox")
    row: dict[str, Any] = {
        "id": id,
        "address": address,
        "name": _checked_name(command.name),
        "role": _checked_role(command.role),
        "mailbox_id": mailbox_id,
        "password_hash": command.password_hash,
        "password_changed": tx.now,
        "is_disabled": False,
        "created": tx.now,
        "record": encode_record(command.properties, {}),
    }
    tx.conn.execute(insert(_account), row)
    _write_addresses(tx, id, [address, *aliases])
    _write_words(tx, id, row["name"], [address, *aliases], command.properties)
    if mailbox_id:
        _add_mailbox(tx, mailbox_id, id, command.quota)
    return account_at(tx, address)


def _add_mailbox(tx: WriteTx, mailbox_id: int, account_id: int, quota: int) -> None:
    tx.conn.execute(
        insert(_mailbox),
        {
            "id": mailbox_id,
            "guid": str(uuid.uuid4()),
            "account_id": account_id,
            "modseq": 0,
            "next_id": 1,
            "size": 0,
            "quota": max(0, quota),
            "culture": "en-US",
        },
    )
    create_distinguished_folders(tx, mailbox_id)


@writes(UpdateAccount)
def update_account(tx: WriteTx, command: UpdateAccount) -> Account:
    """Change what is given. A change of password, role or state ends sign-ins that rest on the
    old. Raises NotFound, InvalidValue, AlreadyExists."""
    require_system(tx)
    before = account_at(tx, command.address)
    row = _row_at(tx, before.address)
    values = _changed_values(tx, row, command)
    if values:
        tx.conn.execute(update(_account).where(_account.c.id == before.id).values(**values))
    if command.aliases is not None:
        _replace_aliases(tx, before, command.aliases)
    if command.quota is not None and before.mailbox_id:
        tx.conn.execute(
            update(_mailbox)
            .where(_mailbox.c.id == before.mailbox_id)
            .values(quota=max(0, command.quota))
        )
    after = account_at(tx, before.address)
    tx.conn.execute(delete(_word).where(_word.c.account_id == before.id))
    _write_words(tx, after.id, after.name, [after.address, *after.aliases], after.properties)
    if {"password_hash", "is_disabled", "role"} & values.keys():
        tx.revoked.append(before.id)
    return after


def _changed_values(tx: WriteTx, row: Row[Any], command: UpdateAccount) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if command.name is not None:
        values["name"] = _checked_name(command.name)
    if command.role is not None and command.role != row.role:
        if "list" in (row.role, _checked_role(command.role)):
            raise InvalidValue("a list stays a list, and nothing else becomes one", where="role")
        values["role"] = command.role
    if command.password_hash is not None:
        values["password_hash"] = command.password_hash
        values["password_changed"] = tx.now
    if command.is_disabled is not None and command.is_disabled != row.is_disabled:
        values["is_disabled"] = command.is_disabled
    if command.properties is not None:
        values["record"] = encode_record(command.properties, {})
    return values


def _replace_aliases(tx: WriteTx, account: Account, aliases: Iterable[str]) -> None:
    wanted = _checked_aliases(tx, account.address, aliases)
    _refuse_taken(tx, [alias for alias in wanted if alias not in account.aliases])
    tx.conn.execute(
        delete(_address).where(
            _address.c.account_id == account.id, _address.c.address != account.address
        )
    )
    _write_addresses(tx, account.id, wanted)


@writes(RemoveAccount)
def remove_account(tx: WriteTx, command: RemoveAccount) -> None:
    """Remove an account, its mailbox and every trace of what it was granted. Raises NotFound."""
    require_system(tx)
    account = account_at(tx, command.address)
    if account.mailbox_id:
        _remove_mailbox(tx, account.mailbox_id)
    for column in (
        _word.c.account_id,
        _address.c.account_id,
        tables.mailbox_grant.c.account_id,
        tables.delegate.c.account_id,
        tables.account_photo.c.account_id,
        tables.folder_permission.c.account_id,
        _account.c.id,
    ):
        tx.conn.execute(delete(column.table).where(column == account.id))
    tx.revoked.append(account.id)


def _remove_mailbox(tx: WriteTx, mailbox_id: int) -> None:
    """Every table that keeps mailbox data has ``mailbox_id``; the mailbox's own row goes last."""
    for table in reversed(tables.metadata.sorted_tables):
        if "mailbox_id" in table.c and table is not _account:
            tx.conn.execute(delete(table).where(table.c.mailbox_id == mailbox_id))
    tx.conn.execute(delete(_mailbox).where(_mailbox.c.id == mailbox_id))


@reads(ListAccounts)
def list_accounts(tx: Tx, command: ListAccounts) -> list[Account]:
    """All accounts, by address."""
    require_system(tx)
    return accounts_of(tx, tx.conn.execute(select(_account).order_by(_account.c.address)).all())


@reads(LookUpAddresses)
def look_up_addresses(tx: Tx, command: LookUpAddresses) -> list[Account | None]:
    """The account that each address reaches, by primary address or alias, in order."""
    keys = [address.strip().lower() for address in command.addresses]
    found: dict[str, Account] = {}
    distinct = list(dict.fromkeys(keys))
    for start in range(0, len(distinct), _LOOKED_UP_AT_ONCE):
        found.update(_accounts_by_address(tx, distinct[start : start + _LOOKED_UP_AT_ONCE]))
    return [found.get(key) for key in keys]


def _accounts_by_address(tx: Tx, addresses: list[str]) -> dict[str, Account]:
    rows = tx.conn.execute(
        select(_account, _address.c.address.label("reached_by"))
        .join(_address, _address.c.account_id == _account.c.id)
        .where(_address.c.address.in_(addresses))
    ).all()
    return {
        row.reached_by: account for row, account in zip(rows, accounts_of(tx, rows), strict=True)
    }


@reads(MailboxStatus)
def mailbox_status(tx: Tx, command: MailboxStatus) -> MailboxState:
    """Size and quota. Of somebody else's mailbox only whether it is full: ``size`` is then the
    quota, else 0. Raises NoSuchMailbox."""
    mailbox_id = tx.access.mailbox_id(command.address)
    row = tx.conn.execute(_MAILBOX, {"id": mailbox_id}).one()
    size = row.size
    if not tx.access.owns(mailbox_id):
        size = row.quota if row.quota and row.size >= row.quota else 0
    return MailboxState(mailbox_id=row.id, size=size, quota=row.quota, culture=row.culture)


def account_at(tx: Tx, address: str) -> Account:
    """The account that an address reaches. Raises NotFound."""
    return accounts_of(tx, [_row_at(tx, address)])[0]


def _row_at(tx: Tx, address: str) -> Row[Any]:
    row = tx.conn.execute(_BY_ADDRESS, {"address": address.strip().lower()}).first()
    if row is None:
        raise NotFound(
            f"no account has the address {address}",
            where=address,
            remedy="entrepot user list shows all accounts",
            role="account",
        )
    return row


def accounts_of(tx: Tx, rows: Iterable[Row[Any]]) -> list[Account]:
    """Rows of the account table as accounts, with their aliases."""
    rows = list(rows)
    aliases: dict[int, list[str]] = {}
    ids = list({row.id for row in rows})
    for start in range(0, len(ids), _LOOKED_UP_AT_ONCE):
        chunk = ids[start : start + _LOOKED_UP_AT_ONCE]
        for address in tx.conn.execute(_ADDRESSES, {"ids": chunk}):
            aliases.setdefault(address.account_id, []).append(address.address)
    return [
        Account(
            id=row.id,
            address=row.address,
            name=row.name,
            role=row.role,
            mailbox_id=row.mailbox_id,
            is_disabled=bool(row.is_disabled),
            aliases=tuple(a for a in aliases.get(row.id, ()) if a != row.address),
            properties=decode_record(row.record)[0],
        )
        for row in rows
    ]


def _served_address(tx: Tx, address: str) -> str:
    address = checked_address(address)
    domain = address.rpartition("@")[2]
    if not is_served(tx, domain):
        raise InvalidValue(
            f"the domain {domain} is not served here",
            where=address,
            remedy=f"entrepot domain add {domain}",
        )
    return address


def _checked_aliases(tx: Tx, address: str, aliases: Iterable[str]) -> list[str]:
    checked = dict.fromkeys(_served_address(tx, alias) for alias in aliases)
    checked.pop(address, None)
    return list(checked)


def _checked_name(name: str) -> str:
    name = " ".join(clean(name).split())
    if not name or len(name) > NAME_CHARS_MAX:
        raise InvalidValue(f"a name has 1 to {NAME_CHARS_MAX} characters", where="name")
    return name


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise InvalidValue(f"{role!r} is no role: {', '.join(sorted(ROLES))}", where="role")
    return role


def _refuse_taken(tx: Tx, addresses: list[str]) -> None:
    if not addresses:
        return
    taken: list[str] = list(tx.conn.execute(_TAKEN, {"addresses": addresses}).scalars())
    if taken:
        raise AlreadyExists(f"{taken[0]} is in use already", where=taken[0])


def _write_addresses(tx: WriteTx, account_id: int, addresses: Iterable[str]) -> None:
    rows = [{"address": address, "account_id": account_id} for address in addresses]
    if rows:
        tx.conn.execute(insert(_address), rows)


def _write_words(
    tx: WriteTx,
    account_id: int,
    name: str,
    addresses: Iterable[str],
    properties: Properties,
) -> None:
    texts = [name, *addresses]
    texts += [value for key in _SEARCHED if isinstance(value := properties.get(key), str)]
    rows = [{"word": word, "account_id": account_id} for word in sorted(words_of(texts))]
    tx.conn.execute(insert(_word), rows)
