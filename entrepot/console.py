"""How the command line speaks: results to standard output, complaints to standard error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from entrepot.settings import CONFIG_NAME, Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

# Exit codes, listed in docs/administration.md.
REFUSED, USAGE, BAD_SETTINGS, CANNOT_START, NEWER_SCHEMA = 1, 2, 3, 4, 5

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help=f"Settings file (else $ENTREPOT_CONFIG, ./{CONFIG_NAME}, ./data/{CONFIG_NAME}, "
        f"/etc/entrepot/{CONFIG_NAME}).",
    ),
]
FolderOption = Annotated[
    Path | None, typer.Option("--folder", help="Data folder, where there is no settings file.")
]

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, do nothing.")]


class Complaint(Exception):
    """Something that the person at the command line has to know, and how to go on."""

    def __init__(self, message: str, remedy: str = "", code: int = REFUSED) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.code = code


def is_wanted(what: str, *, dry_run: bool, yes: bool, before: str = "") -> bool:
    """Whether to do something that is not easily undone: it is only told with ``--dry-run``, and
    asked about unless there is ``--yes``.

    ``what``: verb and object ("remove the list x"); ``before``: what to know before answering.
    Raises typer.Abort for a no.
    """
    if dry_run:
        out.print(f"Would {what}.", markup=False)
        return False
    if not yes:
        if before:
            out.print(before, markup=False)
        typer.confirm(f"{what[0].upper()}{what[1:]}?", abort=True)
    return True


def complain(message: str, remedy: str = "") -> None:
    """Say what was wrong and what to do."""
    err.print(f"entrepot: {message}", markup=False)
    if remedy:
        err.print(f"  Do this: {remedy}", markup=False)


def find_config(config: Path | None) -> Path | None:
    """The settings file that counts. Raises Complaint where the named one is not there."""
    named = config or (Path(os.environ["ENTREPOT_CONFIG"]) if _is_named() else None)
    if named is not None:
        if not named.is_file():
            raise Complaint(
                f"there is no settings file {named}",
                "entrepot init DOMAIN writes one",
                BAD_SETTINGS,
            )
        return named
    usual = (Path(CONFIG_NAME), Path("data") / CONFIG_NAME, Path("/etc/entrepot") / CONFIG_NAME)
    return next((path for path in usual if path.is_file()), None)


def _is_named() -> bool:
    return bool(os.environ.get("ENTREPOT_CONFIG"))


def load_settings(config: Path | None, folder: Path | None = None, **over: Any) -> Settings:
    """Settings of a command. ``folder`` names the data folder, and then a settings file in it
    counts. Raises Complaint."""
    if folder is not None:
        over["data_folder"] = folder
        inside = folder / CONFIG_NAME
        path = config or (inside if inside.is_file() else None)
    else:
        path = find_config(config)
    try:
        return Settings.read(path, **over)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise Complaint(
            f"settings{f' in {path}' if path else ''} are wrong: " + "; ".join(lines),
            "entrepot settings shows every setting with its bounds",
            BAD_SETTINGS,
        ) from None
    except ValueError as error:  # the TOML itself
        raise Complaint(f"{path} is no TOML: {error}", code=BAD_SETTINGS) from None
