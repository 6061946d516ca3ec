"""The delegates of a mailbox: who they are, what they may, how meeting messages reach them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from store import tables
from store.commands import (
    DELEGATED_FOLDERS,
    DELIVERIES,
    AddDelegates,
    DelegateDraft,
    FetchDelegates,
    FolderRole,
    LookUpAddresses,
    RemoveDelegates,
    UpdateDelegates,
)
from store.directory.accounts import look_up_addresses
from store.errors import AlreadyExists, InvalidValue, NotFound, StoreError, TooMany
from store.executor import Tx, WriteTx, reads, writes
from store.folders.change import permit
from store.model import Account, Delegate
from store.results import Delegation
from store.rights import Right

_delegate, _mailbox = tables.delegate, tables.mailbox
_folder, _permission, _account = tables.folder, tables.folder_permission, tables.account

DELEGATES_MAX = 100
"""Delegates of one mailbox: each of them gets a copy of each meeting message."""

_OF_MAILBOX = (
    select(_delegate, _account.c.address, _account.c.name)
    .join(_account, _account.c.id == _delegate.c.account_id)
    .where(_delegate.c.mailbox_id == bindparam("mailbox_id"))
    .order_by(func.lower(_account.c.name), _account.c.address)
)
_RIGHTS = (
    select(_permission.c.account_id, _folder.c.role, _permission.c.rights)
    .join(
        _folder,
        and_(
            _folder.c.mailbox_id == _permission.c.mailbox_id,
            _folder.c.id == _permission.c.folder_id,
        ),
    )
    .where(
        _permission.c.mailbox_id == bindparam("mailbox_id"),
        _permission.c.account_id > 0,
        _folder.c.role.in_(DELEGATED_FOLDERS),
    )
)
_DELIVERY = select(_mailbox.c.meeting_delivery).where(_mailbox.c.id == bindparam("mailbox_id"))
_ONE = and_(
    _delegate.c.mailbox_id == bindparam("b_mailbox"),
    _delegate.c.account_id == bindparam("b_account"),
)
_CHANGE = (
    update(_delegate)
    .where(_ONE)
    .values(receives_copies=bindparam("receives_copies"), views_private=bindparam("views_private"))
)
_REMOVE = delete(_delegate).where(_ONE)


@reads(FetchDelegates)
def fetch_delegates(tx: Tx, command: FetchDelegates) -> Delegation:
    """The delegates of a mailbox by name, or those asked for, in order (MS-OXWSDLGM 3.1.4.2)."""
    mailbox_id = tx.access.own_mailbox(command.mailbox)
    delegates = _delegates(tx, mailbox_id)
    found: list[Delegate | StoreError] = list(delegates.values())
    if command.addresses:
        accounts = look_up_addresses(tx, LookUpAddresses(command.addresses))
        found = [
            _found(delegates, address, account)
            for address, account in zip(command.addresses, accounts, strict=True)
        ]
    return Delegation(_delivery(tx, mailbox_id), tuple(found))


def _delegates(tx: Tx, mailbox_id: int) -> dict[int, Delegate]:
    """All delegates by account, in order of name."""
    keys = {"mailbox_id": mailbox_id}
    rights: dict[int, dict[str, int]] = {}
    for account_id, role, value in tx.conn.execute(_RIGHTS, keys):
        rights.setdefault(account_id, {})[role] = value
    return {
        row.account_id: Delegate(
            row.address,
            row.name,
            rights.get(row.account_id, {}),
            receives_copies=bool(row.receives_copies),
            views_private=bool(row.views_private),
        )
        for row in tx.conn.execute(_OF_MAILBOX, keys)
    }


def _found(
    delegates: dict[int, Delegate], address: str, account: Account | None
) -> Delegate | StoreError:
    if account is None:
        return _unknown(address)
    return delegates.get(account.id) or _no_delegate(address)


def _unknown(address: str) -> NotFound:
    return NotFound(f"nobody here has the address {address}", where=address, role="delegate_user")


def _no_delegate(address: str) -> NotFound:
    return NotFound(f"{address} is no delegate of this mailbox", where=address, role="delegate")


def _delivery(tx: Tx, mailbox_id: int) -> str:
    return tx.conn.execute(_DELIVERY, {"mailbox_id": mailbox_id}).scalar_one()


@writes(AddDelegates)
def add_delegates(tx: WriteTx, command: AddDelegates) -> list[Delegate | StoreError]:
    """Make people delegates (MS-OXWSDLGM 3.1.4.1)."""
    mailbox_id = _held(tx, command.mailbox)
    results = _each(tx, mailbox_id, command.delegates, _add)
    _deliver(tx, mailbox_id, command.delivery)
    return results


@writes(UpdateDelegates)
def update_delegates(tx: WriteTx, command: UpdateDelegates) -> list[Delegate | StoreError]:
    """Change what delegates may (MS-OXWSDLGM 3.1.4.4)."""
    mailbox_id = _held(tx, command.mailbox)
    results = _each(tx, mailbox_id, command.delegates, _update)
    _deliver(tx, mailbox_id, command.delivery)
    return results


@writes(RemoveDelegates)
def remove_delegates(tx: WriteTx, command: RemoveDelegates) -> list[StoreError | None]:
    """End delegations, with what they allowed (MS-OXWSDLGM 3.1.4.3)."""
    mailbox_id = _held(tx, command.mailbox)
    accounts = look_up_addresses(tx, LookUpAddresses(command.addresses))
    return [
        tx.attempt(lambda a=address, found=account: _remove(tx, mailbox_id, a, found))
        for address, account in zip(command.addresses, accounts, strict=True)
    ]


def _held(tx: WriteTx, address: str) -> int:
    """The mailbox, locked. Raises NoSuchMailbox, AccessDenied."""
    mailbox_id = tx.access.own_mailbox(address)
    tx.lock(mailbox_id)
    return mailbox_id


def _each(
    tx: WriteTx, mailbox_id: int, drafts: Iterable[DelegateDraft], work: Any
) -> list[Delegate | StoreError]:
    drafts = tuple(drafts)
    addresses = tuple(draft.address for draft in drafts)
    accounts = look_up_addresses(tx, LookUpAddresses(addresses))

    def one(draft: DelegateDraft, account: Account | None) -> Delegate:
        if account is None:
            raise _unknown(draft.address)
        work(tx, mailbox_id, draft, account)
        return _delegates(tx, mailbox_id)[account.id]

    return [
        tx.attempt(lambda d=draft, a=account: one(d, a))
        for draft, account in zip(drafts, accounts, strict=True)
    ]


def _add(tx: WriteTx, mailbox_id: int, draft: DelegateDraft, account: Account) -> None:
    if account.mailbox_id == mailbox_id:
        raise InvalidValue("the owner is no delegate", where=draft.address, role="delegate_owner")
    if not account.mailbox_id or account.is_disabled:
        raise InvalidValue(f"{draft.address} reads no mail", where=draft.address, role="delegate")
    known = _delegates(tx, mailbox_id)
    if account.id in known:
        raise AlreadyExists(f"{draft.address} is one already", where=draft.address, role="delegate")
    if len(known) >= DELEGATES_MAX:
        raise TooMany(f"a mailbox has at most {DELEGATES_MAX} delegates", role="delegates")
    tx.conn.execute(
        insert(_delegate),
        {
            "mailbox_id": mailbox_id,
            "account_id": account.id,
            "receives_copies": bool(draft.receives_copies),
            "views_private": bool(draft.views_private),
        },
    )
    _permit(tx, mailbox_id, account, draft.rights)


def _update(tx: WriteTx, mailbox_id: int, draft: DelegateDraft, account: Account) -> None:
    known = _delegates(tx, mailbox_id).get(account.id)
    if known is None:
        raise _no_delegate(draft.address)
    copies, private = draft.receives_copies, draft.views_private
    tx.conn.execute(
        _CHANGE,
        {
            "b_mailbox": mailbox_id,
            "b_account": account.id,
            "receives_copies": known.receives_copies if copies is None else copies,
            "views_private": known.views_private if private is None else private,
        },
    )
    _permit(tx, mailbox_id, account, draft.rights)


def _remove(tx: WriteTx, mailbox_id: int, address: str, account: Account | None) -> None:
    if account is None or account.id not in _delegates(tx, mailbox_id):
        raise _no_delegate(address)
    tx.conn.execute(_REMOVE, {"b_mailbox": mailbox_id, "b_account": account.id})
    _permit(tx, mailbox_id, account, dict.fromkeys(DELEGATED_FOLDERS, 0))


def _permit(tx: WriteTx, mailbox_id: int, account: Account, rights: dict[str, int]) -> None:
    """Set rights on the folders named by role; the others stay as they are."""
    owner = tx.conn.execute(
        select(_account.c.address).where(_account.c.mailbox_id == mailbox_id)
    ).scalar_one()
    for role, value in rights.items():
        folder = tx.access.folder(FolderRole(role, owner), Right.OWNER)
        permit(tx, folder, account.id, value)


def _deliver(tx: WriteTx, mailbox_id: int, delivery: str | None) -> None:
    if delivery is None:
        return
    if delivery not in DELIVERIES:
        raise InvalidValue(f"{delivery!r} is none of {', '.join(DELIVERIES)}", where="delivery")
    tx.conn.execute(
        update(_mailbox).where(_mailbox.c.id == mailbox_id).values(meeting_delivery=delivery)
    )
