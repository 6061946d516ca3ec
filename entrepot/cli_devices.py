"""``entrepot device``: phones and other devices that follow a mailbox."""

from __future__ import annotations

import re
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
from entrepot.device_log import folder_names, items_named, print_round
from entrepot.settings import Settings
from store.devices.commands import ChangeDevice, ListRounds, RemoveDevice, TraceItem
from store.devices.model import Device, Round
from store.devices.records import key_of

devices = typer.Typer(help="Phones and other devices.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="DEVICE", help="Device id, as `list` shows it.")]
User = Annotated[str, typer.Option("--user", help="Whose it is, where several have that id.")]
_LINES_MAX = 20
_NUMBERED = re.compile(r"(?:[0-9]{1,18}:)?([0-9]{1,18})")
# A wipe that a device has yet to carry out.
_WIPE_STANDS = ("asked", "sent", "failed")
# What devices say of themselves, by its name in their record.
_LABELS = {
    "model": "Model",
    "imei": "IMEI",
    "friendly_name": "Name",
    "os": "System",
    "os_language": "Language",
    "phone_number": "Number",
    "user_agent": "Program",
    "outbound_sms": "Sends SMS",
    "mobile_operator": "Operator",
}


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
    blocked = "blocked" if device.access == "blocked" else ""
    wipe = f"{device.wipe} wipe: {device.wipe_state}" if device.wipe_state else ""
    if blocked or wipe:
        return ", ".join(filter(None, (blocked, wipe)))
    return "ready" if device.policy_key else "no policies taken"


@devices.command("show")
def show_device(
    name: Name,
    user: User = "",
    recovery: Annotated[
        bool,
        typer.Option(
            "--recovery-password", help="Show the password that opens it, where it left one here."
        ),
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show what is known of a device."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    if recovery:
        _show_recovery_password(settings, device)
        return
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
        **{_LABELS.get(key, key): value for key, value in said.items()},
    }
    for label, value in lines.items():
        if value:
            out.print(f"{label + ':':<18}{value}", markup=False)


def _show_recovery_password(settings: Settings, device: Device) -> None:
    """Show it, and note in the device's log that it was shown. Raises Complaint."""
    password: str = device.record.get("recovery_password", "")
    if not password:
        raise Complaint(
            f"{device.device_id} left no recovery password here",
            "PasswordRecoveryEnabled in device_policy asks devices to leave one",
        )
    command = ChangeDevice(device.key, device.mailbox_id, note="its recovery password was shown")
    administer(settings, lambda admin: admin.execute(command))
    out.print(password, markup=False, highlight=False)


@devices.command("log")
def show_log(
    name: Name,
    user: User = "",
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=1, max=10_000, help="Rounds, the newest ones.")
    ] = 40,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show what a device was told, round by round, oldest first."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)

    async def look(admin: Administration) -> tuple[dict[int, str], list[Round]]:
        asked = ListRounds(device.key, device.mailbox_id, limit=lines)
        return await folder_names(admin, owner), await admin.execute(asked)

    names, rounds = administer(settings, look)
    for each in reversed(rounds):
        print_round(each, each.entries, names, most=_LINES_MAX)
    if not rounds:
        out.print("Nothing is in its log.")


@devices.command("explain")
def explain(
    name: Name,
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM",
            help="`FOLDER:ITEM` as devices have it, its number, or words of its subject.",
        ),
    ],
    user: User = "",
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Tell each round in which an item was sent to a device, changed or removed there, and why."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    numbered = _NUMBERED.fullmatch(item.strip())
    number = int(numbered[1]) if numbered else _number_of(settings, owner, device, item.strip())

    async def look(
        admin: Administration,
    ) -> tuple[tuple[int, ...], dict[int, str], list[Round]]:
        trail = await admin.execute(TraceItem(device.mailbox_id, number))
        rounds: dict[int, Round] = {}
        for id in trail:
            asked = ListRounds(device.key, device.mailbox_id, item=id, limit=1_000)
            rounds |= {each.id: each for each in await admin.execute(asked)}
        return trail, await folder_names(admin, owner), [rounds[id] for id in sorted(rounds)]

    trail, names, rounds = administer(settings, look)
    if len(trail) > 1:
        ids = " → ".join(str(id) for id in trail)
        out.print(f"It was moved, and had these numbers: {ids}", markup=False)
    for each in rounds:
        print_round(each, [entry for entry in each.entries if entry.item_id in trail], names)
    if not rounds:
        days = settings.device_log_days
        out.print(f"In the last {days} days the device was told nothing of it.", markup=False)


def _number_of(settings: Settings, owner: str, device: Device, words: str) -> int:
    """The item whose subject has these words. Raises Complaint for none, and for several, which
    are shown."""
    if not words:
        raise Complaint("no item is named", "write FOLDER:ITEM, or words of its subject")
    found = administer(settings, lambda admin: items_named(admin, owner, words))
    if not found:
        raise Complaint(
            f"{owner} has no item with {words!r} in its subject",
            f"entrepot device log {device.device_id} shows what the device was told, by number",
        )
    if len(found) == 1:
        return found[0][1]
    for folder_id, number, when, subject in found:
        id = f"{folder_id}:{number}"
        out.print(f"{id:<12} {_when(when):<16}  {subject}", markup=False)
    raise Complaint(
        f"{len(found)} items have these words in their subject", "name one of them by its number"
    )


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
        device.key,
        device.mailbox_id,
        access="blocked",
        reason=reason or device.reason,
        note="blocked",
    )
    administer(settings, lambda admin: admin.change_device(command))
    was = " It was before." if device.access == "blocked" else ""
    out.print(f"Blocked {device.device_id} of {owner}.{was}", markup=False)
    out.print(f"Undo: entrepot device unblock {device.device_id} --user {owner}", markup=False)


@devices.command("unblock")
def unblock(
    name: Name, user: User = "", config: ConfigOption = None, folder: FolderOption = None
) -> None:
    """Let a blocked device in again."""
    settings = load_settings(config, folder)
    owner, device = _find(settings, name, user)
    if device.access != "blocked":
        out.print(f"{device.device_id} of {owner} was not blocked.", markup=False)
        return
    command = ChangeDevice(
        device.key, device.mailbox_id, access="allowed", reason="", note="let in again"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"{device.device_id} of {owner} is let in again.", markup=False)
    if device.wipe_state in _WIPE_STANDS:
        out.print(
            f"It is still to erase what it was told to ({device.wipe} wipe: {device.wipe_state}).",
            markup=False,
        )


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
    if device.wipe_state in _WIPE_STANDS and device.wipe == kind:
        raise Complaint(
            f"that is asked of it already ({device.wipe} wipe: {device.wipe_state})",
            "entrepot device show tells how far it is",
        )
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
        how_far = f"its {device.wipe} wipe is {device.wipe_state}" if device.wipe_state else ""
        raise Complaint(
            "no wipe is waiting to be told to this device" + (f": {how_far}" if how_far else "")
        )
    command = ChangeDevice(
        device.key, device.mailbox_id, wipe="", wipe_state="", note="wipe taken back"
    )
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"The {device.wipe} wipe of {device.device_id} is taken back.", markup=False)


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
    lost = [
        *(["that it is blocked"] if device.access == "blocked" else []),
        *([f"its {device.wipe} wipe"] if device.wipe_state in _WIPE_STANDS else []),
    ]
    if lost:
        what += f", with {' and '.join(lost)}: it may come back"
    if not is_wanted(what, dry_run=dry_run, yes=yes):
        return
    command = RemoveDevice(device.key, device.mailbox_id)
    administer(settings, lambda admin: admin.change_device(command))
    out.print(f"Forgot {device.device_id}.", markup=False)
