"""What each ActiveSync request and response may hold, from ``requests.txt`` and ``responses.txt``.

``tools/eas_grammar.py`` writes those files (MS-ASCMD 2.2.1 and its sisters). They are read at
first use.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Direction = Literal["requests", "responses"]

ROOT_PAGES = {
    "Sync": "AirSync", "FolderSync": "FolderHierarchy", "FolderCreate": "FolderHierarchy",
    "FolderUpdate": "FolderHierarchy", "FolderDelete": "FolderHierarchy", "Ping": "Ping",
    "GetItemEstimate": "GetItemEstimate", "MoveItems": "Move", "ItemOperations": "ItemOperations",
    "Search": "Search", "Find": "Find", "Settings": "Settings", "Provision": "Provision",
    "SendMail": "ComposeMail", "SmartReply": "ComposeMail", "SmartForward": "ComposeMail",
    "MeetingResponse": "MeetingResponse", "ResolveRecipients": "ResolveRecipients",
    "ValidateCert": "ValidateCert",
}  # fmt: skip
"""The code page of each command's root element, where it has the command's name."""
_ROOTS = {"GetHierarchy": "FolderHierarchy:Folders"}


def root_name(command: str) -> str:
    """The root element of a command. Raises KeyError for one without a document."""
    return _ROOTS.get(command) or f"{ROOT_PAGES[command]}:{command}"


class Child(msgspec.Struct, frozen=True):
    """A child: full element name, how often it may be there, and its type.

    ``most`` is None where there is no bound. ``type`` is a scalar (``text``, ``text:64``, ``u8``,
    ``u16``, ``u32``, ``bool``, ``double``, ``instant``, ``bytes``, ``empty``, ``=One|Other``) or
    the name of a shape.
    """

    name: str
    least: int
    most: int | None
    type: str
    first: str
    last: str
    is_opaque: bool


class Shape(msgspec.Struct, frozen=True):
    """A type of element: its children; in a choice they come in any order.

    A mixed one may hold text instead (the query of a search in the address list).
    """

    name: str
    is_choice: bool
    is_mixed: bool
    children: tuple[Child, ...]

    def child(self, name: str) -> Child | None:
        """The child of a full element name."""
        return next((child for child in self.children if child.name == name), None)


@cache
def shapes(direction: Direction) -> dict[str, Shape]:
    """The shapes of a direction by name; a command's root has the command's name."""
    found: dict[str, tuple[list[str], list[Child]]] = {}
    children: list[Child] = []
    text = (Path(__file__).parent / f"{direction}.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("type "):
            _, name, *flags = line.split()
            children = []
            found[name] = (flags, children)
            continue
        element, number, kind, first, last, *opaque = line.split()
        least, most = number.split("-")
        bound = None if most == "*" else int(most)
        children.append(Child(element, int(least), bound, kind, first, last, bool(opaque)))
    return {
        name: Shape(name, "choice" in flags, "mixed" in flags, tuple(rows))
        for name, (flags, rows) in found.items()
    }
