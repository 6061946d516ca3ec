"""The ``entrepot`` command. Each group of subcommands has a module of its own."""

from __future__ import annotations

import os
import sys

from entrepot import _paths  # noqa: F401  (first: it puts our packages on the path)

# isort: split
import typer

from entrepot import cli_accounts, cli_delegates, cli_devices, cli_lists, cli_serve, cli_tools
from entrepot.console import CANNOT_START, NEWER_SCHEMA, REFUSED, Complaint, complain
from entrepot.files import FolderInUse
from store.errors import StoreError
from store.migrations import NewerSchema

app = typer.Typer(
    name="entrepot",
    help="A server for Exchange clients: EWS, ActiveSync, and mail by SMTP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_serve.register(app)
cli_tools.register(app)
cli_accounts.users.add_typer(cli_delegates.delegates, name="delegate")
app.add_typer(cli_accounts.users, name="user")
app.add_typer(cli_lists.lists, name="list")
app.add_typer(cli_accounts.domains, name="domain")
app.add_typer(cli_accounts.mailboxes, name="mailbox")
app.add_typer(cli_devices.devices, name="device")


def main() -> None:
    """Run the command line; complaints become one line, a remedy and an exit code."""
    os.umask(0o077)  # what this program writes is for its owner only
    try:
        app()
    except Complaint as error:
        complain(str(error), error.remedy)
        sys.exit(error.code)
    except StoreError as error:
        complain(str(error), error.remedy)
        sys.exit(REFUSED)
    except FolderInUse as error:
        complain(str(error))
        sys.exit(CANNOT_START)
    except NewerSchema as error:
        complain(str(error), "install the newer Entrepot again, or restore a backup")
        sys.exit(NEWER_SCHEMA)
    except OSError as error:
        complain(str(error))
        sys.exit(CANNOT_START)
    except KeyboardInterrupt:
        sys.exit(130)
