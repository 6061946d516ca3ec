"""Content models: what is missing, what excludes what, and whether the order is the contract's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from ews.codec.shapes import names
from schemas.ews.contract import Anything, Element, Group, Particle

Tag = tuple[str, str]


class Mismatch(Exception):
    """Content that a model does not admit at ``position``; ``expected`` could have stood there."""

    def __init__(self, position: int, expected: tuple[str, ...]) -> None:
        super().__init__(position, expected)
        self.position = position
        self.expected = expected


@cache
def element_names(particle: Particle) -> frozenset[str]:
    """All element names that a particle may hold."""
    if isinstance(particle, Group):
        return frozenset[str]().union(*(element_names(p) for p in particle.particles))
    if isinstance(particle, Element):
        return frozenset(name for _, name, _ in names(particle))
    return frozenset()


@cache
def is_optional(particle: Particle) -> bool:
    """Whether nothing at all satisfies a particle."""
    if particle.min == 0 or not isinstance(particle, Group) or not particle.particles:
        return particle.min == 0 or (isinstance(particle, Group) and not particle.particles)
    if particle.kind == "choice":
        return any(is_optional(p) for p in particle.particles)
    return all(is_optional(p) for p in particle.particles)


@cache
def opening(particle: Particle) -> tuple[str, ...]:
    """Names that may stand first, in contract order."""
    if isinstance(particle, Anything):
        return ("any element",)
    if isinstance(particle, Element):
        return tuple(name for _, name, _ in names(particle))
    found: list[str] = []
    for part in particle.particles:
        found += opening(part)
        if particle.kind == "sequence" and not is_optional(part):
            break
    return tuple(found)


def check_presence(content: Sequence[Group], present: frozenset[str]) -> None:
    """Check required elements and choices whatever the order.

    Raises Mismatch: position 0 and the names of which one is missing, or position 1 and the names
    that exclude one another.
    """
    for group in content:
        _presence(group, present)


def _presence(particle: Particle, present: frozenset[str]) -> None:
    if is_optional(particle) and not element_names(particle) & present:
        return
    if not isinstance(particle, Group):
        if isinstance(particle, Element) and not element_names(particle) & present:
            raise Mismatch(0, opening(particle))
        return
    if particle.kind != "choice":
        for part in particle.particles:
            _presence(part, present)
        return
    used = [part for part in particle.particles if element_names(part) & present]
    if not used:
        if not any(is_optional(part) for part in particle.particles):
            raise Mismatch(0, opening(particle))
        return
    if len(used) > 1 and particle.max == 1:
        raise Mismatch(1, tuple(sorted(element_names(particle) & present)))
    if particle.max == 1:
        _presence(used[0], present)


def check_order(content: Sequence[Group], tags: Sequence[Tag]) -> None:
    """Check (namespace, name) tags against the content as XML Schema does. Raises Mismatch."""
    position = 0
    left: list[str] = []
    for group in content:
        position = _match(group, tags, position, left)
    if position < len(tags):
        raise Mismatch(position, tuple(dict.fromkeys(left)))


def _admits(particle: Particle, tag: Tag) -> bool:
    """Whether a tag may open a particle (content models are deterministic: the first that may)."""
    return any(_opens(leaf, tag) for leaf in _openers(particle))


def _opens(leaf: Element | Anything, tag: Tag) -> bool:
    if isinstance(leaf, Anything):
        return leaf.namespace == "##any" or tag[0] not in ("t", "")
    return any((namespace, name) == tag for namespace, name, _ in names(leaf))


@cache
def _openers(particle: Particle) -> tuple[Element | Anything, ...]:
    return tuple(_each_opener(particle))


def _each_opener(particle: Particle) -> Iterator[Element | Anything]:
    if not isinstance(particle, Group):
        yield particle
        return
    for part in particle.particles:
        yield from _openers(part)
        if particle.kind == "sequence" and not is_optional(part):
            return


def _match(particle: Particle, tags: Sequence[Tag], position: int, left: list[str]) -> int:
    """Consume what a particle admits from ``position`` on; gather in ``left`` what else might."""
    times = 0
    while particle.max is None or times < particle.max:
        if position >= len(tags) or not _admits(particle, tags[position]):
            break
        left.clear()
        if isinstance(particle, Group):
            position = _match_once(particle, tags, position, left)
        else:
            position += 1
        times += 1
    if particle.max is None or times < particle.max:
        left += opening(particle)
    if times < particle.min and not is_optional(particle):
        raise Mismatch(position, tuple(dict.fromkeys(left)))
    return position


def _match_once(group: Group, tags: Sequence[Tag], position: int, left: list[str]) -> int:
    if group.kind == "choice":
        chosen = next(part for part in group.particles if _admits(part, tags[position]))
        return _match(chosen, tags, position, left)
    if group.kind == "all":
        return _match_all(group, tags, position, left)
    for part in group.particles:
        position = _match(part, tags, position, left)
    return position


def _match_all(group: Group, tags: Sequence[Tag], position: int, left: list[str]) -> int:
    open_parts = list(group.particles)
    while position < len(tags):
        found = next((part for part in open_parts if _admits(part, tags[position])), None)
        if found is None:
            break
        open_parts.remove(found)
        position += 1
    required = [part for part in open_parts if not is_optional(part)]
    if required:
        raise Mismatch(position, tuple(name for part in required for name in opening(part)))
    left[:] = [name for part in open_parts for name in opening(part)]
    return position
