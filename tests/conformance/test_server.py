"""Every scenario against our own server, which runs in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conformance.contract import Contract
from conformance.runner import Account, Runner
from conformance.scenario import Scenario, load_all
from tests.conformance.conftest import ROOT, reference

START_S_MAX = 60


def _ready_line(server: subprocess.Popen[str]) -> str:
    """The line of JSON that the server prints when it is ready, "" if it ended before."""
    alarm = threading.Timer(START_S_MAX, server.kill)
    alarm.start()
    try:
        for line in server.stdout or ():
            if line.startswith("{") and '"ews"' in line:
                return line
    finally:
        alarm.cancel()
    return ""


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner for three users of a fresh demo server; answers are held against the reference."""
    folder: Path = tmp_path_factory.mktemp("conformance")
    log = (folder / "log").open("w+")
    command = [sys.executable, "-m", "entrepot", "demo", "--folder", str(folder / "data")]
    command += ["--http-port", "0", "--smtp-port", "0", "--json", "--empty", "--users", "3"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        line = _ready_line(server)
        if not line:
            server.wait(10)
            log.seek(0)
            told = log.read()[-2000:]
            if "ImportError" in told or "ModuleNotFoundError" in told:
                pytest.skip(f"the server cannot start yet: {told.splitlines()[-1]}")
            pytest.fail(f"the server did not start:\n{told}")
        word = json.loads(line)
        users = [Account(user["address"], user["password"]) for user in word["users"][:3]]
        with httpx.Client(timeout=60) as http:
            contract = Contract(reference() / "ews")
            yield Runner(http, word["ews"], contract, *users)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


@pytest.mark.parametrize("scenario", list(load_all()), ids=lambda each: each.id.replace(" ", "-"))
def test_scenario(runner: Runner, scenario: Scenario) -> None:
    outcome = runner.run(scenario)
    if outcome.status == "skipped":
        pytest.skip(outcome.detail)
    assert outcome.status == "passed", f"{scenario.title}: {outcome.detail}"
