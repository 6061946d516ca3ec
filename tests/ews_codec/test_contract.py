"""The tables say what Exchange's contract says, and load quickly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ews.codec.shapes import shape
from schemas.ews import contract
from tests.ews_codec.conftest import ROOT
from tools.ews_contract import Writer, operations
from tools.ews_since import read_since


def test_there_are_124_operations() -> None:
    """The 122 of the WSDL, and the two about reminders that it leaves out."""
    assert len(contract.operations()) == 124
    assert contract.operation("GetFolder").headers[0] == "ExchangeImpersonation"
    assert contract.operation_of("GetUserAvailabilityRequest").name == "GetUserAvailability"


@pytest.mark.parametrize("name", ["types", "messages"])
def test_the_tables_are_those_that_the_tool_writes(name: str, reference: Path) -> None:
    since = read_since()
    written = {
        prefix: Writer(reference / f"{file}.xsd", prefix, since).write()
        for file, prefix in (("types", "t"), ("messages", "m"))
    }
    assert (ROOT / f"schemas/ews/{name}.txt").read_text() == written[name[0]]


def test_the_operations_are_those_that_the_tool_writes(reference: Path) -> None:
    written = operations(reference / "Services.wsdl", read_since())
    assert (ROOT / "schemas/ews/operations.txt").read_text() == written


def test_every_type_has_a_shape() -> None:
    for name in contract.complex_names():
        found = shape(name)
        places = [slot.name for slot in found.slots]
        assert len(places) == len(set(places)), name
        assert not {a.name for a in found.attributes} & set(places), name


def test_first_versions() -> None:
    slots = {slot.name: slot for slot in shape("MessageType").slots}
    assert slots["Flag"].since == contract.rank("Exchange2013")
    assert slots["Subject"].since == contract.rank("Exchange2007")
    assert contract.operation("FindPeople").since == "Exchange2013"
    assert contract.operation("EmptyFolder").since == "Exchange2010"


def test_loading_takes_less_than_50_ms() -> None:
    code = (
        "import msgspec, re, time; begin = time.perf_counter(); import schemas.ews.contract;"
        "print(time.perf_counter() - begin)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.05


def test_lines_stay_short_enough_to_read_in_a_diff() -> None:
    for file in (ROOT / "schemas/ews").glob("*.txt"):
        assert max(map(len, file.read_text().splitlines())) <= 210, file.name
