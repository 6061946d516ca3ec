"""The WBXML code pages of ActiveSync (MS-ASWBXML 2.1.2), from ``codepages.txt``.

``tools/eas_codepages.py`` writes that file. A tag's full name is ``Page:Element``.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

VERSIONS = ("2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1")
_AGE = {version: age for age, version in enumerate(VERSIONS)}


class Tag(msgspec.Struct, frozen=True):
    """A token of a page: its name, the versions that know it, whether its value is bytes."""

    page: int
    token: int
    name: str
    first: str
    last: str
    is_opaque: bool

    def is_known_to(self, version: str) -> bool:
        """Whether a protocol version has the tag. Raises KeyError for an unknown version."""
        return _AGE[self.first] <= _AGE[version] <= _AGE[self.last]


def _read() -> tuple[dict[int, str], dict[tuple[int, int], Tag]]:
    pages: dict[int, str] = {}
    tags: dict[tuple[int, int], Tag] = {}
    number = 0
    text = (Path(__file__).parent / "codepages.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("page "):
            _, page, name = line.split()
            number = int(page)
            pages[number] = name
            continue
        token, name, first, last, *opaque = line.split()
        tags[number, int(token, 16)] = Tag(number, int(token, 16), name, first, last, bool(opaque))
    return pages, tags


PAGES, TAGS = _read()
# Of Microsoft's own mail service: devices may send its tokens, and no specification has them.
FOREIGN_PAGES = {0xFE: "WindowsLive"}
_PAGE_NAMES = PAGES | FOREIGN_PAGES
_PAGE_NUMBERS = {name: number for number, name in _PAGE_NAMES.items()}
_BY_NAME = {f"{PAGES[tag.page]}:{tag.name}": tag for tag in TAGS.values()}


def tag_at(page: int, token: int) -> Tag | None:
    """The tag of a token, None where the page has none there."""
    return TAGS.get((page, token))


def tag_named(name: str) -> Tag:
    """The tag of a full name (``AirSync:Sync``). Raises KeyError."""
    return _BY_NAME[name]


def is_known_tag(name: str, version: str) -> bool:
    """Whether a protocol version has a tag of that full name, which a device may have made up.
    Raises KeyError for an unknown version."""
    tag = _BY_NAME.get(name)
    return tag is not None and tag.is_known_to(version)


def page_name(page: int) -> str | None:
    """The name of a page, also of a foreign one."""
    return _PAGE_NAMES.get(page)


def page_number(name: str) -> int:
    """The number of a page by name. Raises KeyError."""
    return _PAGE_NUMBERS[name]
