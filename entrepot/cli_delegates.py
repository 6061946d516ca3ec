"""``entrepot user delegate``: who may act for the owner of a mailbox."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from entrepot.administration import Administration
from entrepot.cli_accounts import Address, administer
from entrepot.console import Complaint, ConfigOption, FolderOption, load_settings, out
from store.commands import (
    DELEGATED_FOLDERS,
    DELIVERIES,
    AddDelegates,
    Command,
    DelegateDraft,
    FetchDelegates,
    RemoveDelegates,
)
from store.errors import StoreError
from store.model import Delegate
from store.results import Delegation
from store.rights import LEVELS, level_of

delegates = typer.Typer(help="Who may act for whom.", no_args_is_help=True)

Person = Annotated[str, typer.Argument(help="Mail address of the delegate.")]

LEVEL_NAMES = ("none", "reviewer", "author", "editor")
_BY_NAME = {name: int(LEVELS[name.capitalize()]) for name in LEVEL_NAMES}
# Deliveries as they are typed.
_DELIVERIES = {name.replace("_", "-"): name for name in DELIVERIES}


@delegates.command("add")
def add_delegate(
    address: Address,
    person: Person,
    level: Annotated[
        list[str] | None,
        typer.Option(help="FOLDER=LEVEL, several times. Without: calendar=editor, tasks=editor."),
    ] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="Gets the owner's meeting messages.")
    ] = False,
    private: Annotated[bool, typer.Option("--private", help="Sees what is private.")] = False,
    delivery: Annotated[
        str | None, typer.Option(help=f"Meeting messages: {', '.join(_DELIVERIES)}.")
    ] = None,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Make somebody a delegate: acts in the owner's folders, and writes on the owner's behalf."""
    rights = dict(map(_level, level or ("calendar=editor", "tasks=editor")))
    if delivery is not None and delivery not in _DELIVERIES:
        raise Complaint(f"{delivery!r} is none of {', '.join(_DELIVERIES)}")
    draft = DelegateDraft(person, rights, copies, private)
    command = AddDelegates(address, (draft,), _DELIVERIES[delivery] if delivery else None)
    made: Delegate = _one(command, config, folder)
    out.print(f"{made.address} is a delegate of {address}: {_levels(made)}.", markup=False)
    out.print(f"Undo: entrepot user delegate remove {address} {made.address}", markup=False)


def _level(text: str) -> tuple[str, int]:
    """The folder and the rights in ``calendar=editor``. Raises Complaint."""
    role, _, name = text.partition("=")
    if role not in DELEGATED_FOLDERS or name not in _BY_NAME:
        raise Complaint(
            f"{text!r} is no FOLDER=LEVEL: {', '.join(DELEGATED_FOLDERS)}; {', '.join(LEVEL_NAMES)}"
        )
    return role, _BY_NAME[name]


def _one(command: Command, config: ConfigOption, folder: FolderOption) -> Any:
    """The result of a command for one delegate. Raises its StoreError."""

    async def work(admin: Administration) -> Any:
        (result,) = await admin.execute(command)
        if isinstance(result, StoreError):
            raise result
        return result

    return administer(load_settings(config, folder), work)


@delegates.command("list")
def list_delegates(
    address: Address,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show the delegates of a mailbox, and how meeting messages reach them."""
    found: Delegation = administer(
        load_settings(config, folder), lambda admin: admin.execute(FetchDelegates(address))
    )
    delivery = found.delivery.replace("_", "-")
    rows = [_row(each) for each in found.delegates if isinstance(each, Delegate)]
    if as_json:
        print(json.dumps({"delivery": delivery, "delegates": rows}, ensure_ascii=False))
        return
    table = Table("Address", "Name", "Levels", "Copies", "Private", box=None)
    for each in found.delegates:
        if isinstance(each, Delegate):
            marks = ["yes" if mark else "no" for mark in (each.receives_copies, each.views_private)]
            table.add_row(each.address, each.name, _levels(each), *marks)
    out.print(table)
    out.print(f"Meeting messages: {delivery}.", markup=False)


def _row(delegate: Delegate) -> dict[str, object]:
    return {
        "address": delegate.address,
        "name": delegate.name,
        "levels": _by_folder(delegate),
        "copies": delegate.receives_copies,
        "private": delegate.views_private,
    }


def _by_folder(delegate: Delegate) -> dict[str, str]:
    return {
        role: level_of(delegate.rights[role]).lower()
        for role in DELEGATED_FOLDERS
        if delegate.rights.get(role)
    }


def _levels(delegate: Delegate) -> str:
    return ", ".join(f"{role}={name}" for role, name in _by_folder(delegate).items()) or "none"


@delegates.command("remove")
def remove_delegate(
    address: Address, person: Person, config: ConfigOption = None, folder: FolderOption = None
) -> None:
    """End a delegation, with all that it allowed."""

    async def look(admin: Administration) -> Delegate:
        found: Delegation = await admin.execute(FetchDelegates(address, (person,)))
        (known,) = found.delegates
        if isinstance(known, StoreError):
            raise known
        return known

    known = administer(load_settings(config, folder), look)
    _one(RemoveDelegates(address, (person,)), config, folder)
    out.print(f"{known.address} is no delegate of {address} any more.", markup=False)
    out.print(f"Undo: {_undo(address, known)}", markup=False)


def _undo(address: str, known: Delegate) -> str:
    levels = _by_folder(known) or {"calendar": "none"}
    options = [f"--level {role}={name}" for role, name in levels.items()]
    options += ["--copies"] * known.receives_copies + ["--private"] * known.views_private
    return f"entrepot user delegate add {address} {known.address} {' '.join(options)}"
