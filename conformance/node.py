"""Reads answers by path: `folder.text("ParentFolderId@Id")`, `item.nodes("ToRecipients/Mailbox")`.

Paths name elements without their namespace, because the contract check has judged those already.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from conformance.xml import Element, t


@dataclass(frozen=True)
class Ref:
    """An id as the server gave it, to be sent back: `ItemId`, `FolderId` or `AttachmentId`."""

    kind: str
    id: str
    key: str | None = None

    @property
    def element(self) -> Element:
        """The id as an element, with its change key if there is one."""
        return t(self.kind, Id=self.id, ChangeKey=self.key)

    @property
    def keyless(self) -> Ref:
        """The same id without change key."""
        return Ref(self.kind, self.id)


class Node:
    """One element of an answer."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __str__(self) -> str:
        return etree.tostring(self.element, pretty_print=True, encoding="unicode")

    @property
    def name(self) -> str:
        """Local name of the element."""
        return etree.QName(self.element).localname

    @property
    def names(self) -> list[str]:
        """Local names of the children, in order."""
        return [child.name for child in self.children]

    @property
    def children(self) -> list[Node]:
        """The child elements."""
        return [Node(child) for child in self.element if isinstance(child.tag, str)]

    def nodes(self, path: str) -> list[Node]:
        """All elements at the path; `*` stands for any name."""
        found = self.element.findall("/".join(f"{{*}}{step}" for step in path.split("/")))
        return [Node(element) for element in found]

    def node(self, path: str) -> Node | None:
        """The first element at the path."""
        found = self.nodes(path)
        return found[0] if found else None

    def has(self, path: str) -> bool:
        """Whether there is an element, or with `A/B@Name` an attribute, at the path."""
        return self.text(path) is not None

    def text(self, path: str = "") -> str | None:
        """Text of the first element at the path, "" if empty, None if absent.

        `A/B@Name` gives an attribute; "" the element itself.
        """
        where, _, attribute = path.partition("@")
        at = self.node(where) if where else self
        if at is None:
            return None
        return at.element.get(attribute) if attribute else (at.element.text or "")

    def texts(self, path: str) -> list[str]:
        """Text of every element at the path."""
        return [node.text() or "" for node in self.nodes(path)]

    def ref(self, path: str) -> Ref:
        """The id at the path, to be sent back; LookupError if there is none."""
        at = self.node(path)
        name = at.element.get("Id") if at is not None else None
        if at is None or name is None:
            raise LookupError(f"no {path} in {self.name}")
        return Ref(at.name, name, at.element.get("ChangeKey"))

    @property
    def id(self) -> Ref:
        """ItemId or FolderId of an item or folder."""
        return self.ref("FolderId" if self.node("FolderId") is not None else "ItemId")
