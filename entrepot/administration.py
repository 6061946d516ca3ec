"""What the ``entrepot`` command does to accounts, whether or not a server runs on the data.

The store is opened directly; a running server is then told which account changed, so that it
forgets sign-ins and ends streams at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from entrepot.control import ask
from entrepot.passwords import hash_password, new_password
from entrepot.settings import Settings
from store.calendar.scheduling.booking import BOOKED_ROLES, KEEPS, KEPT, POLICIES, POLICY
from store.commands import (
    AddAccount,
    AddDomain,
    Command,
    FetchFolders,
    FolderRole,
    GrantMailbox,
    ListAccounts,
    ListDomains,
    LookUpAddresses,
    MailboxStatus,
    RemoveAccount,
    SetCertificates,
    SetPhoto,
    UpdateAccount,
)
from store.devices.commands import ChangeDevice, ListDevices, RemoveDevice
from store.devices.model import Device
from store.directory.credentials import NO_DEVICES
from store.directory.lists import IS_ROOM_LIST, LIST
from store.errors import InvalidValue, NotFound
from store.model import Account
from store.results import Photo
from store.store import Store


class Made(msgspec.Struct, frozen=True):
    """A new or changed account, with its password where one was generated."""

    account: Account
    password: str


class Size(msgspec.Struct, frozen=True):
    """What a mailbox holds: items in its inbox, and bytes in all."""

    inbox: int
    size: int


class Administration:
    """Administration of one installation."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._session = store.system("administration")

    async def execute(self, command: Command) -> Any:
        """A command in the administration's name."""
        return await self._session.execute(command)

    async def domains(self) -> list[tuple[str, bool]]:
        """Domains with whether each is the default, that one first."""
        return await self.execute(ListDomains())

    async def add_domain(self, name: str, *, is_default: bool = False) -> None:
        """Serve a domain. Raises AlreadyExists, InvalidValue."""
        await self.execute(AddDomain(name, is_default))

    async def accounts(self) -> list[Account]:
        """All accounts by address."""
        return await self.execute(ListAccounts())

    async def account(self, address: str) -> Account:
        """The account that an address reaches. Raises NotFound."""
        found = (await self.execute(LookUpAddresses((address,))))[0]
        if found is None:
            raise NotFound(
                f"no account has the address {address}",
                remedy="entrepot user list shows all accounts",
            )
        return found

    async def add(
        self,
        address: str,
        name: str,
        *,
        role: str = "user",
        password: str | None = None,
        aliases: tuple[str, ...] = (),
        quota: int = 0,
    ) -> Made:
        """Make an account; ``password`` None: generate one."""
        password = new_password() if password is None else password
        account = await self.execute(
            AddAccount(
                address,
                name,
                role=role,
                password_hash=hash_password(password),
                aliases=aliases,
                quota=quota,
            )
        )
        return Made(account, password)

    async def set_password(self, address: str, password: str | None = None) -> Made:
        """Give an account another password; None: generate one."""
        password = new_password() if password is None else password
        account = await self.execute(UpdateAccount(address, password_hash=hash_password(password)))
        self._tell(account)
        return Made(account, password)

    async def set_disabled(self, address: str, *, is_disabled: bool) -> Account:
        """Stop an account from signing in, or let it again; mail goes on arriving."""
        account = await self.execute(UpdateAccount(address, is_disabled=is_disabled))
        self._tell(account)
        return account

    async def set_devices(self, address: str, *, is_allowed: bool) -> Account:
        """Close ActiveSync to an account, or open it again; its devices stay known."""
        account = await self.account(address)
        properties = {name: each for name, each in account.properties.items() if name != NO_DEVICES}
        if not is_allowed:
            properties[NO_DEVICES] = True
        account = await self.execute(UpdateAccount(account.address, properties=properties))
        self._tell(account)
        return account

    async def set_booking(self, address: str, policy: str, keeps: str = "") -> Account:
        """Say how a room or a thing answers invitations, one of ``booking.POLICIES``, and what it
        keeps of the meetings that it takes, one of ``booking.KEPT``, empty: as before.

        Raises InvalidValue for another policy, and for people's accounts.
        """
        account = await self.account(address)
        if policy not in POLICIES:
            raise InvalidValue(f"a policy is one of {', '.join(POLICIES)}", where="booking")
        if keeps and keeps not in KEPT:
            raise InvalidValue(f"a room keeps one of {', '.join(KEPT)}", where="keeps")
        if account.role not in BOOKED_ROLES:
            raise InvalidValue(
                f"{account.address} is neither a room nor equipment: its owner answers",
                where="booking",
            )
        properties = {**account.properties, POLICY: policy}
        if keeps:
            properties[KEEPS] = keeps
        return await self.execute(UpdateAccount(account.address, properties=properties))

    async def set_photo(self, address: str, content: bytes | None) -> Photo | None:
        """Set somebody's picture, a JPEG or a PNG; None takes it away. Raises NotFound,
        InvalidValue, TooLarge."""
        return await self.execute(SetPhoto(address, content))

    async def set_certificates(self, address: str, content: bytes | None) -> Account:
        """Set the certificates with which others encrypt for somebody, PEM or DER; None takes them
        away. Raises NotFound, InvalidValue."""
        return await self.execute(SetCertificates(address, content))

    async def add_list(self, address: str, name: str, *, is_of_rooms: bool = False) -> Account:
        """Make a distribution list, or one by which rooms are found; nobody is in it yet."""
        properties = {IS_ROOM_LIST: True} if is_of_rooms else {}
        return await self.execute(AddAccount(address, name, role=LIST, properties=properties))

    async def lists(self) -> list[Account]:
        """All distribution lists by address."""
        return [account for account in await self.accounts() if account.role == LIST]

    async def distribution_list(self, address: str) -> Account:
        """The list that an address reaches. Raises NotFound, InvalidValue for another account."""
        account = await self.account(address)
        if account.role != LIST:
            raise InvalidValue(
                f"{account.address} is no list",
                where=account.address,
                remedy="entrepot list list shows all lists",
            )
        return account

    async def remove(self, address: str) -> Account:
        """Remove an account with its mailbox, for good."""
        account = await self.account(address)
        await self.execute(RemoveAccount(account.address))
        self._tell(account)
        return account

    async def grant(self, command: GrantMailbox) -> None:
        """Give or take away access to a mailbox."""
        await self.execute(command)
        self._tell(await self.account(command.account))

    async def devices(self, address: str = "") -> list[tuple[str, Device]]:
        """Devices with the address of whose each is; of one person, or of all."""
        mailbox_id = (await self.account(address)).mailbox_id if address else 0
        found: list[Device] = await self.execute(ListDevices(mailbox_id))
        owners = {account.mailbox_id: account.address for account in await self.accounts()}
        return [(owners.get(device.mailbox_id, "?"), device) for device in found]

    async def change_device(self, command: ChangeDevice | RemoveDevice) -> None:
        """Change or forget a device; what it waits in ends at once."""
        await self.execute(command)
        ask(
            self.settings.data_folder,
            "hurry",
            mailbox_id=command.mailbox_id,
            device=command.device,
        )

    async def size(self, account: Account) -> Size:
        """What the mailbox of an account holds."""
        if not account.mailbox_id:
            return Size(0, 0)
        state = await self.execute(MailboxStatus(account.address))
        folders = await self.execute(FetchFolders((FolderRole("inbox", account.address),)))
        return Size(folders[0].total_count, state.size)

    def _tell(self, account: Account) -> None:
        ask(self.settings.data_folder, "revoke", account_id=account.id)


@asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[Administration]:
    """Administration of the data that the settings name; closed at the end."""
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = await Store.open(settings.database, limits=settings.limits())
    try:
        yield Administration(settings, store)
    finally:
        await store.close()
