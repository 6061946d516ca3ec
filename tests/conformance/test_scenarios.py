"""The scenarios as a whole: complete, documented, and free of the server."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conformance.scenario import Scenario, load_all
from tests.conformance.conftest import ROOT, reference

SUITES = ("FOLD", "SYNC", "MSG", "ATT", "CORE", "TASK", "CONT", "MTGS")
SCENARIOS = {each.id: each for each in load_all()}


@pytest.mark.parametrize("suite", SUITES)
def test_every_case_of_the_public_suite_has_a_scenario(suite: str) -> None:
    names = (reference() / "ews/test-cases.txt").read_text().split()
    wanted = {
        f"MS-OXWS{suite} {match.group(1)}"
        for name in names
        if (match := re.match(rf"MSOXWS{suite}_(S\d\d_TC\d\d)_", name))
    }
    assert wanted
    assert {name for name in SCENARIOS if name.startswith(f"MS-OXWS{suite} ")} == wanted


def test_every_requirement_exists() -> None:
    known = set[str]()
    for table in (reference() / "ews/requirements").glob("*.tsv"):
        known |= set(re.findall(r"MS-\w+_R\d+", table.read_text("utf-8")))
    named = {requirement for each in SCENARIOS.values() for requirement in each.requirements}
    assert named - known == set()


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda each: each.id)
def test_a_scenario_says_what_it_shows(scenario: Scenario) -> None:
    assert (scenario.function.__doc__ or "").strip()
    assert scenario.requirements


def test_nothing_of_the_server_is_imported() -> None:
    program = (
        "import sys; from conformance.cli import main; main(['--list', '--only', 'MS-OXWSATT']);"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'store', 'ews', 'eas', 'mailflow', 'pages', 'entrepot'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
