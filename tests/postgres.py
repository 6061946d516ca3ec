"""A PostgreSQL server of the tests' own, in a temporary folder on a free loopback port.

``with postgres_url() as url`` gives the address of a new, empty database; the server starts with
the first and ends with the process. Skips with the reason where PostgreSQL is not installed. With
``ENTREPOT_TEST_POSTGRES`` set to an address of a server (of a superuser, ``postgresql://…``) that
one is used instead.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "50",
}


@contextmanager
def postgres_url() -> Iterator[str]:
    """The address of a new database, dropped afterwards. Skips where there is no server."""
    server = _server()
    if isinstance(server, Missing):
        pytest.skip(str(server))
    name = f"t{secrets.token_hex(6)}"
    asyncio.run(_run(server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_run(server, f"DROP DATABASE {name} WITH (FORCE)"))


class Missing(str):
    """Why there is no server."""


@cache
def _server() -> str | Missing:
    """The address of the server's own database, or why there is none."""
    given = os.environ.get("ENTREPOT_TEST_POSTGRES")
    if given:
        return given
    programs = _programs()
    if programs is None:
        return Missing("PostgreSQL is not installed (no initdb in /usr/lib/postgresql or PATH)")
    user = _user()
    if user is None:
        return Missing("PostgreSQL does not run as root, and there is no user postgres or nobody")
    return _start(programs, user)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _user() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _start(programs: Path, user: pwd.struct_passwd) -> str:
    folder = Path(tempfile.mkdtemp(prefix="entrepot-postgres-"))
    if os.getuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    _as(
        user,
        [
            *(programs / "initdb", "-D", data, "-U", "entrepot", "-A", "trust"),
            *("-E", "UTF8", "--locale=C", "--no-sync"),
        ],
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    control = [programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-s"]
    log = folder / "log"
    _as(user, [*control, "-l", log, "-o", f"-p {port} {options}", "start"])
    _stop_with_us(user, control, folder)
    return f"postgresql://entrepot@127.0.0.1:{port}/postgres"


def _stop_with_us(user: pwd.struct_passwd, control: list[str | Path], folder: Path) -> None:
    """Leave a shell that stops the server and removes its folder when this process is gone.

    It waits for the end of a pipe that only this process holds, so a killed run cleans up too.
    """
    script = 'read _; "$@" -m immediate stop; rm -rf "$FOLDER"'
    _KEPT.append(
        subprocess.Popen(
            ["sh", "-c", script, "sh", *map(str, control)],
            cwd="/",
            env={**os.environ, "FOLDER": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **_identity(user),
        )
    )


_KEPT: list[subprocess.Popen[bytes]] = []


def _identity(user: pwd.struct_passwd) -> dict[str, Any]:
    """What makes a child run as that user, where that is somebody else."""
    if os.getuid() != 0:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _as(user: pwd.struct_passwd, command: list[str | Path]) -> None:
    """Run a command as a user; a failure shows what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **_identity(user),
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
