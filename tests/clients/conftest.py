"""One server for all client tests of a session; everybody who tests gets a mailbox of their own."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.testing import Exchange, Person

_NUMBERS = itertools.count(1)
_NODE = Path(__file__).parent / "node"
_INSTALL_S_MAX = 180


@pytest.fixture(scope="session")
def server() -> Iterator[Exchange]:
    """A server of this session."""
    with Exchange() as exchange:
        yield exchange


@pytest.fixture
def new_person(server: Exchange) -> Callable[[str], Person]:
    """Makes people whose names nobody else has."""
    return lambda name: server.person(f"{name}{next(_NUMBERS)}")


@pytest.fixture
def anna(new_person: Callable[[str], Person]) -> Person:
    """Somebody with an empty mailbox."""
    return new_person("anna")


@pytest.fixture
def ben(new_person: Callable[[str], Person]) -> Person:
    """Somebody else with an empty mailbox."""
    return new_person("ben")


@pytest.fixture
def account(anna: Person) -> Any:
    """Anna's mailbox through exchangelib, which has asked for the server's version."""
    opened = anna.account()
    assert opened.version.api_version == "Exchange2016"
    return opened


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """The folder of the JavaScript clients with their packages; no script of theirs is run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed")
    wanted = json.loads((_NODE / "package.json").read_text("utf-8"))["dependencies"]
    if not all((_NODE / "node_modules" / name).is_dir() for name in wanted):
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=_NODE, capture_output=True, text=True, timeout=_INSTALL_S_MAX
        )
        if done.returncode:
            pytest.skip(f"npm cannot install the clients: {done.stderr[-300:]}")
    return _NODE
