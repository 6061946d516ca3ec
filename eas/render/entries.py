"""Lists of short texts in ApplicationData: categories, children."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from eas.answers import node, text
from eas.render.text import line
from eas.wbxml import Element

# MS-ASCAL 2.2.2.11, MS-ASCNTC 2.2.2.17 and others: at most so many of each.
ENTRIES_MAX = 300


def entries(name: str, values: Iterable[Any] | None, child: str) -> Element | None:
    """An element with a ``child`` for each text; None for none of them."""
    listed = [line(str(value)) for value in islice(values or (), ENTRIES_MAX)]
    children = [text(child, value) for value in listed if value]
    return node(name, *children) if children else None
