"""Whatever the tables admit is written so that Exchange's schema admits it, and reads back."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from ews.codec import SchemaViolation, read, render
from schemas.ews import contract
from tests.ews_codec.conftest import alone, tree
from tests.ews_codec.values import Maker, plain

ELEMENTS = sorted(
    {f"m:{o.request}" for o in contract.operations().values()}
    | {f"m:{o.response}" for o in contract.operations().values()}
)
FIXED = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_request_and_response_survives_the_round_trip(
    element: str, schema: etree.XMLSchema
) -> None:
    kind = contract.global_element(element).type
    for seed in range(6):
        value = Maker(random.Random(f"{element}{seed}")).value(kind)
        written = tree(render(element, value))
        assert schema.validate(alone(written)), schema.error_log.last_error
        assert plain(read(written, kind, strict=True)) == plain(value)
        assert plain(read(written, kind)) == plain(value)


@FIXED
@given(st.sampled_from(ELEMENTS), st.randoms(use_true_random=False))
def test_any_value_survives_the_round_trip(
    schema: etree.XMLSchema, element: str, chance: random.Random
) -> None:
    value = Maker(chance).value(contract.global_element(element).type, depth=7)
    written = tree(render(element, value))
    assert schema.validate(alone(written)), schema.error_log.last_error
    assert plain(read(written, strict=True)) == plain(value)


@FIXED
@given(st.sampled_from(ELEMENTS), st.integers(0, 2**32))
def test_strict_reading_refuses_what_the_schema_refuses(
    schema: etree.XMLSchema, element: str, seed: int
) -> None:
    chance = random.Random(seed)
    value = Maker(chance).value(contract.global_element(element).type)
    document = alone(tree(render(element, value)))
    damage(document, chance)
    document = alone(document)
    try:
        read(document, strict=True)
    except SchemaViolation as violation:
        assert not schema.validate(document), violation
    else:
        assert schema.validate(document), schema.error_log.last_error


def damage(document: etree._Element, chance: random.Random) -> None:
    """Do one thing to a document that may make it invalid.

    Not to an attachment's Content: we keep bad base64 there, for the operation to refuse.
    """
    victim = chance.choice(list(document.iter()))
    parent = victim.getparent()
    match chance.randrange(7):
        case 0 if parent is not None:
            parent.remove(victim)
        case 1 if parent is not None:
            parent.insert(chance.randrange(len(parent)), victim)
        case 2 if parent is not None:
            parent.append(etree.fromstring(etree.tostring(victim, with_tail=False)))
        case 3 if not victim.tag.endswith("}Content"):
            victim.text = chance.choice(["", "true", "7", "-3", "Inbox", "2026-01-01Z"])
        case 4 if victim.attrib:
            name = chance.choice(list(victim.attrib))
            victim.set(name, chance.choice(["", "true", "7", "x y"]))
        case 5 if victim.attrib:
            del victim.attrib[chance.choice(list(victim.attrib))]
        case _:
            victim.set("Unheard", "of")
