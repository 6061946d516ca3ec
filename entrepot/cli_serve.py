"""``entrepot demo``, ``serve``, ``init``: starting a server.

What makes a server is loaded where one is started: no other command waits for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.console import (
    Complaint,
    ConfigOption,
    FolderOption,
    err,
    find_config,
    load_settings,
    out,
)
from entrepot.dns import dns_records
from entrepot.initialise import initialise
from entrepot.logging import set_up_logs
from entrepot.serving import run, serve
from entrepot.welcome import welcome

if TYPE_CHECKING:
    from entrepot.app import App
    from entrepot.demo import DemoOptions


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("demo")(demo)
    app.command("serve")(serve_installation)
    app.command("init")(init)


def demo(
    folder: Annotated[Path, typer.Option(help="Data folder; made if absent, kept if present.")] = (
        Path("data")
    ),
    http_port: Annotated[int, typer.Option(help="Port on loopback; 0: any free one.")] = 8080,
    smtp_port: Annotated[int, typer.Option(help="Port on loopback; 0: any free one.")] = 2525,
    https_port: Annotated[
        int | None, typer.Option(help="Serve HTTPS as well, self-signed, on this port.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when ready.")
    ] = False,
    users: Annotated[
        int | None,
        typer.Option(help="Make user1 … userN with one password instead of the named people."),
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Leave mailboxes empty.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Serve HTTPS, self-signed.")] = False,
    test: Annotated[
        bool, typer.Option("--test", hidden=True, help="Serve as a test double.")
    ] = False,
) -> None:
    """Serve a demo organisation on loopback until stopped."""
    from entrepot.demo import DemoOptions

    options = DemoOptions(
        folder=folder,
        http_port=http_port,
        smtp_port=smtp_port,
        https_port=https_port,
        users=users,
        is_empty=empty,
        has_tls=tls,
        is_test=test,
    )
    run(_demo(options, as_json=as_json))


async def _demo(options: DemoOptions, *, as_json: bool) -> None:
    from entrepot.demo import Demo

    over = {} if as_json or not err.is_terminal else {"log_format": "console"}
    demo = Demo(options, load_settings(None, options.folder, **over))
    settings = demo.settings
    level = settings.log_level
    if not as_json and err.is_terminal and level == "info":
        level = "warning"  # the instructions shall stay in sight
    set_up_logs(level, settings.log_format)
    app = await demo.open()

    async def ready(app: App) -> None:
        word = await demo.word(app)
        if as_json:
            print(json.dumps(word), flush=True)
        else:
            out.print(welcome(word), markup=False)

    await serve(app, ready)


def serve_installation(config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Serve an organisation that ``entrepot init`` set up."""
    from entrepot.app import App

    if folder is None and find_config(config) is None:
        raise Complaint(
            "there is no settings file", "entrepot init DOMAIN writes one; entrepot demo needs none"
        )
    settings = load_settings(config, folder)
    set_up_logs(settings.log_level, settings.log_format)

    async def work() -> None:
        async def ready(_app: App) -> None:
            return

        await serve(await App.open(settings), ready)

    run(work())


def init(
    domain: Annotated[str, typer.Argument(help="The mail domain: example.org.")],
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("data"),
    host: Annotated[
        str, typer.Option(help="Name by which clients reach the server; else mail.DOMAIN.")
    ] = "",
    admin: Annotated[str, typer.Option(help="Name of the first account.")] = "admin",
) -> None:
    """Set up an organisation: folder, settings, certificate, domain, first account, DNS."""
    made = run(initialise(domain, folder, host or f"mail.{domain}", admin))
    out.print(f"Made {folder} with its settings in {made.config}.", markup=False)
    if made.is_self_signed:
        out.print(
            "The certificate is self-signed: put a real one into its place before clients come "
            f"({made.certificate}, {made.key}).",
            markup=False,
        )
    out.print(f"\nAccount  {made.address}", markup=False)
    out.print(f"Password {made.password}   (shown once)", markup=False)
    out.print("\nDNS records that the domain needs:\n")
    out.print(dns_records(domain, made.host), markup=False)
    out.print(f"\nNow: entrepot serve --config {made.config}", markup=False)
