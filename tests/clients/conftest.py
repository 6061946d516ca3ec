"""One server for all client tests of a session; everybody who tests gets a mailbox of their own."""

from __future__ import annotations

import fcntl
import itertools
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.testing import Exchange, Person
from tests.clients.tbsync_client import USUAL_VERSIONS, NoSources, TbSync, sources

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
    manifest = _NODE / "package.json"
    wanted = json.loads(manifest.read_text("utf-8"))["dependencies"]
    with manifest.open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # of the processes that test, one installs for all
        if not all((_NODE / "node_modules" / name).is_dir() for name in wanted):
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=_NODE, capture_output=True, text=True, timeout=_INSTALL_S_MAX
            )
            if done.returncode:
                pytest.skip(f"npm cannot install the clients: {done.stderr[-300:]}")
    return _NODE


@pytest.fixture(scope="session")
def tbsync_sources(node_folder: Path) -> Path:
    """The sources of the Thunderbird add-on EAS-4-TbSync."""
    assert node_folder.is_dir()
    try:
        return sources()
    except NoSources as reason:
        pytest.skip(str(reason))


@pytest.fixture
def new_thunderbird(server: Exchange, tbsync_sources: Path) -> Iterator[Callable[..., TbSync]]:
    """Starts Thunderbirds with that add-on, of another server where one is given. At the end there
    may be no warning in the add-on's event log but those whose ``warnings`` it was told to expect,
    and no tag that it does not know."""
    started: list[TbSync] = []

    def start(exchange: Exchange = server) -> TbSync:
        started.append(TbSync(tbsync_sources, exchange))
        return started[-1]

    yield start
    for each in started:
        log = each.log()
        each.close()
        for entry in log:
            expected = any(words in entry["message"] for words in each.warnings)
            assert expected or entry["level"] in ("debug", "info"), entry
            assert "<Unknown" not in (entry.get("details") or ""), entry


@pytest.fixture(params=USUAL_VERSIONS)
def tbsync_version(request: pytest.FixtureRequest) -> str:
    """A version of ActiveSync that the add-on and the server speak; of the add-on's own 14.0 is
    like 14.1 but for setup and policies."""
    return request.param


@pytest.fixture
def thunderbird(
    new_thunderbird: Callable[..., TbSync], anna: Person, tbsync_version: str
) -> TbSync:
    """Anna's Thunderbird, connected and with all that the server has."""
    made = new_thunderbird()
    made.set_up(anna, tbsync_version)
    made.connect()
    made.synchronise()
    return made
