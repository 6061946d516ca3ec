"""``entrepot user delegate``: who acts for whom, as an administrator says it."""

import json

import pytest

from tests.entrepot.test_cli import entrepot

ANNA, BEN = "anna@example.org", "ben@example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An organisation with Anna and Ben."""
    folder = tmp_path_factory.mktemp("delegates") / "org"
    assert entrepot("init", "example.org", "--folder", folder).returncode == 0
    for address in (ANNA, BEN):
        assert entrepot("user", "add", address, "--folder", folder).returncode == 0
    return folder


def said(folder, *arguments, code=0):
    done = entrepot("user", "delegate", *arguments, "--folder", folder)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_delegate_comes_and_goes_and_comes_back(folder):
    options = ("--level", "calendar=author", "--copies", "--delivery", "delegates-only")
    undo = f"entrepot user delegate remove {ANNA} {BEN}"
    assert undo in said(folder, "add", ANNA, BEN, *options)
    assert json.loads(said(folder, "list", ANNA, "--json")) == {
        "delivery": "delegates-only",
        "delegates": [
            {
                "address": BEN, "name": "Ben", "levels": {"calendar": "author"}, "copies": True,
                "private": False,
            }
        ],
    }  # fmt: skip
    assert "calendar=author" in said(folder, "list", ANNA)
    undo = f"entrepot user delegate add {ANNA} {BEN} --level calendar=author --copies"
    assert undo in said(folder, "remove", ANNA, BEN)
    assert json.loads(said(folder, "list", ANNA, "--json"))["delegates"] == []


def test_mistakes_are_said_and_change_nothing(folder):
    assert "no delegate" in said(folder, "remove", ANNA, BEN, code=1)
    assert "nobody here" in said(folder, "add", ANNA, "nobody@example.org", code=1)
    for options in (("--level", "calendar=owner"), ("--level", "drafts=editor")):
        assert "is no FOLDER=LEVEL" in said(folder, "add", ANNA, BEN, *options, code=1)
    assert "is none of" in said(folder, "add", ANNA, BEN, "--delivery", "all", code=1)
    assert json.loads(said(folder, "list", ANNA, "--json"))["delegates"] == []
