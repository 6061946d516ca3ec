"""The README tells the truth about operations."""

from pathlib import Path

import pytest

from entrepot.operations import operations_markdown, replace_table
from ews.registry import built_operations

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_names_every_operation_of_the_contract():
    rows = [line for line in operations_markdown().splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 124
    assert {row.split("|")[2].strip() for row in rows} <= {"yes", "partly", "not yet"}
    for row in rows:
        _, name, built, missing, _ = (cell.strip() for cell in row.split("|"))
        assert (built == "partly") == bool(missing), row
        assert (built != "not yet") == (name in built_operations()), row


def test_the_readme_has_the_table_as_printed():
    page = (ROOT / "README.md").read_text("utf-8")
    assert replace_table(page) == page, "run: make docs"


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="lacks <!-- operations -->"):
        replace_table("# Nothing\n")
