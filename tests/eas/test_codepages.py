"""The code pages say what the reference says."""

from __future__ import annotations

import json

import pytest

from schemas.eas.codepages import PAGES, TAGS, VERSIONS, tag_at, tag_named
from tests.acceptance.contract import REFERENCE

FACTS = REFERENCE / "eas" / "codepages.json"


@pytest.fixture(scope="module")
def facts() -> dict:
    if not FACTS.exists():
        pytest.skip(f"no reference of the code pages in {FACTS}")
    return json.loads(FACTS.read_text("utf-8"))


def test_every_page_and_token_is_there(facts: dict) -> None:
    for page in facts["pages"]:
        assert PAGES[page["page"]] == page["namespace"]
        for token, tag in page["tokens"].items():
            found = tag_at(page["page"], int(token, 16))
            assert found is not None, (page["namespace"], token)
            assert found.name == tag["name"]
            assert found.is_opaque == bool(tag.get("opaque"))
            known = [version for version in VERSIONS if found.is_known_to(version)]
            assert known == [version for version in tag["versions"] if version in VERSIONS]
    assert len(TAGS) == sum(len(page["tokens"]) for page in facts["pages"])
    assert len(PAGES) == 26


def test_names_lead_to_tokens() -> None:
    assert (tag_named("AirSync:Sync").page, tag_named("AirSync:Sync").token) == (0, 0x05)
    assert tag_named("Find:Find").is_known_to("16.1")
    assert not tag_named("Find:Find").is_known_to("16.0")
