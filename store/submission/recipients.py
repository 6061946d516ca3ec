"""Who an address reaches: an account here, the members of a list, somebody elsewhere, nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from store import tables
from store.directory.domains import domains
from store.errors import AccessDenied, NotFound, StoreError, TooMany
from store.executor import Tx
from store.record import decode_record

_account = tables.account
_address = tables.address
_LOOKED_UP_AT_ONCE = 500
_COLUMNS = (
    _account.c.id,
    _account.c.address,
    _account.c.name,
    _account.c.role,
    _account.c.mailbox_id,
    _account.c.is_disabled,
    _account.c.record,
)
_BY_ADDRESSES = (
    select(*_COLUMNS, _address.c.address.label("reached_by"))
    .join(_address, _address.c.account_id == _account.c.id)
    .where(_address.c.address.in_(bindparam("addresses", expanding=True)))
)
_FIRST_ADMIN = (
    select(*_COLUMNS)
    .where(_account.c.role == "admin", _account.c.is_disabled.is_(False))
    .order_by(_account.c.id)
    .limit(1)
)
_OF_MAILBOX = select(*_COLUMNS).where(_account.c.mailbox_id == bindparam("mailbox_id"))


class Reader(msgspec.Struct, frozen=True):
    """An account as the mail flow sees it. ``members``: the addresses of a list; ``is_hidden``: it
    gets a blind copy."""

    id: int
    address: str
    name: str
    role: str
    mailbox_id: int
    is_disabled: bool
    members: tuple[str, ...] = ()
    is_hidden: bool = False


class Reach(msgspec.Struct):
    """What one address leads to. ``failures`` are members of a list that lead nowhere; ``error``
    says why the address itself does; ``is_elsewhere``: it is another server's."""

    readers: list[Reader] = []
    remote: list[str] = []
    failures: list[tuple[str, StoreError]] = []
    error: StoreError | None = None
    is_elsewhere: bool = False


def resolve(tx: Tx, addresses: Sequence[str]) -> list[Reach]:
    """What each address leads to, in order.

    Case does not matter, ``anna+x@`` is ``anna@`` where nobody has the longer address, lists are
    followed to their members, each list once however they nest (attack list, A23). An address may
    reach at most ``limits.recipients_max`` people, else TooMany.
    """
    directory = _Directory(tx)
    directory.load(addresses)
    return [directory.reach(address) for address in addresses]


def hide(reaches: Mapping[str, Reach], shown: Iterable[str]) -> None:
    """Mark the readers whom only addresses lead to that others do not see. ``reaches`` by address,
    ``shown``: those that everybody sees."""
    open_ = {key_of(address) for address in shown}
    named = {
        reader.id
        for address, reach in reaches.items()
        if key_of(address) in open_
        for reader in reach.readers
    }
    for reach in reaches.values():
        reach.readers = [
            reader if reader.id in named else msgspec.structs.replace(reader, is_hidden=True)
            for reader in reach.readers
        ]


def reader_at(tx: Tx, address: str) -> Reader | None:
    """The account that an address leads to, None for a foreign or unknown one."""
    directory = _Directory(tx)
    directory.load([address])
    return directory.find(address)


def reader_of(tx: Tx, mailbox_id: int) -> Reader | None:
    """The owner of a mailbox."""
    row = tx.conn.execute(_OF_MAILBOX, {"mailbox_id": mailbox_id}).first()
    return reader_in(row) if row is not None else None


def default_domain(tx: Tx) -> str:
    """The domain in whose name the server itself writes."""
    served = domains(tx)
    return served[0][0] if served else "localhost"


def key_of(address: str) -> str:
    """An address as the directory keeps it."""
    return address.strip().lower()


def _without_tag(key: str) -> str:
    local, at, domain = key.rpartition("@")
    return local.partition("+")[0] + at + domain


class _Directory:
    """Accounts by address, read in batches and remembered."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, Reader | None] = {}
        self._served = {name for name, _ in domains(tx)}

    def load(self, addresses: Iterable[str]) -> None:
        """Read what ``find`` will be asked."""
        keys: dict[str, None] = {}
        for address in addresses:
            key = key_of(address)
            keys[key] = keys[_without_tag(key)] = None
        new = [key for key in keys if key not in self._known]
        for start in range(0, len(new), _LOOKED_UP_AT_ONCE):
            chunk = new[start : start + _LOOKED_UP_AT_ONCE]
            self._known.update(dict.fromkeys(chunk))
            for row in self._tx.conn.execute(_BY_ADDRESSES, {"addresses": chunk}):
                self._known[row.reached_by] = reader_in(row)

    def find(self, address: str) -> Reader | None:
        """The account behind an address that ``load`` has read."""
        key = key_of(address)
        found = self._known.get(key) or self._known.get(_without_tag(key))
        local, _, domain = key.rpartition("@")
        if found is None and local == "postmaster" and domain in self._served:
            return self._postmaster(key)
        return found

    def _postmaster(self, key: str) -> Reader | None:
        """Mail for the postmaster is always taken (RFC 5321 4.5.1): an administrator gets it."""
        row = self._tx.conn.execute(_FIRST_ADMIN).first()
        self._known[key] = reader_in(row) if row is not None else None
        return self._known[key]

    def reach(self, address: str) -> Reach:
        """Follow one address."""
        found = self.find(address)
        if found is None:
            if key_of(address).rpartition("@")[2] not in self._served:
                return Reach(remote=[address], is_elsewhere=True)
            return Reach(error=NotFound(f"nobody here has the address {address}", where=address))
        if found.is_disabled:
            return Reach(error=AccessDenied(f"{address} takes no mail", where=address))
        if found.role != "list":
            return Reach(readers=[found])
        return self._reach_members(found)

    def _reach_members(self, top: Reader) -> Reach:
        reach = Reach(readers=[], remote=[], failures=[])
        seen_ids = {top.id}
        seen_remote: set[str] = set()
        waiting = list(top.members)
        while waiting:
            if len(seen_ids) + len(seen_remote) + len(waiting) > self._tx.limits.recipients_max:
                return Reach(
                    error=TooMany(f"the list {top.address} is too long", where=top.address)
                )
            self.load(waiting)
            members = waiting
            waiting = list[str]()
            for member in members:
                found = self.find(member)
                if found is None:
                    self._note_stranger(reach, member, seen_remote)
                elif found.id not in seen_ids:
                    seen_ids.add(found.id)
                    if found.role == "list" and not found.is_disabled:
                        waiting += found.members
                    elif not found.is_disabled:  # who left stays silently on old lists
                        reach.readers.append(found)
        return reach

    def _note_stranger(self, reach: Reach, member: str, seen: set[str]) -> None:
        key = key_of(member)
        if key in seen:
            return
        seen.add(key)
        if key.rpartition("@")[2] in self._served:
            reach.failures.append((member, NotFound("no such member", where=member)))
        else:
            reach.remote.append(member)


def reader_in(row: Any) -> Reader:
    """The account in a row of the account table."""
    members: tuple[str, ...] = ()
    if row.role == "list":
        members = tuple(decode_record(row.record)[0].get("members", ()))
    return Reader(
        id=row.id,
        address=row.address,
        name=row.name,
        role=row.role,
        mailbox_id=row.mailbox_id,
        is_disabled=bool(row.is_disabled),
        members=members,
    )
