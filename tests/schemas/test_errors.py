"""The error table: every refusal of the store has words in every protocol."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from schemas import errors
from store import errors as store_errors

from .conftest import ROOT, Contract

REFUSALS = sorted(
    name
    for name, thing in inspect.getmembers(store_errors, inspect.isclass)
    if issubclass(thing, store_errors.StoreError) and thing is not store_errors.StoreError
)


def test_codes_are_the_contracts(contract: Contract) -> None:
    official = set(contract.values("ResponseCodeType"))
    assert errors.codes() == official
    assert {row.ews for row in errors.ROWS} <= official
    assert set(errors.TEXTS) <= official


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_of_the_store_has_a_row(name: str) -> None:
    row = errors.row_of(name)
    assert row.ews != "ErrorInternalServerError"
    assert row.eas
    assert re.fullmatch(r"[45]\d\d [45]\.\d\.\d{1,2}", row.smtp)
    assert errors.row_of(name, "a role that nobody plays") == errors.Row(
        name, row.ews, row.eas, row.smtp, "a role that nobody plays"
    )


def test_rows_are_of_known_refusals_and_once() -> None:
    keys = [(row.name, row.role) for row in errors.ROWS]
    assert len(set(keys)) == len(keys)
    assert {name for name, _ in keys} <= set(REFUSALS)


def test_a_role_says_which_thing_was_meant() -> None:
    assert errors.ews_code("NotFound", "target") == "ErrorToFolderNotFound"
    assert errors.ews_code("NotFound") == "ErrorItemNotFound"
    assert errors.smtp_reply("NotFound", "item") == errors.smtp_reply("NotFound") == "550 5.1.1"
    assert errors.ews_code("NoSuchThing") == "ErrorInternalServerError"


def used_codes(folder: str) -> set[str]:
    """Codes that the code of a folder raises by their name."""
    found: set[str] = set()
    for path in Path(ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="EwsError" | "Fault" | "MapiError"),
                    args=[ast.Constant(value=str(code)), *_],
                ):
                    found.add(code)
    return found


def test_every_code_in_use_exists_and_has_a_sentence() -> None:
    used = used_codes("ews") | used_codes("schemas")
    assert len(used) > 30
    assert used - errors.codes() == set()
    assert used - set(errors.TEXTS) == set()


def test_sentences_that_clients_compare() -> None:
    """Trap 11: DavMail knows a busy server by its English sentence."""
    assert errors.text_of("ErrorServerBusy") == (
        "The server cannot service this request right now. Try again later."
    )
    assert errors.text_of("ErrorNoCalendar") == "The request was refused: no calendar."
