"""Reading and writing Autodiscover's XML: hardened in, escaped out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ews.codec.parse import Limits, parse_document
from ews.render.values import escape


def parse(body: bytes, limits: Limits) -> Any:
    """The root element. Raises SchemaViolation for what is malformed, too big, or has a DTD."""
    return parse_document(body, limits)


def text_of(root: Any, name: str) -> str:
    """The text of the first element of that local name, whatever its namespace."""
    found = next(iter(all_of(root, name)), None)
    return (found.text or "").strip() if found is not None else ""


def all_of(root: Any, name: str) -> list[Any]:
    """All elements of that local name."""
    return [
        element
        for element in root.iter()
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name
    ]


def tag(name: str, *content: str) -> str:
    """An element around markup that is escaped already."""
    return f"<{name}>{''.join(content)}</{name.split(' ')[0]}>"


def leaf(name: str, text: str) -> str:
    """An element around plain text."""
    return tag(name, escape(text))


def host_of(url: str) -> str:
    """The host in a URL, without port; empty where a client made it up in its Host header."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
