"""Extended properties: which ways to name one are good, and which contradict themselves."""

from __future__ import annotations

from typing import Any

from conformance import requests
from conformance.checks import equal, refused, success
from conformance.kinds import Kind
from conformance.mailbox import Mailbox
from conformance.node import Node, Ref
from conformance.scenario import each
from conformance.scenarios.core.cases import SPEC, cases
from conformance.things import extended, extended_path

DISTINGUISHED = {"DistinguishedPropertySetId": "Common"}
SET = {"PropertySetId": "c11ff724-aa03-4555-9952-8fa248a11c3e"}
TAG = {"PropertyTag": "0x3a45"}
ID = {"PropertyId": 123}
NAME = {"PropertyName": "Classification"}
VALUE = "12/25/2009 3:25:15 PM"

BAD: tuple[dict[str, Any], ...] = (
    DISTINGUISHED | SET | ID,
    DISTINGUISHED | TAG | ID,
    DISTINGUISHED,
    SET | TAG | ID,
    SET,
    TAG | DISTINGUISHED,
    TAG | SET,
    TAG | NAME,
    TAG | ID,
    NAME,
    ID,
)
"""Two ways to name the same thing, or half of one."""

GOOD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("StringArray", DISTINGUISHED | ID),
    ("String", DISTINGUISHED | ID),
    ("String", DISTINGUISHED | NAME),
    ("String", SET | ID),
    ("String", SET | NAME),
    ("String", TAG),
)
"""A set with an id or a name, or a tag."""


@each(
    SPEC,
    cases(item=8, contact=8, distribution_list=6, message=8, appointment=8, post=8, task=8),
    requirements=("MS-OXWSCORE_R101", "MS-OXWSCORE_R1336"),
)
def extended_properties(ews: Mailbox, home: Ref, kind: Kind) -> None:
    """Bad names are refused item by item; good ones read back as they were named."""
    bad = [
        kind.make(ews.unique("Bad"), extended(extended_path("String", **path), VALUE))
        for path in BAD
    ]
    refused(ews.call(requests.create_item(*bad, folder=home)), count=len(bad))

    for kind_of_value, path in GOOD:
        field = extended_path(kind_of_value, **path)
        values = (VALUE, "another") if kind_of_value == "StringArray" else (VALUE,)
        made = ews.make_item(kind.make(ews.unique("Good"), extended(field, *values)), home)
        answer = ews.call(requests.get_item([made], "IdOnly", [field]))
        success(answer)
        found = answer.items[0].nodes("ExtendedProperty")
        equal(len(found), 1, f"extended properties named {path}")
        equal(_name_of(found[0]), _lower(path | {"PropertyType": kind_of_value}), "name")
        where = "Values/Value" if kind_of_value == "StringArray" else "Value"
        equal(found[0].texts(where), list(values), f"value of {path}")


def _name_of(found: Node) -> dict[str, str]:
    uri = found.node("ExtendedFieldURI")
    return _lower(dict(uri.element.attrib) if uri else {})


def _lower(name: dict[Any, Any]) -> dict[str, str]:
    """Tags and GUIDs may come back in other letters: 0x3A45 for 0x3a45."""
    return {str(key): str(value).lower() for key, value in name.items()}
