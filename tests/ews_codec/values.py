"""Random values of the contract's types, made from the tables: the input of the round trips."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from lxml import etree

from ews.codec.content import is_optional
from ews.codec.node import Node
from ews.codec.shapes import ANY, CHOICES, names, shape
from schemas.ews import contract
from schemas.ews.contract import Anything, Element, Group, Particle

LETTERS = "abcXYZ 012 &<>\"'\r\n\t éß漢🙂\x85\u2028]]>"
PATTERNED = {
    "GuidType": "0f0f0f0f-1111-2222-3333-444444444444",
    "OfficeClientCodeType": "en_US",
    "VersionType": "1.2.3",
    "ExcludesAttributeType": "0x0F",
}
FAR = 99


@cache
def height(kind: str, seen: frozenset[str] = frozenset()) -> int:
    """How deep the shallowest value of a type is."""
    if not contract.is_complex(kind):
        return 0
    if kind in seen:
        return FAR
    found = shape(kind)
    deeper = seen | {kind}
    return 1 + max((_height(group, deeper) for group in found.content), default=0)


def _height(particle: Particle, seen: frozenset[str]) -> int:
    if is_optional(particle) or isinstance(particle, Anything):
        return 0
    if isinstance(particle, Element):
        return min(height(kind, seen) for _, _, kind in names(particle))
    inner = [_height(part, seen) for part in particle.particles]
    return (min if particle.kind == "choice" else max)(inner)


class Maker:
    """Makes values; ``depth`` bounds how far optional content goes."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def value(self, kind: str, depth: int = 5) -> Any:
        if not contract.is_complex(kind):
            return self.simple(kind)
        if contract.complex_type(kind).is_abstract:
            concrete = [n for n in contract.complex_names() if contract.derives_from(n, kind)]
            chosen = self.chance.choice([n for n in concrete if n != kind])
            return Node(self.value(chosen, depth), type=chosen)
        found = shape(kind)
        attributes = {
            a.name: self.simple(a.type)
            for a in found.attributes
            if a.is_required or self.chance.random() < 0.4
        }
        if found.kind == "text":
            return self.shuffled({**attributes, "value": self.simple(found.text)})
        if found.kind == "any":
            needed = any(_needs_any(group) for group in found.content)
            return {**attributes, ANY: [etree.Element("{urn:other}other")] if needed else []}
        pairs: list[tuple[str, Any]] = []
        for group in found.content:
            self.particle(group, depth, pairs)
        if found.kind == "choices":
            return {**attributes, CHOICES: pairs} if attributes else pairs
        places = {slot.name: slot for slot in found.slots}
        content: dict[str, Any] = {}
        for name, value in pairs:
            slot = places[name]
            if slot.place == CHOICES:
                content.setdefault(CHOICES, []).append((name, value))
            elif slot.is_many:
                content.setdefault(name, []).append(value)
            else:
                content[name] = value
        return self.shuffled({**attributes, **content})

    def shuffled(self, content: dict[str, Any]) -> dict[str, Any]:
        keys = list(content)
        self.chance.shuffle(keys)
        return {key: content[key] for key in keys}

    def particle(self, particle: Particle, depth: int, pairs: list[tuple[str, Any]]) -> None:
        if isinstance(particle, Anything):
            return
        if is_optional(particle) and (depth <= 0 or self.chance.random() < 0.6):
            return
        most = 2 if particle.max is None else min(2, particle.max)
        for _ in range(self.chance.randint(max(1, particle.min), max(most, particle.min))):
            if isinstance(particle, Group):
                self.group(particle, depth, pairs)
            else:
                options = [n for n in names(particle) if height(n[2]) < FAR]
                _, name, kind = self.chosen(options, depth, lambda n: height(n[2]))
                pairs.append((name, self.value(kind, depth - 1)))

    def group(self, group: Group, depth: int, pairs: list[tuple[str, Any]]) -> None:
        if group.kind != "choice":
            for part in group.particles:
                self.particle(part, depth, pairs)
            return
        part = self.chosen(list(group.particles), depth, lambda p: _height(p, frozenset()))
        self.particle(part, depth, pairs)

    def chosen(self, options: list[Any], depth: int, cost: Any) -> Any:
        if depth > 0:
            return self.chance.choice(options)
        return min(options, key=cost)

    def simple(self, kind: str) -> Any:
        chance = self.chance
        if kind in PATTERNED:
            return PATTERNED[kind]
        if kind == "PropertyTagType":
            return f"0x{chance.randrange(1 << 16):x}"
        if kind.startswith("xs:"):
            return self.built_in(kind)
        found = contract.simple_type(kind)
        if found.kind == "list":
            return [self.simple(found.members[0]) for _ in range(chance.randint(1, 3))]
        if found.kind == "union":
            return self.simple(chance.choice(found.members))
        if found.values:
            return chance.choice(list(found.values))
        facets = dict(found.facets)
        if "length" in facets:
            return "x" * int(facets["length"])
        if "minInclusive" in facets:
            low = int(facets["minInclusive"])
            return chance.randint(low, int(facets.get("maxInclusive", low + 5)))
        if found.members[0] == "xs:string":
            return self.text(1)
        return self.simple(found.members[0])

    def text(self, least: int = 0) -> str:
        return "".join(self.chance.choice(LETTERS) for _ in range(self.chance.randint(least, 6)))

    def built_in(self, kind: str) -> Any:
        chance = self.chance
        match kind:
            case "xs:string":
                return self.text()
            case "xs:anyURI":
                return "https://example.com/a?b=c&d"
            case "xs:language":
                return chance.choice(["en", "de-CH"])
            case "xs:boolean":
                return chance.random() < 0.5
            case "xs:double":
                return chance.choice([0.0, -1.5, 1e300, float("inf")])
            case "xs:dateTime":
                moment = datetime(1, 1, 2) + timedelta(seconds=chance.randrange(300_000_000_000))
                return moment.replace(tzinfo=chance.choice([UTC, None]))
            case "xs:date":
                return date.fromordinal(chance.randrange(1, 3_000_000))
            case "xs:time":
                return "23:59:59"
            case "xs:duration":
                return chance.choice(["PT0S", "-P1DT2H", "P3D"])
            case "xs:base64Binary":
                return chance.randbytes(chance.randrange(5))
            case _:
                return chance.randrange(30000)


def _needs_any(particle: Particle) -> bool:
    if isinstance(particle, Anything):
        return particle.min > 0
    return isinstance(particle, Group) and any(_needs_any(p) for p in particle.particles)


def plain(value: Any) -> Any:
    """A value without what is not content: types, lines, and lxml elements by their tags."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if hasattr(value, "attributes"):
        pairs = [plain(pair) for pair in value]
        return {**plain(value.attributes), CHOICES: pairs} if value.attributes else pairs
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value.tag if isinstance(value, etree._Element) else value
