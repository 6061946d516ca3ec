"""Distribution lists of the directory: who is in them, and which of them list rooms."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from store import tables
from store.commands import ChangeMembers, ListRoomLists, LookUpAddresses
from store.directory.accounts import account_at, accounts_of, look_up_addresses
from store.directory.domains import is_served
from store.directory.names import checked_address, require_system
from store.errors import InvalidValue, NotFound, TooMany
from store.executor import Tx, WriteTx, reads, writes
from store.model import Account
from store.record import encode_record

# In the properties of a list: addresses, each once, and whether all of them are rooms.
MEMBERS, IS_ROOM_LIST = "members", "is_room_list"
LIST, ROOM = "list", "room"
_MEMBERS_MAX = 10_000

_account = tables.account
_LISTS = select(_account).where(
    _account.c.role == LIST, _account.c.is_disabled == bindparam("is_disabled")
)


@writes(ChangeMembers)
def change_members(tx: WriteTx, command: ChangeMembers) -> Account:
    """Put addresses into a list and take some out of it.

    Who is in already stays, once; who is to leave and is not in it is a mistake. Raises NotFound
    (the list, a member of ours, one who should leave), InvalidValue (no list, itself, no address,
    somebody in a list of rooms who is none), TooMany.
    """
    require_system(tx)
    account = account_at(tx, command.address)
    if account.role != LIST:
        raise InvalidValue(f"{account.address} is no list", where=account.address)
    held = dict.fromkeys(members_of(account))
    for address in command.remove:
        key = address.strip().lower()
        if key not in held:
            raise NotFound(
                f"{address} is not in {account.address}",
                where=address,
                remedy=f"entrepot list show {account.address}",
                role="member",
            )
        del held[key]
    held |= dict.fromkeys(_checked(tx, account, command.add))
    if len(held) > _MEMBERS_MAX:
        raise TooMany(f"a list has at most {_MEMBERS_MAX:,} members", where=account.address)
    properties = {**account.properties, MEMBERS: list(held)}
    tx.conn.execute(
        update(_account)
        .where(_account.c.id == account.id)
        .values(record=encode_record(properties, {}))
    )
    return account_at(tx, account.address)


def _checked(tx: Tx, account: Account, addresses: Iterable[str]) -> list[str]:
    """New members: by the primary address where they are ours."""
    wanted = [checked_address(address) for address in addresses]
    checked: list[str] = []
    for address, found in zip(
        wanted, look_up_addresses(tx, LookUpAddresses(tuple(wanted))), strict=True
    ):
        if found is None and is_served(tx, address.rpartition("@")[2]):
            raise NotFound(
                f"nobody here has the address {address}",
                where=address,
                remedy="entrepot user list shows all accounts",
                role="member",
            )
        if found is not None and found.id == account.id:
            raise InvalidValue("a list is not its own member", where=address)
        if account.properties.get(IS_ROOM_LIST) and (found is None or found.role != ROOM):
            raise InvalidValue(
                f"{address} is no room, and {account.address} lists rooms", where=address
            )
        checked.append(address if found is None else found.address)
    return checked


def members_of(account: Account) -> list[str]:
    """The addresses in a list, in the order in which they came; none of any other account."""
    listed = account.properties.get(MEMBERS) if account.role == LIST else None
    return [str(address) for address in listed or ()]


@reads(ListRoomLists)
def list_room_lists(tx: Tx, command: ListRoomLists) -> list[Account]:
    """Lists of rooms, by name: everybody may see them."""
    del command
    rows = tx.conn.execute(_LISTS, {"is_disabled": False}).all()
    found = [each for each in accounts_of(tx, rows) if each.properties.get(IS_ROOM_LIST)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.address))
