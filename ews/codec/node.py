"""Values of the contract's complex types: Node for keyed content, Choices for mixed lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

Pair = tuple[str, Any]
T = TypeVar("T")


class Node(dict[str, Any]):
    """Children and attributes of an element by name; a name that is not there reads as None.

    ``type`` is the contract's type name, ``line`` the line of the request (0: not from one).
    """

    __slots__ = ("line", "type")

    def __init__(self, content: Any = (), *, type: str = "", line: int = 0) -> None:
        super().__init__(content)
        self.type = type
        self.line = line

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self.get(name)

    def first(self, *names: str) -> Pair | None:
        """The first of ``names`` that is there, with its value: for content that is a choice."""
        for name in names or self:
            value = self.get(name)
            if value is not None:
                return name, value
        return None


class Choices(list[Pair]):
    """Content that mixes element names in an order of its own: (name, value) pairs.

    Attributes of the element itself read as attributes (``transitions.Id``).
    """

    __slots__ = ("attributes", "line", "type")

    def __init__(
        self,
        pairs: Iterable[Pair] = (),
        *,
        attributes: dict[str, Any] | None = None,
        type: str = "",
        line: int = 0,
    ) -> None:
        super().__init__(pairs)
        self.attributes = attributes or {}
        self.type = type
        self.line = line

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self.attributes.get(name)


def listed(array: Any) -> list[Any]:
    """The values of an array type, whether the contract writes it as an unbounded choice (pairs)
    or as one element that repeats (a Node with one key). A missing array is empty."""
    if isinstance(array, Choices):
        return [value for _, value in array]
    values = next((value for value in (array or {}).values() if isinstance(value, list)), ())
    return list(values)


class Raw(bytes):
    """UTF-8 bytes of XML, written as they are: content of an element, or an entry of Choices."""

    __slots__ = ()


class BadBase64(str):
    """Text of an attachment's Content that is no base64 (ErrorMimeContentInvalidBase64String)."""

    __slots__ = ()
