"""``entrepot user``, ``entrepot domain``, ``entrepot mailbox``: the directory by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from rich.table import Table

from entrepot.administration import Administration, Made, administration
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
from entrepot.passwords import PASSWORD_CHARS_MAX
from entrepot.serving import run
from entrepot.settings import Settings
from store.commands import GrantMailbox
from store.directory.certificates import CERTIFICATES
from store.rights import ALL

T = TypeVar("T")

users = typer.Typer(help="People and other accounts.", no_args_is_help=True)
domains = typer.Typer(help="Mail domains served here.", no_args_is_help=True)
mailboxes = typer.Typer(help="Access to other mailboxes.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="Mail address.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")]


def administer(settings: Settings, work: Callable[[Administration], Awaitable[T]]) -> T:
    """Open the data, do ``work``, close."""

    async def whole() -> T:
        async with administration(settings) as admin:
            return await work(admin)

    return run(whole())


def _password(from_stdin: bool) -> str | None:
    if not from_stdin:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    if not 0 < len(password) <= PASSWORD_CHARS_MAX:
        raise Complaint(f"a password has 1 to {PASSWORD_CHARS_MAX} characters")
    return password


def _show_password(made: Made, from_stdin: bool) -> None:
    if not from_stdin:
        out.print(f"Password (shown once): {made.password}", markup=False)


@users.command("add")
def add_user(
    address: Address,
    name: Annotated[str, typer.Option(help="Display name; else made from the address.")] = "",
    role: Annotated[str, typer.Option(help="user, admin, room, equipment, shared.")] = "user",
    alias: Annotated[list[str] | None, typer.Option(help="Another address of it.")] = None,
    quota: Annotated[int, typer.Option(help="Bytes that its mailbox may hold; 0: any.")] = 0,
    stdin: Stdin = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Make an account with its mailbox. Prints a generated password once."""
    password = _password(stdin)
    shown = name or address.partition("@")[0].replace(".", " ").title()
    made = administer(
        load_settings(config, folder),
        lambda admin: admin.add(
            address,
            shown,
            role=role,
            password=password,
            aliases=tuple(alias or ()),
            quota=quota,
        ),
    )
    out.print(f"Added {made.account.address} ({made.account.role}).", markup=False)
    _show_password(made, stdin)


@users.command("list")
def list_users(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Show all accounts."""
    accounts = administer(load_settings(config, folder), lambda admin: admin.accounts())
    if as_json:
        rows = [
            {
                "address": account.address,
                "name": account.name,
                "role": account.role,
                "is_disabled": account.is_disabled,
                "aliases": list(account.aliases),
            }
            for account in accounts
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("Address", "Name", "Role", "State", "Aliases", box=None)
    for account in accounts:
        state = "disabled" if account.is_disabled else "enabled"
        table.add_row(
            account.address, account.name, account.role, state, ", ".join(account.aliases)
        )
    out.print(table)


@users.command("passwd")
def change_password(
    address: Address,
    stdin: Stdin = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Give an account a new password; the old one ends at once."""
    password = _password(stdin)
    made = administer(
        load_settings(config, folder), lambda admin: admin.set_password(address, password)
    )
    out.print(f"Changed the password of {made.account.address}.", markup=False)
    _show_password(made, stdin)


@users.command("disable")
def disable_user(
    address: Address,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Stop an account from signing in, at once. Its mail is kept, and more arrives."""
    settings = load_settings(config, folder)
    account = administer(settings, lambda admin: admin.account(address))
    if not is_wanted(f"disable {account.address} ({account.name})", dry_run=dry_run, yes=yes):
        return
    administer(settings, lambda admin: admin.set_disabled(account.address, is_disabled=True))
    out.print(f"Disabled {account.address}.", markup=False)
    out.print(f"Undo: entrepot user enable {account.address}", markup=False)


@users.command("enable")
def enable_user(address: Address, config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Let a disabled account sign in again."""
    account = administer(
        load_settings(config, folder),
        lambda admin: admin.set_disabled(address, is_disabled=False),
    )
    out.print(f"Enabled {account.address}.", markup=False)


@users.command("devices")
def set_devices(
    address: Address,
    state: Annotated[Literal["on", "off"], typer.Argument(help="on, as at first, or off.")],
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Say whether somebody's phones and other ActiveSync devices are let in."""
    account = administer(
        load_settings(config, folder),
        lambda admin: admin.set_devices(address, is_allowed=state == "on"),
    )
    if state == "on":
        out.print(f"Devices of {account.address} are let in.", markup=False)
        return
    out.print(f"Devices of {account.address} are kept out.", markup=False)
    out.print(f"Undo: entrepot user devices {account.address} on", markup=False)


@users.command("booking")
def set_booking(
    address: Address,
    policy: Annotated[
        str,
        typer.Argument(help="automatic (accept or decline), tentative (hold), by_hand."),
    ],
    keeps: Annotated[
        str,
        typer.Option(
            help="What is kept of a meeting: organizer (in place of its subject), subject, "
            "everything (text and files too)."
        ),
    ] = "",
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Say how a room or equipment answers invitations, and what it keeps of the meetings that it
    takes. At first: automatic, and organizer."""
    account = administer(
        load_settings(config, folder), lambda admin: admin.set_booking(address, policy, keeps)
    )
    out.print(f"{account.address} answers invitations: {policy}.", markup=False)


@users.command("photo")
def set_photo(
    address: Address,
    file: Annotated[Path | None, typer.Argument(help="A JPEG or a PNG.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the photo away.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Set the picture of a person, a room or a list, which programs show beside the name."""
    content = _content(file, remove=remove)
    photo = administer(
        load_settings(config, folder), lambda admin: admin.set_photo(address, content)
    )
    if photo is None:
        out.print(f"{address} has no photo now.", markup=False)
    else:
        out.print(f"{address} has a photo of {len(photo.content):,} bytes.", markup=False)
        out.print(f"Undo: entrepot user photo {address} --remove", markup=False)


@users.command("certificate")
def set_certificate(
    address: Address,
    file: Annotated[Path | None, typer.Argument(help="One or several, PEM or DER.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take them away.")] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Set the certificates by which devices encrypt what they send to somebody (S/MIME)."""
    content = _content(file, remove=remove)
    account = administer(
        load_settings(config, folder), lambda admin: admin.set_certificates(address, content)
    )
    if content is None:
        out.print(f"{account.address} has no certificate now.", markup=False)
        return
    count = len(account.properties[CERTIFICATES])
    out.print(f"{account.address} has {count} certificate(s).", markup=False)
    out.print(f"Undo: entrepot user certificate {address} --remove", markup=False)


def _content(file: Path | None, *, remove: bool) -> bytes | None:
    """What is in a file, None where a thing is taken away. Raises Complaint."""
    if (file is None) == (not remove):
        raise Complaint("name a file, or say --remove")
    try:
        return file.read_bytes() if file is not None else None
    except OSError as error:
        raise Complaint(f"{file} cannot be read: {error.strerror}") from error


@users.command("remove")
def remove_user(
    address: Address,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Remove an account and its mailbox for good."""
    settings = load_settings(config, folder)

    async def look(admin: Administration) -> tuple[str, str]:
        account = await admin.account(address)
        size = await admin.size(account)
        what = f"{size.size / 1_048_576:.1f} MiB, {size.inbox} items in the inbox"
        return account.address, f"{account.address} ({account.name}) with its mailbox: {what}"

    found, what = administer(settings, look)
    before = f"There is no undo but a backup; to keep the mail: entrepot user disable {found}"
    if not is_wanted(f"remove {what}", dry_run=dry_run, yes=yes, before=before):
        return
    administer(settings, lambda admin: admin.remove(found))
    out.print(f"Removed {found}.", markup=False)


@domains.command("add")
def add_domain(
    domain: Annotated[str, typer.Argument(help="Domain name.")],
    default: Annotated[
        bool, typer.Option("--default", help="People may sign in without naming it.")
    ] = False,
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Serve one more mail domain."""
    administer(
        load_settings(config, folder), lambda admin: admin.add_domain(domain, is_default=default)
    )
    out.print(f"Mail for {domain} is accepted from now on.", markup=False)


@domains.command("list")
def list_domains(config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Show the domains served."""
    served = administer(load_settings(config, folder), lambda admin: admin.domains())
    for name, is_default in served:
        out.print(f"{name}{'  (default)' if is_default else ''}", markup=False)


@mailboxes.command("grant")
def grant_mailbox(
    mailbox: Annotated[str, typer.Argument(help="Address of the mailbox.")],
    account: Annotated[str, typer.Argument(help="Address of who gets access.")],
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Give an account full access to another mailbox."""
    _grant(config, folder, GrantMailbox(mailbox, account, int(ALL)))
    out.print(f"{account} has access to {mailbox}.", markup=False)
    out.print(f"Undo: entrepot mailbox revoke {mailbox} {account}", markup=False)


@mailboxes.command("revoke")
def revoke_mailbox(
    mailbox: Annotated[str, typer.Argument(help="Address of the mailbox.")],
    account: Annotated[str, typer.Argument(help="Address of who loses access.")],
    config: ConfigOption = None,
    folder: FolderOption = None,
) -> None:
    """Take the access to another mailbox away."""
    _grant(config, folder, GrantMailbox(mailbox, account, 0))
    out.print(f"{account} has no access to {mailbox} any more.", markup=False)


def _grant(config: ConfigOption, folder: FolderOption, command: GrantMailbox) -> None:
    administer(load_settings(config, folder), lambda admin: admin.grant(command))
