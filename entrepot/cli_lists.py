"""``entrepot list``: distribution lists, and the lists by which rooms are found."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from entrepot.administration import Administration
from entrepot.cli_accounts import Address, administer
from entrepot.console import ConfigOption, DryRun, FolderOption, Yes, is_wanted, load_settings, out
from entrepot.settings import Settings
from store.commands import ChangeMembers
from store.directory.lists import IS_ROOM_LIST, members_of
from store.model import Account

lists = typer.Typer(help="Distribution lists, and lists of rooms.", no_args_is_help=True)

Members = Annotated[list[str], typer.Argument(help="Addresses, of ours or of others.")]


@lists.command("add")
def add_list(
    address: Address,
    name: Annotated[str, typer.Option(help="Display name; else made from the address.")] = "",
    member: Annotated[list[str] | None, typer.Option(help="An address in it.")] = None,
    rooms: Annotated[
        bool, typer.Option("--rooms", help="A list of rooms, by which programs find them.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Make a list. Mail for it goes to all who are in it."""
    shown = name or address.partition("@")[0].replace(".", " ").title()

    async def add(admin: Administration) -> Account:
        made = await admin.add_list(address, shown, is_of_rooms=rooms)
        return await admin.execute(ChangeMembers(made.address, add=tuple(member or ())))

    made = administer(load_settings(config, folder), add)
    out.print(f"Added {made.address}: {_count(made)}.", markup=False)


@lists.command("list")
def list_lists(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show all lists."""
    found = administer(load_settings(config, folder), lambda admin: admin.lists())
    if as_json:
        print(json.dumps([_row(account) for account in found], ensure_ascii=False))
        return
    table = Table("Address", "Name", "Members", "Of", box=None)
    for account in found:
        row = _row(account)
        of = "rooms" if row["is_room_list"] else "anybody"
        table.add_row(account.address, account.name, str(len(members_of(account))), of)
    out.print(table)


def _row(account: Account) -> dict[str, object]:
    return {
        "address": account.address,
        "name": account.name,
        "is_room_list": bool(account.properties.get(IS_ROOM_LIST)),
        "members": members_of(account),
    }


@lists.command("show")
def show_list(address: Address, config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Show who is in a list, an address a line."""
    settings = load_settings(config, folder)
    found = administer(settings, lambda admin: admin.distribution_list(address))
    for member in members_of(found):
        print(member)


@lists.command("join")
def join_list(
    address: Address,
    members: Members,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Put addresses into a list."""
    _change(ChangeMembers(address, add=tuple(members)), "leave", load_settings(config, folder))


@lists.command("leave")
def leave_list(
    address: Address,
    members: Members,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Take addresses out of a list."""
    _change(ChangeMembers(address, remove=tuple(members)), "join", load_settings(config, folder))


def _change(command: ChangeMembers, undo: str, settings: Settings) -> None:
    """Change who is in a list. ``undo``: the command that takes it back."""
    changed = administer(settings, lambda admin: admin.execute(command))
    out.print(f"{changed.address}: {_count(changed)}.", markup=False)
    members = " ".join((*command.add, *command.remove))
    out.print(f"Undo: entrepot list {undo} {changed.address} {members}", markup=False)


@lists.command("remove")
def remove_list(
    address: Address,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Remove a list. Who is in it is not touched."""
    settings = load_settings(config, folder)
    found = administer(settings, lambda admin: admin.distribution_list(address))
    what = f"the list {found.address} ({found.name}) with {_count(found)}"
    if not is_wanted(f"remove {what}", dry_run=dry_run, yes=yes):
        return
    administer(settings, lambda admin: admin.remove(found.address))
    out.print(f"Removed {found.address}.", markup=False)
    members = "".join(f" --member {member}" for member in members_of(found))
    rooms = " --rooms" if found.properties.get(IS_ROOM_LIST) else ""
    out.print(
        f'Undo: entrepot list add {found.address} --name "{found.name}"{rooms}{members}',
        markup=False,
    )


def _count(account: Account) -> str:
    count = len(members_of(account))
    return f"{count:,} member{'' if count == 1 else 's'}"
