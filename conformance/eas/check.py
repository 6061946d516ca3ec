"""Whether an answer is one that MS-ASCMD allows: its elements, their number, their versions."""

from __future__ import annotations

from conformance.eas.wbxml import Node
from schemas.eas.codepages import tag_named
from schemas.eas.grammar import Shape, root_name, shapes
from schemas.eas.status import status as known_status
from schemas.eas.status import statuses

# Where the order of children matters to devices: Windows Mobile reads MoreAvailable only here.
_BEFORE = {
    "AirSync:Collection": (
        ("AirSync:Status", "AirSync:MoreAvailable"),
        ("AirSync:MoreAvailable", "AirSync:Commands"),
        ("AirSync:MoreAvailable", "AirSync:Responses"),
        ("AirSync:SyncKey", "AirSync:Status"),
    )
}
# Empty ones stop some devices.
_NEVER_EMPTY = frozenset(["AirSync:Responses", "AirSync:Commands", "AirSync:Collections"])


def check(root: Node, command: str, version: str) -> list[str]:
    """What is wrong with an answer, each with its path; empty for nothing."""
    table = shapes("responses")
    due = root_name(command)
    if root.name != due:
        return [f"the root is {root.name}"]
    page, _, shape = due.partition(":")
    found: list[str] = []
    _check(root, table[shape], table, version, root.name, found, _is_refusal(root))
    if statuses(command):
        for each in _statuses(root, f"{page}:Status"):
            known = each == "1" or (each.isdigit() and known_status(command, int(each), version))
            if not known:
                found.append(f"{root.name}: status {each} means nothing in {version}")
    return found


def _statuses(item: Node, name: str) -> set[str]:
    """What the Status elements of a page say."""
    own = {item.text()} if item.name == name else set[str]()
    return own.union(*(_statuses(child, name) for child in item.children))


def _is_refusal(root: Node) -> bool:
    return len(root.children) == 1 and root.children[0].name.endswith(":Status")


def _check(
    item: Node,
    shape: Shape,
    table: dict[str, Shape],
    version: str,
    path: str,
    found: list[str],
    refused: bool = False,
) -> None:
    counts: dict[str, int] = {}
    for child in item.children:
        counts[child.name] = counts.get(child.name, 0) + 1
        below = f"{path}/{child.name}"
        known = shape.child(child.name)
        if known is None:
            found.append(f"{below}: not expected")
            continue
        if not tag_named(child.name).is_known_to(version):
            found.append(f"{below}: {version} does not have it")
        if child.name in _NEVER_EMPTY and not child.children:
            found.append(f"{below}: empty")
        if known.type in table:
            _check(child, table[known.type], table, version, below, found)
        elif child.children:
            found.append(f"{below}: has children")
    if not refused:
        for child in shape.children:
            count = counts.get(child.name, 0)
            if count < child.least or (child.most is not None and count > child.most):
                found.append(f"{path}/{child.name}: there are {count}")
    names = [child.name for child in item.children]
    for first, second in _BEFORE.get(item.name, ()):
        if first in names and second in names and names.index(first) > names.index(second):
            found.append(f"{path}: {second} before {first}")
