"""``entrepot device``: phones and other devices that follow a mailbox."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from entrepot.administration import Administration
from entrepot.cli_accounts import administer
from entrepot.console import (
    Complaint,
    ConfigOption,
    DryRun,
    FolderOption,
    Yes,
    is_wanted,
    load_settings,
    out,
)
from entrepot.settings import Settings
from store.devices.commands import ChangeDevice, ListRounds, RemoveDevice, TraceItem
from store.devices.model import Device, Entry, Round
from store.devices.records import key_of

devices = typer.Typer(help="Phones and other devices.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="DEVICE", help="Device id, as `list` shows it.")]
User = Annotated[str, typer.Option("--user", help="Whose it is, where several have that id.")]
_LINES_MAX = 20


def _find(settings: Settings, name: str, user: str) -> tuple[str, Device]:
    """The device of an id, and whose it is. Raises Complaint."""
    found = [
        (owner, device)
        for owner, device in administer(settings, lambda admin: admin.devices(user))
        if device.key == key_of(name)
    ]
    if not found:
        raise Complaint(f"no device has the id {name}", "entrepot device list shows all devices")
    if len(found) > 1:
        owners = ", ".join(owner for owner, _ in found)
        raise Complaint(f"{owners} have a device {name} each", "name one of them with --user")
    return found[0]


@devices.command("list")
def list_devices(
    user: Annotated[str, typer.Argument(help="Only this person's.")] = "",
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show devices: whose, what they are, when they last called."""
    found = administer(load_settings(config, folder), lambda admin: admin.devices(user))
    table = Table(box=None, header_style="bold")
    for column in ("User", "Device", "Type", "Version", "Last seen", "State"):
        table.add_column(column)
    for owner, device in found:
        table.add_row(
            owner,
            device.device_id,
            device.type,
            device.protocol,
            _when(device.seen),
            _state(device),
        )
    out.print(table if found else "No device has called yet.")


def _when(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _state(device: Device) -> str:
    if device.wipe_state:
        return f"{device.wipe} wipe: {device.wipe_state}"
    if device.access == "blocked":
        return "blocked"
    return "ready" if device.policy_key else "no policies taken"


@devices.command("show")
def show_device(
    name: Name, user: User = "", config: ConfigOption = None, folder: FolderOption = None
) -> None:
    """Show what is known of a device."""
    owner, device = _find(load_settings(config, folder), name, user)
    said: dict[str, str] = device.record.get("information", {})
    lines = {
        "User": owner,
        "Device": device.device_id,
        "Type": device.type,
        "Agent": device.agent,
        "Version": device.protocol,
        "First seen": _when(device.created),
        "Last seen": f"{_when(device.seen)} (to the hour)",
        "State": _state(device),
        "Reason": device.reason,
        **{key.replace("_", " ").capitalize(): value for key, value in said.items()},
    }
    for label, value in lines.items():
        if value:
            out.print(f"{label + ':':<18}{value}", markup=False)


@devices.command("log")
def show_log(
    name: Name,
    user: User = "",
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=10_000)] = 40,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show what a device was told, round by round, oldest first."""
    settings = load_settings(config, folder)
    _, device = _find(settings, name, user)
    asked = ListRounds(device.key, device.mailbox_id, limit=lines)
    rounds: list[Round] = administer(settings, lambda admin: admin.execute(asked))
    for each in reversed(rounds):
        _print_round(each, each.entries[:_LINES_MAX])
        if len(each.entries) > _LINES_MAX:
            out.print(f"    and {len(each.entries) - _LINES_MAX} more", markup=False)
    if not rounds:
        out.print("Nothing is in its log.")


def _print_round(each: Round, entries: tuple[Entry, ...] | list[Entry]) -> None:
    where = f" folder {each.folder_id}" if each.folder_id else ""
    number = f" step {each.number}" if each.number else ""
    note = f": {each.note}" if each.note else ""
    out.print(f"{each.at[:19].replace('T', ' ')}  {each.what}{where}{number}{note}", markup=False)
    for entry in entries:
        kind = entry.kind.replace("_", " ")
        out.print(f"    {kind:<12} {entry.item_id:<8} {entry.cause}", markup=False)


@devices.command("explain")
def explain(
    name: Name,
    item: Annotated[str, typer.Argument(help="`FOLDER:ITEM` as devices have it, or its number.")],
    user: User = "",
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Tell each round in which an item was sent to a device, changed or removed there, and why."""
    number = item.rpartition(":")[2]
    if not number.isascii() or not number.isdigit():
        raise Complaint(f"{item!r} is no item", "write FOLDER:ITEM, or the item's number")
    settings = load_settings(config, folder)
    _, device = _find(settings, name, user)

    async def look(admin: Administration) -> tuple[tuple[int, ...], list[Round]]:
        trail = await admin.execute(TraceItem(device.mailbox_id, int(number)))
        rounds: dict[int, Round] = {}
        for id in trail:
            asked = ListRounds(device.key, device.mailbox_id, item=id, limit=1_000)
            rounds |= {each.id: each for each in await admin.execute(asked)}
        return trail, [rounds[id] for id in sorted(rounds)]

    trail, rounds = administer(settings, look)
    if len(trail) > 1:
        ids = " → ".join(str(id) for id in trail)
        out.print(f"It was moved, and had these numbers: {ids}", markup=False)
    for each in rounds:
        _print_round(each, [entry for entry in each.entries if entry.item_id in trail])
    if not rounds:
        days = settings.device_log_days
        out.print(f"In the last {days} days the device was told nothing of it.", markup=False)


@devices.command("block")
def block(
    name: Name,
    user: User = "",
    reason: Annotated[str, typer.Option(help="Kept with the device, for administrators.")] = "",
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Shut a device out, at once. The person's other devices are not touched."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    command = ChangeDevice(
        device.key, device.mailbox_id, access="blocked", reason=reason, note="blocked"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"Blocked {device.device_id} of {owner}.", markup=False)
    out.print(f"Undo: entrepot device unblock {device.device_id} --user {owner}", markup=False)


@devices.command("unblock")
def unblock(
    name: Name, user: User = "", config: ConfigOption = None, folder: FolderOption = None
) -> None:
    """Let a blocked device in again."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    command = ChangeDevice(
        device.key, device.mailbox_id, access="allowed", reason="", note="let in again"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"{device.device_id} of {owner} is let in again.", markup=False)


@devices.command("wipe")
def wipe(
    name: Name,
    user: User = "",
    full: Annotated[
        bool, typer.Option("--full", help="Erase everything on it, not this account alone.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take back one not yet told.")] = False,
    dry_run: DryRun = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Have a device erase this account, or with --full everything, when it next calls."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    if cancel:
        _cancel(settings, device)
        return
    kind = "full" if full else "account"
    _check_wipe(settings, device, kind)
    what = "EVERYTHING on it" if full else f"the account {owner} on it"
    if dry_run:
        out.print(f"Would have {device.device_id} ({device.type}) erase {what}.", markup=False)
        return
    out.print(f"{device.device_id} ({device.type}) of {owner} will erase {what}.", markup=False)
    typed = typer.prompt("Write the device id to confirm")
    if key_of(typed) != device.key:
        raise Complaint("that is another id: nothing was done")
    command = ChangeDevice(
        device.key, device.mailbox_id, wipe=kind, wipe_state="asked", note=f"{kind} wipe asked"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print("It is told when it next calls.")
    out.print(
        f"Undo until then: entrepot device wipe {device.device_id} --user {owner} --cancel",
        markup=False,
    )


def _check_wipe(settings: Settings, device: Device, kind: str) -> None:
    """Raises Complaint for a wipe that cannot or must not be."""
    if kind == "full" and not settings.device_full_wipe:
        raise Complaint(
            "erasing whole devices is switched off", "set device_full_wipe in the settings file"
        )
    if kind == "account" and device.protocol != "16.1":
        raise Complaint(
            f"a device that speaks {device.protocol} can only erase itself whole",
            "entrepot device block shuts it out; --full erases everything on it",
        )


def _cancel(settings: Settings, device: Device) -> None:
    if device.wipe_state != "asked":
        raise Complaint("no wipe is waiting to be told to this device")
    command = ChangeDevice(
        device.key, device.mailbox_id, wipe="", wipe_state="", note="wipe taken back"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print("Taken back.")


@devices.command("remove")
def remove(
    name: Name,
    user: User = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Forget a device with its log. If it comes back, it begins anew."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    what = f"forget {device.device_id} of {owner} and its log"
    if not is_wanted(what, dry_run=dry_run, yes=yes):
        return
    command = RemoveDevice(device.key, device.mailbox_id)
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"Forgot {device.device_id}.", markup=False)
