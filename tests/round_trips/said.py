"""How the desktop says the properties of an item, and which other sides can say them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.round_trips.house import House, Said

SIDES = ("14.1", "16.1", "file")
PHONES = frozenset({"14.1", "16.1"})
EVERYWHERE = PHONES | {"file"}
# Each example is a dozen requests: what fails is shown as it was found, not made small.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def over_the_wire(examples: int) -> settings:
    """How tests run that ask a server; half as long unless THOROUGH=1 is in the environment."""
    if not os.environ.get("THOROUGH"):
        examples //= 2
    return settings(deadline=None, max_examples=examples, phases=_PHASES)


Values = st.SearchStrategy[Said]


@dataclass(frozen=True)
class Row:
    """``values``: the elements with which the desktop says it; ``sides``: who else can."""

    name: str
    values: Values
    sides: frozenset[str] = EVERYWHERE


# Letters, digits, punctuation, symbols: no separator but the space, which texts do not begin,
# end or double (an element's text is trimmed by some, and lines are lines).
WORDS = st.lists(
    st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
).map(" ".join)


def element(name: str, inner: str = "", **attributes: str) -> str:
    """An element as XML; ``inner`` is XML."""
    more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<t:{name}{more}>{inner}</t:{name}>"


def elements(**texts: str) -> str:
    """Elements with texts."""
    return "".join(element(name, escape(text)) for name, text in texts.items())


def said(name: str, values: st.SearchStrategy[str]) -> Values:
    """One element with a text."""
    return values.map(lambda value: {name: element(name, escape(value))})


def among(name: str, *values: str) -> Values:
    """One element with one of these texts."""
    return said(name, st.sampled_from(values))


CATEGORIES: Values = st.lists(WORDS, min_size=1, max_size=4, unique_by=str.lower).map(
    lambda names: {
        "Categories": element("Categories", "".join(elements(String=name) for name in names))
    }
)


def body(kind: str, text: str) -> Said:
    """A Body."""
    return {"Body": element("Body", escape(text), BodyType=kind)}


_LINES = st.lists(WORDS, min_size=1, max_size=4)
BODIES: Values = st.one_of(
    _LINES.map(lambda lines: body("Text", "\n".join(lines))),
    _LINES.map(
        lambda lines: body("HTML", f"<html><body>{'<br>'.join(map(escape, lines))}</body></html>")
    ),
)


ZONES = (
    "W. Europe Standard Time", "Romance Standard Time", "GMT Standard Time",
    "Eastern Standard Time", "Pacific Standard Time", "US Mountain Standard Time",
    "Tokyo Standard Time", "India Standard Time", "Nepal Standard Time", "UTC",
    "AUS Eastern Standard Time", "New Zealand Standard Time", "Newfoundland Standard Time",
    "E. South America Standard Time", "South Africa Standard Time", "Israel Standard Time",
)  # fmt: skip


def zones(zone: str) -> Said:
    """Start and end by one clock."""
    return {name: element(name, Id=zone) for name in ("StartTimeZone", "EndTimeZone")}


def trip(house: House, base: Said, rows: dict[Row, Said]) -> None:
    """An item made on the desktop goes on and on, over those sides that can say some of ``rows``;
    each copy is made of the one before. What all sides so far can say is the same then as at
    first, to the letter."""
    passed: set[str] = set()
    said = {**base, **{k: v for each in rows.values() for k, v in each.items()}}
    with house.empty():
        id = house.create(said)
        first = house.view(id)
        assert set(said) <= set(first), "the desktop does not see what it said"
        for side in SIDES:
            if not any(side in row.sides for row in rows):
                continue
            passed.add(side)
            id = house.passed_on(side, id)
            view = house.view(id)
            names = {n for row, own in rows.items() if passed <= row.sides for n in own}
            _check_same(view, first, names, side)


def _check_same(view: Said, first: Said, names: set[str], side: str) -> None:
    other = {n: (view.get(n), first.get(n)) for n in names if view.get(n) != first.get(n)}
    assert not other, f"after {side}, as it is and as it was: {other}"


def check_echo(house: House, version: str, rows: tuple[Row, ...], base: Said) -> None:
    """A phone that says of an item what it was told of it changes nothing, not even what it knows
    nothing of."""

    @given(st.lists(st.sampled_from(rows), min_size=2, max_size=len(rows), unique=True), st.data())
    @over_the_wire(20)
    def check(picked: list[Row], data: st.DataObject) -> None:
        said = dict(base)
        for row in picked:
            said |= data.draw(row.values)
        with house.empty():
            id = house.create(said)
            first = house.view(id)
            house.echo(version)
            view = house.view(id)
            names = (first.keys() | view.keys()) - _OF_CHANGES
            _check_same(view, first, names, version)

    check()


# What tells that somebody saved it.
_OF_CHANGES = {"LastModifiedTime", "DateTimeStamp", "ItemId", "ChangeCount", "Size"}


def check_each(house: House, row: Row, base: Said) -> None:
    """Items that say one property, beside what each must."""

    @given(row.values)
    @over_the_wire(8)
    def check(said: Said) -> None:
        trip(house, base, {row: said})

    check()


def check_all(house: House, rows: tuple[Row, ...], base: Said) -> None:
    """Items that say any number of properties."""
    chosen = st.lists(st.sampled_from(rows), min_size=2, max_size=len(rows), unique=True)

    @given(st.data())
    @over_the_wire(25)
    def check(data: st.DataObject) -> None:
        trip(house, base, {row: data.draw(row.values) for row in data.draw(chosen)})

    check()
