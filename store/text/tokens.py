"""HTML read token by token, as a browser's tokeniser does (HTML Living Standard 13.2.5).

No tree: builders of trees need quadratic time for deep nesting, this needs linear time for
anything. Comments, quoted attributes and elements of raw text are respected, so that nothing a
browser would read as a tag is missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*>?"
    r"|</[^A-Za-z>][^>]*>?"
    r"|<(/?)([A-Za-z][^\s/>]*+)((?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>])*+)(?:>|\Z)",
    re.DOTALL,
)
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}


class Tag(msgspec.Struct, frozen=True):
    """A tag: where it stands, lower-case name, what follows the name."""

    start: int
    end: int
    is_closing: bool
    name: str
    attributes: str


def tags(html: str) -> Iterator[Tag]:
    """The tags in order. What lies between two of them is text, comments and raw text apart:
    see ``pieces``."""
    for _, tag, _ in pieces(html):
        if tag is not None:
            yield tag


def pieces(html: str) -> Iterator[tuple[str, Tag | None, str]]:
    """(text before, tag, raw text inside the element): raw text only behind a tag that opens it.

    A comment ends a text as a None tag; the last piece has None too.
    """
    position = 0
    match = _MARKUP.search(html)
    while match is not None:
        before, end, raw = html[position : match.start()], match.end(), ""
        name = match[2]
        if name is None:
            yield before, None, ""
        else:
            tag = Tag(match.start(), end, match[1] == "/", name.lower(), match[3])
            closing = None if tag.is_closing else _RAW.get(tag.name)
            if closing is not None:
                found = closing.search(html, end)
                stop = found.start() if found else len(html)
                raw, end = html[end:stop], stop
            yield before, tag, raw
        position = end
        match = _MARKUP.search(html, position)
    yield html[position:], None, ""


def rewrite(html: str, change: Callable[[Tag], str | None]) -> str:
    """The HTML with tags replaced where ``change`` gives something; all else stays as it is."""
    kept: list[str] = []
    position = 0
    for tag in tags(html):
        new = change(tag)
        if new is not None:
            kept.append(html[position : tag.start])
            kept.append(new)
            position = tag.end
    if not kept:
        return html
    kept.append(html[position:])
    return "".join(kept)


_ATTRIBUTE = re.compile(
    r"([^\s=\"'<>/]+)(\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?", re.DOTALL
)


def attributes(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(lower-case name, raw value, start, end) of each attribute of a tag."""
    for match in _ATTRIBUTE.finditer(text):
        value = match[3] or match[4] or match[5] or ""
        yield match[1].lower(), value, match.start(), match.end()


# Elements that a browser opens again in every block that follows (HTML standard 13.2.4.3).
_FORMATTING = frozenset(
    [
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    ]
)
_NOT_NESTING = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
     "track", "wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option",
     "body", "html", "head"]
)  # fmt: skip
_DEPTH_MAX = 250
_NODES_MAX = 2_000_000


def is_heavy(html: str) -> bool:
    """Whether a tree of this HTML could take more than linear time or memory."""
    open_by_name: dict[str, int] = {}
    depth = formatting = formatting_max = count = 0
    for tag in tags(html):
        count += 1
        name = tag.name
        if name in _NOT_NESTING:
            continue
        change = 1
        if tag.is_closing:
            change = -1 if open_by_name.get(name, 0) else 0
        open_by_name[name] = open_by_name.get(name, 0) + change
        depth += change
        if name in _FORMATTING:
            formatting += change
            formatting_max = max(formatting_max, formatting)
        if depth > _DEPTH_MAX or formatting_max * count > _NODES_MAX:
            return True
    return False
