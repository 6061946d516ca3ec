"""How a complex type stands in Python, worked out once from the tables, for reader and writer.

A type is one of four shapes:

``text``     simple content: a Node with ``value`` and the attributes
``choices``  its whole content is an unbounded choice, or any number of a substitution group:
             Choices, a list of (element name, value) pairs
``any``      content that the contract leaves open: a Node whose key ``any`` lists lxml elements
``keys``     all else: a Node with one key per element (a list where it may repeat) and attribute.
             An unbounded choice beside other elements (NotificationType) has the key ``choices``.

Where the contract's type is abstract (AlternateId of ConvertId's answer) the value is a Node whose
``type`` names the concrete one: ``Node({"Id": …}, type="AlternateIdType")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec

from schemas.ews import contract
from schemas.ews.contract import Anything, Attribute, Element, Group, Particle

CHOICES = "choices"
ANY = "any"
TEXT = "value"


class Slot(msgspec.Struct, frozen=True):
    """One element name that a type admits. ``place``: the key that holds its value."""

    name: str
    namespace: str
    type: str
    place: str
    is_many: bool
    is_nillable: bool
    since: int
    order: int
    is_abstract: bool

    @property
    def tag(self) -> str:
        """The name as lxml writes it."""
        return f"{{{contract.NAMESPACES[self.namespace]}}}{self.name}"


class Shape(msgspec.Struct, frozen=True):
    """A complex type for reader and writer. ``text``: the simple type of its text or ""."""

    name: str
    kind: Literal["text", "choices", "any", "keys"]
    slots: tuple[Slot, ...]
    attributes: tuple[Attribute, ...]
    text: str
    content: tuple[Group, ...]


@cache
def shape(name: str) -> Shape:
    """The shape of a complex type. Raises KeyError for a name that the contract lacks."""
    found = contract.effective(name)
    content = tuple(group for group in found.content if group.particles)
    if found.text:
        return Shape(name, "text", (), found.attributes, found.text, ())
    if any(isinstance(p, Anything) for group in content for p in _leaves(group)):
        return Shape(name, "any", (), found.attributes, "", content)
    kind = "choices" if _is_choices(content) else "keys"
    places = [CHOICES] if kind == "choices" else []
    slots: list[Slot] = []
    for group in content:
        _collect(group, False, places, slots)
    return Shape(name, kind, tuple(slots), found.attributes, "", content)


def _leaves(particle: Particle) -> Iterator[Element | Anything]:
    if isinstance(particle, Group):
        for inner in particle.particles:
            yield from _leaves(inner)
    else:
        yield particle


def _is_choices(content: tuple[Group, ...]) -> bool:
    """Whether the whole content is one unbounded choice, or any number of a group's members."""
    if len(content) != 1:
        return False
    particle: Particle = content[0]
    while isinstance(particle, Group):
        if particle.kind == "choice" and particle.max != 1:
            return True
        if len(particle.particles) != 1:
            return False
        particle = particle.particles[0]
    return isinstance(particle, Element) and particle.max != 1 and len(names(particle)) > 1


@cache
def names(element: Element) -> tuple[tuple[str, str, str], ...]:
    """(namespace, name, type) of what may stand at an element's place (substitution groups)."""
    if not element.is_ref:
        return ((element.namespace, element.name, element.type),)
    found = contract.members(f"{element.namespace}:{element.name}")
    return tuple((e.namespace, e.name, e.type) for e in found)


def _collect(particle: Particle, is_many: bool, places: list[str], slots: list[Slot]) -> None:
    if isinstance(particle, Group):
        mixes = particle.kind == "choice" and particle.max != 1 and len(particle.particles) > 1
        inner = [CHOICES] if mixes and not places else places
        for part in particle.particles:
            _collect(part, is_many or particle.max != 1, inner, slots)
    elif isinstance(particle, Element):
        many = is_many or particle.max != 1
        found = names(particle)
        mixed = [CHOICES] if len(found) > 1 and particle.max != 1 else places
        for namespace, name, kind in found:
            place = mixed[0] if mixed else name
            since = contract.rank(particle.since)
            abstract = contract.is_complex(kind) and contract.complex_type(kind).is_abstract
            nillable = particle.nillable
            order = len(slots)
            slots.append(Slot(name, namespace, kind, place, many, nillable, since, order, abstract))
