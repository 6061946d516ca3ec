"""Status codes: the table is the reference's, and old devices get HTTP statuses."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from schemas.eas.status import http_before_14, status, statuses
from tools.eas_grammar import STATUS_BESIDE

ROOT = Path(__file__).parents[2]
REFERENCE = Path(os.environ.get("ENTREPOT_REFERENCE", ROOT / "../shared/reference")) / "eas"


def test_the_table_is_the_reference() -> None:
    file = REFERENCE / "status-codes.json"
    if not file.exists():
        pytest.skip(f"no reference at {file}")
    facts = json.loads(file.read_text("utf-8"))
    common = {
        int(code): (
            row["name"].replace(" ", ""),
            int(row["http_before_14"]) if "http_before_14" in row else None,
        )
        for code, row in facts["common"].items()
    }
    assert {code: (row.name, row.http) for code, row in statuses().items()} == common
    for command, codes in facts["commands"].items():
        listed = {int(code) for code in codes} | {
            int(each) for each in STATUS_BESIDE.get(command, ())
        }
        assert set(statuses(command)) == listed


def test_codes_come_with_versions() -> None:
    """MS-ASCMD 2.2.2 says for many codes which versions have them."""
    file = REFERENCE / "requirements/MS-ASCMD.tsv"
    if not file.exists():
        pytest.skip(f"no reference at {file}")
    said = re.compile(
        r"In Common Status Codes\] When the protocol version is ([\d.]+).*"
        r"\[The meaning of the status value (\d+) is"
    )
    found = [match for line in file.read_text("utf-8").splitlines() if (match := said.search(line))]
    assert len(found) > 25
    for match in found:
        since, code = match[1], int(match[2])
        assert statuses()[code].since == since, code
        assert status("Sync", code, since) is not None
    assert status("Sync", 142, "12.1") is None
    assert status("ResolveRecipients", 173, "14.0") is None
    assert status("ResolveRecipients", 173, "14.1") is not None


def test_a_command_code_and_a_common_one() -> None:
    assert status("Sync", 3) is not None
    found = status("Sync", 142)
    assert found is not None and found.name == "DeviceNotProvisioned"
    assert status("Sync", 99) is None


def test_old_devices_get_an_http_status() -> None:
    assert http_before_14(142) == 449
    assert http_before_14(113) == 507
    assert http_before_14(3) is None
