"""Restrictions on folders, evaluated in Python."""

import pytest

from store.errors import InvalidRestriction, RestrictionTooLong
from store.model import Folder, FolderId
from store.restriction import And, Compare, Contains, Exists, Not, Or, Restriction
from store.search.find import matches_folder

FOLDER = Folder(
    id=FolderId(1, 2), change=1, parent=None, name="Projekte Ä", folder_class="IPF.Note",
    role="", total_count=3, unread_count=0, child_count=1,
    properties={"created": "2013-12-01T00:00:00.000000Z", "size": 10},
    extended={"0x3004:String": "A comment", "{g}:n:Integer": 5}, rights=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("restriction", "passes"),
    [
        (Compare("display_name", "eq", "projekte ä"), True),
        (Compare("name", "eq", "projekte a"), False),
        (Compare("x:0x3001:String", "eq", "PROJEKTE Ä"), True),
        (Contains("name", "projekte a", "full", True, True), True),
        (Contains("folder_class", "ipf", "prefix", ignore_case=True), True),
        (Contains("x:0x3613:String", "IPF.No", "prefix"), True),
        (Compare("total_count", "ge", 3), True),
        (Compare("unread_count", "gt", 0), False),
        (Compare("x:{g}:n:Integer", "lt", 6), True),
        (Compare("x:{g}:other:Integer", "lt", 6), False),
        (Not(Compare("x:{g}:other:Integer", "lt", 6)), True),
        (Compare("x:{g}:other:Integer", "ne", 6), True),
        (Exists("x:0x3004:String"), True),
        (Compare("created", "lt", "2014-01-01T00:00:00.000000Z"), True),
        (And((Exists("size"), Or(()))), False),
        (And(()), True),
    ],
)
def test_matching(restriction: Restriction, passes: bool):
    assert matches_folder(restriction, FOLDER) is passes


@pytest.mark.parametrize(
    ("restriction", "role"),
    [
        (Contains("total_count", "3"), "contains"),
        (Compare("total_count", "eq", "three"), "value"),
        (Compare("subject", "eq", "x"), ""),
        (And((Compare("name", "eq", "no"), Compare("subject", "eq", "x"))), ""),
    ],
)
def test_what_cannot_be_evaluated_is_refused(restriction: Restriction, role: str):
    with pytest.raises(InvalidRestriction) as refused:
        matches_folder(restriction, FOLDER)
    assert refused.value.role == role


def test_long_restrictions_are_refused():
    with pytest.raises(RestrictionTooLong):
        matches_folder(Or((Exists("size"),) * 255), FOLDER)
