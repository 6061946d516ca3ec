"""``entrepot check``, ``upgrade``, ``settings``, ``operations``, ``version``: looking after it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entrepot import __version__
from entrepot.administration import Administration
from entrepot.cli_accounts import administer
from entrepot.console import REFUSED, Complaint, ConfigOption, FolderOption, load_settings, out
from entrepot.settings import settings_markdown, settings_table
from store.commands import CheckIntegrity
from store.migrations import upgrade

Markdown = Annotated[bool, typer.Option("--markdown", help="As the page in the documentation.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for name, function in (
        ("check", check),
        ("upgrade", upgrade_schema),
        ("settings", show_settings),
        ("operations", show_operations),
        ("version", show_version),
    ):
        app.command(name)(function)


def check(config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Compare counts, references and indexes of the store with its data."""

    async def work(admin: Administration) -> list[str]:
        return await admin.execute(CheckIntegrity())

    wrong = administer(load_settings(config, folder), work)
    for line in wrong:
        out.print(line, markup=False)
    if wrong:
        raise Complaint(
            f"the check found {len(wrong)} faults",
            "keep a copy of the data folder and report them",
            REFUSED,
        )
    out.print("The store is sound.")


def upgrade_schema(config: ConfigOption = None, folder: FolderOption = None) -> None:
    """Bring the database to this version's schema. Starting does it as well."""
    settings = load_settings(config, folder)
    revisions = upgrade(settings.database)
    for revision in revisions:
        out.print(f"Ran {revision}.", markup=False)
    if not revisions:
        out.print("The schema is current.")


def show_settings(markdown: Markdown = False) -> None:
    """Show every setting with its default, bounds and reason."""
    if markdown:
        print(settings_markdown(), end="")
        return
    for group, rows in settings_table():
        out.print(f"\n{group}", style="bold", markup=False)
        for row in rows:
            bounds = f" ({row['bounds']})" if row["bounds"] else ""
            out.print(f"  {row['name']} = {row['default']}{bounds}", markup=False)
            out.print(f"      {row['reason']}", style="dim", markup=False)


def show_operations(
    markdown: Markdown = False,
    into: Annotated[
        Path | None, typer.Option(help="Replace the table between the markers of this page.")
    ] = None,
) -> None:
    """Show which operations of the contract are built."""
    from entrepot.operations import operations_markdown, write_table

    if into is not None:
        changed = write_table(into)
        out.print(f"{into} {'changed' if changed else 'is current'}.", markup=False)
        return
    text = operations_markdown()
    print(text if markdown else text.replace("| ", "").replace(" |", "  "), end="")


def show_version() -> None:
    """Show the version."""
    print(f"entrepot {__version__}")
