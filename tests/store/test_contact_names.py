"""What contacts are shown and filed as."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.properties import by_name
from store.contacts.settle import settled_contact

ADA = {
    "given_name": "Ada",
    "middle_name": "King",
    "surname": "Lovelace",
    "generation": "II",
    "company_name": "Engines",
    "display_name": "Countess",
}
RULES = {
    "last_comma_first": "Lovelace, Ada King",
    "first_space_last": "Ada King Lovelace",
    "company": "Engines",
    "last_comma_first_company": "Lovelace, Ada King\r\nEngines",
    "company_last_first": "Engines\r\nLovelaceAda King",
    "last_first": "LovelaceAda King",
    "last_first_company": "LovelaceAda King\r\nEngines",
    "company_last_comma_first": "Engines\r\nLovelace, Ada King",
    "last_first_suffix": "LovelaceAda King II",
    "last_space_first_company": "Lovelace Ada King\r\nEngines",
    "company_last_space_first": "Engines\r\nLovelace Ada King",
    "last_space_first": "Lovelace Ada King",
    "display_name": "Countess",
    "first_name": "Ada",
    "last_first_middle_suffix": "Lovelace, Ada King II",
    "last_name": "Lovelace",
    "empty": "",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_files_a_contact(rule: str) -> None:
    assert settled_contact({**ADA, "file_as_mapping": rule})["file_as"] == RULES[rule]


def test_every_rule_of_the_contract_is_known() -> None:
    assert {"none", *RULES} == set(by_name("file_as_mapping").members)


def test_parts_that_are_not_there_leave_no_gap() -> None:
    rule: dict[str, Any] = {"file_as_mapping": "last_comma_first"}
    assert settled_contact({**rule, "given_name": "Ada"})["file_as"] == "Ada"
    assert settled_contact({**rule, "company_name": "Engines"})["file_as"] == "Engines"
    emails = {"EmailAddress2": {"address": "a@b.example"}}
    assert settled_contact({**rule, "email_addresses": emails})["file_as"] == "a@b.example"


def test_what_is_said_counts() -> None:
    said = {**ADA, "file_as": "Ada!", "file_as_mapping": "company", "subject": "S"}
    kept = settled_contact(said)
    assert (kept["file_as"], kept["display_name"], kept["subject"]) == ("Ada!", "Countess", "S")
    assert "file_as" not in settled_contact({"given_name": "Ada"})


def test_a_name_that_changes_changes_what_was_made_of_it() -> None:
    before = settled_contact({"given_name": "Ada", "file_as_mapping": "first_name"})
    assert (before["display_name"], before["subject"], before["file_as"]) == ("Ada", "Ada", "Ada")
    after = settled_contact({**before, "given_name": "Augusta"}, before)
    assert {after[n] for n in ("display_name", "subject", "file_as")} == {"Augusta"}
    named = settled_contact({**before, "display_name": "Countess"}, before)
    renamed = settled_contact({**named, "given_name": "Augusta"}, named)
    assert (renamed["display_name"], renamed["subject"]) == ("Countess", "Augusta")


_WORD = st.text("abc ", max_size=5)


@given(st.dictionaries(st.sampled_from(sorted(ADA)), _WORD), st.sampled_from(sorted(RULES)))
def test_settled_once_is_settled(said: dict[str, str], rule: str) -> None:
    once = settled_contact({**said, "file_as_mapping": rule})
    assert settled_contact(once, once) == once
