"""Checks a document against the grammar of its command: what is wrong where, without I/O."""

from __future__ import annotations

import re

import msgspec

from eas.wbxml import Element
from schemas.eas.codepages import tag_named
from schemas.eas.grammar import ROOT_PAGES, Child, Direction, Shape, shapes

VIOLATIONS_MAX = 100
_NUMBERS = {"u8": 0xFF, "u16": 0xFFFF, "u32": 0xFFFFFFFF}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?|\d{8}T\d{6}Z")


class Violation(msgspec.Struct, frozen=True):
    """What is wrong (``unknown``, ``missing``, ``too_many``, ``type``, ``length``,
    ``enumeration``, ``version``, ``order``), and the path of element names to where.
    """

    rule: str
    path: str


def check_request(
    root: Element, command: str, version: str, *, strict: bool = False
) -> list[Violation]:
    """What is wrong with a request, at most VIOLATIONS_MAX; ``strict`` also looks at order.

    Raises KeyError for a command without a grammar or a version that is not known.
    """
    return _check(root, command, version, "requests", strict=strict)


def check_response(
    root: Element, command: str, version: str, *, strict: bool = False
) -> list[Violation]:
    """What is wrong with a response; as ``check_request``."""
    return _check(root, command, version, "responses", strict=strict)


def _check(
    root: Element, command: str, version: str, direction: Direction, *, strict: bool
) -> list[Violation]:
    table = shapes(direction)
    shape = table[command]
    if root.name != f"{ROOT_PAGES[command]}:{command}":
        return [Violation("unknown", root.name)]
    found: list[Violation] = []
    waiting: list[tuple[Element, Shape, str]] = [(root, shape, root.name)]
    while waiting and len(found) < VIOLATIONS_MAX:
        element, shape, path = waiting.pop()
        if element is not root or not _is_failure(root, direction):
            found += _numbers(element, shape, path)
        if strict and not shape.is_choice and not _in_order(element, shape):
            found.append(Violation("order", path))
        if element.value and not (shape.is_mixed and not element.children):
            found.append(Violation("type", path))
        for part in element.children:
            child = shape.child(part.name)
            below = f"{path}/{part.name}"
            if child is None:
                found.append(Violation("unknown", below))
            elif not tag_named(child.name).is_known_to(version):
                found.append(Violation("version", below))
            elif child.type in table:
                waiting.append((part, table[child.type], below))
            elif rule := _wrong_value(part, child):
                found.append(Violation(rule, below))
            if len(found) >= VIOLATIONS_MAX:
                break
    return found[:VIOLATIONS_MAX]


def _is_failure(root: Element, direction: Direction) -> bool:
    """Whether a response has nothing but a failing status: then nothing else is required."""
    if direction == "requests" or len(root.children) != 1:
        return False
    only = root.children[0]
    return only.name.endswith(":Status") and only.as_text() != "1"


def _numbers(element: Element, shape: Shape, path: str) -> list[Violation]:
    counts: dict[str, int] = {}
    for part in element.children:
        counts[part.name] = counts.get(part.name, 0) + 1
    found: list[Violation] = []
    for child in shape.children:
        count = counts.get(child.name, 0)
        if count < child.least:
            found.append(Violation("missing", f"{path}/{child.name}"))
        elif child.most is not None and count > child.most:
            found.append(Violation("too_many", f"{path}/{child.name}"))
    return found


def _in_order(element: Element, shape: Shape) -> bool:
    places = {child.name: place for place, child in enumerate(shape.children)}
    known = [places[part.name] for part in element.children if part.name in places]
    return known == sorted(known)


def _wrong_value(element: Element, child: Child) -> str | None:
    """The rule that a scalar breaks. An empty flag counts as set, so devices send it."""
    kind, value = child.type, element.as_text()
    if element.children or (kind == "empty" and element.value):
        return "type"
    if kind.startswith("="):
        return None if value in kind[1:].split("|") else "enumeration"
    if kind.startswith("text:"):
        return "length" if len(value) > int(kind[5:]) else None
    if kind == "bool":
        return None if value in ("", "0", "1", "true", "false") else "type"
    if kind in _NUMBERS:
        is_number = value.isascii() and value.isdigit() and len(value) <= 10
        return None if is_number and int(value) <= _NUMBERS[kind] else "type"
    if kind == "double":
        return None if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", value) else "type"
    if kind == "instant":
        return None if _INSTANT.fullmatch(value) else "type"
    return None
